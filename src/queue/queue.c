/* queue - the facade's calls: each checks its arguments and becomes an operation for the queue's thread. */
#include "queue/queue.h"

#include "queue/key.h"
#include "queue/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct psync_queue_driver *const drivers[] = {&psync_driver_sqlite};

static const struct psync_queue_driver *find_driver(const char *name)
{
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

enum psync_result psync_queue_new(const struct psync_queue_open *open, struct psync_queue **ret_queue,
                                  struct psync_error *err)
{
    const struct psync_queue_driver *driver = open->driver != NULL ? open->driver : find_driver(open->conf->driver);
    if (driver == NULL)
        return psync_fail(err, PSYNC_REJECT, "queue.driver = %s: there is no such driver", open->conf->driver);
    struct psync_queue *q = calloc(1, sizeof *q);
    if (q == NULL)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    q->open = *open;
    q->conf = *open->conf;
    q->open.conf = &q->conf;
    q->driver = driver;
    enum psync_result r = driver->open(&q->conf, open->full_disk_ok, psync_queue_now(q), open->log, &q->self,
                                       err);
    if (r == PSYNC_NOMEM)
        r = psync_fail(err, r, "out of memory");
    if (r == PSYNC_OK) {
        r = psync_queue_start(q, err);
        if (r != PSYNC_OK)
            driver->close(q->self, true);
    }
    if (r == PSYNC_OK)
        *ret_queue = q;
    else
        free(q);
    return r;
}

void psync_queue_free(struct psync_queue *q)
{
    if (q == NULL)
        return;
    psync_queue_stop(q);
    q->driver->close(q->self, !q->fatal); /* nobody else looks at it any more */
    free(q);
}

unsigned psync_queue_capabilities(const struct psync_queue *q)
{
    return q->driver->capabilities;
}

const char *psync_queue_driver_name(const struct psync_queue *q)
{
    return q->driver->name;
}

/* ---- arguments, checked once ---- */
static bool shorter(const char *text, size_t max)
{
    return text != NULL && memchr(text, '\0', max) != NULL;
}

static bool valid_destination(const char *name)
{
    return shorter(name, PSYNC_NAME_MAX) && *name != '\0';
}

static bool valid_key(const char *key)
{
    return shorter(key, PSYNC_KEY_MAX) && psync_key_valid((struct psync_span){key, strlen(key)});
}

static enum psync_result check_puts(const struct psync_put *puts, size_t n, struct psync_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct psync_put *p = &puts[i];
        const char *wrong = !valid_destination(p->destination) ? "a destination's name"
                            : !valid_key(p->key)                            ? "an idempotency key"
                            : !shorter(p->type, PSYNC_TYPE_MAX)             ? "a type"
                            : !shorter(p->trace, PSYNC_TRACE_MAX)           ? "a traceparent"
                            : !shorter(p->subject.shop, PSYNC_SHOP_MAX)     ? "a shop's identity"
                            : p->subject.product <= 0                       ? "a product id"
                            : p->payload.len == 0                           ? "a payload: it is empty"
                            : p->payload.len > PSYNC_PAYLOAD_MAX            ? "a payload: it is longer than 1 MB"
                                                                            : NULL;
        if (wrong != NULL)
            return psync_fail(err, PSYNC_REJECT, "message %zu of %zu: not %s", i + 1, n, wrong);
    }
    return PSYNC_OK;
}

static enum psync_result check_destination(const char *name, struct psync_error *err)
{
    return valid_destination(name) ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "not a destination's name");
}

static void check_settles(const struct psync_settle *settles, size_t n)
{
    for (size_t i = 0; i < n; i++)
        PSYNC_INVARIANT(settles[i].message != NULL && (unsigned)settles[i].verdict <= PSYNC_VERDICT_RELEASE &&
                        (settles[i].verdict == PSYNC_VERDICT_RELEASE ||
                         (settles[i].attempt.error != NULL && settles[i].attempt.problem != NULL)));
}

/* ---- asynchronous ---- */
static void finish_put(struct psync_op *op)
{
    op->u.put.done(op->arg, op->result, op->err != NULL ? op->err->text : "", op->u.put.puts, op->u.put.n);
    free(op->err);
    free(op);
}

