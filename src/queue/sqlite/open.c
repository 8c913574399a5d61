/* open - from a path to a store that can be written, or one clear line why not.
 *
 * A file that is not ours is not touched: its header is looked at with plain reads first, because opening a database
 * can already write beside it (-wal, -shm) and into it (recovery). */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* sqlite.org/fileformat2.html, 1.3 */
enum { HEADER_BYTES = 100, COOKIE_AT = 40, USER_VERSION_AT = 60, APPLICATION_ID_AT = 68 };

static uint32_t big_endian(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The folder must take files: the log of the database lies beside it. */
static enum psync_result look_at_folder(const char *path, struct psync_error *err)
{
    char folder[PSYNC_PATH_BYTES];
    struct stat st;
    if (psync_path_folder(path, folder, NULL) != PSYNC_OK)
        return psync_fail(err, PSYNC_REJECT, "queue.path is too long");
    if (stat(folder, &st) != 0 && errno == ENOENT)
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s: the folder %s does not exist: create it, or set queue.path", path,
                          folder);
    if (access(folder, W_OK | X_OK) != 0)
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s: the folder %s is not writable (%s): make it writable for this user,"
                          " or set queue.path", path, folder, strerror(errno));
    return PSYNC_OK;
}

static enum psync_result judge_header(const char *path, const unsigned char *header, ssize_t n, struct psync_error *err)
{
    if (n < HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0 ||
        big_endian(header + APPLICATION_ID_AT) != PSYNC_SCHEMA_APPLICATION)
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s is not a queue of productsync: move it away, and its -wal and -shm with it,"
                          " or set queue.path to another file", path);
    uint32_t version = big_endian(header + USER_VERSION_AT);
    if (version > (uint32_t)psync_schema_version)
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s was written by a newer productsync (schema %u, this one knows %d):"
                          " use the newer program", path, version, psync_schema_version);
    return psync_log_check(path, big_endian(header + COOKIE_AT), err);
}

/* A new file would take the log of the one that was there for its own. */
static enum psync_result judge_absence(const char *path, struct psync_error *err)
{
    if (psync_log_is_empty(path))
        return PSYNC_EMPTY;
    return psync_fail(err, PSYNC_REJECT,
                      "queue file %s is missing, but its log %s-wal is there: put the file back, or move %s-wal and"
                      " %s-shm away as well", path, path, path, path);
}

/* OK: a queue of ours, and which. EMPTY: nothing there, or a file without a byte. */
static enum psync_result look_at_file(const char *path, struct psync_identity *ret_file, struct psync_error *err)
{
    unsigned char header[HEADER_BYTES];
    struct stat st;
    enum psync_result r = psync_names_judge(path, err);
    if (r != PSYNC_OK)
        return r == PSYNC_EMPTY ? judge_absence(path, err) : r;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s cannot be written: %s: make it writable for this user, or set"
                          " queue.path", path, strerror(errno));
    ssize_t n = fstat(fd, &st) == 0 ? read(fd, header, sizeof header) : -1;
    int why = errno;
    close(fd);
    if (n < 0)
        return psync_fail(err, PSYNC_FATAL, "queue file %s cannot be read: %s", path, strerror(why));
    *ret_file = psync_identity_of(&st);
    return n == 0 ? judge_absence(path, err) : judge_header(path, header, n, err);
}

/* Makes the file if there is none, and tells which it is. */
static enum psync_result find_file(const char *path, struct psync_identity *ret_file, struct psync_error *err)
{
    enum psync_result r = look_at_folder(path, err);
    if (r == PSYNC_OK)
        r = look_at_file(path, ret_file, err);
    if (r == PSYNC_EMPTY) {
        r = psync_schema_create(path, err);
        if (r == PSYNC_OK && !psync_identity_read(path, ret_file))
            r = psync_fail(err, PSYNC_FATAL, "queue file %s: %s", path, strerror(errno));
    }
    return r == PSYNC_OK ? psync_log_unmark(path, err) : r;
}

static int count_wal_pages(void *self, sqlite3 *db, const char *name, int pages)
{
    struct psync_store *s = self;
    (void)db;
    (void)name;
    s->wal_pages = pages;
    s->unlogged_bytes = 0;
    return SQLITE_OK;
}

/* A file system without shared memory between processes keeps SQLite from its log, and says so by the mode alone. */
static int check_wal(sqlite3 *db, bool *ret_is_wal)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &st, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
        *ret_is_wal = strcmp(psync_column_text(st, 0), "wal") == 0;
        code = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return code;
}

