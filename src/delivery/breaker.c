/* breaker - see breaker.h. */
#include "delivery/breaker.h"

#include <string.h>

void psync_breaker_init(struct psync_breaker *b)
{
    memset(b, 0, sizeof *b);
    b->state = PSYNC_BREAKER_CLOSED;
}

static void forget_results(struct psync_breaker *b)
{
    b->failures = b->successes = b->results = b->failed = b->next = 0;
    memset(b->window, 0, sizeof b->window);
}

enum psync_admission psync_breaker_admission(struct psync_breaker *b, psync_ms now)
{
    if (b->state == PSYNC_BREAKER_CLOSED)
        return PSYNC_ADMIT_YES;
    if (b->state == PSYNC_BREAKER_OPEN && now >= b->open_until)
        psync_breaker_probe(b);
    return b->state == PSYNC_BREAKER_PROBING && !b->trial_out ? PSYNC_ADMIT_TRIAL : PSYNC_ADMIT_NO;
}

void psync_breaker_begin_trial(struct psync_breaker *b)
{
    PSYNC_INVARIANT(b->state == PSYNC_BREAKER_PROBING && !b->trial_out);
    b->trial_out = true;
}

void psync_breaker_trial_void(struct psync_breaker *b)
{
    b->trial_out = false;
}

void psync_breaker_probe(struct psync_breaker *b)
{
    b->state = PSYNC_BREAKER_PROBING;
    b->trial_out = false;
}

static enum psync_breaker_change open_it(struct psync_breaker *b, const struct psync_breaker_conf *conf, psync_ms now)
{
    enum psync_breaker_change change = b->state == PSYNC_BREAKER_CLOSED ? PSYNC_BREAKER_OPENED : PSYNC_BREAKER_REOPENED;

    b->cool_off = b->cool_off == 0 ? conf->cool_off : b->cool_off * 2;
    if (b->cool_off > conf->cool_off_max)
        b->cool_off = conf->cool_off_max;
    b->open_until = now + b->cool_off;
    b->row = b->failures;
    b->state = PSYNC_BREAKER_OPEN;
    b->trial_out = false;
    forget_results(b);
    return change;
}

static enum psync_breaker_change close_it(struct psync_breaker *b)
{
    b->state = PSYNC_BREAKER_CLOSED;
    b->trial_out = false;
    forget_results(b);
    return PSYNC_BREAKER_CLOSED_AGAIN;
}

/* Puts one result into the window in place of the oldest. */
static void remember(struct psync_breaker *b, uint32_t size, bool failed)
{
    if (b->results > size || b->next >= size) { /* the setting was lowered */
        b->results = b->failed = b->next = 0;
        memset(b->window, 0, sizeof b->window);
    }
    uint64_t *word = &b->window[b->next / 64], bit = UINT64_C(1) << (b->next % 64);
    if (b->results == size)
        b->failed -= (*word & bit) != 0;
    else
        b->results++;
    *word = failed ? *word | bit : *word & ~bit;
    b->failed += failed;
    b->next = (b->next + 1) % size;
}

/* Where failures are common anyway, chance makes rows of them: at a share of 30 % a row of five comes every 600
 * requests. Such a row opens the breaker only if it is longer than chance would make it in a hundred thousand requests,
 * at the share of failures before it. */
static bool by_chance(const struct psync_breaker *b)
{
    static const double rare = 1e-5;
    enum { ENOUGH = 10 };
    uint32_t row = b->failures < b->results ? b->failures : b->results;

    if (b->results - row < ENOUGH)
        return false;
    double share = (double)(b->failed - row) / (double)(b->results - row), chance = 1;
    for (uint32_t i = 0; i < row && chance > rare; i++)
        chance *= share;
    return chance > rare;
}

static bool too_many(const struct psync_breaker *b, const struct psync_breaker_conf *conf, uint32_t window)
{
    if (b->failures >= conf->failures && !by_chance(b))
        return true;
    return conf->failure_percent > 0 && b->results == window &&
           (uint64_t)b->failed * 100 >= (uint64_t)conf->failure_percent * window;
}

static enum psync_breaker_change report_closed(struct psync_breaker *b, const struct psync_breaker_conf *conf,
                                               bool success, psync_ms now)
{
    uint32_t window = conf->window < PSYNC_BREAKER_WINDOW_MAX ? conf->window : PSYNC_BREAKER_WINDOW_MAX;

    remember(b, window > 0 ? window : 1, !success);
    b->failures = success ? 0 : b->failures + 1;
    if (success && b->cool_off > 0 && ++b->successes >= conf->failures)
        b->cool_off = 0;
    return !success && too_many(b, conf, window) ? open_it(b, conf, now) : PSYNC_BREAKER_SAME;
}

enum psync_breaker_change psync_breaker_report(struct psync_breaker *b, const struct psync_breaker_conf *conf,
                                               bool success, psync_ms now)
{
    if (b->state == PSYNC_BREAKER_CLOSED)
        return report_closed(b, conf, success, now);
    if (b->state == PSYNC_BREAKER_OPEN)
        return PSYNC_BREAKER_SAME; /* cannot have begun in it */
    return success ? close_it(b) : open_it(b, conf, now);
}

psync_ms psync_breaker_due(const struct psync_breaker *b)
{
    if (b->state == PSYNC_BREAKER_OPEN)
        return b->open_until;
    return b->state == PSYNC_BREAKER_PROBING && b->trial_out ? PSYNC_MS_NEVER : 0;
}
