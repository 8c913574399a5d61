/* api - the table of routes; how a request finds its function and its thread. */
#include "admin/api_impl.h"

#include "admin/thread.h"

#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 256, SLOW_JOBS_MAX = 8 };

static const struct psync_route_row rows[] = {
    {"POST", "/v1/products", .answer = psync_route_products, .scope = PSYNC_SCOPE_INGEST},
    {"POST", "/v1/messages", .answer = psync_route_payloads, .scope = PSYNC_SCOPE_INGEST},
    {"GET", "/v1/status", .step = psync_route_status, .scope = PSYNC_SCOPE_READ},
    {"GET", "/v1/figures", .step = psync_route_figures, .scope = PSYNC_SCOPE_READ},
    {"GET", "/v1/destinations", .step = psync_route_destinations, .scope = PSYNC_SCOPE_READ},
    {"POST", "/v1/destinations/{name}/pause", .step = psync_route_pause, .scope = PSYNC_SCOPE_ADMIN},
    {"POST", "/v1/destinations/{name}/resume", .step = psync_route_resume, .scope = PSYNC_SCOPE_ADMIN},
    {"GET", "/v1/messages", .step = psync_route_messages, .scope = PSYNC_SCOPE_READ, .needs = PSYNC_CAN_HISTORY},
    {"GET", "/v1/messages/{id}", .step = psync_route_message, .scope = PSYNC_SCOPE_READ},
    {"GET", "/v1/dead", .step = psync_route_dead, .scope = PSYNC_SCOPE_READ},
    {"GET", "/v1/dead/groups", .step = psync_route_groups, .scope = PSYNC_SCOPE_READ},
    {"POST", "/v1/dead/retry", .step = psync_route_retry, .scope = PSYNC_SCOPE_ADMIN},
    {"POST", "/v1/dead/discard", .step = psync_route_discard, .scope = PSYNC_SCOPE_ADMIN},
    {"POST", "/v1/dead/{id}/replace", .step = psync_route_replace, .scope = PSYNC_SCOPE_ADMIN},
    {"POST", "/v1/resend", .step = psync_route_resend, .scope = PSYNC_SCOPE_ADMIN, .needs = PSYNC_CAN_HISTORY},
    {"GET", "/v1/config", .step = psync_route_config, .scope = PSYNC_SCOPE_READ},
    {"POST", "/v1/queue/backup", .step = psync_route_backup, .whole_file = true},
    {"POST", "/v1/queue/check", .step = psync_route_check, .scope = PSYNC_SCOPE_ADMIN, .whole_file = true},
    {"POST", "/v1/handover", .answer = psync_route_handover, .always = true},
    {"GET", "/v1/owner", .answer = psync_route_owner, .scope = PSYNC_SCOPE_READ, .always = true},
    {"GET", "/metrics", .step = psync_route_metrics, .scope = PSYNC_SCOPE_READ},
    {"GET", "/healthz", .answer = psync_route_health, .scope = PSYNC_SCOPE_NONE, .always = true},
    {"GET", "/readyz", .answer = psync_route_ready, .scope = PSYNC_SCOPE_NONE, .always = true},
};
enum { N_ROUTES = sizeof(rows) / sizeof(rows[0]) };

struct psync_endpoint { /* a handler's argument */
    struct psync_api *api;
    const struct psync_route_row *row;
};

/* ---- counting requests: from their handler until they are sent ---- */

void psync_api_count(struct psync_api *api)
{
    psync_mutex_lock(&api->lock);
    api->requests++;
    psync_mutex_unlock(&api->lock);
}

void psync_api_uncount(void *arg)
{
    struct psync_api *api = arg;
    psync_mutex_lock(&api->lock);
    if (--api->requests == 0)
        psync_cond_wake(&api->answered);
    psync_mutex_unlock(&api->lock);
}

