/* direct - the two direct modes: products sent now, from memory, with no queue.
 *
 * simple: one request at a time, no retry. async: many at a time, a failed one tried again async.retries times in
 * memory. Both drive the same engine as the worker. One thread. */
#ifndef PSYNC_DELIVERY_DIRECT_H
#define PSYNC_DELIVERY_DIRECT_H

#include "delivery/dispatcher.h"

struct psync_direct; /* opaque */

/* What became of one product at one destination. */
struct psync_direct_report {
    const struct psync_message *message;
    bool delivered;
    uint32_t tries;
    int32_t status;        /* of the last try; 0: no answer */
    int64_t latency_ms;
    const char *reason;    /* "" when delivered */
    const char *outcome;   /* "delivered", "already there", "failed", "not sent" */
};
struct psync_direct_open {
    const struct psync_config *config;
    bool async;
    struct psync_log *log;
    void (*report)(void *arg, const struct psync_direct_report *report);
    void *arg;
};
PSYNC_CHECKED enum psync_result psync_direct_new(const struct psync_direct_open *open, struct psync_direct **ret_direct,
                                                 struct psync_error *err);
void psync_direct_free(struct psync_direct *d);
/* Takes the message (psync_message_new made it). simple: returns when its outcome was reported. async: returns as
 * soon as there is room for more; outcomes of earlier ones are reported meanwhile. NOMEM, REJECT: the message stays
 * the caller's. */
PSYNC_CHECKED enum psync_result psync_direct_send(struct psync_direct *d, struct psync_message *message,
                                                  struct psync_error *err);
/* Goes on sending and reporting until the descriptor can be read (or has ended), for a caller whose next product comes
 * from there. GONE: psync_direct_stop was called. FATAL: as psync_direct_send. */
PSYNC_CHECKED enum psync_result psync_direct_wait(struct psync_direct *d, int fd, struct psync_error *err);
/* Waits for the rest. */
PSYNC_CHECKED enum psync_result psync_direct_finish(struct psync_direct *d, struct psync_error *err);
void psync_direct_stop(struct psync_direct *d); /* any thread: nothing new is sent; the rest is reported "not sent" */

#endif
