/* clock - one wall time read at the start, advanced by the monotonic clock. */
#include "base/clock.h"

#include "base/result.h"

#include <pthread.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec ts;
    PSYNC_INVARIANT(clock_gettime(id, &ts) == 0); /* fails only for a clock the system does not have */
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t wall_minus_monotonic_us;

static void set_offset(void)
{
    wall_minus_monotonic_us = read_us(CLOCK_REALTIME) - read_us(CLOCK_MONOTONIC);
}

psync_ms psync_clock_now(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    PSYNC_INVARIANT(pthread_once(&once, set_offset) == 0);
    return (wall_minus_monotonic_us + read_us(CLOCK_MONOTONIC)) / 1000;
}

psync_ms psync_clock_wall(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

uint64_t psync_clock_us(void)
{
    return (uint64_t)read_us(CLOCK_MONOTONIC);
}
