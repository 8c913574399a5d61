/* worker_settle - verdicts out. They are gathered for a moment and go to the queue as one array, because waking its
 * thread costs as much as settling several; when they are durable, on the queue's thread, each is logged, reported and
 * freed. Also what else the dispatcher wants remembered. */
#include "delivery/delivery_log.h"
#include "delivery/worker_impl.h"

#include <stdlib.h>

enum { GROUP_MAX = 128, GROUP_ENOUGH = 64, GROUP_WAIT_MS = 1 };

/* One group is one commit. The verdicts of one answer to a batch never part: were some recorded and the others lost,
 * what is left of the batch would go again under keys that the API has not seen. So a group may grow beyond GROUP_MAX,
 * by the rest of one batch. */
struct psync_settle_group {
    struct psync_worker *worker;
    psync_ms begun;
    size_t n, room;
    struct psync_settlement **settlements;
    struct psync_settle *settles;
};

/* ---- groups ---- */
static void report_group(struct psync_settle_group *g)
{
    struct psync_worker *w = g->worker;
    psync_ms now = psync_clock_now();
    for (size_t i = 0; i < g->n; i++) {
        struct psync_settlement *s = g->settlements[i];
        s->settle.ret = g->settles[i].ret;
        psync_delivery_log(w->log, s, false, now);
        if (w->report)
            w->report(w->arg, &(struct psync_delivery_report){s, now});
    }
}

static void group_cut(struct psync_settle_group *g, size_t n)
{
    while (g->n > n)
        psync_settlement_free(g->settlements[--g->n]);
}

static void group_free(struct psync_settle_group *g)
{
    if (!g)
        return;
    group_cut(g, 0);
    free(g->settlements);
    free(g->settles);
    free(g);
}

/* On the queue's thread, after the commit. */
static void on_settled(void *arg, enum psync_result result, struct psync_settle *settles, size_t n)
{
    struct psync_settle_group *g = arg;
    struct psync_worker *w = g->worker;
    (void)settles, (void)n;
    if (result == PSYNC_OK)
        report_group(g);
    else if (result == PSYNC_FATAL)
        psync_worker_fail(w, "verdicts could not be recorded");
    group_free(g);
    /* A settled message may have freed its subject's next one. The queue says so too, but perhaps after the loop has
     * seen that nothing is outstanding, and has taken that for the end. */
    (void)atomic_fetch_add(&w->ready, 1);
    psync_worker_unexpect(w);
}

void psync_worker_settle_flush(struct psync_worker *w)
{
    struct psync_settle_group *g = w->group;
    if (!g)
        return;
    w->group = NULL;
    psync_worker_expect(w);
    enum psync_result r = psync_queue_settle_async(w->queue, g->settles, g->n, on_settled, g);
    if (r == PSYNC_OK)
        return;
    psync_worker_unexpect(w);
    group_free(g); /* no memory: their leases run out, and they come again under the same keys */
    if (r == PSYNC_FATAL)
        psync_worker_fail(w, "verdicts could not be recorded");
}

psync_ms psync_worker_settle_due(const struct psync_worker *w)
{
    if (!w->group)
        return PSYNC_MS_NEVER;
    bool now = w->group->n >= GROUP_ENOUGH || w->phase != PSYNC_WORKER_WORKING ||
               psync_dispatcher_in_flight(w->dispatcher) == 0; /* nothing will join it */
    return now ? 0 : w->group->begun + GROUP_WAIT_MS;
}

static bool group_grow(struct psync_settle_group *g)
{
    size_t room = g->room > 0 ? 2 * g->room : GROUP_MAX;
    struct psync_settlement **settlements = realloc(g->settlements, room * sizeof(struct psync_settlement *));
    if (!settlements)
        return false;
    g->settlements = settlements;
    struct psync_settle *settles = realloc(g->settles, room * sizeof *settles);
    if (!settles)
        return false;
    g->settles = settles;
    g->room = room;
    return true;
}

static bool group_continues(const struct psync_settle_group *g, const struct psync_settlement *s)
{
    return s->batch != 0 && g->n > 0 && g->settlements[g->n - 1]->batch == s->batch;
}

/* The group `s` belongs to, with room for it. NULL: no memory. */
static struct psync_settle_group *group_for(struct psync_worker *w, const struct psync_settlement *s)
{
    if (w->group && w->group->n >= GROUP_MAX && !group_continues(w->group, s))
        psync_worker_settle_flush(w);
    if (!w->group) {
        struct psync_settle_group *g = calloc(1, sizeof *g);
        if (!g)
            return NULL;
        g->worker = w;
        g->begun = psync_clock_now();
        w->group = g;
    }
    return w->group->n < w->group->room || group_grow(w->group) ? w->group : NULL;
}

/* No memory: its lease runs out, and it comes again under the same key; with all of its batch, or none. */
static void drop(struct psync_worker *w, struct psync_settlement *s)
{
    struct psync_settle_group *g = w->group;
    size_t kept = g ? g->n : 0;
    w->dropped_batch = s->batch;
    while (kept > 0 && s->batch != 0 && g->settlements[kept - 1]->batch == s->batch)
        kept--;
    if (g)
        group_cut(g, kept);
    if (g && kept == 0) {
        group_free(g);
        w->group = NULL;
    }
    psync_settlement_free(s);
}

