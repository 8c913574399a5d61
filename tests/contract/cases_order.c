/* cases_order - one message of a subject at a time, oldest first, and nobody else waits. */
#include "cases.h"

static void successors_wait_for_the_oldest(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_put(f, 1, 1);
    fixture_put(f, 2, 0);
    fixture_put(f, 1, 2);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2");
    assert_int_equal(fixture_counts(f).ready, 2);
    assert_int_equal(fixture_settle(f, l.m[0], PSYNC_VERDICT_DONE, 0), PSYNC_OK);
    struct leased next = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&next), "1");
    assert_int_equal(next.m[0]->revision, 1);
    psync_message_free(l.m[1]);
    fixture_free(&next);
}

static void a_delayed_one_holds_them_back(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_put(f, 1, 1);
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now + 1000);
    assert_int_equal(fixture_lease(f, 64, fixture_now + 60000).n, 0);
    fixture_reopen(f);
    assert_int_equal(fixture_lease(f, 64, fixture_now + 60000).n, 0);
    fixture_now += 1000;
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.m[0]->revision, 0);
    fixture_free(&l);
}

static void a_dead_letter_frees_its_subject(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_put(f, 1, 1);
    fixture_kill(f, 1, 422);
    struct psync_message *m = fixture_take(f, 1);
    assert_int_equal(m->revision, 1);
    psync_message_free(m);
}

static void shops_and_destinations_are_other_subjects(struct fixture *f)
{
    struct psync_put a = fixture_put_of(1, 0), b = fixture_put_of(1, 1), c = fixture_put_of(1, 2);
    b.subject.shop = "x:2";
    c.destination = "other";
    fixture_try_put(f, &a);
    fixture_try_put(f, &b);
    fixture_try_put(f, &c);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(l.n, 2);
    fixture_free(&l);
}

static enum psync_result requeue(struct fixture *f, const char *id, bool force, struct psync_select *ret)
{
    struct psync_error err;
    static const char *ids[1];
    ids[0] = id;
    *ret = (struct psync_select){.ids = ids, .n_ids = 1, .force = force};
    return psync_queue_requeue(f->q, ret, &err);
}

static void requeued_goes_ahead_of_those_not_in_flight(struct fixture *f)
{
    struct psync_select s;
    const char *id = fixture_put(f, 1, 0);
    fixture_put(f, 1, 1);
    fixture_kill(f, 1, 500);
    assert_int_equal(requeue(f, id, false, &s), PSYNC_OK);
    assert_int_equal(s.ret_changed, 1);
    fixture_check(f);
    struct psync_message *m = fixture_take(f, 1);
    assert_int_equal(m->revision, 0);
    assert_int_equal(m->attempts, 0);
    assert_int_equal(m->tries, 1);
    assert_int_equal(fixture_lease(f, 1, fixture_now + 1000).n, 0);
    fixture_settle(f, m, PSYNC_VERDICT_DONE, 0);
    m = fixture_take(f, 1);
    assert_int_equal(m->revision, 1);
    psync_message_free(m);
}

static void requeued_waits_for_the_one_in_flight(struct fixture *f)
{
    static const enum psync_verdict verdicts[] = {PSYNC_VERDICT_RETRY, PSYNC_VERDICT_RELEASE, PSYNC_VERDICT_DONE};
    for (int64_t i = 0; i < 3; i++) {
        struct psync_select s;
        const char *id = fixture_put(f, 1 + i, 0);
        fixture_put(f, 1 + i, 1);
        fixture_kill(f, 1 + i, 500);
        struct psync_message *newer = fixture_take(f, 1 + i);
        assert_int_equal(requeue(f, id, false, &s), PSYNC_OK);
        assert_int_equal(fixture_lease(f, 1, fixture_now + 1000).n, 0);
        fixture_settle(f, newer, verdicts[i], fixture_now);
        fixture_check(f);
        struct psync_message *m = fixture_take(f, 1 + i); /* the older one has the turn now */
        assert_int_equal(m->revision, 0);
        fixture_settle(f, m, PSYNC_VERDICT_DONE, 0);
        if (verdicts[i] != PSYNC_VERDICT_DONE)
            fixture_done_with(f, 1 + i);
        assert_int_equal(fixture_counts(f).ready + fixture_counts(f).delayed, 0);
    }
}

