/* clock - milliseconds, and the two clocks they come from.
 *
 * Every policy takes `now` as an argument; only the outermost loops read a clock. `psync_clock_now` is the one they
 * read: wall time as it was when the process first asked, advanced by the monotonic clock. So within a process it never
 * jumps: setting the system's clock neither delays a retry for hours nor makes all of them due at once. Log lines use
 * `psync_clock_wall`, the true wall time. */
#ifndef PSYNC_BASE_CLOCK_H
#define PSYNC_BASE_CLOCK_H

#include <stdint.h>

typedef int64_t psync_ms; /* milliseconds: since 1970-01-01 UTC as a time, or a duration */

#define PSYNC_MS_NEVER INT64_MAX /* a time that does not come */

psync_ms psync_clock_now(void);   /* any thread */
psync_ms psync_clock_wall(void);  /* any thread */
uint64_t psync_clock_us(void);    /* monotonic microseconds from an arbitrary start, for latencies */

#endif