void psync_api_drain(struct psync_api *api, psync_ms wait_ms)
{
    psync_ms until = psync_clock_now() + wait_ms, left;
    atomic_store(&api->closing, true);
    psync_api_yield(api);
    psync_clerk_end(api->clerk);
    psync_clerk_end(api->slow_clerk);
    psync_mutex_lock(&api->lock);
    while (api->requests > 0 && !api->hurried && (left = until - psync_clock_now()) > 0)
        (void)psync_cond_wait_for(&api->answered, &api->lock, left);
    psync_mutex_unlock(&api->lock);
}

void psync_api_hurry(struct psync_api *api)
{
    psync_mutex_lock(&api->lock);
    api->hurried = true;
    psync_cond_wake(&api->answered);
    psync_mutex_unlock(&api->lock);
}

void psync_api_yield(struct psync_api *api)
{
    atomic_store(&api->yielding, true);
    psync_queue_interrupt(api->open.queue);
}

/* ---- requests on the clerk's thread ---- */

static enum psync_job_step run_task(struct psync_job *job, bool ending)
{
    struct psync_task *task = PSYNC_CONTAINER(job, struct psync_task, job);
    return task->step(task, ending);
}

static void free_task(void *arg)
{
    struct psync_task *task = arg;
    if (task->state_free)
        task->state_free(task->state);
    psync_api_uncount(task->api);
    free(task);
}

static void put_off(struct psync_web_request *rq)
{
    psync_answer_later(rq, "The queue is handed over to another process", true);
}

static void pass_on(const struct psync_endpoint *endpoint, struct psync_web_request *rq)
{
    struct psync_task *task = calloc(1, sizeof(*task));
    if (!task) {
        psync_answer_later(rq, "Out of memory", false);
        return;
    }
    *task = (struct psync_task){.job.run = run_task, .api = endpoint->api, .rq = rq, .step = endpoint->row->step};
    psync_list_init(&task->job.link);
    psync_api_count(endpoint->api);
    psync_web_attach(rq, task, free_task);
    struct psync_clerk *clerk = endpoint->row->whole_file ? endpoint->api->slow_clerk : endpoint->api->clerk;
    if (psync_clerk_take(clerk, &task->job) == PSYNC_OK)
        return;
    if (atomic_load(&endpoint->api->closing)) /* since on_request looked */
        put_off(rq);
    else
        psync_answer_later(rq, "Too many requests at once", false);
}

static void on_request(struct psync_web_request *rq, void *arg)
{
    const struct psync_endpoint *endpoint = arg;
    const struct psync_route_row *row = endpoint->row;
    struct psync_api *api = endpoint->api;
    unsigned lacks = row->needs & ~psync_queue_capabilities(api->open.queue);
    if (atomic_load(&api->closing) && !row->always)
        put_off(rq);
    else if (lacks)
        psync_web_problem(rq, 501, "The queue's driver cannot do that", "the driver %s keeps no history",
                          psync_queue_driver_name(api->open.queue));
    else if (row->step)
        pass_on(endpoint, rq);
    else {
        psync_api_count(api);
        row->answer(api, rq); /* attaches what ends in psync_api_uncount */
    }
}

/* ---- settings and worker ---- */

void psync_api_read(struct psync_api *api)
{
    PSYNC_INVARIANT(pthread_rwlock_rdlock(&api->settings) == 0);
}

void psync_api_read_end(struct psync_api *api)
{
    PSYNC_INVARIANT(pthread_rwlock_unlock(&api->settings) == 0);
}

void psync_api_attach_worker(struct psync_api *api, struct psync_worker *worker)
{
    PSYNC_INVARIANT(pthread_rwlock_wrlock(&api->settings) == 0);
    api->worker = worker;
    PSYNC_INVARIANT(pthread_rwlock_unlock(&api->settings) == 0);
}

enum psync_result psync_api_set_config(struct psync_api *api, const struct psync_config *config,
                                       struct psync_error *err)
{
    void *rules = NULL, *old;
    enum psync_result r = api->open.reader->rules_new(config, &rules, err);
    if (r != PSYNC_OK)
        return r;
    PSYNC_INVARIANT(pthread_rwlock_wrlock(&api->settings) == 0);
    old = api->rules;
    api->rules = rules;
    api->config = config;
    PSYNC_INVARIANT(pthread_rwlock_unlock(&api->settings) == 0);
    api->open.reader->rules_free(old);
    return PSYNC_OK;
}

