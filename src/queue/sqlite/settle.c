/* settle - verdicts on leased messages, their history, and the binding of batches. */
#include "queue/sqlite/store.h"

#include <string.h>

enum { RUN_LEAST = 3, DELIVERED_MAX = 256 };

/* Delivered messages that are still to be recorded, by id. Their leases have ended. */
struct delivered {
    size_t n;
    int64_t ids[DELIVERED_MAX];
    struct {
        struct psync_lease *lease;
        const struct psync_attempt *attempt;
    } of[DELIVERED_MAX];
};

/* The verdict being carried out. */
struct settling {
    struct psync_store *s;
    struct psync_lease *lease;
    struct psync_place *p;
    const struct psync_settle *v;
    psync_ms now;
    struct delivered *delivered;
};

/* How many of `ids` follow each other without a gap, from the first on. What is leased together has mostly been put
 * together, and one UPDATE of a run takes two thirds of the time of one for each row. Short runs do not pay: 1. */
static size_t run_length(const int64_t *ids, size_t n)
{
    size_t len = 1;
    while (len < n && ids[len] == ids[len - 1] + 1)
        len++;
    return len >= RUN_LEAST ? len : 1;
}

/* An answer to one member ends its batch. */
enum psync_result psync_batch_end(struct psync_store *s, int64_t batch, struct psync_error *err)
{
    if (batch == 0 || batch == s->ended_batch)
        return PSYNC_OK;
    s->ended_batch = batch;
    return psync_store_run(s, PSYNC_SQL_BATCH_DROP, PSYNC_VALUES(PSYNC_V_INT(batch)), err);
}

static enum psync_result record_attempt(struct settling *x, struct psync_error *err)
{
    const struct psync_attempt *a = &x->v->attempt;
    int64_t n = (int64_t)x->lease->tries + 1;
    struct psync_span head = {a->head.data, a->head.len < PSYNC_HEAD_MAX ? a->head.len : PSYNC_HEAD_MAX};
    enum psync_result r = psync_store_run(
        x->s, PSYNC_SQL_ATTEMPT_ADD,
        PSYNC_VALUES(PSYNC_V_INT(x->lease->id), PSYNC_V_INT(n), PSYNC_V_INT(a->at), PSYNC_V_INT(a->status),
                     PSYNC_V_INT(a->latency_ms), PSYNC_V_INT(a->counted), PSYNC_V_WORDS(a->error),
                     PSYNC_V_WORDS(a->problem), PSYNC_V_SPAN(head)), err);
    if (r == PSYNC_OK && n > PSYNC_ATTEMPTS_KEPT)
        r = psync_store_run(x->s, PSYNC_SQL_ATTEMPTS_TRIM,
                            PSYNC_VALUES(PSYNC_V_INT(x->lease->id), PSYNC_V_INT(n - PSYNC_ATTEMPTS_KEPT)), err);
    return r;
}

/* The lease ends, its row leaves `ready` or `delayed`. */
static void leave(struct settling *x)
{
    int64_t *rows = x->lease->row == PSYNC_STATE_DELAYED ? &x->p->delayed : &x->p->ready;
    --*rows;
    x->p->dirty = true;
    psync_leases_end(&x->s->leases, x->lease);
}

/* ---- delivered: nearly every verdict, so they are recorded many at a time ---- */
static enum psync_result add_outcomes(struct psync_store *s, const struct delivered *d, psync_ms now,
                                      struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    int64_t seq;
    for (size_t i = 0; r == PSYNC_OK && i < d->n; i++) {
        struct psync_ending e = {d->ids[i], PSYNC_STATE_DONE, now, d->of[i].attempt, ""};
        r = psync_outcome_add(s, &e, &seq, err);
    }
    return r;
}

/* `seq` is the outcome of the first, and theirs go up by one like the ids of a run. */
static enum psync_result mark_delivered(struct psync_store *s, const struct delivered *d, int64_t seq,
                                        struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0, len; r == PSYNC_OK && i < d->n; i += len, seq += (int64_t)len) {
        int64_t first = d->ids[i];
        len = run_length(&d->ids[i], d->n - i);
        r = len == 1 ? psync_store_run(s, PSYNC_SQL_DONE, PSYNC_VALUES(PSYNC_V_INT(first), PSYNC_V_INT(seq)), err)
                     : psync_store_run(s, PSYNC_SQL_DONE_RUN,
                                       PSYNC_VALUES(PSYNC_V_INT(first), PSYNC_V_INT(first + (int64_t)len - 1),
                                                    PSYNC_V_INT(seq - first)), err);
    }
    return r;
}

