/* feed - products into the queue at full speed, for `produce`.
 *
 * Collects products into batches, which a thread of the feed's puts in order: directly into the queue while this
 * process owns it, else through the owner's socket; so reading the input and writing the queue go on side by side.
 * Each product goes to every destination of the owner's settings. What is reported as new or known is durable. When
 * the queue is full the feed waits for room, at most `full_wait` since it last took anything. A batch that got no
 * answer is put again: keys make that safe.
 *
 * One thread calls these functions; while a feed lives its session makes no other call. */
#ifndef PSYNC_ADMIN_FEED_H
#define PSYNC_ADMIN_FEED_H

#include "admin/session.h"

struct psync_feed; /* opaque */

enum psync_feed_outcome {
    PSYNC_FEED_NEW,     /* new at some destination at least */
    PSYNC_FEED_KNOWN,   /* known at every destination already */
    PSYNC_FEED_REFUSED, /* by the owner; `reason` says why */
    PSYNC_FEED_OUTCOMES
};
struct psync_feed_result {
    uint64_t line;              /* as given to psync_feed_put */
    int64_t product;
    enum psync_feed_outcome outcome;
    enum psync_state state;     /* KNOWN: of the message that has the key, at the first destination */
    const char *reason;         /* REFUSED; else "" */
};
struct psync_feed_open {
    struct psync_session *session;
    const char *shop;           /* source.shop; borrowed */
    const char *type;           /* NULL: "product.created"; borrowed */
    uint32_t revision;
    psync_ms full_wait;
    /* Every product's result, in the order of the puts; on the caller's thread, from psync_feed_put and _finish. */
    void (*on_result)(void *arg, const struct psync_feed_result *result);
    void (*on_full)(void *arg, const char *why); /* the queue is full, waiting begins; same thread; may be NULL */
    void *arg;
};

PSYNC_CHECKED enum psync_result psync_feed_new(const struct psync_feed_open *open, struct psync_feed **ret_feed,
                                               struct psync_error *err);
/* Copies. The result comes later, through on_result. RETRY: the queue stayed full; FATAL, REJECT: the queue cannot
 * be reached or used; NOMEM. After a failure the feed takes nothing more, and psync_feed_stopped_at says where it
 * stopped. */
PSYNC_CHECKED enum psync_result psync_feed_put(struct psync_feed *f, uint64_t line, int64_t product,
                                               struct psync_span payload, struct psync_error *err);
/* Lets what was given so far be put now: its caller's next product may be long in coming. Does not wait. */
void psync_feed_flush(struct psync_feed *f);
/* Puts the rest and waits for all results; to be called once, at the end of the input. Results as psync_feed_put. */
PSYNC_CHECKED enum psync_result psync_feed_finish(struct psync_feed *f, struct psync_error *err);
uint64_t psync_feed_stopped_at(const struct psync_feed *f); /* line of the first product without a result; 0: none */
void psync_feed_free(struct psync_feed *f); /* abandons what has no result yet; NULL is fine */

#endif
