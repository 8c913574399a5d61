/* limit - how many requests at a time a destination bears: adaptive concurrency.
 *
 * After Vector's adaptive request concurrency (additive increase, multiplicative decrease), judged once a round trip:
 * one more when the limit was reached and the round trips were no longer than their moving average; a tenth less when
 * the destination asked for less, or when they were longer than the average by 2.5 standard deviations. Pure. */
#ifndef PSYNC_DELIVERY_LIMIT_H
#define PSYNC_DELIVERY_LIMIT_H

#include "config/config.h"

struct psync_limit {
    uint32_t now;                 /* the limit: 1 to work.concurrency */
    double mean_ms, variance;     /* moving, of the round trips' means */
    bool known;                   /* mean and variance are */
    /* since the last judgement */
    psync_ms judge_at;
    double sum_ms;
    uint32_t n;
    bool reached, overloaded;
};

void psync_limit_init(struct psync_limit *l, const struct psync_work_conf *conf);
/* Begins with all it may have, for those who would have to wait while it grows. */
void psync_limit_init_full(struct psync_limit *l, const struct psync_work_conf *conf);
void psync_limit_configure(struct psync_limit *l, const struct psync_work_conf *conf); /* keeps what it learnt */
void psync_limit_sent(struct psync_limit *l, uint32_t in_flight); /* with this one */
/* An answer (or none: `answered` false tells nothing of the round trip). */
void psync_limit_result(struct psync_limit *l, const struct psync_work_conf *conf, int64_t latency_ms, bool answered,
                        bool overloaded, psync_ms now);
/* After an outage it starts small, so that what comes back is not met by everything at once. */
void psync_limit_restart(struct psync_limit *l, const struct psync_work_conf *conf);

#endif
