/* cases_flow - put, lease, settle, return, and what survives a restart. */
#include "cases.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put_then_lease_gives_what_was_put(struct fixture *f)
{
    struct psync_put put = fixture_put_of(7, 3);
    put.trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    put.subject.shop = "0b5e6c1e-1111-4222-8333-944445555666:2";
    assert_int_equal(fixture_try_put(f, &put), PSYNC_PUT_NEW);
    struct psync_message *m = fixture_take(f, 7);
    assert_string_equal(m->id, put.ret_id);
    assert_string_equal(m->key, put.key);
    assert_string_equal(m->destination, "default");
    assert_string_equal(m->type, put.type);
    assert_string_equal(m->trace, put.trace);
    assert_string_equal(m->subject.shop, put.subject.shop);
    assert_true(psync_span_eq(m->payload, put.payload.data));
    assert_int_equal(m->revision, 3);
    assert_int_equal(m->created_at, fixture_now);
    assert_int_equal(m->attempts, 0);
    assert_int_equal(m->tries, 0);
    assert_int_equal(m->first_active_ms, -1);
    assert_string_equal(m->batch_key, "");
    assert_int_not_equal(m->lease, 0);
    psync_message_free(m);
}

static void oldest_first_and_each_once(struct fixture *f)
{
    for (int64_t p = 1; p <= 5; p++)
        fixture_put(f, p, 0);
    struct leased a = fixture_lease(f, 3, fixture_now + 60000), b = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&a), "1 2 3");
    assert_string_equal(fixture_products(&b), "4 5");
    fixture_free(&a);
    fixture_free(&b);
    b = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(b.n, 0);
}

static void a_restart_returns_what_was_leased(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_put(f, 2, 0);
    fixture_done_with(f, 1);
    psync_message_free(fixture_take(f, 2));
    fixture_reopen(f);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2");
    fixture_free(&l);
}

static void known_by_key(struct fixture *f)
{
    struct psync_put put = fixture_put_of(1, 0), again = put, other = put;
    assert_int_equal(fixture_try_put(f, &put), PSYNC_PUT_NEW);
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_KNOWN);
    assert_int_equal(again.ret_state, PSYNC_STATE_READY);
    assert_true(again.ret_same_payload);
    assert_string_equal(again.ret_id, put.ret_id);
    struct psync_message *m = fixture_take(f, 1);
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_KNOWN);
    assert_int_equal(again.ret_state, PSYNC_STATE_IN_FLIGHT);
    assert_int_equal(fixture_settle(f, m, PSYNC_VERDICT_DONE, 0), PSYNC_OK);
    fixture_reopen(f);
    other.payload = PSYNC_SPAN("{}");
    assert_int_equal(fixture_try_put(f, &other), PSYNC_PUT_KNOWN);
    assert_int_equal(other.ret_state, PSYNC_STATE_DONE);
    assert_false(other.ret_same_payload);
    other.destination = "another";
    assert_int_equal(fixture_try_put(f, &other), PSYNC_PUT_NEW); /* keys are a destination's own */
}

static void twice_in_one_call(struct fixture *f)
{
    struct psync_put puts[2] = {fixture_put_of(1, 0), fixture_put_of(1, 0)};
    struct psync_error err;
    assert_int_equal(psync_queue_put(f->q, puts, 2, &err), PSYNC_OK);
    assert_int_equal(puts[0].ret_outcome, PSYNC_PUT_NEW);
    assert_int_equal(puts[1].ret_outcome, PSYNC_PUT_KNOWN);
}

static void keys_of_another_form(struct fixture *f)
{
    struct psync_put a = fixture_put_of(1, 0), b = fixture_put_of(2, 0);
    a.key = b.key = "order-17";
    assert_int_equal(fixture_try_put(f, &a), PSYNC_PUT_NEW);
    assert_int_equal(fixture_try_put(f, &b), PSYNC_PUT_KNOWN);
}

static void full_says_why_and_knows_what_it_has(struct fixture *f)
{
    f->conf.max_depth = 2;
    fixture_reopen(f);
    struct psync_put puts[3] = {fixture_put_of(1, 0), fixture_put_of(2, 0), fixture_put_of(3, 0)};
    struct psync_error err;
    assert_int_equal(psync_queue_put(f->q, puts, 3, &err), PSYNC_OK);
    assert_int_equal(puts[1].ret_outcome, PSYNC_PUT_NEW);
    assert_int_equal(puts[2].ret_outcome, PSYNC_PUT_FULL);
    assert_non_null(strstr(puts[2].ret_why, "queue.max_depth"));
    assert_int_equal(fixture_try_put(f, &puts[0]), PSYNC_PUT_KNOWN);
    fixture_done_with(f, 1);
    assert_int_equal(fixture_try_put(f, &puts[2]), PSYNC_PUT_NEW);
}

