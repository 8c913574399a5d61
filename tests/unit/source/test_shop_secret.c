/* Decryption of what PrestaShop encrypted. tests/vectors/defuse.json was made by the library itself, with keys made for it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/shop_secret.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_object *vectors;

static int read_vectors(void **state)
{
    struct psync_buf text;
    char path[4096], chunk[4096];
    size_t n;
    (void)state;
    snprintf(path, sizeof path, "%s/vectors/defuse.json", getenv("PSYNC_TESTS"));
    FILE *f = fopen(path, "r");
    psync_buf_init(&text, 1 << 20);
    while (f && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        if (psync_buf_add(&text, chunk, n) != PSYNC_OK)
            return -1;
    if (f)
        fclose(f);
    enum psync_result r = psync_json_parse((struct psync_span){text.data, text.len}, &vectors, NULL);
    psync_buf_done(&text);
    return r == PSYNC_OK ? 0 : -1;
}

static int drop_vectors(void **state)
{
    (void)state;
    json_object_put(vectors);
    return 0;
}

static const char *member(size_t i, const char *name)
{
    return psync_json_text(json_object_array_get_idx(vectors, i), name);
}

static enum psync_result open_secret(const char *key, const char *cipher, struct psync_buf *out, struct psync_error *err)
{
    psync_buf_init(out, 4096);
    return psync_shop_secret_open(key, cipher, out, err);
}

static void the_librarys_own(void **state)
{
    (void)state;
    assert_true(json_object_array_length(vectors) >= 5);
    for (size_t i = 0; i < json_object_array_length(vectors); i++) {
        struct psync_buf out;
        char key[256];
        assert_true(psync_shop_secret_is(member(i, "cipher")));
        snprintf(key, sizeof key, "%s \n", member(i, "key")); /* as a file has it */
        assert_int_equal(open_secret(key, member(i, "cipher"), &out, NULL), PSYNC_OK);
        assert_string_equal(out.data, member(i, "text"));
        psync_buf_done(&out);
    }
}

/* Each byte of the ciphertext, changed, is noticed; so is another key. */
static void what_is_changed_is_noticed(void **state)
{
    char *cipher = strdup(member(1, "cipher"));
    struct psync_buf out;
    struct psync_error err = {0};
    (void)state;
    for (size_t i = 0; cipher[i]; i++) {
        char was = cipher[i];
        cipher[i] = was == '0' ? '1' : '0';
        assert_int_equal(open_secret(member(1, "key"), cipher, &out, NULL), PSYNC_REJECT);
        assert_int_equal(out.len, 0);
        psync_buf_done(&out);
        cipher[i] = was;
    }
    assert_int_equal(open_secret(member(0, "key"), cipher, &out, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "under another one"));
    psync_buf_done(&out);
    free(cipher);
}

static void what_is_no_ciphertext_or_key(void **state)
{
    static const char *const texts[] = {"", "token", "def50200", "def50200zz", "def5020"};
    struct psync_buf out;
    struct psync_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(psync_shop_secret_is(texts[i]));
        assert_int_equal(open_secret(member(0, "key"), texts[i], &out, NULL), PSYNC_REJECT);
        psync_buf_done(&out);
    }
    for (size_t i = 0; i < 2; i++) {
        char key[256];
        snprintf(key, sizeof key, "%s", member(0, "key"));
        key[i ? strlen(key) - 1 : 0] = 'e';
        if (i)
            key[strlen(key) - 1] = member(0, "key")[strlen(key) - 1] == 'e' ? 'f' : 'e';
        if (!i)
            key[0] = 'c';
        assert_int_equal(open_secret(key, member(0, "cipher"), &out, &err), PSYNC_REJECT);
        assert_non_null(strstr(err.text, "new_cookie_key"));
        psync_buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_librarys_own),
        cmocka_unit_test(what_is_changed_is_noticed),
        cmocka_unit_test(what_is_no_ciphertext_or_key),
    };
    return cmocka_run_group_tests(tests, read_vectors, drop_vectors);
}
