/* driver - the SQLite driver: its functions behind the contract of queue/driver.h.
 *
 * Each writing function goes through `enter` and `leave`, which see to it that a failure short of FATAL undoes the
 * whole transaction, as the contract says. */
#include "queue/sqlite/store.h"

#include <stdlib.h>

struct sqlite_driver {
    struct psync_store *store;
    bool stale; /* the transaction is lost, and the memory not yet taken back to what the file says */
};

static enum psync_result undo(struct sqlite_driver *d, struct psync_error *err)
{
    enum psync_result r = psync_store_undo(d->store, err);
    d->stale = r != PSYNC_OK;
    return r;
}

/* NOMEM: an earlier call of this transaction failed, and with it all of them. */
static enum psync_result enter(struct sqlite_driver *d, struct psync_error *err)
{
    if (!d->stale)
        return PSYNC_OK;
    enum psync_result r = undo(d, err);
    return r == PSYNC_OK ? PSYNC_NOMEM : r;
}

/* RETRY: the disk is full. The log may still go into the file then, whose rows it mostly changes, and be written anew
 * from its start: so what the caller tries again needs no more space. */
static enum psync_result leave(struct sqlite_driver *d, enum psync_result r, struct psync_error *err)
{
    if (r != PSYNC_FATAL && r != PSYNC_RETRY && psync_store_lost(d->store))
        r = PSYNC_NOMEM;
    if (r != PSYNC_NOMEM && r != PSYNC_RETRY)
        return r;
    enum psync_result undone = undo(d, NULL);
    if (undone == PSYNC_FATAL)
        return psync_fail(err, PSYNC_FATAL, "queue file %s: a failed transaction cannot be undone",
                          d->store->conf->path);
    if (undone != PSYNC_OK || r != PSYNC_RETRY)
        return r;
    return psync_store_checkpoint(d->store, SQLITE_CHECKPOINT_PASSIVE, err) == PSYNC_OK ? r : PSYNC_FATAL;
}

static enum psync_result drv_open(const struct psync_queue_conf *conf, bool full_disk_ok, psync_ms now,
                                  struct psync_log *log, void **ret_self, struct psync_error *err)
{
    struct sqlite_driver *d = calloc(1, sizeof *d);
    if (d == NULL)
        return PSYNC_NOMEM;
    enum psync_result r = psync_store_open(conf, full_disk_ok, now, log, &d->store, err);
    if (r == PSYNC_OK)
        *ret_self = d;
    else
        free(d);
    return r;
}

static void drv_close(void *self, bool sound)
{
    struct sqlite_driver *d = self;
    if (d == NULL)
        return;
    psync_store_close(d->store, sound && !d->stale);
    free(d);
}

static enum psync_result drv_put(void *self, struct psync_put *puts, size_t n, psync_ms now, struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_put(d->store, puts, n, now, err) : r, err);
}

static enum psync_result drv_lease(void *self, const struct psync_want *want, psync_ms now, struct psync_message **ret,
                                   size_t *ret_n, psync_ms *ret_next_due, struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_lease(d->store, want, now, ret, ret_n, ret_next_due, err) : r, err);
}

static enum psync_result drv_settle(void *self, struct psync_settle *settles, size_t n, psync_ms now,
                                    struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_settle(d->store, settles, n, now, err) : r, err);
}

static enum psync_result drv_extend(void *self, struct psync_message *const *messages, size_t n, psync_ms until,
                                    struct psync_error *err)
{
    return psync_store_extend(((struct sqlite_driver *)self)->store, messages, n, until, err);
}

static enum psync_result drv_bind(void *self, struct psync_message *const *members, size_t n, const char *key,
                                  struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_bind_batch(d->store, members, n, key, err) : r, err);
}

static enum psync_result drv_requeue(void *self, struct psync_select *select, psync_ms now, struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_requeue(d->store, select, now, err) : r, err);
}

static enum psync_result drv_discard(void *self, struct psync_select *select, psync_ms now, struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_discard(d->store, select, now, err) : r, err);
}

static enum psync_result drv_replace(void *self, const char *id, struct psync_put *put, psync_ms now,
                                     struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    return leave(d, r == PSYNC_OK ? psync_store_replace(d->store, id, put, now, err) : r, err);
}

/* Changes a destination's row; begins the transaction that writes it. */
static enum psync_result change_place(struct sqlite_driver *d, const char *destination, const struct psync_hold *hold,
                                      const struct psync_figures *figures, struct psync_error *err)
{
    struct psync_place *p;
    enum psync_result r = enter(d, err);
    if (r == PSYNC_OK)
        r = psync_place_get(d->store, destination, &p, err);
    if (r == PSYNC_OK)
        r = psync_store_begin(d->store, err);
    if (r == PSYNC_OK) {
        p->hold = hold != NULL ? *hold : p->hold;
        p->figures = figures != NULL ? *figures : p->figures;
        p->dirty = true;
    }
    return leave(d, r, err);
}

