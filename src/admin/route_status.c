/* route_status - what flows, what is stuck and why, when it will clear. */
#include "admin/overview.h"
#include "admin/storage.h"
#include "queue/hold.h"

#include <stdlib.h>
#include <unistd.h>

enum { STATUS_BYTES = 4 << 20 };

void psync_write_owner(struct psync_json_writer *w, const struct psync_api *api)
{
    psync_json_put_int(w, "pid", (int64_t)getpid());
    psync_json_put_text(w, "command", api->open.command);
    psync_json_put_text(w, "role", api->open.temporary ? "command" : "worker");
}

/* ---- figures that are not always known ---- */

static void put_known_int(struct psync_json_writer *w, const char *name, bool known, int64_t n)
{
    if (known)
        psync_json_put_int(w, name, n);
    else
        psync_json_put_text(w, name, NULL);
}

static void put_rate(struct psync_json_writer *w, bool known, double rate, const struct psync_counts *c)
{
    int64_t drain = known ? psync_drain_seconds(c->ready + c->in_flight + c->delayed, rate) : -1;
    if (known)
        psync_json_put_real(w, "rate", rate);
    else
        psync_json_put_text(w, "rate", NULL);
    put_known_int(w, "drain_s", drain >= 0, drain);
}

static void put_counts(struct psync_json_writer *w, const struct psync_counts *c)
{
    psync_json_put_int(w, "ready", (int64_t)c->ready);
    psync_json_put_int(w, "in_flight", (int64_t)c->in_flight);
    psync_json_put_int(w, "delayed", (int64_t)c->delayed);
    psync_json_put_int(w, "dead", (int64_t)c->dead);
    psync_json_put_int(w, "done", (int64_t)c->done);
}

/* ---- destinations ---- */

/* Who pauses it, each with what was said. */
static void put_paused(struct psync_json_writer *w, const struct psync_hold *h)
{
    struct psync_span shop = psync_hold_shop_says(h);
    if (!h->paused) {
        psync_json_put_text(w, "paused", NULL);
        return;
    }
    psync_json_open(w, "paused", '{');
    psync_json_put_text(w, "hand", psync_hold_hand_says(h));
    if (shop.len > 0)
        psync_json_put_span(w, "shop", shop);
    else
        psync_json_put_text(w, "shop", NULL);
    psync_json_close(w, '}');
}

static void put_standing(struct psync_json_writer *w, const struct psync_standing *s, psync_ms now)
{
    char words[PSYNC_STANDING_WORDS], reason[PSYNC_CAUSE_TEXT_MAX];
    psync_ms until;
    enum psync_destination_state state = psync_standing_state(s, now, words, &until);
    psync_ms success = s->working && s->worker.last_success_at ? s->worker.last_success_at : s->figures.last_success_at;
    psync_json_open(w, NULL, '{');
    psync_json_put_text(w, "name", s->name);
    psync_json_put_bool(w, "orphaned", !s->configured && !s->awaits_shop);
    psync_json_put_bool(w, "awaits_shop", s->awaits_shop);
    psync_json_put_text(w, "state", psync_destination_state_name(state));
    psync_json_put_text(w, "words", words);
    psync_standing_reason(s, state, reason);
    psync_json_put_text(w, "reason", reason);
    put_paused(w, &s->hold);
    psync_json_put_time(w, "since", state == PSYNC_DESTINATION_PAUSED      ? s->hold.paused_since
                                    : state == PSYNC_DESTINATION_SUSPENDED ? s->hold.suspended_since
                                                                           : 0);
    psync_json_put_time(w, "until", until);
    put_counts(w, &s->counts);
    psync_json_put_time(w, "oldest", s->counts.oldest_at);
    psync_json_put_time(w, "next_due", s->counts.next_due_at);
    psync_json_put_time(w, "last_success", success);
    put_rate(w, s->working, s->worker.rate, &s->counts);
    put_known_int(w, "requests", s->working, s->worker.in_flight);
    put_known_int(w, "limit", s->working, s->worker.limit);
    put_known_int(w, "delivered", s->working, (int64_t)s->worker.delivered);
    put_known_int(w, "failed_attempts", s->working, (int64_t)s->worker.failed);
    psync_json_close(w, '}');
}

static void put_standings(struct psync_json_writer *w, const struct psync_overview *o, psync_ms now)
{
    psync_json_open(w, "destinations", '[');
    for (size_t i = 0; i < o->n; i++)
        put_standing(w, &o->standings[i], now);
    psync_json_close(w, ']');
}

