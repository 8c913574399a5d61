/* owner - lock, queue, API, socket: made in that order, given back in the other. */
#include "admin/owner.h"

#include "admin/api.h"
#include "admin/door.h"
#include "admin/folder.h"
#include "admin/peer.h"
#include "admin/thread.h"
#include "base/path.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    ASK_EVERY_MS = 25,        /* while waiting for a hand-over */
    PEER_TIMEOUT_MS = 2000,
    DRAIN_MS = 5000           /* for answers to what was asked before the end */
};

struct psync_owner {
    struct psync_owner_open open;
    const struct psync_config *config; /* in force: at first open.config */
    struct psync_queue_lock *lock;
    struct psync_queue *queue;
    _Atomic(struct psync_api *) api; /* the queue's thread may fail while it is made */
    _Atomic(struct psync_door *) door; /* likewise */
    struct psync_site *site;           /* over TCP; NULL: only the socket */
    bool drained;
    atomic_bool wanted, failed;
};

static const char *socket_path(const struct psync_owner *o)
{
    return o->open.config->queue.socket;
}

/* ---- calls from the queue and the API ---- */

static void on_ready(void *arg)
{
    struct psync_owner *o = arg;
    if (o->open.on_ready)
        o->open.on_ready(o->open.arg);
}

static void on_fatal(void *arg, const char *why)
{
    struct psync_owner *o = arg;
    atomic_store(&o->failed, true);
    struct psync_api *api = atomic_load(&o->api);
    if (api)
        psync_api_failed(api);
    if (o->open.on_fatal)
        o->open.on_fatal(o->open.arg, why);
}

static void on_tick(void *arg)
{
    struct psync_owner *o = arg;
    struct psync_door *door = atomic_load(&o->door);
    struct psync_api *api = atomic_load(&o->api);
    if (door)
        psync_door_look(door);
    if (api)
        psync_api_tick(api);
}

static void on_put(void *arg, const struct psync_put *puts, size_t n)
{
    struct psync_owner *o = arg;
    struct psync_api *api = atomic_load(&o->api);
    if (api)
        psync_meters_put(psync_api_meters(api), puts, n);
}

static void on_warning(void *arg, const char *text)
{
    struct psync_owner *o = arg;
    PSYNC_LOG(o->open.log, PSYNC_LOG_WARNING, "socket", PSYNC_F_TEXT("reason", text));
    if (o->open.on_warning)
        o->open.on_warning(o->open.arg, text);
}

static void on_handover(void *arg)
{
    struct psync_owner *o = arg;
    atomic_store(&o->wanted, true);
    if (o->open.on_handover)
        o->open.on_handover(o->open.arg);
}

/* ---- the lock ---- */

static enum psync_result try_lock(struct psync_owner *o, struct psync_error *err)
{
    return psync_queue_lock_new(o->open.config->queue.path, o->open.command, &o->lock, err);
}