static void a_retry_comes_back_when_due(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_put(f, 2, 0);
    psync_ms due = fixture_now + 5000;
    assert_int_equal(fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, due), PSYNC_OK);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "2");
    assert_int_equal(l.next_due, due);
    fixture_free(&l);
    fixture_put(f, 3, 0);
    fixture_now = due - 1;
    assert_int_equal(fixture_counts(f).delayed, 1);
    fixture_now = due;
    l = fixture_lease(f, 64, fixture_now + 60000); /* due retries go first */
    assert_string_equal(fixture_products(&l), "1 3");
    assert_int_equal(l.m[0]->attempts, 1);
    assert_int_equal(l.m[0]->tries, 1);
    assert_int_equal(l.m[0]->first_active_ms, 7);
    assert_int_equal(l.m[0]->last_try_at, due - 5000);
    assert_false(l.m[0]->last_unanswered);
    fixture_free(&l);
}

static void a_retry_survives_a_restart(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now + 5000);
    fixture_reopen(f);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_int_equal(l.n, 0);
    assert_int_equal(l.next_due, fixture_now + 5000);
    fixture_now += 5000;
    fixture_done_with(f, 1);
}

static void no_answer_is_remembered(struct fixture *f)
{
    struct psync_error err;
    fixture_put(f, 1, 0);
    struct psync_message *m = fixture_take(f, 1);
    struct psync_settle s = {.message = m, .verdict = PSYNC_VERDICT_RETRY, .not_before = fixture_now,
                             .attempt = {.at = fixture_now, .status = 0, .unanswered = true, .error = "timed out",
                                         .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, &s, 1, &err), PSYNC_OK);
    psync_message_free(m);
    m = fixture_take(f, 1);
    assert_true(m->last_unanswered);
    assert_int_equal(m->attempts, 0);
    assert_int_equal(m->tries, 1);
    fixture_settle(f, m, PSYNC_VERDICT_RETRY, fixture_now);
    m = fixture_take(f, 1);
    assert_true(m->last_unanswered); /* some earlier try */
    psync_message_free(m);
}

static void released_is_ready_at_once_and_counts_no_attempt(struct fixture *f)
{
    fixture_put(f, 1, 0);
    fixture_put(f, 2, 0);
    struct psync_message *a = fixture_take(f, 1), *b = fixture_take(f, 2);
    assert_int_equal(fixture_settle(f, b, PSYNC_VERDICT_RELEASE, 0), PSYNC_OK);
    assert_int_equal(fixture_settle(f, a, PSYNC_VERDICT_RELEASE, 0), PSYNC_OK);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2");
    assert_int_equal(l.m[0]->tries, 0);
    fixture_free(&l);
}

static void a_lease_runs_out(struct fixture *f)
{
    fixture_put(f, 1, 0);
    struct leased l = fixture_lease(f, 1, fixture_now + 1000), none = fixture_lease(f, 1, fixture_now + 1000);
    assert_int_equal(none.n, 0);
    assert_int_equal(none.next_due, fixture_now + 1000);
    fixture_now += 1000;
    struct psync_message *again = fixture_take(f, 1);
    assert_int_equal(fixture_settle(f, l.m[0], PSYNC_VERDICT_DONE, 0), PSYNC_GONE);
    assert_int_equal(fixture_settle(f, again, PSYNC_VERDICT_DONE, 0), PSYNC_OK);
    assert_int_equal(fixture_counts(f).done, 1);
}

static void an_extended_lease_does_not(struct fixture *f)
{
    struct psync_error err;
    fixture_put(f, 1, 0);
    struct leased l = fixture_lease(f, 1, fixture_now + 1000);
    assert_int_equal(psync_queue_extend(f->q, l.m, 1, fixture_now + 5000, &err), PSYNC_OK);
    fixture_now += 1000;
    assert_int_equal(fixture_lease(f, 1, fixture_now + 1000).n, 0);
    fixture_now += 4000;
    assert_int_equal(psync_queue_extend(f->q, l.m, 1, fixture_now, &err), PSYNC_OK);
    struct psync_message *again = fixture_take(f, 1);
    assert_int_equal(psync_queue_extend(f->q, l.m, 1, fixture_now + 1000, &err), PSYNC_GONE);
    psync_message_free(again);
    fixture_free(&l);
}

