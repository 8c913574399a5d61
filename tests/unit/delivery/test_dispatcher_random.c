/* test_dispatcher_random - whatever an API does, however often the process is stopped or killed: every message ends as
 * the rules say, nothing is lost, and nothing stands still. */
#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct model m;

/* Moods of an API, each for a while; the last one is well again, so that everything can end. */
static const struct {
    struct model_answer answer;
    bool fatal; /* it may kill messages */
} answers[] = {
    {{.status = 200}, false},
    {{.status = 200}, false},
    {{.status = 200}, false},
    {{.status = 200, .latency_ms = 3000}, false},
    {{.status = 207}, false},
    {{.status = 429}, false},
    {{.status = 429, .retry_after = "20"}, false},
    {{.status = 503, .retry_after = "3"}, false},
    {{.status = 200, .ratelimit = "\"d\";r=0;t=4"}, false},
    {{.transport = PSYNC_NET_TIMEOUT, .sent = true, .latency_ms = 10000}, true},
    {{.transport = PSYNC_NET_RESET, .sent = true, .lost = true}, true},
    {{.transport = PSYNC_NET_REFUSED}, true},
    {{.transport = PSYNC_NET_ABORTED}, false},
    {{.transport = PSYNC_NET_ABORTED, .sent = true, .lost = true}, false},
    {{.status = 400}, true},
    {{.status = 422}, true},
    {{.status = 401}, true},
    {{.status = 404}, true},
    {{.status = 409}, true},
    {{.status = 410}, true},
    {{.status = 500}, true},
    {{.status = 502}, true},
    {{.status = 503}, true},
    {{.status = 302, .location = "/elsewhere"}, true},
};

static uint32_t dice(uint32_t n)
{
    return (uint32_t)(psync_random_next(&m.random) % n);
}

static bool well_again;

static struct model_answer moody(struct model *model, const struct psync_request *r)
{
    (void)model;
    PSYNC_INVARIANT(r->n_members >= 1 && r->body.len > 0);
    if (well_again || dice(3) == 0)
        return (struct model_answer){.status = 200};
    /* moods last: which half of the answers is likely changes every few minutes */
    uint32_t n = sizeof answers / sizeof answers[0], mood = (uint32_t)(m.now / 200000 % 4);
    return answers[(dice(n / 4) + mood * n / 4) % n].answer;
}

static void settings_of(uint32_t seed)
{
    psync_random_init(&m.random, seed);
    m.config.batch.size = dice(2) == 0 ? 1 : 2 + dice(20);
    m.config.batch.linger = dice(300);
    m.config.work.adaptive = dice(2);
    m.config.work.concurrency = 1 + dice(40);
    m.config.work.lease = 30000 + dice(300000);
    m.config.n_destinations = 1 + dice(3);
    m.config.breaker.refusals = dice(3) == 0 ? 0 : 1 + dice(20);
    m.config.retry.conflict = dice(2) ? PSYNC_CONFLICT_DONE : PSYNC_CONFLICT_DEAD;
    m.config.retry.jitter = dice(2) ? PSYNC_JITTER_ADD : PSYNC_JITTER_FULL;
    m.confs[0].rate = dice(3) == 0 ? 20 : 0;
    m.bind_takes = dice(20);
}

static void resume_all(void)
{
    for (size_t i = 0; i < m.config.n_destinations; i++) {
        if (m.holds[i].suspended || m.holds[i].paused)
            assert_int_equal(psync_dispatcher_resume(m.d, m.confs[i].name, false, m.now, NULL), PSYNC_OK);
    }
}

/* Something happens to the process. */
static void meddle(void)
{
    switch (dice(12)) {
    case 0:
        model_restart(&m);
        break;
    case 1:
        psync_dispatcher_stop(m.d, m.now);
        model_run(&m, m.now + 15000);
        assert_int_equal(psync_dispatcher_held(m.d), 0);
        model_restart(&m);
        break;
    case 2:
        m.bind_fails = !m.bind_fails;
        break;
    case 3:
        assert_int_equal(psync_dispatcher_pause(m.d, m.confs[0].name, "", m.now), PSYNC_OK);
        break;
    case 4:
    case 5:
        resume_all();
        break;
    default:
        break;
    }
}

static void check_end(void)
{
    for (size_t i = 0; i < m.n; i++) {
        const struct model_message *x = &m.messages[i];
        assert_true(x->state == PSYNC_STATE_DONE || x->state == PSYNC_STATE_DEAD);
        if (x->state == PSYNC_STATE_DONE)
            assert_true(x->effects == 1 || (x->effects == 0 && x->last_status == 409));
        assert_true(x->effects <= 1);
        /* dead: refused, in conflict, or after five counted failures since it was last put into the queue */
        bool refused = x->last_status == 400 || x->last_status == 422 || x->last_status == 409;
        if (x->state == PSYNC_STATE_DEAD && !refused)
            assert_int_equal(x->m.attempts, 5);
        assert_true(x->m.attempts <= 5);
    }
}

static void play(uint32_t seed)
{
    model_init(&m, moody);
    settings_of(seed);
    well_again = false;
    model_open(&m);
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < m.config.n_destinations; i++) {
            model_put(&m, dice(8), i);
            if (dice(2) == 0)
                model_put_product(&m, 1 + dice(20), i);
        }
        model_run(&m, m.now + dice(60000));
        meddle();
    }
    well_again = true;
    m.bind_fails = false;
    for (int i = 0; i < 50 && m.unfinished > 0; i++) {
        resume_all();
        model_run(&m, m.now + HOUR);
    }
    assert_int_equal(m.unfinished, 0);
    assert_int_equal(psync_dispatcher_in_flight(m.d), 0);
    check_end();
    model_done(&m);
}

static void test_random(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 150; seed++)
        play(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
