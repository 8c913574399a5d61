/* test_dispatcher_long - long and large runs: an outage of 100 hours, an API that fails at random, a nearly dead
 * one. */
#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct model m;

struct outage {
    psync_ms from, to;
    struct model_answer answer;
};

static struct model_answer out(struct model *model, const struct psync_request *r)
{
    const struct outage *o = model->arg;

    (void)r;
    return model->now >= o->from && model->now < o->to ? o->answer : (struct model_answer){.status = 200};
}

/* Whatever an outage looks like, 100 hours of it make no dead letter; and soon after it all is delivered. */
static void test_100_hours(void **state)
{
    static const struct model_answer kinds[] = {
        {.transport = PSYNC_NET_REFUSED},
        {.transport = PSYNC_NET_TIMEOUT, .sent = true, .latency_ms = 10000},
        {.transport = PSYNC_NET_NAME},
        {.status = 502},
        {.status = 503},
        {.status = 500},
        {.status = 404},
        {.status = 302},
        {.status = 429},
        {.status = 503, .retry_after = "3600"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t batch = 1; batch <= 10; batch += 9) {
            struct outage o = {MODEL_BEGIN + 30000, MODEL_BEGIN + 30000 + 100 * HOUR, kinds[i]};
            model_init(&m, out);
            m.arg = &o;
            m.config.batch.size = batch;
            model_open(&m);
            for (int k = 0; k < 10; k++) { /* a shop at work when it begins */
                model_put(&m, 20, 0);
                model_run(&m, MODEL_BEGIN + k * 3500);
            }
            for (int hour = 1; hour <= 100; hour++) {
                model_put(&m, 5, 0);
                model_run(&m, MODEL_BEGIN + hour * HOUR);
                assert_int_equal(m.dead, 0);
                if (hour % 30 == 0)
                    model_restart(&m);
            }
            assert_true(model_run(&m, o.to + 2 * HOUR));
            assert_int_equal(m.dead, 0);
            assert_int_equal(m.done, m.n);
            assert_true(m.requests < 20000); /* and it was left alone meanwhile */
            model_done(&m);
        }
    }
}

static struct model_answer fails_at_random(struct model *model, const struct psync_request *r)
{
    const double *share = model->arg;

    (void)r;
    return (struct model_answer){.status = psync_random_unit(&model->random) < *share ? 502 : 200, .latency_ms = 20};
}

/* 30 % of requests get a 502: 0.3^5 of the messages end dead, each with five counted attempts; nothing else is lost. */
static void test_a_third_fails(void **state)
{
    double share = 0.3;
    psync_ms open_ms = 0;

    (void)state;
    model_init(&m, fails_at_random);
    m.arg = &share;
    model_open(&m);
    model_put(&m, 100000, 0);
    psync_ms began = m.now;
    while (m.unfinished > 0 && m.now < began + 100 * HOUR) {
        struct psync_destination_status s;
        model_run(&m, m.now + 1000);
        assert_true(psync_dispatcher_status(m.d, 0, m.now, &s));
        open_ms += s.state == PSYNC_DESTINATION_OPEN ? 1000 : 0;
    }
    print_message("%.1f h, %zu requests, %zu trials, %zu dead, breaker open %.0f %%\n",
                  (double)(m.now - began) / (double)HOUR, m.requests, m.trials, m.dead,
                  100.0 * (double)open_ms / (double)(m.now - began));
    assert_int_equal(m.unfinished, 0);
    assert_int_equal(m.done + m.dead, 100000);
    assert_in_range(m.dead, 150, 330); /* 243 expected */
    for (size_t i = 0; i < m.n; i++) {
        if (m.messages[i].state == PSYNC_STATE_DEAD)
            assert_int_equal(m.messages[i].counted, 5);
        else
            assert_true(m.messages[i].counted < 5 && m.messages[i].effects == 1);
    }
    model_done(&m);
}

/* One request in twenty succeeds: the breaker must not take that for health. */
static void test_nearly_dead(void **state)
{
    double share = 0.95;

    (void)state;
    model_init(&m, fails_at_random);
    m.arg = &share;
    model_open(&m);
    model_put(&m, 1000, 0);
    model_run(&m, m.now + 10 * HOUR);
    print_message("%zu requests in 10 h, %zu done, %zu dead\n", m.requests, m.done, m.dead);
    assert_true(m.requests < 1000);
    model_done(&m);
}

/* A partial failure's retries are spread out: first attempts are not held up by them. */
static struct model_answer fails_odd(struct model *model, const struct psync_request *r)
{
    const struct psync_message *first = r->members[0];

    (void)model;
    return (struct model_answer){.status = first->subject.product % 2 == 1 && first->tries == 0 ? 500 : 200};
}

static void test_retry_budget(void **state)
{
    size_t within_2_s = 0;

    (void)state;
    model_init(&m, fails_odd);
    m.config.work.adaptive = false;
    m.config.work.concurrency = 64;
    model_open(&m);
    model_put(&m, 2000, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    for (size_t i = 0; i < m.n; i++)
        within_2_s += m.messages[i].done_at < began + 3000;
    assert_int_equal(m.done, 2000);
    assert_in_range(within_2_s, 1000, 1700); /* all first attempts that succeed, and few of 1000 retries */
    assert_true(m.now - began > 10000);
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_100_hours),
        cmocka_unit_test(test_a_third_fails),
        cmocka_unit_test(test_nearly_dead),
        cmocka_unit_test(test_retry_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
