/* dispatcher - its life, what is done by hand, and its output: which effect is next, and when there will be one. */
#include "delivery/dispatcher_impl.h"

#include "queue/hold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct psync_span span_of(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

/* ---- life ---- */
struct psync_dispatcher *psync_dispatcher_new(const struct psync_dispatcher_open *open)
{
    struct psync_dispatcher *d = calloc(1, sizeof *d);

    if (d == NULL)
        return NULL;
    d->mode = open->mode;
    d->config = open->config;
    psync_random_init(&d->random, open->seed);
    psync_map_init(&d->by_name);
    psync_heap_init(&d->timers);
    psync_list_init(&d->runnable);
    psync_list_init(&d->outputs);
    psync_list_init(&d->settled);
    if (psync_settings_begin(d, open->now) != PSYNC_OK) {
        psync_dispatcher_free(d);
        return NULL;
    }
    return d;
}

void psync_dispatcher_free(struct psync_dispatcher *d)
{
    if (d == NULL)
        return;
    for (struct psync_link *l; (l = psync_list_pop(&d->settled)) != NULL;)
        psync_held_free(PSYNC_CONTAINER(l, struct held, link));
    for (size_t i = 0; i < d->n_destinations; i++)
        psync_destination_free(d->destinations[i]);
    for (size_t i = 0; i < d->n_leaving; i++)
        psync_destination_free(d->leaving[i]);
    free(d->destinations);
    free(d->leaving);
    psync_map_done(&d->by_name);
    psync_heap_done(&d->timers);
    free(d);
}

double psync_dispatcher_chance(struct psync_dispatcher *d)
{
    return psync_random_unit(&d->random);
}

enum psync_result psync_dispatcher_restore(struct psync_dispatcher *d, const char *destination,
                                           const struct psync_hold *hold, const struct psync_figures *figures,
                                           psync_ms now)
{
    struct destination *t = psync_map_get(&d->by_name, span_of(destination));

    if (t == NULL)
        return PSYNC_REJECT;
    /* The clock may have been set back since: nothing is taken for later than now. */
    t->last_success_at = figures->last_success_at < now ? figures->last_success_at : now;
    psync_active_restore(&t->active, figures->active_ms, figures->active_at, figures->blocked, now);
    psync_destination_restore(t, hold, now);
    return PSYNC_OK;
}

/* ---- what could not be remembered ---- */
void psync_dispatcher_hold_lost(struct psync_dispatcher *d, const char *destination, psync_ms now)
{
    struct destination *t = psync_map_get(&d->by_name, span_of(destination));

    if (t == NULL)
        return;
    t->hold_again_at = now + REST_MS;
    psync_destination_wake(t);
}

bool psync_dispatcher_hold_kept(const struct psync_dispatcher *d, const char *destination)
{
    const struct destination *t = psync_map_get(&d->by_name, span_of(destination));

    return t == NULL || (!t->tell_hold && t->hold_again_at == PSYNC_MS_NEVER);
}

/* ---- paused, by hand and by the shop ---- */
/* It is paused by others, or says something else of it than before. */
static void tell_paused(struct destination *t, const char *over, psync_ms now)
{
    char words[PSYNC_HOLD_PAUSED_MAX + 32];

    t->tell_hold = true;
    psync_destination_tell(t);
    psync_hold_paused_words(&t->hold, words, sizeof words);
    psync_event_add(t, PSYNC_LOG_INFO, "%s%s%s", over, *over && t->hold.paused ? "; " : "", t->hold.paused ? words : "");
    psync_destination_recheck(t, now);
}

enum psync_result psync_dispatcher_pause(struct psync_dispatcher *d, const char *destination, const char *reason,
                                         psync_ms now)
{
    struct destination *t = psync_map_get(&d->by_name, span_of(destination));

    if (t == NULL)
        return PSYNC_REJECT;
    psync_hold_pause(&t->hold, reason, now);
    tell_paused(t, "", now);
    return PSYNC_OK;
}

