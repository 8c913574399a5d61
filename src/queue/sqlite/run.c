/* run - statements of the writing connection, and what SQLite's result codes mean here. */
#include "queue/sqlite/store.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum psync_result psync_store_fault(struct psync_store *s, sqlite3 *db, int code, struct psync_error *err)
{
    const char *path = s->conf->path;
    if ((code & 0xff) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
        return psync_fail(err, PSYNC_NOMEM, "queue file %s: out of memory", path);
    if (code == SQLITE_IOERR_SHMSIZE) /* of the log's index, a file in memory that other connections share */
        return psync_fail(err, PSYNC_FATAL, "queue file %s: there is no room for %s-shm: free some space", path, path);
    switch (code & 0xff) {
    case SQLITE_FULL:
        return psync_fail(err, PSYNC_RETRY, "queue file %s: the disk is full: free some space", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return psync_fail(err, PSYNC_FATAL, "queue file %s: another program has locked it: end that program", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return psync_fail(err, PSYNC_FATAL,
                          "queue file %s is damaged (%s): move it away together with its -wal and -shm, then put a"
                          " backup in its place or begin anew", path, sqlite3_errmsg(db));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return psync_fail(err, PSYNC_FATAL, "queue file %s: %s: make file and folder writable for this user", path,
                          sqlite3_errmsg(db));
    default:
        return psync_fail(err, PSYNC_FATAL, "queue file %s: %s (code %d): look after the disk, then start again", path,
                          sqlite3_errmsg(db), code);
    }
}

size_t psync_words_len(const char *text)
{
    return psync_utf8_cut((struct psync_span){text, strlen(text)}, PSYNC_CAUSE_TEXT_MAX - 1);
}

enum psync_result psync_store_bind(sqlite3_stmt *st, const struct psync_value *values, size_t n)
{
    /* Statements of one family are given the same values, and not each of them asks for the last ones. */
    size_t asked = (size_t)sqlite3_bind_parameter_count(st);
    for (size_t i = 0; i < n && i < asked; i++) {
        const struct psync_value *v = &values[i];
        int at = (int)i + 1, code;
        switch (v->kind) {
        case PSYNC_VALUE_INT: code = sqlite3_bind_int64(st, at, v->number); break;
        case PSYNC_VALUE_TEXT: code = sqlite3_bind_text(st, at, v->data, (int)v->len, SQLITE_STATIC); break;
        case PSYNC_VALUE_BYTES:
            code = sqlite3_bind_blob(st, at, v->len == 0 ? "" : v->data, (int)v->len, SQLITE_STATIC);
            break;
        default: code = sqlite3_bind_null(st, at); break;
        }
        if (code == SQLITE_NOMEM)
            return PSYNC_NOMEM;
        PSYNC_INVARIANT(code == SQLITE_OK);
    }
    return PSYNC_OK;
}

enum psync_result psync_store_next(struct psync_store *s, sqlite3_stmt *st, struct psync_error *err)
{
    int code = sqlite3_step(st);
    if (code == SQLITE_ROW)
        return PSYNC_OK;
    enum psync_result r = code == SQLITE_DONE ? PSYNC_EMPTY : psync_store_fault(s, s->writer, code, err);
    sqlite3_reset(st); /* tells the same code once more */
    return r;
}

enum psync_result psync_store_query(struct psync_store *s, enum psync_statement which, const struct psync_value *values,
                                    size_t n, sqlite3_stmt **ret_st, struct psync_error *err)
{
    sqlite3_stmt *st = s->statements[which];
    enum psync_result r = psync_store_bind(st, values, n);
    if (r == PSYNC_OK)
        r = psync_store_next(s, st, err);
    if (r == PSYNC_OK)
        *ret_st = st;
    return r;
}

enum psync_result psync_store_run(struct psync_store *s, enum psync_statement which, const struct psync_value *values,
                                  size_t n, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_begin(s, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_store_query(s, which, values, n, &st, err);
    if (r == PSYNC_OK) { /* a row from a statement that returns none */
        sqlite3_reset(st);
        return psync_fail(err, PSYNC_FATAL, "queue file %s: unexpected row", s->conf->path);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

const char *psync_column_text(sqlite3_stmt *st, int column)
{
    const unsigned char *text = sqlite3_column_text(st, column);
    return text == NULL ? "" : (const char *)text;
}

bool psync_columns_failed(sqlite3_stmt *st)
{
    return sqlite3_errcode(sqlite3_db_handle(st)) == SQLITE_NOMEM;
}

struct psync_span psync_column_span(sqlite3_stmt *st, int column)
{
    const char *data = sqlite3_column_blob(st, column);
    size_t len = (size_t)sqlite3_column_bytes(st, column);
    return (struct psync_span){data == NULL ? "" : data, data == NULL ? 0 : len};
}

void psync_id_format(int64_t id, char ret_text[PSYNC_ID_MAX])
{
    static_assert((int)PSYNC_INT_BYTES <= (int)PSYNC_ID_MAX, "any id fits");
    (void)psync_int_format(id, ret_text);
}

enum psync_result psync_id_parse(const char *text, int64_t *ret_id)
{
    int64_t id = 0;
    size_t i = 0;
    for (; text[i] >= '0' && text[i] <= '9' && i < 18; i++)
        id = id * 10 + (text[i] - '0');
    if (i == 0 || text[i] != '\0' || text[0] == '0')
        return PSYNC_REJECT;
    *ret_id = id;
    return PSYNC_OK;
}