static enum psync_result record_delivered(struct settling *x, struct psync_error *err)
{
    struct delivered *d = x->delivered;
    int64_t seq = x->s->next_seq;
    enum psync_result r = add_outcomes(x->s, d, x->now, err);
    if (r == PSYNC_OK)
        r = mark_delivered(x->s, d, seq, err);
    for (size_t i = 0; r == PSYNC_OK && i < d->n; i++) {
        struct psync_lease *lease = d->of[i].lease;
        r = psync_batch_end(x->s, lease->batch, err);
        if (r == PSYNC_OK)
            r = psync_turn_pass(x->s, lease->place, lease->id, err);
    }
    d->n = 0;
    return r;
}

static enum psync_result done(struct settling *x, struct psync_error *err)
{
    struct delivered *d = x->delivered;
    size_t at = d->n++;
    for (; at > 0 && d->ids[at - 1] > x->lease->id; at--) { /* they come nearly in order */
        d->ids[at] = d->ids[at - 1];
        d->of[at] = d->of[at - 1];
    }
    d->ids[at] = x->lease->id;
    d->of[at].lease = x->lease;
    d->of[at].attempt = &x->v->attempt;
    leave(x);
    x->p->done++;
    return d->n < DELIVERED_MAX ? PSYNC_OK : record_delivered(x, err);
}

/* ---- the other verdicts ---- */
static enum psync_result dead(struct settling *x, struct psync_error *err)
{
    int64_t seq, cause = 0, id = x->lease->id;
    const struct psync_attempt *a = &x->v->attempt;
    struct psync_ending e = {id, PSYNC_STATE_DEAD, x->now, a, ""};
    enum psync_result r = psync_outcome_add(x->s, &e, &seq, err);
    if (r == PSYNC_OK)
        r = psync_cause_add(x->s, x->p, a, x->now, &cause, err);
    if (r == PSYNC_OK)
        r = record_attempt(x, err);
    if (r == PSYNC_OK)
        r = psync_store_run(x->s, PSYNC_SQL_DEAD,
                            PSYNC_VALUES(PSYNC_V_INT(id), PSYNC_V_INT(seq), PSYNC_V_INT((int64_t)x->lease->tries + 1),
                                         PSYNC_V_INT(a->counted), PSYNC_V_INT(a->at), PSYNC_V_INT(a->unanswered),
                                         PSYNC_V_INT(x->v->first_active_ms), PSYNC_V_INT(cause)), err);
    if (r == PSYNC_OK)
        r = psync_batch_end(x->s, x->lease->batch, err);
    if (r != PSYNC_OK)
        return r;
    leave(x);
    x->p->dead++;
    return psync_turn_pass(x->s, x->p, id, err);
}

static enum psync_result unbind(struct settling *x, struct psync_error *err)
{
    enum psync_result r = psync_batch_end(x->s, x->lease->batch, err);
    if (r != PSYNC_OK || x->lease->batch == 0)
        return r;
    return psync_store_run(x->s, PSYNC_SQL_UNBIND, PSYNC_VALUES(PSYNC_V_INT(x->lease->id)), err);
}

static enum psync_result retry(struct settling *x, struct psync_error *err)
{
    int64_t id = x->lease->id;
    const struct psync_attempt *a = &x->v->attempt;
    enum psync_result r = record_attempt(x, err);
    if (r == PSYNC_OK && x->v->unbind) /* first, so that this attempt is told from those of the batch */
        r = unbind(x, err);
    if (r == PSYNC_OK)
        r = psync_store_run(x->s, PSYNC_SQL_RETRY,
                            PSYNC_VALUES(PSYNC_V_INT(id), PSYNC_V_INT(x->v->not_before),
                                         PSYNC_V_INT((int64_t)x->lease->tries + 1), PSYNC_V_INT(a->counted),
                                         PSYNC_V_INT(a->at), PSYNC_V_INT(a->unanswered),
                                         PSYNC_V_INT(x->v->first_active_ms)), err);
    if (r != PSYNC_OK)
        return r;
    leave(x);
    x->p->delayed++;
    psync_place_rewind(x->p, PSYNC_STATE_DELAYED, x->v->not_before, id);
    return psync_turn_yield(x->s, x->p, id, err);
}

