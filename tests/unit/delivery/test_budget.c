/* test_budget - retries are spread out to a share of the requests, never dropped; and the window that counts these. */
#include "delivery/budget.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct psync_retry_conf conf = {.budget_percent = 20, .budget_reserve = 10};

static void test_window(void **state)
{
    struct psync_window w = {0};

    (void)state;
    assert_int_equal(psync_window_sum(&w, 1000000), 0);
    psync_window_add(&w, 1000000, 3);
    psync_window_add(&w, 1005000, 4);
    assert_int_equal(psync_window_sum(&w, 1009999), 7);
    assert_int_equal(psync_window_sum(&w, 1010000), 4);
    assert_int_equal(psync_window_sum(&w, 1014999), 4);
    assert_int_equal(psync_window_sum(&w, 1015000), 0);
    psync_window_add(&w, 900000, 2); /* the clock went back */
    assert_int_equal(psync_window_sum(&w, 900000), 9);
    psync_window_add(&w, 99000000, 1);
    assert_int_equal(psync_window_sum(&w, 99000000), 1);
}

/* With no requests at all the reserve alone pays: ten seconds' worth at once, then ten a second. */
static void test_reserve(void **state)
{
    struct psync_budget b = {0};
    psync_ms now = 1000000;

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(psync_budget_retry(&b, &conf, now, now, 300000), now);
    assert_int_equal(psync_budget_retry(&b, &conf, now, now, 300000), now + 100);
    assert_int_equal(psync_budget_retry(&b, &conf, now, now, 300000), now + 200);
    for (int i = 0; i < 8; i++)
        (void)psync_budget_retry(&b, &conf, now, now, 300000);
    assert_int_equal(psync_budget_retry(&b, &conf, now, now, 300000), now + 1100);
}

/* 1000 first attempts a second pay for 200 retries a second. */
static void test_share(void **state)
{
    struct psync_budget b = {0};
    psync_ms now = 1000000;
    int at_once = 0;

    (void)state;
    for (; now < 1020000; now++)
        psync_budget_first(&b, &conf, now);
    while (psync_budget_retry(&b, &conf, now, now, 300000) == now)
        at_once++;
    assert_in_range(at_once, 1850, 2150); /* nine or ten seconds' worth of 210 a second: */
    assert_in_range(psync_budget_retry(&b, &conf, now, now, 300000) - now, 4, 11);
}

static void test_earlier_than_backoff_changes_nothing(void **state)
{
    struct psync_budget b = {0};

    (void)state;
    assert_int_equal(psync_budget_retry(&b, &conf, 1000, 5000, 300000), 5000);
}

static void test_never_later_than_longest(void **state)
{
    struct psync_budget b = {0};
    psync_ms latest = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        psync_ms at = psync_budget_retry(&b, &conf, 1000, 2000, 300000);
        latest = at > latest ? at : latest;
    }
    assert_int_equal(latest, 301000);
}

static void test_off(void **state)
{
    static const struct psync_retry_conf off = {.budget_percent = 0, .budget_reserve = 10};
    struct psync_budget b = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(psync_budget_retry(&b, &off, 1000, 1000, 300000), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_earlier_than_backoff_changes_nothing),
        cmocka_unit_test(test_never_later_than_longest),
        cmocka_unit_test(test_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
