/* cases_withdraw - what waits is discarded, and what cannot be is left as it is. */
#include "cases.h"

#include <string.h>

static const char key[] = "batch:0123456789abcdef0123456789abcdef";

static struct psync_select withdraw(struct fixture *f, const char *const *ids, size_t n)
{
    struct psync_error err;
    struct psync_select s = {.ids = ids, .n_ids = n, .waiting = true};
    assert_int_equal(psync_queue_discard(f->q, &s, &err), PSYNC_OK);
    fixture_check(f);
    return s;
}

static bool see_state(void *arg, const struct psync_row *row)
{
    *(enum psync_state *)arg = row->state;
    return true;
}

static enum psync_state state_of(struct fixture *f, const char *id)
{
    struct psync_error err;
    enum psync_state state = PSYNC_STATES;
    assert_int_equal(psync_queue_show(f->q, id, see_state, NULL, &state, &err), PSYNC_OK);
    return state;
}

/* Of those that the array holds: ids of fixture_put are one static text. */
struct ids {
    char text[8][PSYNC_ID_MAX];
    const char *at[8];
};

static void put_each(struct fixture *f, struct ids *ids, int64_t products)
{
    for (int64_t p = 1; p <= products; p++) {
        strcpy(ids->text[p - 1], fixture_put(f, p, 0));
        ids->at[p - 1] = ids->text[p - 1];
    }
}

/* Leases what there is, settles it so, and answers which products that were. */
static const char *settle_all(struct fixture *f, enum psync_verdict v, psync_ms not_before, bool unanswered)
{
    struct psync_error err;
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    struct psync_settle s[64];
    const char *products = fixture_products(&l);
    for (size_t i = 0; i < l.n; i++)
        s[i] = (struct psync_settle){.message = l.m[i], .verdict = v, .not_before = not_before,
                                     .attempt = {.at = fixture_now, .unanswered = unanswered, .error = "failed",
                                                 .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, s, l.n, &err), PSYNC_OK);
    fixture_free(&l);
    return products;
}

static void what_waits_is_discarded(struct fixture *f)
{
    struct ids ids;
    put_each(f, &ids, 4);
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now + 1000);
    fixture_kill(f, 2, 422);
    struct psync_select s = withdraw(f, ids.at, 3);
    assert_int_equal(s.ret_changed, 3);
    assert_int_equal(s.ret_busy + s.ret_missing, 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(state_of(f, ids.at[i]), PSYNC_STATE_DISCARDED);
    struct psync_counts c = fixture_counts(f);
    assert_int_equal(c.ready, 1);
    assert_int_equal(c.delayed + c.dead + c.in_flight, 0);
    fixture_reopen(f);
    fixture_now += 1000;
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "4");
    fixture_free(&l);
}

static void only_when_asked_for(struct fixture *f)
{
    struct psync_error err;
    struct ids ids;
    put_each(f, &ids, 1);
    struct psync_select s = {.ids = ids.at, .n_ids = 1};
    assert_int_equal(psync_queue_discard(f->q, &s, &err), PSYNC_OK);
    assert_int_equal(s.ret_missing, 1);
    assert_int_equal(state_of(f, ids.at[0]), PSYNC_STATE_READY);
}

static void bind_all(struct fixture *f, size_t n)
{
    struct psync_error err;
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(l.n, n);
    assert_int_equal(psync_queue_bind(f->q, l.m, n, key, &err), PSYNC_OK);
    for (size_t i = 0; i < n; i++)
        fixture_settle(f, l.m[i], PSYNC_VERDICT_RELEASE, 0);
}

static void neither_leased_nor_finished(struct fixture *f)
{
    struct ids ids;
    put_each(f, &ids, 3);
    fixture_done_with(f, 1);
    struct psync_message *m = fixture_take(f, 2);
    ids.at[2] = "999999";
    struct psync_select s = withdraw(f, ids.at, 3);
    assert_int_equal(s.ret_changed, 0);
    assert_int_equal(s.ret_busy, 1);
    assert_int_equal(s.ret_missing, 2);
    assert_int_equal(state_of(f, ids.at[1]), PSYNC_STATE_IN_FLIGHT);
    assert_int_equal(fixture_settle(f, m, PSYNC_VERDICT_DONE, 0), PSYNC_OK); /* the lease held */
    assert_int_equal(state_of(f, ids.at[0]), PSYNC_STATE_DONE);
    assert_int_equal(state_of(f, ids.at[1]), PSYNC_STATE_DONE);
}

static void what_was_leased_is_discarded_when_it_comes_back(struct fixture *f)
{
    static const enum psync_verdict verdicts[] = {PSYNC_VERDICT_RETRY, PSYNC_VERDICT_RELEASE, PSYNC_VERDICT_DEAD};
    static const enum psync_state expected[] = {PSYNC_STATE_DISCARDED, PSYNC_STATE_DISCARDED, PSYNC_STATE_DEAD};
    struct ids ids;
    put_each(f, &ids, 3);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(withdraw(f, ids.at, 3).ret_busy, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fixture_settle(f, l.m[i], verdicts[i], fixture_now), PSYNC_OK);
        fixture_check(f);
        assert_int_equal(state_of(f, ids.at[i]), expected[i]);
    }
    struct psync_counts c = fixture_counts(f);
    assert_int_equal(c.ready + c.delayed + c.in_flight, 0);
}

