/* Appends are all or nothing, within the maximum, and always end in a NUL. */
#include "base/buf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void is_a_c_string_from_the_start(void **state)
{
    (void)state;
    struct psync_buf b;
    psync_buf_init(&b, 10);
    assert_string_equal(b.data, "");
    psync_buf_clear(&b);
    psync_buf_truncate(&b, 0);
    psync_buf_drop(&b, 0);
    assert_int_equal(psync_buf_add(&b, NULL, 0), PSYNC_OK);
    assert_string_equal(b.data, "");
    psync_buf_done(&b);
    psync_buf_done(&b); /* twice does no harm */
    struct psync_buf zero = {0};
    psync_buf_done(&zero);
}

static void refuses_what_exceeds_the_maximum(void **state)
{
    (void)state;
    for (size_t max = 0; max <= 200; max++) {
        struct psync_buf b;
        psync_buf_init(&b, max);
        for (size_t i = 0; i < max; i++)
            assert_int_equal(psync_buf_add_char(&b, (char)('a' + i % 26)), PSYNC_OK);
        assert_int_equal(psync_buf_add_char(&b, 'z'), PSYNC_REJECT);
        assert_int_equal(psync_buf_add_str(&b, "zz"), PSYNC_REJECT);
        assert_int_equal(psync_buf_printf(&b, "%d", 123), PSYNC_REJECT);
        assert_int_equal(psync_buf_reserve(&b, 1), PSYNC_REJECT);
        assert_int_equal(psync_buf_add(&b, "z", SIZE_MAX), PSYNC_REJECT);
        assert_int_equal(b.len, max);
        assert_int_equal(strlen(b.data), max);
        assert_true(b.cap <= max + 1);
        for (size_t i = 0; i < max; i++)
            assert_int_equal(b.data[i], 'a' + i % 26);
        psync_buf_done(&b);
    }
}

static void keeps_contents_when_an_append_fails(void **state)
{
    (void)state;
    struct psync_buf b;
    psync_buf_init(&b, 8);
    assert_int_equal(psync_buf_add_str(&b, "12345"), PSYNC_OK);
    assert_int_equal(psync_buf_printf(&b, "%s", "6789"), PSYNC_REJECT);
    assert_string_equal(b.data, "12345");
    assert_int_equal(psync_buf_printf(&b, "%s", "678"), PSYNC_OK);
    assert_string_equal(b.data, "12345678");
    psync_buf_done(&b);
    psync_buf_init(&b, SIZE_MAX); /* a maximum beyond all memory must not wrap */
    assert_int_equal(psync_buf_add(&b, "x", 1), PSYNC_OK);
    assert_int_equal(psync_buf_reserve(&b, SIZE_MAX - 1), PSYNC_REJECT);
    assert_string_equal(b.data, "x");
    psync_buf_done(&b);
}

static void formats_of_any_length(void **state)
{
    (void)state;
    struct psync_buf b;
    psync_buf_init(&b, 100000);
    size_t len = 0;
    for (int width = 0; width < 300; width++) {
        assert_int_equal(psync_buf_printf(&b, "%*s", width, ""), PSYNC_OK);
        len += (size_t)width;
        assert_int_equal(b.len, len);
        assert_int_equal(b.data[len], '\0');
    }
    assert_int_equal(strspn(b.data, " "), len);
    psync_buf_done(&b);
}

static void writes_integers(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *text;
    } cases[] = {
        {0, "0"}, {7, "7"}, {-7, "-7"}, {10, "10"}, {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_buf b;
        psync_buf_init(&b, strlen(cases[i].text));
        assert_int_equal(psync_buf_add_int(&b, cases[i].n), PSYNC_OK);
        assert_string_equal(b.data, cases[i].text);
        assert_int_equal(psync_buf_add_int(&b, 0), PSYNC_REJECT);
        psync_buf_done(&b);
    }
}

static void holds_nul_bytes(void **state)
{
    (void)state;
    struct psync_buf b;
    psync_buf_init(&b, 100);
    assert_int_equal(psync_buf_add(&b, "a\0b", 3), PSYNC_OK);
    assert_int_equal(psync_buf_add_char(&b, '\0'), PSYNC_OK);
    assert_int_equal(b.len, 4);
    assert_memory_equal(b.data, "a\0b\0", 5);
    psync_buf_done(&b);
}

static void reserves_drops_and_truncates(void **state)
{
    (void)state;
    struct psync_buf b;
    psync_buf_init(&b, 1000);
    assert_int_equal(psync_buf_reserve(&b, 500), PSYNC_OK);
    const char *before = b.data;
    for (int i = 0; i < 500; i++)
        assert_int_equal(psync_buf_add_char(&b, (char)('0' + i % 10)), PSYNC_OK);
    assert_ptr_equal(b.data, before);
    psync_buf_drop(&b, 495);
    assert_string_equal(b.data, "56789");
    psync_buf_truncate(&b, 2);
    assert_string_equal(b.data, "56");
    psync_buf_drop(&b, 2);
    assert_string_equal(b.data, "");
    assert_int_equal(psync_buf_add_str(&b, "again"), PSYNC_OK);
    psync_buf_clear(&b);
    assert_string_equal(b.data, "");
    assert_true(b.cap > 0);
    psync_buf_done(&b);
}

static void spans(void **state)
{
    (void)state;
    char *copy = psync_span_dup((struct psync_span){"abcdef", 3});
    assert_string_equal(copy, "abc");
    free(copy);
    copy = psync_span_dup((struct psync_span){NULL, 0});
    assert_string_equal(copy, "");
    free(copy);
    static const struct {
        struct psync_span s;
        const char *text;
        bool equal;
    } cases[] = {
        {PSYNC_SPAN_INIT("abc"), "abc", true}, {PSYNC_SPAN_INIT("abc"), "abd", false},
        {PSYNC_SPAN_INIT("abc"), "ab", false}, {PSYNC_SPAN_INIT("ab"), "abc", false},
        {PSYNC_SPAN_INIT("a\0b"), "a", false}, {{NULL, 0}, "", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(psync_span_eq(cases[i].s, cases[i].text), cases[i].equal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_a_c_string_from_the_start), cmocka_unit_test(refuses_what_exceeds_the_maximum),
        cmocka_unit_test(keeps_contents_when_an_append_fails), cmocka_unit_test(formats_of_any_length),
        cmocka_unit_test(holds_nul_bytes), cmocka_unit_test(writes_integers),
        cmocka_unit_test(reserves_drops_and_truncates),
        cmocka_unit_test(spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
