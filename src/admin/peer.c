/* peer - see the header. */
#include "admin/peer.h"

#include "base/json.h"
#include "queue/queue.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX = 64 << 10 };

static enum psync_result read_peer(struct psync_span answer, struct psync_peer *ret_peer, struct psync_error *err)
{
    json_object *o = NULL;
    enum psync_result r = psync_json_parse(answer, &o, err);
    const char *command = psync_json_text(o, "command"), *role = psync_json_text(o, "role");
    if (r == PSYNC_OK && command && role) {
        *ret_peer = (struct psync_peer){.pid = psync_json_int(o, "pid", 0), .worker = strcmp(role, "worker") == 0};
        (void)snprintf(ret_peer->command, sizeof(ret_peer->command), "%s", command);
    } else if (r == PSYNC_OK) {
        r = psync_fail(err, PSYNC_REJECT, "what listens on the queue's socket is no productsync");
    }
    json_object_put(o);
    return r;
}

enum psync_result psync_peer_ask(struct psync_web_client *client, struct psync_peer *ret_peer, struct psync_error *err)
{
    struct psync_buf answer;
    unsigned status = 0;
    psync_buf_init(&answer, ANSWER_MAX);
    enum psync_result r = psync_web_client_call(client, "GET", "/v1/owner", NULL, (struct psync_span){NULL, 0}, &status,
                                                &answer, err);
    if (r == PSYNC_OK && status != 200)
        r = psync_web_client_problem(status, (struct psync_span){answer.data, answer.len}, err);
    if (r == PSYNC_OK)
        r = read_peer((struct psync_span){answer.data, answer.len}, ret_peer, err);
    psync_buf_done(&answer);
    return r;
}

enum psync_result psync_peer_handover(struct psync_web_client *client, struct psync_error *err)
{
    struct psync_buf answer;
    unsigned status = 0;
    psync_buf_init(&answer, ANSWER_MAX);
    enum psync_result r = psync_web_client_call(client, "POST", "/v1/handover", "application/json", PSYNC_SPAN("{}"),
                                                &status, &answer, err);
    if (r == PSYNC_OK && status >= 300)
        r = psync_web_client_problem(status, (struct psync_span){answer.data, answer.len}, err);
    psync_buf_done(&answer);
    return r;
}

enum psync_result psync_peer_silent(const struct psync_queue_conf *conf, struct psync_error *err)
{
    char end[48] = "end it";
    struct psync_lock_holder holder;
    psync_queue_lock_holder(conf->path, &holder);
    if (holder.pid > 0)
        (void)snprintf(end, sizeof(end), "end it (kill %ld)", holder.pid);
    return psync_fail(err, PSYNC_RETRY,
                      "queue file %s is in use by %s, which does not answer on %s: try again in a moment; if it is"
                      " stopped (Ctrl-Z), continue it, else %s and try again", conf->path, holder.words, conf->socket,
                      end);
}
