/* test_dispatcher - each row of the verdict table, and what holds a destination back, on a virtual clock. */
#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct model m;

/* Answers by turns: the ith request gets answers[i], later ones the last. */
struct script {
    const struct model_answer *answers;
    size_t n, next;
};

static struct model_answer scripted(struct model *model, const struct psync_request *r)
{
    struct script *s = model->arg;

    (void)r;
    return s->answers[s->next < s->n - 1 ? s->next++ : s->n - 1];
}

static void open_scripted(struct script *s)
{
    model_init(&m, scripted);
    m.arg = s;
    model_open(&m);
}
#define SCRIPT(...)                                                                                                    \
    {                                                                                                                  \
        .answers = (const struct model_answer[]){__VA_ARGS__},                                                         \
        .n = sizeof((const struct model_answer[]){__VA_ARGS__}) / sizeof(struct model_answer)                          \
    }

static struct psync_destination_status status(void)
{
    struct psync_destination_status s;

    assert_true(psync_dispatcher_status(m.d, 0, m.now, &s));
    return s;
}

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
        open_scripted(&s);
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
    open_scripted(&s);
    model_put(&m, 1, 0);
    assert_true(model_run(&m, m.now + 1000));
    assert_string_equal(m.messages[0].last_problem, "https://p.example/name");
    model_done(&m);
}

static void test_dead_after_five_counted(void **state)
{
    (void)state;
    struct script s = SCRIPT({.status = 500});
    open_scripted(&s);
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
        model_init(&m, scripted);
        m.arg = &s;
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
    open_scripted(&s);
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
    open_scripted(&s);
    model_put(&m, 100, 0);
    psync_ms began = m.now;
    assert_false(model_run(&m, began + 100000));
    assert_int_equal(m.requests, 1);
    assert_int_equal(status().state, PSYNC_DESTINATION_THROTTLED);
    assert_true(strstr(status().words, "because the API answered HTTP 429, Retry-After") != NULL);
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
    open_scripted(&s);
    model_put(&m, 1, 0);
    assert_false(model_run(&m, m.now + 10000));
    assert_int_equal(m.requests, 1);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
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
        open_scripted(&s);
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
    open_scripted(&s);
    model_put(&m, 1, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_in_range(m.now - began, 15000, 16200);
    assert_int_equal(m.messages[0].counted, 0);
    assert_int_equal(m.messages[0].history, 5);
    model_done(&m);

    s = (struct script)SCRIPT({.status = 429, .latency_ms = 100}, {.status = 429, .latency_ms = 101},
                              {.status = 429, .latency_ms = 102}, {.status = 200});
    model_init(&m, scripted);
    m.arg = &s;
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
    open_scripted(&s);
    model_put(&m, 500, 0);
    assert_false(model_run(&m, m.now + 4000));
    assert_in_range(m.requests, 5, 8);
    sent = m.requests;
    assert_int_equal(status().state, PSYNC_DESTINATION_OPEN);
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

static size_t times_said(const char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < m.n_events && i < MODEL_EVENTS; i++)
        n += strstr(m.events[i], text) != NULL;
    return n;
}

/* However many wait, and however many may be in flight, the trial is one request. */
static void test_one_trial_at_a_time(void **state)
{
    struct script s = SCRIPT({.status = 502});

    (void)state;
    model_init(&m, scripted);
    m.arg = &s;
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
    assert_int_equal(times_said("breaker opened"), 1);
    assert_int_equal(times_said("breaker closed"), 1);
    model_done(&m);
}

/* The trial's own success closes the breaker; a first attempt after it counts only once another has succeeded. */
static void test_first_attempt_after_closing(void **state)
{
    struct script s = SCRIPT({.status = 200}, {.status = 502}, {.status = 502}, {.status = 502}, {.status = 502},
                             {.status = 502}, {.status = 200}, {.status = 502}, {.status = 200}, {.status = 502},
                             {.status = 200});

    (void)state;
    model_init(&m, scripted);
    m.arg = &s;
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
    model_init(&m, scripted);
    m.arg = &s;
    m.config.work.concurrency = 1;
    model_open(&m);
    model_put(&m, 50, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 2);
    assert_int_equal(m.dead, 1);
    assert_int_equal(m.done, 49);
    model_done(&m);
}

/* ---- suspension ---- */
static void test_denied(void **state)
{
    struct script s = SCRIPT({.status = 401});

    (void)state;
    open_scripted(&s);
    model_put(&m, 100, 0);
    assert_false(model_run(&m, m.now + 100 * HOUR));
    assert_in_range(m.requests, 3, 6); /* and those under way when the third was denied */
    assert_int_equal(m.dead, 0);
    assert_true(m.holds[0].suspended);
    assert_int_equal(status().state, PSYNC_DESTINATION_SUSPENDED);
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    assert_true(model_said(&m, "error default: suspended: it refuses the credentials"));

    size_t sent = m.requests;
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    assert_false(model_run(&m, m.now + HOUR)); /* the trial is denied too: one suffices */
    assert_int_equal(m.requests, sent + 1);
    assert_true(m.holds[0].suspended);

    s = (struct script)SCRIPT({.status = 200});
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    model_step(&m);
    assert_int_equal(m.requests, sent + 2); /* one, until its answer */
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.done, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(m.messages[i].counted, 0);
    model_done(&m);
}

static void test_gone_suspends_at_once(void **state)
{
    struct script s = SCRIPT({.status = 410});

    (void)state;
    open_scripted(&s);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 1);
    assert_true(m.holds[0].suspended);
    model_done(&m);
}

