/* test_key - idempotency keys, held by the vector file that the PHP side reads too. */
#include "base/json.h"
#include "queue/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_object *read_vectors(void)
{
    char path[1024];
    struct psync_buf text;
    struct psync_error err = {0};
    json_object *vectors = NULL;
    snprintf(path, sizeof path, "%s/vectors/payload.json",
             getenv("PSYNC_TESTS") != NULL ? getenv("PSYNC_TESTS") : "tests");
    psync_buf_init(&text, 1 << 22);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        assert_int_equal(psync_buf_add(&text, block, n), PSYNC_OK);
    fclose(in);
    if (psync_json_parse((struct psync_span){text.data, text.len}, &vectors, &err) != PSYNC_OK)
        fail_msg("%s: %s", path, err.text);
    psync_buf_done(&text);
    return vectors;
}

static void product_keys(void **state)
{
    (void)state;
    json_object *vectors = read_vectors(), *keys = psync_json_member(vectors, "keys");
    size_t n = json_object_array_length(keys);
    assert_true(n >= 9);
    for (size_t i = 0; i < n; i++) {
        json_object *v = json_object_array_get_idx(keys, i);
        const char *payload = psync_json_text(v, "payload");
        struct psync_subject subject = {psync_json_int(v, "product", 0), psync_json_text(v, "shop")};
        char key[PSYNC_PRODUCT_KEY_MAX];
        assert_int_equal(psync_key_product(&subject, psync_json_text(v, "type"), (uint32_t)psync_json_int(v, "revision", 0),
                                           (struct psync_span){payload, strlen(payload)}, key), PSYNC_OK);
        assert_string_equal(key, psync_json_text(v, "key"));
        assert_int_equal(psync_key_leading_product(key), subject.product);
        assert_true(psync_key_valid((struct psync_span){key, strlen(key)}));
    }
    json_object_put(vectors);
}

static void batch_keys(void **state)
{
    (void)state;
    json_object *vectors = read_vectors(), *batches = psync_json_member(vectors, "batches");
    for (size_t i = 0; i < json_object_array_length(batches); i++) {
        json_object *v = json_object_array_get_idx(batches, i), *members = psync_json_member(v, "keys");
        const char *keys[16];
        char key[PSYNC_BATCH_KEY_MAX];
        size_t n = json_object_array_length(members);
        for (size_t k = 0; k < n; k++)
            keys[k] = json_object_get_string(json_object_array_get_idx(members, k));
        assert_int_equal(psync_key_batch(keys, n, key), PSYNC_OK);
        assert_string_equal(key, psync_json_text(v, "key"));
    }
    json_object_put(vectors);
}

static void leading_product(void **state)
{
    static const struct {
        const char *key;
        int64_t product;
    } rows[] = {
        {"product:1:abc", 1},
        {"product:9223372036854775807:x", INT64_MAX},
        {"product:9223372036854775808:x", 0}, /* too large */
        {"product:12", 0},
        {"product::x", 0},
        {"product:1a:x", 0},
        {"Product:1:x", 0},
        {"order-17", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(psync_key_leading_product(rows[i].key), rows[i].product);
}

static void given_keys(void **state)
{
    char longest[PSYNC_KEY_MAX + 1];
    (void)state;
    memset(longest, 'a', sizeof longest);
    assert_true(psync_key_valid(PSYNC_SPAN("!~")));
    assert_false(psync_key_valid(PSYNC_SPAN("")));
    assert_false(psync_key_valid(PSYNC_SPAN("a b")));
    assert_false(psync_key_valid(PSYNC_SPAN("a\r\nX: y")));
    assert_false(psync_key_valid(PSYNC_SPAN("caf\xc3\xa9")));
    assert_false(psync_key_valid(PSYNC_SPAN("a\x7f")));
    assert_true(psync_key_valid((struct psync_span){longest, PSYNC_KEY_MAX - 1}));
    assert_false(psync_key_valid((struct psync_span){longest, PSYNC_KEY_MAX}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(product_keys), cmocka_unit_test(batch_keys), cmocka_unit_test(leading_product),
        cmocka_unit_test(given_keys),
    };
    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
