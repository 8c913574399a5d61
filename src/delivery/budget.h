/* budget - a destination's retry budget: retries may be a share of its requests, plus a small reserve.
 *
 * After Finagle's RetryBudget (a token bucket that first attempts fill), but what is over the budget is deferred and
 * never dropped: each retry is given the time when the budget has a token for it. A destination that fails in part then
 * sees its retries spread out, while first attempts go on. Pure. */
#ifndef PSYNC_DELIVERY_BUDGET_H
#define PSYNC_DELIVERY_BUDGET_H

#include "config/config.h"
#include "delivery/window.h"

struct psync_budget {
    double tokens;  /* negative: promised to retries that were put off */
    psync_ms at;    /* when `tokens` was right; 0: never */
    struct psync_window firsts;
};

/* A first attempt goes now. {0} is a new budget. */
void psync_budget_first(struct psync_budget *b, const struct psync_retry_conf *conf, psync_ms now);
/* A retry would go at `earliest` (>= now): when it may, at most `longest_ms` later. */
psync_ms psync_budget_retry(struct psync_budget *b, const struct psync_retry_conf *conf, psync_ms now,
                            psync_ms earliest, psync_ms longest_ms);

#endif
