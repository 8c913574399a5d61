/* metrics - see the header. */
#include "admin/metrics.h"

#include <stdio.h>
#include <string.h>

enum { BOUND_MAX = 32 };

/* A destination: what the queue and the worker know, and what was counted. */
struct row {
    const struct psync_standing *standing;
    const struct psync_meter *meter; /* of zeros if nothing was counted yet */
};
static const struct psync_meter zeros;

static struct row row_of(const struct psync_metrics *m, const struct psync_standing *s)
{
    for (size_t i = 0; i < m->n_meters; i++)
        if (strcmp(m->meters[i].name, s->name) == 0)
            return (struct row){s, &m->meters[i]};
    return (struct row){s, &zeros};
}

static struct psync_label destination(const struct row *r)
{
    return (struct psync_label){"destination", r->standing->name};
}

static double seconds(psync_ms ms)
{
    return (double)ms / 1000;
}

/* ---- one number a destination ---- */

static bool get_put(const struct row *r, double *ret)
{
    *ret = (double)r->meter->put;
    return true;
}

static bool get_known(const struct row *r, double *ret)
{
    *ret = (double)r->meter->known;
    return true;
}

static bool get_full(const struct row *r, double *ret)
{
    *ret = (double)r->meter->full;
    return true;
}

static bool get_delivered(const struct row *r, double *ret)
{
    *ret = (double)r->meter->delivered;
    return true;
}

static bool get_dead(const struct row *r, double *ret)
{
    *ret = (double)r->meter->dead;
    return true;
}

static bool get_oldest(const struct row *r, double *ret)
{
    *ret = seconds(r->standing->counts.oldest_at);
    return r->standing->counts.oldest_at != 0;
}

static bool get_success(const struct row *r, double *ret)
{
    const struct psync_standing *s = r->standing;
    psync_ms at = s->working && s->worker.last_success_at ? s->worker.last_success_at : s->figures.last_success_at;
    *ret = seconds(at);
    return at != 0;
}

static bool get_limit(const struct row *r, double *ret)
{
    *ret = r->standing->worker.limit;
    return r->standing->working;
}

static bool get_requests(const struct row *r, double *ret)
{
    *ret = r->standing->worker.in_flight;
    return r->standing->working;
}

struct family {
    const char *name, *type, *help;
    bool (*get)(const struct row *row, double *ret_value); /* false: not known, so no sample */
};
static const struct family families[] = {
    {"productsync_messages_put_total", "counter", "Messages taken into the queue.", get_put},
    {"productsync_messages_duplicate_total", "counter", "Messages not taken because their key was known already.",
     get_known},
    {"productsync_messages_full_total", "counter", "Messages not taken because queue or disk was full.", get_full},
    {"productsync_messages_delivered_total", "counter", "Messages delivered.", get_delivered},
    {"productsync_messages_dead_total", "counter", "Messages that became dead letters.", get_dead},
    {"productsync_oldest_message_timestamp_seconds", "gauge",
     "When the oldest message that is not finished was created. Absent: there is none.", get_oldest},
    {"productsync_last_success_timestamp_seconds", "gauge", "When a message was last delivered. Absent: never.",
     get_success},
    {"productsync_concurrency_limit", "gauge", "Requests that may be in flight at present.", get_limit},
    {"productsync_requests_in_flight", "gauge", "Requests in flight.", get_requests},
};

static void write_family(struct psync_exposition *e, const struct psync_metrics *m, const struct family *f)
{
    psync_expose_family(e, f->name, f->type, f->help);
    for (size_t i = 0; i < m->overview->n; i++) {
        struct row row = row_of(m, &m->overview->standings[i]);
        double value;
        if (f->get(&row, &value))
            psync_expose(e, "", destination(&row), (struct psync_label){0}, value);
    }
}

/* ---- several a destination ---- */

static void write_messages(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    const struct psync_counts *c = &r->standing->counts;
    const struct {
        const char *state;
        uint64_t n;
    } counts[] = {{"ready", c->ready}, {"in_flight", c->in_flight}, {"delayed", c->delayed}, {"dead", c->dead}};
    (void)m;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        psync_expose(e, "", destination(r), (struct psync_label){"state", counts[i].state}, (double)counts[i].n);
}

static void write_failed(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    (void)m;
    for (int class = 0; class < PSYNC_CLASSES; class++)
        if (class != PSYNC_CLASS_DONE)
            psync_expose(e, "", destination(r),
                         (struct psync_label){"class", psync_class_traits((enum psync_class)class)->name},
                         (double)r->meter->failed[class]);
}

static void write_state(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    char words[PSYNC_STANDING_WORDS];
    psync_ms until;
    enum psync_destination_state state = psync_standing_state(r->standing, m->now, words, &until);
    for (int i = PSYNC_DESTINATION_OK; i <= PSYNC_DESTINATION_PAUSED; i++)
        psync_expose(e, "", destination(r),
                     (struct psync_label){"state", psync_destination_state_name((enum psync_destination_state)i)},
                     i == (int)state);
}

static void write_breaker(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    static const char *const names[] = {
        [PSYNC_BREAKER_CLOSED] = "closed", [PSYNC_BREAKER_OPEN] = "open", [PSYNC_BREAKER_PROBING] = "probing"};
    (void)m;
    for (size_t i = 0; r->standing->working && i < sizeof names / sizeof names[0]; i++)
        psync_expose(e, "", destination(r), (struct psync_label){"state", names[i]}, i == r->standing->worker.breaker);
}