static void settle(void *worker, struct psync_settlement *s)
{
    struct psync_worker *w = worker;
    bool dropped = s->batch != 0 && s->batch == w->dropped_batch;
    struct psync_settle_group *g = dropped ? NULL : group_for(w, s);
    if (!g) {
        drop(w, s);
        return;
    }
    g->settlements[g->n] = s;
    g->settles[g->n] = s->settle;
    g->n++;
    if (s->settle.verdict == PSYNC_VERDICT_RETRY && s->settle.not_before < w->next_due)
        w->next_due = s->settle.not_before;
}

/* ---- batches ---- */
struct bind_call {
    struct psync_link link; /* in `bound` */
    struct psync_worker *worker;
    struct psync_request *request;
    enum psync_result result;
};

static void on_bound(void *arg, enum psync_result result)
{
    struct bind_call *call = arg;
    struct psync_worker *w = call->worker;
    call->result = result;
    (void)pthread_mutex_lock(&w->mutex);
    psync_list_push(&w->bound, &call->link);
    (void)pthread_mutex_unlock(&w->mutex);
    psync_worker_nudge(w);
    psync_worker_unexpect(w);
}

static void bind(void *worker, struct psync_request *request)
{
    struct psync_worker *w = worker;
    struct bind_call *call = malloc(sizeof *call);
    if (!call) {
        psync_engine_bound(w->engine, request, false);
        return;
    }
    *call = (struct bind_call){.worker = w, .request = request};
    psync_list_init(&call->link);
    psync_worker_expect(w);
    enum psync_result r =
        psync_queue_bind_async(w->queue, request->members, request->n_members, request->key, on_bound, call);
    if (r == PSYNC_OK)
        return;
    psync_worker_unexpect(w);
    free(call);
    psync_engine_bound(w->engine, request, false);
    if (r == PSYNC_FATAL)
        psync_worker_fail(w, "a batch could not be recorded");
}

static struct bind_call *next_bound(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    struct psync_link *link = psync_list_pop(&w->bound);
    (void)pthread_mutex_unlock(&w->mutex);
    return link ? PSYNC_CONTAINER(link, struct bind_call, link) : NULL;
}

void psync_worker_bound_collect(struct psync_worker *w)
{
    struct bind_call *call;
    while ((call = next_bound(w)) != NULL) {
        psync_engine_bound(w->engine, call->request, call->result == PSYNC_OK);
        if (call->result == PSYNC_FATAL)
            psync_worker_fail(w, "a batch could not be recorded");
        free(call);
    }
}

void psync_worker_settle_done(struct psync_worker *w)
{
    struct bind_call *call;
    group_free(w->group);
    while ((call = next_bound(w)) != NULL)
        free(call);
}

/* ---- what else is remembered. Rare, so the loop waits for it: a suspension is durable before anything follows from
 * it. */
static void hold(void *worker, const char *destination, const struct psync_hold *state)
{
    struct psync_worker *w = worker;
    struct psync_error err = {0};
    enum psync_result r = psync_queue_hold(w->queue, destination, state, &err);
    if (r == PSYNC_OK)
        return;
    w->hold_result = r;
    w->hold_error = err;
    psync_dispatcher_hold_lost(w->dispatcher, destination, psync_clock_now());
    if (r == PSYNC_FATAL)
        psync_worker_fail(w, err.text);
    else
        PSYNC_LOG(w->log, PSYNC_LOG_WARNING, "hold not remembered", PSYNC_F_TEXT("destination", destination),
                  PSYNC_F_TEXT("error", err.text));
}

static void note(void *worker, const char *destination, const struct psync_figures *figures)
{
    struct psync_worker *w = worker;
    /* Anything but FATAL is made good by the next note. */
    if (psync_queue_note(w->queue, destination, figures) == PSYNC_FATAL)
        psync_worker_fail(w, "figures could not be recorded");
}

static void revive(void *worker, const char *destination, const char *const *ids, size_t n)
{
    struct psync_worker *w = worker;
    struct psync_error err = {0};
    struct psync_select select = {.ids = ids, .n_ids = n, .destination = destination, .cursor = ""};
    psync_worker_settle_flush(w); /* they may have died in this very turn */
    enum psync_result r = psync_queue_requeue(w->queue, &select, &err);
    if (r == PSYNC_FATAL)
        psync_worker_fail(w, err.text);
    else if (r != PSYNC_OK)
        PSYNC_LOG(w->log, PSYNC_LOG_WARNING, "dead letters not requeued", PSYNC_F_TEXT("destination", destination),
                  PSYNC_F_TEXT("error", err.text));
}

void psync_worker_port(struct psync_worker *w, struct psync_engine_port *ret_port)
{
    *ret_port = (struct psync_engine_port){
        .settle = settle, .bind = bind, .hold = hold, .note = note, .revive = revive, .arg = w};
}
