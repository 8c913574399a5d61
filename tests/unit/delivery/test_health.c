/* test_health - what suspends a destination. */
#include "delivery/health.h"

#include <stdio.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct psync_breaker_conf conf = {.suspend_after = 3, .refusals = 20};

static void make(struct psync_health *h)
{
    assert_int_equal(psync_health_init(h, &conf), PSYNC_OK);
}

static enum psync_health_verdict refuse(struct psync_health *h, int i)
{
    char id[PSYNC_ID_MAX] = "";

    snprintf(id, sizeof id, "%d", i);
    return psync_health_refusal(h, id);
}

static void test_answers(void **state)
{
    static const struct {
        enum psync_class answers[5];
        int n;
        enum psync_health_verdict last;
    } rows[] = {
        {{PSYNC_CLASS_DENIED, PSYNC_CLASS_DENIED}, 2, PSYNC_HEALTH_OK},
        {{PSYNC_CLASS_DENIED, PSYNC_CLASS_DENIED, PSYNC_CLASS_DENIED}, 3, PSYNC_HEALTH_DENIED},
        {{PSYNC_CLASS_DENIED, PSYNC_CLASS_DENIED, PSYNC_CLASS_DONE, PSYNC_CLASS_DENIED}, 4, PSYNC_HEALTH_OK},
        {{PSYNC_CLASS_DENIED, PSYNC_CLASS_DENIED, PSYNC_CLASS_UNANSWERED, PSYNC_CLASS_DENIED}, 4, PSYNC_HEALTH_DENIED},
        {{PSYNC_CLASS_GONE}, 1, PSYNC_HEALTH_GONE},
        {{PSYNC_CLASS_WRONG_PLACE, PSYNC_CLASS_FAULT, PSYNC_CLASS_THROTTLED}, 3, PSYNC_HEALTH_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_health h;
        enum psync_health_verdict v = PSYNC_HEALTH_OK;
        make(&h);
        for (int k = 0; k < rows[i].n; k++)
            v = psync_health_answer(&h, &conf, rows[i].answers[k]);
        assert_int_equal(v, rows[i].last);
        psync_health_done(&h);
    }
}

static void test_one_suffices_while_proving(void **state)
{
    struct psync_health h;

    (void)state;
    make(&h);
    psync_health_prove(&h, PSYNC_PROVING_DELIVERY);
    assert_int_equal(psync_health_answer(&h, &conf, PSYNC_CLASS_DENIED), PSYNC_HEALTH_DENIED);
    assert_int_equal(refuse(&h, 1), PSYNC_HEALTH_OK); /* that is not what it was suspended for */
    psync_health_success(&h);
    assert_int_equal(psync_health_answer(&h, &conf, PSYNC_CLASS_DENIED), PSYNC_HEALTH_OK);
    psync_health_prove(&h, PSYNC_PROVING_REFUSALS);
    assert_int_equal(refuse(&h, 1), PSYNC_HEALTH_REFUSING);
    psync_health_success(&h);
    assert_int_equal(refuse(&h, 1), PSYNC_HEALTH_OK);
    psync_health_done(&h);
}

static void test_twenty_different_in_a_row(void **state)
{
    struct psync_health h;
    size_t n;

    (void)state;
    make(&h);
    for (int i = 0; i < 19; i++)
        assert_int_equal(refuse(&h, i), PSYNC_HEALTH_OK);
    assert_int_equal(refuse(&h, 7), PSYNC_HEALTH_OK); /* seen before */
    assert_int_equal(refuse(&h, 19), PSYNC_HEALTH_REFUSING);
    const char *const *ids = psync_health_refused(&h, &n);
    assert_int_equal(n, 19);
    assert_string_equal(ids[0], "0");
    assert_string_equal(ids[18], "18");
    psync_health_done(&h);
}

static void test_success_ends_the_streak(void **state)
{
    struct psync_health h;

    (void)state;
    make(&h);
    for (int i = 0; i < 19; i++)
        assert_int_equal(refuse(&h, i), PSYNC_HEALTH_OK);
    psync_health_success(&h);
    for (int i = 0; i < 19; i++)
        assert_int_equal(refuse(&h, 100 + i), PSYNC_HEALTH_OK);
    psync_health_done(&h);
}

static void test_refusals_off_and_one(void **state)
{
    struct psync_breaker_conf other = conf;
    struct psync_health h;
    size_t n;

    (void)state;
    other.refusals = 0;
    assert_int_equal(psync_health_init(&h, &other), PSYNC_OK);
    for (int i = 0; i < 100; i++)
        assert_int_equal(refuse(&h, i), PSYNC_HEALTH_OK);
    psync_health_done(&h);
    other.refusals = 1;
    assert_int_equal(psync_health_init(&h, &other), PSYNC_OK);
    assert_int_equal(refuse(&h, 1), PSYNC_HEALTH_REFUSING);
    (void)psync_health_refused(&h, &n);
    assert_int_equal(n, 0);
    psync_health_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_one_suffices_while_proving),
        cmocka_unit_test(test_twenty_different_in_a_row),
        cmocka_unit_test(test_success_ends_the_streak),
        cmocka_unit_test(test_refusals_off_and_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
