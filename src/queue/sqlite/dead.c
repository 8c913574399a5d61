/* dead - dead letters go back into the queue, are discarded, or are replaced; in slices. By their ids messages that
 * wait are discarded too. */
#include "queue/sqlite/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dead {
    int64_t id, place, cause, tries;
};

/* Does its work on one dead letter; EMPTY: refused, because a newer message of the subject was delivered. */
typedef enum psync_result change_fn(struct psync_store *s, const struct dead *d, bool force, psync_ms now,
                                    struct psync_error *err);

static struct dead read_dead(sqlite3_stmt *st)
{
    return (struct dead){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
                         sqlite3_column_int64(st, 3)};
}

/* It leaves the dead letters: outcome and counts. */
static enum psync_result leave(struct psync_store *s, const struct dead *d, enum psync_event event, psync_ms now,
                               const char *replaced_by, enum psync_state *ret_state, int64_t *ret_seq,
                               struct psync_error *err)
{
    enum psync_result legal = psync_state_next(PSYNC_STATE_DEAD, event, ret_state);
    PSYNC_INVARIANT(legal == PSYNC_OK);
    struct psync_ending e = {d->id, *ret_state, now, NULL, replaced_by};
    struct psync_place *p = psync_place_by_id(s, d->place);
    enum psync_result r = psync_outcome_add(s, &e, ret_seq, err);
    if (r == PSYNC_OK)
        r = psync_cause_remove(s, d->cause, err);
    if (r == PSYNC_OK) {
        p->dead--;
        p->dirty = true;
    }
    return r;
}

static enum psync_result newer_done(struct psync_store *s, int64_t id, bool *ret_newer, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_SUBJECT_NEWER_DONE, PSYNC_VALUES(PSYNC_V_INT(id)), &st, err);
    *ret_newer = r == PSYNC_OK;
    if (r == PSYNC_OK)
        sqlite3_reset(st);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result requeue(struct psync_store *s, const struct dead *d, bool force, psync_ms now,
                                 struct psync_error *err)
{
    bool newer = false, waits = false;
    int64_t seq;
    enum psync_state state;
    struct psync_place *p = psync_place_by_id(s, d->place);
    enum psync_result r = force ? PSYNC_OK : newer_done(s, d->id, &newer, err);
    if (r != PSYNC_OK || newer)
        return newer ? PSYNC_EMPTY : r;
    r = leave(s, d, PSYNC_EVENT_REQUEUE, now, "", &state, &seq, err);
    if (r == PSYNC_OK)
        r = psync_turn_return(s, p, d->id, &waits, err);
    if (r == PSYNC_OK)
        r = psync_store_run(s, PSYNC_SQL_REQUEUE,
                            PSYNC_VALUES(PSYNC_V_INT(d->id), PSYNC_V_INT(waits), PSYNC_V_INT(seq)), err);
    if (r != PSYNC_OK)
        return r;
    p->ready++;
    p->waiting += waits;
    if (!waits)
        psync_place_rewind(p, PSYNC_STATE_READY, 0, d->id);
    return PSYNC_OK;
}

static enum psync_result forget(struct psync_store *s, const struct dead *d, enum psync_event event, psync_ms now,
                                const char *replaced_by, struct psync_error *err)
{
    int64_t seq;
    enum psync_state state;
    enum psync_result r = leave(s, d, event, now, replaced_by, &state, &seq, err);
    if (r == PSYNC_OK)
        r = psync_store_run(s, PSYNC_SQL_FORGET, PSYNC_VALUES(PSYNC_V_INT(d->id), PSYNC_V_INT(state), PSYNC_V_INT(seq)),
                            err);
    return r;
}

static enum psync_result discard(struct psync_store *s, const struct dead *d, bool force, psync_ms now,
                                 struct psync_error *err)
{
    (void)force;
    return forget(s, d, PSYNC_EVENT_DISCARD, now, "", err);
}

/* EMPTY: no dead letter has that id. */
static enum psync_result find(struct psync_store *s, const char *id, struct dead *ret_dead, struct psync_error *err)
{
    sqlite3_stmt *st;
    int64_t number;
    if (psync_id_parse(id, &number) != PSYNC_OK)
        return PSYNC_EMPTY;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_DEAD_GET, PSYNC_VALUES(PSYNC_V_INT(number)), &st, err);
    if (r != PSYNC_OK)
        return r;
    *ret_dead = read_dead(st);
    sqlite3_reset(st);
    return PSYNC_OK;
}

