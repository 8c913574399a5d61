/* read - reading connections: one for lists, which are rare beside puts and verdicts and so are prepared for each call;
 * and another for as long as a backup or a check takes, so that lists need not wait for it. */
#include "queue/sqlite/store.h"

static enum psync_result fault(struct psync_store *s, sqlite3 *db, int code, struct psync_error *err)
{
    if ((code & 0xff) == SQLITE_BUSY)
        return psync_fail(err, PSYNC_RETRY, "queue file %s is busy: try again", s->conf->path);
    if ((code & 0xff) == SQLITE_INTERRUPT)
        return psync_fail(err, PSYNC_RETRY, "queue file %s is being closed: try again later", s->conf->path);
    return psync_store_fault(s, db, code, err);
}

enum psync_result psync_read_connect(struct psync_store *s, sqlite3 **ret_db, struct psync_error *err)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(s->conf->path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, 5000);
        code = sqlite3_exec(db, "PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF",
                            NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        *ret_db = db;
        return PSYNC_OK;
    }
    enum psync_result r = psync_store_fault(s, db, code, err);
    sqlite3_close(db);
    return r;
}

/* ---- aside ---- */
/* sqlite3_interrupt ends what runs at that moment; what begins just after it ends by this. */
static int is_interrupted(void *self)
{
    return atomic_load(&((struct psync_store *)self)->interrupted);
}

enum psync_result psync_read_aside(struct psync_store *s, sqlite3 **ret_db, struct psync_error *err)
{
    enum { STEPS_BETWEEN_LOOKS = 10000 };
    sqlite3 *db = NULL;
    if (is_interrupted(s))
        return fault(s, NULL, SQLITE_INTERRUPT, err);
    enum psync_result r = psync_read_connect(s, &db, err);
    if (r != PSYNC_OK)
        return r;
    sqlite3_progress_handler(db, STEPS_BETWEEN_LOOKS, is_interrupted, s);
    pthread_mutex_lock(&s->aside_lock);
    s->aside = db;
    pthread_mutex_unlock(&s->aside_lock);
    *ret_db = db;
    return PSYNC_OK;
}

void psync_read_aside_end(struct psync_store *s)
{
    pthread_mutex_lock(&s->aside_lock);
    sqlite3 *db = s->aside;
    s->aside = NULL;
    pthread_mutex_unlock(&s->aside_lock);
    sqlite3_close(db);
}

void psync_read_interrupt(struct psync_store *s)
{
    atomic_store(&s->interrupted, true);
    pthread_mutex_lock(&s->aside_lock);
    if (s->aside != NULL)
        sqlite3_interrupt(s->aside);
    pthread_mutex_unlock(&s->aside_lock);
    sqlite3_interrupt(s->reader); /* open as long as the store is */
}

/* ---- statements ---- */
static enum psync_result begin(struct psync_store *s, sqlite3 *db, const char *sql, const struct psync_value *values,
                               size_t n, sqlite3_stmt **ret_st, struct psync_error *err)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    enum psync_result r = code == SQLITE_OK ? psync_store_bind(st, values, n) : fault(s, db, code, err);
    if (r == PSYNC_OK)
        *ret_st = st;
    else
        sqlite3_finalize(st);
    return r;
}

/* OK: a row. Anything else (EMPTY: the end) has finalized the statement. */
static enum psync_result next(struct psync_store *s, sqlite3_stmt *st, struct psync_error *err)
{
    int code = sqlite3_step(st);
    if (code == SQLITE_ROW)
        return PSYNC_OK;
    enum psync_result r = code == SQLITE_DONE ? PSYNC_EMPTY : fault(s, sqlite3_db_handle(st), code, err);
    sqlite3_finalize(st);
    return r;
}

enum psync_result psync_read_number(struct psync_store *s, const char *sql, const struct psync_value *values, size_t n,
                                    int64_t *ret_number, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = begin(s, s->reader, sql, values, n, &st, err);
    if (r == PSYNC_OK)
        r = next(s, st, err);
    if (r != PSYNC_OK)
        return r;
    *ret_number = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return PSYNC_OK;
}

enum psync_result psync_read_each_of(struct psync_store *s, sqlite3 *db, const char *sql,
                                     const struct psync_value *values, size_t n, psync_read_visit *visit_row,
                                     void *context, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = begin(s, db, sql, values, n, &st, err);
    while (r == PSYNC_OK && (r = next(s, st, err)) == PSYNC_OK)
        if (!visit_row(context, st)) {
            r = psync_columns_failed(st) ? PSYNC_NOMEM : PSYNC_OK;
            sqlite3_finalize(st);
            return r;
        }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

enum psync_result psync_read_each(struct psync_store *s, const char *sql, const struct psync_value *values, size_t n,
                                  psync_read_visit *visit_row, void *context, struct psync_error *err)
{
    return psync_read_each_of(s, s->reader, sql, values, n, visit_row, context, err);
}
