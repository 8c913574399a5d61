/* work - `work`: delivers from the queue until told to stop, or until nothing more can be done.
 *
 * The queue and the API read the settings of the start (or the last reload) from one psync_config; the worker owns one of
 * its own, because it keeps the old one as long as something in flight needs it. */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/context.h"
#include "cmd/notice.h"
#include "cmd/painter.h"
#include "cmd/reader.h"
#include "cmd/reload.h"
#include "cmd/signals.h"

#include "admin/owner.h"
#include "base/json.h"
#include "base/timefmt.h"
#include "delivery/worker.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    struct psync_reload reload;    /* settings, log, owner, worker */
    const struct psync_invocation *inv;
    bool drain;
    struct psync_painter painter;
    _Atomic uint64_t delivered, dead, retried, throttled; /* counted on the queue's thread */
};

/* ---- what the owner and the worker call ---- */

static void on_ready(void *arg)
{
    psync_reload_wake(arg);
}

/* The worker is woken, so that it sees at once that there is nothing to go on with, and says why. */
static void on_fatal(void *arg, const char *why)
{
    (void)why;
    psync_reload_wake(arg);
}

static bool is_stopping(void *arg)
{
    return psync_reload_stopping(arg);
}

/* On the queue's thread, which must not wait for a terminal: the painter shows what is counted here. */
static void on_report(void *arg, const struct psync_delivery_report *report)
{
    struct run *run = arg;
    const struct psync_settle *settle = &report->settlement->settle;
    if (settle->verdict == PSYNC_VERDICT_DONE)
        run->delivered++;
    else if (settle->verdict == PSYNC_VERDICT_DEAD)
        run->dead++;
    else if (settle->verdict == PSYNC_VERDICT_RETRY)
        run->retried++;
    if (settle->verdict == PSYNC_VERDICT_RETRY && settle->attempt.status == 429)
        run->throttled++;
}

static uint64_t look(void *arg, char ret_note[PSYNC_NOTE_MAX])
{
    const struct run *run = arg;
    uint64_t retried = run->retried, dead = run->dead;
    if (retried || dead)
        snprintf(ret_note, PSYNC_NOTE_MAX, "%" PRIu64 " to be retried, %" PRIu64 " dead", retried, dead);
    return run->delivered + dead;
}

/* First it is stopped, then it is said. */
static void on_stop(void *arg, unsigned nth)
{
    struct run *run = arg;
    if (nth > 2)
        _exit(PSYNC_EXIT_REFUSED); /* as a crash: leases run out, and nothing is lost */
    psync_reload_stop(&run->reload);
    if (nth == 1 && !run->inv->quiet && !run->inv->json)
        psync_notice("stopping: finishing what is in flight; once more stops at once");
}

static void on_reload(void *arg)
{
    struct run *run = arg;
    psync_reload_now(&run->reload);
}

/* ---- what is left ---- */

struct left {
    const struct run *run;
    const struct psync_config *config;
    struct psync_json_writer *w; /* NULL: lines */
    uint64_t unfinished;
};

static bool say_left(void *arg, const struct psync_destination_row *row)
{
    struct left *left = arg;
    const struct psync_counts *c = &row->counts;
    const struct psync_hold *hold = &row->hold;
    uint64_t n = c->ready + c->in_flight + c->delayed;
    char due[PSYNC_TIME_MAX];
    if (!n)
        return true;
    left->unfinished += n;
    bool orphaned = !psync_config_destination(left->config, row->name);
    const char *why = orphaned          ? "not in the configuration any more"
                      : hold->paused    ? *hold->paused_reason ? hold->paused_reason : "paused by hand"
                      : hold->suspended ? hold->suspended_reason
                                        : "due later";
    const char *until = orphaned          ? "until it is configured again"
                        : hold->paused    ? "until `destination resume`"
                        : hold->suspended ? "until `destination resume` or changed settings"
                        : c->next_due_at == PSYNC_MS_NEVER ? "until the next `work`"
                                                           : psync_time_format(c->next_due_at, due);
    if (!left->w) {
        psync_say(left->run->inv, "%s: %s wait, %s%s: %s", row->name, psync_count_text(n),
                  until == due ? "until " : "", until, psync_printable(why));
        return true;
    }
    psync_json_open(left->w, NULL, '{');
    psync_json_put_text(left->w, "destination", row->name);
    psync_json_put_int(left->w, "waiting", (int64_t)n);
    psync_json_put_text(left->w, "why", why);
    psync_json_put_time(left->w, "until", until == due ? c->next_due_at : 0);
    psync_json_close(left->w, '}');
    return true;
}

