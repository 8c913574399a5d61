/* reload_shops - what the shops say, taken over by a running worker as a reload is; see cmd/reload.h. */
#include "cmd/reload_impl.h"

#include "cmd/notice.h"

#include "queue/hold.h"

#include <stdio.h>
#include <string.h>

enum psync_exit psync_reload_ask_shops(struct psync_reload *r)
{
    struct psync_buf warnings;
    struct psync_config *laid = NULL;
    if (r->ctx.config->n_shops == 0)
        return PSYNC_EXIT_OK;
    psync_buf_init(&warnings, PSYNC_RELOAD_LINES_MAX);
    r->shops = psync_shops_new(r->ctx.config, &warnings);
    enum psync_result result = r->shops ? psync_shops_lay(r->shops, r->ctx.config, &laid, &warnings) : PSYNC_NOMEM;
    psync_reload_say_lines("warning: ", &warnings);
    psync_buf_done(&warnings);
    if (result != PSYNC_OK) {
        psync_notice("out of memory");
        return PSYNC_EXIT_STORAGE;
    }
    r->base = r->ctx.config;
    r->ctx.config = laid;
    return PSYNC_EXIT_OK;
}

/* Most often nothing has changed since the shop was asked at the start. What did is tried again while we are still beginning: who
 * begins waits for the lock that is held here. */
static enum psync_result take_over_shop(struct psync_reload *r, const struct psync_config *laid)
{
    const struct psync_config *now = r->current ? r->current : r->ctx.config;
    struct psync_config *merged = NULL;
    struct psync_buf changed;
    struct psync_error err = {0};
    psync_buf_init(&changed, PSYNC_RELOAD_LINES_MAX);
    enum psync_result result = psync_config_merge_reload(now, laid, &merged, &changed, NULL);
    psync_config_free(merged);
    if (result == PSYNC_OK && changed.len > 0 && r->worker && r->phase != PSYNC_RELOAD_EARLY) {
        result = psync_reload_take_over(r, laid, NULL, NULL, &err);
        if (result == PSYNC_OK)
            psync_reload_log_lines(r->ctx.log, PSYNC_LOG_INFO, "setting changed", "setting", &changed);
        else if (result != PSYNC_RETRY)
            PSYNC_LOG(r->ctx.log, PSYNC_LOG_ERROR, "shop's settings refused", PSYNC_F_TEXT("error", err.text));
    } else if (result == PSYNC_OK && changed.len > 0) {
        result = PSYNC_RETRY;
    }
    psync_buf_done(&changed);
    return result;
}

enum psync_result psync_reload_shop(struct psync_reload *r, const char *name, struct psync_shop_layers *layers)
{
    struct psync_config *laid = NULL;
    pthread_mutex_lock(&r->reloading);
    enum psync_result result = psync_shops_set(r->shops, name, layers);
    if (result == PSYNC_OK)
        result = psync_shops_lay(r->shops, r->base, &laid, NULL);
    if (result == PSYNC_OK)
        result = take_over_shop(r, laid);
    if (result == PSYNC_OK)
        psync_shops_judgement(r->shops, name, layers);
    pthread_mutex_unlock(&r->reloading);
    psync_config_free(laid);
    return result;
}

struct remembered {
    const char *destination;
    bool found;
    struct psync_hold hold;
};

static bool on_destination(void *arg, const struct psync_destination_row *row)
{
    struct remembered *of = arg;
    if (strcmp(row->name, of->destination) != 0)
        return true;
    of->found = true;
    of->hold = row->hold;
    return false;
}

/* Of a destination that is not in force: the worker reads it when it comes into force. One that the queue does not know has nothing
 * that could leave. */
static enum psync_result hold_in_queue(struct psync_reload *r, const char *destination, const char *why, struct psync_error *err)
{
    struct remembered of = {.destination = destination};
    struct psync_queue *queue = psync_owner_queue(r->owner);
    enum psync_result result = psync_queue_destinations(queue, on_destination, &of, err);
    if (result != PSYNC_OK && result != PSYNC_EMPTY)
        return result;
    if (!of.found || (!why && !psync_hold_is_shops(&of.hold)))
        return PSYNC_OK;
    psync_hold_shop(&of.hold, why, psync_clock_now());
    return psync_queue_hold(queue, destination, &of.hold, err);
}

bool psync_reload_hold(struct psync_reload *r, const char *destination, const char *why)
{
    struct psync_error err = {0};
    pthread_mutex_lock(&r->reloading);
    enum psync_result result = r->worker ? psync_worker_shop(r->worker, destination, why, &err) : PSYNC_RETRY;
    if (result == PSYNC_REJECT)
        result = hold_in_queue(r, destination, why, &err);
    pthread_mutex_unlock(&r->reloading);
    return result == PSYNC_OK;
}

void psync_reload_let_go(struct psync_reload *r, const char **ids, size_t n)
{
    pthread_mutex_lock(&r->reloading);
    if (r->worker)
        psync_worker_let_go(r->worker, ids, n);
    pthread_mutex_unlock(&r->reloading);
}

psync_ms psync_reload_keep(struct psync_reload *r)
{
    pthread_mutex_lock(&r->reloading);
    psync_ms keep = (r->current ? r->current : r->ctx.config)->queue.keep;
    pthread_mutex_unlock(&r->reloading);
    return keep;
}

struct psync_config *psync_reload_settings(struct psync_reload *r)
{
    struct psync_config *copy = NULL;
    pthread_mutex_lock(&r->reloading);
    const struct psync_config *now = r->current ? r->current : r->ctx.config;
    if (psync_config_merge_reload(now, now, &copy, NULL, NULL) != PSYNC_OK)
        copy = NULL;
    pthread_mutex_unlock(&r->reloading);
    return copy;
}
