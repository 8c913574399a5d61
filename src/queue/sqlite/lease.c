/* lease - messages to whoever delivers them, for a time.
 *
 * Two indexes hold what can be leased: delayed by (not_before, id), ready by id. A cursor into each says how far they
 * are leased, so a lease looks at no row twice; a row that comes back moves its cursor back (psync_place_rewind). */
#include "queue/sqlite/store.h"

#include <stdio.h>

enum { LEASES_MAX = 65536 };

/* What one call to lease has so far. */
struct taking {
    struct psync_store *s;
    struct psync_place *p;
    psync_ms now, until;
    struct psync_message **ret;
    size_t n, max, room; /* `room` of `ret`: for a batch of more than `max` */
    bool more; /* it stopped because of `max` */
};

/* The batch that a message is taken with; all zeros: none. */
struct bound {
    int64_t id;
    const char *key;
    uint32_t members;
};

static bool leasable(const struct taking *t, sqlite3_stmt *row)
{
    bool due = sqlite3_column_int(row, PSYNC_LEASE_STATE) != PSYNC_STATE_DELAYED ||
               sqlite3_column_int64(row, PSYNC_LEASE_NOT_BEFORE) <= t->now;
    return due && sqlite3_column_int(row, PSYNC_LEASE_WAITS) == 0 &&
           psync_leases_find(&t->s->leases, sqlite3_column_int64(row, PSYNC_LEASE_ID)) == NULL;
}

static struct psync_message *read_message(const struct taking *t, sqlite3_stmt *row, const struct bound *batch)
{
    struct psync_message m = {
        .key = psync_column_text(row, PSYNC_LEASE_KEY),
        .destination = t->p->name,
        .type = psync_column_text(row, PSYNC_LEASE_TYPE),
        .trace = psync_column_text(row, PSYNC_LEASE_TRACE),
        .subject = {sqlite3_column_int64(row, PSYNC_LEASE_PRODUCT), psync_column_text(row, PSYNC_LEASE_SHOP)},
        .payload = psync_column_span(row, PSYNC_LEASE_PAYLOAD),
        .revision = (uint32_t)sqlite3_column_int64(row, PSYNC_LEASE_REVISION),
        .created_at = sqlite3_column_int64(row, PSYNC_LEASE_CREATED),
        .attempts = (uint32_t)sqlite3_column_int64(row, PSYNC_LEASE_ATTEMPTS),
        .tries = (uint32_t)sqlite3_column_int64(row, PSYNC_LEASE_TRIES),
        .last_try_at = sqlite3_column_int64(row, PSYNC_LEASE_LAST_TRY),
        .last_unanswered = sqlite3_column_int(row, PSYNC_LEASE_UNANSWERED) != 0,
        .first_active_ms = -1,
        .batch_key = "",
    };
    if (batch->id != 0) {
        m.batch_key = batch->key;
        m.batch_pos = (uint32_t)sqlite3_column_int64(row, PSYNC_LEASE_BATCH_POS);
        m.batch_count = batch->members;
        m.last_unanswered |= batch->id <= t->s->doubtful_batch;
    }
    if (sqlite3_column_type(row, PSYNC_LEASE_FIRST_ACTIVE) != SQLITE_NULL)
        m.first_active_ms = sqlite3_column_int64(row, PSYNC_LEASE_FIRST_ACTIVE);
    psync_id_format(sqlite3_column_int64(row, PSYNC_LEASE_ID), m.id);
    return psync_columns_failed(row) ? NULL : psync_message_new(&m);
}

/* DELAYED and due becomes READY, and READY becomes IN_FLIGHT: in memory, the row stays as it is. */
static enum psync_result take(struct taking *t, sqlite3_stmt *row, const struct bound *batch)
{
    enum psync_state state = (enum psync_state)sqlite3_column_int(row, PSYNC_LEASE_STATE), next = state;
    struct psync_lease *lease, like = {
        .id = sqlite3_column_int64(row, PSYNC_LEASE_ID),
        .batch = batch->id,
        .place = t->p,
        .row = state,
        .not_before = sqlite3_column_int64(row, PSYNC_LEASE_NOT_BEFORE),
        .tries = (uint32_t)sqlite3_column_int64(row, PSYNC_LEASE_TRIES),
    };
    enum psync_result legal = PSYNC_OK;
    if (state == PSYNC_STATE_DELAYED)
        legal = psync_state_next(next, PSYNC_EVENT_DUE, &next);
    if (legal == PSYNC_OK)
        legal = psync_state_next(next, PSYNC_EVENT_LEASE, &next);
    PSYNC_INVARIANT(legal == PSYNC_OK && t->n < t->room);
    struct psync_message *m = read_message(t, row, batch);
    if (m == NULL)
        return PSYNC_NOMEM;
    enum psync_result r = psync_leases_add(&t->s->leases, &like, t->until, &lease);
    if (r != PSYNC_OK) {
        psync_message_free(m);
        return r;
    }
    m->lease = lease->token;
    t->ret[t->n++] = m;
    return PSYNC_OK;
}

