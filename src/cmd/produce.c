/* produce - `produce`: products into the queue. */
#include "cmd/commands.h"
#include "cmd/context.h"
#include "cmd/products.h"
#include "cmd/reader.h"
#include "cmd/signals.h"
#include "cmd/stopper.h"

#include "admin/feed.h"
#include "base/json.h"
#include "base/timefmt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, FILE_SHIFT = 40 }; /* a feed's line: the file's index above, its line below */

struct run {
    const struct psync_invocation *inv;
    struct psync_context ctx;
    struct psync_feed *feed;
    struct psync_progress progress;
    uint64_t count[PSYNC_FEED_OUTCOMES], known_dead;
    struct psync_stopper stopper;
    volatile sig_atomic_t stopped;
};

static void refused_by_queue(struct run *run, const struct psync_feed_result *result)
{
    psync_progress_clear(&run->progress);
    psync_complain("refused: %s:%" PRIu64 ": %s", psync_products_name(run->inv, (size_t)(result->line >> FILE_SHIFT)),
                   result->line & ((UINT64_C(1) << FILE_SHIFT) - 1), result->reason);
}

static void on_result(void *arg, const struct psync_feed_result *result)
{
    struct run *run = arg;
    run->count[result->outcome]++;
    run->known_dead += result->outcome == PSYNC_FEED_KNOWN && result->state == PSYNC_STATE_DEAD;
    if (result->outcome == PSYNC_FEED_REFUSED)
        refused_by_queue(run, result);
    else if (result->outcome == PSYNC_FEED_KNOWN && run->inv->verbose)
        psync_complain("product %" PRId64 " is known already: %s", result->product, psync_state_name(result->state));
    psync_progress_update(&run->progress, run->count[PSYNC_FEED_NEW] + run->count[PSYNC_FEED_KNOWN], 0, "");
}

static void on_full(void *arg, const char *why)
{
    struct run *run = arg;
    char wait[PSYNC_DURATION_MAX];
    psync_progress_clear(&run->progress);
    if (!run->inv->quiet)
        psync_complain("the queue is full (%s); waiting for room, at most %s", why,
                       psync_duration_format(run->ctx.config->queue.full_wait, wait));
}

static enum psync_result put_product(void *arg, const struct psync_found *found, struct psync_error *err)
{
    struct run *run = arg;
    return psync_feed_put(run->feed, (uint64_t)found->file << FILE_SHIFT | found->line, found->id, found->payload, err);
}

/* What was read so far need not wait for more to come. */
static enum psync_result wait_for_input(void *arg, int fd, struct psync_error *err)
{
    struct run *run = arg;
    enum psync_result r = psync_stopper_wait(&run->stopper, fd, 0, err);
    if (r != PSYNC_EMPTY)
        return r;
    psync_feed_flush(run->feed);
    return psync_stopper_wait(&run->stopper, fd, -1, err);
}

static void on_stop(void *arg, unsigned nth)
{
    struct run *run = arg;
    if (nth > 1)
        _Exit(PSYNC_EXIT_REFUSED);
    run->stopped = 1;
    psync_stopper_stop(&run->stopper);
}

static void say_summary(struct run *run, const struct psync_products *p, bool all_read)
{
    struct psync_buf out;
    struct psync_json_writer w;
    psync_say(run->inv, "%s put, %s already known, %s refused%s%s", psync_count_text(run->count[PSYNC_FEED_NEW]),
              psync_count_text(run->count[PSYNC_FEED_KNOWN]),
              psync_count_text(p->tally.refused + run->count[PSYNC_FEED_REFUSED]),
              all_read ? "" : "; not all of the input was read", run->stopped ? " (stopped)" : "");
    if (run->known_dead)
        psync_say(run->inv, "%s of the known ones are dead letters: see productsync dead list",
                  psync_count_text(run->known_dead));
    if (!run->inv->json)
        return;
    psync_buf_init(&out, LINE_MAX_BYTES);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "summary", '{');
    psync_json_put_int(&w, "put", (int64_t)run->count[PSYNC_FEED_NEW]);
    psync_json_put_int(&w, "known", (int64_t)run->count[PSYNC_FEED_KNOWN]);
    psync_json_put_int(&w, "refused", (int64_t)(p->tally.refused + run->count[PSYNC_FEED_REFUSED]));
    psync_json_put_int(&w, "known_dead", (int64_t)run->known_dead);
    psync_json_put_int(&w, "left_out", (int64_t)p->tally.left_out);
    psync_json_put_bool(&w, "all_read", all_read);
    psync_json_put_bool(&w, "stopped", run->stopped != 0);
    psync_json_close(&w, '}');
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        psync_say_json(&out);
    psync_buf_done(&out);
}