static void write_held(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    const struct psync_hold *h = &r->standing->hold;
    (void)m;
    if (h->paused)
        psync_expose(e, "", destination(r), (struct psync_label){"state", "paused"}, seconds(h->paused_since));
    if (h->suspended)
        psync_expose(e, "", destination(r), (struct psync_label){"state", "suspended"}, seconds(h->suspended_since));
}

static void write_histogram(struct psync_exposition *e, const struct row *r, const struct psync_histogram *h,
                            const struct psync_bounds *bounds)
{
    uint64_t below = 0;
    for (size_t i = 0; i < bounds->n; i++) {
        char le[BOUND_MAX];
        (void)snprintf(le, sizeof le, "%g", seconds(bounds->ms[i]));
        below += h->buckets[i];
        psync_expose(e, "_bucket", destination(r), (struct psync_label){"le", le}, (double)below);
    }
    psync_expose(e, "_bucket", destination(r), (struct psync_label){"le", "+Inf"}, (double)h->count);
    psync_expose(e, "_sum", destination(r), (struct psync_label){0}, seconds(h->sum));
    psync_expose(e, "_count", destination(r), (struct psync_label){0}, (double)h->count);
}

static void write_request(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    (void)m;
    write_histogram(e, r, &r->meter->request, &psync_request_bounds);
}

static void write_delivery(struct psync_exposition *e, const struct row *r, const struct psync_metrics *m)
{
    (void)m;
    write_histogram(e, r, &r->meter->delivery, &psync_delivery_bounds);
}

static const struct {
    const char *name, *type, *help;
    void (*write)(struct psync_exposition *e, const struct row *row, const struct psync_metrics *m);
} wide_families[] = {
    {"productsync_messages", "gauge", "Messages in the queue by state.", write_messages},
    {"productsync_failed_attempts_total", "counter",
     "Attempts that did not deliver their message, by what the answer said.", write_failed},
    {"productsync_destination_state", "gauge", "1 for the state the destination is in, 0 for the others.", write_state},
    {"productsync_breaker_state", "gauge", "1 for the state the circuit breaker is in, 0 for the others.",
     write_breaker},
    {"productsync_destination_held_timestamp_seconds", "gauge",
     "Since when the destination is paused by hand, or suspended. Absent: it is not.", write_held},
    {"productsync_http_request_duration_seconds", "histogram",
     "From sending a request to its answer, whatever that is.", write_request},
    {"productsync_delivery_duration_seconds", "histogram", "From a message's creation to its delivery.",
     write_delivery},
};

/* ---- of the process ---- */

static void write_one(struct psync_exposition *e, const char *name, const char *type, const char *help, double value)
{
    psync_expose_family(e, name, type, help);
    psync_expose(e, "", (struct psync_label){0}, (struct psync_label){0}, value);
}

static void write_process(struct psync_exposition *e, const struct psync_metrics *m)
{
    psync_expose_family(e, "productsync_build_info", "gauge", "Always 1; its labels say what runs.");
    psync_expose(e, "", (struct psync_label){"version", PSYNC_VERSION}, (struct psync_label){"driver", m->driver}, 1);
    write_one(e, "productsync_start_time_seconds", "gauge", "When the process began; its counters begin at 0 then.",
              seconds(m->begun));
    write_one(e, "productsync_cpu_seconds_total", "counter", "Processor time of the process.", m->cpu_seconds);
    write_one(e, "productsync_server_connections", "gauge", "Open connections to the API.",
              (double)m->server_connections);
    if (m->connections >= 0)
        write_one(e, "productsync_connections", "gauge", "Open connections to the destinations.",
                  (double)m->connections);
}

static void write_queue(struct psync_exposition *e, const struct psync_metrics *m)
{
    write_one(e, "productsync_queue_file_bytes", "gauge", "Size of the queue's file and its log.",
              (double)m->queue_bytes);
    write_one(e, "productsync_queue_messages_limit", "gauge",
              "Unfinished messages that a destination can have (queue.max_depth).", (double)m->messages_limit);
    write_one(e, "productsync_queue_disk_reserve_bytes", "gauge",
              "With less free on the queue's disk nothing more is taken (queue.reserve).",
              (double)m->disk_reserve_bytes);
    if (m->disk_free_bytes >= 0)
        write_one(e, "productsync_queue_disk_free_bytes", "gauge", "Free on the queue's disk.",
                  (double)m->disk_free_bytes);
}

static void write_relays(struct psync_exposition *e, const struct psync_metrics *m)
{
    if (m->n_relays == 0)
        return;
    psync_expose_family(e, "productsync_relay_last_success_timestamp_seconds", "gauge",
                        "When a shop's outbox was last gone through without a failure; 0: not yet.");
    for (size_t i = 0; i < m->n_relays; i++)
        psync_expose(e, "", (struct psync_label){"shop", m->relays[i].name}, (struct psync_label){0},
                     seconds(m->relays[i].last_success_at));
}

enum psync_result psync_metrics_write(const struct psync_metrics *m, struct psync_buf *buf)
{
    struct psync_exposition e;
    psync_exposition_begin(&e, buf);
    write_process(&e, m);
    write_queue(&e, m);
    write_relays(&e, m);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        write_family(&e, m, &families[i]);
    for (size_t i = 0; i < sizeof wide_families / sizeof wide_families[0]; i++) {
        psync_expose_family(&e, wide_families[i].name, wide_families[i].type, wide_families[i].help);
        for (size_t k = 0; k < m->overview->n; k++) {
            struct row row = row_of(m, &m->overview->standings[k]);
            wide_families[i].write(&e, &row, m);
        }
    }
    return psync_exposition_end(&e);
}
