/* types - the values that go through the queue contract: puts, verdicts, counts, rows of lists. */
#ifndef PSYNC_QUEUE_TYPES_H
#define PSYNC_QUEUE_TYPES_H

#include "queue/message.h"

/* Disk space kept free, beside queue.reserve, for each message that waits: its outcome, its attempt and a line in the
 * log of deliveries, which often lies on the same disk. */
enum { PSYNC_SETTLING_BYTES = 512 };

enum psync_capability {
    PSYNC_CAN_BIND = 1 << 0,            /* without it batch.size above 1 is refused at start */
    PSYNC_CAN_KEYS = 1 << 1,            /* KNOWN: duplicates refused by key */
    PSYNC_CAN_ORDER = 1 << 2,           /* per subject, kept across retries */
    PSYNC_CAN_DELAY = 1 << 3,           /* not_before kept to the millisecond */
    PSYNC_CAN_EXPIRE = 1 << 4,          /* leases run out; extend works */
    PSYNC_CAN_COUNT = 1 << 5,           /* exact counts */
    PSYNC_CAN_AGE = 1 << 6,             /* oldest waiting */
    PSYNC_CAN_HISTORY = 1 << 7,         /* attempts, outcomes, find by product */
    PSYNC_CAN_WITHDRAW = 1 << 8,        /* discard takes what waits, too */
    PSYNC_CAN_SHARE_PACING = 1 << 9     /* holds and rates are shared by all workers */
};
const char *psync_capability_name(enum psync_capability c); /* "bind", "keys", ... */

/* ---- put ---- */
enum psync_put_outcome { PSYNC_PUT_NEW, PSYNC_PUT_KNOWN, PSYNC_PUT_FULL };
struct psync_put {
    const char *destination, *key, *type, *trace; /* borrowed until the call or its callback returns; trace may be "" */
    struct psync_subject subject;
    struct psync_span payload;
    uint32_t revision;
    psync_ms created_at;
    /* filled */
    enum psync_put_outcome ret_outcome;
    enum psync_state ret_state;   /* KNOWN: of the message that has the key */
    bool ret_same_payload;        /* KNOWN: whether its payload was the same */
    char ret_id[PSYNC_ID_MAX];    /* NEW, KNOWN */
    const char *ret_why;          /* FULL: what is full and the setting that says so; static text; else "" */
};

/* ---- lease ---- */
struct psync_want {
    const char *destination;
    size_t max;
    psync_ms until;  /* when the lease runs out */
};

/* ---- settle ---- */
enum psync_verdict { PSYNC_VERDICT_DONE, PSYNC_VERDICT_RETRY, PSYNC_VERDICT_DEAD, PSYNC_VERDICT_RELEASE };
struct psync_settle {
    const struct psync_message *message;
    enum psync_verdict verdict;
    psync_ms not_before;           /* RETRY */
    bool unbind;                   /* RETRY, RELEASE: it leaves its batch, because an answer ended it */
    psync_ms first_active_ms;      /* kept with the message; see psync_message */
    struct psync_attempt attempt;  /* recorded, but for RELEASE */
    enum psync_result ret;         /* filled: OK, GONE */
};

/* ---- dead letters ---- */
struct psync_cause {
    const char *problem;  /* RFC 9457 type or "" */
    int32_t status;       /* 0: none */
    const char *error;
};
struct psync_group {
    const char *destination;
    char id[24];          /* names the cause in commands: 16 hex digits of a hash over destination and cause */
    struct psync_cause cause;
    uint64_t count;
    const char *example;  /* a message id */
    psync_ms oldest, newest; /* when they died; 0: not known */
};

/* Which dead letters: by ids, or by group, or all (of a destination or of all). */
struct psync_select {
    const char *const *ids; size_t n_ids;
    const char *group;          /* psync_group.id; NULL */
    const char *destination;    /* NULL: any */
    size_t max;                 /* of one slice */
    bool force;                 /* requeue although a newer message of the subject was delivered */
    bool waiting;               /* discard, by ids: messages that wait (ready, delayed) as well as dead letters */
    const char *cursor;         /* where the slice begins; "" at first; the driver fills ret_cursor */
    /* filled, added up over the slices by the facade */
    uint64_t ret_changed, ret_missing /* ids of nothing it is for */, ret_newer /* refused without force */,
        ret_busy; /* `waiting`: leased, or in a batch that may have taken effect and has to go again whole */
    char ret_cursor[PSYNC_ID_MAX];
    bool ret_more;
};

