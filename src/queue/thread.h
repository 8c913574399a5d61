/* thread - the inside of the facade: its thread, and the operations others hand to it. */
#ifndef PSYNC_QUEUE_THREAD_H
#define PSYNC_QUEUE_THREAD_H

#include "base/containers.h"
#include "queue/queue.h"

#include <pthread.h>

enum psync_op_kind {
    PSYNC_OP_PUT, PSYNC_OP_LEASE, PSYNC_OP_SETTLE, PSYNC_OP_EXTEND, PSYNC_OP_BIND, PSYNC_OP_REQUEUE, PSYNC_OP_DISCARD,
    PSYNC_OP_REPLACE, PSYNC_OP_HOLD, PSYNC_OP_NOTE, PSYNC_OP_COUNTS, PSYNC_OP_CONFIGURE,
    PSYNC_OP_KINDS
};

/* Something to do. Submitted once; `finish` is called once on the queue's thread, when the result is durable, and owns
 * the operation then. */
struct psync_op {
    struct psync_link link;
    enum psync_op_kind kind;
    enum psync_result result;
    struct psync_error *err;                /* may be NULL */
    void (*finish)(struct psync_op *op);
    union {
        struct { struct psync_put *puts; size_t n; psync_put_done *done; } put;
        struct {
            struct psync_want *wants; size_t n;
            struct psync_message **messages; size_t n_messages; psync_ms next_due;
            psync_lease_done *done;
        } lease;
        struct { struct psync_settle *settles; size_t n; psync_settle_done *done; } settle;
        struct { struct psync_message *const *messages; size_t n; psync_ms until; } extend;
        struct { struct psync_message *const *members; size_t n; const char *key; psync_bind_done *done; } bind;
        struct { struct psync_select *select; uint64_t changed, missing, newer, busy; char cursor[PSYNC_ID_MAX]; } sweep;
        struct { const char *id; struct psync_put *put; } replace;
        struct { const char *destination; const struct psync_hold *hold; } hold;
        struct { const char *destination; const struct psync_figures *figures; } note;
        struct { const char *destination; struct psync_counts *counts; } counts;
        struct { const struct psync_queue_conf *conf; } configure;
    } u;
    void *arg;
};

/* When an operation's turn is within a round. Verdicts and extensions come before leases, because a lease makes free
 * what ran out: an answer that waited out a slow sync must not be too late for that. */
enum psync_op_turn { PSYNC_TURN_VERDICTS, PSYNC_TURN_LEASES, PSYNC_TURN_WORK, PSYNC_TURNS };

struct psync_queue {
    struct psync_queue_open open;
    struct psync_queue_conf conf; /* open.conf points to it; its limits change at a reload, on the queue's thread */
    const struct psync_queue_driver *driver;
    void *self;
    pthread_t thread;

    pthread_mutex_t lock; /* of what follows, up to `why` */
    pthread_cond_t wake;
    struct psync_link incoming[PSYNC_TURNS];
    size_t unanswered;    /* operations, from being submitted to the round after their `finish` */
    bool stopping, fatal;
    struct psync_error why;

    /* the thread's own */
    struct psync_link todo[PSYNC_TURNS], group; /* to be done; done, and waiting for the commit */
    size_t answered;               /* in this round */
    size_t group_verdicts;
    uint64_t group_since_us;       /* when the first of the group came; 0: nothing to commit */
    bool commit_now, made_ready, active;
    uint64_t tidy_at_us;

    pthread_mutex_t reading, maintaining; /* lists; backup and check */
};

/* What an operation asks of the commit. */
enum psync_op_commit { PSYNC_COMMIT_NONE, PSYNC_COMMIT_SHARED, PSYNC_COMMIT_NOW };
struct psync_op_rule {
    enum psync_op_turn turn;
    enum psync_op_commit commit;
    /* Calls the driver. Undone (NOMEM, RETRY) it can be called again. */
    enum psync_result (*run)(struct psync_queue *q, struct psync_op *op, struct psync_error *err);
    bool (*readies)(const struct psync_op *op);  /* whether it made something leasable; NULL: it cannot */
    bool (*more)(struct psync_op *op);           /* after its commit: another slice is to come; NULL: never */
};
extern const struct psync_op_rule psync_op_rules[PSYNC_OP_KINDS];

/* RETRY: too many wait already. Otherwise `finish` will be called. */
PSYNC_CHECKED enum psync_result psync_queue_submit(struct psync_queue *q, struct psync_op *op);
/* Submits and waits; the operation may lie on the stack. */
PSYNC_CHECKED enum psync_result psync_queue_do(struct psync_queue *q, struct psync_op *op, struct psync_error *err);
/* Submits all and waits for all, so that they share commits. OK: each has its own result, and words in its `err`. */
PSYNC_CHECKED enum psync_result psync_queue_do_all(struct psync_queue *q, struct psync_op *ops, size_t n);
PSYNC_CHECKED enum psync_result psync_queue_start(struct psync_queue *q, struct psync_error *err);
void psync_queue_stop(struct psync_queue *q);
void psync_queue_fail(struct psync_queue *q, const char *why); /* any thread */
psync_ms psync_queue_now(const struct psync_queue *q);

#endif
