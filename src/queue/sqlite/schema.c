/* schema - the tables, and how a file of an older version becomes one of this version.
 *
 * A migration is a row here; PRAGMA user_version says how many a file has had. Each runs in a transaction of its own
 * together with the new number. A queue file appears complete or not at all: it is made under another name, then
 * renamed. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const migrations[] = {
    /* 1. Indexes lead with destination and product, or grow at their end: never led by a hash, whose inserts would each
     * touch another page (platform-facts: 386k against 57k inserts/s). Those of unfinished and dead messages are
     * partial: their size follows what is queued, not the history.
     *
     * waits: an older message of the subject is unfinished. Exactly one unfinished message of a subject does not wait.
     * key_product: the product id a key leads with, 0 for a key of another form; NULL once the key is forgotten.
     * outcome: the latest one's seq. cause: of a dead letter. batch: of an unfinished one; no such batch row: it ended.
     * */
    "CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), next_id INTEGER NOT NULL, next_seq INTEGER NOT NULL,"
    " clock INTEGER NOT NULL, age INTEGER NOT NULL) STRICT;"
    "INSERT INTO store VALUES (1, 1, 1, 0, 0);"
    "CREATE TABLE destination (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, ready INTEGER NOT NULL,"
    " waiting INTEGER NOT NULL, delayed INTEGER NOT NULL, dead INTEGER NOT NULL, done INTEGER NOT NULL,"
    " paused INTEGER NOT NULL, paused_since INTEGER NOT NULL, paused_reason TEXT NOT NULL,"
    " suspended INTEGER NOT NULL, suspended_since INTEGER NOT NULL, suspended_reason TEXT NOT NULL,"
    " throttled_until INTEGER NOT NULL, throttled_reason TEXT NOT NULL, last_success_at INTEGER NOT NULL,"
    " active_ms INTEGER NOT NULL, active_at INTEGER NOT NULL, blocked INTEGER NOT NULL, words TEXT NOT NULL) STRICT;"
    "CREATE TABLE message (id INTEGER PRIMARY KEY, destination INTEGER NOT NULL, state INTEGER NOT NULL,"
    " waits INTEGER NOT NULL, tries INTEGER NOT NULL, attempts INTEGER NOT NULL, outcome INTEGER, not_before INTEGER,"
    " cause INTEGER, batch INTEGER, batch_pos INTEGER, last_try INTEGER, unanswered INTEGER, first_active INTEGER,"
    " product INTEGER NOT NULL, shop TEXT NOT NULL, key_product INTEGER, revision INTEGER NOT NULL,"
    " created_at INTEGER NOT NULL, type TEXT NOT NULL, trace TEXT NOT NULL, key TEXT NOT NULL,"
    " payload BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX message_key ON message (destination, key_product, key);"
    "CREATE INDEX message_other ON message (destination, product, id) WHERE key_product IS NOT product;"
    "CREATE INDEX message_subject ON message (destination, product, shop, id) WHERE state < 3;"
    "CREATE INDEX message_ready ON message (destination, id) WHERE state = 0 AND waits = 0;"
    "CREATE INDEX message_delayed ON message (destination, not_before, id) WHERE state = 2;"
    "CREATE INDEX message_dead ON message (destination, cause, id) WHERE state = 3;"
    "CREATE INDEX message_batch ON message (batch, batch_pos) WHERE batch IS NOT NULL AND state < 3;"
    "CREATE TABLE batch (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, members INTEGER NOT NULL) STRICT;"
    "CREATE TABLE attempt (message INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER NOT NULL,"
    " latency INTEGER NOT NULL, counted INTEGER NOT NULL, error TEXT NOT NULL, problem TEXT NOT NULL,"
    " head BLOB NOT NULL, PRIMARY KEY (message, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE outcome (seq INTEGER PRIMARY KEY, message INTEGER NOT NULL, state INTEGER NOT NULL,"
    " at INTEGER NOT NULL, began INTEGER NOT NULL, status INTEGER NOT NULL, latency INTEGER NOT NULL,"
    " error TEXT, replaced_by TEXT) STRICT;"
    "CREATE INDEX outcome_rare ON outcome (state) WHERE state > 4;"
    "CREATE TABLE cause (id INTEGER PRIMARY KEY, destination INTEGER NOT NULL, problem TEXT NOT NULL,"
    " status INTEGER NOT NULL, error TEXT NOT NULL, count INTEGER NOT NULL, oldest INTEGER NOT NULL,"
    " newest INTEGER NOT NULL) STRICT;",
    /* 2. What a suspension leaves behind: see struct psync_hold. */
    ("ALTER TABLE destination ADD COLUMN proving INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE destination ADD COLUMN suspended_settings TEXT NOT NULL DEFAULT '';"),
    /* 3. Batches up to this one may have been under way when a process ended. NULL: the file is open, or its process died. */
    "ALTER TABLE store ADD COLUMN doubtful_batch INTEGER;",
};
const int psync_schema_version = sizeof migrations / sizeof *migrations;

static int migrate_from(sqlite3 *db, int version)
{
    int code = SQLITE_OK;
    for (; code == SQLITE_OK && version < psync_schema_version; version++) {
        char mark[96];
        snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                 PSYNC_SCHEMA_APPLICATION, version + 1);
        code = sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
        if (code == SQLITE_OK)
            code = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
        if (code == SQLITE_OK)
            code = sqlite3_exec(db, mark, NULL, NULL, NULL);
    }
    return code;
}

enum psync_result psync_schema_migrate(struct psync_store *s, struct psync_error *err)
{
    sqlite3_stmt *st = NULL;
    int version = 0;
    int code = sqlite3_prepare_v2(s->writer, "PRAGMA user_version", -1, &st, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
        version = sqlite3_column_int(st, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(st);
    if (code == SQLITE_OK)
        code = migrate_from(s->writer, version);
    return code == SQLITE_OK ? PSYNC_OK : psync_store_fault(s, s->writer, code, err);
}

/* Only the owner reads it, whatever the umask; SQLite gives -wal and -shm the mode of the file. */
static bool create_empty(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = fchmod(fd, 0600) == 0;
    close(fd);
    return ok;
}

static enum psync_result fill(const char *path, struct psync_error *err)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "PRAGMA auto_vacuum = NONE; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = migrate_from(db, 0);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    enum psync_result r = PSYNC_OK;
    if (code != SQLITE_OK)
        r = code == SQLITE_NOMEM ? PSYNC_NOMEM
                                 : psync_fail(err, PSYNC_FATAL,
                                              "queue file %s cannot be created: %s: free space or repair"
                                              " the disk, or set queue.path to another folder", path,
                                              sqlite3_errmsg(db));
    sqlite3_close(db);
    return r;
}

enum psync_result psync_schema_create(const char *path, struct psync_error *err)
{
    char fresh[4096];
    int len = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof fresh)
        return psync_fail(err, PSYNC_REJECT, "queue.path is too long");
    unlink(fresh); /* left by a crash */
    if (!create_empty(fresh))
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s cannot be created: %s: make its folder writable for this user, or"
                          " set queue.path to another folder", path, strerror(errno));
    enum psync_result r = fill(fresh, err);
    if (r == PSYNC_OK && (rename(fresh, path) != 0 || !psync_disk_sync_folder(path)))
        r = psync_fail(err, PSYNC_FATAL, "queue file %s cannot be created: %s", path, strerror(errno));
    if (r != PSYNC_OK)
        unlink(fresh);
    return r;
}
