/* tidy - background work in slices of a few milliseconds: forgetting what is old, checkpoints. */
#include "queue/sqlite/store.h"

#include <string.h>

enum { PURGE_SLICE = 500, CHECKPOINT_PAGES = 10000, CHECKPOINT_IDLE_MS = 1000 };

/* An outcome, and its message's state where it still has one. */
struct old {
    int64_t seq, message, place;
    psync_ms at;
    enum psync_state state;
    bool latest; /* of its message */
};

static bool finished(enum psync_state s)
{
    return s == PSYNC_STATE_DONE || s == PSYNC_STATE_DISCARDED || s == PSYNC_STATE_REPLACED;
}

/* Forgetting goes by a clock that a clock set wrong cannot throw forward: it goes on while somebody runs, and by a day
 * at most at a start (open.c). */
psync_ms psync_store_age(const struct psync_store *s, psync_ms now)
{
    return now > s->started ? s->age_at_start + (now - s->started) : s->age_at_start;
}

/* The outcomes behind `after`, up to the first that came later than `until`; but those of a time that is still to come
 * end nothing, for the clock was wrong then. */
static enum psync_result scan(struct psync_store *s, int64_t after, psync_ms until, psync_ms now, struct old *ret_old,
                              size_t *ret_n, struct psync_error *err)
{
    sqlite3_stmt *st;
    size_t n = 0;
    enum psync_result r =
        psync_store_query(s, PSYNC_SQL_PURGE_SCAN, PSYNC_VALUES(PSYNC_V_INT(after), PSYNC_V_INT(PURGE_SLICE)), &st,
                          err);
    for (; r == PSYNC_OK; r = psync_store_next(s, st, err)) {
        psync_ms at = sqlite3_column_int64(st, 2);
        if (at > until && at <= now)
            break;
        ret_old[n++] = (struct old){.seq = sqlite3_column_int64(st, 0),
                                    .message = sqlite3_column_int64(st, 1),
                                    .at = at,
                                    .place = sqlite3_column_int64(st, 3), /* 0: the message is gone */
                                    .state = (enum psync_state)sqlite3_column_int(st, 4),
                                    .latest = sqlite3_column_int(st, 5) != 0};
    }
    *ret_n = n;
    if (r == PSYNC_OK)
        sqlite3_reset(st);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* Forgets an outcome, and its message with it if that is finished and has no later one. The latest outcome of a dead or
 * unfinished message stays: these never expire. */
static enum psync_result forget(struct psync_store *s, const struct old *o, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    if (o->place != 0 && o->latest) {
        if (!finished(o->state))
            return PSYNC_OK;
        struct psync_place *p = psync_place_by_id(s, o->place);
        if (p == NULL)
            return psync_store_fault(s, s->writer, SQLITE_CORRUPT, err);
        r = psync_store_run(s, PSYNC_SQL_PURGE_MESSAGE, PSYNC_VALUES(PSYNC_V_INT(o->message)), err);
        if (r == PSYNC_OK)
            r = psync_store_run(s, PSYNC_SQL_PURGE_ATTEMPTS, PSYNC_VALUES(PSYNC_V_INT(o->message)), err);
        if (r == PSYNC_OK && o->state == PSYNC_STATE_DONE) {
            p->done--;
            p->dirty = true;
        }
    }
    if (r == PSYNC_OK)
        r = psync_store_run(s, PSYNC_SQL_PURGE_OUTCOME, PSYNC_VALUES(PSYNC_V_INT(o->seq)), err);
    return r;
}

/* EMPTY: nothing old enough is left. */
static enum psync_result purge_by_age(struct psync_store *s, psync_ms now, struct psync_error *err)
{
    struct old old[PURGE_SLICE];
    size_t n;
    psync_ms age = psync_store_age(s, now), until = age - s->conf->keep;
    enum psync_result r = scan(s, s->purged_after, until, now, old, &n, err);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        if (old[i].at <= until)
            r = forget(s, &old[i], err);
        s->purged_after = old[i].seq;
    }
    return r == PSYNC_OK && n == 0 ? PSYNC_EMPTY : r;
}