/* Unsent, the whole of it: its others go alone. */
static void a_batch_that_comes_back_lets_go(struct fixture *f)
{
    struct psync_error err;
    struct ids ids;
    put_each(f, &ids, 3);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(psync_queue_bind(f->q, l.m, 3, key, &err), PSYNC_OK);
    assert_int_equal(withdraw(f, ids.at, 1).ret_busy, 1);
    struct psync_settle s[3];
    for (size_t i = 0; i < 3; i++)
        s[i] = (struct psync_settle){.message = l.m[i], .verdict = PSYNC_VERDICT_RELEASE,
                                     .attempt = {.error = "", .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, s, 3, &err), PSYNC_OK);
    fixture_free(&l);
    fixture_check(f);
    assert_int_equal(state_of(f, ids.at[0]), PSYNC_STATE_DISCARDED);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2 3");
    assert_string_equal(l.m[0]->batch_key, "");
    fixture_free(&l);
}

static void but_not_one_in_doubt(struct fixture *f)
{
    struct psync_error err;
    struct ids ids;
    put_each(f, &ids, 2);
    bind_all(f, 2);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(withdraw(f, ids.at, 1).ret_busy, 1);
    struct psync_settle s[2];
    for (size_t i = 0; i < 2; i++)
        s[i] = (struct psync_settle){.message = l.m[i], .verdict = PSYNC_VERDICT_RETRY, .not_before = fixture_now,
                                     .attempt = {.at = fixture_now, .unanswered = true, .error = "timed out",
                                                 .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, s, 2, &err), PSYNC_OK);
    fixture_free(&l);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2");
    assert_string_equal(l.m[0]->batch_key, key);
    fixture_free(&l);
}

/* It comes back in pieces: the others may be under way under its key. */
static void nor_one_that_is_still_out(struct fixture *f)
{
    struct psync_error err;
    struct ids ids;
    put_each(f, &ids, 3);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(psync_queue_bind(f->q, l.m, 3, key, &err), PSYNC_OK);
    fixture_settle(f, l.m[0], PSYNC_VERDICT_RELEASE, 0);
    assert_int_equal(withdraw(f, ids.at, 1).ret_busy, 1);
    fixture_settle(f, l.m[1], PSYNC_VERDICT_RELEASE, 0);
    fixture_settle(f, l.m[2], PSYNC_VERDICT_RELEASE, 0);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2 3");
    assert_string_equal(l.m[0]->batch_key, key);
    fixture_free(&l);
}

static bool see_outcome(void *arg, const struct psync_outcome *o)
{
    *(enum psync_state *)arg = o->state;
    return true;
}

static void its_outcome_is_told_and_its_key_forgotten(struct fixture *f)
{
    struct psync_error err;
    enum psync_state state = PSYNC_STATES;
    struct psync_put put = fixture_put_of(1, 0), again = put;
    fixture_try_put(f, &put);
    const char *id = put.ret_id;
    assert_int_equal(withdraw(f, &id, 1).ret_changed, 1);
    assert_int_equal(psync_queue_outcomes(f->q, 0, 10, see_outcome, &state, &err), PSYNC_OK);
    assert_int_equal(state, PSYNC_STATE_DISCARDED);
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_NEW);
    fixture_check(f);
}

/* Of a subject's messages the oldest has the turn: it passes on, and one that waits for it goes without ado. */
static void a_successor_gets_the_turn(struct fixture *f)
{
    char oldest[PSYNC_ID_MAX], middle[PSYNC_ID_MAX];
    const char *id = oldest;
    strcpy(oldest, fixture_put(f, 1, 0));
    strcpy(middle, fixture_put(f, 1, 1));
    fixture_put(f, 1, 2);
    assert_string_equal(settle_all(f, PSYNC_VERDICT_RETRY, fixture_now + 1000, false), "1");
    assert_int_equal(withdraw(f, &id, 1).ret_changed, 1);
    struct psync_message *m = fixture_take(f, 1);
    assert_int_equal(m->revision, 1);
    fixture_settle(f, m, PSYNC_VERDICT_RELEASE, 0);
    id = middle;
    assert_int_equal(withdraw(f, &id, 1).ret_changed, 1);
    m = fixture_take(f, 1);
    assert_int_equal(m->revision, 2);
    fixture_settle(f, m, PSYNC_VERDICT_RELEASE, 0);
    strcpy(oldest, fixture_put(f, 1, 3));
    id = oldest;
    assert_int_equal(withdraw(f, &id, 1).ret_changed, 1); /* it waited itself */
    m = fixture_take(f, 1);
    assert_int_equal(m->revision, 2);
    psync_message_free(m);
}

