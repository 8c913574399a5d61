/* owner - the process that owns a queue file: its lock, its queue, and the API on its socket.
 *
 * One process at a time owns an embedded queue file (queue/queue.h, "ownership"). Whoever does serves the HTTP API
 * on queue.socket, so that every other process goes through it. There are two kinds: a worker (`work`, `serve`)
 * keeps the file until it ends; a command that found nobody (`produce`, `status`) is a temporary owner and gives the
 * file up when a worker asks with POST /v1/handover. Commands do not use this header: admin/session.h decides for
 * them.
 *
 *   psync_owner_new     lock, queue, socket        (each needs the one before)
 *   psync_owner_free    socket, queue, lock        (answers what it accepted, then stops)
 *
 * The functions may be called from any thread but the queue's and the web server's, except where it says so. */
#ifndef PSYNC_ADMIN_OWNER_H
#define PSYNC_ADMIN_OWNER_H

#include "admin/meters.h"
#include "admin/reader.h"
#include "admin/site.h"
#include "config/config.h"
#include "delivery/worker.h"
#include "queue/queue.h"

struct psync_owner; /* opaque */

enum psync_owner_role {
    PSYNC_OWNER_COMMAND, /* temporary: hands over when asked */
    PSYNC_OWNER_WORKER
};

struct psync_owner_open {
    const struct psync_config *config; /* outlives the owner (the queue reads its settings) */
    enum psync_owner_role role;
    const char *command;               /* "work", "produce": named to whoever finds the file taken */
    const struct psync_product_reader *reader; /* outlives the owner */
    struct psync_log *log;             /* may be NULL */
    void (*on_ready)(void *arg);       /* something became leasable; any thread; may be NULL */
    void (*on_fatal)(void *arg, const char *why); /* the queue's; any thread; may be NULL */
    void (*on_warning)(void *arg, const char *text); /* what the operator should see to; any thread; may be NULL */
    bool (*is_stopping)(void *arg);    /* WORKER: asked while it waits for a hand-over; true: give up; may be NULL */
    void (*on_handover)(void *arg);    /* a worker asks for the file (COMMAND only): free the owner soon. On the
                                          server's thread, perhaps more than once; must not block; may be NULL */
    void *arg;
};

/* Creates the state folder (0700) if it is missing, takes the lock, opens the queue, serves the socket: 0600, or
 * 0660 and queue.socket_group. A worker asks a temporary owner to hand over and waits for at most
 * PSYNC_OWNER_HANDOVER_MS.
 *   EMPTY   WORKER: given up, because is_stopping said so
 *   RETRY   COMMAND: somebody else owns the file (`err` names pid and command). WORKER: a temporary owner did not hand
 *           over in time
 *   REJECT  another worker owns it ("another worker (pid 12, work) ..."), or queue or socket cannot be opened: one
 *           clear line with path and remedy
 *   FATAL   storage or system failed */
enum { PSYNC_OWNER_HANDOVER_MS = 30000 };
PSYNC_CHECKED enum psync_result psync_owner_new(const struct psync_owner_open *open, struct psync_owner **ret_owner,
                                                struct psync_error *err);
/* Serves over TCP too, until the owner ends; at most once. Results as psync_site_new. */
PSYNC_CHECKED enum psync_result psync_owner_serve(struct psync_owner *o, const struct psync_site_open *open,
                                                  struct psync_error *err);
struct psync_site *psync_owner_site(struct psync_owner *o); /* NULL: none */
/* Takes no new requests, answers those it has (for at most some seconds); a backup or a check ends at once, undone.
 * NULL is fine. */
void psync_owner_drain(struct psync_owner *o);
/* Lets psync_owner_drain wait no more; any thread, until psync_owner_free. */
void psync_owner_hurry(struct psync_owner *o);
/* Drains it if that was not done, then closes socket, queue and lock. Detach the worker first. NULL is fine. */
void psync_owner_free(struct psync_owner *o);

struct psync_queue *psync_owner_queue(struct psync_owner *o);      /* valid until free */
struct psync_meters *psync_owner_meters(struct psync_owner *o);    /* where who delivers reports; valid until free */
bool psync_owner_handover_wanted(const struct psync_owner *o);     /* any thread */

/* The running worker, whose status, pause and resume the API then uses; NULL detaches it. When the call returns, nobody
 * uses the one before: detach before psync_worker_free. */
void psync_owner_attach_worker(struct psync_owner *o, struct psync_worker *worker);
/* After a reload: destinations, product rules and `config show` of the API and the queue's limits follow `config`, which
 * outlives the owner or the next call. When the call returns, nobody uses the one before; what of the queue needs a
 * restart stays that of the start. Other results: nothing changed. */
PSYNC_CHECKED enum psync_result psync_owner_set_config(struct psync_owner *o, const struct psync_config *config,
                                                       struct psync_error *err);

#endif