static void each_lease_has_a_time_of_its_own(struct fixture *f)
{
    static const psync_ms times[] = {3000, 1000, 2000};
    for (int64_t p = 1; p <= 3; p++)
        fixture_put(f, p, 0);
    for (size_t i = 0; i < 3; i++) {
        struct leased l = fixture_lease(f, 1, fixture_now + times[i]);
        assert_int_equal(l.n, 1);
        fixture_free(&l);
    }
    fixture_now += 1000;
    psync_message_free(fixture_take(f, 2));
    fixture_now += 1000;
    psync_message_free(fixture_take(f, 3));
    assert_int_equal(fixture_lease(f, 1, fixture_now + 1000).n, 0);
    fixture_now += 1000;
    psync_message_free(fixture_take(f, 1));
}

static void settled_twice_is_gone(struct fixture *f)
{
    fixture_put(f, 1, 0);
    struct psync_message *m = fixture_take(f, 1), *copy = psync_message_new(m);
    assert_int_equal(fixture_settle(f, m, PSYNC_VERDICT_DONE, 0), PSYNC_OK);
    assert_int_equal(fixture_settle(f, copy, PSYNC_VERDICT_DEAD, 0), PSYNC_GONE);
    assert_int_equal(fixture_counts(f).dead, 0);
}

static void counts_are_exact(struct fixture *f)
{
    for (int64_t p = 1; p <= 6; p++)
        fixture_put(f, p, 0);
    fixture_done_with(f, 1);
    fixture_kill(f, 2, 422);
    fixture_settle(f, fixture_take(f, 3), PSYNC_VERDICT_RETRY, fixture_now + 9000);
    psync_message_free(fixture_take(f, 4));
    for (int round = 0; round < 2; round++) {
        struct psync_counts c = fixture_counts(f);
        assert_int_equal(c.done, 1);
        assert_int_equal(c.dead, 1);
        assert_int_equal(c.delayed, 1);
        assert_int_equal(c.in_flight, round == 0 ? 1 : 0);
        assert_int_equal(c.ready, round == 0 ? 2 : 3);
        assert_int_equal(c.next_due_at, fixture_now + 9000);
        fixture_reopen(f);
    }
}

static void oldest_waiting(struct fixture *f)
{
    psync_ms first = fixture_now;
    fixture_put(f, 1, 0);
    fixture_now += 1000;
    fixture_put(f, 2, 0);
    assert_int_equal(fixture_counts(f).oldest_at, first);
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now + 9000);
    assert_int_equal(fixture_counts(f).oldest_at, first);
    fixture_now += 9000;
    fixture_done_with(f, 1);
    assert_int_equal(fixture_counts(f).oldest_at, first + 1000);
    fixture_done_with(f, 2);
    assert_int_equal(fixture_counts(f).oldest_at, 0);
}

static void destinations_are_queues_of_their_own(struct fixture *f)
{
    struct psync_error err;
    struct psync_put a = fixture_put_of(1, 0), b = fixture_put_of(2, 0);
    b.destination = "shop/2";
    fixture_try_put(f, &a);
    fixture_try_put(f, &b);
    struct psync_want wants[] = {{"shop/2", 5, fixture_now + 60000}, {"default", 5, fixture_now + 60000},
                                 {"none", 5, 0}};
    struct psync_message **m;
    size_t n;
    psync_ms due;
    assert_int_equal(psync_queue_lease(f->q, wants, 3, &m, &n, &due, &err), PSYNC_OK);
    assert_int_equal(n, 2);
    assert_string_equal(m[0]->destination, "shop/2");
    assert_int_equal(m[0]->subject.product, 2);
    assert_string_equal(m[1]->destination, "default");
    psync_message_free(m[0]);
    psync_message_free(m[1]);
    free(m);
}

struct seen {
    struct psync_destination_row row;
    char name[PSYNC_NAME_MAX];
    size_t n;
};
static bool see_destination(void *arg, const struct psync_destination_row *row)
{
    struct seen *s = arg;
    s->row = *row;
    strcpy(s->name, row->name);
    s->n++;
    return true;
}

