/* reload - all-or-nothing reload, and an orderly end; see the header. */
#include "cmd/reload_impl.h"

#include "cmd/notice.h"
#include "cmd/relays.h"
#include "cmd/supervisor.h"

#include "base/timefmt.h"
#include "config/ready.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SITE_MS = 10000 };

void psync_reload_init(struct psync_reload *r, const struct psync_invocation *inv)
{
    *r = (struct psync_reload){.inv = inv};
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->reloading, NULL);
}

static void lock_both(struct psync_reload *r)
{
    pthread_mutex_lock(&r->reloading);
    pthread_mutex_lock(&r->lock);
}

static void unlock_both(struct psync_reload *r)
{
    pthread_mutex_unlock(&r->lock);
    pthread_mutex_unlock(&r->reloading);
}

void psync_reload_set_owner(struct psync_reload *r, struct psync_owner *owner)
{
    lock_both(r);
    r->owner = owner;
    unlock_both(r);
}

void psync_reload_set_worker(struct psync_reload *r, struct psync_worker *worker)
{
    lock_both(r);
    r->worker = worker;
    for (unsigned i = 0; i < r->stops; i++)
        psync_worker_stop(worker);
    unlock_both(r);
}

void psync_reload_set_relays(struct psync_reload *r, struct psync_relays *relays)
{
    lock_both(r);
    r->relays = relays;
    if (r->stops > 0)
        psync_relays_stop(relays);
    unlock_both(r);
}

bool psync_reload_enter(struct psync_reload *r, enum psync_reload_phase phase)
{
    pthread_mutex_lock(&r->reloading);
    bool wanted = r->wanted;
    r->phase = phase;
    r->wanted = false;
    pthread_mutex_unlock(&r->reloading);
    return wanted;
}

void psync_reload_wake(struct psync_reload *r)
{
    pthread_mutex_lock(&r->lock);
    if (r->worker)
        psync_worker_wakeup(r->worker);
    pthread_mutex_unlock(&r->lock);
}

void psync_reload_fail(struct psync_reload *r, const char *why)
{
    pthread_mutex_lock(&r->lock);
    if (r->worker)
        psync_worker_fail(r->worker, why);
    pthread_mutex_unlock(&r->lock);
}

void psync_reload_stop(struct psync_reload *r)
{
    pthread_mutex_lock(&r->lock);
    r->stops++;
    if (r->worker)
        psync_worker_stop(r->worker);
    psync_relays_stop(r->relays);
    if (r->owner && r->stops > 1)
        psync_owner_hurry(r->owner);
    pthread_mutex_unlock(&r->lock);
}

bool psync_reload_alive(struct psync_reload *r)
{
    struct psync_counts counts;
    struct psync_error err;
    pthread_mutex_lock(&r->reloading);
    bool alive = !r->worker || psync_worker_responds(r->worker);
    if (alive && r->owner) { /* a queue that failed is no reason: the process ends by itself then */
        enum psync_result result = psync_queue_counts(psync_owner_queue(r->owner), "default", &counts, &err);
        (void)result;
    }
    struct psync_site *site = r->owner ? psync_owner_site(r->owner) : NULL;
    pthread_mutex_unlock(&r->reloading);
    return alive && (!site || psync_web_server_responds(psync_site_server(site), SITE_MS));
}

bool psync_reload_stopping(struct psync_reload *r)
{
    pthread_mutex_lock(&r->lock);
    bool stopping = r->stops > 0;
    pthread_mutex_unlock(&r->lock);
    return stopping;
}

void psync_reload_log_lines(struct psync_log *log, enum psync_log_level level, const char *event, const char *field,
                      const struct psync_buf *lines)
{
    char text[512];
    for (const char *line = lines->data; *line;) {
        size_t len = strcspn(line, "\n"), kept = len < sizeof text - 1 ? len : sizeof text - 1;
        memcpy(text, line, kept);
        text[kept] = '\0';
        PSYNC_LOG(log, level, event, PSYNC_F_TEXT(field, text));
        line += len + (line[len] != '\0');
    }
}

void psync_reload_say_lines(const char *prefix, const struct psync_buf *lines)
{
    for (const char *line = lines->data; *line; line += strcspn(line, "\n") + (strchr(line, '\n') != NULL))
        psync_notice("%s%.*s", prefix, (int)strcspn(line, "\n"), line);
}

