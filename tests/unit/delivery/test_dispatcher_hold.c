/* test_dispatcher_hold - suspended, tried again, paused by hand and by the shop, on a virtual clock. */
#include "script.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct model m;

/* ---- suspension ---- */
static void test_denied(void **state)
{
    struct script s = SCRIPT({.status = 401});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 100, 0);
    assert_false(model_run(&m, m.now + 100 * HOUR));
    assert_in_range(m.requests, 3, 6); /* and those under way when the third was denied */
    assert_int_equal(m.dead, 0);
    assert_true(m.holds[0].suspended);
    assert_int_equal(model_status(&m, 0).state, PSYNC_DESTINATION_SUSPENDED);
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    assert_true(model_said(&m, "error default: suspended: it refuses the credentials"));

    size_t sent = m.requests;
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
    assert_false(model_run(&m, m.now + HOUR)); /* the trial is denied too: one suffices */
    assert_int_equal(m.requests, sent + 1);
    assert_true(m.holds[0].suspended);

    s = (struct script)SCRIPT({.status = 200});
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
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
    open_scripted(&m, &s);
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
    open_scripted(&m, &s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
    model_run(&m, m.now + HOUR);
    assert_int_equal(m.requests, 2);
    assert_true(m.holds[0].suspended);
    model_done(&m);
}

static void test_suspension_survives_a_restart(void **state)
{
    struct script s = SCRIPT({.status = 403});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    size_t sent = m.requests;
    model_restart(&m);
    model_run(&m, m.now + HOUR);
    assert_int_equal(m.requests, sent);
    assert_int_equal(model_status(&m, 0).state, PSYNC_DESTINATION_SUSPENDED);
    model_done(&m);
}

/* Twenty different messages refused in a row: the destination's fault after all. All of them come back and wait. */
static void test_refusing_destination(void **state)
{
    struct script s = SCRIPT({.status = 422});

    (void)state;
    for (int adaptive = 0; adaptive < 2; adaptive++) {
        s = (struct script)SCRIPT({.status = 422});
        begin_scripted(&m, &s);
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
        assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
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
    begin_scripted(&m, &s);
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
            assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
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
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
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
    open_scripted(&m, &s);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
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
    open_scripted(&m, &s);
    model_put(&m, 6, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.dead, 3);
    assert_int_equal(m.done, 3);
    assert_false(m.holds[0].suspended);
    model_done(&m);
}

static void test_changed_settings_end_a_suspension(void **state)
{
    struct script s = SCRIPT({.status = 401});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 10, 0);
    model_run(&m, m.now + HOUR);
    struct psync_config changed = m.config;
    struct psync_destination_conf changed_conf = m.confs[0];
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
    open_scripted(&m, &s);
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
    begin_scripted(&m, &s);
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
    begin_scripted(&m, &s);
    m.holds[0].proving = PSYNC_PROVING_DELIVERY;
    model_open(&m);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 1);
    assert_true(m.holds[0].suspended);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
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
    open_scripted(&m, &s);
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "stock-taking", m.now), PSYNC_OK);
    assert_int_equal(psync_dispatcher_pause(m.d, "nobody", "", m.now), PSYNC_REJECT);
    assert_int_equal(psync_dispatcher_resume(m.d, "nobody", false, m.now, NULL), PSYNC_REJECT);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(m.requests, 0);
    assert_string_equal(model_status(&m, 0).words, "paused by hand: stock-taking");
    assert_true(m.holds[0].paused);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 0);
    assert_false(m.holds[0].paused);
    model_done(&m);
}

/* ---- the shop's hold ---- */
#define SETTINGS "paused in the shop's settings"

static void refuses_to_resume(void)
{
    struct psync_error err = {0};
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, &err), PSYNC_GONE);
    assert_string_equal(err.text, SETTINGS);
    assert_false(model_run(&m, m.now + HOUR));
    assert_string_equal(model_status(&m, 0).words, SETTINGS);
    assert_string_equal(model_status(&m, 0).reason, SETTINGS);
    assert_string_equal(m.holds[0].paused_reason, "the shop: " SETTINGS);
}

