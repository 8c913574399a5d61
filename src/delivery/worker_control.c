/* worker_control - what other threads ask of the loop: they leave a question, wake it, and wait for the answer. */
#include "delivery/worker_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum control_kind { CONTROL_RELOAD, CONTROL_PAUSE, CONTROL_RESUME, CONTROL_SHOP, CONTROL_LET_GO };

enum { STATUS_WAIT_S = 1, BEGIN_WAIT_S = 2 };

struct control { /* on the asking thread's stack */
    struct psync_link link;
    enum control_kind kind;
    struct psync_config *config;
    const char *destination, *reason; /* PAUSE, RESUME, SHOP */
    bool force;                       /* RESUME */
    const char *const *ids; size_t n; /* LET_GO */
    struct psync_error *err;
    enum psync_result result;
    bool done;
};

/* ---- asking ---- */
/* Between its making and its run a worker has read what the queue remembers, so what is asked now must reach the loop:
 * a change of the queue alone would be missed. Under the mutex. */
static void await_begin(struct psync_worker *w)
{
    struct timespec until;
    if (clock_gettime(CLOCK_REALTIME, &until) != 0)
        return;
    until.tv_sec += BEGIN_WAIT_S;
    while (!w->running && !w->ended)
        if (pthread_cond_timedwait(&w->changed, &w->mutex, &until) == ETIMEDOUT)
            return;
}

static enum psync_result ask(struct psync_worker *w, struct control *c)
{
    psync_list_init(&c->link);
    (void)pthread_mutex_lock(&w->mutex);
    await_begin(w);
    if (!w->running) {
        (void)pthread_mutex_unlock(&w->mutex);
        return psync_fail(c->err, PSYNC_RETRY, "no delivery is running");
    }
    psync_list_push(&w->controls, &c->link);
    psync_worker_nudge(w);
    while (!c->done)
        (void)pthread_cond_wait(&w->changed, &w->mutex);
    (void)pthread_mutex_unlock(&w->mutex);
    return c->result;
}

enum psync_result psync_worker_reload(struct psync_worker *w, struct psync_config *config, struct psync_error *err)
{
    struct control c = {.kind = CONTROL_RELOAD, .config = config, .err = err};
    return ask(w, &c);
}

enum psync_result psync_worker_pause(struct psync_worker *w, const char *destination, const char *reason,
                                     struct psync_error *err)
{
    struct control c = {.kind = CONTROL_PAUSE, .destination = destination, .reason = reason, .err = err};
    return ask(w, &c);
}

