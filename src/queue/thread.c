/* thread - rounds of work and group commits (see queue.h for the promises).
 *
 * A round: verdicts, before anything looks at which leases ran out; leases, for they need no commit and somebody's
 * connections idle meanwhile; what else came, up to a bound; a slice of tidying; then a commit if one is due. While it
 * syncs, the next round's work gathers. */
#include "queue/thread.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    UNANSWERED_MAX = 65536,
    ROUND_MESSAGES = 4096, /* a round's work and so a transaction is about that big at most */
    TIDY_MORE_MS = 20, TIDY_ACTIVE_MS = 100, TIDY_IDLE_MS = 1000
};

psync_ms psync_queue_now(const struct psync_queue *q)
{
    return q->open.clock != NULL ? q->open.clock() : psync_clock_now();
}

void psync_queue_fail(struct psync_queue *q, const char *why)
{
    pthread_mutex_lock(&q->lock);
    bool first = !q->fatal;
    q->fatal = true;
    if (first)
        snprintf(q->why.text, sizeof q->why.text, "%s", why);
    pthread_cond_signal(&q->wake); /* what waits for its commit is to be answered */
    pthread_mutex_unlock(&q->lock);
    if (!first)
        return;
    PSYNC_LOG(q->open.log, PSYNC_LOG_ERROR, "queue failed", PSYNC_F_TEXT("reason", why));
    if (q->open.on_fatal != NULL)
        q->open.on_fatal(q->open.arg, why);
}

static bool has_failed(struct psync_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool failed = q->fatal;
    pthread_mutex_unlock(&q->lock);
    return failed;
}

static struct psync_op *pop(struct psync_link *list)
{
    struct psync_link *link = psync_list_pop(list);
    return link == NULL ? NULL : PSYNC_CONTAINER(link, struct psync_op, link);
}

/* What a driver answers when it has undone everything since the last commit. */
static bool undone(enum psync_result r)
{
    return r == PSYNC_NOMEM || r == PSYNC_RETRY;
}

static void tell_of_puts(struct psync_queue *q, const struct psync_op *op)
{
    if (q->open.on_put == NULL || op->result != PSYNC_OK)
        return;
    if (op->kind == PSYNC_OP_PUT)
        q->open.on_put(q->open.arg, op->u.put.puts, op->u.put.n);
    else if (op->kind == PSYNC_OP_REPLACE)
        q->open.on_put(q->open.arg, op->u.replace.put, 1);
}

static void finish(struct psync_queue *q, struct psync_op *op, enum psync_result r, const struct psync_error *why)
{
    op->result = r;
    if (op->err != NULL && why != NULL)
        *op->err = *why;
    q->answered++;
    tell_of_puts(q, op);
    op->finish(op);
}

static bool is_stopping(struct psync_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool stopping = q->stopping;
    pthread_mutex_unlock(&q->lock);
    return stopping;
}

/* Durable: it is over, or its next slice waits its turn behind the others. */
static void complete(struct psync_queue *q, struct psync_op *op)
{
    const struct psync_op_rule *rule = &psync_op_rules[op->kind];
    if (rule->readies != NULL && rule->readies(op))
        q->made_ready = true;
    bool more = op->result == PSYNC_OK && rule->more != NULL && rule->more(op);
    if (more && is_stopping(q))
        finish(q, op, PSYNC_RETRY, &(struct psync_error){"the queue is being closed: again for the rest"});
    else if (more)
        psync_list_push(&q->todo[rule->turn], &op->link);
    else
        finish(q, op, op->result, NULL);
}

static void fail_all(struct psync_queue *q, struct psync_link *list)
{
    for (struct psync_op *op; (op = pop(list)) != NULL;)
        finish(q, op, PSYNC_FATAL, &q->why);
}

/* Nothing more is done: whatever waits is answered. */
static void give_up(struct psync_queue *q)
{
    q->group_since_us = 0;
    fail_all(q, &q->group);
    for (int turn = 0; turn < PSYNC_TURNS; turn++)
        fail_all(q, &q->todo[turn]);
}

static void fatal(struct psync_queue *q, const struct psync_error *err)
{
    psync_queue_fail(q, err->text);
    give_up(q);
}

/* Before anything is reported: is the queue still ours alone? */
static enum psync_result check_lock(const struct psync_queue *q, struct psync_error *err)
{
    return q->open.lock == NULL ? PSYNC_OK : psync_queue_lock_check(q->open.lock, err);
}