static enum psync_result release(struct settling *x, struct psync_error *err)
{
    int64_t id = x->lease->id;
    enum psync_result r = x->v->unbind ? unbind(x, err) : PSYNC_OK;
    if (r != PSYNC_OK)
        return r;
    psync_place_rewind(x->p, x->lease->row, x->lease->not_before, id);
    psync_leases_end(&x->s->leases, x->lease);
    return psync_turn_yield(x->s, x->p, id, err);
}

static const struct {
    enum psync_event event;
    enum psync_result (*carry_out)(struct settling *x, struct psync_error *err);
} verdicts[] = {
    [PSYNC_VERDICT_DONE] = {PSYNC_EVENT_DONE, done},
    [PSYNC_VERDICT_RETRY] = {PSYNC_EVENT_RETRY, retry},
    [PSYNC_VERDICT_DEAD] = {PSYNC_EVENT_DEAD, dead},
    [PSYNC_VERDICT_RELEASE] = {PSYNC_EVENT_RELEASE, release},
};

enum psync_result psync_store_settle(struct psync_store *s, struct psync_settle *settles, size_t n, psync_ms now,
                                     struct psync_error *err)
{
    struct delivered delivered;
    struct settling x = {.s = s, .now = now, .delivered = &delivered};
    bool revoked = false;
    enum psync_result r = psync_store_begin(s, err);
    delivered.n = 0;
    s->clock = now;
    s->dirty = true; /* a retry's due time means something only beside the clock it was made by */
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        struct psync_lease *lease = psync_leases_of(&s->leases, settles[i].message);
        settles[i].ret = lease == NULL ? PSYNC_GONE : PSYNC_OK;
        if (lease == NULL)
            continue;
        enum psync_state next;
        enum psync_result legal = psync_state_next(PSYNC_STATE_IN_FLIGHT, verdicts[settles[i].verdict].event, &next);
        PSYNC_INVARIANT(legal == PSYNC_OK);
        x.lease = lease;
        x.p = lease->place;
        x.v = &settles[i];
        revoked = revoked || lease->revoked;
        r = verdicts[settles[i].verdict].carry_out(&x, err);
    }
    if (r == PSYNC_OK)
        r = record_delivered(&x, err);
    return r == PSYNC_OK && revoked ? psync_store_withdraw_returned(s, now, err) : r;
}

/* Members that were put together mostly have ids without a gap. */
static enum psync_result bind_members(struct psync_store *s, const int64_t *ids, size_t n, int64_t batch,
                                      struct psync_error *err)
{
    const struct psync_value value = batch == 0 ? PSYNC_V_NULL() : PSYNC_V_INT(batch);
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0, len; r == PSYNC_OK && i < n; i += len) {
        int64_t first = ids[i];
        len = run_length(&ids[i], n - i);
        r = len == 1 ? psync_store_run(s, PSYNC_SQL_BIND,
                                       PSYNC_VALUES(PSYNC_V_INT(first), value, PSYNC_V_INT((int64_t)i)), err)
                     : psync_store_run(s, PSYNC_SQL_BIND_RUN,
                                       PSYNC_VALUES(PSYNC_V_INT(first), value, PSYNC_V_INT((int64_t)i),
                                                    PSYNC_V_INT(first + (int64_t)len - 1)), err);
    }
    return r;
}

enum psync_result psync_store_bind_batch(struct psync_store *s, struct psync_message *const *members, size_t n,
                                         const char *key, struct psync_error *err)
{
    sqlite3_stmt *st;
    int64_t batch = 0, ids[PSYNC_BATCH_MEMBERS_MAX];
    struct psync_lease *leases[PSYNC_BATCH_MEMBERS_MAX];
    PSYNC_INVARIANT(n <= PSYNC_BATCH_MEMBERS_MAX); /* the facade has refused more */
    for (size_t i = 0; i < n; i++) {
        leases[i] = psync_leases_of(&s->leases, members[i]);
        if (leases[i] == NULL)
            return PSYNC_GONE;
        ids[i] = leases[i]->id;
    }
    enum psync_result r = psync_store_begin(s, err);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) /* those it was split from are over */
        r = psync_batch_end(s, leases[i]->batch, err);
    if (r == PSYNC_OK && *key != '\0') {
        r = psync_store_query(s, PSYNC_SQL_BATCH_ADD, PSYNC_VALUES(PSYNC_V_TEXT(key), PSYNC_V_INT((int64_t)n)), &st,
                              err);
        if (r == PSYNC_OK) {
            batch = sqlite3_column_int64(st, 0);
            sqlite3_reset(st);
        }
    }
    if (r == PSYNC_OK)
        r = bind_members(s, ids, n, batch, err);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++)
        leases[i]->batch = batch;
    return r;
}