static void requeued_waits_for_a_lease_that_runs_out(struct fixture *f)
{
    struct psync_select s;
    const char *id = fixture_put(f, 1, 0);
    fixture_put(f, 1, 1);
    fixture_kill(f, 1, 500);
    struct psync_message *newer = fixture_take(f, 1);
    assert_int_equal(requeue(f, id, false, &s), PSYNC_OK);
    fixture_now += 60000;
    struct psync_message *m = fixture_take(f, 1);
    assert_int_equal(m->revision, 0);
    assert_int_equal(fixture_settle(f, newer, PSYNC_VERDICT_DONE, 0), PSYNC_GONE);
    fixture_settle(f, m, PSYNC_VERDICT_DONE, 0);
    fixture_done_with(f, 1);
}

static void requeued_after_a_newer_was_delivered_needs_force(struct fixture *f)
{
    struct psync_select s;
    struct psync_put odd = fixture_put_of(2, 1);
    odd.key = "of-another-form";
    const char *id = fixture_put(f, 1, 0), *second = fixture_put(f, 2, 0);
    fixture_put(f, 1, 1);
    fixture_kill(f, 1, 500);
    fixture_kill(f, 2, 500);
    fixture_try_put(f, &odd);
    fixture_done_with(f, 1);
    fixture_done_with(f, 2);
    const char *both[] = {id, second};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(requeue(f, both[i], false, &s), PSYNC_OK);
        assert_int_equal(s.ret_newer, 1);
        assert_int_equal(s.ret_changed, 0);
        assert_int_equal(requeue(f, both[i], true, &s), PSYNC_OK);
        assert_int_equal(s.ret_changed, 1);
    }
    fixture_done_with(f, 1);
    fixture_done_with(f, 2);
}

/* Any sequence of events keeps the order: compared with a model. */
static void random_walk_keeps_order(struct fixture *f)
{
    enum { PRODUCTS = 4, STEPS = 600 };
    uint32_t next[PRODUCTS + 1] = {0}, seed = 12345, delivered[PRODUCTS + 1] = {0};
    struct psync_message *flying[PRODUCTS + 1] = {0};
    for (int step = 0; step < STEPS; step++) {
        seed = seed * 1103515245 + 12345;
        int64_t p = 1 + (seed >> 16) % PRODUCTS;
        unsigned what = (seed >> 20) % 6;
        if (what < 2) {
            fixture_put(f, p, next[p]++);
        } else if (what < 4) {
            struct leased l = fixture_lease(f, 1, fixture_now + 60000);
            if (l.n == 1) {
                int64_t got = l.m[0]->subject.product;
                assert_null(flying[got]);
                assert_int_equal(l.m[0]->revision, delivered[got]); /* the oldest unfinished, always */
                flying[got] = l.m[0];
            }
        } else if (flying[p] != NULL) {
            enum psync_verdict back = (seed >> 25) % 2 ? PSYNC_VERDICT_RETRY : PSYNC_VERDICT_RELEASE;
            enum psync_verdict v = what == 4 ? PSYNC_VERDICT_DONE : back;
            delivered[p] += v == PSYNC_VERDICT_DONE;
            assert_int_equal(fixture_settle(f, flying[p], v, fixture_now + 3), PSYNC_OK);
            flying[p] = NULL;
        }
        fixture_now++;
        if (step == STEPS / 2) {
            for (int i = 1; i <= PRODUCTS; i++) {
                psync_message_free(flying[i]);
                flying[i] = NULL;
            }
            fixture_reopen(f);
        }
    }
    for (int i = 1; i <= PRODUCTS; i++)
        psync_message_free(flying[i]);
}

const struct contract_case cases_order[] = {
    {"successors wait for the oldest", PSYNC_CAN_ORDER, successors_wait_for_the_oldest},
    {"a delayed one holds them back", PSYNC_CAN_ORDER | PSYNC_CAN_DELAY, a_delayed_one_holds_them_back},
    {"a dead letter frees its subject", PSYNC_CAN_ORDER, a_dead_letter_frees_its_subject},
    {"shops and destinations are other subjects", PSYNC_CAN_ORDER, shops_and_destinations_are_other_subjects},
    {"requeued goes ahead of those not in flight", PSYNC_CAN_ORDER, requeued_goes_ahead_of_those_not_in_flight},
    {"requeued waits for the one in flight", PSYNC_CAN_ORDER, requeued_waits_for_the_one_in_flight},
    {"requeued waits for a lease that runs out", PSYNC_CAN_ORDER | PSYNC_CAN_EXPIRE,
     requeued_waits_for_a_lease_that_runs_out},
    {"requeued after a newer was delivered needs force", PSYNC_CAN_ORDER | PSYNC_CAN_HISTORY,
     requeued_after_a_newer_was_delivered_needs_force},
    {"a random walk keeps the order", PSYNC_CAN_ORDER, random_walk_keeps_order},
    {NULL, 0, NULL},
};