static enum psync_result commit(struct psync_queue *q, struct psync_error *err)
{
    enum psync_result r = q->driver->commit(q->self, err);
    PSYNC_INVARIANT(r == PSYNC_OK || r == PSYNC_FATAL || undone(r));
    return r == PSYNC_OK ? check_lock(q, err) : r;
}

/* Even alone a put found no space, in spite of the reserve: that is FULL, and the queue goes on. */
static void say_full(struct psync_queue *q, struct psync_op *op)
{
    for (size_t i = 0; i < op->u.put.n; i++) {
        op->u.put.puts[i].ret_outcome = PSYNC_PUT_FULL;
        op->u.put.puts[i].ret_why = "the disk is full";
    }
    finish(q, op, PSYNC_OK, NULL);
}

/* One operation with a commit of its own. */
static void do_alone(struct psync_queue *q, struct psync_op *op)
{
    struct psync_error err = {0};
    enum psync_result r = psync_op_rules[op->kind].run(q, op, &err);
    op->result = r;
    if (r != PSYNC_FATAL && !undone(r))
        r = commit(q, &err);
    if (r == PSYNC_RETRY && op->kind == PSYNC_OP_SETTLE) /* no space for a verdict: the reserve is gone */
        r = PSYNC_FATAL;
    if (r == PSYNC_FATAL) {
        psync_list_push(&q->group, &op->link);
        fatal(q, &err);
    } else if (r == PSYNC_OK) {
        if (op->err != NULL)
            *op->err = err;
        complete(q, op);
    } else if (r == PSYNC_RETRY && op->kind == PSYNC_OP_PUT) {
        say_full(q, op);
    } else {
        finish(q, op, r, &err);
    }
}

/* The driver undid the group's transaction: each operation again by itself, so that one that has no memory or no space
 * does not take the others with it. */
static void redo(struct psync_queue *q)
{
    q->group_since_us = 0;
    for (struct psync_op *op; !has_failed(q) && (op = pop(&q->group)) != NULL;)
        do_alone(q, op);
    if (has_failed(q))
        give_up(q);
}

static void commit_group(struct psync_queue *q)
{
    struct psync_error err = {0};
    struct psync_link done;
    enum psync_result r = commit(q, &err);
    q->commit_now = false;
    q->group_verdicts = 0;
    q->group_since_us = 0;
    if (r == PSYNC_FATAL) {
        fatal(q, &err);
        return;
    }
    if (undone(r)) {
        redo(q);
        return;
    }
    psync_list_init(&done);
    for (struct psync_link *link; (link = psync_list_pop(&q->group)) != NULL;)
        psync_list_push(&done, link);
    for (struct psync_op *op; (op = pop(&done)) != NULL;)
        complete(q, op);
}

/* Runs one operation and puts it where it waits for its commit. */
static void run(struct psync_queue *q, struct psync_op *op)
{
    struct psync_error err = {0};
    const struct psync_op_rule *rule = &psync_op_rules[op->kind];
    enum psync_result r = op->result = rule->run(q, op, &err);
    if (r == PSYNC_FATAL) {
        psync_list_push(&q->group, &op->link);
        fatal(q, &err);
        return;
    }
    if (undone(r)) {
        if (rule->commit == PSYNC_COMMIT_NONE)
            finish(q, op, r, &err);
        else
            psync_list_push(&q->group, &op->link);
        redo(q);
        return;
    }
    if (q->group_since_us == 0)
        q->group_since_us = psync_clock_us();
    if (rule->commit == PSYNC_COMMIT_NONE) {
        finish(q, op, r, &err);
        return;
    }
    if (op->err != NULL)
        *op->err = err;
    q->commit_now = q->commit_now || rule->commit == PSYNC_COMMIT_NOW;
    psync_list_push(&q->group, &op->link);
}

static size_t weight(const struct psync_op *op)
{
    switch (op->kind) {
    case PSYNC_OP_PUT: return op->u.put.n;
    case PSYNC_OP_SETTLE: return op->u.settle.n;
    case PSYNC_OP_BIND: return op->u.bind.n;
    default: return 1;
    }
}

static bool commit_due(const struct psync_queue *q, uint64_t now_us)
{
    return q->commit_now || q->group_verdicts >= q->open.conf->commit_count ||
           (q->group_since_us != 0 && now_us - q->group_since_us >= (uint64_t)q->open.conf->commit_wait * 1000);
}

