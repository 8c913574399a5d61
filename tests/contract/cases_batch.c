/* cases_batch - a bound batch keeps members, order and key until an answer or a split ends it. */
#include "cases.h"

#include <string.h>

static const char key[] = "batch:0123456789abcdef0123456789abcdef", half[] = "batch:00000000000000000000000000000001";

static struct leased bound(struct fixture *f, size_t n)
{
    struct psync_error err;
    for (size_t p = 1; p <= n; p++)
        fixture_put(f, (int64_t)p, 0);
    struct leased l = fixture_lease(f, n, fixture_now + 60000);
    assert_int_equal(l.n, n);
    struct psync_message *members[64];
    for (size_t i = 0; i < n; i++)
        members[i] = l.m[n - 1 - i]; /* an order of its own */
    assert_int_equal(psync_queue_bind(f->q, members, n, key, &err), PSYNC_OK);
    return l;
}

static void together_after_a_restart(struct fixture *f)
{
    struct leased l = bound(f, 3);
    fixture_free(&l);
    fixture_put(f, 9, 0);
    fixture_reopen(f);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "3 2 1 9");
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(l.m[i]->batch_key, key);
        assert_int_equal(l.m[i]->batch_pos, i);
        assert_int_equal(l.m[i]->batch_count, 3);
    }
    assert_string_equal(l.m[3]->batch_key, "");
    fixture_free(&l);
}

/* Some members next to each other in the queue, some not. */
static void in_its_order_with_gaps(struct fixture *f)
{
    static const size_t order[] = {1, 3, 4, 5, 6, 8, 0};
    enum { N = sizeof order / sizeof *order };
    struct psync_error err;
    struct psync_message *members[N];
    for (int64_t p = 1; p <= 9; p++)
        fixture_put(f, p, 0);
    struct leased l = fixture_lease(f, 9, fixture_now + 60000);
    for (size_t i = 0; i < N; i++)
        members[i] = l.m[order[i]];
    assert_int_equal(psync_queue_bind(f->q, members, N, key, &err), PSYNC_OK);
    fixture_free(&l);
    fixture_reopen(f);
    l = fixture_lease(f, 9, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2 4 5 6 7 9 1 3 8");
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(l.m[i]->batch_pos, i);
    assert_string_equal(l.m[N]->batch_key, "");
    fixture_free(&l);
}

static void settle_all(struct fixture *f, struct leased *l, enum psync_verdict v, psync_ms not_before, bool unbind)
{
    struct psync_error err;
    struct psync_settle s[64];
    for (size_t i = 0; i < l->n; i++)
        s[i] = (struct psync_settle){.message = l->m[i], .verdict = v, .not_before = not_before, .unbind = unbind,
                                     .attempt = {.at = fixture_now, .unanswered = true, .error = "timed out",
                                                 .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, s, l->n, &err), PSYNC_OK);
    fixture_free(l);
}

static void together_after_no_answer(struct fixture *f)
{
    struct leased l = bound(f, 3);
    settle_all(f, &l, PSYNC_VERDICT_RETRY, fixture_now + 500, false);
    assert_int_equal(fixture_lease(f, 64, fixture_now + 1).n, 0);
    fixture_now += 500;
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "3 2 1");
    assert_string_equal(l.m[2]->batch_key, key);
    settle_all(f, &l, PSYNC_VERDICT_RELEASE, 0, false);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "3 2 1");
    fixture_free(&l);
}

static void single_after_an_answer(struct fixture *f)
{
    struct leased l = bound(f, 3);
    settle_all(f, &l, PSYNC_VERDICT_RETRY, fixture_now, true);
    fixture_reopen(f);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2 3");
    assert_string_equal(l.m[0]->batch_key, "");
    fixture_free(&l);
}

static void an_answer_to_one_ends_it_for_all(struct fixture *f)
{
    struct leased l = bound(f, 3);
    fixture_settle(f, l.m[0], PSYNC_VERDICT_DONE, 0);
    psync_message_free(l.m[1]);
    psync_message_free(l.m[2]);
    fixture_reopen(f);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2 3");
    assert_string_equal(l.m[0]->batch_key, "");
    fixture_free(&l);
}

/* Whoever bound it was leasing more at a time. It waits for nothing: alone it comes whole. */
static void larger_than_what_is_leased(struct fixture *f)
{
    struct leased l = bound(f, 3);
    fixture_free(&l);
    fixture_put(f, 8, 0);
    fixture_put(f, 9, 0);
    fixture_reopen(f);
    for (size_t max = 1; max <= 2; max++) {
        l = fixture_lease(f, max, fixture_now + 60000);
        assert_string_equal(fixture_products(&l), "3 2 1");
        fixture_free(&l);
        l = fixture_lease(f, max, fixture_now + 60000);
        assert_string_equal(fixture_products(&l), max == 1 ? "8" : "8 9");
        fixture_free(&l);
        fixture_reopen(f);
    }
}

