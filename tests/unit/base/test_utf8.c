/* Validity by Unicode's table 3-7, cuts, white space by PropList. */
#include "base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const struct {
    struct psync_span s;
    bool valid;
} validity[] = {
    {PSYNC_SPAN_INIT(""), true},
    {PSYNC_SPAN_INIT("plain ASCII, longer than a machine word"), true},
    {PSYNC_SPAN_INIT("a\0b"), true},
    {PSYNC_SPAN_INIT("\xc2\x80"), true},         /* U+0080 */
    {PSYNC_SPAN_INIT("\xdf\xbf"), true},         /* U+07FF */
    {PSYNC_SPAN_INIT("\xe0\xa0\x80"), true},     /* U+0800 */
    {PSYNC_SPAN_INIT("\xed\x9f\xbf"), true},     /* U+D7FF */
    {PSYNC_SPAN_INIT("\xee\x80\x80"), true},     /* U+E000 */
    {PSYNC_SPAN_INIT("\xef\xbf\xbf"), true},     /* U+FFFF */
    {PSYNC_SPAN_INIT("\xf0\x90\x80\x80"), true}, /* U+10000 */
    {PSYNC_SPAN_INIT("\xf4\x8f\xbf\xbf"), true}, /* U+10FFFF */
    {PSYNC_SPAN_INIT("\xd8\xa7\xd9\x84 caf\xc3\xa9"), true},
    {PSYNC_SPAN_INIT("\x80"), false}, /* a continuation alone */
    {PSYNC_SPAN_INIT("\xbf"), false},
    {PSYNC_SPAN_INIT("\xc0\x80"), false}, /* overlong NUL */
    {PSYNC_SPAN_INIT("\xc1\xbf"), false},
    {PSYNC_SPAN_INIT("\xe0\x80\xaf"), false}, /* overlong '/' */
    {PSYNC_SPAN_INIT("\xe0\x9f\xbf"), false},
    {PSYNC_SPAN_INIT("\xf0\x8f\xbf\xbf"), false},
    {PSYNC_SPAN_INIT("\xed\xa0\x80"), false}, /* surrogates */
    {PSYNC_SPAN_INIT("\xed\xbf\xbf"), false},
    {PSYNC_SPAN_INIT("\xed\xa0\xbd\xed\xb8\x80"), false}, /* CESU-8 */
    {PSYNC_SPAN_INIT("\xf4\x90\x80\x80"), false},         /* U+110000 */
    {PSYNC_SPAN_INIT("\xf5\x80\x80\x80"), false},
    {PSYNC_SPAN_INIT("\xf8\x88\x80\x80\x80"), false},
    {PSYNC_SPAN_INIT("\xfe"), false},
    {PSYNC_SPAN_INIT("\xff"), false},
    {PSYNC_SPAN_INIT("\xc3"), false}, /* cut short */
    {PSYNC_SPAN_INIT("\xe2\x82"), false},
    {PSYNC_SPAN_INIT("\xf0\x9f\x98"), false},
    {PSYNC_SPAN_INIT("\xc3z"), false}, /* a continuation is missing */
    {PSYNC_SPAN_INIT("\xe2\x82z"), false},
    {PSYNC_SPAN_INIT("\xf0\x9f\x98z"), false},
};

static void tells_valid_from_invalid_at_any_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof validity / sizeof validity[0]; i++) {
        for (size_t shift = 0; shift < 10; shift++) { /* past the word-wise scan and within it */
            char text[64] = "..........";
            memcpy(text + shift, validity[i].s.data, validity[i].s.len);
            memcpy(text + shift + validity[i].s.len, "..", 2);
            assert_int_equal(psync_utf8_valid((struct psync_span){text, shift + validity[i].s.len + 2}),
                             validity[i].valid);
            assert_int_equal(psync_utf8_valid((struct psync_span){text, shift + validity[i].s.len}),
                             validity[i].valid);
        }
    }
}

static void reads_back_every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        if (c == 0xd800)
            c = 0xe000;
        char bytes[4];
        size_t len, n = psync_utf8_encode(c, bytes);
        assert_int_equal(psync_utf8_next((struct psync_span){bytes, n}, &len), c);
        assert_int_equal(len, n);
    }
    size_t len = 9;
    assert_int_equal(psync_utf8_next(PSYNC_SPAN("\xe2\x82z"), &len), UINT32_MAX);
    assert_int_equal(len, 1);
}

static void cuts_between_characters(void **state)
{
    (void)state;
    struct psync_span mixed = PSYNC_SPAN("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"); /* 1 + 2 + 3 + 4 + 1 bytes */
    static const size_t cuts[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t max = 0; max < sizeof cuts / sizeof cuts[0]; max++)
        assert_int_equal(psync_utf8_cut(mixed, max), cuts[max]);
    assert_int_equal(psync_utf8_cut(PSYNC_SPAN("ab\xf0\x9f\x98"), 100), 2); /* torn already */
    assert_int_equal(psync_utf8_cut(PSYNC_SPAN("\x80\x80\x80\x80\x80\x80"), 5), 5);
    assert_int_equal(psync_utf8_cut((struct psync_span){NULL, 0}, 5), 0);
}

static void knows_white_space_and_controls(void **state)
{
    (void)state;
    static const uint32_t blanks[][2] = {{0x00, 0x20},     {0x7f, 0x9f},     {0xa0, 0xa0},     {0x1680, 0x1680},
                                         {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
                                         {0x3000, 0x3000}};
    for (uint32_t c = 0; c <= 0x11000; c++) {
        bool blank = false;
        for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
            blank = blank || (c >= blanks[i][0] && c <= blanks[i][1]);
        assert_int_equal(psync_utf8_is_blank(c), blank);
    }
    assert_false(psync_utf8_is_blank(UINT32_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_valid_from_invalid_at_any_offset),
        cmocka_unit_test(reads_back_every_code_point),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(knows_white_space_and_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