/* A signal may come while the worker is about to begin: it is given a moment. */
static enum psync_result reload_worker(struct psync_reload *r, struct psync_config *config, struct psync_error *err)
{
    enum { TRIES = 50 };
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    enum psync_result result = psync_worker_reload(r->worker, config, err);
    for (int i = 1; i < TRIES && result == PSYNC_RETRY; i++) {
        (void)nanosleep(&pause, NULL);
        result = psync_worker_reload(r->worker, config, err);
    }
    return result;
}

/* Two copies of the merged settings, because worker and API let go of them at different times. */
enum psync_result psync_reload_take_over(struct psync_reload *r, const struct psync_config *next,
                                         struct psync_buf *changed, struct psync_buf *kept, struct psync_error *err)
{
    const struct psync_config *now = r->current ? r->current : r->ctx.config;
    struct psync_config *for_worker = NULL, *for_api = NULL;
    if (r->phase == PSYNC_RELOAD_OVER)
        return psync_fail(err, PSYNC_RETRY, "not running any more");
    enum psync_result result = psync_config_merge_reload(now, next, &for_worker, changed, kept);
    if (result == PSYNC_OK)
        result = psync_config_merge_reload(now, next, &for_api, NULL, NULL);
    if (result != PSYNC_OK)
        psync_fail(err, result, "out of memory");
    else
        result = psync_owner_set_config(r->owner, for_api, err);
    if (result == PSYNC_OK) {
        result = reload_worker(r, for_worker, err);
        if (result == PSYNC_OK)
            for_worker = NULL;
        if (result == PSYNC_OK || psync_owner_set_config(r->owner, now, NULL) != PSYNC_OK) {
            struct psync_config *old = r->current;
            r->current = for_api;
            for_api = old;
        }
    }
    psync_config_free(for_worker);
    psync_config_free(for_api);
    return result;
}

/* The same with shops: what they say is laid under what the files say now; the shops themselves are those of the
 * start. */
static enum psync_result take_over_base(struct psync_reload *r, const struct psync_config *next,
                                        struct psync_buf *changed, struct psync_buf *kept, struct psync_error *err)
{
    struct psync_config *base = NULL, *laid = NULL;
    enum psync_result result = psync_config_merge_reload(r->base, next, &base, NULL, kept);
    if (result == PSYNC_OK)
        result = psync_shops_lay(r->shops, base, &laid, NULL);
    if (result != PSYNC_OK)
        psync_fail(err, result, "out of memory");
    else
        result = psync_reload_take_over(r, laid, changed, NULL, err);
    if (result == PSYNC_OK) {
        struct psync_config *old = r->base;
        r->base = base;
        base = old;
    }
    psync_config_free(laid);
    psync_config_free(base);
    return result;
}

struct outcome {
    const struct psync_buf *warnings, *changed, *kept; /* one a line */
    const struct psync_error *err;
};

static void say_outcome(struct psync_reload *r, enum psync_result result, const struct outcome *o)
{
    psync_reload_log_lines(r->ctx.log, PSYNC_LOG_WARNING, "configuration", "warning", o->warnings);
    psync_reload_say_lines("warning: ", o->warnings);
    if (result != PSYNC_OK) {
        PSYNC_LOG(r->ctx.log, PSYNC_LOG_ERROR, "reload refused", PSYNC_F_TEXT("error", o->err->text));
        psync_notice("reload refused, nothing changed: %s", o->err->text);
        psync_supervisor_note("reload refused, nothing changed: %s", o->err->text);
        return;
    }
    psync_reload_log_lines(r->ctx.log, PSYNC_LOG_INFO, "setting changed", "setting", o->changed);
    psync_reload_log_lines(r->ctx.log, PSYNC_LOG_INFO, "setting needs a restart", "setting", o->kept);
    psync_supervisor_note("settings reloaded");
    psync_notice("settings reloaded%s", o->kept->len ? "; these need a restart and stay as they were:" : "");
    psync_reload_say_lines("  ", o->kept);
}

/* What a start would refuse, or only warn of, before anything is taken over. */
static enum psync_result check_usable(struct psync_reload *r, const struct psync_config *next, struct psync_error *err)
{
    enum psync_result result = psync_config_ready(next, err);
    if (result != PSYNC_OK)
        return result;
    struct psync_log_conf log = psync_context_log_conf(&r->ctx, next, r->inv);
    result = psync_log_can_reopen(r->ctx.log, &log, err);
    return result == PSYNC_OK ? result : psync_config_blame(next, "log", "file", err);
}

