/* test_pacing - the token bucket, pauses, and counting of being told to wait. */
#include "delivery/pacing.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Sends whatever may be sent from 0 to `span_ms`; how many that were. */
static int sent_within(const struct psync_destination_conf *conf, psync_ms span_ms)
{
    struct psync_pacing p;
    int n = 0;

    psync_pacing_init(&p, conf, 0);
    for (psync_ms now = 0; now < span_ms;) {
        psync_ms due = psync_pacing_due(&p, conf, now);
        if (due > now) {
            now = due;
            continue;
        }
        psync_pacing_take(&p, conf);
        n++;
    }
    return n;
}

static void test_rate(void **state)
{
    static const struct {
        struct psync_destination_conf conf;
        int least, most; /* in ten seconds */
    } rows[] = {
        {{.rate = 10, .burst = 1}, 100, 101},
        {{.rate = 10, .burst = 20}, 119, 120},
        {{.rate = 0.5}, 5, 6},
        {{.rate = 3}, 29, 31},
        {{.rate = 1000}, 10050, 10100}, /* burst 0: a tenth of a second's */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_in_range(sent_within(&rows[i].conf, 10000), rows[i].least, rows[i].most);
}

static void test_no_rate(void **state)
{
    static const struct psync_destination_conf conf = {.rate = 0};
    struct psync_pacing p;

    (void)state;
    psync_pacing_init(&p, &conf, 0);
    for (int i = 0; i < 1000; i++) {
        assert_true(psync_pacing_due(&p, &conf, 5) <= 5);
        psync_pacing_take(&p, &conf);
    }
}

static void test_clock_set_back(void **state)
{
    static const struct psync_destination_conf conf = {.rate = 1, .burst = 1};
    struct psync_pacing p;

    (void)state;
    psync_pacing_init(&p, &conf, 1000000);
    psync_pacing_take(&p, &conf);
    assert_int_equal(psync_pacing_due(&p, &conf, 500), 1500);
}

static void test_throttle(void **state)
{
    static const struct psync_destination_conf conf = {.rate = 0};
    struct psync_pacing p;

    (void)state;
    psync_pacing_init(&p, &conf, 0);
    uint64_t epoch = p.epoch;
    assert_int_equal(psync_pacing_told(&p, epoch), 1);
    assert_true(psync_pacing_throttle(&p, 0, 1000));
    assert_int_equal(psync_pacing_due(&p, &conf, 1), 1000);
    assert_int_equal(psync_pacing_told(&p, epoch), 1); /* was under way already: no further escalation */
    assert_false(psync_pacing_throttle(&p, 1, 500));
    assert_int_equal(psync_pacing_due(&p, &conf, 1), 1000);
    assert_int_equal(psync_pacing_told(&p, p.epoch), 2);
    assert_true(psync_pacing_throttle(&p, 1000, 2000));
    assert_int_equal(psync_pacing_due(&p, &conf, 1000), 3000);
    psync_pacing_success(&p);
    assert_int_equal(psync_pacing_told(&p, p.epoch), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_no_rate),
        cmocka_unit_test(test_clock_set_back),
        cmocka_unit_test(test_throttle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