static bool put_total(struct psync_json_writer *w, const struct psync_overview *o)
{
    struct psync_counts sum = {0};
    double rate = 0;
    for (size_t i = 0; i < o->n; i++) {
        const struct psync_standing *s = &o->standings[i];
        sum.ready += s->counts.ready;
        sum.in_flight += s->counts.in_flight;
        sum.delayed += s->counts.delayed;
        sum.dead += s->counts.dead;
        sum.done += s->counts.done;
        rate += s->working ? s->worker.rate : 0;
    }
    psync_json_open(w, "total", '{');
    put_counts(w, &sum);
    put_rate(w, o->working, rate, &sum);
    psync_json_close(w, '}');
    return o->working;
}

/* ---- shops ---- */

static const char *relay_state(const struct psync_relay_meter *relay)
{
    if (!relay->through)
        return "unreachable";
    return relay->trouble[0] != '\0' ? "blocked" : relay->last_success_at ? "ok" : "starting";
}

static void put_shops(struct psync_json_writer *w, const struct psync_api *api)
{
    struct psync_relay_meter *relays = NULL;
    size_t n = 0;
    if (w->result == PSYNC_OK)
        w->result = psync_meters_relays(api->meters, &relays, &n);
    psync_json_open(w, "shops", '[');
    for (size_t i = 0; i < n; i++) {
        psync_json_open(w, NULL, '{');
        psync_json_put_text(w, "name", relays[i].name);
        psync_json_put_text(w, "state", relay_state(&relays[i]));
        psync_json_put_text(w, "words", relays[i].trouble);
        psync_json_put_time(w, "since", relays[i].trouble[0] != '\0' ? relays[i].trouble_since : 0);
        psync_json_put_time(w, "last_success", relays[i].last_success_at);
        psync_json_close(w, '}');
    }
    psync_json_close(w, ']');
    free(relays);
}

/* ---- the queue ---- */

static void put_capabilities(struct psync_json_writer *w, const char *name, unsigned which)
{
    psync_json_open(w, name, '[');
    for (unsigned c = 1; c <= PSYNC_CAN_SHARE_PACING; c <<= 1)
        if (which & c)
            psync_json_put_text(w, NULL, psync_capability_name((enum psync_capability)c));
    psync_json_close(w, ']');
}

/* With less free on the disk nothing is put; with a little more neither, while the log is long. */
static int64_t needed_bytes(uint64_t reserve_bytes, const struct psync_overview *o)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < o->n; i++)
        waiting += o->standings[i].counts.ready + o->standings[i].counts.delayed;
    return reserve_bytes ? (int64_t)(reserve_bytes + waiting * PSYNC_SETTLING_BYTES) : 0;
}

static void put_queue(struct psync_json_writer *w, struct psync_api *api, const struct psync_overview *o)
{
    unsigned can = psync_queue_capabilities(api->open.queue);
    psync_json_open(w, "queue", '{');
    psync_json_put_text(w, "driver", psync_queue_driver_name(api->open.queue));
    psync_api_read(api);
    const struct psync_queue_conf *conf = &api->config->queue;
    psync_json_put_text(w, "path", conf->path);
    psync_json_put_int(w, "size_bytes", psync_storage_bytes(conf->path));
    int64_t left = psync_storage_free(conf->path);
    put_known_int(w, "free_bytes", left >= 0, left);
    psync_json_put_int(w, "reserve_bytes", (int64_t)conf->reserve_bytes);
    psync_json_put_int(w, "needed_bytes", needed_bytes(conf->reserve_bytes, o));
    psync_json_put_int(w, "max_depth", (int64_t)conf->max_depth);
    psync_api_read_end(api);
    put_capabilities(w, "capabilities", can);
    put_capabilities(w, "lacks", ~can);
    psync_json_close(w, '}');
}

/* ---- the routes ---- */

enum psync_job_step psync_route_status(struct psync_task *task, bool ending)
{
    struct psync_overview o;
    struct psync_error err = {0};
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_ms now = psync_clock_now();
    (void)ending;
    enum psync_result r = psync_overview_init(&o, task->api, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    psync_buf_init(&buf, STATUS_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_time(&w, "now", now);
    psync_json_put_text(&w, "version", PSYNC_VERSION);
    psync_json_open(&w, "owner", '{');
    psync_write_owner(&w, task->api);
    psync_json_close(&w, '}');
    put_queue(&w, task->api, &o);
    psync_json_put_bool(&w, "working", put_total(&w, &o));
    put_standings(&w, &o, now);
    put_shops(&w, task->api);
    psync_json_close(&w, '}');
    psync_overview_done(&o);
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}

enum psync_job_step psync_route_destinations(struct psync_task *task, bool ending)
{
    struct psync_overview o;
    struct psync_error err = {0};
    struct psync_json_writer w;
    struct psync_buf buf;
    (void)ending;
    enum psync_result r = psync_overview_init(&o, task->api, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    psync_buf_init(&buf, STATUS_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    put_standings(&w, &o, psync_clock_now());
    psync_json_close(&w, '}');
    psync_overview_done(&o);
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}
