/* turn - order per subject: of its unfinished messages exactly one has the turn, the others wait (column `waits`).
 *
 * It is the oldest one, with a single exception: a dead letter that is requeued while a younger message is in flight
 * waits until that one finished or came back. With nobody waiting in a destination, nothing here reads the file. */
#include "queue/sqlite/store.h"

static enum psync_result set(struct psync_store *s, struct psync_place *p, int64_t id, bool waits,
                             struct psync_error *err)
{
    p->waiting += waits ? 1 : -1;
    p->dirty = true;
    return psync_store_run(s, PSYNC_SQL_TURN_SET, PSYNC_VALUES(PSYNC_V_INT(id), PSYNC_V_INT(waits)), err);
}

struct member {
    int64_t id;
    enum psync_state row;
    bool waits;
    psync_ms not_before;
};

/* The oldest unfinished message of the subject of `id`; EMPTY: none. */
static enum psync_result oldest(struct psync_store *s, const struct psync_place *p, int64_t id,
                                struct member *ret_oldest, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_SUBJECT_OLDEST,
                                            PSYNC_VALUES(PSYNC_V_INT(id), PSYNC_V_INT(p->id)), &st, err);
    if (r != PSYNC_OK)
        return r;
    *ret_oldest = (struct member){sqlite3_column_int64(st, 0), (enum psync_state)sqlite3_column_int(st, 1),
                                  sqlite3_column_int(st, 2) != 0, sqlite3_column_int64(st, 3)};
    sqlite3_reset(st);
    return PSYNC_OK;
}

static enum psync_result give(struct psync_store *s, struct psync_place *p, const struct member *m,
                              struct psync_error *err)
{
    psync_place_rewind(p, m->row, m->not_before, m->id);
    return set(s, p, m->id, false, err);
}

enum psync_result psync_turn_pass(struct psync_store *s, struct psync_place *p, int64_t id, struct psync_error *err)
{
    struct member first;
    if (p->waiting == 0)
        return PSYNC_OK;
    enum psync_result r = oldest(s, p, id, &first, err);
    if (r == PSYNC_OK && first.waits)
        r = give(s, p, &first, err);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

enum psync_result psync_turn_yield(struct psync_store *s, struct psync_place *p, int64_t id, struct psync_error *err)
{
    struct member first;
    if (p->waiting == 0)
        return PSYNC_OK;
    enum psync_result r = oldest(s, p, id, &first, err);
    if (r != PSYNC_OK || first.id == id)
        return r == PSYNC_EMPTY ? PSYNC_OK : r;
    r = set(s, p, id, true, err);
    return r == PSYNC_OK ? give(s, p, &first, err) : r;
}

enum psync_result psync_turn_return(struct psync_store *s, struct psync_place *p, int64_t id, bool *ret_waits,
                                    struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_SUBJECT_HOLDER,
                                            PSYNC_VALUES(PSYNC_V_INT(id), PSYNC_V_INT(p->id)), &st, err);
    *ret_waits = false;
    if (r != PSYNC_OK)
        return r == PSYNC_EMPTY ? PSYNC_OK : r;
    int64_t holder = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    if (holder < id || psync_leases_find(&s->leases, holder) != NULL) {
        *ret_waits = true;
        return PSYNC_OK;
    }
    return set(s, p, holder, true, err);
}
