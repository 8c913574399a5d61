/* Grammar, bounds, exact arithmetic, rounding half up. */
#include "base/decimal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define ZEROS_20 "00000000000000000000"
#define NINES_20 "99999999999999999999"
#define NINES_60 NINES_20 NINES_20 NINES_20

static struct psync_span span(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static struct psync_decimal decimal(const char *text)
{
    struct psync_decimal d;
    assert_int_equal(psync_decimal_parse(span(text), false, &d), PSYNC_OK);
    return d;
}

static void tells_numbers_of_any_size(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "-1.5e3", "1e400", "1E-400", NINES_60 NINES_20, "0." ZEROS_20 NINES_60};
    static const char *const others[] = {"", "-", "1e", "1e400x", "nan", "01", "1,5", NINES_60 NINES_20 "x"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        assert_true(psync_decimal_is_number(span(numbers[i]), false));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(psync_decimal_is_number(span(others[i]), false));
    assert_false(psync_decimal_is_number(span("+5."), false));
    assert_true(psync_decimal_is_number(span("+5."), true));
}

static void assert_formats(const struct psync_decimal *d, unsigned scale, const char *expected)
{
    char text[PSYNC_DECIMAL_MAX];
    assert_int_equal(psync_decimal_format(d, scale, text), PSYNC_OK);
    assert_string_equal(text, expected);
}

enum grammar { NEVER, LENIENT, ALWAYS };

static void reads_the_grammar_of_json_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum grammar taken;
    } cases[] = {
        {"0", ALWAYS},        {"-0", ALWAYS},      {"49.90", ALWAYS},    {"-0.5", ALWAYS},      {"1e3", ALWAYS},
        {"1E+3", ALWAYS},     {"1.5E-2", ALWAYS},  {"0.0", ALWAYS},      {"10", ALWAYS},        {"0e0", ALWAYS},
        {"0e999999", ALWAYS}, {"0E-99", ALWAYS},   {"0e99999999999999999999", ALWAYS},          {"1e-0", ALWAYS},
        {"1e003", ALWAYS},    {"+5", LENIENT},     {".5", LENIENT},      {"5.", LENIENT},       {"-.5", LENIENT},
        {"+.5e1", LENIENT},   {"5.e1", LENIENT},   {"", NEVER},          {"-", NEVER},          {"+", NEVER},
        {".", NEVER},         {"-.", NEVER},       {"e5", NEVER},        {".e5", NEVER},        {"01", NEVER},
        {"-01", NEVER},       {"00", NEVER},       {"00.5", NEVER},      {"1e", NEVER},         {"1e+", NEVER},
        {"1e+-1", NEVER},     {"--1", NEVER},      {"+-1", NEVER},       {"1.2.3", NEVER},      {"1,5", NEVER},
        {" 1", NEVER},        {"1 ", NEVER},       {"1e5.5", NEVER},     {"0x10", NEVER},       {"NaN", NEVER},
        {"Infinity", NEVER},  {"1a", NEVER},       {"\xd9\xa1", NEVER},  {"1_000", NEVER},      {"1e1e1", NEVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal d;
        memset(&d, 0xaa, sizeof d);
        struct psync_decimal untouched = d;
        bool strict = psync_decimal_parse(span(cases[i].text), false, &d) == PSYNC_OK;
        if (strict != (cases[i].taken == ALWAYS))
            fail_msg("'%s', strict", cases[i].text);
        if (!strict)
            assert_memory_equal(&d, &untouched, sizeof d);
        if ((psync_decimal_parse(span(cases[i].text), true, &d) == PSYNC_OK) != (cases[i].taken >= LENIENT))
            fail_msg("'%s', lenient", cases[i].text);
    }
    struct psync_decimal d;
    assert_int_equal(psync_decimal_parse(PSYNC_SPAN("1\0"), true, &d), PSYNC_REJECT);
    assert_int_equal(psync_decimal_parse(PSYNC_SPAN("1\0002"), true, &d), PSYNC_REJECT);
}