/* Where and how lines are written from now on; the file is opened anew, in case it was moved away. */
static void reopen_log(struct psync_reload *r)
{
    struct psync_log_conf log = psync_context_log_conf(&r->ctx, r->current ? r->current : r->ctx.config, r->inv);
    psync_log_reopen(r->ctx.log, &log);
}

static enum psync_result take_over_next(struct psync_reload *r, const struct psync_config *next,
                                        struct psync_buf *changed, struct psync_buf *kept, struct psync_error *err)
{
    return r->shops ? take_over_base(r, next, changed, kept, err) : psync_reload_take_over(r, next, changed, kept, err);
}

/* From the files named at the start. EMPTY: there are none, or others are named now, which wait for a restart; but what
 * that would refuse is refused now. A change in the dashboard has nothing to do with these files, and does not look at
 * them. */
static enum psync_result read_certificate(const struct psync_reload *r, const struct psync_config *next,
                                          struct psync_web_certificate **ret_certificate, struct psync_error *err)
{
    if (!psync_owner_site(r->owner))
        return PSYNC_EMPTY;
    const struct psync_serve_conf *now = &r->ctx.config->serve, *then = &next->serve;
    enum psync_result result = psync_site_check_config(next, err);
    if (result != PSYNC_OK)
        return result;
    bool same = strcmp(now->tls_cert, then->tls_cert) == 0 && strcmp(now->tls_key, then->tls_key) == 0;
    return same ? psync_site_read_certificate(next, ret_certificate, err) : PSYNC_EMPTY;
}

static void show_certificate(const struct psync_reload *r, struct psync_web_certificate *certificate)
{
    char until[PSYNC_TIME_MAX];
    psync_time_words(psync_web_certificate_ends_at(certificate), until);
    if (!psync_site_show_certificate(psync_owner_site(r->owner), certificate))
        return;
    PSYNC_LOG(r->ctx.log, PSYNC_LOG_INFO, "certificate changed", PSYNC_F_TEXT("file", r->ctx.config->serve.tls_cert),
              PSYNC_F_TEXT("until", until));
    psync_notice("another certificate is shown from now on, until %s", until);
}

/* With the worker there, and under `reloading`. */
static void reload(struct psync_reload *r)
{
    struct psync_error err = {0};
    struct psync_config *next = NULL;
    struct psync_web_certificate *certificate = NULL;
    struct psync_buf overrides, warnings, changed, kept;
    struct psync_config_source source = psync_context_source(r->inv);
    psync_buf_init(&overrides, PSYNC_OVERRIDES_MAX);
    psync_buf_init(&warnings, PSYNC_RELOAD_LINES_MAX);
    psync_buf_init(&changed, PSYNC_RELOAD_LINES_MAX);
    psync_buf_init(&kept, PSYNC_RELOAD_LINES_MAX);
    /* Of the state folder in force, though the file may name another by now: that one waits for a restart. */
    enum psync_result result = psync_overrides_read(r->ctx.config, &overrides, &err);
    source.overrides = overrides.data;
    if (result == PSYNC_OK)
        result = psync_config_load(&source, &next, &warnings, &err);
    if (result == PSYNC_OK)
        result = check_usable(r, next, &err);
    if (result == PSYNC_OK && (result = read_certificate(r, next, &certificate, &err)) == PSYNC_EMPTY)
        result = PSYNC_OK;
    if (result == PSYNC_OK)
        result = take_over_next(r, next, &changed, &kept, &err);
    reopen_log(r);
    say_outcome(r, result, &(struct outcome){&warnings, &changed, &kept, &err});
    if (result == PSYNC_OK && certificate)
        show_certificate(r, certificate);
    else
        psync_web_certificate_free(certificate);
    psync_config_free(next);
    psync_buf_done(&overrides);
    psync_buf_done(&warnings);
    psync_buf_done(&changed);
    psync_buf_done(&kept);
}

void psync_reload_now(struct psync_reload *r)
{
    pthread_mutex_lock(&r->reloading);
    if (r->worker && r->phase == PSYNC_RELOAD_READY)
        reload(r);
    else if (r->phase == PSYNC_RELOAD_EARLY)
        psync_notice("still starting: settings are read again when that is done");
    else
        psync_notice("reload refused, nothing changed: not running any more");
    r->wanted = r->phase == PSYNC_RELOAD_EARLY;
    pthread_mutex_unlock(&r->reloading);
}

/* ---- the dashboard's file ---- */

