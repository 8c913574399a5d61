/* session - see the header.
 *
 *            GONE, nobody has the lock            a worker asks
 *   APART ------------------------------> OWNER ---------------> APART
 *     | ^
 *     | +---- the owner is gone, or hands over ---- PEER
 *     +------ somebody answers on the socket ---->
 *
 * In OWNER and PEER alike requests go through the socket. One mutex is held during a request; the keeper, a thread,
 * takes it between requests to hand over while the command is idle. */
#include "admin/session_impl.h"

#include "admin/owner.h"
#include "admin/peer.h"
#include "admin/folder.h"
#include "admin/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_MS = 5000,         /* for an owner that starts, ends or hands over */
    AFTER_HANDOVER_MS = 3000,  /* in which the worker that asked comes first */
    TRY_EVERY_MS = 20,
    PROBE_TIMEOUT_MS = 2000,
    CALL_TIMEOUT_MS = 900000,  /* a backup of a large queue takes its time */
    TRIES_MAX = 20,
    ANSWER_MAX = 32 << 20
};

struct psync_session {
    struct psync_session_open open;
    pthread_mutex_t lock;              /* of the next four; held during a request */
    struct psync_owner *owner;         /* OWNER; else NULL */
    bool reached;                      /* OWNER or PEER */
    psync_ms own_from;                 /* not to become owner before that */
    struct psync_web_client *client, *probe;

    pthread_mutex_t watch_lock;        /* of the rest; held for a moment only */
    pthread_cond_t watch;
    bool wanted, stop, keeper_runs;
    pthread_t keeper;
};

/* ---- handing over ---- */

/* Called by the owner's web server. */
static void on_handover(void *arg)
{
    struct psync_session *s = arg;
    psync_mutex_lock(&s->watch_lock);
    s->wanted = true;
    psync_cond_wake(&s->watch);
    psync_mutex_unlock(&s->watch_lock);
}

/* Under the lock. */
static void hand_over_if_wanted(struct psync_session *s)
{
    if (!s->owner || !psync_owner_handover_wanted(s->owner))
        return;
    PSYNC_LOG(s->open.log, PSYNC_LOG_INFO, "queue handed over", PSYNC_F_TEXT("command", s->open.command));
    psync_owner_free(s->owner);
    s->owner = NULL;
    s->reached = false;
    s->own_from = psync_clock_now() + AFTER_HANDOVER_MS;
}

static void *keeper_main(void *arg)
{
    struct psync_session *s = arg;
    psync_mutex_lock(&s->watch_lock);
    while (!s->stop) {
        bool wanted = s->wanted;
        s->wanted = false;
        if (!wanted) {
            psync_cond_wait(&s->watch, &s->watch_lock);
            continue;
        }
        psync_mutex_unlock(&s->watch_lock);
        psync_mutex_lock(&s->lock);
        hand_over_if_wanted(s);
        psync_mutex_unlock(&s->lock);
        psync_mutex_lock(&s->watch_lock);
    }
    psync_mutex_unlock(&s->watch_lock);
    return NULL;
}

static enum psync_result start_keeper(struct psync_session *s, struct psync_error *err)
{
    if (!s->keeper_runs)
        s->keeper_runs = psync_thread_start(&s->keeper, keeper_main, s);
    return s->keeper_runs ? PSYNC_OK : psync_fail(err, PSYNC_FATAL, "cannot start a thread");
}

/* ---- reaching the owner, or becoming it; under the lock ---- */

static enum psync_result become_owner(struct psync_session *s, struct psync_error *err)
{
    const struct psync_owner_open open = {.config = s->open.config,
                                          .role = PSYNC_OWNER_COMMAND,
                                          .command = s->open.command,
                                          .reader = s->open.reader,
                                          .log = s->open.log,
                                          .on_handover = on_handover,
                                          .arg = s};
    enum psync_result r = start_keeper(s, err);
    if (r == PSYNC_OK && psync_clock_now() < s->own_from)
        return psync_fail(err, PSYNC_RETRY, "the worker that asked for the queue does not serve it yet");
    return r == PSYNC_OK ? psync_owner_new(&open, &s->owner, err) : r;
}