/* On trial after a suspension a single 401 suspends again. */
static void test_denied_on_trial(void **state)
{
    struct script s = SCRIPT({.status = 410}, {.status = 401});

    (void)state;
    open_scripted(&s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    model_run(&m, m.now + HOUR);
    assert_int_equal(m.requests, 2);
    assert_true(m.holds[0].suspended);
    model_done(&m);
}

static void test_suspension_survives_a_restart(void **state)
{
    struct script s = SCRIPT({.status = 403});

    (void)state;
    open_scripted(&s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    size_t sent = m.requests;
    model_restart(&m);
    model_run(&m, m.now + HOUR);
    assert_int_equal(m.requests, sent);
    assert_int_equal(status().state, PSYNC_DESTINATION_SUSPENDED);
    model_done(&m);
}

/* Twenty different messages refused in a row: the destination's fault after all. All of them come back and wait. */
static void test_refusing_destination(void **state)
{
    struct script s = SCRIPT({.status = 422});

    (void)state;
    for (int adaptive = 0; adaptive < 2; adaptive++) {
        s = (struct script)SCRIPT({.status = 422});
        model_init(&m, scripted);
        m.arg = &s;
        m.config.work.adaptive = adaptive;
        model_open(&m);
        model_put(&m, 100, 0);
        assert_false(model_run(&m, m.now + HOUR));
        assert_true(m.holds[0].suspended);
        assert_in_range(m.requests, 20, 20 + 31);
        assert_int_equal(m.dead, 0);
        assert_int_equal(model_count(&m, PSYNC_STATE_DEAD), 0);
        assert_true(model_said(&m, "20 different messages refused in a row, the last with HTTP 422"));
        s = (struct script)SCRIPT({.status = 200});
        assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.done, 100);
        assert_int_equal(m.trials, 1);
        model_done(&m);
    }
}

/* Once resumed, by hand or by other settings, it has one delivery to prove itself; also over a restart. */
static void test_refused_trials_suspend_again(void **state)
{
    struct script s = SCRIPT({.status = 422});

    (void)state;
    model_init(&m, scripted);
    m.arg = &s;
    m.config.work.concurrency = 1;
    model_open(&m);
    model_put(&m, 100, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 20);
    for (size_t i = 1; i <= 6; i++) {
        if (i % 2 == 0)
            model_restart(&m);
        if (i == 5) {
            m.confs[0].token = "new";
            model_restart(&m);
        } else {
            assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
        }
        if (i == 3) {
            model_step(&m); /* the trial is under way */
            model_restart(&m);
            m.requests--;
            m.trials--;
        }
        assert_false(model_run(&m, m.now + HOUR));
        assert_true(m.holds[0].suspended);
        assert_int_equal(m.requests, 20 + i);
        assert_int_equal(m.trials, i);
        assert_int_equal(m.dead, 0);
    }
    assert_true(model_said(&m, "suspended: the trial was refused too, with HTTP 422"));
    s = (struct script)SCRIPT({.status = 200}, {.status = 422}, {.status = 200});
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR)); /* and with a success the trial is over */
    assert_int_equal(m.done, 99);
    assert_int_equal(m.dead, 1);
    model_done(&m);
}

