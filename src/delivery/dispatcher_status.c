/* dispatcher_status - what an operator is told: events as they happen, and a destination's state in words. */
#include "delivery/dispatcher_impl.h"

#include "base/timefmt.h"
#include "queue/hold.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The oldest events stay: they say how it began. */
void psync_event_add(struct destination *t, enum psync_log_level level, const char *fmt, ...)
{
    struct psync_dispatcher *d = t->owner;
    va_list args;

    if (d->n_events == EVENTS_KEPT)
        return;
    struct event *e = &d->events[(d->first_event + d->n_events++) % EVENTS_KEPT];
    snprintf(e->destination, sizeof e->destination, "%s", t->name);
    e->level = level;
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);
}

static const char *const state_names[] = {
    [PSYNC_DESTINATION_OK] = "ok",           [PSYNC_DESTINATION_THROTTLED] = "throttled",
    [PSYNC_DESTINATION_OPEN] = "open",       [PSYNC_DESTINATION_PROBING] = "probing",
    [PSYNC_DESTINATION_SUSPENDED] = "suspended", [PSYNC_DESTINATION_PAUSED] = "paused",
};

const char *psync_destination_state_name(enum psync_destination_state s)
{
    PSYNC_INVARIANT((unsigned)s < sizeof state_names / sizeof state_names[0]);
    return state_names[s];
}

/* What holds it back most: a person's word, its own fault, the breaker, its wish. */
static enum psync_destination_state state_of(const struct destination *t, psync_ms now)
{
    if (t->hold.paused)
        return PSYNC_DESTINATION_PAUSED;
    if (t->hold.suspended)
        return PSYNC_DESTINATION_SUSPENDED;
    if (t->breaker.state == PSYNC_BREAKER_OPEN)
        return PSYNC_DESTINATION_OPEN;
    if (t->pacing.throttled_until > now)
        return PSYNC_DESTINATION_THROTTLED;
    return t->breaker.state == PSYNC_BREAKER_PROBING ? PSYNC_DESTINATION_PROBING : PSYNC_DESTINATION_OK;
}

static psync_ms state_until(const struct destination *t, enum psync_destination_state s)
{
    psync_ms open = t->breaker.state == PSYNC_BREAKER_OPEN ? t->breaker.open_until : 0;

    switch (s) {
    case PSYNC_DESTINATION_PAUSED:
    case PSYNC_DESTINATION_SUSPENDED:
        return PSYNC_MS_NEVER;
    case PSYNC_DESTINATION_OPEN:
    case PSYNC_DESTINATION_THROTTLED:
        return open > t->pacing.throttled_until ? open : t->pacing.throttled_until;
    case PSYNC_DESTINATION_PROBING:
    case PSYNC_DESTINATION_OK:
        break;
    }
    return 0;
}

/* What led to it, in the words of the API; "" for none, and for a pause, of which psync_hold tells. */
static const char *reason_for(const struct destination *t, enum psync_destination_state s)
{
    switch (s) {
    case PSYNC_DESTINATION_SUSPENDED:
        return t->hold.suspended_reason;
    case PSYNC_DESTINATION_THROTTLED:
        return t->hold.throttled_reason;
    case PSYNC_DESTINATION_OPEN:
    case PSYNC_DESTINATION_PROBING:
        return t->last_failure;
    case PSYNC_DESTINATION_PAUSED:
    case PSYNC_DESTINATION_OK:
        break;
    }
    return "";
}

void psync_destination_words(const struct destination *t, psync_ms now, char ret_words[PSYNC_CAUSE_TEXT_MAX])
{
    enum psync_destination_state s = state_of(t, now);
    const char *reason = reason_for(t, s);
    char until[PSYNC_TIME_MAX];
    char words[PSYNC_HOLD_PAUSED_MAX + PSYNC_TIME_MAX + 80];

    psync_time_words(state_until(t, s), until);
    switch (s) {
    case PSYNC_DESTINATION_PAUSED:
        psync_hold_paused_words(&t->hold, words, sizeof words);
        break;
    case PSYNC_DESTINATION_SUSPENDED:
        snprintf(words, sizeof words, "suspended: %s", reason);
        break;
    case PSYNC_DESTINATION_OPEN:
        snprintf(words, sizeof words, "breaker open, trial at %s, last: %s", until, reason);
        break;
    case PSYNC_DESTINATION_THROTTLED:
        snprintf(words, sizeof words, "throttled until %s because the API answered %s", until, reason);
        break;
    case PSYNC_DESTINATION_PROBING:
        snprintf(words, sizeof words, "on trial: one delivery decides%s%s",
                 reason[0] != '\0' ? ", last: " : "", reason);
        break;
    case PSYNC_DESTINATION_OK:
        snprintf(words, sizeof words, "ok");
        break;
    }
    snprintf(ret_words, PSYNC_CAUSE_TEXT_MAX, "%.*s", PSYNC_CAUSE_TEXT_MAX - 1, words);
}

bool psync_dispatcher_status(const struct psync_dispatcher *d, size_t index, psync_ms now,
                             struct psync_destination_status *ret_status)
{
    if (index >= d->n_destinations)
        return false;
    const struct destination *t = d->destinations[index];
    struct psync_destination_status s = {
        .state = state_of(t, now),
        .breaker = t->breaker.state,
        .in_flight = t->in_flight,
        .limit = t->limit.now,
        .delivered = t->delivered,
        .failed = t->failed,
        .dead = t->dead,
        .rate = (double)psync_window_sum(&t->lately, now) / PSYNC_WINDOW_SECONDS,
        .last_success_at = t->last_success_at,
    };
    s.until = state_until(t, s.state);
    snprintf(s.name, sizeof s.name, "%s", t->name);
    psync_destination_words(t, now, s.words);
    if (s.state == PSYNC_DESTINATION_PAUSED)
        psync_hold_paused_reason(&t->hold, s.reason, sizeof s.reason);
    else
        snprintf(s.reason, sizeof s.reason, "%s", reason_for(t, s.state));
    *ret_status = s;
    return true;
}
