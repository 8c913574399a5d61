/* effective - what holds for one destination: its own word, else what is said for all. Pure. */
#ifndef PSYNC_CONFIG_EFFECTIVE_H
#define PSYNC_CONFIG_EFFECTIVE_H

#include "config/config.h"

/* `d` may be NULL throughout: a destination that is not in the settings any more. */
static inline struct psync_retry_conf psync_effective_retry(const struct psync_config *c,
                                                            const struct psync_destination_conf *d)
{
    struct psync_retry_conf retry = c->retry;

    if (d && d->attempts > 0)
        retry.attempts = d->attempts;
    if (d && d->backoff > 0)
        retry.backoff = d->backoff;
    return retry;
}

static inline psync_ms psync_effective_timeout(const struct psync_http_conf *http,
                                               const struct psync_destination_conf *d)
{
    return d && d->timeout > 0 ? d->timeout : http->timeout;
}

static inline uint32_t psync_effective_batch(const struct psync_config *c, const struct psync_destination_conf *d)
{
    return d && d->batch_size > 0 ? d->batch_size : c->batch.size;
}

static inline const char *psync_effective_method(const struct psync_config *c, const struct psync_destination_conf *d)
{
    return d && d->test_method && d->test_method[0] != '\0' ? d->test_method : c->test_method;
}

#endif