static void test_the_shops_hold_stays(void **state)
{
    struct script s = SCRIPT({.status = 200});

    (void)state;
    open_scripted(&m, &s);
    assert_int_equal(psync_dispatcher_shop(m.d, "nobody", SETTINGS, m.now), PSYNC_REJECT);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", SETTINGS, m.now), PSYNC_OK);
    model_put(&m, 10, 0);
    refuses_to_resume();
    assert_false(model_said(&m, "no longer paused by hand"));
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "tea", m.now), PSYNC_OK);
    assert_string_equal(model_status(&m, 0).words, SETTINGS ", and paused by hand: tea");
    model_step(&m);
    model_restart(&m);
    refuses_to_resume(); /* that pause is over, the shop's is not */
    assert_true(model_said(&m, "no longer paused by hand; " SETTINGS));
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "tea", m.now), PSYNC_OK);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", NULL, m.now), PSYNC_OK);
    assert_false(model_run(&m, m.now + HOUR));
    assert_true(model_said(&m, "the shop holds it no more; paused by hand: tea"));
    assert_string_equal(m.holds[0].paused_reason, "tea");
    assert_int_equal(m.requests, 0);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", false, m.now, NULL), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 0);
    size_t events = m.n_events;
    assert_int_equal(psync_dispatcher_shop(m.d, "default", NULL, m.now), PSYNC_OK); /* as said before */
    model_step(&m);
    assert_int_equal(m.n_events, events);
    model_done(&m);
}

static void test_the_shops_hold_ends_by_force(void **state)
{
    struct script s = SCRIPT({.status = 200});

    (void)state;
    open_scripted(&m, &s);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", SETTINGS, m.now), PSYNC_OK);
    assert_int_equal(psync_dispatcher_pause(m.d, "default", "tea", m.now), PSYNC_OK);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_int_equal(psync_dispatcher_resume(m.d, "default", true, m.now, NULL), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR));
    assert_true(model_said(&m, "warning default: resumed by hand, although the shop says: " SETTINGS));
    assert_false(m.holds[0].paused);
    assert_int_equal(m.done, 10);
    model_done(&m);
}

/* Neither what the shop says nor a refused resume ends what the API is at fault for. */
static void test_the_shops_hold_over_a_suspension(void **state)
{
    struct script s = SCRIPT({.status = 410}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 10, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_true(m.holds[0].suspended);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", SETTINGS, m.now), PSYNC_OK);
    refuses_to_resume();
    assert_true(m.holds[0].suspended);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", NULL, m.now), PSYNC_OK);
    assert_false(model_run(&m, m.now + HOUR));
    assert_true(m.holds[0].suspended && !m.holds[0].paused);
    assert_int_equal(m.requests, 1);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", SETTINGS, m.now), PSYNC_OK);
    assert_int_equal(psync_dispatcher_resume(m.d, "default", true, m.now, NULL), PSYNC_OK);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(m.trials, 1);
    assert_int_equal(m.done, 10);
    model_done(&m);
}

static void test_the_shops_hold_over_a_wait(void **state)
{
    struct script s = SCRIPT({.status = 429, .retry_after = "1800"}, {.status = 200});

    (void)state;
    open_scripted(&m, &s);
    model_put(&m, 1, 0);
    assert_false(model_run(&m, m.now + HOUR / 4));
    psync_ms until = m.holds[0].throttled_until;
    assert_true(until > m.now);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", SETTINGS, m.now), PSYNC_OK);
    assert_int_equal(psync_dispatcher_shop(m.d, "default", NULL, m.now), PSYNC_OK);
    assert_false(model_run(&m, until - 1));
    assert_int_equal(m.requests, 1);
    assert_true(model_run(&m, m.now + HOUR));
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        cmocka_unit_test(test_the_shops_hold_stays),
        cmocka_unit_test(test_the_shops_hold_ends_by_force),
        cmocka_unit_test(test_the_shops_hold_over_a_suspension),
        cmocka_unit_test(test_the_shops_hold_over_a_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
