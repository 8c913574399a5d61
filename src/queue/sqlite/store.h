/* store - what the files of the SQLite driver share: the file, its statements, what is kept in memory about it.
 *
 * The file holds everything but the leases: a message in flight is READY or DELAYED in its row, so that a crash returns
 * it. One transaction runs from commit to commit. A failure that is not fatal (no memory, no space) undoes all of it:
 * SQLite itself rolls back then, and psync_store_undo takes the memory back to what the file says. */
#ifndef PSYNC_QUEUE_SQLITE_STORE_H
#define PSYNC_QUEUE_SQLITE_STORE_H

#include "base/containers.h"
#include "base/path.h"
#include "queue/driver.h"
#include "queue/identity.h"
#include "queue/sqlite/statement.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* ---- destinations: a row each, all of them in memory ---- */
struct psync_place {
    int64_t id;
    char name[PSYNC_NAME_MAX];
    int64_t ready, waiting, delayed, dead, done; /* rows; `waiting`: ready or delayed, and without the turn */
    int64_t leased_ready, leased_delayed;        /* of these, in flight */
    struct psync_hold hold;
    struct psync_figures figures;
    bool dirty;                                  /* its row is to be written */
    int64_t fresh_after;                         /* lease cursor: READY rows up to this id are leased or bound */
    psync_ms due_after;                          /* lease cursor of DELAYED rows: (not_before, id) */
    int64_t due_after_id;
    int64_t kept_after;                          /* purge by count: outcomes up to this seq were looked at */
    bool told_keep_count;
};

/* ---- leases: in memory alone ---- */
struct psync_lease {
    struct psync_link expiry;
    psync_ms until;          /* when it runs out */
    struct psync_link ended; /* settled, and the commit is still to come */
    int64_t id, batch;       /* batch 0: none */
    uint64_t token;
    struct psync_place *place;
    enum psync_state row;    /* READY or DELAYED: what the file says */
    psync_ms not_before;
    uint32_t tries;
    bool revoked;            /* to be discarded when it comes back undelivered */
};
struct psync_leases {
    pthread_mutex_t lock;    /* of `by_id`, which readers look into */
    struct psync_map by_id;
    struct psync_link expiry; /* the first to run out first */
    struct psync_link ended;
    uint64_t next_token;
};

struct psync_store {
    const struct psync_queue_conf *conf;
    struct psync_log *log;
    struct psync_identity file, wal; /* those that are open; see psync_store_check_names */
    sqlite3 *writer, *reader;
    pthread_mutex_t aside_lock; /* of `aside` */
    sqlite3 *aside;          /* the connection of a backup or a check, while there is one */
    atomic_bool interrupted; /* and no other is to come */
    sqlite3_stmt *statements[PSYNC_STATEMENTS];
    bool open;               /* a transaction is */
    bool dirty;              /* the `store` row is to be written */
    int64_t next_id, next_seq;
    psync_ms clock;          /* the latest `now` */
    psync_ms age, age_at_start, started; /* the clock of the purge: as stored; when this life began, by both clocks */
    int wal_pages, wal_tried; /* in the log; when a checkpoint was last tried because it is long */
    psync_ms space_checked;  /* when, and how many bytes were put since */
    uint64_t space_bytes, unlogged_bytes; /* the latter since the last commit */
    bool space_low;
    int64_t ended_batch;     /* the latest batch whose row was deleted */
    int64_t doubtful_batch; /* see psync_store_doubt */
    int64_t purged_after;    /* purge by age: outcomes up to this seq were looked at */
    int64_t purged_for_good; /* as of the last commit */
    struct psync_map places_by_name;
    struct psync_place **places; /* by id - 1; NULL where there is none */
    size_t n_places, cap_places;
    struct psync_leases leases;
};

/* ---- open.c, schema.c ---- */
PSYNC_CHECKED enum psync_result psync_store_open(const struct psync_queue_conf *conf, bool full_disk_ok, psync_ms now,
                                                 struct psync_log *log,
                                                 struct psync_store **ret_store, struct psync_error *err);
void psync_store_close(struct psync_store *s, bool sound); /* not sound: write nothing more */
PSYNC_CHECKED enum psync_result psync_schema_create(const char *path, struct psync_error *err); /* all or nothing */
PSYNC_CHECKED enum psync_result psync_schema_migrate(struct psync_store *s, struct psync_error *err);
enum { PSYNC_SCHEMA_APPLICATION = 0x70737163 /* "psqc" */ };
extern const int psync_schema_version;

/* ---- disk.c ---- */
bool psync_disk_sync(int fd);
bool psync_disk_takes(const char *path, size_t bytes); /* is there room beside `path` for so many, now? */
bool psync_disk_sync_folder(const char *path); /* the folder `path` lies in: what was created or renamed there stays */