static void finish_lease(struct psync_op *op)
{
    op->u.lease.done(op->arg, op->result, op->u.lease.messages, op->u.lease.n_messages, op->u.lease.next_due);
    free(op);
}

static void finish_settle(struct psync_op *op)
{
    op->u.settle.done(op->arg, op->result, op->u.settle.settles, op->u.settle.n);
    free(op);
}

static void finish_bind(struct psync_op *op)
{
    op->u.bind.done(op->arg, op->result);
    free(op);
}

static void finish_note(struct psync_op *op)
{
    free(op);
}

/* Submits a heap operation that its `finish` frees. */
static enum psync_result submit_heap(struct psync_queue *q, const struct psync_op *like)
{
    struct psync_op *op = malloc(sizeof *op);
    if (op == NULL)
        return PSYNC_NOMEM;
    *op = *like;
    enum psync_result r = psync_queue_submit(q, op);
    if (r != PSYNC_OK)
        free(op);
    return r;
}

enum psync_result psync_queue_put_async(struct psync_queue *q, struct psync_put *puts, size_t n, psync_put_done *done,
                                        void *arg)
{
    enum psync_result r = check_puts(puts, n, NULL);
    if (r != PSYNC_OK)
        return r;
    struct psync_error *err = calloc(1, sizeof *err);
    if (err == NULL)
        return PSYNC_NOMEM;
    r = submit_heap(q, &(struct psync_op){.kind = PSYNC_OP_PUT, .finish = finish_put, .arg = arg, .err = err,
                                          .u.put = {puts, n, done}});
    if (r != PSYNC_OK)
        free(err);
    return r;
}

enum psync_result psync_queue_lease_async(struct psync_queue *q, const struct psync_want *wants, size_t n,
                                          psync_lease_done *done, void *arg)
{
    /* The wants are copied, names and all: the caller's may be gone when the thread looks. */
    struct { struct psync_op op; struct psync_want wants[]; } *block;
    size_t names = 0;
    for (size_t i = 0; i < n; i++) {
        if (!valid_destination(wants[i].destination))
            return PSYNC_REJECT;
        names += strlen(wants[i].destination) + 1;
    }
    block = malloc(sizeof *block + n * sizeof *wants + names);
    if (block == NULL)
        return PSYNC_NOMEM;
    char *name = (char *)(block->wants + n);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(wants[i].destination) + 1;
        block->wants[i] = wants[i];
        block->wants[i].destination = memcpy(name, wants[i].destination, len);
        name += len;
    }
    block->op = (struct psync_op){.kind = PSYNC_OP_LEASE, .finish = finish_lease, .arg = arg,
                                  .u.lease = {.wants = block->wants, .n = n, .next_due = PSYNC_MS_NEVER, .done = done}};
    enum psync_result r = psync_queue_submit(q, &block->op);
    if (r != PSYNC_OK)
        free(block);
    return r;
}

enum psync_result psync_queue_settle_async(struct psync_queue *q, struct psync_settle *settles, size_t n,
                                           psync_settle_done *done, void *arg)
{
    check_settles(settles, n);
    return submit_heap(q, &(struct psync_op){.kind = PSYNC_OP_SETTLE, .finish = finish_settle, .arg = arg,
                                             .u.settle = {settles, n, done}});
}

enum psync_result psync_queue_bind_async(struct psync_queue *q, struct psync_message *const *members, size_t n,
                                         const char *key, psync_bind_done *done, void *arg)
{
    return submit_heap(q, &(struct psync_op){.kind = PSYNC_OP_BIND, .finish = finish_bind, .arg = arg,
                                             .u.bind = {members, n, key, done}});
}

enum psync_result psync_queue_note(struct psync_queue *q, const char *destination, const struct psync_figures *figures)
{
    struct { struct psync_op op; struct psync_figures figures; char name[PSYNC_NAME_MAX]; } *block;
    if (!valid_destination(destination))
        return PSYNC_REJECT;
    block = malloc(sizeof *block);
    if (block == NULL)
        return PSYNC_NOMEM;
    block->figures = *figures;
    strcpy(block->name, destination);
    block->op = (struct psync_op){.kind = PSYNC_OP_NOTE, .finish = finish_note,
                                  .u.note = {block->name, &block->figures}};
    enum psync_result r = psync_queue_submit(q, &block->op);
    if (r != PSYNC_OK)
        free(block);
    return r;
}

