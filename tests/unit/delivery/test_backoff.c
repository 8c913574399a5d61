/* test_backoff - doubling, cap and both kinds of jitter. */
#include "delivery/backoff.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct psync_retry_conf add = {.backoff = 1000, .backoff_max = 300000, .jitter = PSYNC_JITTER_ADD,
                                            .jitter_max = 250};
static const struct psync_retry_conf full = {.backoff = 1000, .backoff_max = 300000, .jitter = PSYNC_JITTER_FULL};

static void test_delay(void **state)
{
    static const struct {
        const struct psync_retry_conf *conf;
        uint32_t failures;
        double chance;
        psync_ms delay;
    } rows[] = {
        {&add, 1, 0, 1000},       {&add, 2, 0, 2000},     {&add, 3, 0, 4000},       {&add, 9, 0, 256000},
        {&add, 10, 0, 300000},    {&add, 1000000, 0, 300000}, {&add, 1, 0.9999, 1250}, {&add, 10, 0.9999, 300250},
        {&add, 1, 0.5, 1125},     {&add, 0, 0, 1000},     {&full, 1, 0, 0},         {&full, 1, 0.9999, 1000},
        {&full, 3, 0.5, 2000},    {&full, 50, 0.9999999, 300000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(psync_backoff_delay(rows[i].conf, rows[i].failures, rows[i].chance), rows[i].delay);
}

static void test_jitter_is_positive(void **state)
{
    static const struct psync_retry_conf none = {.jitter_max = 0};

    (void)state;
    assert_int_equal(psync_backoff_jitter(&add, 0), 1);
    assert_int_equal(psync_backoff_jitter(&add, 0.9999), 250);
    assert_int_equal(psync_backoff_jitter(&none, 0.5), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_jitter_is_positive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
