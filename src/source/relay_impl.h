/* relay_impl - the inside of a relay, for its own files. */
#ifndef PSYNC_SOURCE_RELAY_IMPL_H
#define PSYNC_SOURCE_RELAY_IMPL_H

#include "source/relay.h"
#include "source/relay_notes.h"
#include "source/relay_sql.h"
#include "source/shop_facts.h"

enum {
    PSYNC_RELAY_ROWS = 500,           /* taken at once */
    PSYNC_RELAY_OUTCOMES = 500,       /* written at once */
    PSYNC_RELAY_FULL_MS = 2000,       /* a full queue is left alone */
    PSYNC_RELAY_NAMED_MAX = 16,       /* destinations that the operator names for a shop's products */
};

/* What the port was told of a destination. */
struct psync_relay_told {
    bool any;         /* it was told at all */
    const char *why;  /* static text; NULL: nothing holds it */
};

/* One shop of the installation, as the relay sees it now. */
struct psync_relay_store {
    uint32_t id;
    enum psync_shop_word word;
    char identity[PSYNC_SHOP_MAX];
    char destination[PSYNC_NAME_MAX]; /* NAME/ID */
    bool standing;                    /* that destination is in force, or others are named instead */
    char why[PSYNC_CAUSE_TEXT_MAX];   /* why it is not */
    bool recovered;                   /* what was queued under our name before this start is in the queue */
    struct psync_relay_told told;
};

struct psync_relay {
    struct psync_relay_open open;
    struct psync_relay_named {
        char name[PSYNC_NAME_MAX];
        struct psync_relay_told told;
    } named[PSYNC_RELAY_NAMED_MAX];   /* the operator's destinations; none: each shop of the installation has its own */
    size_t n_named;
    char owner[PSYNC_RELAY_OWNER_MAX], host[256];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, ending, ended;     /* under lock: nothing more is taken; it shall end; it has ended */
    bool idle;                        /* under lock: the last round found nothing to take, or no database */
    struct psync_shop_db *db;         /* changed under lock */
    struct psync_relay_notes notes;

    /* the thread's own */
    struct psync_shop_place place;
    struct psync_relay_sql sql;
    struct psync_shop_facts facts;
    struct psync_relay_store *stores;
    size_t n_stores;
    bool stale;                       /* the facts are not in force yet */
    bool refused;                     /* and cannot be just now */
    uint64_t cursor, saved_cursor;
    psync_ms cursor_at;               /* when the outcome it stands on was decided */
    bool unqueued;                    /* rows may be taken under our name and not queued */
    size_t turn;                      /* which shop's rows are claimed first */
    size_t withdraw_skip;             /* unwanted rows that this pass had to leave as they are */
    psync_ms withdraw_due, facts_due, beat_due, notes_due, tests_due, full_until;
    unsigned failures;                /* to connect, in a row */
    char said[PSYNC_ERROR_MAX];       /* the last trouble that was logged */
    char asked[PSYNC_RELAY_RESULTS_MAX][PSYNC_RELAY_TEST_MAX]; /* tests that were begun */
    size_t next_asked;
};

/* All: PSYNC_OK; GONE, RETRY, REJECT, NOMEM as source/shop_db.h has them, and then the round ends; FATAL: the queue's. */

/* relay_settings.c */
PSYNC_CHECKED enum psync_result psync_relay_settings(struct psync_relay *r, psync_ms now, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_beat(struct psync_relay *r, psync_ms now, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_tests(struct psync_relay *r, psync_ms now, struct psync_error *err);
struct psync_relay_store *psync_relay_store_of(struct psync_relay *r, uint32_t id); /* NULL: none */
/* Whether a message is of that shop: by the destination where that is a shop's own, NAME/ID; at others by its identity. */
bool psync_relay_is_of(const struct psync_relay *r, const struct psync_relay_store *s, const char *identity, const char *destination);
/* Whether the shop's products go to that destination now. */
bool psync_relay_goes_to(const struct psync_relay *r, const struct psync_relay_store *s, const char *destination);
const struct psync_relay_store *psync_relay_store_named(const struct psync_relay *r, const char *identity,
                                                        const char *destination); /* NULL: of none */
bool psync_relay_is_open(const struct psync_relay_store *s); /* its rows may be taken */
/* Why those of some shop are not, though they should be; NULL: none. */
const char *psync_relay_hindrance(const struct psync_relay *r);

/* relay_take.c. `*ret_busy`: there was something to do, and there may be more. */
PSYNC_CHECKED enum psync_result psync_relay_take(struct psync_relay *r, psync_ms now, bool *ret_busy, struct psync_error *err);

/* relay_report.c */
PSYNC_CHECKED enum psync_result psync_relay_find_cursor(struct psync_relay *r, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_report(struct psync_relay *r, bool *ret_busy, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_relay_report_retries(struct psync_relay *r, psync_ms now, struct psync_error *err);
/* As for the cursor in the state table: "SEQ AT". */
void psync_relay_cursor_text(const struct psync_relay *r, char ret_text[64]);

/* relay_judge.c */
/* A row whose message the queue knew with that key already, and that is finished: it gets what became of it. Adds to the script that
 * is being made. EMPTY: nothing is to be written. */
PSYNC_CHECKED enum psync_result psync_relay_judge(struct psync_relay *r, uint32_t id_shop, int64_t product, const char *key,
                                                  bool unqueued_too, struct psync_error *err);
/* The messages of an unwanted row (psync_relay_sql_unwanted) that wait, are in flight or are dead letters, over all destinations: all
 * of its product in that shop, or, where that shop itself is gone, the row's; not its own of a row that the module has again. */
struct psync_relay_left {
    char ids[PSYNC_RELAY_MESSAGES_MAX][PSYNC_ID_MAX];
    size_t n;
    size_t n_current; /* those of them at destinations to which the shop's products go now */
    bool known; /* the queue has, or had, messages of this row */
};
PSYNC_CHECKED enum psync_result psync_relay_left(struct psync_relay *r, const struct psync_relay_row *row,
                                                 struct psync_relay_left *ret_left, struct psync_error *err);

/* relay_hold.c */
void psync_relay_hold(struct psync_relay *r, bool installed); /* what it knows by now; the module is, in the shop */
/* Ends holds that the shop does not want any more: behind psync_relay_withdraw, so that what was deleted during one does not leave. */
void psync_relay_end_holds(struct psync_relay *r);

/* relay_withdraw.c */
PSYNC_CHECKED enum psync_result psync_relay_withdraw(struct psync_relay *r, psync_ms now, bool *ret_busy, struct psync_error *err);

#endif
