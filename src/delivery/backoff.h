/* backoff - how long to wait before the next try. Pure: chance is an argument, uniform in [0, 1). */
#ifndef PSYNC_DELIVERY_BACKOFF_H
#define PSYNC_DELIVERY_BACKOFF_H

#include "config/config.h"

/* After the `failures`th failure in a row (1 is the first): min(backoff_max, backoff * 2^(failures - 1)), plus
 * 0 to jitter_max (PSYNC_JITTER_ADD), or anything from 0 to that (PSYNC_JITTER_FULL). */
psync_ms psync_backoff_delay(const struct psync_retry_conf *conf, uint32_t failures, double chance);

/* What is added to a time that somebody else named, so that not everybody comes back at once: 1 to jitter_max, at least
 * 1 ms. */
psync_ms psync_backoff_jitter(const struct psync_retry_conf *conf, double chance);

#endif