static void refuses_more_digits_than_it_holds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool taken;
    } cases[] = {
        {NINES_60, true},
        {NINES_60 "9", false},
        {"0." NINES_60, true},
        {"0." NINES_60 "9", false},
        {"9" NINES_20 "." NINES_20 "9999999999999999999", true},
        {"1e59", true},
        {"1e60", false},
        {"1e-60", true},
        {"1e-61", false},
        {"0.1e-59", true},
        {"0.1e-60", false},
        {NINES_60 "e0", true},
        {NINES_60 "e1", false},
        {NINES_60 "e-60", true},
        {NINES_60 "e-61", false},
        {"0." ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 "1", false},
        {"0." ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 "1e80", true}, /* 0.1 */
        {"1e999999999999999999999", false},
        {"1e-999999999999999999999", false},
        {"0." ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal d;
        if ((psync_decimal_parse(span(cases[i].text), false, &d) == PSYNC_OK) != cases[i].taken)
            fail_msg("'%s'", cases[i].text);
    }
    struct psync_decimal d = decimal("0." ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 "1e80");
    assert_formats(&d, 3, "0.100");
}

static void rounds_half_up_and_pads(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned scale;
        const char *expected;
    } cases[] = {
        {"49.9", 2, "49.90"},     {"49.90", 2, "49.90"},   {"0", 2, "0.00"},          {"0", 0, "0"},
        {"-0", 2, "0.00"},        {"1234567.89", 2, "1234567.89"},                    {"15", 3, "15.000"},
        {"0.005", 2, "0.01"},     {"0.004", 2, "0.00"},    {"0.0049999", 2, "0.00"},  {"1.005", 2, "1.01"},
        {"2.675", 2, "2.68"},     {"0.994", 2, "0.99"},    {"0.995", 2, "1.00"},      {"9.995", 2, "10.00"},
        {"99.995", 2, "100.00"},  {"0.5", 0, "1"},         {"0.49", 0, "0"},          {"1.5", 0, "2"},
        {"2.5", 0, "3"},          {"999.5", 0, "1000"},    {"-1.005", 2, "-1.01"},    {"-0.001", 2, "0.00"},
        {"-0.005", 2, "-0.01"},   {"0.0005", 2, "0.00"},   {"0.05", 1, "0.1"},        {"0.05", 0, "0"},
        {"5e-1", 0, "1"},         {"5e-2", 0, "0"},        {"1e3", 2, "1000.00"},     {"1.5e3", 0, "1500"},
        {"1.5E-2", 3, "0.015"},   {"1.5E-2", 2, "0.02"},   {"1e-60", 2, "0.00"},      {"49.8999999", 2, "49.90"},
        {"0." NINES_60, 59, "1." ZEROS_20 ZEROS_20 "0000000000000000000"},
        {"0." NINES_60, 0, "1"},
        {NINES_60, 0, NINES_60},
        {NINES_60, 18, NINES_60 ".000000000000000000"}, /* 79 bytes and the NUL */
        {"-" NINES_60, 17, "-" NINES_60 ".00000000000000000"},
        {"0." NINES_20, 20, "0." NINES_20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal d = decimal(cases[i].text);
        assert_formats(&d, cases[i].scale, cases[i].expected);
    }
}

static void refuses_what_does_not_fit_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned scale;
    } cases[] = {
        {NINES_60, 19}, {"-" NINES_60, 18}, {"0", 78}, {"0", 1000}, {"0", UINT32_MAX}, {NINES_60 "e-1", 70},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal d = decimal(cases[i].text);
        char text[PSYNC_DECIMAL_MAX] = "untouched";
        assert_int_equal(psync_decimal_format(&d, cases[i].scale, text), PSYNC_REJECT);
        assert_string_equal(text, "untouched");
    }
    struct psync_decimal full = decimal(NINES_20 NINES_20 "9999999999999999999.9"); /* rounding makes it longer */
    assert_formats(&full, 0, "1" ZEROS_20 ZEROS_20 "0000000000000000000");
}