static void tidy(struct psync_queue *q, uint64_t now_us)
{
    struct psync_error err = {0};
    if (now_us < q->tidy_at_us)
        return;
    bool readied = false;
    enum psync_result r = check_lock(q, &err);
    if (r == PSYNC_OK)
        r = PSYNC_EMPTY;
    if (r == PSYNC_EMPTY && q->driver->tidy != NULL)
        r = q->driver->tidy(q->self, psync_queue_now(q), &readied, &err);
    if (r == PSYNC_FATAL)
        fatal(q, &err);
    else if (undone(r))
        redo(q);
    else if (r == PSYNC_OK)
        q->commit_now = true;
    if (r != PSYNC_FATAL && q->open.on_tick != NULL)
        q->open.on_tick(q->open.arg);
    q->made_ready = q->made_ready || readied;
    q->tidy_at_us = now_us + 1000 * (r == PSYNC_OK ? TIDY_MORE_MS : q->active ? TIDY_ACTIVE_MS : TIDY_IDLE_MS);
    q->active = false;
}

/* Runs the operations of a turn, until they are about `most` messages. */
static void do_turn(struct psync_queue *q, enum psync_op_turn turn, size_t most)
{
    size_t done = 0;
    for (struct psync_op *op; done < most && !has_failed(q) && (op = pop(&q->todo[turn])) != NULL;) {
        done += weight(op);
        q->group_verdicts += op->kind == PSYNC_OP_SETTLE ? op->u.settle.n : 0;
        q->active = q->active || psync_op_rules[op->kind].commit != PSYNC_COMMIT_NONE;
        run(q, op);
    }
}

static void do_round(struct psync_queue *q)
{
    do_turn(q, PSYNC_TURN_VERDICTS, SIZE_MAX); /* no more than there are leases */
    do_turn(q, PSYNC_TURN_LEASES, SIZE_MAX);
    do_turn(q, PSYNC_TURN_WORK, ROUND_MESSAGES);
    if (!has_failed(q))
        tidy(q, psync_clock_us());
    if (!has_failed(q) && commit_due(q, psync_clock_us()))
        commit_group(q);
    if (q->made_ready && q->open.on_ready != NULL)
        q->open.on_ready(q->open.arg);
    q->made_ready = false;
    if (has_failed(q)) /* by a reader, it may be */
        give_up(q);
}

/* ---- waiting ---- */
#if defined(_POSIX_CLOCK_SELECTION) && _POSIX_CLOCK_SELECTION > 0
enum { WAIT_CLOCK = CLOCK_MONOTONIC, WAIT_MAX_US = INT_MAX };
static int init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    int e = pthread_condattr_init(&attr);
    if (e == 0) {
        e = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        if (e == 0)
            e = pthread_cond_init(cond, &attr);
        pthread_condattr_destroy(&attr);
    }
    return e;
}
#else /* a clock set back makes a wait longer there: so no wait is long, and each is followed by another look */
enum { WAIT_CLOCK = CLOCK_REALTIME, WAIT_MAX_US = 100000 };
static int init_cond(pthread_cond_t *cond)
{
    return pthread_cond_init(cond, NULL);
}
#endif

static void wait_us(struct psync_queue *q, uint64_t us)
{
    struct timespec t;
    if (us > WAIT_MAX_US)
        us = WAIT_MAX_US;
    clock_gettime(WAIT_CLOCK, &t);
    t.tv_sec += (time_t)(us / 1000000);
    t.tv_nsec += (long)(us % 1000000) * 1000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&q->wake, &q->lock, &t);
}

static bool nothing_to_do(const struct psync_queue *q)
{
    for (int turn = 0; turn < PSYNC_TURNS; turn++)
        if (!psync_list_empty(&q->incoming[turn]) || !psync_list_empty(&q->todo[turn]))
            return false;
    return !q->fatal || psync_list_empty(&q->group);
}

/* Until something was submitted, the group's commit or tidying is due, or the queue failed. False: stop. Called and
 * left with the lock. */
static bool wait_for_work(struct psync_queue *q)
{
    while (nothing_to_do(q)) {
        uint64_t now = psync_clock_us(), until = q->tidy_at_us, since = q->group_since_us;
        uint64_t due = since == 0 ? UINT64_MAX : since + (uint64_t)q->open.conf->commit_wait * 1000;
        if (q->stopping)
            return !psync_list_empty(&q->group);
        if (q->fatal)
            until = now + 1000 * TIDY_IDLE_MS;
        else if (due < until)
            until = due;
        if (until <= now)
            return true;
        wait_us(q, until - now);
    }
    return true;
}

