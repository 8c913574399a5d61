/* ops - what each operation asks of the driver, and what a driver may not answer. */
#include "queue/thread.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEP_SLICE = 500 };

static enum psync_result cannot(const struct psync_queue *q, const char *what, struct psync_error *err)
{
    return psync_fail(err, PSYNC_REJECT, "the queue driver %s cannot %s", q->driver->name, what);
}

static enum psync_result run_put(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    enum psync_result r = q->driver->put(q->self, op->u.put.puts, op->u.put.n, psync_queue_now(q), err);
    for (size_t i = 0; r == PSYNC_OK && i < op->u.put.n; i++)
        PSYNC_INVARIANT(op->u.put.puts[i].ret_outcome <= PSYNC_PUT_FULL);
    return r;
}

static bool put_readies(const struct psync_op *op)
{
    for (size_t i = 0; op->result == PSYNC_OK && i < op->u.put.n; i++)
        if (op->u.put.puts[i].ret_outcome == PSYNC_PUT_NEW)
            return true;
    return false;
}

/* Some want failed: what the earlier ones leased is leased by nobody. Each message by itself, for there may be no
 * memory for an array. FATAL: the driver must not be called again. */
static enum psync_result give_back(struct psync_queue *q, struct psync_message **messages, size_t n,
                                   enum psync_result why, struct psync_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct psync_settle release = {.message = messages[i], .verdict = PSYNC_VERDICT_RELEASE};
        enum psync_result r = why;
        if (why != PSYNC_FATAL)
            r = q->driver->settle(q->self, &release, 1, psync_queue_now(q), err);
        if (r == PSYNC_FATAL) /* any other failure: its lease runs out by itself */
            why = r;
        psync_message_free(messages[i]);
    }
    free(messages);
    q->commit_now = q->commit_now || n > 0;
    return why;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The answer is in `op` only when it is whole. */
static enum psync_result run_lease(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    psync_ms now = psync_queue_now(q), next_due = PSYNC_MS_NEVER;
    size_t room = 1, n = 0;
    for (size_t i = 0; i < op->u.lease.n; i++)
        room += larger(op->u.lease.wants[i].max, PSYNC_BATCH_MEMBERS_MAX);
    struct psync_message **messages = malloc(room * sizeof(struct psync_message *));
    if (messages == NULL)
        return PSYNC_NOMEM;
    for (size_t i = 0; i < op->u.lease.n; i++) {
        const struct psync_want *want = &op->u.lease.wants[i];
        size_t got = 0;
        psync_ms due = PSYNC_MS_NEVER;
        enum psync_result r = q->driver->lease(q->self, want, now, messages + n, &got, &due, err);
        if (r != PSYNC_OK && r != PSYNC_EMPTY)
            return give_back(q, messages, n, r, err);
        PSYNC_INVARIANT((got > 0) == (r == PSYNC_OK));
        PSYNC_INVARIANT(got <= want->max || got == messages[n]->batch_count);
        for (size_t k = n; k < n + got; k++)
            PSYNC_INVARIANT(messages[k]->lease != 0);
        n += got;
        next_due = due < next_due ? due : next_due;
    }
    op->u.lease.next_due = next_due;
    if (n == 0) {
        free(messages);
        return PSYNC_EMPTY;
    }
    op->u.lease.messages = messages;
    op->u.lease.n_messages = n;
    return PSYNC_OK;
}

static enum psync_result run_settle(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    enum psync_result r = q->driver->settle(q->self, op->u.settle.settles, op->u.settle.n, psync_queue_now(q), err);
    for (size_t i = 0; r == PSYNC_OK && i < op->u.settle.n; i++)
        PSYNC_INVARIANT(op->u.settle.settles[i].ret == PSYNC_OK || op->u.settle.settles[i].ret == PSYNC_GONE);
    return r;
}

/* A retry is due later; any other verdict may let a successor go, or the message itself. */
static bool settle_readies(const struct psync_op *op)
{
    for (size_t i = 0; op->result == PSYNC_OK && i < op->u.settle.n; i++)
        if (op->u.settle.settles[i].verdict != PSYNC_VERDICT_RETRY)
            return true;
    return false;
}

static enum psync_result run_extend(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    if (q->driver->extend == NULL)
        return cannot(q, "extend leases", err);
    return q->driver->extend(q->self, op->u.extend.messages, op->u.extend.n, op->u.extend.until, err);
}

static enum psync_result run_bind(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    if (q->driver->bind == NULL)
        return cannot(q, "bind batches: set batch.size = 1", err);
    PSYNC_INVARIANT(op->u.bind.n <= PSYNC_BATCH_MEMBERS_MAX);
    return q->driver->bind(q->self, op->u.bind.members, op->u.bind.n, op->u.bind.key, err);
}