enum psync_result psync_worker_resume(struct psync_worker *w, const char *destination, bool force, struct psync_error *err)
{
    struct control c = {.kind = CONTROL_RESUME, .destination = destination, .force = force, .err = err};
    return ask(w, &c);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void psync_worker_let_go(struct psync_worker *w, const char **ids, size_t n)
{
    struct psync_error err;
    struct control c = {.kind = CONTROL_LET_GO, .ids = ids, .n = n, .err = &err};
    qsort(ids, n, sizeof *ids, compare);
    enum psync_result r = ask(w, &c);
    PSYNC_INVARIANT(r == PSYNC_OK || r == PSYNC_RETRY);
}

/* ---- answering, on the loop's thread ---- */
/* The settings are in force: what cannot be read now is as if it had not been remembered. */
static void restore_added(struct psync_worker *w, const struct psync_config *before)
{
    struct psync_error err = {0};
    enum psync_result r = psync_worker_restore(w, before, &err);
    if (r == PSYNC_FATAL)
        psync_worker_fail(w, err.text);
    else if (r != PSYNC_OK)
        PSYNC_LOG(w->log, PSYNC_LOG_WARNING, "new destinations not restored", PSYNC_F_TEXT("error", err.text));
}

static enum psync_result reload(struct psync_worker *w, struct psync_config *config, struct psync_error *err)
{
    enum psync_result r = psync_worker_usable(w->queue, config, err);
    if (r != PSYNC_OK)
        return r;
    struct psync_kept_config *kept = malloc(sizeof *kept);
    if (!kept)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    struct psync_source *old = w->sources;
    size_t n_old = w->n_sources;
    w->sources = NULL;
    r = psync_worker_sources_set(w, config);
    if (r == PSYNC_OK)
        r = psync_engine_configure(w->engine, config, err);
    else
        r = psync_fail(err, r, "out of memory");
    if (r != PSYNC_OK) {
        free(w->sources);
        w->sources = old;
        w->n_sources = n_old;
        free(kept);
        return r;
    }
    free(old);
    *kept = (struct psync_kept_config){w->replaced, w->config};
    w->replaced = kept;
    w->config = config;
    restore_added(w, kept->config);
    return PSYNC_OK;
}

static enum psync_result known(enum psync_result r, const struct control *c)
{
    return r == PSYNC_REJECT ? psync_fail(c->err, r, "no such destination: %s", c->destination) : r;
}

static enum psync_result run(struct psync_worker *w, const struct control *c)
{
    psync_ms now = psync_clock_now();
    switch (c->kind) {
    case CONTROL_RELOAD:
        return reload(w, c->config, c->err);
    case CONTROL_PAUSE:
        return known(psync_dispatcher_pause(w->dispatcher, c->destination, c->reason, now), c);
    case CONTROL_RESUME:
        return known(psync_dispatcher_resume(w->dispatcher, c->destination, c->force, now, c->err), c);
    case CONTROL_SHOP:
        return known(psync_dispatcher_shop(w->dispatcher, c->destination, c->reason, now), c);
    case CONTROL_LET_GO:
        psync_dispatcher_let_go(w->dispatcher, c->ids, c->n);
        return PSYNC_OK;
    }
    return PSYNC_REJECT;
}

/* Before the loop begins nobody else has the dispatcher: what a shop does not want sent is not sent from the first. */
enum psync_result psync_worker_shop(struct psync_worker *w, const char *destination, const char *why, struct psync_error *err)
{
    struct control c = {.kind = CONTROL_SHOP, .destination = destination, .reason = why, .err = err};
    (void)pthread_mutex_lock(&w->mutex);
    bool begun = w->running || w->ended;
    enum psync_result r = begun ? PSYNC_OK : run(w, &c);
    (void)pthread_mutex_unlock(&w->mutex);
    return begun ? ask(w, &c) : r;
}

static void move_all(struct psync_link *from, struct psync_link *to)
{
    struct psync_link *link;
    while ((link = psync_list_pop(from)) != NULL)
        psync_list_push(to, link);
}

bool psync_worker_controls_run(struct psync_worker *w, struct psync_link *ret_done)
{
    psync_list_init(ret_done);
    (void)pthread_mutex_lock(&w->mutex);
    move_all(&w->controls, ret_done);
    (void)pthread_mutex_unlock(&w->mutex);
    for (struct psync_link *l = ret_done->next; l != ret_done; l = l->next) {
        struct control *c = PSYNC_CONTAINER(l, struct control, link);
        c->result = run(w, c);
    }
    return !psync_list_empty(ret_done);
}

/* A pause took effect; but a restart would not know of it yet. */
static void check_recorded(const struct psync_worker *w, struct control *c)
{
    if (!c->destination || c->result != PSYNC_OK || psync_dispatcher_hold_kept(w->dispatcher, c->destination))
        return;
    static const char *const done[] = {
        [CONTROL_PAUSE] = "paused", [CONTROL_RESUME] = "resumed", [CONTROL_SHOP] = "held as its shop says"};
    const char *why = w->hold_error.text[0] != '\0' ? w->hold_error.text : psync_result_name(w->hold_result);
    c->result = psync_fail(c->err, w->hold_result, "%s is %s, but that could not be recorded (%s); it is tried again",
                           c->destination, done[c->kind], why);
}

void psync_worker_controls_answer(struct psync_worker *w, struct psync_link *done)
{
    struct psync_link *link;
    for (struct psync_link *l = done->next; l != done; l = l->next)
        check_recorded(w, PSYNC_CONTAINER(l, struct control, link));
    (void)pthread_mutex_lock(&w->mutex);
    while ((link = psync_list_pop(done)) != NULL)
        PSYNC_CONTAINER(link, struct control, link)->done = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->mutex);
}

