/* budget - see budget.h. Finagle: com.twitter.finagle.service.RetryBudget, whose deposits also last ten seconds. */
#include "delivery/budget.h"

static double share(const struct psync_retry_conf *conf)
{
    return (double)conf->budget_percent / 100;
}

/* Tokens a second: the reserve, and the share of first attempts as they came in the last seconds. */
static double pace(const struct psync_budget *b, const struct psync_retry_conf *conf, psync_ms now)
{
    double firsts = (double)psync_window_sum(&b->firsts, now) / PSYNC_WINDOW_SECONDS;

    return (double)conf->budget_reserve + share(conf) * firsts;
}

/* The reserve since then, and never more than ten seconds' worth. */
static void refill(struct psync_budget *b, const struct psync_retry_conf *conf, psync_ms now)
{
    double most = pace(b, conf, now) * PSYNC_WINDOW_SECONDS;

    if (b->at == 0)
        b->tokens += (double)conf->budget_reserve * PSYNC_WINDOW_SECONDS;
    else if (now > b->at)
        b->tokens += (double)(now - b->at) * (double)conf->budget_reserve / 1000;
    b->at = now;
    if (b->tokens > most)
        b->tokens = most;
}

void psync_budget_first(struct psync_budget *b, const struct psync_retry_conf *conf, psync_ms now)
{
    if (conf->budget_percent == 0)
        return;
    psync_window_add(&b->firsts, now, 1);
    b->tokens += share(conf);
}

psync_ms psync_budget_retry(struct psync_budget *b, const struct psync_retry_conf *conf, psync_ms now,
                            psync_ms earliest, psync_ms longest_ms)
{
    if (conf->budget_percent == 0)
        return earliest;
    refill(b, conf, now);
    double a_second = pace(b, conf, now);
    double wait_ms = 0;
    if (b->tokens < 1)
        wait_ms = a_second > 0 ? (1 - b->tokens) * 1000 / a_second : (double)longest_ms;
    if (wait_ms >= (double)longest_ms)
        return now + longest_ms > earliest ? now + longest_ms : earliest; /* no deeper into debt than that */
    b->tokens -= 1;
    psync_ms free_at = now + (psync_ms)wait_ms;
    return free_at > earliest ? free_at : earliest;
}
