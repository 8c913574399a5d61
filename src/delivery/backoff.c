/* backoff - see backoff.h. Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. */
#include "delivery/backoff.h"

static psync_ms doubled(psync_ms base, psync_ms max, uint32_t times)
{
    psync_ms delay = base;

    for (uint32_t i = 0; i < times && delay < max; i++)
        delay *= 2; /* at most twice backoff_max, which is a day */
    return delay < max ? delay : max;
}

psync_ms psync_backoff_delay(const struct psync_retry_conf *conf, uint32_t failures, double chance)
{
    psync_ms delay = doubled(conf->backoff, conf->backoff_max, failures > 0 ? failures - 1 : 0);

    if (conf->jitter == PSYNC_JITTER_FULL)
        return (psync_ms)((double)(delay + 1) * chance);
    return delay + (psync_ms)((double)(conf->jitter_max + 1) * chance);
}

psync_ms psync_backoff_jitter(const struct psync_retry_conf *conf, double chance)
{
    return 1 + (psync_ms)((double)conf->jitter_max * chance);
}
