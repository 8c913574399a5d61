/* The process's clock follows the monotonic one, whatever is done to the wall clock. clock_gettime is wrapped. */
#include "base/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

static int64_t fake_wall_us = INT64_C(1800000000000000), fake_monotonic_us = 5000000;

int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
    int64_t us = id == CLOCK_REALTIME ? fake_wall_us : fake_monotonic_us;
    *ts = (struct timespec){.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    return 0;
}

static void never_jumps(void **state)
{
    (void)state;
    assert_int_equal(psync_clock_now(), INT64_C(1800000000000));
    static const struct {
        int64_t wall_step_us, monotonic_step_us;
    } steps[] = {
        {1500000, 1500000},          /* both go on */
        {-INT64_C(36000000000), 10000}, /* set back ten hours */
        {INT64_C(360000000000), 0},  /* set forward a hundred */
        {0, 7000},
    };
    int64_t expected_ms = INT64_C(1800000000000), passed_us = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fake_wall_us += steps[i].wall_step_us;
        fake_monotonic_us += steps[i].monotonic_step_us;
        passed_us += steps[i].monotonic_step_us;
        assert_int_equal(psync_clock_now(), expected_ms + passed_us / 1000);
        assert_int_equal(psync_clock_wall(), fake_wall_us / 1000);
        assert_int_equal(psync_clock_us(), fake_monotonic_us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(never_jumps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
