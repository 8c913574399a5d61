/* test_dispatcher - destinations beside each other, limits, stops, settings that change, age, on a virtual clock. */
#include "script.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct model m;

/* ---- several destinations, limits ---- */
static struct model_answer second_is_down(struct model *model, const struct psync_request *r)
{
    (void)model;
    return (struct model_answer){.status = strcmp(r->destination, "second") == 0 ? 503 : 200};
}

static void test_destinations_are_apart(void **state)
{
    (void)state;
    model_init(&m, second_is_down);
    m.config.n_destinations = 3;
    model_open(&m);
    for (size_t i = 0; i < 3; i++)
        model_put(&m, 200, i);
    psync_ms began = m.now;
    assert_false(model_run(&m, m.now + HOUR));
    for (size_t i = 0; i < m.n; i++) {
        bool down = strcmp(m.messages[i].m.destination, "second") == 0;
        assert_int_equal(m.messages[i].state == PSYNC_STATE_DONE, !down);
        if (!down)
            assert_true(m.messages[i].done_at < began + 5000);
    }
    model_done(&m);
}

static void test_fair_turns(void **state)
{
    struct psync_effect e;
    int seen[2] = {0};

    (void)state;
    model_init(&m, second_is_down);
    m.config.n_destinations = 2;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 20, 0);
    model_put(&m, 20, 1);
    struct psync_message *leased;
    for (size_t i = 0; i < 40; i++) {
        m.messages[i].m.batch_key = "";
        leased = psync_message_new(&m.messages[i].m);
        assert_int_equal(psync_dispatcher_offer(m.d, leased, m.now), PSYNC_OK);
    }
    for (int i = 0; i < 20 && psync_dispatcher_next(m.d, m.now, &e); i++) {
        if (e.kind == PSYNC_EFFECT_SEND)
            seen[strcmp(e.destination, "second") == 0]++;
    }
    assert_in_range(seen[0], 8, 12);
    assert_in_range(seen[1], 8, 12);
    model_done(&m);
}

static void test_rate(void **state)
{
    struct script s = SCRIPT({.status = 200});

    (void)state;
    begin_scripted(&m, &s);
    m.confs[0].rate = 10;
    m.confs[0].burst = 1;
    model_open(&m);
    model_put(&m, 600, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_in_range(m.now - began, 59000, 61000);
    model_done(&m);
}

static void test_concurrency(void **state)
{
    struct script s = SCRIPT({.status = 200});

    (void)state;
    for (int adaptive = 0; adaptive < 2; adaptive++) {
        begin_scripted(&m, &s);
        m.config.work.concurrency = 8;
        m.config.work.adaptive = adaptive;
        model_open(&m);
        model_put(&m, 1000, 0);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.most_in_flight, 8);
        model_done(&m);
    }
}

/* What could still be in flight when its lease runs out is given back before it is sent: half of a lease this short. */
static void test_leases_are_not_outlived(void **state)
{
    struct script s = SCRIPT({.status = 200, .latency_ms = 10000});
    struct psync_effect e;

    (void)state;
    begin_scripted(&m, &s);
    m.config.work.concurrency = 1;
    m.config.work.lease = 15000;
    model_open(&m);
    model_put(&m, 2, 0);
    psync_ms leased_at = m.now;
    model_step(&m);
    assert_int_equal(psync_dispatcher_held(m.d), 2);
    assert_int_equal(psync_dispatcher_in_flight(m.d), 1);
    assert_false(psync_dispatcher_next(m.d, leased_at + 7499, &e));
    assert_int_equal(psync_dispatcher_due(m.d, leased_at + 7499), leased_at + 7500);
    assert_true(psync_dispatcher_next(m.d, leased_at + 7500, &e));
    assert_int_equal(e.kind, PSYNC_EFFECT_SETTLE);
    assert_int_equal(e.settlement->settle.verdict, PSYNC_VERDICT_RELEASE);
    psync_settlement_free(e.settlement);
    model_done(&m);
}

/* An idle worker asks and gets nothing: that alone must not make the dispatcher due, or it would never sleep. */
static void test_empty_lease_wakes_nobody(void **state)
{
    struct script s = SCRIPT({.status = 200});
    struct psync_want want;

    (void)state;
    open_scripted(&m, &s);
    model_step(&m);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(psync_dispatcher_wants(m.d, m.now, &want, 1), 1);
        psync_dispatcher_leased(m.d, &want);
        assert_true(psync_dispatcher_due(m.d, m.now) == PSYNC_MS_NEVER);
    }
    model_done(&m);
}

