/* worker - delivers from a queue: leases, feeds the engine, settles, until told to stop or drained.
 *
 * psync_worker_run has the calling thread for itself. The other functions may be called from any thread. */
#ifndef PSYNC_DELIVERY_WORKER_H
#define PSYNC_DELIVERY_WORKER_H

#include "delivery/dispatcher.h"
#include "queue/queue.h"

struct psync_worker; /* opaque */

/* What became of one message, after it is durable; on the queue's thread. */
struct psync_delivery_report {
    const struct psync_settlement *settlement;
    psync_ms now;
};
struct psync_worker_open {
    struct psync_queue *queue;
    struct psync_config *config; /* the worker's from here on; kept until psync_worker_free, also after reloads, because
                                    the queue's own settings may be part of it */
    struct psync_log *log;
    void (*report)(void *arg, const struct psync_delivery_report *report); /* may be NULL */
    void *arg;
};
/* REJECT: settings that cannot be used: batch.size with a driver that cannot bind, work.lease too short for
 * http.timeout, a destination's URL or certificates. On failure config stays the caller's. */
PSYNC_CHECKED enum psync_result psync_worker_new(const struct psync_worker_open *open, struct psync_worker **ret_worker,
                                                 struct psync_error *err);
void psync_worker_free(struct psync_worker *w);

/* Until stopped; with `drain` until nothing is in flight and nothing can be leased now or within work.drain_wait
 * (messages of suspended, hand-paused or orphaned destinations are not waited for). FATAL: storage. */
PSYNC_CHECKED enum psync_result psync_worker_run(struct psync_worker *w, bool drain, struct psync_error *err);

/* First call: take nothing new, finish what is in flight within work.grace, release the rest. Second: stop at once. */
void psync_worker_stop(struct psync_worker *w);
/* The queue has something, or has failed: to be called from its on_ready and on_fatal; any thread. */
void psync_worker_wakeup(struct psync_worker *w);
void psync_worker_fail(struct psync_worker *w, const char *why); /* the queue knows more of why */

/* Takes over `config` (the worker's from then on) in the loop. On failure (REJECT, NOMEM; RETRY: the
 * worker does not run) nothing changed, and config stays the caller's. */
PSYNC_CHECKED enum psync_result psync_worker_reload(struct psync_worker *w, struct psync_config *config,
                                                    struct psync_error *err);
/* In effect, and durable. REJECT: no such destination. RETRY: the worker does not run. Another result: in effect, but
 * not durable yet; the worker goes on trying. */
PSYNC_CHECKED enum psync_result psync_worker_pause(struct psync_worker *w, const char *destination, const char *reason,
                                                   struct psync_error *err);
/* GONE: the shop holds it, and `force` is not given: see psync_dispatcher_resume. */
PSYNC_CHECKED enum psync_result psync_worker_resume(struct psync_worker *w, const char *destination, bool force,
                                                    struct psync_error *err);
/* What the shop says of it now; see psync_dispatcher_shop. Also before the worker runs: then it is in effect from the first,
 * and recorded as the first thing that it does. */
PSYNC_CHECKED enum psync_result psync_worker_shop(struct psync_worker *w, const char *destination, const char *why,
                                                  struct psync_error *err);
/* What it has leased of these messages (ids, in any order; sorted by the call) and not begun to send goes back to the
 * queue, with its batch unless that is in doubt. One that does not run has none. */
void psync_worker_let_go(struct psync_worker *w, const char **ids, size_t n);
/* Does its loop go round? True also when it does not run; false after some seconds without a turn. */
bool psync_worker_responds(struct psync_worker *w);
/* A consistent copy of every destination's status; the caller frees. */
PSYNC_CHECKED enum psync_result psync_worker_status(struct psync_worker *w,
                                                    struct psync_destination_status **ret_status, size_t *ret_n);

size_t psync_worker_connections(const struct psync_worker *w); /* open ones, to all destinations */

#endif
