/* SHA-256 by the examples of FIPS 180-4 (NIST's "SHA256" example values and CAVS short messages); threads. */
#include "base/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void assert_digest(const struct psync_span *parts, size_t n, const char *expected)
{
    unsigned char digest[PSYNC_SHA256_BYTES];
    char hex[2 * PSYNC_SHA256_BYTES + 1];
    assert_int_equal(psync_sha256(parts, n, digest), PSYNC_OK);
    psync_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, expected);
}

static const struct {
    struct psync_span message;
    const char *digest;
} vectors[] = {
    {PSYNC_SPAN_INIT(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {PSYNC_SPAN_INIT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {PSYNC_SPAN_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {PSYNC_SPAN_INIT("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                     "mnopqrstnopqrstu"),
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {PSYNC_SPAN_INIT("\xbd"), "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
    {PSYNC_SPAN_INIT("\0\0\0\0"), "df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"},
};

static void agrees_with_fips_180_4(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        assert_digest(&vectors[i].message, 1, vectors[i].digest);
    enum { MILLION = 1000000 };
    char *a = malloc(MILLION);
    assert_non_null(a);
    memset(a, 'a', MILLION);
    assert_digest(&(struct psync_span){a, MILLION}, 1,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(a);
}

static void hashes_parts_as_one(void **state)
{
    (void)state;
    const struct psync_span parts[] = {PSYNC_SPAN("a"), PSYNC_SPAN(""), {NULL, 0}, PSYNC_SPAN("bc")};
    assert_digest(parts, 4, vectors[1].digest);
    assert_digest(NULL, 0, vectors[0].digest);
    struct psync_span all = vectors[3].message;
    for (size_t cut = 0; cut <= all.len; cut++) {
        struct psync_span two[] = {{all.data, cut}, {all.data + cut, all.len - cut}};
        assert_digest(two, 2, vectors[3].digest);
    }
}

static void *hash_many(void *arg)
{
    int *failures = arg;
    for (int i = 0; i < 2000; i++) {
        size_t v = (size_t)i % (sizeof vectors / sizeof vectors[0]);
        unsigned char digest[PSYNC_SHA256_BYTES];
        char hex[2 * PSYNC_SHA256_BYTES + 1];
        if (psync_sha256(&vectors[v].message, 1, digest) != PSYNC_OK) {
            ++*failures;
            continue;
        }
        psync_hex(digest, sizeof digest, hex);
        *failures += strcmp(hex, vectors[v].digest) != 0;
    }
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    pthread_t threads[4];
    int failures[4] = {0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hash_many, &failures[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failures[i], 0);
    }
}

static void writes_hex(void **state)
{
    (void)state;
    char text[9];
    psync_hex((const unsigned char *)"\x00\x0f\xa5\xff", 4, text);
    assert_string_equal(text, "000fa5ff");
    psync_hex(NULL, 0, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_fips_180_4),
        cmocka_unit_test(hashes_parts_as_one),
        cmocka_unit_test(threads_do_not_disturb_each_other),
        cmocka_unit_test(writes_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