/* ---- stop, restart, unknown destinations, direct mode ---- */
static void test_stop(void **state)
{
    struct script s = SCRIPT({.status = 200, .latency_ms = 1000});
    struct psync_want want;

    (void)state;
    begin_scripted(&m, &s);
    m.config.work.concurrency = 4;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 100, 0);
    model_step(&m);
    assert_true(psync_dispatcher_held(m.d) > 4);
    psync_dispatcher_stop(m.d, m.now);
    model_step(&m);
    assert_int_equal(psync_dispatcher_held(m.d), 4);
    assert_int_equal(psync_dispatcher_in_flight(m.d), 4);
    assert_int_equal(psync_dispatcher_wants(m.d, m.now, &want, 1), 0);
    model_run(&m, m.now + HOUR);
    assert_int_equal(m.done, 4);
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    model_done(&m);
}

/* What it has not begun to send goes back when somebody asks for it, and nothing else does. */
static void test_let_go(void **state)
{
    struct script s = SCRIPT({.status = 200, .latency_ms = 1000});
    const char *ids[3];

    (void)state;
    for (int batch = 0; batch < 2; batch++) {
        begin_scripted(&m, &s);
        m.config.work.concurrency = 1;
        m.config.work.adaptive = false;
        m.config.batch.size = batch ? 3 : 1;
        model_open(&m);
        model_put(&m, batch ? 6 : 2, 0);
        (void)model_run(&m, m.now + 10);
        size_t held = batch ? 6 : 2;
        assert_int_equal(psync_dispatcher_held(m.d), held);
        assert_int_equal(psync_dispatcher_in_flight(m.d), 1);
        ids[0] = m.messages[0].m.id; /* being sent */
        ids[1] = m.messages[held - 1].m.id;
        ids[2] = "none of them";
        psync_dispatcher_let_go(m.d, ids, 3);
        struct psync_effect e;
        assert_true(psync_dispatcher_next(m.d, m.now, &e));
        assert_int_equal(e.kind, PSYNC_EFFECT_SETTLE);
        assert_int_equal(e.settlement->settle.verdict, PSYNC_VERDICT_RELEASE);
        assert_string_equal(e.settlement->message->id, ids[1]);
        psync_settlement_free(e.settlement);
        assert_int_equal(psync_dispatcher_held(m.d), held - 1);
        m.messages[held - 1].state = PSYNC_STATE_DISCARDED;
        m.unfinished--;
        model_run(&m, m.now + HOUR);
        assert_int_equal(m.done, held - 1);
        model_done(&m);
    }
}

static void test_unknown_destination_is_released(void **state)
{
    struct script s = SCRIPT({.status = 200});
    struct psync_effect e;

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 1); /* "second" is not in the settings */
    m.messages[0].m.batch_key = "";
    assert_int_equal(psync_dispatcher_offer(m.d, psync_message_new(&m.messages[0].m), m.now), PSYNC_OK);
    assert_true(psync_dispatcher_next(m.d, m.now, &e));
    assert_int_equal(e.kind, PSYNC_EFFECT_SETTLE);
    assert_int_equal(e.settlement->settle.verdict, PSYNC_VERDICT_RELEASE);
    assert_string_equal(e.destination, "second");
    psync_settlement_free(e.settlement);
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    model_done(&m);
}

static void test_removed_destination(void **state)
{
    struct script s = SCRIPT({.status = 200, .latency_ms = 500});

    (void)state;
    begin_scripted(&m, &s);
    m.config.n_destinations = 2;
    m.config.work.concurrency = 2;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 20, 1);
    model_step(&m);
    struct psync_config changed = m.config;
    changed.n_destinations = 1;
    assert_int_equal(psync_dispatcher_configure(m.d, &changed, m.now), PSYNC_OK);
    assert_true(psync_dispatcher_uses(m.d, &m.config));
    model_step(&m);
    assert_int_equal(psync_dispatcher_held(m.d), 2); /* in flight, under the old settings */
    model_run(&m, m.now + 600);
    assert_int_equal(m.done, 2);
    assert_false(psync_dispatcher_uses(m.d, &m.config));
    assert_int_equal(psync_dispatcher_configure(m.d, &m.config, m.now), PSYNC_OK); /* and it comes back */
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.done, 20);
    model_done(&m);
}

