/* window - how many of something there were in the last ten seconds. Pure. */
#ifndef PSYNC_DELIVERY_WINDOW_H
#define PSYNC_DELIVERY_WINDOW_H

#include "base/clock.h"

enum { PSYNC_WINDOW_SECONDS = 10 };

struct psync_window {
    int64_t second;                           /* since 1970, of the newest slot; 0: nothing yet */
    uint64_t counts[PSYNC_WINDOW_SECONDS];    /* by second modulo ten */
    uint64_t sum;
};

void psync_window_add(struct psync_window *w, psync_ms now, uint64_t n); /* {0} is an empty window */
uint64_t psync_window_sum(const struct psync_window *w, psync_ms now);

#endif
