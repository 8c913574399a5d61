/* work - `work`: delivers from the queue until told to stop, or until nothing more can be done.
 *
 * The queue and the API read the settings of the start (or the last reload) from one psync_config; the worker owns
 * one of its own, because it keeps the old one as long as something in flight needs it. */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/context.h"
#include "cmd/left.h"
#include "cmd/notice.h"
#include "cmd/painter.h"
#include "cmd/reader.h"
#include "cmd/relays.h"
#include "cmd/reload.h"
#include "cmd/signals.h"
#include "cmd/supervisor.h"
#include "cmd/work.h"

#include "admin/owner.h"
#include "base/json.h"
#include "base/timefmt.h"
#include "delivery/worker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    struct psync_reload reload;    /* settings, log, owner, worker */
    const struct psync_invocation *inv;
    const struct psync_work_kind *kind;
    bool drain;
    atomic_bool stopped;           /* by a signal: then what is left is as it should be */
    struct psync_painter painter;
    _Atomic uint64_t delivered, dead, retried, throttled; /* counted on the queue's thread */
};

/* ---- what the owner and the worker call ---- */

static void on_ready(void *arg)
{
    psync_reload_wake(arg);
}

/* The worker ends, also one that has nothing to lease or to settle, and so would not notice. */
static void on_fatal(void *arg, const char *why)
{
    psync_reload_fail(arg, why);
}

static void on_warning(void *arg, const char *text)
{
    (void)arg;
    psync_notice("%s", text);
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
    psync_meters_report(psync_owner_meters(run->reload.owner), report);
    psync_relays_report(run->reload.relays, report);
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
    run->stopped = true;
    psync_reload_stop(&run->reload);
    psync_supervisor_stopping();
    if (nth == 1 && !run->inv->quiet && !run->inv->json)
        psync_notice("stopping: finishing what is in flight; once more stops at once");
}

static void on_reload(void *arg)
{
    struct run *run = arg;
    psync_supervisor_reloading();
    psync_reload_now(&run->reload);
    psync_supervisor_reloaded();
}

/* ---- what is left ---- */

struct ending {
    const struct run *run;
    const struct psync_config *config;
    struct psync_json_writer *w; /* NULL: lines */
    uint64_t unfinished, dead;   /* in the queue now */
};

static bool add_destination(void *arg, const struct psync_destination_row *row)
{
    struct ending *ending = arg;
    ending->unfinished += row->counts.ready + row->counts.in_flight + row->counts.delayed;
    ending->dead += row->counts.dead;
    return true;
}

static enum psync_left_place place_of(const struct psync_config *config, const char *destination)
{
    if (psync_config_destination(config, destination))
        return PSYNC_LEFT_CONFIGURED;
    return psync_config_shop_of(config, destination) ? PSYNC_LEFT_OF_SHOP : PSYNC_LEFT_ORPHANED;
}

static bool say_left(void *arg, const struct psync_destination_row *row)
{
    struct ending *ending = arg;
    struct psync_left left;
    psync_left_judge(row, place_of(ending->config, row->name), psync_clock_now(), &left);
    if (!left.waiting)
        return true;
    if (!ending->w) {
        psync_say(ending->run->inv, "%s: %s wait until %s: %s", row->name, psync_count_text(left.waiting), left.until,
                  psync_printable(left.why));
        return true;
    }
    psync_json_open(ending->w, NULL, '{');
    psync_json_put_text(ending->w, "destination", row->name);
    psync_json_put_int(ending->w, "waiting", (int64_t)left.waiting);
    psync_json_put_text(ending->w, "why", left.why);
    psync_json_put_time(ending->w, "until", left.until_at);
    psync_json_close(ending->w, '}');
    return true;
}

/* Dead letters of this run that came back meanwhile, because their destination was suspended, are none any more. */
static uint64_t still_dead(const struct run *run, const struct ending *ending)
{
    uint64_t dead = run->dead;
    return dead < ending->dead ? dead : ending->dead;
}

static void say_numbers(struct run *run, const struct ending *ending)
{
    uint64_t dead = still_dead(run, ending), throttled = run->throttled;
    char waited[64] = "";
    if (throttled)
        snprintf(waited, sizeof waited, " (%s answered 429)", psync_count_text(throttled));
    psync_say(run->inv, "%s delivered, %s attempts failed and were put off%s, %s dead%s", psync_count_text(run->delivered),
              psync_count_text(run->retried), waited, psync_count_text(dead),
              dead ? "; see productsync dead list" : "");
}

/* The summary and what still waits; the number of unfinished messages. */
static uint64_t say_summary(struct run *run, struct psync_queue *queue)
{
    struct psync_error err = {0};
    const struct psync_reload *reload = &run->reload;
    struct ending ending = {.run = run, .config = reload->current ? reload->current : reload->ctx.config};
    struct psync_buf out;
    struct psync_json_writer w;
    enum psync_result r = psync_queue_destinations(queue, add_destination, &ending, &err);
    psync_buf_init(&out, 1 << 20);
    say_numbers(run, &ending);
    if (run->inv->json) {
        ending.w = &w;
        psync_json_writer_begin(&w, &out);
        psync_json_open(&w, NULL, '{');
        psync_json_put_int(&w, "delivered", (int64_t)run->delivered);
        psync_json_put_int(&w, "retried", (int64_t)run->retried);
        psync_json_put_int(&w, "throttled", (int64_t)run->throttled);
        psync_json_put_int(&w, "dead", (int64_t)still_dead(run, &ending));
        psync_json_open(&w, "left", '[');
    }
    if (r == PSYNC_OK)
        r = psync_queue_destinations(queue, say_left, &ending, &err);
    if (r != PSYNC_OK && r != PSYNC_EMPTY)
        psync_complain("%s", err.text);
    if (ending.w) {
        psync_json_close(&w, ']');
        psync_json_close(&w, '}');
        if (psync_json_writer_end(&w) == PSYNC_OK)
            psync_say_json(&out);
    }
    psync_buf_done(&out);
    return ending.unfinished;
}