/* It comes back while the last requests of the old one are under way: what these bring is not its state. */
static void test_removed_destination_says_nothing_of_the_next(void **state)
{
    struct script s = SCRIPT({.status = 410, .latency_ms = 500}, {.status = 429, .retry_after = "3600", .latency_ms = 600},
                             {.status = 200});

    (void)state;
    begin_scripted(&m, &s);
    m.config.n_destinations = 2;
    m.config.work.concurrency = 2;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 20, 1);
    model_step(&m);
    assert_int_equal(m.requests, 2);
    struct psync_config changed = m.config;
    changed.n_destinations = 1;
    assert_int_equal(psync_dispatcher_configure(m.d, &changed, m.now), PSYNC_OK);
    model_step(&m);
    assert_int_equal(psync_dispatcher_configure(m.d, &m.config, m.now), PSYNC_OK);
    assert_true(model_run(&m, m.now + 60000));
    assert_int_equal(m.done, 20);
    assert_false(m.holds[1].suspended || m.holds[1].throttled_until > 0);
    model_done(&m);
}

static void test_direct_mode(void **state)
{
    static const int32_t statuses[] = {401, 401, 401, 401, 410, 502, 502, 502, 502, 502, 502, 404, 200};
    struct model_answer answers[13];
    struct script s = {.answers = answers, .n = 13};

    (void)state;
    for (size_t i = 0; i < 13; i++)
        answers[i] = (struct model_answer){.status = statuses[i]};
    begin_scripted(&m, &s);
    m.mode = PSYNC_DISPATCH_DIRECT;
    model_open(&m);
    model_put(&m, 1, 0);
    assert_true(model_run(&m, m.now + 24 * HOUR));
    assert_int_equal(m.done, 1);
    assert_int_equal(m.requests, 13);
    assert_int_equal(m.trials, 0);
    model_done(&m);
}

/* What was remembered lies in the future: the clock was set back by a day. */
static void test_clock_set_back(void **state)
{
    struct script s = SCRIPT({.status = 502});

    (void)state;
    begin_scripted(&m, &s);
    m.holds[0].throttled_until = m.now + 1000 * HOUR;
    m.figures[0] = (struct psync_figures){.last_success_at = m.now + 24 * HOUR, .active_ms = 5,
                                          .active_at = m.now + 24 * HOUR};
    model_open(&m);
    model_put(&m, 1, 0);
    m.messages[0].m.tries = 1;
    m.messages[0].m.last_try_at = m.now + 23 * HOUR;
    assert_in_range(model_status(&m, 0).until - m.now, 1, 24 * HOUR);
    model_run(&m, m.now + 25 * HOUR);
    assert_true(m.messages[0].history > 0);
    assert_int_equal(m.messages[0].counted, 0); /* nobody succeeded */
    model_done(&m);
}

/* The time in which a destination is throttled does not age its messages; it goes on by itself afterwards. */
static void test_age_stands_still_while_throttled(void **state)
{
    struct script s = SCRIPT({.status = 429, .retry_after = "3600"}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 0);
    assert_true(model_run(&m, m.now + 2 * HOUR));
    model_run(&m, m.now + 15000);
    model_put(&m, 1, 0);
    assert_true(model_run(&m, m.now + HOUR));
    model_run(&m, m.now + 15000);
    assert_in_range(m.figures[0].active_ms, 1, 60000);
    assert_false(m.figures[0].blocked);
    model_done(&m);
}

/* ---- age ---- */
static struct model_answer poison_fails(struct model *model, const struct psync_request *r)
{
    (void)model;
    return (struct model_answer){.status = r->members[0]->subject.product == 1 ? 502 : 200};
}

/* One product always fails while others succeed, with many attempts allowed: it is given up at the first counted
 * failure after 72 h - of active time. */
static void test_given_up_by_age(void **state)
{
    (void)state;
    model_init(&m, poison_fails);
    m.config.retry.attempts = 100000;
    m.config.retry.backoff_max = HOUR;
    model_open(&m);
    model_put(&m, 1, 0);
    psync_ms began = m.now;
    for (int i = 0; i < 200 && m.dead == 0; i++) {
        model_put(&m, 1, 0);
        model_run(&m, began + (i + 1) * HOUR / 2);
    }
    assert_int_equal(m.messages[0].state, PSYNC_STATE_DEAD);
    assert_in_range(m.messages[0].done_at - began, 72 * HOUR, 74 * HOUR);
    model_done(&m);
}