static void the_others_of_a_batch_go_alone(struct fixture *f)
{
    struct ids ids;
    put_each(f, &ids, 3);
    bind_all(f, 3);
    assert_string_equal(settle_all(f, PSYNC_VERDICT_RETRY, fixture_now, false), "1 2 3"); /* refused connections */
    assert_int_equal(withdraw(f, ids.at + 1, 1).ret_changed, 1);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 3");
    assert_string_equal(l.m[0]->batch_key, "");
    assert_string_equal(l.m[1]->batch_key, "");
    fixture_free(&l);
}

/* One of its members waits for an older message of its subject, so the batch was passed over. */
static void they_wait_for_nobody_then(struct fixture *f)
{
    struct psync_error err;
    char dead[PSYNC_ID_MAX], waiting[PSYNC_ID_MAX];
    const char *id = dead;
    struct psync_select requeue = {.ids = &id, .n_ids = 1};
    strcpy(dead, fixture_put(f, 1, 0));
    fixture_kill(f, 1, 422);
    strcpy(waiting, fixture_put(f, 1, 1));
    fixture_put(f, 2, 0);
    bind_all(f, 2);
    assert_int_equal(psync_queue_requeue(f->q, &requeue, &err), PSYNC_OK);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1");
    fixture_free(&l);
    id = waiting;
    assert_int_equal(withdraw(f, &id, 1).ret_changed, 1);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2");
    fixture_free(&l);
}

static void a_batch_in_doubt_stays_whole(struct fixture *f)
{
    struct ids ids;
    put_each(f, &ids, 3);
    bind_all(f, 3);
    assert_string_equal(settle_all(f, PSYNC_VERDICT_RETRY, fixture_now, true), "1 2 3"); /* timed out */
    assert_int_equal(withdraw(f, ids.at + 1, 1).ret_busy, 1);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2 3");
    assert_string_equal(l.m[2]->batch_key, key);
    assert_int_equal(withdraw(f, ids.at, 1).ret_busy, 1);
    fixture_free(&l);
}

static void so_does_one_that_was_leased_before(struct fixture *f)
{
    struct ids ids;
    put_each(f, &ids, 2);
    bind_all(f, 2);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    fixture_free(&l);
    fixture_reopen(f);
    assert_int_equal(withdraw(f, ids.at, 1).ret_busy, 1);
    assert_string_equal(settle_all(f, PSYNC_VERDICT_DEAD, 0, false), "1 2"); /* an answer ends it */
    assert_int_equal(withdraw(f, ids.at, 2).ret_changed, 2);
}

static void many_in_slices(struct fixture *f)
{
    enum { MANY = 603 };
    static char text[MANY][PSYNC_ID_MAX];
    static const char *ids[MANY];
    for (int64_t p = 0; p < MANY; p++) {
        strcpy(text[p], fixture_put(f, p + 1, 0));
        ids[p] = text[p];
    }
    struct psync_message *m = fixture_take(f, 1);
    struct psync_select s = withdraw(f, ids, MANY);
    assert_int_equal(s.ret_changed, MANY - 1);
    assert_int_equal(s.ret_busy, 1);
    assert_int_equal(fixture_counts(f).ready, 0);
    psync_message_free(m);
}

const struct contract_case cases_withdraw[] = {
    {"what waits is discarded", PSYNC_CAN_WITHDRAW | PSYNC_CAN_DELAY, what_waits_is_discarded},
    {"only when asked for", PSYNC_CAN_WITHDRAW, only_when_asked_for},
    {"neither leased nor finished", PSYNC_CAN_WITHDRAW, neither_leased_nor_finished},
    {"what was leased is discarded when it comes back", PSYNC_CAN_WITHDRAW,
     what_was_leased_is_discarded_when_it_comes_back},
    {"a batch that comes back lets go", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND, a_batch_that_comes_back_lets_go},
    {"but not one in doubt", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND, but_not_one_in_doubt},
    {"nor one that is still out", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND, nor_one_that_is_still_out},
    {"its outcome is told and its key forgotten", PSYNC_CAN_WITHDRAW | PSYNC_CAN_KEYS | PSYNC_CAN_HISTORY,
     its_outcome_is_told_and_its_key_forgotten},
    {"a successor gets the turn", PSYNC_CAN_WITHDRAW | PSYNC_CAN_ORDER | PSYNC_CAN_DELAY, a_successor_gets_the_turn},
    {"the others of a batch go alone", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND, the_others_of_a_batch_go_alone},
    {"they wait for nobody then", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND | PSYNC_CAN_ORDER, they_wait_for_nobody_then},
    {"a batch in doubt stays whole", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND, a_batch_in_doubt_stays_whole},
    {"so does one that was leased before", PSYNC_CAN_WITHDRAW | PSYNC_CAN_BIND, so_does_one_that_was_leased_before},
    {"many in slices", PSYNC_CAN_WITHDRAW, many_in_slices},
    {NULL, 0, NULL},
};
