/* spread - a histogram of milliseconds fine enough for percentiles: bounded memory, whatever comes. Pure.
 *
 * Buckets are whole numbers up to 7 ms, then eight a power of two, so that a percentile is off by an eighth at most (as
 * an HDR histogram of one significant digit). */
#ifndef PSYNC_ADMIN_SPREAD_H
#define PSYNC_ADMIN_SPREAD_H

#include "base/clock.h"

#include <stdint.h>

enum { PSYNC_SPREAD_BUCKETS = 240 }; /* up to 2^32 ms, which are 49 days; what is more counts as that */

struct psync_spread { /* {0} is empty */
    uint32_t counts[PSYNC_SPREAD_BUCKETS];
    uint64_t n;
};

void psync_spread_add(struct psync_spread *s, psync_ms ms); /* less than 0 counts as 0 */
void psync_spread_merge(struct psync_spread *to, const struct psync_spread *from);
/* The value that the share `q` (0 to 1) does not exceed, the middle of its bucket; -1: it is empty. */
double psync_spread_quantile(const struct psync_spread *s, double q);

#endif
