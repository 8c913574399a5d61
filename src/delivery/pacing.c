/* pacing - see pacing.h. */
#include "delivery/pacing.h"

static double bucket(const struct psync_destination_conf *conf)
{
    double tenth = conf->rate / 10;

    if (conf->burst > 0)
        return conf->burst;
    return tenth > 1 ? tenth : 1;
}

void psync_pacing_init(struct psync_pacing *p, const struct psync_destination_conf *conf, psync_ms now)
{
    *p = (struct psync_pacing){.tokens = bucket(conf), .at = now};
}

static void refill(struct psync_pacing *p, const struct psync_destination_conf *conf, psync_ms now)
{
    if (now > p->at)
        p->tokens += (double)(now - p->at) * conf->rate / 1000;
    p->at = now; /* also when the clock went back: then the bucket waits for nothing */
    if (p->tokens > bucket(conf))
        p->tokens = bucket(conf);
}

/* Rounded up: asked again then, the bucket has them. */
static psync_ms wait_ms(double tokens, double rate)
{
    psync_ms whole = (psync_ms)(tokens * 1000 / rate + 0.999);

    return whole > 0 ? whole : 1;
}

psync_ms psync_pacing_due(struct psync_pacing *p, const struct psync_destination_conf *conf, psync_ms now)
{
    psync_ms due = 0;

    if (conf->rate > 0) {
        refill(p, conf, now);
        if (p->tokens < 1)
            due = now + wait_ms(1 - p->tokens, conf->rate);
    }
    return due > p->throttled_until ? due : p->throttled_until;
}

void psync_pacing_take(struct psync_pacing *p, const struct psync_destination_conf *conf)
{
    if (conf->rate > 0)
        p->tokens -= 1;
}

bool psync_pacing_throttle(struct psync_pacing *p, psync_ms now, psync_ms delay_ms)
{
    psync_ms until = now + delay_ms;

    p->epoch++;
    if (until <= p->throttled_until)
        return false;
    p->throttled_until = until;
    return true;
}

uint32_t psync_pacing_told(struct psync_pacing *p, uint64_t epoch)
{
    if (epoch == p->epoch || p->throttles == 0)
        p->throttles++;
    return p->throttles;
}

void psync_pacing_success(struct psync_pacing *p)
{
    p->throttles = 0;
}
