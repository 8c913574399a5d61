/* test_breaker - opening, trials, the doubling cool-off, trust. */
#include "delivery/breaker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct psync_breaker_conf conf = {.failures = 5, .failure_percent = 80, .window = 50, .cool_off = 5000,
                                               .cool_off_max = 60000};

static enum psync_breaker_change fail_times(struct psync_breaker *b, int n, psync_ms now)
{
    enum psync_breaker_change change = PSYNC_BREAKER_SAME;

    for (int i = 0; i < n; i++)
        change = psync_breaker_report(b, &conf, false, now);
    return change;
}

static void trial(struct psync_breaker *b, psync_ms now)
{
    assert_int_equal(psync_breaker_admission(b, now), PSYNC_ADMIT_TRIAL);
    psync_breaker_begin_trial(b);
    assert_int_equal(psync_breaker_admission(b, now), PSYNC_ADMIT_NO);
}

static void test_opens_after_failures_in_a_row(void **state)
{
    struct psync_breaker b;

    (void)state;
    psync_breaker_init(&b);
    assert_int_equal(fail_times(&b, 4, 0), PSYNC_BREAKER_SAME);
    assert_int_equal(psync_breaker_report(&b, &conf, true, 0), PSYNC_BREAKER_SAME);
    assert_int_equal(fail_times(&b, 4, 0), PSYNC_BREAKER_SAME);
    assert_int_equal(psync_breaker_admission(&b, 0), PSYNC_ADMIT_YES);
    assert_int_equal(fail_times(&b, 1, 100), PSYNC_BREAKER_OPENED);
    assert_int_equal(b.row, 5);
    assert_int_equal(psync_breaker_admission(&b, 5099), PSYNC_ADMIT_NO);
    assert_int_equal(psync_breaker_due(&b), 5100);
    assert_int_equal(psync_breaker_admission(&b, 5100), PSYNC_ADMIT_TRIAL);
}

static void test_opens_by_share(void **state)
{
    struct psync_breaker b;

    (void)state;
    psync_breaker_init(&b);
    for (int i = 0; i < 49; i++) /* four of five fail: never five in a row */
        assert_int_equal(psync_breaker_report(&b, &conf, i % 5 == 0, 0), PSYNC_BREAKER_SAME);
    assert_int_equal(psync_breaker_report(&b, &conf, false, 0), PSYNC_BREAKER_OPENED);
}

/* At a steady share of failures a row of five is chance; a much longer one is not. */
static void test_rows_by_chance(void **state)
{
    static const struct {
        int percent, row; /* failures among the results before; the row that opens */
    } rows[] = {{0, 5}, {10, 5}, {30, 10}, {50, 17}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_breaker b;
        int row = 0;
        psync_breaker_init(&b);
        for (int k = 0; k < 100; k++) /* spread evenly, the last one a success */
            psync_breaker_report(&b, &conf, (k + 1) * rows[i].percent / 100 == k * rows[i].percent / 100, 0);
        psync_breaker_report(&b, &conf, true, 0);
        do
            row++;
        while (psync_breaker_report(&b, &conf, false, 0) == PSYNC_BREAKER_SAME);
        assert_in_range(row, rows[i].row - 1, rows[i].row + 1);
    }
}

static void test_trial_decides_and_cool_off_doubles(void **state)
{
    static const psync_ms cool_offs[] = {5000, 10000, 20000, 40000, 60000, 60000};
    struct psync_breaker b;
    psync_ms now = 0;

    (void)state;
    psync_breaker_init(&b);
    fail_times(&b, 5, now);
    for (size_t i = 0; i < sizeof cool_offs / sizeof cool_offs[0]; i++) {
        assert_int_equal(psync_breaker_due(&b), now + cool_offs[i]);
        now += cool_offs[i];
        trial(&b, now);
        assert_int_equal(psync_breaker_due(&b), PSYNC_MS_NEVER);
        assert_int_equal(psync_breaker_report(&b, &conf, false, now), PSYNC_BREAKER_REOPENED);
    }
    now += 60000;
    trial(&b, now);
    assert_int_equal(psync_breaker_report(&b, &conf, true, now), PSYNC_BREAKER_CLOSED_AGAIN);
    assert_int_equal(psync_breaker_admission(&b, now), PSYNC_ADMIT_YES);
}

static void test_trust_comes_back_with_successes(void **state)
{
    struct psync_breaker b;

    (void)state;
    for (int successes = 4; successes <= 5; successes++) {
        psync_breaker_init(&b);
        fail_times(&b, 5, 0);
        trial(&b, 5000);
        psync_breaker_report(&b, &conf, true, 5000);
        for (int i = 0; i < successes; i++)
            psync_breaker_report(&b, &conf, true, 5000);
        fail_times(&b, 5, 6000);
        assert_int_equal(psync_breaker_due(&b), 6000 + (successes < 5 ? 10000 : 5000));
    }
}

static void test_void_trial_is_followed_by_another(void **state)
{
    struct psync_breaker b;

    (void)state;
    psync_breaker_init(&b);
    psync_breaker_probe(&b); /* after a suspension */
    trial(&b, 0);
    psync_breaker_trial_void(&b);
    trial(&b, 0);
    assert_int_equal(psync_breaker_report(&b, &conf, false, 0), PSYNC_BREAKER_REOPENED);
    assert_int_equal(psync_breaker_due(&b), 5000);
}

static void test_window_may_shrink(void **state)
{
    struct psync_breaker_conf small = conf;
    struct psync_breaker b;

    (void)state;
    psync_breaker_init(&b);
    for (int i = 0; i < 50; i++)
        psync_breaker_report(&b, &conf, true, 0);
    small.window = 10;
    small.failures = 100;
    for (int i = 0; i < 9; i++)
        assert_int_equal(psync_breaker_report(&b, &small, i < 2, 0), PSYNC_BREAKER_SAME);
    assert_int_equal(psync_breaker_report(&b, &small, false, 0), PSYNC_BREAKER_OPENED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_after_failures_in_a_row),
        cmocka_unit_test(test_opens_by_share),
        cmocka_unit_test(test_rows_by_chance),
        cmocka_unit_test(test_trial_decides_and_cool_off_doubles),
        cmocka_unit_test(test_trust_comes_back_with_successes),
        cmocka_unit_test(test_void_trial_is_followed_by_another),
        cmocka_unit_test(test_window_may_shrink),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