static void held_is_not_leased_and_survives(struct fixture *f)
{
    struct psync_error err = {0};
    struct psync_hold hold = {.paused = true, .paused_since = fixture_now,
                              .paused_reason = "by hand", .proving = PSYNC_PROVING_REFUSALS,
                              .suspended_settings = "0123456789abcdef"}, none = {0};
    struct psync_figures figures = {.active_ms = 1234, .active_at = fixture_now, .blocked = true,
                                    .state = "breaker open"};
    struct seen s = {.n = 0};
    fixture_put(f, 1, 0);
    assert_int_equal(psync_queue_hold(f->q, "default", &hold, &err), PSYNC_OK);
    assert_int_equal(psync_queue_note(f->q, "default", &figures), PSYNC_OK);
    fixture_reopen(f);
    assert_int_equal(fixture_lease(f, 1, fixture_now + 1000).n, 0);
    assert_int_equal(psync_queue_destinations(f->q, see_destination, &s, &err), PSYNC_OK);
    assert_int_equal(s.n, 1);
    assert_string_equal(s.name, "default");
    assert_true(s.row.hold.paused);
    assert_string_equal(s.row.hold.paused_reason, "by hand");
    assert_int_equal(s.row.hold.proving, PSYNC_PROVING_REFUSALS);
    assert_string_equal(s.row.hold.suspended_settings, "0123456789abcdef");
    assert_int_equal(s.row.figures.active_ms, 1234);
    assert_true(s.row.figures.blocked);
    assert_string_equal(s.row.figures.state, "breaker open");
    assert_int_equal(s.row.counts.ready, 1);
    assert_int_equal(psync_queue_hold(f->q, "default", &none, &err), PSYNC_OK);
    fixture_done_with(f, 1);
}

static void wrong_arguments_are_refused(struct fixture *f)
{
    struct psync_error err;
    static char big[PSYNC_PAYLOAD_MAX + 1];
    struct psync_put good = fixture_put_of(1, 0), p;
    p = good, p.key = "with space";
    assert_int_equal(psync_queue_put(f->q, &p, 1, &err), PSYNC_REJECT);
    p = good, p.destination = "";
    assert_int_equal(psync_queue_put(f->q, &p, 1, &err), PSYNC_REJECT);
    p = good, p.subject.product = 0;
    assert_int_equal(psync_queue_put(f->q, &p, 1, &err), PSYNC_REJECT);
    p = good, p.payload = (struct psync_span){big, sizeof big};
    assert_int_equal(psync_queue_put(f->q, &p, 1, &err), PSYNC_REJECT);
    assert_int_equal(fixture_counts(f).ready, 0);
}

const struct contract_case cases_flow[] = {
    {"put then lease gives what was put", 0, put_then_lease_gives_what_was_put},
    {"oldest first, and each once", 0, oldest_first_and_each_once},
    {"a restart returns what was leased", 0, a_restart_returns_what_was_leased},
    {"known by its key", PSYNC_CAN_KEYS, known_by_key},
    {"twice in one call", PSYNC_CAN_KEYS, twice_in_one_call},
    {"keys of another form", PSYNC_CAN_KEYS, keys_of_another_form},
    {"full says why, and knows what it has", PSYNC_CAN_COUNT, full_says_why_and_knows_what_it_has},
    {"a retry comes back when due", PSYNC_CAN_DELAY, a_retry_comes_back_when_due},
    {"a retry survives a restart", PSYNC_CAN_DELAY, a_retry_survives_a_restart},
    {"no answer is remembered", 0, no_answer_is_remembered},
    {"released is ready at once", 0, released_is_ready_at_once_and_counts_no_attempt},
    {"a lease runs out", PSYNC_CAN_EXPIRE, a_lease_runs_out},
    {"an extended lease does not", PSYNC_CAN_EXPIRE, an_extended_lease_does_not},
    {"each lease has a time of its own", PSYNC_CAN_EXPIRE, each_lease_has_a_time_of_its_own},
    {"settled twice is gone", 0, settled_twice_is_gone},
    {"counts are exact", PSYNC_CAN_COUNT, counts_are_exact},
    {"the oldest waiting", PSYNC_CAN_AGE, oldest_waiting},
    {"destinations are queues of their own", 0, destinations_are_queues_of_their_own},
    {"held is not leased, and survives", 0, held_is_not_leased_and_survives},
    {"wrong arguments are refused", 0, wrong_arguments_are_refused},
    {NULL, 0, NULL},
};