/* Counts the unfinished members of a batch and those that can be leased. */
static enum psync_result count_members(struct taking *t, int64_t batch, uint32_t *ret_there, uint32_t *ret_leasable,
                                       struct psync_error *err)
{
    sqlite3_stmt *st;
    uint32_t there = 0, able = 0;
    enum psync_result r = psync_store_query(t->s, PSYNC_SQL_LEASE_MEMBERS, PSYNC_VALUES(PSYNC_V_INT(batch)), &st, err);
    for (; r == PSYNC_OK; r = psync_store_next(t->s, st, err)) {
        there++;
        able += leasable(t, st);
    }
    *ret_there = there;
    *ret_leasable = able;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result take_members(struct taking *t, const struct bound *batch, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(t->s, PSYNC_SQL_LEASE_MEMBERS, PSYNC_VALUES(PSYNC_V_INT(batch->id)), &st,
                                            err);
    while (r == PSYNC_OK) {
        r = take(t, st, batch);
        if (r == PSYNC_OK)
            r = psync_store_next(t->s, st, err);
        else
            sqlite3_reset(st);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* The batch `id` as a whole. One with more members than are leased at once comes alone, or it would wait for ever.
 * EMPTY: it ended, its members are single messages again. RETRY: not now. */
static enum psync_result take_batch(struct taking *t, int64_t id, struct psync_error *err)
{
    sqlite3_stmt *st;
    char key[PSYNC_BATCH_KEY_MAX];
    uint32_t there, able;
    enum psync_result r = psync_store_query(t->s, PSYNC_SQL_BATCH_GET, PSYNC_VALUES(PSYNC_V_INT(id)), &st, err);
    if (r != PSYNC_OK)
        return r;
    struct bound batch = {id, key, (uint32_t)sqlite3_column_int64(st, 1)};
    snprintf(key, sizeof key, "%s", psync_column_text(st, 0));
    bool failed = psync_columns_failed(st);
    sqlite3_reset(st);
    if (failed)
        return PSYNC_NOMEM;
    if (batch.members > PSYNC_BATCH_MEMBERS_MAX)
        return psync_store_fault(t->s, t->s->writer, SQLITE_CORRUPT, err);
    r = count_members(t, id, &there, &able, err);
    if (r != PSYNC_OK)
        return r;
    if (there != batch.members)
        return PSYNC_EMPTY;
    if (able != batch.members)
        return PSYNC_RETRY;
    if (t->n > 0 && batch.members > t->max - t->n) {
        t->more = true;
        return PSYNC_RETRY;
    }
    return take_members(t, &batch, err);
}

/* One row of either index. */
static enum psync_result take_row(struct taking *t, sqlite3_stmt *row, struct psync_error *err)
{
    if (psync_leases_find(&t->s->leases, sqlite3_column_int64(row, PSYNC_LEASE_ID)) != NULL)
        return PSYNC_OK;
    int64_t batch = sqlite3_column_int64(row, PSYNC_LEASE_BATCH);
    if (batch != 0) {
        enum psync_result r = take_batch(t, batch, err);
        if (r != PSYNC_EMPTY)
            return r == PSYNC_RETRY ? PSYNC_OK : r;
    }
    return take(t, row, &(struct bound){0});
}

static enum psync_result take_due(struct taking *t, struct psync_error *err)
{
    sqlite3_stmt *st;
    struct psync_place *p = t->p;
    enum psync_result r = psync_store_query(t->s, PSYNC_SQL_LEASE_DUE,
                                            PSYNC_VALUES(PSYNC_V_INT(p->id), PSYNC_V_INT(t->now),
                                                         PSYNC_V_INT(p->due_after),
                                                         PSYNC_V_INT(p->due_after_id)), &st, err);
    while (r == PSYNC_OK) {
        psync_ms not_before = sqlite3_column_int64(st, PSYNC_LEASE_NOT_BEFORE);
        int64_t id = sqlite3_column_int64(st, PSYNC_LEASE_ID);
        t->more = t->n >= t->max;
        if (!t->more)
            r = take_row(t, st, err);
        if (t->more || r != PSYNC_OK) {
            sqlite3_reset(st);
            return r;
        }
        p->due_after = not_before;
        p->due_after_id = id;
        r = psync_store_next(t->s, st, err);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result take_fresh(struct taking *t, struct psync_error *err)
{
    sqlite3_stmt *st;
    struct psync_place *p = t->p;
    enum psync_result r = psync_store_query(t->s, PSYNC_SQL_LEASE_FRESH,
                                            PSYNC_VALUES(PSYNC_V_INT(p->id), PSYNC_V_INT(p->fresh_after)), &st, err);
    while (r == PSYNC_OK) {
        int64_t id = sqlite3_column_int64(st, PSYNC_LEASE_ID);
        t->more = t->n >= t->max;
        if (!t->more)
            r = take_row(t, st, err);
        if (t->more || r != PSYNC_OK) {
            sqlite3_reset(st);
            return r;
        }
        p->fresh_after = id;
        r = psync_store_next(t->s, st, err);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result next_due(struct taking *t, psync_ms *ret_due, struct psync_error *err)
{
    sqlite3_stmt *st;
    const struct psync_lease *first = psync_leases_first(&t->s->leases);
    psync_ms due = first == NULL ? PSYNC_MS_NEVER : first->until;
    enum psync_result r = PSYNC_EMPTY;
    if (t->more)
        due = t->now;
    else if (t->p->delayed > 0)
        r = psync_store_query(t->s, PSYNC_SQL_NEXT_DUE, PSYNC_VALUES(PSYNC_V_INT(t->p->id), PSYNC_V_INT(t->now)), &st,
                              err);
    if (r == PSYNC_OK) {
        if (sqlite3_column_int64(st, 0) < due)
            due = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    } else if (r != PSYNC_EMPTY) {
        return r;
    }
    *ret_due = due;
    return PSYNC_OK;
}

/* What was taken is leased by nobody. */
static void give_back(struct taking *t)
{
    while (t->n > 0) {
        struct psync_message *m = t->ret[--t->n];
        struct psync_lease *lease = psync_leases_of(&t->s->leases, m);
        PSYNC_INVARIANT(lease != NULL);
        psync_place_rewind(t->p, lease->row, lease->not_before, lease->id);
        psync_leases_drop(&t->s->leases, lease);
        psync_message_free(m);
    }
}

enum psync_result psync_store_lease(struct psync_store *s, const struct psync_want *want, psync_ms now,
                                    struct psync_message **ret, size_t *ret_n, psync_ms *ret_next_due,
                                    struct psync_error *err)
{
    size_t left = s->leases.by_id.len >= LEASES_MAX ? 0 : LEASES_MAX - s->leases.by_id.len;
    struct taking t = {.s = s, .p = psync_place_find(s, want->destination), .now = now, .until = want->until,
                       .ret = ret, .max = want->max < left ? want->max : left,
                       .room = want->max > PSYNC_BATCH_MEMBERS_MAX ? want->max : PSYNC_BATCH_MEMBERS_MAX};
    psync_ms due = PSYNC_MS_NEVER;
    enum psync_result r = psync_store_expire(s, now, err);
    bool held = t.p == NULL || t.p->hold.paused || t.p->hold.suspended;
    if (r == PSYNC_OK && !held) { /* without room, too: there is some when the first lease runs out */
        r = t.max > 0 && t.p->delayed > 0 ? take_due(&t, err) : PSYNC_OK;
        if (r == PSYNC_OK && t.max > 0 && !t.more && t.p->ready > 0)
            r = take_fresh(&t, err);
        if (r == PSYNC_OK)
            r = next_due(&t, &due, err);
        if (r == PSYNC_OK && psync_store_lost(s))
            r = PSYNC_NOMEM;
        if (r != PSYNC_OK)
            give_back(&t);
    }
    if (r != PSYNC_OK)
        return r;
    *ret_n = t.n;
    *ret_next_due = due;
    return t.n == 0 ? PSYNC_EMPTY : PSYNC_OK;
}

void psync_store_doubt(struct psync_store *s, int64_t batch)
{
    if (batch > s->doubtful_batch)
        s->doubtful_batch = batch;
}

enum psync_result psync_store_expire(struct psync_store *s, psync_ms now, struct psync_error *err)
{
    for (struct psync_lease *lease; (lease = psync_leases_first(&s->leases)) != NULL && lease->until <= now;) {
        struct psync_place *p = lease->place;
        int64_t id = lease->id;
        psync_store_doubt(s, lease->batch);
        psync_place_rewind(p, lease->row, lease->not_before, id);
        psync_leases_drop(&s->leases, lease);
        enum psync_result r = psync_turn_yield(s, p, id, err);
        if (r != PSYNC_OK)
            return r;
    }
    return PSYNC_OK;
}

enum psync_result psync_store_extend(struct psync_store *s, struct psync_message *const *messages, size_t n,
                                     psync_ms until, struct psync_error *err)
{
    enum psync_result gone = PSYNC_OK;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        struct psync_lease *lease = psync_leases_of(&s->leases, messages[i]);
        if (lease == NULL) {
            gone = PSYNC_GONE;
            continue;
        }
        psync_leases_extend(&s->leases, lease, until);
    }
    return gone;
}
