/* feed_impl - a batch of products, and how it gets into the queue. */
#ifndef PSYNC_ADMIN_FEED_IMPL_H
#define PSYNC_ADMIN_FEED_IMPL_H

#include "admin/feed.h"

enum { PSYNC_FEED_BATCH = 1000, PSYNC_FEED_BATCH_BYTES = 1 << 20 };

struct psync_feed_item {
    uint64_t line;
    int64_t product;
    size_t at, len;                  /* of its payload in `text` */
    bool settled;                    /* the next three are known */
    enum psync_feed_outcome outcome;
    enum psync_state state;
    size_t reason_at;                /* REFUSED: in `reasons` */
};
struct psync_feed_batch {
    struct psync_buf text;           /* payloads, each with an LF */
    struct psync_buf reasons;        /* each with a NUL */
    struct psync_feed_item items[PSYNC_FEED_BATCH];
    size_t n, n_settled;
};

/* What all batches of a feed share. */
struct psync_feed_way {
    struct psync_session *session;
    const char *shop, *type;
    uint32_t revision;
    struct psync_buf target;         /* of the API */
};

/* Puts what is not settled yet, and settles what it can. RETRY: the queue is full; `err` says why. */
PSYNC_CHECKED enum psync_result psync_feed_deliver(const struct psync_feed_way *way, struct psync_feed_batch *batch,
                                                   struct psync_error *err);

#endif