static void multiplies_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned scale;
        const char *expected; /* NULL: refused */
    } cases[] = {
        {"49.90", "1.20", 4, "59.8800"},
        {"0", "123.45", 2, "0.00"},
        {"-0.5", "0.5", 2, "-0.25"},
        {"-3", "-4", 0, "12"},
        {"-3", "0", 0, "0"},
        {"1e30", "1e29", 0, "1" ZEROS_20 ZEROS_20 "0000000000000000000"},
        {"1e30", "1e30", 0, NULL},
        {"1e-30", "1e-31", 0, NULL},
        {"99999999999999999999", "99999999999999999999", 0, "9999999999999999999800000000000000000001"},
        {"82.644628", "1.21", 8, "99.99999988"},
        {NINES_60, "1", 0, NINES_60},
        {NINES_60, "9", 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal a = decimal(cases[i].a), b = decimal(cases[i].b), ab, ba;
        enum psync_result r = psync_decimal_multiply(&a, &b, &ab);
        assert_int_equal(psync_decimal_multiply(&b, &a, &ba), r);
        assert_int_equal(r, cases[i].expected != NULL ? PSYNC_OK : PSYNC_REJECT);
        if (r != PSYNC_OK)
            continue;
        assert_formats(&ab, cases[i].scale, cases[i].expected);
        assert_formats(&ba, cases[i].scale, cases[i].expected);
    }
}

static void adds_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned scale;
        const char *expected;
    } cases[] = {
        {"0.1", "0.2", 1, "0.3"},
        {"1", "0.05", 2, "1.05"},
        {"0", "0", 2, "0.00"},
        {"99.99", "0.01", 2, "100.00"},
        {"1e20", "1e-20", 20, "100000000000000000000.00000000000000000001"},
        {"1e40", "1e-40", 0, NULL},
        {NINES_60, "1", 0, NULL},
        {"5", NINES_20, 0, "100000000000000000004"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal a = decimal(cases[i].a), b = decimal(cases[i].b), sum;
        for (int swap = 0; swap < 2; swap++) {
            enum psync_result r = psync_decimal_add(swap ? &b : &a, swap ? &a : &b, &sum);
            assert_int_equal(r, cases[i].expected != NULL ? PSYNC_OK : PSYNC_REJECT);
            if (r == PSYNC_OK)
                assert_formats(&sum, cases[i].scale, cases[i].expected);
        }
    }
}

static void converts_whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool whole;
        int64_t n;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"0.00", true, 0},
        {"15.00", true, 15},
        {"-15.0", true, -15},
        {"1.5e1", true, 15},
        {"1e3", true, 1000},
        {"150e-1", true, 15},
        {"15.01", false, 0},
        {"0.5", false, 0},
        {"1e-1", false, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"9223372036854775807.000", true, INT64_MAX},
        {"18446744073709551616", false, 0},
        {NINES_60, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal d = decimal(cases[i].text);
        int64_t n = 77;
        assert_int_equal(psync_decimal_to_int64(&d, &n), cases[i].whole ? PSYNC_OK : PSYNC_REJECT);
        assert_int_equal(n, cases[i].whole ? cases[i].n : 77);
    }
}

static void knows_zero_and_sign(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool zero, negative;
    } cases[] = {
        {"0", true, false},     {"-0", true, false},   {"-0.000", true, false}, {"0e5", true, false},
        {"0.01", false, false}, {"-0.01", false, true}, {"-7", false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_decimal d = decimal(cases[i].text);
        assert_int_equal(psync_decimal_is_zero(&d), cases[i].zero);
        assert_int_equal(d.negative, cases[i].negative);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_grammar_of_json_and_no_more),
        cmocka_unit_test(tells_numbers_of_any_size),
        cmocka_unit_test(refuses_more_digits_than_it_holds),
        cmocka_unit_test(rounds_half_up_and_pads),
        cmocka_unit_test(refuses_what_does_not_fit_the_text),
        cmocka_unit_test(multiplies_exactly),
        cmocka_unit_test(adds_exactly),
        cmocka_unit_test(converts_whole_numbers),
        cmocka_unit_test(knows_zero_and_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
