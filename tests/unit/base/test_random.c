/* A reproducible stream, uniform enough. */
#include "base/random.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

/* The values the definition gives from the state {1, 2, 3, 4}. */
static void follows_the_definition(void **state)
{
    (void)state;
    struct psync_random r = {{1, 2, 3, 4}};
    static const uint64_t expected[] = {11520, 0, 1509978240, 1215971899390074240};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(psync_random_next(&r) == expected[i]);
    psync_random_init(&r, 0); /* SplitMix64's stream from 0 */
    assert_true(r.state[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(r.state[1] == UINT64_C(0x6e789e6aa1b965f4));
}

static void the_same_seed_gives_the_same_stream(void **state)
{
    (void)state;
    struct psync_random a, b, c;
    psync_random_init(&a, 42);
    psync_random_init(&b, 42);
    psync_random_init(&c, 43);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = psync_random_next(&a);
        assert_true(x == psync_random_next(&b));
        same += x == psync_random_next(&c);
    }
    assert_int_equal(same, 0);
}

static void the_unit_is_uniform_and_below_one(void **state)
{
    (void)state;
    enum { DRAWS = 100000, BINS = 10 };
    struct psync_random r;
    psync_random_init(&r, 7);
    int bins[BINS] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double x = psync_random_unit(&r);
        assert_true(x >= 0 && x < 1);
        bins[(int)(x * BINS)]++;
    }
    for (int i = 0; i < BINS; i++) /* five standard deviations around DRAWS / BINS */
        assert_in_range(bins[i], 9526, 10474);
    r = (struct psync_random){{0, UINT64_MAX, 0, 0}};
    assert_true(psync_random_unit(&r) < 1);
}

static void the_system_seeds_differ(void **state)
{
    (void)state;
    struct psync_random a, b;
    psync_random_init_system(&a);
    psync_random_init_system(&b);
    assert_true(psync_random_next(&a) != psync_random_next(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_definition),
        cmocka_unit_test(the_same_seed_gives_the_same_stream),
        cmocka_unit_test(the_unit_is_uniform_and_below_one),
        cmocka_unit_test(the_system_seeds_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