static void move_all(struct psync_link *to, struct psync_link *from)
{
    for (struct psync_link *link; (link = psync_list_pop(from)) != NULL;)
        psync_list_push(to, link);
}

static void *live(void *arg)
{
    struct psync_queue *q = arg;
    pthread_mutex_lock(&q->lock);
    while (wait_for_work(q)) {
        for (int turn = 0; turn < PSYNC_TURNS; turn++)
            move_all(&q->todo[turn], &q->incoming[turn]);
        q->commit_now = q->commit_now || q->stopping;
        pthread_mutex_unlock(&q->lock);
        do_round(q);
        pthread_mutex_lock(&q->lock);
        q->unanswered -= q->answered;
        q->answered = 0;
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

enum psync_result psync_queue_start(struct psync_queue *q, struct psync_error *err)
{
    for (int turn = 0; turn < PSYNC_TURNS; turn++) {
        psync_list_init(&q->incoming[turn]);
        psync_list_init(&q->todo[turn]);
    }
    psync_list_init(&q->group);
    if (pthread_mutex_init(&q->lock, NULL) != 0)
        return PSYNC_NOMEM;
    if (init_cond(&q->wake) != 0)
        goto no_cond;
    if (pthread_mutex_init(&q->reading, NULL) != 0)
        goto no_reading;
    if (pthread_mutex_init(&q->maintaining, NULL) != 0)
        goto no_maintaining;
    if (pthread_create(&q->thread, NULL, live, q) == 0)
        return PSYNC_OK;
    pthread_mutex_destroy(&q->maintaining);
no_maintaining:
    pthread_mutex_destroy(&q->reading);
no_reading:
    pthread_cond_destroy(&q->wake);
no_cond:
    pthread_mutex_destroy(&q->lock);
    return psync_fail(err, PSYNC_NOMEM, "the queue's thread cannot be started");
}

void psync_queue_stop(struct psync_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_signal(&q->wake);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
    pthread_mutex_destroy(&q->maintaining);
    pthread_mutex_destroy(&q->reading);
    pthread_cond_destroy(&q->wake);
    pthread_mutex_destroy(&q->lock);
}

enum psync_result psync_queue_submit(struct psync_queue *q, struct psync_op *op)
{
    enum psync_op_turn turn = psync_op_rules[op->kind].turn;
    enum psync_result r = PSYNC_OK;
    psync_list_init(&op->link);
    pthread_mutex_lock(&q->lock);
    PSYNC_INVARIANT(!q->stopping);
    if (q->unanswered >= UNANSWERED_MAX) {
        r = PSYNC_RETRY;
    } else {
        q->unanswered++;
        if (psync_list_empty(&q->incoming[turn]))
            pthread_cond_signal(&q->wake);
        psync_list_push(&q->incoming[turn], &op->link);
    }
    pthread_mutex_unlock(&q->lock);
    return r;
}

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    size_t left; /* operations that are not answered */
};

static void count_down(struct waiter *w)
{
    pthread_mutex_lock(&w->lock);
    if (--w->left == 0)
        pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->lock);
}

static void wake_waiter(struct psync_op *op)
{
    count_down(op->arg);
}

enum psync_result psync_queue_do_all(struct psync_queue *q, struct psync_op *ops, size_t n)
{
    struct waiter w = {.left = n};
    PSYNC_INVARIANT(!pthread_equal(pthread_self(), q->thread)); /* it would wait for itself */
    if (pthread_mutex_init(&w.lock, NULL) != 0)
        return PSYNC_NOMEM;
    if (pthread_cond_init(&w.cond, NULL) != 0) {
        pthread_mutex_destroy(&w.lock);
        return PSYNC_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        ops[i].arg = &w;
        ops[i].finish = wake_waiter;
        if (psync_queue_submit(q, &ops[i]) != PSYNC_OK) {
            ops[i].result = psync_fail(ops[i].err, PSYNC_RETRY, "too many operations wait for the queue: try again");
            count_down(&w);
        }
    }
    pthread_mutex_lock(&w.lock);
    while (w.left > 0)
        pthread_cond_wait(&w.cond, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.cond);
    pthread_mutex_destroy(&w.lock);
    return PSYNC_OK;
}

enum psync_result psync_queue_do(struct psync_queue *q, struct psync_op *op, struct psync_error *err)
{
    op->err = err;
    enum psync_result r = psync_queue_do_all(q, op, 1);
    return r == PSYNC_OK ? op->result : r;
}