/* Behind others it does not get in among them, but comes with the next lease. */
static void larger_and_behind_others(struct fixture *f)
{
    struct psync_error err;
    for (int64_t p = 1; p <= 4; p++)
        fixture_put(f, p, 0);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(psync_queue_bind(f->q, l.m + 1, 3, key, &err), PSYNC_OK);
    fixture_free(&l);
    fixture_reopen(f);
    l = fixture_lease(f, 2, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1");
    assert_int_equal(l.next_due, fixture_now); /* there is more */
    fixture_free(&l);
    l = fixture_lease(f, 2, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2 3 4");
    fixture_free(&l);
}

/* A process that is gone may have sent it, and others than its members cannot have been sent with it. */
static void leased_before_is_unanswered(struct fixture *f)
{
    struct leased l = bound(f, 2);
    settle_all(f, &l, PSYNC_VERDICT_RELEASE, 0, false);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(l.m[0]->batch_key, key);
    assert_false(l.m[0]->last_unanswered || l.m[1]->last_unanswered);
    fixture_free(&l);
    fixture_put(f, 9, 0);
    fixture_reopen(f);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2 1 9");
    assert_true(l.m[0]->last_unanswered && l.m[1]->last_unanswered);
    assert_false(l.m[2]->last_unanswered);
    fixture_free(&l);
}

static void a_lost_lease_is_unanswered(struct fixture *f)
{
    struct leased l = bound(f, 2);
    settle_all(f, &l, PSYNC_VERDICT_RELEASE, 0, false);
    l = fixture_lease(f, 64, fixture_now + 1);
    fixture_free(&l);
    fixture_now += 1;
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2 1");
    assert_true(l.m[0]->last_unanswered && l.m[1]->last_unanswered);
    fixture_free(&l);
}

/* What went unanswered under the batch's key did not under another. */
static void unanswered_is_of_a_key(struct fixture *f)
{
    struct psync_error err;
    struct leased l = bound(f, 3);
    settle_all(f, &l, PSYNC_VERDICT_RETRY, fixture_now, false);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "3 2 1");
    assert_true(l.m[0]->last_unanswered);
    assert_int_equal(psync_queue_bind(f->q, l.m, 2, half, &err), PSYNC_OK);
    struct psync_settle s[3];
    for (size_t i = 0; i < 3; i++)
        s[i] = (struct psync_settle){.message = l.m[i], .verdict = PSYNC_VERDICT_RELEASE, .unbind = i == 2,
                                     .attempt = {.error = "", .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, s, 3, &err), PSYNC_OK);
    fixture_free(&l);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(l.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_false(l.m[i]->last_unanswered);
    settle_all(f, &l, PSYNC_VERDICT_RETRY, fixture_now, true); /* each alone by now */
    l = fixture_lease(f, 64, fixture_now + 60000);
    for (size_t i = 0; i < 3; i++)
        assert_true(l.m[i]->last_unanswered);
    fixture_free(&l);
}

static void split_binds_anew(struct fixture *f)
{
    struct psync_error err;
    struct leased l = bound(f, 4);
    assert_int_equal(psync_queue_bind(f->q, l.m, 2, half, &err), PSYNC_OK);
    assert_int_equal(psync_queue_bind(f->q, l.m + 2, 2, "", &err), PSYNC_OK);
    fixture_free(&l);
    fixture_reopen(f);
    l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2 3 4");
    assert_string_equal(l.m[1]->batch_key, half);
    assert_int_equal(l.m[1]->batch_count, 2);
    assert_string_equal(l.m[3]->batch_key, "");
    fixture_free(&l);
}

static void a_lost_lease_cannot_be_bound(struct fixture *f)
{
    struct psync_error err;
    fixture_put(f, 1, 0);
    struct leased l = fixture_lease(f, 1, fixture_now + 1);
    fixture_now += 1;
    struct psync_message *again = fixture_take(f, 1);
    assert_int_equal(psync_queue_bind(f->q, l.m, 1, key, &err), PSYNC_GONE);
    psync_message_free(again);
    fixture_free(&l);
}

const struct contract_case cases_batch[] = {
    {"together after a restart", PSYNC_CAN_BIND, together_after_a_restart},
    {"in its order, with gaps", PSYNC_CAN_BIND, in_its_order_with_gaps},
    {"together after no answer", PSYNC_CAN_BIND | PSYNC_CAN_DELAY, together_after_no_answer},
    {"single after an answer", PSYNC_CAN_BIND, single_after_an_answer},
    {"an answer to one ends it for all", PSYNC_CAN_BIND, an_answer_to_one_ends_it_for_all},
    {"larger than what is leased", PSYNC_CAN_BIND, larger_than_what_is_leased},
    {"larger, and behind others", PSYNC_CAN_BIND, larger_and_behind_others},
    {"leased before is unanswered", PSYNC_CAN_BIND, leased_before_is_unanswered},
    {"a lost lease is unanswered", PSYNC_CAN_BIND | PSYNC_CAN_EXPIRE, a_lost_lease_is_unanswered},
    {"unanswered is of a key", PSYNC_CAN_BIND | PSYNC_CAN_DELAY, unanswered_is_of_a_key},
    {"split binds anew", PSYNC_CAN_BIND, split_binds_anew},
    {"a lost lease cannot be bound", PSYNC_CAN_BIND | PSYNC_CAN_EXPIRE, a_lost_lease_cannot_be_bound},
    {NULL, 0, NULL},
};
