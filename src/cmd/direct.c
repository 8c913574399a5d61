/* direct - `simple` and `async`: products sent now, from memory. */
#include "cmd/commands.h"
#include "cmd/context.h"
#include "cmd/products.h"
#include "cmd/signals.h"

#include "base/json.h"
#include "config/shop.h"
#include "delivery/direct.h"
#include "queue/key.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096 };

struct run {
    const struct psync_invocation *inv;
    struct psync_context ctx;
    struct psync_direct *direct;
    struct psync_progress progress;
    uint64_t delivered, failed, not_sent;
    volatile sig_atomic_t stopped;
    bool many_destinations;
};

static void report_json(const struct psync_direct_report *report)
{
    struct psync_buf out;
    struct psync_json_writer w;
    psync_buf_init(&out, LINE_MAX_BYTES);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_put_int(&w, "id", report->message->subject.product);
    psync_json_put_text(&w, "destination", report->message->destination);
    psync_json_put_bool(&w, "delivered", report->delivered);
    psync_json_put_text(&w, "outcome", report->outcome);
    psync_json_put_int(&w, "status", report->status);
    psync_json_put_int(&w, "latency_ms", report->latency_ms);
    psync_json_put_int(&w, "tries", report->tries);
    psync_json_put_text(&w, "reason", report->reason);
    psync_json_put_text(&w, "key", report->message->key);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        psync_say_json(&out);
    psync_buf_done(&out);
}

static void report_line(struct run *run, const struct psync_direct_report *report)
{
    char status[16] = "-";
    const struct psync_message *m = report->message;
    if (report->status)
        snprintf(status, sizeof status, "%d", (int)report->status);
    psync_progress_clear(&run->progress);
    psync_say(run->inv, "%" PRId64 "  %s%s%s  %" PRId64 " ms  %s%s%s%s", m->subject.product,
              run->many_destinations ? m->destination : "", run->many_destinations ? "  " : "", status,
              report->latency_ms, report->outcome, report->tries > 1 ? " after a retry" : "",
              *report->reason ? ": " : "", psync_printable(report->reason));
    if (run->inv->quiet && !report->delivered)
        psync_complain("product %" PRId64 " at %s: %s: %s", m->subject.product, m->destination, report->outcome,
                       report->reason);
}

static void on_report(void *arg, const struct psync_direct_report *report)
{
    struct run *run = arg;
    if (report->delivered)
        run->delivered++;
    else if (report->tries)
        run->failed++;
    else
        run->not_sent++;
    if (run->inv->json)
        report_json(report);
    else
        report_line(run, report);
}

/* One message for each destination. */
static enum psync_result send_product(void *arg, const struct psync_found *found, struct psync_error *err)
{
    struct run *run = arg;
    const struct psync_config *config = run->ctx.config;
    char key[PSYNC_PRODUCT_KEY_MAX];
    struct psync_subject subject = {found->id, config->source_shop};
    enum psync_result r = psync_key_product(&subject, "product.created", 0, found->payload, key);
    for (size_t i = 0; r == PSYNC_OK && i < config->n_destinations; i++) {
        const struct psync_message like = {.key = key,
                                           .destination = config->destinations[i].name,
                                           .type = "product.created",
                                           .trace = "",
                                           .subject = subject,
                                           .payload = found->payload,
                                           .created_at = psync_clock_now(),
                                           .first_active_ms = -1,
                                           .batch_key = ""};
        struct psync_message *m = psync_message_new(&like);
        if (!m)
            return psync_fail(err, PSYNC_NOMEM, "out of memory");
        r = psync_direct_send(run->direct, m, err);
        if (r != PSYNC_OK)
            psync_message_free(m);
    }
    return r;
}

static enum psync_result wait_for_input(void *arg, int fd, struct psync_error *err)
{
    struct run *run = arg;
    return psync_direct_wait(run->direct, fd, err);
}

static void on_stop(void *arg, unsigned nth)
{
    struct run *run = arg;
    if (nth > 1)
        _Exit(PSYNC_EXIT_REFUSED);
    run->stopped = 1;
    psync_direct_stop(run->direct);
}

