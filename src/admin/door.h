/* door - the socket at which an owner of a queue serves its API: its file, who may use it, and how it comes back when
 * somebody removed it. */
#ifndef PSYNC_ADMIN_DOOR_H
#define PSYNC_ADMIN_DOOR_H

#include "config/config.h"
#include "web/server.h"

struct psync_door; /* opaque */

struct psync_door_open {
    const struct psync_config *config;    /* queue.socket, its group, the folders; outlives the door */
    const struct psync_web_route *routes;
    size_t n_routes, max_body_bytes;
    void (*on_warning)(void *arg, const char *text); /* any thread; not before psync_door_new */
    void *arg;
};

/* The caller owns the queue's lock. Mode 0600; or 0660 and queue.socket_group, and the folder lets that group through
 * if it is one of ours, else a warning says what to do. REJECT, FATAL: one clear line. */
PSYNC_CHECKED enum psync_result psync_door_new(const struct psync_door_open *open, struct psync_door **ret_door,
                                               struct psync_error *err);
/* Makes the socket again if its file is gone, at most once a second; to be called about as often, by one who knows that
 * the lock is still held. Connections that are there stay. Any thread. */
void psync_door_look(struct psync_door *d);
/* Removes the file, if it is still ours, and closes every connection. */
void psync_door_close(struct psync_door *d);
/* Closes it if that was not done; nobody looks any more. NULL is fine. */
void psync_door_free(struct psync_door *d);

#endif