/* ---- blocking ---- */
enum psync_result psync_queue_put(struct psync_queue *q, struct psync_put *puts, size_t n, struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_PUT, .u.put = {puts, n, NULL}};
    enum psync_result r = check_puts(puts, n, err);
    return r == PSYNC_OK ? psync_queue_do(q, &op, err) : r;
}

enum psync_result psync_queue_lease(struct psync_queue *q, const struct psync_want *wants, size_t n,
                                    struct psync_message ***ret_messages, size_t *ret_n, psync_ms *ret_next_due,
                                    struct psync_error *err)
{
    struct psync_want *copy = malloc((n + 1) * sizeof *copy);
    if (copy == NULL)
        return PSYNC_NOMEM;
    memcpy(copy, wants, n * sizeof *copy);
    struct psync_op op = {.kind = PSYNC_OP_LEASE, .u.lease = {.wants = copy, .n = n, .next_due = PSYNC_MS_NEVER}};
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; r == PSYNC_OK && i < n; i++)
        r = check_destination(wants[i].destination, err);
    if (r == PSYNC_OK)
        r = psync_queue_do(q, &op, err);
    free(copy);
    if (r != PSYNC_OK && r != PSYNC_EMPTY)
        return r;
    *ret_messages = op.u.lease.messages;
    *ret_n = op.u.lease.n_messages;
    *ret_next_due = op.u.lease.next_due;
    return r;
}

enum psync_result psync_queue_settle(struct psync_queue *q, struct psync_settle *settles, size_t n,
                                     struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_SETTLE, .u.settle = {settles, n, NULL}};
    check_settles(settles, n);
    return psync_queue_do(q, &op, err);
}

enum psync_result psync_queue_extend(struct psync_queue *q, struct psync_message *const *messages, size_t n,
                                     psync_ms until, struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_EXTEND, .u.extend = {messages, n, until}};
    return psync_queue_do(q, &op, err);
}

enum psync_result psync_queue_bind(struct psync_queue *q, struct psync_message *const *members, size_t n,
                                   const char *key, struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_BIND, .u.bind = {members, n, key, NULL}};
    return psync_queue_do(q, &op, err);
}

static enum psync_result sweep(struct psync_queue *q, enum psync_op_kind kind, struct psync_select *select,
                               struct psync_error *err)
{
    struct psync_op op = {.kind = kind, .u.sweep = {.select = select}};
    PSYNC_INVARIANT(!select->waiting || (kind == PSYNC_OP_DISCARD && select->ids != NULL));
    return psync_queue_do(q, &op, err);
}

enum psync_result psync_queue_requeue(struct psync_queue *q, struct psync_select *select, struct psync_error *err)
{
    return sweep(q, PSYNC_OP_REQUEUE, select, err);
}

enum psync_result psync_queue_discard(struct psync_queue *q, struct psync_select *select, struct psync_error *err)
{
    return sweep(q, PSYNC_OP_DISCARD, select, err);
}

enum psync_result psync_queue_hold(struct psync_queue *q, const char *destination, const struct psync_hold *hold,
                                   struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_HOLD, .u.hold = {destination, hold}};
    enum psync_result r = check_destination(destination, err);
    return r == PSYNC_OK ? psync_queue_do(q, &op, err) : r;
}

enum psync_result psync_queue_configure(struct psync_queue *q, const struct psync_queue_conf *conf,
                                        struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_CONFIGURE, .u.configure = {conf}};
    return psync_queue_do(q, &op, err);
}

enum psync_result psync_queue_counts(struct psync_queue *q, const char *destination, struct psync_counts *ret_counts,
                                     struct psync_error *err)
{
    struct psync_op op = {.kind = PSYNC_OP_COUNTS, .u.counts = {destination, ret_counts}};
    enum psync_result r = check_destination(destination, err);
    return r == PSYNC_OK ? psync_queue_do(q, &op, err) : r;
}
