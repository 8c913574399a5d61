/* pacing - when the next request may go: a token bucket (`rate`, `burst`), and the time an answer asked us to stay away
 * until. Pure. */
#ifndef PSYNC_DELIVERY_PACING_H
#define PSYNC_DELIVERY_PACING_H

#include "config/config.h"

struct psync_pacing {
    double tokens;
    psync_ms at;              /* when `tokens` was right */
    psync_ms throttled_until; /* nothing goes before that; 0: not */
    uint32_t throttles;       /* times in a row we were told to wait without a 2xx between */
    uint64_t epoch;           /* grows with each pause: answers to requests from before it do not escalate again */
};

void psync_pacing_init(struct psync_pacing *p, const struct psync_destination_conf *conf, psync_ms now);
/* When the next request may go; <= now: now. */
psync_ms psync_pacing_due(struct psync_pacing *p, const struct psync_destination_conf *conf, psync_ms now);
/* One goes now, which psync_pacing_due allowed. */
void psync_pacing_take(struct psync_pacing *p, const struct psync_destination_conf *conf);

/* Told to wait: until `now + delay_ms`, never shorter than what was said before. False: it was already that long. */
bool psync_pacing_throttle(struct psync_pacing *p, psync_ms now, psync_ms delay_ms);
/* A request that began in `epoch` was told to wait, without a time: the how manyth in a row that is, from 1. */
uint32_t psync_pacing_told(struct psync_pacing *p, uint64_t epoch);
void psync_pacing_success(struct psync_pacing *p);

#endif
