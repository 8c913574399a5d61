/* reading - lists, by the driver's reading side: any thread, one at a time, without waiting for the queue's thread. */
#include "queue/thread.h"

#include <string.h>

static enum psync_result enter(struct psync_queue *q, bool able, const char *what, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    if (!able)
        return psync_fail(err, PSYNC_REJECT, "the queue driver %s cannot %s", q->driver->name, what);
    pthread_mutex_lock(&q->lock);
    if (q->fatal)
        r = psync_fail(err, PSYNC_FATAL, "%s", q->why.text);
    pthread_mutex_unlock(&q->lock);
    if (r == PSYNC_OK)
        pthread_mutex_lock(&q->reading);
    return r;
}

static enum psync_result leave(struct psync_queue *q, enum psync_result r, struct psync_error *err)
{
    pthread_mutex_unlock(&q->reading);
    if (r == PSYNC_FATAL)
        psync_queue_fail(q, err->text);
    return r;
}

#define READ(able, what, call)                                                                                         \
    do {                                                                                                               \
        struct psync_error own = {0}, *e = err != NULL ? err : &own;                                                   \
        enum psync_result r = enter(q, able, what, e);                                                                 \
        return r == PSYNC_OK ? leave(q, call, e) : r;                                                                  \
    } while (0)

enum psync_result psync_queue_dead_groups(struct psync_queue *q, const char *destination, psync_visit_group *visit, void *arg,
                                          struct psync_error *err)
{
    READ(q->driver->dead_groups != NULL, "group dead letters", q->driver->dead_groups(q->self, destination, visit, arg, e));
}

enum psync_result psync_queue_list(struct psync_queue *q, const struct psync_filter *filter, size_t n, psync_visit_row *visit,
                                   void *arg, struct psync_error *err)
{
    READ(q->driver->list != NULL, "list messages", q->driver->list(q->self, filter, n, visit, arg, e));
}

enum psync_result psync_queue_show(struct psync_queue *q, const char *id, psync_visit_row *visit_message,
                                   psync_visit_attempt *visit_attempt, void *arg, struct psync_error *err)
{
    READ(q->driver->show != NULL, "show a message", q->driver->show(q->self, id, visit_message, visit_attempt, arg, e));
}

enum psync_result psync_queue_outcomes(struct psync_queue *q, uint64_t cursor, size_t n, psync_visit_outcome *visit, void *arg,
                                       struct psync_error *err)
{
    READ(q->driver->outcomes != NULL, "keep outcomes", q->driver->outcomes(q->self, cursor, n, visit, arg, e));
}

enum psync_result psync_queue_backup(struct psync_queue *q, const char *path, struct psync_error *err)
{
    READ(q->driver->backup != NULL, "make a backup", q->driver->backup(q->self, path, e));
}

enum psync_result psync_queue_check(struct psync_queue *q, struct psync_buf *report, struct psync_error *err)
{
    READ(q->driver->check != NULL, "check itself", q->driver->check(q->self, report, e));
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

static enum psync_result survey(struct psync_queue *q, struct counting *c, struct psync_error *err)
{
    enum psync_result r = q->driver->destinations(q->self, with_counts, c, err);
    return r == PSYNC_OK ? c->r : r;
}

enum psync_result psync_queue_destinations(struct psync_queue *q, psync_visit_destination *visit, void *arg,
                                           struct psync_error *err)
{
    struct counting c = {q, visit, arg, PSYNC_OK, err};
    READ(q->driver->destinations != NULL, "list destinations", survey(q, &c, e));
}
