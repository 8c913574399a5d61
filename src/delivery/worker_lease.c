/* worker_lease - messages in. The dispatcher says how many it would like; the queue is asked when it may have some.
 *
 * One lease is under way at a time, so that under load each brings many. A source that answered with less than was
 * asked for is dry until the queue says that something became leasable, a settled message may have freed its
 * successor, or the next delayed message is due: so an idle worker asks nothing. */
#include "delivery/worker_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 100 }; /* after a lease that failed for lack of memory */

/* ---- sources ---- */
enum psync_result psync_worker_sources_set(struct psync_worker *w, const struct psync_config *config)
{
    struct psync_source *sources = calloc(config->n_destinations + 1, sizeof *sources);
    if (!sources)
        return PSYNC_NOMEM;
    for (size_t i = 0; i < config->n_destinations; i++)
        snprintf(sources[i].name, sizeof sources[i].name, "%s", config->destinations[i].name);
    free(w->sources);
    w->sources = sources;
    w->n_sources = config->n_destinations;
    return PSYNC_OK;
}

void psync_worker_sources_done(struct psync_worker *w)
{
    for (size_t i = 0; i < w->lease.n_messages; i++)
        psync_message_free(w->lease.messages[i]);
    free(w->lease.messages);
    free(w->lease.wants);
    free(w->lease.names);
    free(w->sources);
}

static struct psync_source *source_of(struct psync_worker *w, const char *name)
{
    for (size_t i = 0; i < w->n_sources; i++)
        if (strcmp(w->sources[i].name, name) == 0)
            return &w->sources[i];
    return NULL;
}

bool psync_worker_source_is_dry(const struct psync_worker *w, size_t index)
{
    return index < w->n_sources && w->sources[index].dry && atomic_load(&w->ready) == w->ready_seen;
}

static void wet_all(struct psync_worker *w)
{
    for (size_t i = 0; i < w->n_sources; i++)
        w->sources[i].dry = false;
}

/* ---- asking ---- */
static enum psync_result make_room(struct psync_worker *w)
{
    struct psync_lease_call *call = &w->lease;
    if (call->room >= w->n_sources)
        return PSYNC_OK;
    struct psync_want *wants = realloc(call->wants, w->n_sources * sizeof *wants);
    if (!wants)
        return PSYNC_NOMEM;
    call->wants = wants;
    void *names = realloc(call->names, w->n_sources * sizeof *call->names);
    if (!names)
        return PSYNC_NOMEM;
    call->names = names;
    call->room = w->n_sources;
    return PSYNC_OK;
}

static void on_leased(void *arg, enum psync_result result, struct psync_message **messages, size_t n, psync_ms next_due)
{
    struct psync_worker *w = arg;
    struct psync_lease_call *call = &w->lease;
    (void)pthread_mutex_lock(&w->mutex);
    call->answered = true;
    call->result = result;
    call->messages = messages;
    call->n_messages = n;
    call->next_due = next_due;
    (void)pthread_mutex_unlock(&w->mutex);
    psync_worker_nudge(w);
    psync_worker_unexpect(w);
}

/* The dispatcher's wants of sources that are not dry; those that are get their answer at once. */
static size_t choose(struct psync_worker *w, psync_ms now)
{
    struct psync_lease_call *call = &w->lease;
    size_t n = psync_dispatcher_wants(w->dispatcher, now, call->wants, call->room), kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct psync_want want = call->wants[i];
        const struct psync_source *source = source_of(w, want.destination);
        if (want.max == 0 || !source || source->dry) {
            psync_dispatcher_leased(w->dispatcher, &want);
            continue;
        }
        snprintf(call->names[kept], sizeof call->names[kept], "%s", want.destination);
        want.destination = call->names[kept];
        call->wants[kept++] = want;
    }
    return kept;
}

static void answer_wants(struct psync_worker *w)
{
    for (size_t i = 0; i < w->lease.n_wants; i++)
        psync_dispatcher_leased(w->dispatcher, &w->lease.wants[i]);
}

static void note_what_is_ready(struct psync_worker *w, psync_ms now)
{
    unsigned long ready = atomic_load(&w->ready);
    if (ready == w->ready_seen && now < w->next_due)
        return;
    w->ready_seen = ready;
    if (now >= w->next_due)
        w->next_due = PSYNC_MS_NEVER;
    wet_all(w);
}

void psync_worker_lease_request(struct psync_worker *w, psync_ms now)
{
    struct psync_lease_call *call = &w->lease;
    if (call->under_way || w->phase != PSYNC_WORKER_WORKING)
        return;
    note_what_is_ready(w, now);
    if (make_room(w) != PSYNC_OK) /* the next turn tries again */
        return;
    call->n_wants = choose(w, now);
    if (call->n_wants == 0)
        return;
    call->ready_seen = w->ready_seen;
    call->answered = false;
    call->under_way = true;
    psync_worker_expect(w);
    enum psync_result r = psync_queue_lease_async(w->queue, call->wants, call->n_wants, on_leased, w);
    if (r == PSYNC_OK)
        return;
    call->under_way = false;
    psync_worker_unexpect(w);
    answer_wants(w);
    if (r == PSYNC_FATAL) /* otherwise the next turn tries again */
        psync_worker_fail(w, "leasing failed");
}

/* ---- taking in ---- */
/* How many of the messages each want brought. */
static void count_by_want(const struct psync_lease_call *call, size_t *counts)
{
    size_t at = 0; /* neighbours mostly belong together */
    for (size_t i = 0; i < call->n_messages; i++) {
        size_t tried = 0;
        while (tried < call->n_wants && strcmp(call->wants[at].destination, call->messages[i]->destination) != 0) {
            at = (at + 1) % call->n_wants;
            tried++;
        }
        if (tried < call->n_wants)
            counts[at]++;
    }
}

static void note_what_is_dry(struct psync_worker *w, const size_t *counts)
{
    const struct psync_lease_call *call = &w->lease;
    for (size_t i = 0; i < call->n_wants; i++) {
        struct psync_source *source = source_of(w, call->wants[i].destination);
        if (source)
            source->dry = counts[i] < call->wants[i].max && call->ready_seen == atomic_load(&w->ready);
    }
}

static void accept(struct psync_worker *w, psync_ms now)
{
    struct psync_lease_call *call = &w->lease;
    size_t *counts = calloc(call->n_wants, sizeof *counts);
    if (counts) {
        count_by_want(call, counts);
        note_what_is_dry(w, counts);
    }
    for (size_t i = 0; i < call->n_messages; i++)
        if (psync_dispatcher_offer(w->dispatcher, call->messages[i], now) != PSYNC_OK)
            psync_message_free(call->messages[i]); /* no memory: its lease runs out, it comes again */
    answer_wants(w);
    free(counts);
}

void psync_worker_lease_collect(struct psync_worker *w, psync_ms now)
{
    struct psync_lease_call *call = &w->lease;
    (void)pthread_mutex_lock(&w->mutex);
    bool answered = call->answered;
    (void)pthread_mutex_unlock(&w->mutex);
    if (!call->under_way || !answered)
        return;
    call->under_way = false;
    accept(w, now);
    free(call->messages);
    call->messages = NULL;
    call->n_messages = 0;
    if (call->result == PSYNC_FATAL)
        psync_worker_fail(w, "leasing failed");
    else if (call->result != PSYNC_OK && call->result != PSYNC_EMPTY)
        w->next_due = now + AGAIN_MS;
    else if (call->next_due < w->next_due)
        w->next_due = call->next_due;
}
