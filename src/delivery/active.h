/* active - a destination's own clock, by which messages grow old: it stands still while the destination is paused,
 * suspended, throttled or its breaker is not closed, so that an outage makes nobody give up. Pure. */
#ifndef PSYNC_DELIVERY_ACTIVE_H
#define PSYNC_DELIVERY_ACTIVE_H

#include "base/clock.h"

#include <stdbool.h>

struct psync_active {
    psync_ms total_ms; /* until `at` */
    psync_ms at;       /* 0: it has not begun */
    bool blocked;
};

/* Goes on from what was remembered: the time in which no worker ran counts, unless the clock stood still when it
 * ended. */
void psync_active_restore(struct psync_active *a, psync_ms total_ms, psync_ms at, bool blocked, psync_ms now);
void psync_active_begin(struct psync_active *a, psync_ms now); /* the first message; later ones change nothing */
psync_ms psync_active_ms(const struct psync_active *a, psync_ms now);
/* True: that is a change. */
bool psync_active_block(struct psync_active *a, bool blocked, psync_ms now);

#endif