static enum psync_result connect_writer(struct psync_store *s, struct psync_error *err)
{
    bool is_wal = true;
    /* secure_delete would write zeros over all that settles free; the file is its owner's alone. A cache of 4 MB puts
     * and settles nearly as fast as one of 8, and leaves room for the senders within 20 MB. */
    static const char setup[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -4000;"
                                "PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
                                "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;"
                                "PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON"; /* macOS; else nothing */
    int code = sqlite3_open_v2(s->conf->path, &s->writer, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        sqlite3_extended_result_codes(s->writer, 1);
        sqlite3_busy_timeout(s->writer, 5000);
        code = sqlite3_exec(s->writer, setup, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK)
        code = check_wal(s->writer, &is_wal);
    if (code == SQLITE_OK && !is_wal)
        return psync_fail(err, PSYNC_REJECT, "queue file %s: its file system cannot hold a write-ahead log: set"
                          " queue.path to a local disk", s->conf->path);
    if (code == SQLITE_OK) { /* checkpoints are ours to make (tidy.c): their errors must not pass unseen */
        sqlite3_wal_hook(s->writer, count_wal_pages, s);
        code = sqlite3_db_config(s->writer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    return code == SQLITE_OK ? PSYNC_OK : psync_store_fault(s, s->writer, code, err);
}

/* What a volley's verdicts may take in the log: a few pages a message. RETRY: there is less. A log that was left may
 * have taken the space, which it gives back first. */
static enum psync_result find_room(struct psync_store *s, struct psync_error *err)
{
    const uint64_t volley = 4 << 20, least = 1 << 20, half = s->conf->reserve_bytes / 2; /* the other half: the file */
    uint64_t needed = half == 0 ? least : half < volley ? half : volley;
    enum psync_result r = psync_store_checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE, err);
    if (r == PSYNC_OK && !psync_disk_takes(s->conf->path, (size_t)needed))
        r = psync_fail(err, PSYNC_RETRY, "queue file %s: the disk is full: there is no room to write down what becomes"
                       " of deliveries: free %" PRIu64 " kB or more", s->conf->path, needed >> 10);
    return r;
}

/* See log.c. A defensive SQLite, as macOS has it, takes a new cookie in silence and keeps the old one: so that is
 * switched off. Later the mark is read with read(2), which sees what write(2) wrote through another descriptor (POSIX,
 * read); the log is empty then, so that the cookie stands in the file. Before any statement is prepared: SQLite takes
 * it for a change of the schema. */
static enum psync_result change_mark(struct psync_store *s, uint32_t *ret_mark, struct psync_error *err)
{
    char sql[96];
    uint32_t mark;
    sqlite3_randomness(sizeof mark, &mark);
    mark &= INT32_MAX;
    snprintf(sql, sizeof sql, "BEGIN IMMEDIATE; PRAGMA schema_version = %" PRIu32 "; COMMIT", mark);
    int code = sqlite3_db_config(s->writer, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(s->writer, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return psync_store_fault(s, s->writer, code, err);
    *ret_mark = mark;
    return PSYNC_OK;
}

/* The schema is read again first: change_mark has changed its cookie, so each statement prepared before that would be
 * prepared anew at its first step. Within a transaction, and out of memory, SQLite 3.40 rolls that back on the way and
 * then runs the statement by itself, committed at once. */
static enum psync_result prepare(struct psync_store *s, struct psync_error *err)
{
    int read = sqlite3_exec(s->writer, "SELECT 1 FROM store", NULL, NULL, NULL);
    if (read != SQLITE_OK)
        return psync_store_fault(s, s->writer, read, err);
    for (int i = 0; i < PSYNC_STATEMENTS; i++) {
        int code = sqlite3_prepare_v3(s->writer, psync_statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                      &s->statements[i], NULL);
        if (code != SQLITE_OK)
            return psync_store_fault(s, s->writer, code, err);
    }
    return PSYNC_OK;
}

/* The clock was set back while nobody ran: what is due later keeps the delay it had left. */
static enum psync_result shift_delays(struct psync_store *s, psync_ms back, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; r == PSYNC_OK && i < s->n_places; i++) {
        struct psync_place *p = s->places[i];
        if (p == NULL)
            continue;
        if (p->hold.throttled_until != 0)
            p->hold.throttled_until -= back;
        p->dirty = true;
        r = psync_store_run(s, PSYNC_SQL_SHIFT_DELAYED, PSYNC_VALUES(PSYNC_V_INT(back), PSYNC_V_INT(p->id)), err);
    }
    PSYNC_LOG(s->log, PSYNC_LOG_WARNING, "clock set back", PSYNC_F_INT("ms", back));
    return r;
}

/* Where a process ended with messages leased, it may have sent them and not lived to record that. */
static enum psync_result note_batches(struct psync_store *s, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_BATCH_DOUBTFUL, NULL, 0, &st, err);
    if (r == PSYNC_OK) {
        s->doubtful_batch = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    }
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* A trial commit with all its syncs: after a doubtful end nothing is leased before one worked. */
static enum psync_result try_commit(struct psync_store *s, psync_ms back, struct psync_error *err)
{
    enum { TOLERANCE_MS = 1000 };
    enum psync_result r = psync_store_begin(s, err);
    if (r == PSYNC_OK && back > TOLERANCE_MS)
        r = shift_delays(s, back, err);
    s->dirty = true;
    if (r == PSYNC_OK)
        r = psync_store_commit(s, err);
    if (r == PSYNC_OK)
        r = psync_store_checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE, err);
    return r;
}

/* What the file says; and that it can be written, but for a disk that is full and may be. */
static enum psync_result start(struct psync_store *s, psync_ms now, bool full, struct psync_error *err)
{
    enum { GAP_MS = 24 * 3600 * 1000 };
    enum psync_result r = psync_store_undo(s, err);
    psync_ms back = s->clock - now;
    if (r == PSYNC_OK)
        r = note_batches(s, err);
    s->clock = now;
    s->age_at_start = s->age == 0 || now - s->age < GAP_MS ? now : s->age + GAP_MS;
    s->started = now;
    return r == PSYNC_OK && !full ? try_commit(s, back, err) : r;
}

static enum psync_result set_up(struct psync_store *s, bool full_disk_ok, psync_ms now, struct psync_error *err)
{
    uint32_t mark = 0;
    enum psync_result r = connect_writer(s, err);
    if (r == PSYNC_OK)
        r = psync_schema_migrate(s, err);
    if (r == PSYNC_OK)
        r = find_room(s, err);
    if (r == PSYNC_OK)
        r = change_mark(s, &mark, err);
    bool full = r == PSYNC_RETRY && full_disk_ok;
    if (r == PSYNC_OK || full)
        r = prepare(s, err);
    if (r == PSYNC_OK)
        r = start(s, now, full, err);
    if (r == PSYNC_OK)
        r = psync_store_note_names(s, err);
    if (r == PSYNC_OK)
        r = psync_store_check_names(s, err); /* that SQLite opened what was looked at */
    if (r == PSYNC_OK && !full)
        psync_log_mark(s->conf->path, mark);
    if (r == PSYNC_OK)
        r = psync_read_connect(s, &s->reader, err);
    return r;
}

enum psync_result psync_store_open(const struct psync_queue_conf *conf, bool full_disk_ok, psync_ms now,
                                   struct psync_log *log, struct psync_store **ret_store, struct psync_error *err)
{
    /* Nobody asks SQLite how much memory it has, and counting takes a lock at each allocation: 5 % of a put. Refused,
     * and no harm, once SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct psync_identity file;
    enum psync_result r = find_file(conf->path, &file, err);
    if (r != PSYNC_OK)
        return r;
    struct psync_store *s = calloc(1, sizeof *s);
    if (s == NULL || pthread_mutex_init(&s->aside_lock, NULL) != 0) {
        free(s);
        return PSYNC_NOMEM;
    }
    if (psync_leases_init(&s->leases) != PSYNC_OK) {
        pthread_mutex_destroy(&s->aside_lock);
        free(s);
        return PSYNC_NOMEM;
    }
    s->conf = conf;
    s->log = log;
    s->file = file;
    atomic_init(&s->interrupted, false);
    psync_map_init(&s->places_by_name);
    r = set_up(s, full_disk_ok, now, err);
    if (r == PSYNC_RETRY)
        r = PSYNC_FATAL; /* no space, and it may be needed */
    if (r == PSYNC_OK)
        *ret_store = s;
    else
        psync_store_close(s, false);
    return r;
}

/* Every attempt that was made is recorded, if nothing is leased: the next process may rely on it. If this cannot be written, it will
 * take all batches for doubtful. */
static void write_doubts(struct psync_store *s)
{
    if (s->leases.by_id.len > 0)
        return;
    enum psync_result r = psync_store_begin(s, NULL);
    if (r == PSYNC_OK)
        r = psync_store_run(s, PSYNC_SQL_STORE_CLOSE, PSYNC_VALUES(PSYNC_V_INT(s->doubtful_batch)), NULL);
    if (r == PSYNC_OK)
        r = psync_store_commit(s, NULL);
    if (r != PSYNC_OK)
        PSYNC_LOG(s->log, PSYNC_LOG_WARNING, "close not recorded", PSYNC_F_TEXT("file", s->conf->path));
}

void psync_store_close(struct psync_store *s, bool sound)
{
    if (s == NULL)
        return;
    sqlite3_close(s->reader);
    if (sound && sqlite3_get_autocommit(s->writer)) {
        write_doubts(s);
        enum psync_result r = psync_store_checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE, NULL);
        if (r != PSYNC_OK) /* nothing is lost: it is all in the log */
            PSYNC_LOG(s->log, PSYNC_LOG_WARNING, "checkpoint failed", PSYNC_F_TEXT("file", s->conf->path));
    }
    for (int i = 0; i < PSYNC_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->writer); /* rolls back what was not committed */
    psync_places_done(s);
    psync_leases_done(&s->leases);
    pthread_mutex_destroy(&s->aside_lock);
    free(s);
}