static enum psync_result reach_once(struct psync_session *s, struct psync_error *err)
{
    const struct psync_queue_conf *conf = &s->open.config->queue;
    struct psync_peer peer;
    enum psync_result r = psync_folder_trusted(conf->socket, conf->path, err);
    if (r == PSYNC_REJECT)
        return r;
    r = r == PSYNC_EMPTY ? PSYNC_GONE : psync_peer_ask(s->probe, &peer, err);
    if (r == PSYNC_GONE)
        r = become_owner(s, err);
    else if (r == PSYNC_REJECT || r == PSYNC_RETRY)
        psync_error_prefix(err, "the queue's socket %s", conf->socket);
    return r;
}

static enum psync_result reach(struct psync_session *s, struct psync_error *err)
{
    psync_ms until = psync_clock_now() + CONNECT_MS;
    enum psync_result r;
    hand_over_if_wanted(s);
    if (s->reached)
        return PSYNC_OK;
    psync_owner_free(s->owner); /* whose socket does not answer */
    s->owner = NULL;
    while ((r = reach_once(s, err)) == PSYNC_RETRY && psync_clock_now() < until)
        psync_sleep(TRY_EVERY_MS);
    if (r == PSYNC_RETRY)
        r = psync_peer_silent(&s->open.config->queue, err);
    s->reached = r == PSYNC_OK;
    return r;
}

enum psync_result psync_session_enter(struct psync_session *s, struct psync_queue **ret_queue, struct psync_error *err)
{
    psync_mutex_lock(&s->lock);
    enum psync_result r = reach(s, err);
    if (r == PSYNC_OK)
        *ret_queue = s->owner ? psync_owner_queue(s->owner) : NULL;
    else
        psync_mutex_unlock(&s->lock);
    return r;
}

void psync_session_leave(struct psync_session *s)
{
    psync_mutex_unlock(&s->lock);
}

/* ---- requests ---- */

/* What must not take effect twice, and would if it were sent again. */
static bool is_repeatable(const char *method, const char *target)
{
    static const char replace[] = "/replace";
    size_t n = strlen(target);
    if (strcmp(method, "GET") == 0)
        return true;
    return strcmp(target, "/v1/resend") != 0 &&
           !(n >= sizeof(replace) && strcmp(target + n - (sizeof(replace) - 1), replace) == 0);
}

static enum psync_result result_of(unsigned status)
{
    if (status >= 200 && status < 300)
        return PSYNC_OK;
    if (status == 404)
        return PSYNC_EMPTY;
    if (status == 409 || status == 429 || status == 503)
        return PSYNC_RETRY;
    return status >= 400 && status < 500 ? PSYNC_REJECT : PSYNC_FATAL;
}

static enum psync_result read_answer(unsigned status, const struct psync_buf *body, json_object **ret_answer,
                                     struct psync_error *err)
{
    struct psync_span text = {body->data, body->len};
    enum psync_result r = result_of(status);
    if (r != PSYNC_OK)
        (void)psync_web_client_problem(status, text, err);
    *ret_answer = NULL;
    if (text.len && psync_json_parse(text, ret_answer, NULL) != PSYNC_OK && r == PSYNC_OK)
        return psync_fail(err, PSYNC_FATAL, "the owner's answer is not JSON");
    return r;
}

struct request {
    const char *method, *target, *content_type;
    struct psync_span body;
    bool repeatable;
};