/* A feed that failed: at which line, so that the rest can be given again (what was put is known then). */
static enum psync_exit say_where(struct run *run, enum psync_result why, const char *text)
{
    uint64_t at = psync_feed_stopped_at(run->feed);
    if (at)
        psync_complain("stopped at %s:%" PRIu64 ": %s; what stands before it is put, and giving the file again puts the "
                       "rest", psync_products_name(run->inv, (size_t)(at >> FILE_SHIFT)),
                       at & ((UINT64_C(1) << FILE_SHIFT) - 1), text);
    else
        psync_complain("%s", text);
    return why == PSYNC_RETRY ? PSYNC_EXIT_REFUSED : PSYNC_EXIT_STORAGE;
}

static enum psync_exit put_all(struct run *run)
{
    struct psync_error err = {0}, rest_err = {0};
    struct psync_products products = {.inv = run->inv,
                                      .config = run->ctx.config,
                                      .progress = &run->progress,
                                      .wait = wait_for_input,
                                      .take = put_product,
                                      .arg = run,
                                      .stop = &run->stopped};
    psync_progress_begin(&run->progress, run->inv, "put");
    enum psync_result read = psync_products_each(&products, &err);
    bool feed_failed = read != PSYNC_EMPTY && read != PSYNC_REJECT && read != PSYNC_GONE;
    enum psync_result rest = psync_feed_finish(run->feed, &rest_err);
    psync_progress_end(&run->progress);
    if (products.misconfigured)
        return PSYNC_EXIT_USAGE;
    say_summary(run, &products, !feed_failed && rest == PSYNC_OK && read != PSYNC_REJECT);
    if (feed_failed)
        return say_where(run, read, err.text);
    if (rest != PSYNC_OK)
        return say_where(run, rest, rest_err.text);
    bool all = read == PSYNC_EMPTY && !products.tally.refused && !run->count[PSYNC_FEED_REFUSED];
    return all ? PSYNC_EXIT_OK : PSYNC_EXIT_REFUSED;
}

static enum psync_exit feed_session(struct run *run, struct psync_session *session)
{
    struct psync_error err = {0};
    const struct psync_feed_open open = {.session = session,
                                         .shop = run->ctx.config->source_shop,
                                         .full_wait = run->ctx.config->queue.full_wait,
                                         .on_result = on_result,
                                         .on_full = on_full,
                                         .arg = run};
    if (psync_feed_new(&open, &run->feed, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        return PSYNC_EXIT_STORAGE;
    }
    enum psync_exit code = put_all(run);
    psync_feed_free(run->feed);
    return code;
}

enum psync_exit psync_cmd_produce(struct psync_invocation *inv)
{
    static struct run run; /* the signal thread keeps it until the process ends */
    static struct psync_signals signals;
    struct psync_error err = {0};
    struct psync_session *session = NULL;
    run = (struct run){.inv = inv};
    enum psync_exit code = psync_context_load(&run.ctx, inv);
    if (code != PSYNC_EXIT_OK)
        return code;
    signals = (struct psync_signals){.on_stop = on_stop, .arg = &run};
    const struct psync_session_open open = {.config = run.ctx.config, .command = "produce",
                                            .reader = &psync_cmd_reader};
    if (psync_stopper_init(&run.stopper, &err) != PSYNC_OK || psync_signals_start(&signals, &err) != PSYNC_OK ||
        psync_session_new(&open, &session, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        code = PSYNC_EXIT_STORAGE;
    } else {
        code = feed_session(&run, session);
    }
    psync_session_free(session);
    psync_context_done(&run.ctx);
    return code;
}