void psync_worker_controls_refuse(struct psync_worker *w)
{
    struct psync_link left;
    psync_list_init(&left);
    (void)pthread_mutex_lock(&w->mutex);
    w->running = false;
    w->ended = true;
    (void)pthread_cond_broadcast(&w->changed);
    move_all(&w->controls, &left);
    (void)pthread_mutex_unlock(&w->mutex);
    for (struct psync_link *l = left.next; l != &left; l = l->next) {
        struct control *c = PSYNC_CONTAINER(l, struct control, link);
        c->result = psync_fail(c->err, PSYNC_RETRY, "delivery has ended");
    }
    psync_worker_controls_answer(w, &left);
}

void psync_worker_configs_drop(struct psync_worker *w)
{
    for (struct psync_kept_config **at = &w->replaced; *at;) {
        struct psync_kept_config *kept = *at;
        if (psync_dispatcher_uses(w->dispatcher, kept->config)) {
            at = &kept->next;
            continue;
        }
        *at = kept->next;
        if (kept->config != w->first_config)
            psync_config_free(kept->config);
        free(kept);
    }
}

/* ---- status ---- */
void psync_worker_status_refresh(struct psync_worker *w, psync_ms now)
{
    size_t n = w->config->n_destinations;
    (void)pthread_mutex_lock(&w->mutex);
    struct psync_destination_status *status = realloc(w->status, (n ? n : 1) * sizeof *status); /* 0: it may free */
    if (status) { /* else the last snapshot stands */
        w->status = status;
        w->n_status = 0;
        while (w->n_status < n && psync_dispatcher_status(w->dispatcher, w->n_status, now, &status[w->n_status]))
            w->n_status++;
    }
    w->status_wanted = false;
    w->status_turn++;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->mutex);
}

/* Waits for a fresh snapshot, but not for ever: the loop may be waiting for storage. */
static void await_snapshot(struct psync_worker *w)
{
    struct timespec until;
    unsigned long turn = w->status_turn;
    w->status_wanted = true;
    psync_worker_nudge(w);
    if (clock_gettime(CLOCK_REALTIME, &until) != 0)
        return;
    until.tv_sec += STATUS_WAIT_S;
    while (w->running && w->status_turn == turn)
        if (pthread_cond_timedwait(&w->changed, &w->mutex, &until) == ETIMEDOUT)
            return;
}

size_t psync_worker_connections(const struct psync_worker *w)
{
    return psync_engine_connections(w->engine);
}

bool psync_worker_responds(struct psync_worker *w)
{
    (void)pthread_mutex_lock(&w->mutex);
    unsigned long turn = w->status_turn;
    if (w->running)
        await_snapshot(w);
    bool responds = !w->running || w->status_turn != turn;
    (void)pthread_mutex_unlock(&w->mutex);
    return responds;
}

enum psync_result psync_worker_status(struct psync_worker *w, struct psync_destination_status **ret_status,
                                      size_t *ret_n)
{
    enum psync_result r = PSYNC_NOMEM;
    (void)pthread_mutex_lock(&w->mutex);
    if (w->running)
        await_snapshot(w);
    size_t size = w->n_status * sizeof *w->status;
    struct psync_destination_status *copy = malloc(size > 0 ? size : 1);
    if (copy) {
        if (size > 0)
            memcpy(copy, w->status, size);
        *ret_status = copy;
        *ret_n = w->n_status;
        r = PSYNC_OK;
    }
    (void)pthread_mutex_unlock(&w->mutex);
    return r;
}