/* ---- destinations ---- */
enum {
    PSYNC_HOLD_SETTINGS_MAX = 17,               /* 16 hex digits and a NUL */
    PSYNC_HOLD_PAUSED_MAX = 2 * PSYNC_CAUSE_TEXT_MAX /* what the shop says and what was said by hand: queue/hold.h */
};
enum psync_proving {            /* stored in queue files: never renumber */
    PSYNC_PROVING_NOT = 0,
    PSYNC_PROVING_DELIVERY = 1, /* no 2xx yet since a suspension ended: the next delivery is the trial */
    PSYNC_PROVING_REFUSALS = 2  /* the same, since it refused every message: a refusal fails the trial. Also while it is
                                   still suspended for that */
};
struct psync_hold {
    bool paused, suspended;                /* by hand or by the shop: queue/hold.h; because the destination is at fault */
    enum psync_proving proving;
    psync_ms paused_since, suspended_since;
    psync_ms throttled_until;              /* 429, 503 with Retry-After; 0: not */
    char paused_reason[PSYNC_HOLD_PAUSED_MAX], suspended_reason[PSYNC_CAUSE_TEXT_MAX],
        throttled_reason[PSYNC_CAUSE_TEXT_MAX];
    char suspended_settings[PSYNC_HOLD_SETTINGS_MAX]; /* digest of those it was suspended under; "" : not known */
};
struct psync_figures {
    psync_ms last_success_at;   /* 0: never */
    psync_ms active_ms;         /* time in which it was neither held nor its breaker open, since its first message */
    psync_ms active_at;         /* when active_ms was taken */
    bool blocked;               /* whether it stood still then */
    char state[PSYNC_CAUSE_TEXT_MAX]; /* breaker and pace in words, for status while no worker runs */
};
struct psync_counts {
    uint64_t ready, in_flight, delayed, dead; /* ready includes successors that wait for their subject's turn */
    uint64_t done;              /* kept in the history */
    psync_ms oldest_at;         /* created_at of the oldest unfinished; 0: none */
    psync_ms next_due_at;       /* of the delayed; PSYNC_MS_NEVER */
};
struct psync_destination_row {
    const char *name;
    struct psync_counts counts;
    struct psync_hold hold;
    struct psync_figures figures;
};

/* ---- lists ----
 * Order: ready by product, delayed by when they are due, dead by cause, in flight oldest first; finished ones, all
 * states and one product: latest first. */
struct psync_filter {
    const char *destination;        /* NULL: any */
    int64_t product;                /* 0: any */
    const char *shop;               /* with a product: its identity, or what follows the colon in it; NULL: any */
    bool any_state; enum psync_state state;
    const char *group;              /* of dead letters; NULL */
    const char *cursor;             /* "" at first */
};
struct psync_row {                  /* borrowed, for the time of the visit */
    const char *id, *key, *destination, *type, *trace, *cursor;
    struct psync_subject subject;
    struct psync_span payload;
    uint32_t revision, attempts, tries;
    enum psync_state state;
    psync_ms created_at, not_before, settled_at;
    struct psync_cause cause;       /* of the last failure */
    const char *replaced_by;        /* key of the new message, or "" */
    const char *batch_key;
    bool waits_for_turn;            /* ready, but an older message of its subject is unfinished */
};
struct psync_outcome {
    uint64_t seq;                   /* the next cursor */
    const char *id, *key, *destination, *replaced_by;
    struct psync_subject subject;
    enum psync_state state;         /* DONE, DEAD, READY (requeued), DISCARDED, REPLACED */
    psync_ms at;
    uint32_t tries;                 /* requests for it up to now */
    int32_t status;
    const char *error;
};
typedef bool psync_visit_destination(void *arg, const struct psync_destination_row *row);
typedef bool psync_visit_group(void *arg, const struct psync_group *group);
typedef bool psync_visit_row(void *arg, const struct psync_row *row);
typedef bool psync_visit_attempt(void *arg, const struct psync_attempt *attempt);
typedef bool psync_visit_outcome(void *arg, const struct psync_outcome *outcome);

#endif
