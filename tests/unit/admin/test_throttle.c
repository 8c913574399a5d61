/* Limits of requests and of wrong passwords, on a clock of the test's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "admin/throttle.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned taken(struct psync_throttle *t, const char *name, double rate, psync_ms now, unsigned tries)
{
    unsigned n = 0;
    while (tries-- > 0)
        n += psync_throttle_take(t, name, rate, now);
    return n;
}

static void a_bucket_fills_again(void **state)
{
    struct psync_throttle *t = calloc(1, sizeof *t);
    (void)state;
    assert_int_equal(taken(t, "a", 100, 0, 1000), 200);
    assert_int_equal(taken(t, "a", 100, 500, 1000), 50);
    assert_int_equal(taken(t, "a", 100, 60000, 1000), 200);
    assert_int_equal(taken(t, "slow", 0.5, 0, 1000), 20);
    assert_int_equal(taken(t, "slow", 0.5, 2000, 1000), 1);
    assert_int_equal(taken(t, "any", 0, 0, 1000), 1000);
    assert_int_equal(taken(t, "a", 100, 0, 10), 0); /* a clock that goes back gives nothing */
    free(t);
}

static void many_names_are_bounded(void **state)
{
    struct psync_throttle *t = calloc(1, sizeof *t);
    char name[32];
    (void)state;
    assert_int_equal(taken(t, "busy", 1, 0, 100), 20);
    for (int i = 0; i < 3 * PSYNC_THROTTLE_NAMES; i++) {
        snprintf(name, sizeof name, "client %d", i);
        assert_true(psync_throttle_take(t, name, 1, 1 + i));
        if (i % 100 == 0) /* who is heard of stays known */
            assert_true(taken(t, "busy", 1, 1 + i, 100) <= 2);
    }
    assert_int_equal(t->n, PSYNC_THROTTLE_NAMES);
    free(t);
}

static void waits_double(void **state)
{
    struct psync_attempts *a = calloc(1, sizeof *a);
    static const psync_ms expected[] = {0, 0, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 300000, 300000};
    psync_ms now = 1000;
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        psync_attempts_failed(a, "anna", 3, now);
        assert_int_equal(psync_attempts_wait(a, "anna", now), expected[i]);
        now += expected[i];
        assert_int_equal(psync_attempts_wait(a, "anna", now), 0);
    }
    assert_int_equal(psync_attempts_wait(a, "bob", now), 0);
    now += PSYNC_ATTEMPTS_FORGET_MS + 1;
    psync_attempts_failed(a, "anna", 3, now);
    assert_int_equal(psync_attempts_wait(a, "anna", now), 0); /* long ago */
    psync_attempts_failed(a, "anna", 3, now);
    psync_attempts_failed(a, "anna", 3, now);
    assert_int_equal(psync_attempts_wait(a, "anna", now), 1000);
    psync_attempts_succeeded(a, "anna");
    assert_int_equal(psync_attempts_wait(a, "anna", now), 0);
    assert_int_equal(a->n, 0);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_fills_again),
        cmocka_unit_test(many_names_are_bounded),
        cmocka_unit_test(waits_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