/* ---- the run ---- */

static bool is_alive(void *arg)
{
    return psync_reload_alive(arg);
}

/* What the shops do not want sent is not, and what they have is in the queue before a drain looks into it. */
static enum psync_exit start_relays(struct run *run)
{
    struct psync_error err = {0};
    struct psync_relays *relays = NULL;
    if (run->reload.ctx.config->n_shops == 0)
        return PSYNC_EXIT_OK;
    if (psync_relays_new(&run->reload, &relays, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_STORAGE;
    }
    psync_reload_set_relays(&run->reload, relays);
    if (run->drain)
        psync_relays_wait_idle(relays);
    return PSYNC_EXIT_OK;
}

static enum psync_exit deliver(struct run *run)
{
    struct psync_error err = {0};
    struct psync_queue *queue = psync_owner_queue(run->reload.owner);
    run->painter = (struct psync_painter){.look = look, .arg = run};
    struct ending before = {.run = run};
    if (psync_queue_destinations(queue, add_destination, &before, &err) == PSYNC_OK && run->drain)
        run->painter.total = before.unfinished;
    psync_say(run->inv, run->drain ? "delivering what is queued: %s message%s" : "delivering; Ctrl-C stops (%s message%s queued)",
              psync_count_text(before.unfinished), before.unfinished == 1 ? "" : "s");
    psync_painter_start(&run->painter, run->inv, "delivered");
    bool reloads = psync_reload_enter(&run->reload, PSYNC_RELOAD_READY);
    psync_supervisor_ready();
    if (reloads)
        (void)kill(getpid(), SIGHUP); /* to the thread that waits for signals: now it can be done */
    psync_supervisor_watch(is_alive, &run->reload);
    enum psync_result r = psync_worker_run(run->reload.worker, run->drain, &err);
    psync_supervisor_unwatch();
    (void)psync_reload_enter(&run->reload, PSYNC_RELOAD_OVER);
    psync_owner_attach_worker(run->reload.owner, NULL);
    psync_painter_end(&run->painter);
    if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_STORAGE;
    }
    uint64_t left = say_summary(run, queue);
    return run->drain && left && !run->stopped ? PSYNC_EXIT_REFUSED : PSYNC_EXIT_OK;
}

/* No owner and no failure: it was stopped while it waited for the file. */
static enum psync_exit open_owner(struct run *run)
{
    struct psync_error err = {0};
    struct psync_reload *reload = &run->reload;
    struct psync_owner *made = NULL;
    const struct psync_owner_open owner = {.config = reload->ctx.config,
                                           .role = PSYNC_OWNER_WORKER,
                                           .command = run->kind->command,
                                           .reader = &psync_cmd_reader,
                                           .log = reload->ctx.log,
                                           .on_ready = on_ready,
                                           .on_fatal = on_fatal,
                                           .on_warning = on_warning,
                                           .is_stopping = is_stopping,
                                           .arg = reload};
    enum psync_result r = psync_owner_new(&owner, &made, &err);
    if (r == PSYNC_EMPTY)
        return PSYNC_EXIT_OK;
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

enum psync_exit psync_work_run(struct psync_invocation *inv, const struct psync_work_kind *kind)
{
    static struct run run; /* the signal thread keeps it until the process ends */
    static struct psync_signals signals;
    struct psync_error err = {0};
    run = (struct run){.inv = inv, .kind = kind, .drain = psync_invocation_has(inv, "drain")};
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* that it delivers is said at once, also into a pipe */
    psync_supervisor_init();
    psync_reload_init(&run.reload, inv);
    enum psync_exit code = psync_context_load(&run.reload.ctx, inv);
    if (code == PSYNC_EXIT_OK)
        code = psync_context_ready(&run.reload.ctx);
    if (code == PSYNC_EXIT_OK)
        code = psync_context_log(&run.reload.ctx, inv, "queue.log");
    if (code == PSYNC_EXIT_OK)
        code = psync_reload_ask_shops(&run.reload);
    signals = (struct psync_signals){.on_stop = on_stop, .on_reload = on_reload, .arg = &run};
    if (code == PSYNC_EXIT_OK && psync_signals_start(&signals, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        code = PSYNC_EXIT_STORAGE;
    }
    if (code == PSYNC_EXIT_OK)
        code = open_owner(&run);
    if (code == PSYNC_EXIT_OK && run.reload.owner)
        code = open_worker(&run);
    if (code == PSYNC_EXIT_OK && run.reload.worker && kind->open)
        code = kind->open(&run.reload);
    if (code == PSYNC_EXIT_OK && run.reload.worker)
        code = start_relays(&run);
    if (code == PSYNC_EXIT_OK && run.reload.worker)
        code = deliver(&run);
    psync_reload_done(&run.reload);
    return code;
}

enum psync_exit psync_cmd_work(struct psync_invocation *inv)
{
    return psync_work_run(inv, &(struct psync_work_kind){.command = "work"});
}