static enum psync_result drv_hold(void *self, const char *destination, const struct psync_hold *hold,
                                  struct psync_error *err)
{
    return change_place(self, destination, hold, NULL, err);
}

static enum psync_result drv_note(void *self, const char *destination, const struct psync_figures *figures,
                                  struct psync_error *err)
{
    return change_place(self, destination, NULL, figures, err);
}

static enum psync_result drv_commit(void *self, struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    if (r == PSYNC_OK)
        r = psync_store_commit(d->store, err);
    if (r == PSYNC_OK)
        r = psync_store_check_names(d->store, err);
    if (r == PSYNC_OK)
        r = psync_store_shorten(d->store, err);
    return leave(d, r, err);
}

static enum psync_result drv_tidy(void *self, psync_ms now, bool *ret_readied, struct psync_error *err)
{
    struct sqlite_driver *d = self;
    enum psync_result r = enter(d, err);
    *ret_readied = false;
    if (r == PSYNC_OK)
        r = psync_store_check_names(d->store, err);
    return leave(d, r == PSYNC_OK ? psync_store_tidy(d->store, now, ret_readied, err) : r, err);
}

static void drv_counts(void *self, const char *destination, struct psync_counts *ret_counts)
{
    struct sqlite_driver *d = self;
    struct psync_place *p = psync_place_find(d->store, destination);
    *ret_counts = (struct psync_counts){.next_due_at = PSYNC_MS_NEVER};
    if (p != NULL && psync_place_counts(d->store, p, ret_counts) != PSYNC_OK)
        d->stale = true; /* SQLite may have rolled back: found out at the next call */
}

static enum psync_result drv_destinations(void *self, psync_visit_destination *visit, void *arg,
                                          struct psync_error *err)
{
    return psync_store_destinations(((struct sqlite_driver *)self)->store, visit, arg, err);
}

static enum psync_result drv_dead_groups(void *self, const char *destination, psync_visit_group *visit, void *arg,
                                         struct psync_error *err)
{
    return psync_store_groups(((struct sqlite_driver *)self)->store, destination, visit, arg, err);
}

static enum psync_result drv_list(void *self, const struct psync_filter *filter, size_t n, psync_visit_row *visit,
                                  void *arg, struct psync_error *err)
{
    return psync_store_list(((struct sqlite_driver *)self)->store, filter, n, visit, arg, err);
}

static enum psync_result drv_show(void *self, const char *id, psync_visit_row *visit_message,
                                  psync_visit_attempt *visit_attempt, void *arg, struct psync_error *err)
{
    return psync_store_show(((struct sqlite_driver *)self)->store, id, visit_message, visit_attempt, arg, err);
}

static enum psync_result drv_outcomes(void *self, uint64_t cursor, size_t n, psync_visit_outcome *visit, void *arg,
                                      struct psync_error *err)
{
    return psync_store_outcomes(((struct sqlite_driver *)self)->store, cursor, n, visit, arg, err);
}

static enum psync_result drv_backup(void *self, const char *path, struct psync_error *err)
{
    return psync_store_backup(((struct sqlite_driver *)self)->store, path, err);
}

static enum psync_result drv_check(void *self, struct psync_buf *report, struct psync_error *err)
{
    return psync_store_check(((struct sqlite_driver *)self)->store, report, err);
}

static void drv_interrupt(void *self)
{
    psync_read_interrupt(((struct sqlite_driver *)self)->store);
}

const struct psync_queue_driver psync_driver_sqlite = {
    .name = "sqlite",
    .capabilities = PSYNC_CAN_BIND | PSYNC_CAN_KEYS | PSYNC_CAN_ORDER | PSYNC_CAN_DELAY | PSYNC_CAN_EXPIRE |
                    PSYNC_CAN_COUNT | PSYNC_CAN_AGE | PSYNC_CAN_HISTORY | PSYNC_CAN_WITHDRAW,
    .open = drv_open,
    .close = drv_close,
    .put = drv_put,
    .lease = drv_lease,
    .settle = drv_settle,
    .extend = drv_extend,
    .bind = drv_bind,
    .requeue = drv_requeue,
    .discard = drv_discard,
    .replace = drv_replace,
    .hold = drv_hold,
    .note = drv_note,
    .commit = drv_commit,
    .tidy = drv_tidy,
    .counts = drv_counts,
    .destinations = drv_destinations,
    .dead_groups = drv_dead_groups,
    .list = drv_list,
    .show = drv_show,
    .outcomes = drv_outcomes,
    .backup = drv_backup,
    .check = drv_check,
    .interrupt = drv_interrupt,
};
