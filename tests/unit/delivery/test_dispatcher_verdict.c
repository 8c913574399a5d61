/* test_dispatcher_verdict - each row of the verdict table, told to wait, and the breaker, on a virtual clock. */
#include "script.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct model m;

/* ---- single verdicts ---- */
static void test_verdicts(void **state)
{
    static const struct {
        struct model_answer answer;
        enum psync_state becomes;
        bool counted; /* as a first attempt after a success of another */
        const char *error;
    } rows[] = {
        {{.status = 200}, PSYNC_STATE_DONE, false, ""},
        {{.status = 204}, PSYNC_STATE_DONE, false, ""},
        {{.status = 301, .location = "https://b.example/"},
         PSYNC_STATE_DELAYED, true, "HTTP 301 to https://b.example/"},
        {{.status = 400}, PSYNC_STATE_DEAD, false, "HTTP 400"},
        {{.status = 401}, PSYNC_STATE_DELAYED, true, "HTTP 401"},
        {{.status = 403}, PSYNC_STATE_DELAYED, true, "HTTP 403"},
        {{.status = 404}, PSYNC_STATE_DELAYED, true, "HTTP 404"},
        {{.status = 405}, PSYNC_STATE_DELAYED, true, "HTTP 405"},
        {{.status = 408}, PSYNC_STATE_DELAYED, true, "HTTP 408"},
        {{.status = 409}, PSYNC_STATE_DELAYED, true, "HTTP 409"},
        {{.status = 410}, PSYNC_STATE_DELAYED, true, "HTTP 410"},
        {{.status = 413}, PSYNC_STATE_DEAD, false, "HTTP 413"},
        {{.status = 422, .content_type = "application/problem+json; charset=utf-8",
          .body = "{\"type\":\"https://p.example/name\",\"title\":\"Name too long\"}"},
         PSYNC_STATE_DEAD, false, "HTTP 422: Name too long"},
        {{.status = 429}, PSYNC_STATE_READY, false, "HTTP 429"},
        {{.status = 500}, PSYNC_STATE_DELAYED, true, "HTTP 500"},
        {{.status = 502}, PSYNC_STATE_DELAYED, true, "HTTP 502"},
        {{.status = 503}, PSYNC_STATE_DELAYED, true, "HTTP 503"},
        {{.status = 503, .retry_after = "5"}, PSYNC_STATE_READY, false, "HTTP 503"},
        {{.status = 503, .retry_after = "soon"}, PSYNC_STATE_DELAYED, true, "HTTP 503"},
        {{.status = 504}, PSYNC_STATE_DELAYED, true, "HTTP 504"},
        {{.transport = PSYNC_NET_NAME}, PSYNC_STATE_DELAYED, true, "name not found"},
        {{.transport = PSYNC_NET_TIMEOUT}, PSYNC_STATE_DELAYED, true, "timed out"},
        {{.transport = PSYNC_NET_CERTIFICATE}, PSYNC_STATE_DELAYED, true, "certificate not trusted"},
        {{.transport = PSYNC_NET_STREAM}, PSYNC_STATE_DELAYED, true, "HTTP/2 stream error"},
        {{.transport = PSYNC_NET_ABORTED}, PSYNC_STATE_READY, false, ""},
        {{.transport = PSYNC_NET_NO_MEMORY}, PSYNC_STATE_READY, false, ""},
        {{.transport = PSYNC_NET_NO_FILES}, PSYNC_STATE_READY, false, ""},
        /* a try all the same: it may have taken effect */
        {{.transport = PSYNC_NET_ABORTED, .sent = true}, PSYNC_STATE_READY, false, "stopped by us"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s = SCRIPT({.status = 200}, {.status = 200});
        open_scripted(&m, &s);
        model_put(&m, 1, 0);
        assert_true(model_run(&m, m.now + 1000)); /* another message's success */
        struct model_answer answers[] = {rows[i].answer};
        s = (struct script){.answers = answers, .n = 1};
        model_put(&m, 1, 0);
        model_step(&m);
        psync_dispatcher_stop(m.d, m.now); /* no second try */
        model_run(&m, m.now + 25);
        const struct model_message *x = &m.messages[1];
        assert_int_equal(x->state, rows[i].becomes);
        assert_int_equal(x->counted, rows[i].counted);
        assert_string_equal(x->last_error, rows[i].error);
        model_done(&m);
    }
}

static void test_problem_type_is_kept(void **state)
{
    struct script s = SCRIPT({.status = 422, .content_type = "application/problem+json",
                              .body = "{\"type\":\"https://p.example/name\",\"title\":\"Bad\"}"});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 0);
    assert_true(model_run(&m, m.now + 1000));
    assert_string_equal(m.messages[0].last_problem, "https://p.example/name");
    model_done(&m);
}