struct psync_meters *psync_api_meters(struct psync_api *api)
{
    return api->meters;
}

void psync_api_tick(struct psync_api *api)
{
    psync_mutex_lock(&api->lock); /* the clerk stays until this is over */
    if (!api->stopped && !api->open.temporary)
        psync_pulse_look(&api->pulse, api->clerk, psync_clock_now());
    psync_mutex_unlock(&api->lock);
}

void psync_api_failed(struct psync_api *api)
{
    atomic_store(&api->failed, true);
}

/* ---- making and ending ---- */

static void bind_routes(struct psync_api *api)
{
    for (size_t i = 0; i < N_ROUTES; i++) {
        api->endpoints[i] = (struct psync_endpoint){api, &rows[i]};
        api->routes[i] = (struct psync_web_route){rows[i].method, rows[i].pattern, on_request, &api->endpoints[i]};
    }
}

enum psync_result psync_api_new(const struct psync_api_open *open, struct psync_api **ret_api,
                                struct psync_error *err)
{
    PSYNC_INVARIANT(open->reader);
    struct psync_api *api = calloc(1, sizeof(*api));
    if (!api)
        return psync_fail(err, PSYNC_NOMEM, "no memory for the API");
    api->open = *open;
    api->config = open->config;
    psync_mutex_init(&api->lock);
    psync_cond_init(&api->answered);
    PSYNC_INVARIANT(pthread_rwlock_init(&api->settings, NULL) == 0);
    api->routes = calloc(N_ROUTES, sizeof(*api->routes));
    api->endpoints = calloc(N_ROUTES, sizeof(*api->endpoints));
    enum psync_result r = PSYNC_OK;
    if (!api->routes || !api->endpoints)
        r = psync_fail(err, PSYNC_NOMEM, "no memory for the API");
    if (r == PSYNC_OK)
        r = open->reader->rules_new(open->config, &api->rules, err);
    if (r == PSYNC_OK && !(api->meters = psync_meters_new(psync_clock_now())))
        r = psync_fail(err, PSYNC_NOMEM, "no memory for the API");
    if (r == PSYNC_OK)
        r = psync_clerk_new(JOBS_MAX, &api->clerk, err);
    if (r == PSYNC_OK)
        r = psync_clerk_new(SLOW_JOBS_MAX, &api->slow_clerk, err);
    if (r != PSYNC_OK) {
        psync_api_free(api);
        return r;
    }
    psync_pulse_init(&api->pulse, open->queue, api->meters);
    bind_routes(api);
    *ret_api = api;
    return PSYNC_OK;
}

const struct psync_web_route *psync_api_routes(const struct psync_api *api, size_t *ret_n)
{
    *ret_n = N_ROUTES;
    return api->routes;
}

enum psync_scope psync_api_scope(const struct psync_api *api, size_t route)
{
    (void)api;
    PSYNC_INVARIANT(route < N_ROUTES);
    return rows[route].scope;
}

void psync_api_stop(struct psync_api *api)
{
    psync_mutex_lock(&api->lock);
    api->stopped = true;
    psync_mutex_unlock(&api->lock);
    psync_clerk_free(api->clerk);
    psync_clerk_free(api->slow_clerk);
    api->clerk = api->slow_clerk = NULL;
}

void psync_api_free(struct psync_api *api)
{
    if (!api)
        return;
    psync_api_stop(api);
    PSYNC_INVARIANT(api->requests == 0);
    api->open.reader->rules_free(api->rules);
    PSYNC_INVARIANT(pthread_rwlock_destroy(&api->settings) == 0);
    psync_meters_free(api->meters);
    psync_cond_done(&api->answered);
    psync_mutex_done(&api->lock);
    free(api->endpoints);
    free(api->routes);
    free(api);
}
