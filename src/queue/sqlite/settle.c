/* settle - verdicts on leased messages, their history, and the binding of batches. */
#include "queue/sqlite/store.h"

#include <string.h>

/* The verdict being carried out. */
struct settling {
    struct psync_store *s;
    struct psync_lease *lease;
    struct psync_place *p;
    const struct psync_settle *v;
    psync_ms now;
};

/* An answer to one member ends its batch: the others, if any are left, are single messages from now on. */
static enum psync_result end_batch(struct settling *x, struct psync_error *err)
{
    int64_t batch = x->lease->batch;
    if (batch == 0 || batch == x->s->ended_batch)
        return PSYNC_OK;
    x->s->ended_batch = batch;
    return psync_store_run(x->s, PSYNC_SQL_BATCH_DROP, PSYNC_VALUES(PSYNC_V_INT(batch)), err);
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

static enum psync_result done(struct settling *x, struct psync_error *err)
{
    int64_t seq, id = x->lease->id;
    struct psync_ending e = {id, PSYNC_STATE_DONE, x->now, &x->v->attempt, ""};
    enum psync_result r = psync_outcome_add(x->s, &e, &seq, err);
    if (r == PSYNC_OK)
        r = psync_store_run(x->s, PSYNC_SQL_DONE,
                            PSYNC_VALUES(PSYNC_V_INT(id), PSYNC_V_INT(seq), PSYNC_V_INT((int64_t)x->lease->tries + 1)),
                            err);
    if (r == PSYNC_OK)
        r = end_batch(x, err);
    if (r != PSYNC_OK)
        return r;
    leave(x);
    x->p->done++;
    return psync_turn_pass(x->s, x->p, id, err);
}

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
        r = end_batch(x, err);
    if (r != PSYNC_OK)
        return r;
    leave(x);
    x->p->dead++;
    return psync_turn_pass(x->s, x->p, id, err);
}

static enum psync_result unbind(struct settling *x, struct psync_error *err)
{
    enum psync_result r = end_batch(x, err);
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
    enum psync_result r = psync_store_begin(s, err);
    s->clock = now;
    s->dirty = true; /* a retry's due time means something only beside the clock it was made by */
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        struct psync_lease *lease = psync_leases_of(&s->leases, settles[i].message);
        settles[i].ret = lease == NULL ? PSYNC_GONE : PSYNC_OK;
        if (lease == NULL)
            continue;
        struct settling x = {s, lease, lease->place, &settles[i], now};
        enum psync_state next;
        enum psync_result legal = psync_state_next(PSYNC_STATE_IN_FLIGHT, verdicts[settles[i].verdict].event, &next);
        PSYNC_INVARIANT(legal == PSYNC_OK);
        r = verdicts[settles[i].verdict].carry_out(&x, err);
    }
    return r;
}

enum psync_result psync_store_bind_batch(struct psync_store *s, struct psync_message *const *members, size_t n,
                                         const char *key, struct psync_error *err)
{
    sqlite3_stmt *st;
    int64_t batch = 0;
    for (size_t i = 0; i < n; i++)
        if (psync_leases_of(&s->leases, members[i]) == NULL)
            return PSYNC_GONE;
    enum psync_result r = psync_store_begin(s, err);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) { /* those it was split from are over */
        struct settling x = {.s = s, .lease = psync_leases_of(&s->leases, members[i])};
        PSYNC_INVARIANT(x.lease != NULL); /* seen a moment ago */
        r = end_batch(&x, err);
    }
    if (r == PSYNC_OK && *key != '\0') {
        r = psync_store_query(s, PSYNC_SQL_BATCH_ADD, PSYNC_VALUES(PSYNC_V_TEXT(key), PSYNC_V_INT((int64_t)n)), &st,
                              err);
        if (r == PSYNC_OK) {
            batch = sqlite3_column_int64(st, 0);
            sqlite3_reset(st);
        }
    }
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        struct psync_lease *lease = psync_leases_of(&s->leases, members[i]);
        PSYNC_INVARIANT(lease != NULL);
        r = psync_store_run(s, PSYNC_SQL_BIND,
                            PSYNC_VALUES(PSYNC_V_INT(lease->id), batch == 0 ? PSYNC_V_NULL() : PSYNC_V_INT(batch),
                                         PSYNC_V_INT((int64_t)i)), err);
        lease->batch = batch;
    }
    return r;
}