/* Suspended for its credentials: a bad product on trial is a bad product. */
static void test_refused_after_denied_dies(void **state)
{
    struct script s = SCRIPT({.status = 410}, {.status = 422}, {.status = 200});

    (void)state;
    open_scripted(&s);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.dead, 1);
    assert_int_equal(m.done, 9);
    model_done(&m);
}

/* What was under way when it was suspended, and succeeds, is no proof. */
static struct model_answer slow_success(struct model *model, const struct psync_request *r)
{
    if (model->requests > 30)
        return (struct model_answer){.status = 422};
    return r->members[0]->subject.product == 1 ? (struct model_answer){.status = 200, .latency_ms = 5000}
                                               : (struct model_answer){.status = 422, .latency_ms = 20};
}

static void test_late_success_is_no_proof(void **state)
{
    (void)state;
    model_init(&m, slow_success);
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 30, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.done, 1);
    assert_int_equal(m.holds[0].proving, PSYNC_PROVING_REFUSALS);
    model_done(&m);
}

static void test_refused_ones_among_others_die(void **state)
{
    static const struct model_answer mixed[] = {{.status = 200}, {.status = 422}, {.status = 422}, {.status = 200},
                                                {.status = 400}, {.status = 200}};
    struct script s = {.answers = mixed, .n = 6};

    (void)state;
    open_scripted(&s);
    model_put(&m, 6, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.dead, 3);
    assert_int_equal(m.done, 3);
    assert_false(m.holds[0].suspended);
    model_done(&m);
}

static struct psync_config changed;
static struct psync_destination_conf changed_conf;

static void test_changed_settings_end_a_suspension(void **state)
{
    struct script s = SCRIPT({.status = 401});

    (void)state;
    open_scripted(&s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    changed = m.config;
    changed_conf = m.confs[0];
    changed.destinations = &changed_conf;
    s = (struct script)SCRIPT({.status = 200});
    assert_int_equal(psync_dispatcher_configure(m.d, &changed, m.now), PSYNC_OK); /* the same: nothing happens */
    assert_false(model_run(&m, m.now + HOUR));
    changed_conf.token = "new";
    struct psync_config again = changed;
    struct psync_destination_conf again_conf = changed_conf;
    again_conf.token = "newer";
    again.destinations = &again_conf;
    assert_int_equal(psync_dispatcher_configure(m.d, &again, m.now), PSYNC_OK);
    assert_false(psync_dispatcher_uses(m.d, &changed));
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.done, 10);
    assert_int_equal(m.trials, 1);
    model_done(&m);
}

/* ... also if they change while no worker runs. What has nothing to do with the fault does not count as changed. */
static void test_settings_changed_at_a_restart_end_a_suspension(void **state)
{
    struct script s = SCRIPT({.status = 401});

    (void)state;
    open_scripted(&s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    size_t sent = m.requests;
    m.confs[0].rate = 100;
    model_restart(&m);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, sent);
    m.confs[0].token = "new";
    model_restart(&m);
    assert_false(model_run(&m, m.now + HOUR)); /* the trial fails */
    assert_int_equal(m.requests, sent + 1);
    assert_true(m.holds[0].suspended);
    assert_true(model_said(&m, "its settings changed"));
    m.confs[0].headers = "X-Shop: 1";
    s = (struct script)SCRIPT({.status = 200});
    model_restart(&m);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 2);
    assert_false(m.holds[0].suspended || m.holds[0].proving != PSYNC_PROVING_NOT);
    assert_string_equal(m.holds[0].suspended_settings, "");
    model_done(&m);
}

/* Of a queue file from before settings were remembered with a suspension. */
static void test_suspension_under_unknown_settings_stays(void **state)
{
    struct script s = SCRIPT({.status = 200});

    (void)state;
    model_init(&m, scripted);
    m.arg = &s;
    m.holds[0] = (struct psync_hold){.suspended = true, .suspended_since = m.now - HOUR};
    model_open(&m);
    model_put(&m, 1, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 0);
    model_done(&m);
}

