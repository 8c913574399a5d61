/* worker - the loop between a queue and the engine: messages in, verdicts out, until stopped or drained. */
#include "delivery/worker_impl.h"

#include "config/effective.h"

#include <stdlib.h>

enum {
    WAIT_MAX_MS = 1000,        /* the loop looks around at least so often */
    DRAIN_CHECK_EVERY_MS = 50  /* the counts are not asked for more often */
};

/* ---- shared with the queue's thread ---- */
void psync_worker_nudge(struct psync_worker *w)
{
    if (!atomic_exchange(&w->woken, true))
        psync_engine_wakeup(w->engine);
}

void psync_worker_expect(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    w->outstanding++;
    (void)pthread_mutex_unlock(&w->mutex);
}

void psync_worker_unexpect(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    PSYNC_INVARIANT(w->outstanding > 0);
    if (--w->outstanding == 0 && atomic_load(&w->want_quiet))
        psync_worker_nudge(w);
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->mutex); /* the last touch: the worker may be freed now */
}

void psync_worker_fail(struct psync_worker *w, const char *what)
{
    (void)pthread_mutex_lock(&w->mutex);
    if (!w->fatal)
        (void)psync_fail(&w->why_fatal, PSYNC_FATAL, "%s", what);
    w->fatal = true;
    (void)pthread_mutex_unlock(&w->mutex);
    psync_worker_nudge(w);
}

static bool has_failed(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    bool failed = w->fatal;
    (void)pthread_mutex_unlock(&w->mutex);
    return failed;
}

bool psync_worker_is_quiet(struct psync_worker *w)
{
    if (w->lease.under_way || w->group || psync_dispatcher_held(w->dispatcher) > 0)
        return false;
    (void)pthread_mutex_lock(&w->mutex);
    bool quiet = w->outstanding == 0 && psync_list_empty(&w->bound);
    (void)pthread_mutex_unlock(&w->mutex);
    return quiet;
}

/* ---- stopping ---- */
static void advance_phase(struct psync_worker *w, psync_ms now)
{
    unsigned stops = atomic_load(&w->stops);
    if (w->phase == PSYNC_WORKER_WORKING && stops > 0) {
        w->phase = PSYNC_WORKER_FINISHING;
        w->grace_until = now + w->config->work.grace;
        atomic_store(&w->want_quiet, true);
        psync_dispatcher_stop(w->dispatcher, now);
    }
    if (w->phase == PSYNC_WORKER_FINISHING && (stops > 1 || now >= w->grace_until)) {
        w->phase = PSYNC_WORKER_ABORTED;
        psync_engine_abort(w->engine);
    }
}

/* True: the loop has nothing left to do. */
static bool is_finished(struct psync_worker *w, bool drain, psync_ms now)
{
    if (w->phase != PSYNC_WORKER_WORKING)
        return psync_worker_is_quiet(w);
    if (!drain || now < w->drain_check_at || !psync_worker_is_quiet(w))
        return false;
    w->drain_check_at = now + DRAIN_CHECK_EVERY_MS;
    return psync_worker_is_drained(w, now);
}

/* ---- the loop ---- */
static void answer_controls(struct psync_worker *w)
{
    struct psync_link done;
    if (!psync_worker_controls_run(w, &done))
        return;
    psync_engine_act(w->engine); /* so that a pause is remembered before its caller hears of it */
    psync_worker_controls_answer(w, &done);
}

static bool status_wanted(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    bool wanted = w->status_wanted;
    (void)pthread_mutex_unlock(&w->mutex);
    return wanted;
}

static psync_ms earlier(psync_ms a, psync_ms b)
{
    return a < b ? a : b;
}

static psync_ms wait_of(struct psync_worker *w, bool drain, psync_ms now)
{
    psync_ms until = now + WAIT_MAX_MS;
    if (w->phase == PSYNC_WORKER_WORKING && !w->lease.under_way)
        until = earlier(until, w->next_due);
    if (w->phase == PSYNC_WORKER_FINISHING)
        until = earlier(until, w->grace_until);
    if (drain && psync_worker_is_quiet(w))
        until = earlier(until, w->drain_check_at);
    until = earlier(until, psync_worker_settle_due(w));
    return until > now ? until - now : 0;
}

