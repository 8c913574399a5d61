/* peer - the owner of a queue file as another process sees it, through its socket. */
#ifndef PSYNC_ADMIN_PEER_H
#define PSYNC_ADMIN_PEER_H

#include "config/config.h"
#include "web/client.h"

struct psync_peer {
    int64_t pid;
    char command[32];
    bool worker; /* else a temporary owner */
};

/* Who is it? OK; GONE: nobody listens; RETRY: no whole answer; REJECT: we may not ask, or it is no owner of ours. */
PSYNC_CHECKED enum psync_result psync_peer_ask(struct psync_web_client *client, struct psync_peer *ret_peer,
                                               struct psync_error *err);
/* Asks it to hand over. OK: it will; results as above. */
PSYNC_CHECKED enum psync_result psync_peer_handover(struct psync_web_client *client, struct psync_error *err);
/* Somebody has the queue and does not answer on its socket: says in `err` who, and what to do. Returns PSYNC_RETRY. */
enum psync_result psync_peer_silent(const struct psync_queue_conf *conf, struct psync_error *err);

#endif