/* Resumed while no worker ran; or with one that ended before the trial did. */
static void test_trial_left_to_the_next_worker(void **state)
{
    struct script s = SCRIPT({.status = 401}, {.status = 200});

    (void)state;
    model_init(&m, scripted);
    m.arg = &s;
    m.holds[0].proving = PSYNC_PROVING_DELIVERY;
    model_open(&m);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 1);
    assert_true(m.holds[0].suspended);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    model_step(&m);
    assert_true(m.holds[0].proving);
    model_restart(&m); /* the trial is under way */
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 3);
    assert_int_equal(m.done, 10);
    assert_false(m.holds[0].proving);
    model_done(&m);
}

static void test_pause_and_resume(void **state)
{
    struct script s = SCRIPT({.status = 200});

    (void)state;
    open_scripted(&s);
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "stock-taking", m.now), PSYNC_OK);
    assert_int_equal(psync_dispatcher_pause(m.d, "nobody", "", m.now), PSYNC_REJECT);
    assert_int_equal(psync_dispatcher_resume(m.d, "nobody", m.now), PSYNC_REJECT);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 0);
    assert_string_equal(status().words, "paused by hand: stock-taking");
    assert_true(m.holds[0].paused);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 0);
    assert_false(m.holds[0].paused);
    model_done(&m);
}

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
    model_init(&m, scripted);
    m.arg = &s;
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
        model_init(&m, scripted);
        m.arg = &s;
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
    model_init(&m, scripted);
    m.arg = &s;
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
    open_scripted(&s);
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
    model_init(&m, scripted);
    m.arg = &s;
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

static void test_unknown_destination_is_released(void **state)
{
    struct script s = SCRIPT({.status = 200});
    struct psync_effect e;

    (void)state;
    open_scripted(&s);
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
    model_init(&m, scripted);
    m.arg = &s;
    m.config.n_destinations = 2;
    m.config.work.concurrency = 2;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 20, 1);
    model_step(&m);
    changed = m.config;
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
    model_init(&m, scripted);
    m.arg = &s;
    m.config.n_destinations = 2;
    m.config.work.concurrency = 2;
    m.config.work.adaptive = false;
    model_open(&m);
    model_put(&m, 20, 1);
    model_step(&m);
    assert_int_equal(m.requests, 2);
    changed = m.config;
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
    model_init(&m, scripted);
    m.arg = &s;
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
    model_init(&m, scripted);
    m.arg = &s;
    m.holds[0].throttled_until = m.now + 1000 * HOUR;
    m.figures[0] = (struct psync_figures){.last_success_at = m.now + 24 * HOUR, .active_ms = 5,
                                          .active_at = m.now + 24 * HOUR};
    model_open(&m);
    model_put(&m, 1, 0);
    m.messages[0].m.tries = 1;
    m.messages[0].m.last_try_at = m.now + 23 * HOUR;
    assert_in_range(status().until - m.now, 1, 24 * HOUR);
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
    open_scripted(&s);
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
    assert_int_equal(psync_dispatcher_resume(m.d, "default", m.now), PSYNC_OK);
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
    assert_int_equal(times_said("requests wait: too many open files; raise the limit"), 1);
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
        cmocka_unit_test(test_denied),
        cmocka_unit_test(test_gone_suspends_at_once),
        cmocka_unit_test(test_denied_on_trial),
        cmocka_unit_test(test_suspension_survives_a_restart),
        cmocka_unit_test(test_refusing_destination),
        cmocka_unit_test(test_refused_trials_suspend_again),
        cmocka_unit_test(test_refused_after_denied_dies),
        cmocka_unit_test(test_late_success_is_no_proof),
        cmocka_unit_test(test_refused_ones_among_others_die),
        cmocka_unit_test(test_changed_settings_end_a_suspension),
        cmocka_unit_test(test_settings_changed_at_a_restart_end_a_suspension),
        cmocka_unit_test(test_suspension_under_unknown_settings_stays),
        cmocka_unit_test(test_trial_left_to_the_next_worker),
        cmocka_unit_test(test_pause_and_resume),
        cmocka_unit_test(test_destinations_are_apart),
        cmocka_unit_test(test_fair_turns),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_concurrency),
        cmocka_unit_test(test_leases_are_not_outlived),
        cmocka_unit_test(test_empty_lease_wakes_nobody),
        cmocka_unit_test(test_stop),
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