static void log_changed(struct psync_log *log, const char *who, const struct psync_buf *lines)
{
    char text[512];
    for (const char *line = lines->data; *line; line += strcspn(line, "\n") + (strchr(line, '\n') != NULL)) {
        snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
        PSYNC_LOG(log, PSYNC_LOG_INFO, "setting changed", PSYNC_F_TEXT("setting", text), PSYNC_F_TEXT("by", who));
    }
}

/* Of a destination that there is not it would be kept, and change nothing; a shop's may come later. */
static enum psync_result check_destinations(const struct psync_config *config, const struct psync_override *changes,
                                            size_t n, struct psync_error *err)
{
    static const char prefix[] = "destination ";
    for (size_t i = 0; i < n; i++) {
        if (!changes[i].value || strncmp(changes[i].name, prefix, sizeof(prefix) - 1) != 0)
            continue;
        const char *name = changes[i].name + sizeof(prefix) - 1, *dot = strrchr(name, '.');
        if (strchr(name, '/'))
            continue;
        char asked[PSYNC_NAME_MAX];
        snprintf(asked, sizeof asked, "%.*s", (int)(dot - name), name); /* the name has been checked */
        if (!psync_config_destination(config, asked))
            return psync_fail(err, PSYNC_REJECT, "%s: there is no destination %s", changes[i].name, asked);
    }
    return PSYNC_OK;
}

/* The file is there before the settings hold: what holds now must hold after a restart too. */
static enum psync_result change_to(struct psync_reload *r, const struct psync_buf *before,
                                   const struct psync_buf *after, struct psync_buf *changed, struct psync_error *err)
{
    struct psync_config_source source = psync_context_source(r->inv);
    struct psync_config *next = NULL;
    source.overrides = after->data;
    enum psync_result result = psync_config_load(&source, &next, NULL, err);
    if (result == PSYNC_OK)
        result = check_usable(r, next, err);
    const struct psync_span file = {after->data, after->len};
    if (result == PSYNC_OK && psync_overrides_write(r->ctx.config, file, err) != PSYNC_OK)
        result = PSYNC_FATAL;
    if (result == PSYNC_OK) {
        result = take_over_next(r, next, changed, NULL, err);
        if (result != PSYNC_OK)
            (void)!psync_overrides_write(r->ctx.config, (struct psync_span){before->data, before->len}, NULL);
    }
    psync_config_free(next);
    return result;
}

enum psync_result psync_reload_change(struct psync_reload *r, const struct psync_override *changes, size_t n,
                                      const char *who, struct psync_buf *changed, struct psync_error *err)
{
    struct psync_buf before, after;
    psync_buf_init(&before, PSYNC_OVERRIDES_MAX);
    psync_buf_init(&after, PSYNC_OVERRIDES_MAX);
    pthread_mutex_lock(&r->reloading);
    bool runs = r->worker && r->phase == PSYNC_RELOAD_READY;
    enum psync_result result = runs ? psync_overrides_read(r->ctx.config, &before, err)
                                    : psync_fail(err, PSYNC_RETRY, "not running yet, or not any more");
    if (result == PSYNC_OK)
        result = psync_overrides_edit((struct psync_span){before.data, before.len}, changes, n, &after, err);
    if (result == PSYNC_OK)
        result = check_destinations(r->current ? r->current : r->ctx.config, changes, n, err);
    if (result == PSYNC_OK)
        result = change_to(r, &before, &after, changed, err);
    if (result == PSYNC_OK) {
        log_changed(r->ctx.log, who, changed); /* also that nothing of the kind is to be written any more */
        reopen_log(r);
    }
    pthread_mutex_unlock(&r->reloading);
    psync_buf_done(&before);
    psync_buf_done(&after);
    return result;
}

/* The signal thread outlives all this. What takes time - the owner's last answers - is done while it can still hurry
 * the owner; once worker and owner are gone from here, it leaves the rest alone. */
void psync_reload_done(struct psync_reload *r)
{
    lock_both(r);
    struct psync_worker *worker = r->worker;
    r->worker = NULL;
    struct psync_relays *relays = r->relays;
    r->relays = NULL;
    unlock_both(r);
    if (r->owner)
        psync_owner_attach_worker(r->owner, NULL);
    psync_worker_free(worker);
    psync_relays_free(relays);
    psync_owner_drain(r->owner);
    lock_both(r);
    struct psync_owner *owner = r->owner;
    r->owner = NULL;
    unlock_both(r);
    psync_owner_free(owner);
    psync_config_free(r->current);
    psync_config_free(r->base);
    psync_shops_free(r->shops);
    r->current = r->base = NULL;
    r->shops = NULL;
    psync_context_done(&r->ctx);
}