static void test_dead_after_five_counted(void **state)
{
    (void)state;
    struct script s = SCRIPT({.status = 500});
    open_scripted(&m, &s);
    m.config.breaker.failures = 1000; /* so that the breaker stays out of it */
    m.config.breaker.failure_percent = 0;
    model_put(&m, 1, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.messages[0].state, PSYNC_STATE_DEAD);
    assert_int_equal(m.messages[0].counted, 5);
    assert_int_equal(m.messages[0].history, 5);
    assert_in_range(m.now - began, 15000, 16200); /* 1 + 2 + 4 + 8 s, with jitter */
    model_done(&m);
}

/* ---- 409 ---- */
static void test_conflict(void **state)
{
    static const struct {
        enum psync_conflict conflict;
        struct model_answer first;
        enum psync_state becomes;
        const char *outcome;
        uint32_t history;
    } rows[] = {
        {PSYNC_CONFLICT_DONE, {.transport = PSYNC_NET_TIMEOUT, .sent = true, .lost = true},
         PSYNC_STATE_DONE, "already there", 5},
        {PSYNC_CONFLICT_DEAD, {.transport = PSYNC_NET_TIMEOUT, .sent = true, .lost = true},
         PSYNC_STATE_DEAD, "dead", 5}, /* after 1, 2, 4 and 8 s: the last is later than http.timeout */
        /* no attempt without an answer: it goes on being retried and counts by the rule (nobody succeeds: never) */
        {PSYNC_CONFLICT_DONE, {.status = 409}, PSYNC_STATE_DELAYED, "retry", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_answer answers[] = {rows[i].first, {.status = 409}};
        struct script s = {.answers = answers, .n = 2};
        begin_scripted(&m, &s);
        m.config.retry.conflict = rows[i].conflict;
        model_open(&m);
        model_put(&m, 1, 0);
        model_run(&m, m.now + HOUR);
        assert_string_equal(m.messages[0].outcome, rows[i].outcome);
        if (rows[i].history > 0) {
            assert_int_equal(m.messages[0].state, rows[i].becomes);
            assert_int_equal(m.messages[0].history, rows[i].history);
        } else {
            assert_int_equal(m.messages[0].counted, 0);
            assert_true(m.messages[0].history > 10);
        }
        model_done(&m);
    }
}

/* The first request runs on for 10 s after its connection was lost, and fails then. Its 409s wear out nothing. */
static struct model_answer fails_at_last(struct model *model, const struct psync_request *r)
{
    psync_ms time = model->now - MODEL_BEGIN;

    if (r->members[0]->subject.product != 1 || time > 10000)
        return (struct model_answer){.status = 200};
    return r->members[0]->tries == 0 ? (struct model_answer){.transport = PSYNC_NET_RESET, .sent = true}
                                     : (struct model_answer){.status = 409};
}

static void test_conflict_with_a_slow_failure(void **state)
{
    (void)state;
    model_init(&m, fails_at_last);
    m.config.retry.attempts = 2;
    model_open(&m);
    for (int i = 0; i < 20; i++) { /* others succeed all the time */
        model_put(&m, 1, 0);
        model_run(&m, m.now + 1000);
    }
    assert_string_equal(m.messages[0].outcome, "delivered");
    assert_int_equal(m.messages[0].effects, 1);
    assert_int_equal(m.messages[0].history, 5);
    model_done(&m);
}

static void test_conflict_that_ends(void **state)
{
    struct script s = SCRIPT({.transport = PSYNC_NET_RESET, .sent = true}, {.status = 409}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_string_equal(m.messages[0].outcome, "delivered");
    model_done(&m);
}

/* ---- told to wait ---- */
static void test_retry_after_pauses_all(void **state)
{
    struct script s = SCRIPT({.status = 429, .retry_after = "120"}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 100, 0);
    psync_ms began = m.now;
    assert_false(model_run(&m, began + 100000));
    assert_int_equal(m.requests, 1);
    assert_int_equal(model_status(&m, 0).state, PSYNC_DESTINATION_THROTTLED);
    assert_string_equal(model_status(&m, 0).reason, "HTTP 429, Retry-After 120");
    assert_true(strstr(model_status(&m, 0).words, "because the API answered HTTP 429, Retry-After 120") != NULL);
    assert_in_range(m.holds[0].throttled_until - began, 120021, 120271); /* 20 ms latency, 1-250 ms jitter */
    assert_true(model_run(&m, began + HOUR));
    assert_int_equal(m.done, 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(m.messages[i].counted, 0);
        assert_true(m.messages[i].done_at >= began + 120020);
    }
    assert_true(model_said(&m, "warning default: throttled for"));
    model_done(&m);
}

/* The pause is the destination's: a person who ends it ends it for what was told to wait, too. */
static void test_resume_lets_the_throttled_go(void **state)
{
    struct script s = SCRIPT({.status = 429, .retry_after = "3600"}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 0);
    assert_false(model_run(&m, m.now + 10000));
    assert_int_equal(m.requests, 1);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
    assert_true(model_run(&m, m.now + 100));
    assert_int_equal(m.done, 1);
    model_done(&m);
}

static void test_throttle_fields(void **state)
{
    static const struct {
        struct model_answer answer;
        psync_ms least, most; /* of the pause */
    } rows[] = {
        {{.status = 503, .retry_after = "7"}, 7001, 7250},
        {{.status = 429, .retry_after = "Tue, 14 Nov 2023 12:00:30 GMT", .date = "Tue, 14 Nov 2023 12:00:00 GMT"},
         30001, 30250},
        {{.status = 429, .retry_after = "999999999"}, 86400001, 86400250},
        {{.status = 429}, 1001, 1251},
        {{.status = 429, .retry_after = "nonsense"}, 1001, 1251},
        {{.status = 429, .ratelimit = "\"default\";r=0;t=30"}, 30001, 30250},
        {{.status = 200, .ratelimit = "\"default\";r=0;t=30"}, 30001, 30250},
        {{.status = 200, .x_remaining = "0", .x_reset = "12"}, 12001, 12250},
        {{.status = 200, .ratelimit = "\"default\";r=3;t=30"}, 0, 0},
        {{.status = 200, .retry_after = "30"}, 0, 0},
        {{.status = 500, .retry_after = "30"}, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s = {.answers = &rows[i].answer, .n = 1};
        open_scripted(&m, &s);
        model_put(&m, 1, 0);
        psync_ms began = m.now;
        model_run(&m, began + 25);
        psync_ms pause = m.holds[0].throttled_until == 0 ? 0 : m.holds[0].throttled_until - began - 20;
        assert_in_range(pause, rows[i].least, rows[i].most);
        model_done(&m);
    }
}

/* Without a time named: 1, 2, 4, 8 s. Answers to requests already under way do not escalate. */
static void test_429_backs_off(void **state)
{
    struct script s = SCRIPT({.status = 429}, {.status = 429}, {.status = 429}, {.status = 429}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_in_range(m.now - began, 15000, 16200);
    assert_int_equal(m.messages[0].counted, 0);
    assert_int_equal(m.messages[0].history, 5);
    model_done(&m);

    s = (struct script)SCRIPT({.status = 429, .latency_ms = 100}, {.status = 429, .latency_ms = 101},
                              {.status = 429, .latency_ms = 102}, {.status = 200});
    begin_scripted(&m, &s);
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 3, 0);
    began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_in_range(m.now - began, 1000, 1500);
    model_done(&m);
}

/* ---- breaker ---- */
static void test_breaker(void **state)
{
    struct script s = SCRIPT({.status = 502});
    size_t sent;

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 500, 0);
    assert_false(model_run(&m, m.now + 4000));
    assert_in_range(m.requests, 5, 8);
    sent = m.requests;
    assert_int_equal(model_status(&m, 0).state, PSYNC_DESTINATION_OPEN);
    assert_true(model_said(&m, "warning default: breaker opened: 5 failures in a row, last: HTTP 502; trial in 5 s"));
    assert_false(model_run(&m, m.now + 2000));
    assert_int_equal(m.requests, sent + 1);
    assert_int_equal(m.trials, 1);
    assert_true(model_said(&m, "breaker stays open: the trial failed, last: HTTP 502; trial in 10 s"));
    s = (struct script)SCRIPT({.status = 200});
    assert_true(model_run(&m, m.now + HOUR));
    assert_true(model_said(&m, "info default: breaker closed"));
    assert_int_equal(m.done, 500);
    assert_int_equal(m.trials, 2);
    model_done(&m);
}

/* However many wait, and however many may be in flight, the trial is one request. */
static void test_one_trial_at_a_time(void **state)
{
    struct script s = SCRIPT({.status = 502});

    (void)state;
    begin_scripted(&m, &s);
    m.config.work.adaptive = false;
    m.config.work.concurrency = 8;
    model_open(&m);
    model_put(&m, 500, 0);
    model_run(&m, m.now + 4000);
    size_t sent = m.requests;
    assert_true(psync_dispatcher_held(m.d) > 0); /* kept over the short cool-off */
    model_run(&m, m.now + 2000);
    assert_int_equal(m.requests, sent + 1);
    model_done(&m);
}

/* Fifteen requests from before the breaker opened fail after it closed again: that is old news. */
static struct model_answer late_failures(struct model *model, const struct psync_request *r)
{
    (void)r;
    if (model->requests > 20)
        return (struct model_answer){.status = 200};
    return (struct model_answer){.status = 502, .latency_ms = model->requests <= 5 ? 20 : 8000};
}

static void test_old_failures_do_not_open_it(void **state)
{
    (void)state;
    model_init(&m, late_failures);
    m.config.work.adaptive = false;
    m.config.work.concurrency = 20;
    model_open(&m);
    model_put(&m, 500, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(model_times_said(&m, "breaker opened"), 1);
    assert_int_equal(model_times_said(&m, "breaker closed"), 1);
    model_done(&m);
}

/* The trial's own success closes the breaker; a first attempt after it counts only once another has succeeded. */
static void test_first_attempt_after_closing(void **state)
{
    struct script s = SCRIPT({.status = 200}, {.status = 502}, {.status = 502}, {.status = 502}, {.status = 502},
                             {.status = 502}, {.status = 200}, {.status = 502}, {.status = 200}, {.status = 502},
                             {.status = 200});

    (void)state;
    begin_scripted(&m, &s);
    m.config.work.concurrency = 1;
    model_open(&m);
    model_put(&m, 20, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 1);
    for (size_t i = 1; i <= 5; i++)
        assert_int_equal(m.messages[i].counted, 1);
    assert_int_equal(m.messages[7].counted, 0); /* just after the trial */
    assert_int_equal(m.messages[9].counted, 1);
    model_done(&m);
}

/* A refused trial says nothing of the destination: the next message is the trial. */
static void test_refused_trial(void **state)
{
    struct script s = SCRIPT({.status = 502}, {.status = 502}, {.status = 502}, {.status = 502}, {.status = 502},
                             {.status = 422}, {.status = 200});

    (void)state;
    begin_scripted(&m, &s);
    m.config.work.concurrency = 1;
    model_open(&m);
    model_put(&m, 50, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 2);
    assert_int_equal(m.dead, 1);
    assert_int_equal(m.done, 49);
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_problem_type_is_kept),
        cmocka_unit_test(test_dead_after_five_counted),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_conflict_with_a_slow_failure),
        cmocka_unit_test(test_conflict_that_ends),
        cmocka_unit_test(test_retry_after_pauses_all),
        cmocka_unit_test(test_resume_lets_the_throttled_go),
        cmocka_unit_test(test_throttle_fields),
        cmocka_unit_test(test_429_backs_off),
        cmocka_unit_test(test_breaker),
        cmocka_unit_test(test_one_trial_at_a_time),
        cmocka_unit_test(test_old_failures_do_not_open_it),
        cmocka_unit_test(test_first_attempt_after_closing),
        cmocka_unit_test(test_refused_trial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
