/* test_dispatcher_items - answers to batches that say what became of each product. */
#include "seen.h"

/* ---- answers item by item ---- */
static struct model_answer by_items(struct model *model, const struct psync_request *r)
{
    note(r);
    if (!r->batch)
        return (struct model_answer){.status = 200};
    return (struct model_answer){.status = 207, .body = model->arg};
}

static void test_items(void **state)
{
    (void)state;
    begin(by_items, 4);
    m.arg = (void *)(uintptr_t) "[{\"id\":3,\"status\":422,\"type\":\"https://p.example/x\",\"title\":\"No\"},"
                                "{\"id\":1,\"status\":201},{\"id\":4,\"status\":503},{\"id\":2,\"status\":200}]";
    model_open(&m);
    model_put(&m, 4, 0);
    assert_true(model_run(&m, m.now + HOUR));
    static const enum psync_state states[] = {PSYNC_STATE_DONE, PSYNC_STATE_DONE, PSYNC_STATE_DEAD, PSYNC_STATE_DONE};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(m.messages[i].state, states[i]);
    assert_string_equal(m.messages[2].last_error, "HTTP 422: No");
    assert_string_equal(m.messages[2].last_problem, "https://p.example/x");
    assert_int_equal(m.messages[3].history, 2); /* again, alone, under its own key */
    assert_int_equal(m.messages[3].counted, 1); /* since others succeeded, in the same answer */
    assert_string_equal(seen[1].key, "product:4:3");
    model_done(&m);
}

/* Told to wait by items: as long as the answer's fields say, and against nobody. */
static struct model_answer throttled_items(struct model *model, const struct psync_request *r)
{
    note(r);
    return n_seen == 1 ? *(const struct model_answer *)model->arg : (struct model_answer){.status = 200};
}

static void test_items_told_to_wait(void **state)
{
    static const char busy[] = "[{\"status\":200},{\"status\":429},{\"status\":429},{\"status\":201}]",
                      closed[] = "[{\"status\":200},{\"status\":503},{\"status\":503},{\"status\":201}]";
    static struct {
        struct model_answer answer;
        psync_ms least, most; /* of the pause */
        uint32_t counted;
    } rows[] = {
        {{.status = 207, .body = busy, .retry_after = "60"}, 60001, 60250, 0},
        {{.status = 200, .body = busy, .ratelimit = "\"default\";r=0;t=30"}, 30001, 30250, 0},
        {{.status = 207, .body = busy}, 1001, 1251, 0},
        {{.status = 207, .body = closed, .retry_after = "60"}, 60001, 60250, 0},
        {{.status = 207, .body = closed}, 0, 0, 1},
        {{.status = 207, .body = closed, .x_remaining = "0", .x_reset = "12"}, 12001, 12250, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i].answer.failed_items = 6;
        begin(throttled_items, 4);
        m.arg = &rows[i].answer;
        model_open(&m);
        model_put(&m, 4, 0);
        assert_true(model_run(&m, m.now + HOUR));
        psync_ms paused = m.holds[0].throttled_until == 0 ? 0 : m.holds[0].throttled_until - seen[0].at - 20;
        assert_in_range(paused, rows[i].least, rows[i].most);
        assert_int_equal(m.done, 4);
        assert_int_equal(n_seen, 3);
        for (size_t k = 1; k <= 2; k++) {
            assert_int_equal(m.messages[k].counted, rows[i].counted);
            assert_int_equal(m.messages[k].history, 2);
            assert_true(seen[k].at >= m.holds[0].throttled_until);
        }
        model_done(&m);
    }
}

/* A 2xx with this status and body, to batches; the API kept no effect that it would have to answer for. */
struct shape {
    int32_t status;
    const char *body;
};
static struct model_answer in_shape(struct model *model, const struct psync_request *r)
{
    const struct shape *shape = model->arg;

    note(r);
    if (!r->batch)
        return (struct model_answer){.status = 200};
    return (struct model_answer){.status = shape->status, .body = shape->body, .failed_items = UINT32_MAX};
}

static void test_success_for_all(void **state)
{
    static struct shape shapes[] = {
        {200, "ok"}, {201, ""}, {202, "{\"imported\":4}"}, {204, ""}, {200, "[{\"id\":1},{\"id\":2},{\"id\":3}]"},
        {200, "{\"errors\":[]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        begin(in_shape, 4);
        m.arg = &shapes[i];
        model_open(&m);
        model_put(&m, 4, 0);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.done, 4);
        assert_int_equal(n_seen, 1);
        model_done(&m);
    }
}

/* What does not say what became of each is no answer: the same batch again, and dead in the end, never delivered. */
static void test_unclear_answers(void **state)
{
    static struct shape shapes[] = {
        {207, ""}, {207, "ok"}, {207, "{\"imported\":4}"}, {207, "<multistatus/>"}, {206, "ok"},
        {207, "[{\"id\":3,\"status\":422}]"}, {200, "[{\"id\":3,\"status\":422}]"}, {200, "{\"failed\":1}"},
        {201, "[{\"status\":201},{\"status\":201},"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        begin(in_shape, 4);
        m.arg = &shapes[i];
        model_open(&m);
        model_put(&m, 4, 0);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.dead, 4);
        assert_int_equal(n_seen, 5); /* retry.attempts */
        for (size_t k = 1; k < n_seen; k++) {
            assert_string_equal(seen[k].key, seen[0].key);
            assert_string_equal(seen[k].body, seen[0].body);
        }
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(m.messages[k].counted, 5);
            assert_non_null(strstr(m.messages[k].last_error, "does not say what became of each product"));
        }
        assert_true(model_said(&m, "batch of 4: HTTP 20"));
        model_done(&m);
    }
}

/* The answer under the same key is understood the second time. */
static struct model_answer clear_at_last(struct model *model, const struct psync_request *r)
{
    static const char said[] = "[{\"status\":200},{\"status\":200},{\"status\":422},{\"status\":200}]";

    (void)model;
    note(r);
    return (struct model_answer){.status = 207, .body = n_seen == 1 ? "[{\"status\":200},{\"st" : said,
                                 .failed_items = n_seen == 1 ? UINT32_MAX : 1u << 2};
}

static void test_unclear_then_clear(void **state)
{
    (void)state;
    begin(clear_at_last, 4);
    model_open(&m);
    model_put(&m, 4, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 2);
    assert_string_equal(seen[1].key, seen[0].key);
    assert_int_equal(m.done, 3);
    assert_int_equal(m.dead, 1);
    assert_string_equal(m.messages[2].last_error, "HTTP 422");
    model_done(&m);
}

/* All items refused, batch after batch: the destination refuses everything. */
static void test_items_refused_in_a_row(void **state)
{
    (void)state;
    begin(by_items, 4);
    m.config.breaker.refusals = 10;
    m.arg = (void *)(uintptr_t) "[{\"status\":400},{\"status\":400},{\"status\":400},{\"status\":400}]";
    model_open(&m);
    model_put(&m, 40, 0);
    assert_false(model_run(&m, m.now + HOUR));
    assert_true(m.holds[0].suspended);
    assert_int_equal(m.dead, 0);
    assert_int_equal(m.unfinished, 40);
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_items_told_to_wait),
        cmocka_unit_test(test_success_for_all),
        cmocka_unit_test(test_unclear_answers),
        cmocka_unit_test(test_unclear_then_clear),
        cmocka_unit_test(test_items_refused_in_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