static bool too_many(const struct psync_store *s, const struct psync_place *p)
{
    return s->conf->keep_count != 0 && (uint64_t)p->done > s->conf->keep_count;
}

/* The oldest of destinations that keep more than keep_count. EMPTY: there is none. */
static enum psync_result purge_by_count(struct psync_store *s, struct psync_place *p, struct psync_error *err)
{
    struct old old[PURGE_SLICE];
    size_t n;
    if (!p->told_keep_count)
        PSYNC_LOG(s->log, PSYNC_LOG_WARNING, "history cut by queue.keep_count", PSYNC_F_TEXT("destination", p->name),
                  PSYNC_F_INT("keep_count", (int64_t)s->conf->keep_count));
    p->told_keep_count = true;
    enum psync_result r = scan(s, p->kept_after, INT64_MAX, INT64_MAX, old, &n, err);
    for (size_t i = 0; r == PSYNC_OK && i < n && too_many(s, p); i++) {
        if (old[i].place == p->id)
            r = forget(s, &old[i], err);
        p->kept_after = old[i].seq;
    }
    if (r == PSYNC_OK && n < PURGE_SLICE && too_many(s, p))
        p->kept_after = 0;
    return r == PSYNC_OK && n == 0 ? PSYNC_EMPTY : r;
}

static enum psync_result purge(struct psync_store *s, psync_ms now, struct psync_error *err)
{
    enum psync_result r = purge_by_age(s, now, err);
    for (size_t i = 0; r == PSYNC_EMPTY && i < s->n_places; i++)
        if (s->places[i] != NULL && too_many(s, s->places[i]))
            r = purge_by_count(s, s->places[i], err);
    return r;
}

/* Half the reserve at most: the other half is for what the file grows by when the log goes into it. */
static int longest_log(const struct psync_store *s)
{
    enum { PAGE_BYTES = 4096, LEAST = 256 };
    uint64_t half = s->conf->reserve_bytes / 2 / PAGE_BYTES;
    return half == 0 || half > CHECKPOINT_PAGES ? CHECKPOINT_PAGES : half < LEAST ? LEAST : (int)half;
}

/* A reader, such as a backup, may keep the log from beginning anew: then not at each commit, but when as much more
 * stands in it. */
enum psync_result psync_store_shorten(struct psync_store *s, struct psync_error *err)
{
    if (s->wal_pages < s->wal_tried)
        s->wal_tried = 0;
    if (s->wal_pages - s->wal_tried < longest_log(s))
        return PSYNC_OK;
    s->wal_tried = s->wal_pages;
    return psync_store_checkpoint(s, SQLITE_CHECKPOINT_PASSIVE, err);
}

/* A checkpoint when there is nothing else to do. Between transactions only. */
static enum psync_result checkpoint(struct psync_store *s, psync_ms now, struct psync_error *err)
{
    bool idle = now - s->clock >= CHECKPOINT_IDLE_MS || now < s->clock;
    if (s->open || s->wal_pages == 0 || !idle)
        return PSYNC_OK;
    return psync_store_checkpoint(s, SQLITE_CHECKPOINT_PASSIVE, err);
}

/* Nothing else may be written for weeks: these would then count as a gap between two lives. */
static enum psync_result store_age(struct psync_store *s, psync_ms now, struct psync_error *err)
{
    enum { EVERY_MS = 3600 * 1000 };
    if (psync_store_age(s, now) - s->age < EVERY_MS)
        return PSYNC_OK;
    s->clock = now;
    s->dirty = true;
    return psync_store_begin(s, err);
}

enum psync_result psync_store_tidy(struct psync_store *s, psync_ms now, bool *ret_readied, struct psync_error *err)
{
    enum psync_result r = checkpoint(s, now, err);
    bool was_open = s->open;
    size_t leased = s->leases.by_id.len;
    if (r == PSYNC_OK)
        r = psync_store_expire(s, now, err);
    *ret_readied = s->leases.by_id.len < leased;
    if (r == PSYNC_OK)
        r = store_age(s, now, err);
    if (r == PSYNC_OK)
        r = purge(s, now, err);
    return r == PSYNC_EMPTY && s->open && !was_open ? PSYNC_OK : r; /* what was written is to be committed */
}