static enum psync_result apply(struct psync_store *s, const struct dead *d, change_fn *change,
                               struct psync_select *select, psync_ms now, struct psync_error *err)
{
    if (psync_place_by_id(s, d->place) == NULL)
        return psync_store_fault(s, s->writer, SQLITE_CORRUPT, err);
    enum psync_result r = change(s, d, select->force, now, err);
    if (r == PSYNC_OK)
        select->ret_changed++;
    else if (r == PSYNC_EMPTY)
        select->ret_newer++;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* The id is of no dead letter. */
static enum psync_result change_other(struct psync_store *s, struct psync_select *select, const char *id, psync_ms now,
                                      struct psync_error *err)
{
    enum psync_result r = select->waiting ? psync_store_withdraw(s, id, now, err) : PSYNC_EMPTY;
    select->ret_changed += r == PSYNC_OK;
    select->ret_busy += r == PSYNC_GONE;
    select->ret_missing += r == PSYNC_EMPTY;
    return r == PSYNC_GONE || r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* A slice of select->ids; the cursor is how many were looked at. */
static enum psync_result change_ids(struct psync_store *s, struct psync_select *select, change_fn *change, psync_ms now,
                                    struct psync_error *err)
{
    size_t i = (size_t)strtoull(select->cursor, NULL, 10);
    enum psync_result r = PSYNC_OK;
    for (size_t done = 0; r == PSYNC_OK && i < select->n_ids && done < select->max; i++, done++) {
        struct dead d;
        r = find(s, select->ids[i], &d, err);
        if (r == PSYNC_OK)
            r = apply(s, &d, change, select, now, err);
        else if (r == PSYNC_EMPTY)
            r = change_other(s, select, select->ids[i], now, err);
    }
    snprintf(select->ret_cursor, sizeof select->ret_cursor, "%zu", i);
    select->ret_more = i < select->n_ids;
    return r;
}

/* The next dead letters in the order of their index, at most `max`, which hold the slice's `found`. */
static enum psync_result next_slice(struct psync_store *s, const struct psync_select *select,
                                    const struct psync_cursor *after, struct dead *found, size_t *ret_n,
                                    struct psync_error *err)
{
    sqlite3_stmt *st;
    int64_t first = INT64_MIN, last = INT64_MAX;
    size_t n = 0;
    if (select->destination != NULL) {
        const struct psync_place *p = psync_place_find(s, select->destination);
        first = last = p == NULL ? 0 : p->id;
    }
    enum psync_result r = psync_store_query(s, PSYNC_SQL_DEAD_AFTER,
                                            PSYNC_VALUES(PSYNC_V_INT(first), PSYNC_V_INT(last),
                                                         PSYNC_V_INT(after->number[0]), PSYNC_V_INT(after->number[1]),
                                                         PSYNC_V_INT(after->number[2]),
                                                         PSYNC_V_INT((int64_t)select->max)), &st, err);
    for (; r == PSYNC_OK; r = psync_store_next(s, st, err))
        found[n++] = read_dead(st);
    *ret_n = n;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* As next_slice, of one cause. EMPTY: no such cause. */
static enum psync_result next_of_group(struct psync_store *s, const struct psync_select *select,
                                       const struct psync_cursor *after, struct dead *found, size_t *ret_n,
                                       struct psync_error *err)
{
    sqlite3_stmt *st;
    int64_t cause, place;
    size_t n = 0;
    if (psync_cause_parse(select->group, &cause) != PSYNC_OK)
        return PSYNC_EMPTY;
    enum psync_result r = psync_store_query(s, PSYNC_SQL_CAUSE_PLACE, PSYNC_VALUES(PSYNC_V_INT(cause)), &st, err);
    if (r != PSYNC_OK)
        return r;
    place = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    r = psync_store_query(s, PSYNC_SQL_DEAD_OF_CAUSE,
                          PSYNC_VALUES(PSYNC_V_INT(place), PSYNC_V_INT(cause), PSYNC_V_INT(after->number[2]),
                                       PSYNC_V_INT((int64_t)select->max)), &st, err);
    for (; r == PSYNC_OK; r = psync_store_next(s, st, err))
        found[n++] = read_dead(st);
    *ret_n = n;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result change_slice(struct psync_store *s, struct psync_select *select, change_fn *change,
                                      psync_ms now, struct psync_error *err)
{
    struct psync_cursor after = {{INT64_MIN, INT64_MIN, 0}};
    size_t n = 0;
    enum psync_result r = select->ids == NULL ? psync_cursor_read(select->cursor, &after, err) : PSYNC_OK;
    if (r == PSYNC_OK)
        r = psync_store_begin(s, err);
    select->ret_more = false;
    select->ret_changed = select->ret_missing = select->ret_newer = select->ret_busy = 0;
    s->clock = now;
    if (r != PSYNC_OK)
        return r;
    if (select->ids != NULL)
        return change_ids(s, select, change, now, err);
    struct dead *found = malloc((select->max + 1) * sizeof *found);
    if (found == NULL)
        return PSYNC_NOMEM;
    r = select->group != NULL ? next_of_group(s, select, &after, found, &n, err)
                              : next_slice(s, select, &after, found, &n, err);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++)
        r = apply(s, &found[i], change, select, now, err);
    select->ret_more = r == PSYNC_OK && n == select->max;
    if (n > 0)
        snprintf(select->ret_cursor, sizeof select->ret_cursor, "%" PRId64 ":%" PRId64 ":%" PRId64, found[n - 1].place,
                 found[n - 1].cause, found[n - 1].id);
    free(found);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

enum psync_result psync_store_requeue(struct psync_store *s, struct psync_select *select, psync_ms now,
                                      struct psync_error *err)
{
    return change_slice(s, select, requeue, now, err);
}

enum psync_result psync_store_discard(struct psync_store *s, struct psync_select *select, psync_ms now,
                                      struct psync_error *err)
{
    return change_slice(s, select, discard, now, err);
}

enum psync_result psync_store_replace(struct psync_store *s, const char *id, struct psync_put *put, psync_ms now,
                                      struct psync_error *err)
{
    struct dead d;
    enum psync_result r = find(s, id, &d, err);
    if (r == PSYNC_OK)
        r = psync_store_put(s, put, 1, now, err);
    if (r == PSYNC_OK && put->ret_outcome == PSYNC_PUT_NEW)
        r = forget(s, &d, PSYNC_EVENT_REPLACE, now, put->key, err);
    return r;
}