static void begin_slice(struct psync_op *op)
{
    struct psync_select *s = op->u.sweep.select;
    s->max = SWEEP_SLICE;
    s->cursor = op->u.sweep.cursor;
    s->ret_changed = s->ret_missing = s->ret_newer = s->ret_busy = 0;
    memcpy(s->ret_cursor, op->u.sweep.cursor, sizeof s->ret_cursor);
    s->ret_more = false;
}

static enum psync_result run_requeue(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    begin_slice(op);
    return q->driver->requeue(q->self, op->u.sweep.select, psync_queue_now(q), err);
}

static enum psync_result run_discard(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    if (op->u.sweep.select->waiting && (q->driver->capabilities & PSYNC_CAN_WITHDRAW) == 0)
        return cannot(q, "discard what waits", err);
    begin_slice(op);
    return q->driver->discard(q->self, op->u.sweep.select, psync_queue_now(q), err);
}

static bool requeue_readies(const struct psync_op *op)
{
    return op->result == PSYNC_OK && op->u.sweep.select->ret_changed > 0;
}

/* Successors of what waited, and the others of its batch. */
static bool discard_readies(const struct psync_op *op)
{
    return op->u.sweep.select->waiting && requeue_readies(op);
}

/* Adds the slice to the sums, which are the answer in the end. */
static bool sweep_more(struct psync_op *op)
{
    struct psync_select *s = op->u.sweep.select;
    op->u.sweep.changed += s->ret_changed;
    op->u.sweep.missing += s->ret_missing;
    op->u.sweep.newer += s->ret_newer;
    op->u.sweep.busy += s->ret_busy;
    memcpy(op->u.sweep.cursor, s->ret_cursor, sizeof op->u.sweep.cursor);
    if (s->ret_more)
        return true;
    s->ret_changed = op->u.sweep.changed;
    s->ret_missing = op->u.sweep.missing;
    s->ret_newer = op->u.sweep.newer;
    s->ret_busy = op->u.sweep.busy;
    return false;
}

static enum psync_result run_replace(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    return q->driver->replace(q->self, op->u.replace.id, op->u.replace.put, psync_queue_now(q), err);
}

static bool replace_readies(const struct psync_op *op)
{
    return op->result == PSYNC_OK && op->u.replace.put->ret_outcome == PSYNC_PUT_NEW;
}

static enum psync_result run_hold(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    return q->driver->hold(q->self, op->u.hold.destination, op->u.hold.hold, err);
}

static bool hold_readies(const struct psync_op *op)
{
    return op->result == PSYNC_OK && !op->u.hold.hold->paused && !op->u.hold.hold->suspended;
}

static enum psync_result run_note(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    return q->driver->note(q->self, op->u.note.destination, op->u.note.figures, err);
}

static enum psync_result run_counts(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    (void)err;
    q->driver->counts(q->self, op->u.counts.destination, op->u.counts.counts);
    return PSYNC_OK;
}

static enum psync_result run_configure(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    const struct psync_queue_conf *next = op->u.configure.conf;
    (void)err;
    q->conf.max_depth = next->max_depth;
    q->conf.reserve_bytes = next->reserve_bytes;
    q->conf.keep = next->keep;
    q->conf.keep_count = next->keep_count;
    q->conf.commit_wait = next->commit_wait;
    q->conf.commit_count = next->commit_count;
    return PSYNC_OK;
}

const struct psync_op_rule psync_op_rules[PSYNC_OP_KINDS] = {
    [PSYNC_OP_PUT] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NOW, run_put, put_readies, NULL},
    [PSYNC_OP_LEASE] = {PSYNC_TURN_LEASES, PSYNC_COMMIT_NONE, run_lease, NULL, NULL},
    [PSYNC_OP_SETTLE] = {PSYNC_TURN_VERDICTS, PSYNC_COMMIT_SHARED, run_settle, settle_readies, NULL},
    [PSYNC_OP_EXTEND] = {PSYNC_TURN_VERDICTS, PSYNC_COMMIT_NONE, run_extend, NULL, NULL},
    [PSYNC_OP_BIND] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NOW, run_bind, NULL, NULL},
    [PSYNC_OP_REQUEUE] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NOW, run_requeue, requeue_readies, sweep_more},
    [PSYNC_OP_DISCARD] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NOW, run_discard, discard_readies, sweep_more},
    [PSYNC_OP_REPLACE] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NOW, run_replace, replace_readies, NULL},
    [PSYNC_OP_HOLD] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NOW, run_hold, hold_readies, NULL},
    [PSYNC_OP_NOTE] = {PSYNC_TURN_WORK, PSYNC_COMMIT_SHARED, run_note, NULL, NULL},
    [PSYNC_OP_COUNTS] = {PSYNC_TURN_LEASES, PSYNC_COMMIT_NONE, run_counts, NULL, NULL},
    [PSYNC_OP_CONFIGURE] = {PSYNC_TURN_WORK, PSYNC_COMMIT_NONE, run_configure, NULL, NULL},
};