/* Everything that came, and what follows from it. */
static void take_in(struct psync_worker *w)
{
    atomic_store(&w->woken, false); /* before looking: what comes from here on wakes anew */
    psync_ms now = psync_clock_now();
    psync_worker_lease_collect(w, now);
    psync_worker_bound_collect(w);
    answer_controls(w);
    advance_phase(w, now);
    psync_worker_lease_request(w, now);
    psync_engine_act(w->engine);
    if (psync_worker_settle_due(w) <= now)
        psync_worker_settle_flush(w);
    if (status_wanted(w))
        psync_worker_status_refresh(w, now);
}

static enum psync_result work(struct psync_worker *w, bool drain, struct psync_error *err)
{
    for (;;) {
        take_in(w);
        if (has_failed(w))
            return PSYNC_FATAL;
        psync_ms now = psync_clock_now();
        if (is_finished(w, drain, now))
            return PSYNC_OK;
        enum psync_result r = psync_engine_turn(w->engine, wait_of(w, drain, now), err);
        if (r != PSYNC_OK)
            return r;
        if (w->replaced)
            psync_worker_configs_drop(w);
    }
}

/* The queue's thread must not be left with calls that point here. */
static void await_answers(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    while (w->outstanding > 0)
        (void)pthread_cond_wait(&w->changed, &w->mutex);
    (void)pthread_mutex_unlock(&w->mutex);
}

static bool visit_none(void *arg, const struct psync_destination_row *row)
{
    (void)arg, (void)row;
    return false;
}

/* The queue knows best what has failed: it answers any question with that. */
static enum psync_result explain_failure(struct psync_worker *w, struct psync_error *err)
{
    if (psync_queue_destinations(w->queue, visit_none, NULL, err) == PSYNC_FATAL)
        return PSYNC_FATAL;
    return psync_fail(err, PSYNC_FATAL, "%s", w->why_fatal.text);
}

/* A short drain ends before the dispatcher tells them by itself; give_up_after counts by what the queue remembers. */
static void remember_figures(struct psync_worker *w)
{
    psync_dispatcher_stop(w->dispatcher, psync_clock_now());
    psync_engine_act(w->engine);
}

enum psync_result psync_worker_run(struct psync_worker *w, bool drain, struct psync_error *err)
{
    (void)pthread_mutex_lock(&w->mutex);
    w->running = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->mutex);
    atomic_store(&w->want_quiet, drain);
    if (drain)
        psync_dispatcher_drain(w->dispatcher);
    enum psync_result r = work(w, drain, err);
    if (r == PSYNC_OK)
        remember_figures(w);
    psync_worker_status_refresh(w, psync_clock_now());
    psync_worker_controls_refuse(w);
    await_answers(w);
    if (has_failed(w)) /* also by the last verdicts */
        return explain_failure(w, err);
    return r;
}

void psync_worker_stop(struct psync_worker *w)
{
    (void)atomic_fetch_add(&w->stops, 1);
    psync_worker_nudge(w);
}

void psync_worker_wakeup(struct psync_worker *w)
{
    (void)atomic_fetch_add(&w->ready, 1);
    psync_worker_nudge(w);
}

/* ---- life ---- */
static enum psync_result usable_destination(const struct psync_queue *queue, const struct psync_config *config,
                                            const struct psync_destination_conf *d, struct psync_error *err)
{
    if (d->batch_size > 1 && !(psync_queue_capabilities(queue) & PSYNC_CAN_BIND))
        return psync_fail(err, PSYNC_REJECT, "destination %s: the queue driver %s cannot keep batches together",
                          d->name, psync_queue_driver_name(queue));
    if (config->work.lease < 2 * (psync_effective_timeout(&config->http, d) + 1000))
        return psync_fail(err, PSYNC_REJECT, "destination %s: work.lease must be at least twice its timeout and two "
                          "seconds", d->name);
    return PSYNC_OK;
}

