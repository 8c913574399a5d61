/* Durations and sizes as settings have them. */
#include "base/timefmt.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void reads_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        psync_ms ms; /* -1: refused */
    } cases[] = {
        {"0", 0},          {"0s", 0},        {"0.0", 0},      {"100ms", 100},   {"1s", 1000},
        {"1.5s", 1500},    {"0.001s", 1},    {"5m", 300000},  {"0.5m", 30000},  {"72h", 259200000},
        {"30d", INT64_C(2592000000)},        {"3650d", INT64_C(315360000000)},  {"87600h", INT64_C(315360000000)},
        {"3651d", -1},     {"87600.1h", -1}, {"", -1},        {"5", -1},        {"s", -1},
        {"-5s", -1},       {"+5s", -1},      {" 5s", -1},     {"5 s", -1},      {"5s ", -1},
        {"5S", -1},        {"5M", -1},       {"5sec", -1},    {"1e3s", -1},     {"1m30s", -1},
        {"1..5s", -1},     {".5s", -1},      {"5.s", -1},     {"05s", -1},      {"0.0005s", -1},
        {"1.5ms", -1},     {"0.5ms", -1},    {"1w", -1},      {"5y", -1},       {"s5", -1},
        {"99999999999999999999999d", -1},    {"9223372036854775807ms", -1},     {"nan", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        psync_ms ms = -1;
        enum psync_result r = psync_duration_parse(cases[i].text, &ms);
        if (r != (cases[i].ms >= 0 ? PSYNC_OK : PSYNC_REJECT) || ms != cases[i].ms)
            fail_msg("'%s': %lld", cases[i].text, (long long)ms);
    }
}

static void writes_durations(void **state)
{
    (void)state;
    static const struct {
        psync_ms ms;
        const char *text;
    } cases[] = {
        {0, "0"},           {1, "1ms"},          {100, "100ms"},       {1000, "1s"},         {1500, "1500ms"},
        {60000, "1m"},      {90000, "90s"},      {300000, "5m"},       {3600000, "1h"},      {5400000, "90m"},
        {86400000, "24h"},  {259200000, "72h"},  {345600000, "4d"},    {262800000, "73h"},
        {INT64_C(2592000000), "30d"},            {INT64_C(315360000000), "3650d"},
        {-5000, "-5s"},     {INT64_MAX, "9223372036854775807ms"},      {INT64_MIN, "-9223372036854775808ms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PSYNC_DURATION_MAX];
        assert_ptr_equal(psync_duration_format(cases[i].ms, text), text);
        assert_string_equal(text, cases[i].text);
        psync_ms back;
        if (cases[i].ms >= 0 && cases[i].ms <= INT64_C(315360000000)) {
            assert_int_equal(psync_duration_parse(text, &back), PSYNC_OK);
            assert_int_equal(back, cases[i].ms);
        }
    }
}

static void says_durations_in_words(void **state)
{
    (void)state;
    static const struct {
        psync_ms ms;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {-7, "0 s"},
        {1, "1 ms"},
        {999, "999 ms"},
        {1000, "1 s"},
        {59999, "59 s"},
        {60000, "1 min"},
        {200000, "3 min 20 s"},
        {3600000, "1 h"},
        {3660000, "1 h 1 min"},
        {3601000, "1 h"},
        {86400000, "1 day"},
        {187200000, "2 days 4 h"},
        {172800000, "2 days"},
        {PSYNC_MS_NEVER, "106751991167 days 7 h"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PSYNC_DURATION_MAX];
        assert_string_equal(psync_duration_words(cases[i].ms, text), cases[i].text);
    }
}

static void reads_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool taken;
        uint64_t bytes;
    } cases[] = {
        {"0", true, 0},
        {"4096", true, 4096},
        {"0B", true, 0},
        {"7B", true, 7},
        {"1KB", true, 1024},
        {"64MB", true, 67108864},
        {"2GB", true, UINT64_C(2147483648)},
        {"1KiB", true, 1024},
        {"1MiB", true, 1048576},
        {"1GiB", true, 1073741824},
        {"1.5KB", true, 1536},
        {"8589934591GB", true, UINT64_C(9223372035781033984)},
        {"8589934592GB", false, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"0.5", false, 0},
        {"1.3KB", false, 0},
        {"", false, 0},
        {"MB", false, 0},
        {"-1MB", false, 0},
        {"+1MB", false, 0},
        {"1 MB", false, 0},
        {"1mb", false, 0},
        {"1M", false, 0},
        {"1TB", false, 0},
        {"1e3", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t bytes = 77;
        if (psync_size_parse(cases[i].text, &bytes) != (cases[i].taken ? PSYNC_OK : PSYNC_REJECT))
            fail_msg("'%s'", cases[i].text);
        assert_true(bytes == (cases[i].taken ? cases[i].bytes : 77));
    }
}

static void writes_sizes(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0B"},           {1, "1B"},         {1023, "1023B"},      {1024, "1KB"},
        {1536, "1536B"},     {67108864, "64MB"}, {1073741824, "1GB"}, {UINT64_C(1) << 63, "8589934592GB"},
        {UINT64_MAX, "18446744073709551615B"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PSYNC_DURATION_MAX];
        assert_ptr_equal(psync_size_format(cases[i].bytes, text), text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_durations), cmocka_unit_test(writes_durations),
        cmocka_unit_test(says_durations_in_words), cmocka_unit_test(reads_sizes),
        cmocka_unit_test(writes_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