static void test_age_stands_still_while_paused(void **state)
{
    (void)state;
    model_init(&m, poison_fails);
    m.config.retry.attempts = 100000;
    m.config.retry.backoff_max = HOUR;
    model_open(&m);
    model_put(&m, 1, 0);
    psync_ms began = m.now;
    model_run(&m, began + HOUR / 2);
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "", m.now), PSYNC_OK);
    model_run(&m, began + 100 * HOUR);
    model_restart(&m); /* and over a restart */
    model_run(&m, began + 110 * HOUR);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
    for (int i = 0; i < 200 && m.dead == 0; i++) {
        model_put(&m, 1, 0);
        model_run(&m, began + 110 * HOUR + (i + 1) * HOUR / 2);
    }
    assert_in_range(m.messages[0].done_at - began, 181 * HOUR, 184 * HOUR);
    model_done(&m);
}

/* What could not be remembered is told again until it could, and once more at the end. */
static bool next_hold(struct psync_effect *ret)
{
    while (psync_dispatcher_next(m.d, m.now, ret)) {
        if (ret->kind == PSYNC_EFFECT_HOLD)
            return true;
    }
    return false;
}

static void test_hold_is_told_until_it_is_kept(void **state)
{
    struct psync_effect e;

    (void)state;
    model_init(&m, scripted);
    model_open(&m);
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "x", m.now), PSYNC_OK);
    assert_false(psync_dispatcher_hold_kept(m.d, "default"));
    for (int i = 0; i < 3; i++) {
        assert_true(next_hold(&e));
        assert_true(e.hold.paused);
        psync_dispatcher_hold_lost(m.d, "default", m.now);
        assert_false(psync_dispatcher_hold_kept(m.d, "default"));
        assert_false(next_hold(&e));
        assert_int_equal(psync_dispatcher_due(m.d, m.now), m.now + 1000);
        m.now += 1000;
    }
    assert_true(next_hold(&e));
    assert_true(psync_dispatcher_hold_kept(m.d, "default"));
    assert_false(next_hold(&e));
    psync_dispatcher_hold_lost(m.d, "default", m.now);
    assert_false(next_hold(&e));
    psync_dispatcher_stop(m.d, m.now);
    assert_true(next_hold(&e));
    psync_dispatcher_hold_lost(m.d, "elsewhere", m.now);
    assert_true(psync_dispatcher_hold_kept(m.d, "elsewhere"));
    model_done(&m);
}

/* There is no descriptor for requests: what was not sent is leased again at once, so each try is followed by a rest. */
static struct model_answer no_files(struct model *model, const struct psync_request *r)
{
    (void)r;
    return model->now < MODEL_BEGIN + 20000 ? (struct model_answer){.transport = PSYNC_NET_NO_FILES, .latency_ms = 1}
                                            : (struct model_answer){.status = 200};
}

static void test_what_cannot_be_sent_rests(void **state)
{
    (void)state;
    model_init(&m, no_files);
    m.config.work.concurrency = 1;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 50, 0);
    assert_false(model_run(&m, m.now + 19000));
    assert_in_range(m.requests, 10, 40);
    assert_int_equal(model_times_said(&m, "requests wait: too many open files; raise the limit"), 1);
    assert_false(model_said(&m, "breaker"));
    for (size_t i = 0; i < m.n; i++)
        assert_int_equal(m.messages[i].history, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.done, 50);
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_destinations_are_apart),
        cmocka_unit_test(test_fair_turns),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_concurrency),
        cmocka_unit_test(test_leases_are_not_outlived),
        cmocka_unit_test(test_empty_lease_wakes_nobody),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_let_go),
        cmocka_unit_test(test_unknown_destination_is_released),
        cmocka_unit_test(test_removed_destination),
        cmocka_unit_test(test_removed_destination_says_nothing_of_the_next),
        cmocka_unit_test(test_direct_mode),
        cmocka_unit_test(test_clock_set_back),
        cmocka_unit_test(test_age_stands_still_while_throttled),
        cmocka_unit_test(test_given_up_by_age),
        cmocka_unit_test(test_age_stands_still_while_paused),
        cmocka_unit_test(test_hold_is_told_until_it_is_kept),
        cmocka_unit_test(test_what_cannot_be_sent_rests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