/* Once, under the lock. GONE: not done, and to be tried again elsewhere. */
static enum psync_result try_request(struct psync_session *s, const struct request *rq, json_object **ret_answer,
                                     struct psync_error *err)
{
    struct psync_buf body;
    unsigned status = 0;
    enum psync_result r = reach(s, err);
    if (r != PSYNC_OK)
        return r == PSYNC_RETRY ? PSYNC_FATAL : r;
    psync_buf_init(&body, ANSWER_MAX);
    r = psync_web_client_call(s->client, rq->method, rq->target, rq->content_type, rq->body, &status, &body, err);
    if (r == PSYNC_OK) {
        r = read_answer(status, &body, ret_answer, err);
        if (status == 503 && psync_json_bool(*ret_answer, "handover", false)) {
            json_object_put(*ret_answer);
            *ret_answer = NULL;
            r = PSYNC_GONE;
            s->own_from = psync_clock_now() + AFTER_HANDOVER_MS;
        }
    } else if (r == PSYNC_RETRY) {
        r = rq->repeatable ? PSYNC_GONE : psync_fail(err, PSYNC_FATAL, "no answer came, but it may have been done: look"
                                                     " before doing it again");
    }
    psync_buf_done(&body);
    s->reached = s->reached && r != PSYNC_GONE;
    return r;
}

enum psync_result psync_session_send(struct psync_session *s, const char *method, const char *target,
                                     const char *content_type, struct psync_span body, json_object **ret_answer,
                                     struct psync_error *err)
{
    const struct request rq = {method, target, body.data ? content_type : NULL, body, is_repeatable(method, target)};
    json_object *answer = NULL;
    enum psync_result r = PSYNC_GONE;
    for (int tries = 0; r == PSYNC_GONE && tries < TRIES_MAX; tries++) {
        if (tries)
            psync_sleep(TRY_EVERY_MS);
        psync_mutex_lock(&s->lock);
        r = try_request(s, &rq, &answer, err);
        psync_mutex_unlock(&s->lock);
    }
    if (ret_answer)
        *ret_answer = answer;
    else
        json_object_put(answer);
    return r == PSYNC_GONE ? PSYNC_FATAL : r;
}

enum psync_result psync_session_call(struct psync_session *s, const char *method, const char *target,
                                     struct psync_span body, json_object **ret_answer, struct psync_error *err)
{
    return psync_session_send(s, method, target, "application/json", body, ret_answer, err);
}

/* ---- making and ending ---- */

static enum psync_result make_clients(struct psync_session *s, struct psync_error *err)
{
    struct psync_web_client_conf conf = {.unix_path = s->open.config->queue.socket, .timeout_ms = CALL_TIMEOUT_MS};
    enum psync_result r = psync_web_client_new(&conf, &s->client, err);
    conf.timeout_ms = PROBE_TIMEOUT_MS;
    return r == PSYNC_OK ? psync_web_client_new(&conf, &s->probe, err) : r;
}

enum psync_result psync_session_new(const struct psync_session_open *open, struct psync_session **ret_session,
                                    struct psync_error *err)
{
    struct psync_session *s = calloc(1, sizeof(*s));
    if (!s)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    s->open = *open;
    psync_mutex_init(&s->lock);
    psync_mutex_init(&s->watch_lock);
    psync_cond_init(&s->watch);
    struct psync_queue *queue;
    enum psync_result r = make_clients(s, err);
    if (r == PSYNC_OK)
        r = psync_session_enter(s, &queue, err);
    if (r == PSYNC_OK)
        psync_session_leave(s);
    if (r != PSYNC_OK) {
        psync_session_free(s);
        return r;
    }
    *ret_session = s;
    return PSYNC_OK;
}

void psync_session_free(struct psync_session *s)
{
    if (!s)
        return;
    psync_mutex_lock(&s->watch_lock);
    s->stop = true;
    psync_cond_wake(&s->watch);
    psync_mutex_unlock(&s->watch_lock);
    if (s->keeper_runs)
        PSYNC_INVARIANT(pthread_join(s->keeper, NULL) == 0);
    psync_owner_free(s->owner);
    psync_web_client_free(s->client);
    psync_web_client_free(s->probe);
    psync_cond_done(&s->watch);
    psync_mutex_done(&s->watch_lock);
    psync_mutex_done(&s->lock);
    free(s);
}

const struct psync_config *psync_session_config(const struct psync_session *s)
{
    return s->open.config;
}