enum psync_result psync_dispatcher_resume(struct psync_dispatcher *d, const char *destination, bool force, psync_ms now,
                                          struct psync_error *err)
{
    struct destination *t = psync_map_get(&d->by_name, span_of(destination));

    if (t == NULL)
        return PSYNC_REJECT;
    enum psync_hold_by by = psync_hold_by(&t->hold);
    char said[PSYNC_CAUSE_TEXT_MAX];
    psync_hold_paused_reason(&t->hold, said, sizeof said);
    if (!psync_hold_resume(&t->hold, force)) {
        if (by == PSYNC_HOLD_BY_BOTH)
            tell_paused(t, "no longer paused by hand", now);
        return psync_fail(err, PSYNC_GONE, "%s", said);
    }
    bool forced = (by & PSYNC_HOLD_BY_SHOP) != 0;
    psync_destination_retry(t, now);
    psync_event_add(t, forced ? PSYNC_LOG_WARNING : PSYNC_LOG_INFO, "resumed by hand%s%s%s",
                    forced ? ", although the shop says: " : "", forced ? said : "",
                    t->breaker.state == PSYNC_BREAKER_PROBING ? ": the next delivery is the trial" : "");
    return PSYNC_OK;
}

enum psync_result psync_dispatcher_shop(struct psync_dispatcher *d, const char *destination, const char *why, psync_ms now)
{
    struct destination *t = psync_map_get(&d->by_name, span_of(destination));

    if (t == NULL)
        return PSYNC_REJECT;
    const struct psync_hold before = t->hold;
    psync_hold_shop(&t->hold, why, now);
    if (strcmp(t->hold.paused_reason, before.paused_reason) != 0 || t->hold.paused != before.paused)
        tell_paused(t, psync_hold_is_shops(&t->hold) ? "" : "the shop holds it no more", now);
    return PSYNC_OK;
}

void psync_dispatcher_drain(struct psync_dispatcher *d)
{
    d->draining = true;
}

void psync_dispatcher_stop(struct psync_dispatcher *d, psync_ms now)
{
    (void)now;
    d->stopping = true;
    for (size_t i = 0; i < d->n_destinations; i++) {
        psync_waiting_release(d->destinations[i]);
        psync_destination_tell_last(d->destinations[i]);
    }
}

/* ---- output ---- */
static void tell_settled(struct psync_dispatcher *d, struct psync_effect *ret)
{
    struct held *h = PSYNC_CONTAINER(psync_list_pop(&d->settled), struct held, link);

    d->held--;
    ret->kind = PSYNC_EFFECT_SETTLE;
    ret->destination = h->settlement.message->destination;
    ret->settlement = &h->settlement;
}

/* One of what the destination has to tell; a revival comes after its dead letters, which went out before. */
static bool tell_one(struct destination *t, psync_ms now, struct psync_effect *ret)
{
    ret->destination = t->name;
    if (t->tell_hold) {
        t->tell_hold = false;
        t->hold_again_at = PSYNC_MS_NEVER;
        ret->kind = PSYNC_EFFECT_HOLD;
        ret->hold = t->hold;
    } else if (t->tell_revive) {
        t->tell_revive = false;
        ret->kind = PSYNC_EFFECT_REVIVE;
        ret->ids = psync_health_refused(&t->health, &ret->n_ids);
        return ret->n_ids > 0;
    } else if (t->tell_note) {
        t->tell_note = t->changed = false;
        t->noted_at = now;
        ret->kind = PSYNC_EFFECT_NOTE;
        psync_destination_figures(t, now, &ret->figures);
    } else {
        psync_list_remove(&t->output);
        return false;
    }
    return true;
}

static bool tell_output(struct psync_dispatcher *d, psync_ms now, struct psync_effect *ret)
{
    while (!psync_list_empty(&d->outputs)) {
        if (tell_one(PSYNC_CONTAINER(d->outputs.next, struct destination, output), now, ret))
            return true;
    }
    return false;
}

static bool tell_event(struct psync_dispatcher *d, struct psync_effect *ret)
{
    if (d->n_events == 0)
        return false;
    const struct event *e = &d->events[d->first_event];
    d->first_event = (d->first_event + 1) % EVENTS_KEPT;
    d->n_events--;
    ret->kind = PSYNC_EFFECT_EVENT;
    ret->destination = e->destination;
    ret->level = e->level;
    ret->text = e->text;
    return true;
}