enum psync_result psync_worker_usable(const struct psync_queue *queue, const struct psync_config *config,
                                      struct psync_error *err)
{
    if (config->batch.size > 1 && !(psync_queue_capabilities(queue) & PSYNC_CAN_BIND))
        return psync_fail(err, PSYNC_REJECT, "batch.size = %u: the queue driver %s cannot keep batches together; use 1",
                          (unsigned)config->batch.size, psync_queue_driver_name(queue));
    /* The dispatcher sends nothing whose lease might end before its request does; it needs room to do so. */
    if (config->work.lease < 2 * (config->http.timeout + 1000))
        return psync_fail(err, PSYNC_REJECT, "work.lease must be at least twice http.timeout and two seconds");
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; i < config->n_destinations && r == PSYNC_OK; i++)
        r = usable_destination(queue, config, &config->destinations[i], err);
    return r;
}

struct restoring {
    struct psync_worker *worker;
    const struct psync_config *before;
    enum psync_result result;
};

static bool restore_one(void *arg, const struct psync_destination_row *row)
{
    struct restoring *r = arg;
    bool known = r->before != NULL && psync_config_destination(r->before, row->name) != NULL;
    if (!known && psync_config_destination(r->worker->config, row->name)) /* else it is orphaned, and left alone */
        r->result = psync_dispatcher_restore(r->worker->dispatcher, row->name, &row->hold, &row->figures,
                                             psync_clock_now());
    return r->result == PSYNC_OK;
}

enum psync_result psync_worker_restore(struct psync_worker *w, const struct psync_config *before,
                                       struct psync_error *err)
{
    struct restoring restoring = {w, before, PSYNC_OK};
    enum psync_result r = psync_queue_destinations(w->queue, restore_one, &restoring, err);
    if (r != PSYNC_OK && r != PSYNC_EMPTY)
        return r;
    return restoring.result == PSYNC_OK ? PSYNC_OK : psync_fail(err, restoring.result, "out of memory");
}

static enum psync_result set_up(struct psync_worker *w, struct psync_error *err)
{
    struct psync_engine_port port;
    psync_worker_port(w, &port);
    struct psync_engine_open open = {w->config, PSYNC_DISPATCH_QUEUE, &port, w->log};
    if (psync_worker_sources_set(w, w->config) != PSYNC_OK)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result r = psync_engine_new(&open, &w->engine, err);
    if (r != PSYNC_OK)
        return r;
    w->dispatcher = psync_engine_dispatcher(w->engine);
    r = psync_worker_restore(w, NULL, err);
    if (r == PSYNC_OK)
        psync_worker_status_refresh(w, psync_clock_now());
    return r;
}

static struct psync_worker *worker_new(const struct psync_worker_open *open)
{
    struct psync_worker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    if (pthread_mutex_init(&w->mutex, NULL) != 0)
        goto no_mutex;
    if (pthread_cond_init(&w->changed, NULL) != 0)
        goto no_cond;
    psync_list_init(&w->bound);
    psync_list_init(&w->controls);
    w->queue = open->queue;
    w->config = open->config;
    w->log = open->log;
    w->report = open->report;
    w->arg = open->arg;
    w->next_due = PSYNC_MS_NEVER;
    return w;
no_cond:
    (void)pthread_mutex_destroy(&w->mutex);
no_mutex:
    free(w);
    return NULL;
}

enum psync_result psync_worker_new(const struct psync_worker_open *open, struct psync_worker **ret_worker,
                                   struct psync_error *err)
{
    enum psync_result r = psync_worker_usable(open->queue, open->config, err);
    if (r != PSYNC_OK)
        return r;
    struct psync_worker *w = worker_new(open);
    if (!w)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    r = set_up(w, err);
    if (r != PSYNC_OK) {
        w->config = NULL; /* the caller's */
        psync_worker_free(w);
        return r;
    }
    w->first_config = w->config;
    *ret_worker = w;
    return PSYNC_OK;
}

void psync_worker_free(struct psync_worker *w)
{
    if (!w)
        return;
    psync_engine_free(w->engine); /* with the dispatcher and all messages it held */
    psync_worker_settle_done(w);
    psync_worker_sources_done(w);
    while (w->replaced) {
        struct psync_kept_config *kept = w->replaced;
        w->replaced = kept->next;
        if (kept->config != w->first_config)
            psync_config_free(kept->config);
        free(kept);
    }
    if (w->config != w->first_config)
        psync_config_free(w->config);
    psync_config_free(w->first_config);
    free(w->status);
    (void)pthread_cond_destroy(&w->changed);
    (void)pthread_mutex_destroy(&w->mutex);
    free(w);
}
