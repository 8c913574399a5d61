/* test_dispatcher_own - what is said for one destination holds there, instead of what is said for all. */
#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct model m;
static psync_ms tried[16];
static size_t n_tried, most_members;

/* Product 1 fails every time; others are taken, so that its failures count. */
static struct model_answer api(struct model *model, const struct psync_request *r)
{
    bool fails = r->members[0]->subject.product == 1 && r->n_members == 1;
    most_members = r->n_members > most_members ? r->n_members : most_members;
    if (fails && n_tried < 16)
        tried[n_tried++] = model->now;
    return (struct model_answer){.status = fails ? 500 : 200};
}

static void test_attempts_and_backoff(void **state)
{
    (void)state;
    n_tried = 0;
    model_init(&m, api);
    m.config.retry.jitter_max = 0;
    m.confs[0].attempts = 3;
    m.confs[0].backoff = 7000;
    model_open(&m);
    model_put_product(&m, 1, 0);
    for (int i = 0; i < 20; i++) {
        model_put_product(&m, 1000 + i, 0);
        (void)model_run(&m, m.now + 5000);
    }
    assert_int_equal(n_tried, 3);
    assert_true(tried[1] - tried[0] >= 7000 && tried[1] - tried[0] < 14000);
    assert_true(tried[2] - tried[1] >= 14000);
    assert_int_equal(model_count(&m, PSYNC_STATE_DEAD), 1);
    model_done(&m);
}

static void test_batch_size(void **state)
{
    static const struct {
        uint32_t for_all, own;
        size_t members;
    } rows[] = {{1, 4, 4}, {8, 2, 2}, {8, 1, 1}, {3, 0, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        most_members = 0;
        model_init(&m, api);
        m.config.batch.size = rows[i].for_all;
        m.confs[0].batch_size = rows[i].own;
        model_open(&m);
        model_put_product(&m, 100, 0);
        for (int64_t product = 101; product < 130; product++)
            model_put_product(&m, product, 0);
        assert_true(model_run(&m, m.now + 3600 * 1000));
        assert_int_equal(most_members, rows[i].members);
        model_done(&m);
    }
}

/* The connection is lost, and the API works on for a minute, as it may here, and fails then; 409 meanwhile. */
static struct model_answer slow_api(struct model *model, const struct psync_request *r)
{
    if (r->members[0]->tries == 0)
        return (struct model_answer){.transport = PSYNC_NET_RESET, .sent = true};
    return (struct model_answer){.status = model->now < MODEL_BEGIN + 60 * 1000 ? 409 : 200};
}

static void test_timeout_of_a_conflict(void **state)
{
    (void)state;
    model_init(&m, slow_api);
    m.confs[0].timeout = 60 * 1000;
    model_open(&m);
    model_put_product(&m, 1, 0);
    assert_true(model_run(&m, m.now + 3600 * 1000));
    assert_string_equal(m.messages[0].outcome, "delivered");
    assert_int_equal(m.messages[0].effects, 1);
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts_and_backoff),
        cmocka_unit_test(test_batch_size),
        cmocka_unit_test(test_timeout_of_a_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
