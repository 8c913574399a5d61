/* limit - see limit.h. Vector: vector.dev/blog/adaptive-request-concurrency, and its documentation of the settings
 * ewma_alpha, rtt_deviation_scale and decrease_ratio, whose values are taken here. */
#include "delivery/limit.h"

#define WEIGHT_OF_NEW   0.4
#define DEVIATIONS      2.5
#define DECREASE        0.9
#define SHORTEST_TRIP   1.0 /* ms: what our clock tells apart */

static uint32_t most(const struct psync_work_conf *conf)
{
    return conf->concurrency > 0 ? conf->concurrency : 1;
}

void psync_limit_init(struct psync_limit *l, const struct psync_work_conf *conf)
{
    *l = (struct psync_limit){.now = conf->adaptive ? 1 : most(conf)};
}

void psync_limit_init_full(struct psync_limit *l, const struct psync_work_conf *conf)
{
    *l = (struct psync_limit){.now = most(conf)};
}

void psync_limit_configure(struct psync_limit *l, const struct psync_work_conf *conf)
{
    if (!conf->adaptive || l->now > most(conf))
        l->now = most(conf);
}

void psync_limit_restart(struct psync_limit *l, const struct psync_work_conf *conf)
{
    psync_limit_init(l, conf);
}

void psync_limit_sent(struct psync_limit *l, uint32_t in_flight)
{
    if (in_flight >= l->now)
        l->reached = true;
}

/* West's incremental form of an exponentially weighted mean and variance: no difference of squares is taken. */
static void learn(struct psync_limit *l, double trip_ms)
{
    if (!l->known) {
        l->known = true;
        l->mean_ms = trip_ms;
        l->variance = 0;
        return;
    }
    double away = trip_ms - l->mean_ms;
    l->mean_ms += WEIGHT_OF_NEW * away;
    l->variance = (1 - WEIGHT_OF_NEW) * (l->variance + WEIGHT_OF_NEW * away * away);
}

/* Longer than the mean by DEVIATIONS standard deviations, without a square root; both within what the clock tells apart
 * is not longer. */
static bool slower(const struct psync_limit *l, double trip_ms)
{
    double over = trip_ms - l->mean_ms;

    return over > SHORTEST_TRIP && over * over >= DEVIATIONS * DEVIATIONS * l->variance;
}

static void judge(struct psync_limit *l, const struct psync_work_conf *conf)
{
    bool measured = l->n > 0;
    double trip_ms = measured ? l->sum_ms / l->n : 0;

    if (l->overloaded || (measured && l->known && slower(l, trip_ms))) {
        l->now = (uint32_t)((double)l->now * DECREASE);
        if (l->now < 1)
            l->now = 1;
    } else if (l->reached && measured && (!l->known || trip_ms <= l->mean_ms + SHORTEST_TRIP) && l->now < most(conf)) {
        l->now++;
    }
    if (measured)
        learn(l, trip_ms);
}

void psync_limit_result(struct psync_limit *l, const struct psync_work_conf *conf, int64_t latency_ms, bool answered,
                        bool overloaded, psync_ms now)
{
    if (!conf->adaptive)
        return;
    if (answered) {
        l->sum_ms += (double)latency_ms;
        l->n++;
    }
    l->overloaded |= overloaded;
    if (now < l->judge_at)
        return;
    judge(l, conf);
    l->judge_at = now + (psync_ms)(l->mean_ms > SHORTEST_TRIP ? l->mean_ms : SHORTEST_TRIP);
    l->sum_ms = 0;
    l->n = 0;
    l->reached = l->overloaded = false;
}
