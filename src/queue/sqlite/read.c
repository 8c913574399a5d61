/* read - statements of the reading connection, prepared for each call: lists are rare beside puts and verdicts. */
#include "queue/sqlite/store.h"

static enum psync_result fault(struct psync_store *s, int code, struct psync_error *err)
{
    if ((code & 0xff) == SQLITE_BUSY)
        return psync_fail(err, PSYNC_RETRY, "queue file %s is busy: try again", s->conf->path);
    return psync_store_fault(s, s->reader, code, err);
}

enum psync_result psync_read_begin(struct psync_store *s, const char *sql, const struct psync_value *values, size_t n,
                                   sqlite3_stmt **ret_st, struct psync_error *err)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(s->reader, sql, -1, &st, NULL);
    enum psync_result r = code == SQLITE_OK ? psync_store_bind(st, values, n) : fault(s, code, err);
    if (r == PSYNC_OK)
        *ret_st = st;
    else
        sqlite3_finalize(st);
    return r;
}

enum psync_result psync_read_next(struct psync_store *s, sqlite3_stmt *st, struct psync_error *err)
{
    int code = sqlite3_step(st);
    if (code == SQLITE_ROW)
        return PSYNC_OK;
    enum psync_result r = code == SQLITE_DONE ? PSYNC_EMPTY : fault(s, code, err);
    sqlite3_finalize(st);
    return r;
}

enum psync_result psync_read_number(struct psync_store *s, const char *sql, const struct psync_value *values, size_t n,
                                    int64_t *ret_number, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_read_begin(s, sql, values, n, &st, err);
    if (r == PSYNC_OK)
        r = psync_read_next(s, st, err);
    if (r != PSYNC_OK)
        return r;
    *ret_number = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return PSYNC_OK;
}

enum psync_result psync_read_each(struct psync_store *s, const char *sql, const struct psync_value *values, size_t n,
                                  psync_read_visit *visit_row, void *context, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_read_begin(s, sql, values, n, &st, err);
    while (r == PSYNC_OK && (r = psync_read_next(s, st, err)) == PSYNC_OK)
        if (!visit_row(context, st)) {
            r = psync_columns_failed(st) ? PSYNC_NOMEM : PSYNC_OK;
            sqlite3_finalize(st);
            return r;
        }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}
