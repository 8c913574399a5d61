/* message - one product on its way to one destination: what it is, and which states it can be in.
 *
 * Payload bytes and idempotency key are frozen when the message is put and are the same at every attempt.
 *
 *          put                lease                settle(done)
 *   -------------> READY ---------------> IN_FLIGHT ----------> DONE
 *                  ^  ^ ^                 |   |   |
 *                  |  | +--release/expiry-+   |   +--dead--> DEAD --discard--> DISCARDED
 *                  |  +--due-- DELAYED <-retry+               | \--replace--> REPLACED
 *                  +------------------requeue-----------------+
 *
 * READY and DELAYED are discarded too, where what a message tells of is gone before it could be told.
 * States change through psync_state_next alone. */
#ifndef PSYNC_QUEUE_MESSAGE_H
#define PSYNC_QUEUE_MESSAGE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/result.h"

#include <stdint.h>

enum psync_state { /* stored in queue files: never renumber */
    PSYNC_STATE_READY = 0,
    PSYNC_STATE_IN_FLIGHT = 1,
    PSYNC_STATE_DELAYED = 2,
    PSYNC_STATE_DEAD = 3,
    PSYNC_STATE_DONE = 4,
    PSYNC_STATE_DISCARDED = 5, /* on purpose; its key is forgotten */
    PSYNC_STATE_REPLACED = 6,  /* by a new message with a new key; its own stays known */
    PSYNC_STATES
};
enum psync_event {
    PSYNC_EVENT_LEASE, PSYNC_EVENT_DONE, PSYNC_EVENT_RETRY, PSYNC_EVENT_DEAD,
    PSYNC_EVENT_RELEASE, /* and lease expiry */
    PSYNC_EVENT_DUE, PSYNC_EVENT_REQUEUE, PSYNC_EVENT_DISCARD, PSYNC_EVENT_REPLACE,
    PSYNC_EVENTS
};
const char *psync_state_name(enum psync_state s); /* "ready", "in flight", ... */
/* PSYNC_REJECT: that event does not happen in that state. */
PSYNC_CHECKED enum psync_result psync_state_next(enum psync_state s, enum psync_event e, enum psync_state *ret_next);

enum {
    PSYNC_ID_MAX = 64,           /* bytes with the NUL: a driver's message id as text */
    PSYNC_KEY_MAX = 256,         /* an idempotency key */
    PSYNC_NAME_MAX = 80,         /* a destination's name */
    PSYNC_SHOP_MAX = 64,         /* a shop's identity */
    PSYNC_TYPE_MAX = 64,
    PSYNC_TRACE_MAX = 64,        /* a traceparent */
    PSYNC_BATCH_KEY_MAX = 40,    /* "batch:" and 32 hex digits */
    PSYNC_BATCH_MEMBERS_MAX = 1000,
    PSYNC_CAUSE_TEXT_MAX = 200,  /* a problem type, an error */
    PSYNC_HEAD_MAX = 2048,       /* bytes kept of a failed attempt's response */
    PSYNC_PAYLOAD_MAX = 1 << 20,
    PSYNC_ATTEMPTS_KEPT = 20
};

/* The ordering key. */
struct psync_subject {
    int64_t product;
    const char *shop; /* identity: "" or "uuid:id_shop" */
};

/* What one request for one message came to. */
struct psync_attempt {
    psync_ms at;             /* when the request began, wall clock */
    int32_t status;          /* HTTP status; 0: no answer */
    int64_t latency_ms;
    bool counted;            /* towards retry.attempts */
    bool unanswered;         /* it may have taken effect, and no answer says: not so for a refused connection */
    const char *error;       /* "" for a success; else a few words, the same for the same cause ("timed out") */
    const char *problem;     /* type of an RFC 9457 answer, or "" */
    struct psync_span head;  /* of a failure's response: its head, then as much of the body as fits PSYNC_HEAD_MAX */
};

/* A leased message: one allocation, freed by psync_message_free by whoever got it from a lease. */
struct psync_message {
    char id[PSYNC_ID_MAX];      /* the driver's */
    uint64_t lease;             /* the driver's proof that it is ours; 0: not leased (a direct mode's message) */
    const char *key, *destination, *type, *trace; /* never NULL */
    struct psync_subject subject;
    struct psync_span payload;
    uint32_t revision;
    psync_ms created_at;
    uint32_t attempts;          /* counted failures so far */
    uint32_t tries;             /* requests so far */
    psync_ms last_try_at;       /* 0: none yet */
    bool last_unanswered;       /* some earlier try under the key it goes by now (its own or its batch's) ended without
                                   an answer, or its batch was bound by a process that is gone: it may have taken
                                   effect */
    psync_ms first_active_ms;   /* the destination's active time (psync_destination_figures) at the first try; -1 */
    const char *batch_key;      /* of the batch it is bound to; "" */
    uint32_t batch_pos, batch_count;
};

/* Copies all texts into one block. NULL: no memory. */
struct psync_message *psync_message_new(const struct psync_message *like);
void psync_message_free(struct psync_message *m); /* NULL is fine */

#endif