/* The summary and what still waits; the number of unfinished messages. */
static uint64_t say_summary(struct run *run, struct psync_queue *queue)
{
    struct psync_error err = {0};
    const struct psync_reload *reload = &run->reload;
    struct left left = {.run = run, .config = reload->current ? reload->current : reload->ctx.config};
    struct psync_buf out;
    struct psync_json_writer w;
    psync_buf_init(&out, 1 << 20);
    psync_say(run->inv, "%s delivered, %s attempts failed and were put off (%s because the API asked to wait), %s dead%s",
              psync_count_text(run->delivered), psync_count_text(run->retried), psync_count_text(run->throttled),
              psync_count_text(run->dead), run->dead ? "; see productsync dead list" : "");
    if (run->inv->json) {
        left.w = &w;
        psync_json_writer_begin(&w, &out);
        psync_json_open(&w, NULL, '{');
        psync_json_put_int(&w, "delivered", (int64_t)run->delivered);
        psync_json_put_int(&w, "retried", (int64_t)run->retried);
        psync_json_put_int(&w, "throttled", (int64_t)run->throttled);
        psync_json_put_int(&w, "dead", (int64_t)run->dead);
        psync_json_open(&w, "left", '[');
    }
    if (psync_queue_destinations(queue, say_left, &left, &err) != PSYNC_OK)
        psync_complain("%s", err.text);
    if (left.w) {
        psync_json_close(&w, ']');
        psync_json_close(&w, '}');
        if (psync_json_writer_end(&w) == PSYNC_OK)
            psync_say_json(&out);
    }
    psync_buf_done(&out);
    return left.unfinished;
}

static bool add_unfinished(void *arg, const struct psync_destination_row *row)
{
    *(uint64_t *)arg += row->counts.ready + row->counts.in_flight + row->counts.delayed;
    return true;
}

/* ---- the run ---- */

static enum psync_exit deliver(struct run *run)
{
    struct psync_error err = {0};
    struct psync_queue *queue = psync_owner_queue(run->reload.owner);
    run->painter = (struct psync_painter){.look = look, .arg = run};
    if (run->drain && psync_queue_destinations(queue, add_unfinished, &run->painter.total, &err) != PSYNC_OK)
        run->painter.total = 0;
    psync_say(run->inv, run->drain ? "delivering what is queued: %s messages" : "delivering; Ctrl-C stops (%s queued)",
              psync_count_text(run->painter.total));
    psync_painter_start(&run->painter, run->inv, "delivered");
    enum psync_result r = psync_worker_run(run->reload.worker, run->drain, &err);
    psync_owner_attach_worker(run->reload.owner, NULL);
    psync_painter_end(&run->painter);
    if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_STORAGE;
    }
    uint64_t left = say_summary(run, queue);
    return run->drain && left ? PSYNC_EXIT_REFUSED : PSYNC_EXIT_OK;
}

/* No owner and no failure: it was stopped while it waited for the file. */
static enum psync_exit open_owner(struct run *run)
{
    struct psync_error err = {0};
    struct psync_reload *reload = &run->reload;
    struct psync_owner *made = NULL;
    const struct psync_owner_open owner = {.config = reload->ctx.config,
                                           .role = PSYNC_OWNER_WORKER,
                                           .command = "work",
                                           .reader = &psync_cmd_reader,
                                           .log = reload->ctx.log,
                                           .on_ready = on_ready,
                                           .on_fatal = on_fatal,
                                           .is_stopping = is_stopping,
                                           .arg = reload};
    enum psync_result r = psync_owner_new(&owner, &made, &err);
    if (r == PSYNC_EMPTY)
        return run->drain ? PSYNC_EXIT_REFUSED : PSYNC_EXIT_OK;
    if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_STORAGE;
    }
    psync_reload_set_owner(reload, made);
    return PSYNC_EXIT_OK;
}

static enum psync_exit open_worker(struct run *run)
{
    struct psync_error err = {0};
    struct psync_reload *reload = &run->reload;
    struct psync_config *own = NULL;
    enum psync_result r = psync_config_merge_reload(reload->ctx.config, reload->ctx.config, &own, NULL, NULL);
    struct psync_worker_open worker = {.queue = psync_owner_queue(reload->owner),
                                       .config = own,
                                       .log = reload->ctx.log,
                                       .report = on_report,
                                       .arg = run};
    struct psync_worker *made = NULL;
    if (r == PSYNC_OK)
        r = psync_worker_new(&worker, &made, &err);
    if (r != PSYNC_OK) {
        psync_config_free(own);
        psync_complain("%s", r == PSYNC_NOMEM ? "out of memory" : err.text);
        return r == PSYNC_REJECT ? PSYNC_EXIT_USAGE : PSYNC_EXIT_STORAGE;
    }
    psync_reload_set_worker(reload, made);
    psync_owner_attach_worker(reload->owner, made);
    return PSYNC_EXIT_OK;
}

enum psync_exit psync_cmd_work(struct psync_invocation *inv)
{
    static struct run run; /* the signal thread keeps it until the process ends */
    static struct psync_signals signals;
    struct psync_error err = {0};
    run = (struct run){.inv = inv, .drain = psync_invocation_has(inv, "drain")};
    psync_reload_init(&run.reload, inv);
    enum psync_exit code = psync_context_load(&run.reload.ctx, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_context_need_url(&run.reload.ctx);
    if (code == PSYNC_EXIT_OK)
        code = psync_context_log(&run.reload.ctx, inv, "queue.log");
    signals = (struct psync_signals){.on_stop = on_stop, .on_reload = on_reload, .arg = &run};
    if (code == PSYNC_EXIT_OK && psync_signals_start(&signals, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        code = PSYNC_EXIT_STORAGE;
    }
    if (code == PSYNC_EXIT_OK)
        code = open_owner(&run);
    if (code == PSYNC_EXIT_OK && run.reload.owner)
        code = open_worker(&run);
    if (code == PSYNC_EXIT_OK && run.reload.worker)
        code = deliver(&run);
    psync_reload_done(&run.reload);
    return code;
}