static enum psync_exit say_summary(struct run *run, const struct psync_products *p, bool broken)
{
    struct psync_buf out;
    struct psync_json_writer w;
    uint64_t missed = run->failed + run->not_sent;
    psync_say(run->inv, "%s delivered, %s not delivered, %s refused as input%s%s", psync_count_text(run->delivered),
              psync_count_text(missed), psync_count_text(p->tally.refused), broken ? "; not all of it was read" : "",
              run->stopped ? " (stopped)" : "");
    if (run->inv->json) {
        psync_buf_init(&out, LINE_MAX_BYTES);
        psync_json_writer_begin(&w, &out);
        psync_json_open(&w, NULL, '{');
        psync_json_open(&w, "summary", '{');
        psync_json_put_int(&w, "delivered", (int64_t)run->delivered);
        psync_json_put_int(&w, "failed", (int64_t)run->failed);
        psync_json_put_int(&w, "not_sent", (int64_t)run->not_sent);
        psync_json_put_int(&w, "refused", (int64_t)p->tally.refused);
        psync_json_put_bool(&w, "all_read", !broken);
        psync_json_put_bool(&w, "stopped", run->stopped != 0);
        psync_json_close(&w, '}');
        psync_json_close(&w, '}');
        if (psync_json_writer_end(&w) == PSYNC_OK)
            psync_say_json(&out);
        psync_buf_done(&out);
    }
    return missed || p->tally.refused || broken || run->stopped ? PSYNC_EXIT_REFUSED : PSYNC_EXIT_OK;
}

static enum psync_exit deliver_all(struct run *run)
{
    struct psync_error err = {0};
    struct psync_products products = {.inv = run->inv,
                                      .config = run->ctx.config,
                                      .progress = &run->progress,
                                      .wait = wait_for_input,
                                      .take = send_product,
                                      .arg = run,
                                      .stop = &run->stopped};
    enum psync_result read = psync_products_each(&products, &err);
    bool cut = read != PSYNC_EMPTY && read != PSYNC_REJECT && read != PSYNC_GONE;
    if (cut)
        psync_complain("%s", err.text);
    enum psync_result rest = psync_direct_finish(run->direct, &err);
    if (rest != PSYNC_OK)
        psync_complain("%s", err.text);
    psync_progress_end(&run->progress);
    if (products.misconfigured)
        return PSYNC_EXIT_USAGE;
    return say_summary(run, &products, cut || read == PSYNC_REJECT || rest != PSYNC_OK);
}

static enum psync_exit run_direct(struct psync_invocation *inv, bool async)
{
    static struct run run; /* the signal thread keeps it until the process ends */
    static struct psync_signals signals;
    struct psync_error err = {0};
    run = (struct run){.inv = inv};
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* each outcome is said as it comes, also into a pipe */
    enum psync_exit code = psync_context_load(&run.ctx, inv);
    if (code == PSYNC_EXIT_OK) {
        psync_config_drop_shops(run.ctx.config);
        code = psync_context_ready(&run.ctx);
    }
    if (code == PSYNC_EXIT_OK)
        code = psync_context_log(&run.ctx, inv, async ? "async.log" : "simple.log");
    if (code != PSYNC_EXIT_OK)
        return code;
    run.many_destinations = run.ctx.config->n_destinations > 1;
    const struct psync_direct_open open = {
        .config = run.ctx.config, .async = async, .log = run.ctx.log, .report = on_report, .arg = &run};
    if (psync_direct_new(&open, &run.direct, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_USAGE;
    }
    signals = (struct psync_signals){.on_stop = on_stop, .arg = &run};
    if (psync_signals_start(&signals, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_STORAGE;
    }
    psync_progress_begin(&run.progress, inv, "delivered");
    code = deliver_all(&run);
    psync_log_flush(run.ctx.log);
    return code; /* the process ends: direct and context go with it, since a signal may still come */
}

enum psync_exit psync_cmd_simple(struct psync_invocation *inv)
{
    return run_direct(inv, false);
}

enum psync_exit psync_cmd_async(struct psync_invocation *inv)
{
    return run_direct(inv, true);
}
