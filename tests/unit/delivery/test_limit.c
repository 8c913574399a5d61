/* test_limit - adaptive concurrency against simulated servers. */
#include "delivery/limit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct psync_work_conf conf = {.concurrency = 32, .adaptive = true};

/* One round: as many requests as the limit lets, all answered after `latency`. */
static void play_round(struct psync_limit *l, int64_t latency, bool overloaded, psync_ms *now)
{
    uint32_t n = l->now;

    for (uint32_t i = 1; i <= n; i++)
        psync_limit_sent(l, i);
    *now += latency + 2;
    for (uint32_t i = 0; i < n; i++)
        psync_limit_result(l, &conf, latency, true, overloaded, *now);
}

static void test_grows_to_its_cap(void **state)
{
    struct psync_limit l;
    psync_ms now = 0;

    (void)state;
    psync_limit_init_full(&l, &conf);
    assert_int_equal(l.now, 32);
    psync_limit_init(&l, &conf);
    assert_int_equal(l.now, 1);
    for (int i = 0; i < 100; i++)
        play_round(&l, 50, false, &now);
    assert_int_equal(l.now, 32);
}

static void test_does_not_grow_unreached(void **state)
{
    struct psync_limit l;

    (void)state;
    psync_limit_init(&l, &conf);
    l.now = 10;
    for (psync_ms now = 0; now < 100000; now += 100) {
        psync_limit_sent(&l, 3);
        psync_limit_result(&l, &conf, 50, true, false, now);
    }
    assert_int_equal(l.now, 10);
}

static void test_shrinks_when_told(void **state)
{
    struct psync_limit l;
    psync_ms now = 0;

    (void)state;
    psync_limit_init(&l, &conf);
    for (int i = 0; i < 100; i++)
        play_round(&l, 50, false, &now);
    play_round(&l, 50, true, &now); /* the first answer of the round is judged, ... */
    assert_int_equal(l.now, 28);
    for (int i = 0; i < 100; i++)
        play_round(&l, 50, true, &now);
    assert_int_equal(l.now, 1);
}

static void test_shrinks_when_slower(void **state)
{
    struct psync_limit l;
    psync_ms now = 0;

    (void)state;
    psync_limit_init(&l, &conf);
    for (int i = 0; i < 100; i++)
        play_round(&l, 50, false, &now);
    play_round(&l, 500, false, &now);
    play_round(&l, 500, false, &now);
    assert_true(l.now < 32);
}

/* A server that serves ten at a time: more only makes them wait. The limit stays in that region. */
static void test_finds_capacity(void **state)
{
    struct psync_limit l;
    psync_ms now = 0;
    uint32_t most = 0;

    (void)state;
    psync_limit_init(&l, &conf);
    for (int i = 0; i < 2000; i++) {
        play_round(&l, l.now <= 10 ? 50 : 50 * (int64_t)l.now / 10, l.now > 16, &now);
        if (i > 100 && l.now > most)
            most = l.now;
        if (i > 100)
            assert_true(l.now >= 5);
    }
    assert_in_range(most, 10, 17);
}

static void test_fixed(void **state)
{
    static const struct psync_work_conf fixed = {.concurrency = 8, .adaptive = false};
    struct psync_limit l;

    (void)state;
    psync_limit_init(&l, &fixed);
    psync_limit_result(&l, &fixed, 1000, true, true, 5);
    assert_int_equal(l.now, 8);
    psync_limit_restart(&l, &fixed);
    assert_int_equal(l.now, 8);
    l.now = 8;
    psync_limit_configure(&l, &(struct psync_work_conf){.concurrency = 4, .adaptive = true});
    assert_int_equal(l.now, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_to_its_cap),
        cmocka_unit_test(test_does_not_grow_unreached),
        cmocka_unit_test(test_shrinks_when_told),
        cmocka_unit_test(test_shrinks_when_slower),
        cmocka_unit_test(test_finds_capacity),
        cmocka_unit_test(test_fixed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
