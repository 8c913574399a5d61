/* transaction - begin, commit, and how everything since the last commit is undone. */
#include "queue/sqlite/store.h"

#include <stdlib.h>

bool psync_store_lost(const struct psync_store *s)
{
    return s->open && sqlite3_get_autocommit(s->writer);
}

enum psync_result psync_store_begin(struct psync_store *s, struct psync_error *err)
{
    sqlite3_stmt *st;
    if (s->open)
        return psync_store_lost(s) ? PSYNC_NOMEM : PSYNC_OK;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_BEGIN, NULL, 0, &st, err);
    if (r != PSYNC_EMPTY)
        return r;
    s->open = true;
    return PSYNC_OK;
}

enum psync_result psync_store_commit(struct psync_store *s, struct psync_error *err)
{
    sqlite3_stmt *st;
    if (!s->open)
        return PSYNC_OK;
    enum psync_result r = psync_places_save(s, err);
    if (r == PSYNC_OK && s->dirty) {
        s->age = psync_store_age(s, s->clock);
        r = psync_store_run(s, PSYNC_SQL_STORE_SAVE,
                            PSYNC_VALUES(PSYNC_V_INT(s->next_id), PSYNC_V_INT(s->next_seq), PSYNC_V_INT(s->clock),
                                         PSYNC_V_INT(s->age)), err);
    }
    if (r == PSYNC_OK && psync_store_lost(s))
        return PSYNC_NOMEM;
    if (r == PSYNC_OK)
        r = psync_store_query(s, PSYNC_SQL_COMMIT, NULL, 0, &st, err);
    if (r != PSYNC_EMPTY)
        return r;
    s->open = s->dirty = false;
    s->purged_for_good = s->purged_after;
    psync_leases_commit(&s->leases);
    return PSYNC_OK;
}

/* What a lease knows of its message, from the file. EMPTY: it cannot be leased after all. */
static enum psync_result refresh(struct psync_store *s, struct psync_lease *l, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_LEASABLE, PSYNC_VALUES(PSYNC_V_INT(l->id)), &st, err);
    if (r != PSYNC_OK)
        return r;
    psync_lease_row(l, (enum psync_state)sqlite3_column_int(st, 0), sqlite3_column_int64(st, 1));
    l->batch = sqlite3_column_int64(st, 2);
    l->tries = (uint32_t)sqlite3_column_int64(st, 3);
    sqlite3_reset(st);
    return PSYNC_OK;
}

static enum psync_result refresh_leases(struct psync_store *s, struct psync_error *err)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum psync_result r = psync_leases_ids(&s->leases, &ids, &n);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        struct psync_lease *l = psync_leases_find(&s->leases, ids[i]);
        enum psync_result seen = refresh(s, l, err);
        if (seen == PSYNC_EMPTY)
            psync_leases_drop(&s->leases, l);
        else
            r = seen;
    }
    free(ids);
    return r;
}

enum psync_result psync_store_undo(struct psync_store *s, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r;
    for (int i = 0; i < PSYNC_STATEMENTS; i++)
        sqlite3_reset(s->statements[i]);
    if (!sqlite3_get_autocommit(s->writer)) {
        r = psync_store_query(s, PSYNC_SQL_ROLLBACK, NULL, 0, &st, err);
        if (r != PSYNC_EMPTY)
            return r;
    }
    s->open = s->dirty = false;
    s->unlogged_bytes = 0;
    r = psync_store_query(s, PSYNC_SQL_STORE_LOAD, NULL, 0, &st, err);
    if (r != PSYNC_OK)
        return r == PSYNC_EMPTY ? psync_fail(err, PSYNC_FATAL, "queue file %s is damaged", s->conf->path) : r;
    s->next_id = sqlite3_column_int64(st, 0);
    s->next_seq = sqlite3_column_int64(st, 1);
    s->clock = sqlite3_column_int64(st, 2);
    s->age = sqlite3_column_int64(st, 3);
    sqlite3_reset(st);
    r = psync_places_load(s, err);
    if (r != PSYNC_OK)
        return r;
    s->ended_batch = 0;
    s->purged_after = s->purged_for_good;
    psync_store_doubt(s, psync_leases_restore(&s->leases));
    return refresh_leases(s, err);
}

enum psync_result psync_store_checkpoint(struct psync_store *s, int mode, struct psync_error *err)
{
    int in_wal = 0, copied = 0;
    int code = sqlite3_wal_checkpoint_v2(s->writer, NULL, mode, &in_wal, &copied);
    s->wal_pages = 0;
    switch (code == SQLITE_IOERR_NOMEM ? SQLITE_NOMEM : code & 0xff) {
    case SQLITE_OK:
    case SQLITE_BUSY:  /* a reader is in the way: next time */
    case SQLITE_FULL:  /* nothing is lost: it stays in the log */
    case SQLITE_NOMEM:
        return PSYNC_OK;
    default:
        return psync_store_fault(s, s->writer, code, err);
    }
}
