/* relay_sql - the relay's statements on the module's two tables (docs/outbox.md); what each does is one call here.
 *
 * Results as in source/shop_db.h; REJECT also for a statement that would be too long. One thread. */
#ifndef PSYNC_SOURCE_RELAY_SQL_H
#define PSYNC_SOURCE_RELAY_SQL_H

#include "source/relay_fate.h"
#include "source/relay_row.h"
#include "source/shop_db.h"

enum { PSYNC_RELAY_OWNER_MAX = 40, PSYNC_RELAY_TEST_MAX = 40 };

/* An outcome for a row. */
struct psync_relay_update {
    int64_t product;
    uint32_t id_shop;
    const char *key;
    bool unqueued_too;       /* else not rows that are still to be put, at some destination */
    enum psync_relay_state state;
    bool requeued;           /* TAKEN: it was dead */
    bool tried;              /* TAKEN: an attempt failed, and it is tried again in `seconds` */
    uint32_t tries;
    int32_t status;
    const char *error;       /* "" : none */
    int64_t seconds;         /* since it was settled, or until the next try */
    const char *new_key;     /* NULL: it keeps key, payload and revision */
    struct psync_span payload;
    uint32_t revision;
    const char *why_unsent;  /* DEAD: it never came into the queue, and why; `error` does not count then */
};
struct psync_relay_sql {
    struct psync_shop_db *db;
    const char *prefix;
    char owner[PSYNC_RELAY_OWNER_MAX]; /* "relay:" and 32 hex digits */
    bool is_view;                      /* of the outbox; psync_relay_sql_look */
    bool withdraws;                    /* the queue can discard what waits, and does so before rows are claimed that the module had again */
    struct psync_buf text;             /* of the statement that is being made */
    /* updates that differ in their row alone, and become one statement */
    struct psync_relay_update like;
    char like_error[256];
    size_t n_alike;
    struct psync_buf products, keys;
};
void psync_relay_sql_init(struct psync_relay_sql *s, struct psync_shop_db *db, const char *prefix, const char *owner, bool withdraws);
void psync_relay_sql_done(struct psync_relay_sql *s);
/* Once a connection, before the statements on the outbox: is it a table, or an operator's view of it? */
PSYNC_CHECKED enum psync_result psync_relay_sql_look(struct psync_relay_sql *s, struct psync_error *err);
/* For the statements: the hint of an index, or nothing. */
const char *psync_relay_sql_index(const struct psync_relay_sql *s, const char *hint);
#define PSYNC_RELAY_BY_TAKE " FORCE INDEX (take)"
#define PSYNC_RELAY_BY_OWNER " FORCE INDEX (owned)"
#define PSYNC_RELAY_BY_PRODUCT " FORCE INDEX (product)"

/* "relay:" and what the queue file's path on this host hashes to: the same at every start. */
PSYNC_CHECKED enum psync_result psync_relay_owner(const char *host, const char *queue_path, char ret_owner[PSYNC_RELAY_OWNER_MAX]);

/* PHP's claims of rows that were ours, run out because it was killed: as the module's cron ends them, if there is one. */
PSYNC_CHECKED enum psync_result psync_relay_sql_end_claims(struct psync_relay_sql *s, struct psync_error *err);

/* ---- taking ---- */
/* Which of the shops have rows that are due; `ret_due[i]` for ids[i]. One statement. */
PSYNC_CHECKED enum psync_result psync_relay_sql_poll(struct psync_relay_sql *s, const uint32_t *ids, size_t n, bool *ret_due,
                                                     struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_sql_claim(struct psync_relay_sql *s, uint32_t id_shop, size_t max,
                                                      uint64_t *ret_claimed, struct psync_error *err);

/* A list of rows, each a block of its own. */
struct psync_relay_rows {
    struct psync_relay_row **rows;
    size_t n, bytes;
};
void psync_relay_rows_free(struct psync_relay_rows *rows); /* {0} is fine */
/* What is taken under our name and not deleted: not queued yet, all of it; or queued, of one shop, behind `after` (NULL: from the
 * beginning). At most `max` rows and about PSYNC_RELAY_BYTES; `*ret_more`: there may be more. */
enum { PSYNC_RELAY_BYTES = 16 << 20 };
PSYNC_CHECKED enum psync_result psync_relay_sql_unqueued(struct psync_relay_sql *s, size_t max, struct psync_relay_rows *ret_rows,
                                                         bool *ret_more, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_sql_queued(struct psync_relay_sql *s, uint32_t id_shop,
                                                       const struct psync_relay_row *after, size_t max,
                                                       struct psync_relay_rows *ret_rows, bool *ret_more,
                                                       struct psync_error *err);
/* What is under our name though nothing more is to be sent of what it was: taken or dead, and its product was deleted; ended by the
 * module; or not taken any more, and not looked at since (`queued_at` NULL). The first `skip` left out, all without their payload. */
PSYNC_CHECKED enum psync_result psync_relay_sql_unwanted(struct psync_relay_sql *s, size_t skip, size_t max,
                                                          struct psync_relay_rows *ret_rows, bool *ret_more,
                                                         struct psync_error *err);

/* ---- marking: of rows by id, as far as they still are under our name, and as they were read ---- */
enum psync_relay_mark {
    PSYNC_RELAY_MARK_QUEUED, /* the queue has them durably */
    PSYNC_RELAY_MARK_BACK,   /* nothing was sent: ready again, if its product still is in the shop */
    PSYNC_RELAY_MARK_KEPT,   /* ready again likewise, but something may have been sent: under our name, its bytes frozen */
    PSYNC_RELAY_MARK_GONE,   /* nothing is to be sent of it, and the queue has nothing: it ends, and is ours no more; a dead one too */
    PSYNC_RELAY_MARK_FREE,   /* the module has it again, and nothing of its product holds it up: ours no more, and may be claimed */
    PSYNC_RELAY_MARK_KNOWN,  /* the same, and the queue has its very message, which was taken before: it may be claimed */
};
PSYNC_CHECKED enum psync_result psync_relay_sql_mark(struct psync_relay_sql *s, enum psync_relay_mark mark, const uint64_t *ids,
                                                     size_t n, struct psync_error *err);

/* ---- outcomes: a script of updates, run as one transaction, in the order they were added ---- */
PSYNC_CHECKED enum psync_result psync_relay_sql_begin(struct psync_relay_sql *s);
void psync_relay_sql_drop(struct psync_relay_sql *s); /* a script that will not be committed */
PSYNC_CHECKED enum psync_result psync_relay_sql_add(struct psync_relay_sql *s, const struct psync_relay_update *u);
/* `cursor` NULL: none is written. */
PSYNC_CHECKED enum psync_result psync_relay_sql_commit(struct psync_relay_sql *s, const char *cursor, struct psync_error *err);

/* ---- the state table ---- */
/* `ret_value`: "" when there is none. */
PSYNC_CHECKED enum psync_result psync_relay_sql_cursor(struct psync_relay_sql *s, char *ret_value, size_t size,
                                                       struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_sql_beat(struct psync_relay_sql *s, const char *json, struct psync_error *err);
/* A test asked for that has no result yet. */
struct psync_relay_asked {
    uint32_t id_shop;
    char id[PSYNC_RELAY_TEST_MAX];
};
PSYNC_CHECKED enum psync_result psync_relay_sql_tests(struct psync_relay_sql *s, struct psync_relay_asked *ret_asked, size_t max,
                                                      size_t *ret_n, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_sql_tested(struct psync_relay_sql *s, uint32_t id_shop, const char *json,
                                                       struct psync_error *err);

#endif
