/* withdraw - a message that waits is discarded, because what it tells of is no longer so. */
#include "queue/sqlite/store.h"

struct waiting {
    int64_t id, batch;
    struct psync_place *p;
    enum psync_state row;
    bool waits;
};

/* EMPTY: no message that waits has that id. */
static enum psync_result find(struct psync_store *s, int64_t id, struct waiting *ret_waiting, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_WAITING_GET, PSYNC_VALUES(PSYNC_V_INT(id)), &st, err);
    if (r != PSYNC_OK)
        return r;
    ret_waiting->id = id;
    ret_waiting->p = psync_place_by_id(s, sqlite3_column_int64(st, 0));
    ret_waiting->row = (enum psync_state)sqlite3_column_int(st, 1);
    ret_waiting->waits = sqlite3_column_int(st, 2) != 0;
    ret_waiting->batch = sqlite3_column_int64(st, 3);
    sqlite3_reset(st);
    return ret_waiting->p == NULL ? psync_store_fault(s, s->writer, SQLITE_CORRUPT, err) : PSYNC_OK;
}

/* Nothing sent under the batch's key can have taken effect, so its other members may go under keys of their own. They
 * can be leased one by one then: the cursors go back. */
static enum psync_result free_members(struct psync_store *s, struct psync_place *p, int64_t batch,
                                      struct psync_error *err)
{
    sqlite3_stmt *st;
    bool in_doubt = false;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_LEASE_MEMBERS, PSYNC_VALUES(PSYNC_V_INT(batch)), &st, err);
    for (; r == PSYNC_OK; r = psync_store_next(s, st, err)) {
        int64_t id = sqlite3_column_int64(st, PSYNC_LEASE_ID);
        in_doubt = in_doubt || sqlite3_column_int(st, PSYNC_LEASE_UNANSWERED) != 0 ||
                   psync_leases_find(&s->leases, id) != NULL;
        psync_place_rewind(p, (enum psync_state)sqlite3_column_int(st, PSYNC_LEASE_STATE),
                           sqlite3_column_int64(st, PSYNC_LEASE_NOT_BEFORE), id);
    }
    if (r != PSYNC_EMPTY)
        return r;
    return in_doubt ? PSYNC_GONE : psync_batch_end(s, batch, err);
}

/* GONE: the batch has to go again as it is. */
static enum psync_result leave_batch(struct psync_store *s, const struct waiting *w, struct psync_error *err)
{
    sqlite3_stmt *st;
    if (w->batch == 0)
        return PSYNC_OK;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_BATCH_GET, PSYNC_VALUES(PSYNC_V_INT(w->batch)), &st, err);
    if (r != PSYNC_OK)
        return r == PSYNC_EMPTY ? PSYNC_OK : r; /* it ended before */
    sqlite3_reset(st);
    return w->batch <= s->doubtful_batch ? PSYNC_GONE : free_members(s, w->p, w->batch, err);
}

static enum psync_result discard(struct psync_store *s, const struct waiting *w, psync_ms now, struct psync_error *err)
{
    enum psync_state state;
    int64_t seq;
    enum psync_result legal = psync_state_next(w->row, PSYNC_EVENT_DISCARD, &state);
    PSYNC_INVARIANT(legal == PSYNC_OK);
    enum psync_result r = psync_outcome_add(s, &(struct psync_ending){w->id, state, now, NULL, ""}, &seq, err);
    if (r == PSYNC_OK)
        r = psync_store_run(s, PSYNC_SQL_WITHDRAW,
                            PSYNC_VALUES(PSYNC_V_INT(w->id), PSYNC_V_INT(state), PSYNC_V_INT(seq)), err);
    if (r != PSYNC_OK)
        return r;
    int64_t *rows = w->row == PSYNC_STATE_DELAYED ? &w->p->delayed : &w->p->ready;
    --*rows;
    w->p->waiting -= w->waits;
    w->p->dirty = true;
    return psync_turn_pass(s, w->p, w->id, err);
}

static enum psync_result withdraw(struct psync_store *s, int64_t id, psync_ms now, struct psync_error *err)
{
    struct waiting w;
    enum psync_result r = find(s, id, &w, err);
    struct psync_lease *lease = r == PSYNC_OK ? psync_leases_find(&s->leases, id) : NULL;
    if (lease != NULL) {
        lease->revoked = true;
        return PSYNC_GONE;
    }
    if (r == PSYNC_OK)
        r = leave_batch(s, &w, err);
    return r == PSYNC_OK ? discard(s, &w, now, err) : r;
}

enum psync_result psync_store_withdraw(struct psync_store *s, const char *id, psync_ms now, struct psync_error *err)
{
    int64_t number;
    return psync_id_parse(id, &number) == PSYNC_OK ? withdraw(s, number, now, err) : PSYNC_EMPTY;
}

enum psync_result psync_store_withdraw_returned(struct psync_store *s, psync_ms now, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    for (struct psync_link *l = s->leases.ended.next; r == PSYNC_OK && l != &s->leases.ended; l = l->next) {
        struct psync_lease *lease = PSYNC_CONTAINER(l, struct psync_lease, ended);
        if (lease->revoked) /* and stays so: undone, the lease is valid again */
            r = withdraw(s, lease->id, now, err);
        r = r == PSYNC_EMPTY || r == PSYNC_GONE ? PSYNC_OK : r; /* it is finished, or its batch has to go again */
    }
    return r;
}
