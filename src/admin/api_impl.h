/* api_impl - what the files of the API share among themselves. */
#ifndef PSYNC_ADMIN_API_IMPL_H
#define PSYNC_ADMIN_API_IMPL_H

#include "admin/api.h"
#include "admin/clerk.h"
#include "admin/meters.h"
#include "admin/pulse.h"
#include "base/json.h"

#include <pthread.h>
#include <stdatomic.h>

struct psync_api {
    struct psync_api_open open;      /* `config` is not used: see below */
    struct psync_clerk *clerk, *slow_clerk; /* the slow one: for what reads the whole file */
    struct psync_meters *meters;
    struct psync_pulse pulse;
    struct psync_web_route *routes;  /* as many as the table in api.c has */
    struct psync_endpoint *endpoints;

    pthread_rwlock_t settings;       /* held for reading while the next three are used */
    const struct psync_config *config;
    void *rules;                     /* the reader's */
    struct psync_worker *worker;     /* NULL: none */

    pthread_mutex_t lock;            /* of `requests`, `hurried` and `stopped` */
    pthread_cond_t answered;
    size_t requests;                 /* begun and not yet sent */
    bool hurried, stopped;           /* also under `lock`; stopped: the clerks end */
    atomic_bool closing, failed;
    atomic_bool yielding;            /* a worker waits for the file, or it closes: reads are cut short */
};

void psync_api_read(struct psync_api *api);   /* settings and worker stay until psync_api_read_end */
void psync_api_read_end(struct psync_api *api);

/* A request on the clerk's thread. */
struct psync_task {
    struct psync_job job;
    struct psync_api *api;
    struct psync_web_request *rq;
    /* Answers and says DONE, or says MORE to be called again. */
    enum psync_job_step (*step)(struct psync_task *task, bool ending);
    void *state;                     /* between steps */
    void (*state_free)(void *state); /* called with the request's end; NULL: none */
};

/* One row of the table of routes. */
struct psync_route_row {
    const char *method, *pattern;
    void (*answer)(struct psync_api *api, struct psync_web_request *rq);          /* on the server's thread; or */
    enum psync_job_step (*step)(struct psync_task *task, bool ending);            /* on the clerk's */
    enum psync_scope scope;          /* over TCP */
    unsigned needs;                  /* PSYNC_CAN_*: without them 501 */
    bool whole_file;                 /* on the slow clerk's thread: it may take minutes */
    bool always;                     /* answered also while handing over */
};

void psync_api_yield(struct psync_api *api);   /* the file is wanted elsewhere: see psync_queue_interrupt; any thread */
void psync_api_count(struct psync_api *api);   /* a request began; pairs with: */
void psync_api_uncount(void *api);             /* it is over */

/* ---- answers ---- */
void psync_answer_json(struct psync_web_request *rq, unsigned status, struct psync_buf *json);
/* What the writer made in its buffer, or 503 when there was no memory for it. */
void psync_answer_writer(struct psync_web_request *rq, unsigned status, struct psync_json_writer *w);
/* A failure of the queue as the problem that fits it. */
void psync_answer_failure(struct psync_web_request *rq, enum psync_result r, const struct psync_error *err);
/* 503 with Retry-After: 1. */
void psync_answer_later(struct psync_web_request *rq, const char *title, bool handover);
enum psync_job_step psync_task_fail(struct psync_task *task, enum psync_result r, const struct psync_error *err);
enum psync_job_step psync_task_refuse(struct psync_task *task, unsigned status, const char *fmt, ...)
    PSYNC_PRINTF(3, 4);

/* ---- reading requests ---- */
struct psync_member {
    const char *name;
    enum json_type type;
    bool required;
};
/* The body as an object with these members only, ended by a NULL name; null counts as absent; no body is an empty
 * object. Texts have no NUL in them. REJECT: `err` says why. The caller puts it. */
PSYNC_CHECKED enum psync_result psync_body_read(struct psync_span body, const struct psync_member *members,
                                                json_object **ret_body, struct psync_error *err);
/* A whole number in the query within [min, max]; `dflt` when absent. */
PSYNC_CHECKED enum psync_result psync_query_int(const struct psync_web_request *rq, const char *name, int64_t min,
                                                int64_t max, int64_t dflt, int64_t *ret_n, struct psync_error *err);
const char *psync_query_text(const struct psync_web_request *rq, const char *name); /* NULL when absent or empty */

/* ---- routes, on the server's thread (intake.c, route_process.c) ---- */
void psync_route_products(struct psync_api *api, struct psync_web_request *rq);
void psync_route_payloads(struct psync_api *api, struct psync_web_request *rq);
void psync_route_owner(struct psync_api *api, struct psync_web_request *rq);
void psync_route_health(struct psync_api *api, struct psync_web_request *rq);
void psync_route_ready(struct psync_api *api, struct psync_web_request *rq);
void psync_route_handover(struct psync_api *api, struct psync_web_request *rq);

/* ---- routes, on the clerk's thread ---- */
enum psync_job_step psync_route_status(struct psync_task *task, bool ending);        /* route_status.c */
enum psync_job_step psync_route_destinations(struct psync_task *task, bool ending);
enum psync_job_step psync_route_metrics(struct psync_task *task, bool ending);       /* route_metrics.c */
enum psync_job_step psync_route_figures(struct psync_task *task, bool ending);
enum psync_job_step psync_route_pause(struct psync_task *task, bool ending);         /* route_destination.c */
enum psync_job_step psync_route_resume(struct psync_task *task, bool ending);
enum psync_job_step psync_route_messages(struct psync_task *task, bool ending);      /* route_messages.c */
enum psync_job_step psync_route_dead(struct psync_task *task, bool ending);
enum psync_job_step psync_route_message(struct psync_task *task, bool ending);
enum psync_job_step psync_route_groups(struct psync_task *task, bool ending);
enum psync_job_step psync_route_retry(struct psync_task *task, bool ending);         /* route_bulk.c */
enum psync_job_step psync_route_discard(struct psync_task *task, bool ending);
enum psync_job_step psync_route_replace(struct psync_task *task, bool ending);       /* route_replace.c */
enum psync_job_step psync_route_resend(struct psync_task *task, bool ending);        /* route_resend.c */
enum psync_job_step psync_route_config(struct psync_task *task, bool ending);        /* route_process.c */
enum psync_job_step psync_route_backup(struct psync_task *task, bool ending);
enum psync_job_step psync_route_check(struct psync_task *task, bool ending);

void psync_write_owner(struct psync_json_writer *w, const struct psync_api *api); /* pid, command, role */

#endif
