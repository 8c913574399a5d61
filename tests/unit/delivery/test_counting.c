/* test_counting - which failures count, and the clock messages grow old by. */
#include "delivery/active.h"
#include "delivery/counting.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void test_counts(void **state)
{
    static const struct {
        struct psync_failure f;
        bool counts;
    } rows[] = {
        {{.class = PSYNC_CLASS_THROTTLED, .closed = true, .success_since_closed = true}, false},
        {{.class = PSYNC_CLASS_ABORTED, .closed = true, .success_since_closed = true}, false},
        /* a first attempt: by whether there was a 2xx since the breaker last closed */
        {{.class = PSYNC_CLASS_UNANSWERED, .closed = true, .success_since_closed = true}, true},
        {{.class = PSYNC_CLASS_UNANSWERED, .closed = true, .last_success_at = 5}, false},
        {{.class = PSYNC_CLASS_UNAVAILABLE, .closed = true, .success_since_closed = true}, true},
        {{.class = PSYNC_CLASS_WRONG_PLACE, .closed = true, .success_since_closed = true}, true},
        {{.class = PSYNC_CLASS_DENIED, .closed = true, .success_since_closed = true}, true},
        {{.class = PSYNC_CLASS_CONFLICT, .closed = true, .success_since_closed = true}, true},
        {{.class = PSYNC_CLASS_GONE, .closed = true, .success_since_closed = true}, true},
        /* a later one: by whether there was one since the previous attempt */
        {{.class = PSYNC_CLASS_UNAVAILABLE, .previous_try_at = 10, .last_success_at = 11}, true},
        {{.class = PSYNC_CLASS_UNAVAILABLE, .previous_try_at = 10, .last_success_at = 10}, false},
        {{.class = PSYNC_CLASS_UNAVAILABLE, .previous_try_at = 10, .last_success_at = 9, .success_since_closed = true},
         false},
        /* other 5xx: by the breaker */
        {{.class = PSYNC_CLASS_FAULT, .closed = true}, true},
        {{.class = PSYNC_CLASS_FAULT, .closed = false, .success_since_closed = true}, false},
        /* a trial never */
        {{.class = PSYNC_CLASS_FAULT, .closed = true, .trial = true}, false},
        {{.class = PSYNC_CLASS_UNANSWERED, .trial = true, .success_since_closed = true}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(psync_failure_counts(&rows[i].f), rows[i].counts);
}

static void test_final(void **state)
{
    static const struct psync_retry_conf conf = {.attempts = 5, .give_up_after = 1000};

    (void)state;
    assert_false(psync_failure_final(&conf, 4, 999));
    assert_true(psync_failure_final(&conf, 5, 0));
    assert_true(psync_failure_final(&conf, 1, 1000));
}

static void test_active_clock(void **state)
{
    struct psync_active a = {0};

    (void)state;
    assert_int_equal(psync_active_ms(&a, 500), 0); /* before the first message */
    psync_active_begin(&a, 1000);
    psync_active_begin(&a, 1500);
    assert_int_equal(psync_active_ms(&a, 1700), 700);
    assert_true(psync_active_block(&a, true, 2000));
    assert_false(psync_active_block(&a, true, 3000));
    assert_int_equal(psync_active_ms(&a, 9000), 1000);
    assert_true(psync_active_block(&a, false, 9000));
    assert_int_equal(psync_active_ms(&a, 9100), 1100);
    assert_int_equal(psync_active_ms(&a, 8000), 1000); /* the clock went back */
}

static void test_active_clock_over_a_restart(void **state)
{
    struct psync_active a;

    (void)state;
    psync_active_restore(&a, 1000, 5000, false, 9000); /* the time in which nothing ran counts ... */
    assert_int_equal(psync_active_ms(&a, 9000), 5000);
    psync_active_restore(&a, 1000, 5000, true, 9000);  /* ... unless it stood still */
    assert_int_equal(psync_active_ms(&a, 9500), 1000);
    psync_active_block(&a, false, 9500);
    assert_int_equal(psync_active_ms(&a, 9600), 1100);
    psync_active_restore(&a, 0, 0, false, 9000);       /* never began */
    assert_int_equal(psync_active_ms(&a, 9600), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_final),
        cmocka_unit_test(test_active_clock),
        cmocka_unit_test(test_active_clock_over_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