static void tell_request(struct job *job, struct psync_effect *ret)
{
    ret->kind = job->state == JOB_BINDING ? PSYNC_EFFECT_BIND : PSYNC_EFFECT_SEND;
    ret->destination = job->request.destination;
    ret->request = &job->request;
}

/* Gone from the settings, and its last request has ended. */
static bool free_leaving(struct psync_dispatcher *d, struct destination *t)
{
    if (t->conf != NULL || !psync_destination_idle(t))
        return false;
    for (size_t i = 0; i < d->n_leaving; i++) {
        if (d->leaving[i] == t)
            d->leaving[i] = d->leaving[--d->n_leaving];
    }
    psync_destination_free(t);
    return true;
}

static psync_ms note_due(const struct destination *t)
{
    return t->changed ? t->noted_at + NOTE_EVERY_MS : PSYNC_MS_NEVER;
}

/* Tells what is due; when the next is. */
static psync_ms tell_due(struct destination *t, psync_ms now)
{
    bool hold = t->hold_again_at <= now, note = note_due(t) <= now;

    t->tell_hold |= hold;
    t->tell_note |= note;
    if (hold || note)
        psync_destination_tell(t);
    psync_ms hold_at = t->tell_hold ? PSYNC_MS_NEVER : t->hold_again_at;
    psync_ms note_at = t->tell_note ? PSYNC_MS_NEVER : note_due(t);
    return hold_at < note_at ? hold_at : note_at;
}

/* The destinations take turns, a request each. One that cannot go on leaves the ring until its timer or an input puts
 * it back. True: a request was told. */
static bool run_one(struct psync_dispatcher *d, psync_ms now, struct psync_effect *ret)
{
    struct destination *t = PSYNC_CONTAINER(psync_list_pop(&d->runnable), struct destination, runnable);
    psync_ms due = PSYNC_MS_NEVER;
    struct job *job = t->conf != NULL ? psync_job_next(t, now, &due) : NULL;

    if (job != NULL) {
        psync_list_push(&d->runnable, &t->runnable);
        tell_request(job, ret);
        return true;
    }
    if (free_leaving(d, t))
        return false;
    psync_ms tell = tell_due(t, now);
    psync_destination_timer(t, due < tell ? due : tell);
    return false;
}

static void wake_due(struct psync_dispatcher *d, psync_ms now)
{
    for (struct psync_heap_item *first; (first = psync_heap_first(&d->timers)) != NULL && first->due <= now;) {
        struct destination *t = PSYNC_CONTAINER(first, struct destination, timer);
        psync_destination_timer(t, PSYNC_MS_NEVER);
        psync_destination_recheck(t, now);
    }
}

/* Verdicts first: they free what a restart would have to do again. */
bool psync_dispatcher_next(struct psync_dispatcher *d, psync_ms now, struct psync_effect *ret_effect)
{
    wake_due(d, now);
    for (;;) {
        if (!psync_list_empty(&d->settled)) {
            tell_settled(d, ret_effect);
            return true;
        }
        if (tell_output(d, now, ret_effect) || tell_event(d, ret_effect))
            return true;
        if (psync_list_empty(&d->runnable))
            return false;
        if (run_one(d, now, ret_effect))
            return true;
    }
}

psync_ms psync_dispatcher_due(const struct psync_dispatcher *d, psync_ms now)
{
    const struct psync_heap_item *first = psync_heap_first(&d->timers);

    if (!psync_list_empty(&d->settled) || !psync_list_empty(&d->outputs) || !psync_list_empty(&d->runnable) ||
        d->n_events > 0)
        return now;
    return first != NULL ? first->due : PSYNC_MS_NEVER;
}

size_t psync_dispatcher_in_flight(const struct psync_dispatcher *d)
{
    return d->in_flight;
}

size_t psync_dispatcher_held(const struct psync_dispatcher *d)
{
    return d->held;
}
