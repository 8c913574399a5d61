/* route_metrics - /metrics for Prometheus, and the last hour for charts; and the end of each slot of that hour. */
#include "admin/metrics.h"
#include "admin/storage.h"

#include <stdlib.h>
#include <sys/resource.h>

enum { METRICS_BYTES = 16 << 20, FIGURES_BYTES = 1 << 20 };

/* ---- /metrics ---- */

static double cpu_seconds(void)
{
    struct rusage used = {0};
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void look_around(struct psync_metrics *m, const struct psync_task *task)
{
    struct psync_api *api = task->api;
    m->now = psync_clock_now();
    m->begun = psync_meters_begun(api->meters);
    m->driver = psync_queue_driver_name(api->open.queue);
    m->cpu_seconds = cpu_seconds();
    m->server_connections = psync_web_connections(task->rq);
    psync_api_read(api);
    const struct psync_queue_conf *conf = &api->config->queue;
    m->queue_bytes = psync_storage_bytes(conf->path);
    m->disk_free_bytes = psync_storage_free(conf->path);
    m->disk_reserve_bytes = (int64_t)conf->reserve_bytes;
    m->messages_limit = (int64_t)conf->max_depth;
    m->connections = api->worker ? (int64_t)psync_worker_connections(api->worker) : -1;
    psync_api_read_end(api);
}

static enum psync_result write_metrics(struct psync_metrics *m, struct psync_task *task, struct psync_buf *buf)
{
    struct psync_meter *meters = NULL;
    struct psync_relay_meter *relays = NULL;
    enum psync_result r = psync_meters_copy(task->api->meters, &meters, &m->n_meters);
    if (r == PSYNC_OK)
        r = psync_meters_relays(task->api->meters, &relays, &m->n_relays);
    m->meters = meters;
    m->relays = relays;
    if (r == PSYNC_OK)
        r = psync_metrics_write(m, buf);
    free(meters);
    free(relays);
    return r;
}

enum psync_job_step psync_route_metrics(struct psync_task *task, bool ending)
{
    struct psync_overview o;
    struct psync_error err = {0};
    struct psync_buf buf;
    struct psync_metrics m = {.overview = &o};
    (void)ending;
    enum psync_result r = psync_overview_init(&o, task->api, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    look_around(&m, task);
    psync_buf_init(&buf, METRICS_BYTES);
    r = write_metrics(&m, task, &buf);
    psync_overview_done(&o);
    if (r == PSYNC_OK)
        psync_web_reply_buf(task->rq, 200, PSYNC_EXPOSITION_TYPE, &buf);
    else
        psync_answer_later(task->rq, "Out of memory", false);
    psync_buf_done(&buf);
    return PSYNC_JOB_DONE;
}

/* ---- /v1/figures ---- */

static const char *const percentile_names[PSYNC_PERCENTILES] = {"p50", "p95", "p99"};
static const double percentiles[PSYNC_PERCENTILES] = {0.50, 0.95, 0.99};

static void put_or_null(struct psync_json_writer *w, const char *name, double value)
{
    if (value >= 0)
        psync_json_put_real(w, name, value);
    else
        psync_json_put_text(w, name, NULL);
}

/* Where in a slot a figure stands. */
static const float *in_of(const struct psync_slot *s)
{
    return &s->in;
}

static const float *out_of(const struct psync_slot *s)
{
    return &s->out;
}

static const float *failed_of(const struct psync_slot *s)
{
    return &s->failed;
}

static const float *request_of(const struct psync_slot *s)
{
    return s->request_ms;
}

static const float *delivery_of(const struct psync_slot *s)
{
    return s->delivery_ms;
}

typedef const float *part(const struct psync_slot *slot);

static void put_slots(struct psync_json_writer *w, const char *name, const struct psync_hour *h, part *of, int which)
{
    psync_json_open(w, name, '[');
    for (size_t i = 0; i < h->n; i++)
        put_or_null(w, NULL, (double)of(psync_hour_slot(h, i))[which]);
    psync_json_close(w, ']');
}

static void put_backlog(struct psync_json_writer *w, const struct psync_hour *h)
{
    psync_json_open(w, "backlog", '[');
    for (size_t i = 0; i < h->n; i++)
        put_or_null(w, NULL, (double)psync_hour_slot(h, i)->backlog);
    psync_json_close(w, ']');
}

static void put_latency(struct psync_json_writer *w, const char *name, const struct psync_hour *h, part *of,
                        const struct psync_spread *window)
{
    psync_json_open(w, name, '{');
    for (int p = 0; p < PSYNC_PERCENTILES; p++)
        put_or_null(w, percentile_names[p], psync_spread_quantile(window, percentiles[p]));
    psync_json_open(w, "slots", '{');
    for (int p = 0; p < PSYNC_PERCENTILES; p++)
        put_slots(w, percentile_names[p], h, of, p);
    psync_json_close(w, '}');
    psync_json_close(w, '}');
}

static void put_failed(struct psync_json_writer *w, const struct psync_tally *window)
{
    uint64_t failed = 0;
    psync_json_open(w, "failed_by_class", '{');
    for (int class = 0; class < PSYNC_CLASSES; class++) {
        failed += window->failed[class];
        if (window->failed[class])
            psync_json_put_int(w, psync_class_traits((enum psync_class)class)->name, (int64_t)window->failed[class]);
    }
    psync_json_close(w, '}');
    uint64_t all = window->out + failed;
    put_or_null(w, "success_ratio", all ? (double)window->out / (double)all : -1);
}

static void put_hour(struct psync_json_writer *w, const struct psync_hour *h, const struct psync_tally *window)
{
    psync_json_open(w, NULL, '{');
    psync_json_put_int(w, "step_s", PSYNC_HOUR_SLOT_MS / 1000);
    psync_json_put_time(w, "end", h->begun);
    put_slots(w, "in", h, in_of, 0);
    put_slots(w, "out", h, out_of, 0);
    put_slots(w, "failed", h, failed_of, 0);
    put_backlog(w, h);
    put_latency(w, "latency_ms", h, request_of, &window->request);
    put_latency(w, "end_to_end_ms", h, delivery_of, &window->delivery);
    psync_json_put_int(w, "window_s", PSYNC_HOUR_WINDOW * PSYNC_HOUR_SLOT_MS / 1000);
    put_failed(w, window);
    psync_json_close(w, '}');
}

enum psync_job_step psync_route_figures(struct psync_task *task, bool ending)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    struct psync_tally window;
    struct psync_hour *hour = malloc(sizeof *hour); /* too large for a thread's stack */
    (void)ending;
    if (!hour) {
        psync_answer_later(task->rq, "Out of memory", false);
        return PSYNC_JOB_DONE;
    }
    psync_meters_hour(task->api->meters, hour);
    psync_hour_window(hour, &window);
    psync_buf_init(&buf, FIGURES_BYTES);
    psync_json_writer_begin(&w, &buf);
    put_hour(&w, hour, &window);
    free(hour);
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}