/* ---- names.c: the files that are open go by their names ---- */
/* REJECT: `path` is a link, has other names, or is no regular file, with the remedy. EMPTY: nothing is there. */
PSYNC_CHECKED enum psync_result psync_names_judge(const char *path, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_note_names(struct psync_store *s, struct psync_error *err);
/* FATAL: file or log was removed or replaced. Before what was committed is reported. */
PSYNC_CHECKED enum psync_result psync_store_check_names(struct psync_store *s, struct psync_error *err);

/* ---- log.c: the write-ahead log belongs to the file ---- */
PSYNC_CHECKED enum psync_result psync_log_name(const char *path, const char *tail, char ret_name[PSYNC_PATH_BYTES]);
bool psync_log_is_empty(const char *path); /* or is not there */
/* REJECT: the log is another file's than the one whose mark this is. */
PSYNC_CHECKED enum psync_result psync_log_check(const char *path, uint32_t mark, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_log_unmark(const char *path, struct psync_error *err);
void psync_log_mark(const char *path, uint32_t mark);

/* ---- run.c: statements and their results ---- */
struct psync_value {
    enum { PSYNC_VALUE_NULL, PSYNC_VALUE_INT, PSYNC_VALUE_TEXT, PSYNC_VALUE_BYTES } kind;
    int64_t number;
    const char *data;
    size_t len;
};
#define PSYNC_V_INT(n_) ((struct psync_value){.kind = PSYNC_VALUE_INT, .number = (n_)})
#define PSYNC_V_TEXT(s_) ((struct psync_value){.kind = PSYNC_VALUE_TEXT, .data = (s_), .len = strlen(s_)})
#define PSYNC_V_WORDS(s_) ((struct psync_value){.kind = PSYNC_VALUE_TEXT, .data = (s_), .len = psync_words_len(s_)})
#define PSYNC_V_SPAN(s_) ((struct psync_value){.kind = PSYNC_VALUE_BYTES, .data = (s_).data, .len = (s_).len})
#define PSYNC_V_NULL() ((struct psync_value){.kind = PSYNC_VALUE_NULL})
size_t psync_words_len(const char *text); /* cut to whole characters within PSYNC_CAUSE_TEXT_MAX - 1 bytes */
#define PSYNC_VALUES(...)                                                                                              \
    (const struct psync_value[]){__VA_ARGS__},                                                                         \
        sizeof((const struct psync_value[]){__VA_ARGS__}) / sizeof(struct psync_value)

/* What a result code of SQLite means here: NOMEM; RETRY (no space); FATAL with path and remedy. */
PSYNC_CHECKED enum psync_result psync_store_fault(struct psync_store *s, sqlite3 *db, int code,
                                                  struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_bind(sqlite3_stmt *st, const struct psync_value *values, size_t n);
/* Runs a statement of the writer to its end; the transaction is begun before where there is none. */
PSYNC_CHECKED enum psync_result psync_store_run(struct psync_store *s, enum psync_statement which,
                                                const struct psync_value *values, size_t n, struct psync_error *err);
/* Its first row: OK, and the caller reads columns from *ret_st and then resets it; EMPTY: none. */
PSYNC_CHECKED enum psync_result psync_store_query(struct psync_store *s, enum psync_statement which,
                                                  const struct psync_value *values, size_t n, sqlite3_stmt **ret_st,
                                                  struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_next(struct psync_store *s, sqlite3_stmt *st, struct psync_error *err);
/* Borrowed until the next step. NULL in the row is "". No memory is "" too, and told by the last of these. */
const char *psync_column_text(sqlite3_stmt *st, int column);
struct psync_span psync_column_span(sqlite3_stmt *st, int column);
bool psync_columns_failed(sqlite3_stmt *st);

/* ---- read.c: reading connections; a statement for each call ---- */
PSYNC_CHECKED enum psync_result psync_read_connect(struct psync_store *s, sqlite3 **ret_db, struct psync_error *err);
/* A connection for what takes long. RETRY: no more of these, see psync_read_interrupt. */
PSYNC_CHECKED enum psync_result psync_read_aside(struct psync_store *s, sqlite3 **ret_db, struct psync_error *err);
void psync_read_aside_end(struct psync_store *s);
void psync_read_interrupt(struct psync_store *s); /* any thread */
/* Calls `visit_row` for each row until it returns false, and ends the statement in any case. */
typedef bool psync_read_visit(void *context, sqlite3_stmt *st);
PSYNC_CHECKED enum psync_result psync_read_each_of(struct psync_store *s, sqlite3 *db, const char *sql,
                                                   const struct psync_value *values, size_t n,
                                                   psync_read_visit *visit_row, void *context,
                                                   struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_read_each(struct psync_store *s, const char *sql, /* of s->reader */
                                                const struct psync_value *values,
                                                size_t n, psync_read_visit *visit_row, void *context,
                                                struct psync_error *err);
/* One integer of one row; EMPTY: no row. */
PSYNC_CHECKED enum psync_result psync_read_number(struct psync_store *s, const char *sql,
                                                  const struct psync_value *values,
                                                  size_t n, int64_t *ret_number, struct psync_error *err);

/* ---- transaction.c ---- */
/* SQLite rolled the transaction back by itself. Out of memory between two results of a statement, it says so to nobody
 * but this (sqlite3_get_autocommit). */
bool psync_store_lost(const struct psync_store *s);
/* NOMEM: the transaction that was open is lost. */
PSYNC_CHECKED enum psync_result psync_store_begin(struct psync_store *s, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_commit(struct psync_store *s, struct psync_error *err);
/* After NOMEM or RETRY: nothing since the last commit happened. OK, or FATAL where that cannot be had. */
PSYNC_CHECKED enum psync_result psync_store_undo(struct psync_store *s, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_checkpoint(struct psync_store *s, int mode, struct psync_error *err);

/* ---- place.c ---- */
struct psync_place *psync_place_find(const struct psync_store *s, const char *name); /* NULL: unknown */
struct psync_place *psync_place_by_id(const struct psync_store *s, int64_t id);     /* NULL: unknown, so damaged */
PSYNC_CHECKED enum psync_result psync_place_get(struct psync_store *s, const char *name, struct psync_place **ret_place,
                                                struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_places_load(struct psync_store *s, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_places_save(struct psync_store *s, struct psync_error *err);
void psync_places_done(struct psync_store *s);
/* Filled in any case; what a failed look into the file left out is 0. */
PSYNC_CHECKED enum psync_result psync_place_counts(struct psync_store *s, struct psync_place *p,
                                                   struct psync_counts *ret_counts);
/* A row that can be leased lies behind the cursors: they go back. */
void psync_place_rewind(struct psync_place *p, enum psync_state row, psync_ms not_before, int64_t id);
/* From a row of `SELECT PSYNC_PLACE_COLUMNS`. */
#define PSYNC_PLACE_COLUMNS                                                                                            \
    "id, name, ready, waiting, delayed, dead, done, paused, paused_since, paused_reason, suspended, suspended_since,"  \
    " suspended_reason, throttled_until, throttled_reason, last_success_at, active_ms, active_at, blocked, words,"       \
    " proving, suspended_settings"
void psync_place_read(sqlite3_stmt *st, struct psync_place *p);

/* ---- leases.c ---- */
PSYNC_CHECKED enum psync_result psync_leases_init(struct psync_leases *l);
void psync_leases_done(struct psync_leases *l);
struct psync_lease *psync_leases_find(const struct psync_leases *l, int64_t id);
struct psync_lease *psync_leases_of(const struct psync_leases *l, const struct psync_message *m); /* NULL: it is lost */
PSYNC_CHECKED enum psync_result psync_leases_add(struct psync_leases *l, const struct psync_lease *like, psync_ms until,
                                                 struct psync_lease **ret_lease);
struct psync_lease *psync_leases_first(const struct psync_leases *l);        /* to run out; NULL: none */
void psync_leases_extend(struct psync_leases *l, struct psync_lease *lease, psync_ms until);
void psync_leases_end(struct psync_leases *l, struct psync_lease *lease);    /* kept until commit or undo */
void psync_leases_drop(struct psync_leases *l, struct psync_lease *lease);   /* as if it had not been given */
void psync_lease_row(struct psync_lease *lease, enum psync_state row, psync_ms not_before); /* what the file says now */
void psync_leases_commit(struct psync_leases *l);
/* The ended ones are leased again; the latest batch of those that are lost. */
int64_t psync_leases_restore(struct psync_leases *l);
bool psync_leases_has(struct psync_leases *l, int64_t id);                   /* any thread */
/* Ascending; the caller frees them. Any thread. */
PSYNC_CHECKED enum psync_result psync_leases_ids(struct psync_leases *l, int64_t **ret_ids, size_t *ret_n);

/* ---- one file each ---- */
PSYNC_CHECKED enum psync_result psync_store_put(struct psync_store *s, struct psync_put *puts, size_t n, psync_ms now,
                                                struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_lease(struct psync_store *s, const struct psync_want *want, psync_ms now,
                                                  struct psync_message **ret, size_t *ret_n, psync_ms *ret_next_due,
                                                  struct psync_error *err);
/* Batches up to this one may have been sent by somebody who could not record it. */
void psync_store_doubt(struct psync_store *s, int64_t batch);
PSYNC_CHECKED enum psync_result psync_store_expire(struct psync_store *s, psync_ms now, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_extend(struct psync_store *s, struct psync_message *const *messages,
                                                   size_t n, psync_ms until, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_settle(struct psync_store *s, struct psync_settle *settles, size_t n,
                                                   psync_ms now, struct psync_error *err);
/* Whoever is left of its members is a single message from now on. 0: none. */
PSYNC_CHECKED enum psync_result psync_batch_end(struct psync_store *s, int64_t batch, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_bind_batch(struct psync_store *s, struct psync_message *const *members,
                                                       size_t n, const char *key, struct psync_error *err);

/* ---- turn.c: order per subject ---- */
/* `id` finished: the oldest unfinished of its subject has the turn. */
PSYNC_CHECKED enum psync_result psync_turn_pass(struct psync_store *s, struct psync_place *p, int64_t id,
                                                struct psync_error *err);
/* `id` is no longer in flight, and unfinished: an older one that came back meanwhile goes first. */
PSYNC_CHECKED enum psync_result psync_turn_yield(struct psync_store *s, struct psync_place *p, int64_t id,
                                                 struct psync_error *err);
/* `id` comes back to the unfinished: *ret_waits tells whether it waits; a younger one that has the turn and is not in
 * flight loses it. */
PSYNC_CHECKED enum psync_result psync_turn_return(struct psync_store *s, struct psync_place *p, int64_t id,
                                                  bool *ret_waits, struct psync_error *err);

/* ---- outcome.c, cause.c, dead.c ---- */
struct psync_ending {
    int64_t message;
    enum psync_state state;
    psync_ms at;
    const struct psync_attempt *attempt; /* may be NULL */
    const char *replaced_by;             /* "" */
};
/* Appends it; *ret_seq goes into the message's row. */
PSYNC_CHECKED enum psync_result psync_outcome_add(struct psync_store *s, const struct psync_ending *e, int64_t *ret_seq,
                                                  struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_outcomes(struct psync_store *s, uint64_t cursor, size_t n,
                                                     psync_visit_outcome *visit, void *arg, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_cause_add(struct psync_store *s, const struct psync_place *p,
                                                const struct psync_attempt *a, psync_ms at, int64_t *ret_cause,
                                                struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_cause_remove(struct psync_store *s, int64_t cause, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_cause_parse(const char *group, int64_t *ret_cause);
PSYNC_CHECKED enum psync_result psync_store_groups(struct psync_store *s, const char *destination,
                                                   psync_visit_group *visit, void *arg, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_requeue(struct psync_store *s, struct psync_select *select, psync_ms now,
                                                    struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_discard(struct psync_store *s, struct psync_select *select, psync_ms now,
                                                    struct psync_error *err);
/* A message that waits is discarded. EMPTY: it is none. GONE: it is busy, see the driver's discard. */
PSYNC_CHECKED enum psync_result psync_store_withdraw(struct psync_store *s, const char *id, psync_ms now,
                                                     struct psync_error *err);
/* The same, of those that were leased then and have come back since the last commit. */
PSYNC_CHECKED enum psync_result psync_store_withdraw_returned(struct psync_store *s, psync_ms now,
                                                              struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_replace(struct psync_store *s, const char *id, struct psync_put *put,
                                                    psync_ms now, struct psync_error *err);

/* ---- list.c, tidy.c, check.c, backup.c ---- */
PSYNC_CHECKED enum psync_result psync_store_destinations(struct psync_store *s, psync_visit_destination *visit,
                                                         void *arg, struct psync_error *err);
/* Where a list or a slice goes on; what the numbers are differs. "" leaves `ret_cursor` as it is; REJECT: not one of
 * ours. */
struct psync_cursor {
    int64_t number[3];
};
PSYNC_CHECKED enum psync_result psync_cursor_read(const char *text, struct psync_cursor *ret_cursor,
                                                  struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_list(struct psync_store *s, const struct psync_filter *filter, size_t n,
                                                 psync_visit_row *visit, void *arg, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_show(struct psync_store *s, const char *id, psync_visit_row *visit_message,
                                                 psync_visit_attempt *visit_attempt, void *arg,
                                                 struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_tidy(struct psync_store *s, psync_ms now, bool *ret_readied,
                                                 struct psync_error *err);
psync_ms psync_store_age(const struct psync_store *s, psync_ms now); /* `now` as the purge counts it */
/* After a commit: a checkpoint if the log has become long. */
PSYNC_CHECKED enum psync_result psync_store_shorten(struct psync_store *s, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_check(struct psync_store *s, struct psync_buf *report,
                                                  struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_store_backup(struct psync_store *s, const char *path, struct psync_error *err);

/* A message's id as text and back. REJECT: no such text. */
void psync_id_format(int64_t id, char ret_text[PSYNC_ID_MAX]);
PSYNC_CHECKED enum psync_result psync_id_parse(const char *text, int64_t *ret_id);

#endif