/* The lock; but not if somebody listens on the socket all the same: then the lock's file was removed under an owner. */
static enum psync_result try_alone(struct psync_owner *o, struct psync_web_client *client, struct psync_error *err)
{
    struct psync_peer peer;
    enum psync_result r = try_lock(o, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_peer_ask(client, &peer, err);
    if (r != PSYNC_OK && r != PSYNC_RETRY)
        return r == PSYNC_NOMEM ? r : PSYNC_OK;
    psync_queue_lock_free(o->lock);
    o->lock = NULL;
    return PSYNC_RETRY;
}

static bool is_stopping(const struct psync_owner *o)
{
    return o->open.is_stopping && o->open.is_stopping(o->open.arg);
}

/* Somebody has the lock: a worker is refused; a temporary owner is asked to hand over. */
static enum psync_result ask_owner(const struct psync_owner *o, struct psync_web_client *client,
                                   struct psync_error *err)
{
    struct psync_peer peer;
    enum psync_result r = psync_peer_ask(client, &peer, err);
    if (r != PSYNC_OK)
        return PSYNC_RETRY; /* it is starting or ending */
    if (peer.worker)
        return psync_fail(err, PSYNC_REJECT,
                          "another worker (pid %" PRId64 ", %s) delivers from %s: see `productsync status`, or stop it"
                          " first", peer.pid, peer.command, o->open.config->queue.path);
    r = psync_peer_handover(client, err); /* asked again in a moment if this did not arrive */
    return r == PSYNC_NOMEM ? r : PSYNC_RETRY;
}

static enum psync_result wait_for_lock(struct psync_owner *o, struct psync_error *err)
{
    const struct psync_web_client_conf conf = {.unix_path = socket_path(o), .timeout_ms = PEER_TIMEOUT_MS};
    psync_ms until = psync_clock_now() + PSYNC_OWNER_HANDOVER_MS;
    struct psync_web_client *client = NULL;
    struct psync_error asked;
    enum psync_result r = psync_web_client_new(&conf, &client, err);
    while (r == PSYNC_OK && (r = try_alone(o, client, err)) == PSYNC_RETRY) {
        if (ask_owner(o, client, &asked) == PSYNC_REJECT) {
            r = psync_fail(err, PSYNC_REJECT, "%s", asked.text);
            break;
        }
        if (psync_clock_now() >= until) {
            r = psync_peer_silent(&o->open.config->queue, err);
            break;
        }
        if (is_stopping(o)) {
            r = PSYNC_EMPTY;
            break;
        }
        psync_sleep(ASK_EVERY_MS);
        r = PSYNC_OK;
    }
    psync_web_client_free(client);
    return r;
}

static enum psync_result take_lock(struct psync_owner *o, struct psync_error *err)
{
    const struct psync_queue_conf *conf = &o->open.config->queue;
    enum psync_result r = psync_path_make(o->open.config->state_folder, err);
    if (r == PSYNC_OK)
        r = psync_folder_of_socket(conf->socket, conf->path, err);
    if (r == PSYNC_OK)
        r = psync_folder_trusted(conf->socket, conf->path, err);
    if (r != PSYNC_OK && r != PSYNC_EMPTY) /* a folder that is not there is told of by the lock */
        return r;
    return o->open.role == PSYNC_OWNER_WORKER ? wait_for_lock(o, err) : try_lock(o, err);
}

/* ---- the socket ---- */

static enum psync_result serve(struct psync_owner *o, struct psync_error *err)
{
    struct psync_door_open open = {.config = o->open.config, .max_body_bytes = PSYNC_API_BODY_MAX,
                                   .on_warning = on_warning, .arg = o};
    struct psync_door *door = NULL;
    open.routes = psync_api_routes(atomic_load(&o->api), &open.n_routes);
    enum psync_result r = psync_door_new(&open, &door, err);
    if (r == PSYNC_OK)
        atomic_store(&o->door, door);
    return r;
}

/* ---- making and ending ---- */

static enum psync_result open_queue(struct psync_owner *o, struct psync_error *err)
{
    const struct psync_queue_open open = {.conf = &o->open.config->queue,
                                          .full_disk_ok = o->open.role == PSYNC_OWNER_COMMAND, /* it leases nothing */
                                          .lock = o->lock,
                                          .log = o->open.log,
                                          .on_ready = on_ready,
                                          .on_fatal = on_fatal,
                                          .on_put = on_put,
                                          .on_tick = on_tick,
                                          .arg = o};
    return psync_queue_new(&open, &o->queue, err);
}

static enum psync_result open_api(struct psync_owner *o, struct psync_error *err)
{
    const struct psync_api_open open = {.config = o->open.config,
                                        .queue = o->queue,
                                        .reader = o->open.reader,
                                        .command = o->open.command,
                                        .temporary = o->open.role == PSYNC_OWNER_COMMAND,
                                        .on_handover = on_handover,
                                        .arg = o};
    struct psync_api *api = NULL;
    enum psync_result r = psync_api_new(&open, &api, err);
    if (r != PSYNC_OK)
        return r;
    atomic_store(&o->api, api);
    if (atomic_load(&o->failed))
        psync_api_failed(api);
    return PSYNC_OK;
}

enum psync_result psync_owner_new(const struct psync_owner_open *open, struct psync_owner **ret_owner,
                                  struct psync_error *err)
{
    struct psync_owner *o = calloc(1, sizeof(*o));
    if (!o)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    o->open = *open;
    o->config = open->config;
    enum psync_result r = take_lock(o, err);
    if (r == PSYNC_OK)
        r = open_queue(o, err);
    if (r == PSYNC_OK)
        r = open_api(o, err);
    if (r == PSYNC_OK)
        r = serve(o, err);
    if (r != PSYNC_OK) {
        psync_owner_free(o);
        return r;
    }
    *ret_owner = o;
    return PSYNC_OK;
}

enum psync_result psync_owner_serve(struct psync_owner *o, const struct psync_site_open *open, struct psync_error *err)
{
    PSYNC_INVARIANT(!o->site);
    return psync_site_new(open, atomic_load(&o->api), &o->site, err);
}

struct psync_site *psync_owner_site(struct psync_owner *o)
{
    return o->site;
}

void psync_owner_drain(struct psync_owner *o)
{
    if (o && atomic_load(&o->door) && !o->drained)
        psync_api_drain(atomic_load(&o->api), DRAIN_MS);
    if (o)
        o->drained = true;
}

void psync_owner_hurry(struct psync_owner *o)
{
    psync_api_hurry(atomic_load(&o->api));
}

/* The door is shut while we still hold the lock, and freed when the queue's thread, which looks after it, has ended. */
void psync_owner_free(struct psync_owner *o)
{
    if (!o)
        return;
    struct psync_api *api = atomic_load(&o->api);
    struct psync_door *door = atomic_load(&o->door);
    psync_owner_drain(o);
    if (door)
        psync_door_close(door);
    if (o->site)
        psync_site_close(o->site);
    if (api)
        psync_api_stop(api);
    psync_queue_free(o->queue);
    psync_door_free(door);
    psync_site_free(o->site);
    psync_api_free(api);
    psync_queue_lock_free(o->lock);
    free(o);
}

struct psync_queue *psync_owner_queue(struct psync_owner *o)
{
    return o->queue;
}

struct psync_meters *psync_owner_meters(struct psync_owner *o)
{
    return psync_api_meters(atomic_load(&o->api));
}

bool psync_owner_handover_wanted(const struct psync_owner *o)
{
    return atomic_load(&o->wanted);
}

void psync_owner_attach_worker(struct psync_owner *o, struct psync_worker *worker)
{
    psync_api_attach_worker(atomic_load(&o->api), worker);
}

enum psync_result psync_owner_set_config(struct psync_owner *o, const struct psync_config *config,
                                         struct psync_error *err)
{
    struct psync_error ignored;
    enum psync_result r = psync_queue_configure(o->queue, &config->queue, err);
    if (r != PSYNC_OK)
        return r;
    if (o->site)
        r = psync_site_set_config(o->site, config, err);
    /* The API comes last: it keeps `config` itself, where the site copies what it needs and may stay ahead. */
    if (r == PSYNC_OK && (r = psync_api_set_config(atomic_load(&o->api), config, err)) != PSYNC_OK && o->site)
        (void)!psync_site_set_config(o->site, o->config, &ignored);
    if (r == PSYNC_OK)
        o->config = config;
    else if (psync_queue_configure(o->queue, &o->config->queue, &ignored) == PSYNC_FATAL)
        r = PSYNC_FATAL; /* it has failed altogether, and says so itself */
    return r;
}
