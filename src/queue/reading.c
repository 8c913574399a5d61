/* reading - lists, backup and check, by the driver's reading side: any thread, without waiting for the queue's thread.
 * One list at a time; beside it one backup or check, which may take long. */
#include "queue/thread.h"

static enum psync_result cannot(const struct psync_queue *q, const char *what, struct psync_error *err)
{
    return psync_fail(err, PSYNC_REJECT, "the queue driver %s cannot %s", q->driver->name, what);
}

/* OK: `side` is ours until `leave`. */
static enum psync_result enter(struct psync_queue *q, pthread_mutex_t *side, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    pthread_mutex_lock(&q->lock);
    if (q->fatal)
        r = psync_fail(err, PSYNC_FATAL, "%s", q->why.text);
    pthread_mutex_unlock(&q->lock);
    if (r == PSYNC_OK)
        pthread_mutex_lock(side);
    return r;
}

static enum psync_result leave(struct psync_queue *q, pthread_mutex_t *side, enum psync_result r,
                               const struct psync_error *err)
{
    pthread_mutex_unlock(side);
    if (r == PSYNC_FATAL)
        psync_queue_fail(q, err != NULL ? err->text : "the queue cannot be read");
    return r;
}

enum psync_result psync_queue_dead_groups(struct psync_queue *q, const char *destination, psync_visit_group *visit,
                                          void *arg, struct psync_error *err)
{
    if (q->driver->dead_groups == NULL)
        return cannot(q, "group dead letters", err);
    enum psync_result r = enter(q, &q->reading, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->reading, q->driver->dead_groups(q->self, destination, visit, arg, err), err);
    return r;
}

enum psync_result psync_queue_list(struct psync_queue *q, const struct psync_filter *filter, size_t n,
                                   psync_visit_row *visit, void *arg, struct psync_error *err)
{
    if (q->driver->list == NULL)
        return cannot(q, "list messages", err);
    enum psync_result r = enter(q, &q->reading, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->reading, q->driver->list(q->self, filter, n, visit, arg, err), err);
    return r;
}

enum psync_result psync_queue_show(struct psync_queue *q, const char *id, psync_visit_row *visit_message,
                                   psync_visit_attempt *visit_attempt, void *arg, struct psync_error *err)
{
    if (q->driver->show == NULL)
        return cannot(q, "show a message", err);
    enum psync_result r = enter(q, &q->reading, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->reading, q->driver->show(q->self, id, visit_message, visit_attempt, arg, err), err);
    return r;
}

enum psync_result psync_queue_outcomes(struct psync_queue *q, uint64_t cursor, size_t n, psync_visit_outcome *visit,
                                       void *arg, struct psync_error *err)
{
    if (q->driver->outcomes == NULL)
        return cannot(q, "keep outcomes", err);
    enum psync_result r = enter(q, &q->reading, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->reading, q->driver->outcomes(q->self, cursor, n, visit, arg, err), err);
    return r;
}

enum psync_result psync_queue_backup(struct psync_queue *q, const char *path, struct psync_error *err)
{
    if (q->driver->backup == NULL)
        return cannot(q, "make a backup", err);
    enum psync_result r = enter(q, &q->maintaining, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->maintaining, q->driver->backup(q->self, path, err), err);
    return r;
}

enum psync_result psync_queue_check(struct psync_queue *q, struct psync_buf *report, struct psync_error *err)
{
    if (q->driver->check == NULL)
        return cannot(q, "check itself", err);
    enum psync_result r = enter(q, &q->maintaining, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->maintaining, q->driver->check(q->self, report, err), err);
    return r;
}

void psync_queue_interrupt(struct psync_queue *q)
{
    if (q->driver->interrupt != NULL)
        q->driver->interrupt(q->self);
}

/* A destination's row, with the counts of the queue's thread: what is in flight is known there alone. */
struct counting {
    struct psync_queue *q;
    psync_visit_destination *visit;
    void *arg;
    enum psync_result r;
    struct psync_error *err;
};

static bool with_counts(void *arg, const struct psync_destination_row *row)
{
    struct counting *c = arg;
    struct psync_destination_row full = *row;
    c->r = psync_queue_counts(c->q, row->name, &full.counts, c->err);
    return c->r == PSYNC_OK && c->visit(c->arg, &full);
}

enum psync_result psync_queue_destinations(struct psync_queue *q, psync_visit_destination *visit, void *arg,
                                           struct psync_error *err)
{
    struct counting c = {q, visit, arg, PSYNC_OK, err};
    if (q->driver->destinations == NULL)
        return cannot(q, "list destinations", err);
    enum psync_result r = enter(q, &q->reading, err);
    if (r == PSYNC_OK)
        r = leave(q, &q->reading, q->driver->destinations(q->self, with_counts, &c, err), err);
    return r == PSYNC_OK ? c.r : r;
}
