/* Percentiles from buckets: exact where they are small, off by an eighth at most elsewhere. */
#include "harness.h"

#include "admin/spread.h"

static void small_values_are_exact(void **state)
{
    (void)state;
    struct psync_spread s = {0};
    assert_true(psync_spread_quantile(&s, 0.5) < 0);
    for (psync_ms ms = 0; ms < 8; ms++)
        psync_spread_add(&s, ms);
    assert_true(psync_spread_quantile(&s, 0.125) == 0);
    assert_true(psync_spread_quantile(&s, 0.5) == 3);
    assert_true(psync_spread_quantile(&s, 1) == 7);
}

static void large_ones_are_close(void **state)
{
    (void)state;
    for (psync_ms ms = 8; ms < (psync_ms)1 << 32; ms += ms / 5 + 1) {
        struct psync_spread s = {0};
        psync_spread_add(&s, ms);
        double got = psync_spread_quantile(&s, 0.99), off = got - (double)ms;
        assert_true((off < 0 ? -off : off) <= (double)ms / 8);
    }
}

static void what_is_beyond_is_kept_within(void **state)
{
    (void)state;
    struct psync_spread s = {0};
    psync_spread_add(&s, -5);
    assert_true(psync_spread_quantile(&s, 0.5) == 0);
    psync_spread_add(&s, INT64_MAX);
    assert_true(psync_spread_quantile(&s, 1) > 4e9);
}

static void the_share_is_of_all(void **state)
{
    (void)state;
    struct psync_spread s = {0}, more = {0};
    for (int i = 0; i < 94; i++)
        psync_spread_add(&s, 1);
    for (int i = 0; i < 6; i++)
        psync_spread_add(&more, 5);
    psync_spread_merge(&s, &more);
    assert_int_equal(s.n, 100);
    assert_true(psync_spread_quantile(&s, 0.94) == 1);
    assert_true(psync_spread_quantile(&s, 0.95) == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(large_ones_are_close),
        cmocka_unit_test(what_is_beyond_is_kept_within),
        cmocka_unit_test(the_share_is_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
