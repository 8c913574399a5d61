/* test_dispatcher_split - batches that an answer splits, or that stay whole in doubt. */
#include "seen.h"

/* A product that the API refuses, or fails on, ends alone; the others arrive. */
struct poison {
    int64_t product;
    int32_t status;
    const char *retry_after;
};
static struct model_answer poisoned(struct model *model, const struct psync_request *r)
{
    const struct poison *p = model->arg;

    note(r);
    for (size_t i = 0; i < r->n_members; i++) {
        if (r->members[i]->subject.product == p->product)
            return (struct model_answer){.status = p->status};
    }
    return (struct model_answer){.status = 200};
}

static void test_poison(void **state)
{
    static const struct {
        struct poison poison;
        uint32_t counted;
        size_t most_requests;
    } rows[] = {
        {{.product = 37, .status = 400}, 0, 40},
        {{.product = 1, .status = 422}, 0, 40},
        {{.product = 64, .status = 413}, 0, 40},
        {{.product = 37, .status = 500}, 5, 80},
        {{.product = 37, .status = 502}, 5, 80},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(poisoned, 64);
        struct poison p = rows[i].poison;
        m.arg = &p;
        model_open(&m);
        model_put(&m, 256, 0);
        psync_ms began = m.now;
        for (int minute = 0; minute < 120 && m.dead == 0; minute++) {
            model_run(&m, began + minute * 60000);
            model_put(&m, 1, 0); /* others go on succeeding */
        }
        model_run(&m, m.now + HOUR);
        assert_int_equal(m.dead, 1);
        assert_int_equal(m.unfinished, 0);
        const struct model_message *dead = &m.messages[p.product - 1];
        assert_int_equal(dead->state, PSYNC_STATE_DEAD);
        assert_int_equal(dead->counted, rows[i].counted);
        for (size_t k = 0; k < m.n; k++)
            assert_int_equal(m.messages[k].effects, &m.messages[k] != dead);
        assert_true(m.requests <= rows[i].most_requests + m.n - 256);
        assert_true(model_said(&m, "batch of 64 split: HTTP"));
        model_done(&m);
    }
}

/* New keys for halves, and no key for two different bodies. */
static void test_keys_name_bodies(void **state)
{
    struct poison p = {.product = 5, .status = 400};

    (void)state;
    begin(poisoned, 8);
    m.arg = &p;
    model_open(&m);
    model_put(&m, 8, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 7); /* 8, 4, 4, 2, 2, 1, 1 */
    for (size_t i = 0; i < n_seen; i++) {
        for (size_t k = 0; k < i; k++)
            assert_int_equal(strcmp(seen[i].key, seen[k].key) == 0, strcmp(seen[i].body, seen[k].body) == 0);
    }
    model_done(&m);
}

/* An API that fails on every array, but takes single products: the batches come apart in the end. */
static struct model_answer no_arrays(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    return (struct model_answer){.status = r->batch ? 500 : 200};
}

static void test_api_without_arrays(void **state)
{
    (void)state;
    begin(no_arrays, 4);
    model_open(&m);
    model_put(&m, 16, 0);
    assert_true(model_run(&m, m.now + 24 * HOUR));
    assert_int_equal(m.done, 16);
    model_done(&m);
}

static struct model_answer told_to_wait(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    return n_seen == 1 ? (struct model_answer){.status = 429, .retry_after = "60"}
                       : (struct model_answer){.status = 200};
}

static void test_throttled_batch_stays_whole(void **state)
{
    (void)state;
    begin(told_to_wait, 4);
    model_open(&m);
    model_put(&m, 4, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 2);
    assert_string_equal(seen[0].key, seen[1].key);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(m.messages[i].counted, 0);
    model_done(&m);
}

static struct model_answer still_running(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    return n_seen == 1 ? (struct model_answer){.transport = PSYNC_NET_RESET, .sent = true, .lost = true}
                       : (struct model_answer){.status = 409};
}

static void test_conflict(void **state)
{
    (void)state;
    begin(still_running, 4);
    model_open(&m);
    model_put(&m, 4, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 5); /* until a 409 comes later than http.timeout */
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(m.messages[i].outcome, "already there");
    model_done(&m);
}

/* Each batch fails once and is delivered then; what comes after them is lost, and answered 409 from then on. */
enum { BATCHES = 900 };

static struct model_answer fails_once(struct model *model, const struct psync_request *r)
{
    static size_t requests; /* for the last batch */
    uint64_t first = strtoull(r->members[0]->id, NULL, 10);

    if (first < 2 * BATCHES) {
        requests = 0;
        return (struct model_answer){.status = model->messages[first].history == 0 ? 503 : 200};
    }
    return requests++ == 0 ? (struct model_answer){.transport = PSYNC_NET_RESET, .sent = true, .lost = true}
                           : (struct model_answer){.status = 409};
}

static void test_batches_that_are_over_are_forgotten(void **state)
{
    (void)state;
    begin(fails_once, 2);
    model_open(&m);
    for (size_t i = 0; i < BATCHES; i++) {
        model_put(&m, 2, 0);
        assert_true(model_run(&m, m.now + HOUR));
    }
    assert_int_equal(m.done, 2 * BATCHES);
    model_put(&m, 2, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_string_equal(m.messages[2 * BATCHES].outcome, "already there");
    model_done(&m);
}

/* Killed while the batch was under way. The API works at it for 10 s after that and fails then; 409 meanwhile. */
static struct model_answer fails_after_all(struct model *model, const struct psync_request *r)
{
    note(r);
    if (model->now > MODEL_BEGIN + 12000)
        return (struct model_answer){.status = 200};
    return n_seen == 1 ? (struct model_answer){.transport = PSYNC_NET_TIMEOUT, .latency_ms = HOUR}
                       : (struct model_answer){.status = 409};
}

static void test_conflict_after_a_restart(void **state)
{
    (void)state;
    begin(fails_after_all, 4);
    model_open(&m);
    model_put(&m, 4, 0);
    model_run(&m, m.now + 2000);
    assert_int_equal(n_seen, 1);
    model_restart(&m);
    assert_true(model_run(&m, m.now + HOUR));
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(m.messages[i].outcome, "delivered");
        assert_int_equal(m.messages[i].effects, 1);
    }
    assert_string_equal(seen[0].key, seen[n_seen - 1].key);
    model_done(&m);
}

/* ---- in doubt: an attempt went unanswered, perhaps it took effect ---- */
/* `first` answers the first batch by turns, its last answer from then on; all else is well. */
struct doubt {
    const struct model_answer *first;
    size_t n;
    size_t members, asked; /* of requests for it */
    char key[80];
};
static struct model_answer doubtful(struct model *model, const struct psync_request *r)
{
    struct doubt *d = model->arg;

    note(r);
    if (d->asked == 0)
        snprintf(d->key, sizeof d->key, "%s", r->key);
    if (strcmp(r->key, d->key) != 0)
        return (struct model_answer){.status = 200};
    d->members = r->n_members;
    size_t i = d->asked < d->n ? d->asked : d->n - 1;
    d->asked++;
    return d->first[i];
}
#define LOST                                                                                                           \
    {                                                                                                                  \
        .transport = PSYNC_NET_RESET, .sent = true, .lost = true                                                       \
    }
#define UNSENT                                                                                                         \
    {                                                                                                                  \
        .transport = PSYNC_NET_REFUSED                                                                                 \
    }

/* Others succeed all the time, for as long as the first batch is unfinished. */
static void run_beside_others(struct doubt *d, bool restart)
{
    begin(doubtful, 4);
    m.arg = d;
    model_open(&m);
    model_put(&m, 4, 0);
    model_run(&m, m.now + 10);
    if (restart) {
        model_restart(&m); /* the first request is under way */
        model_put(&m, 1, 0);
    }
    const enum psync_state *first = &m.messages[0].state;
    for (int i = 0; i < 500 && *first != PSYNC_STATE_DONE && *first != PSYNC_STATE_DEAD; i++) {
        model_put(&m, 1, 0);
        model_run(&m, m.now + 200);
    }
    assert_true(model_run(&m, m.now + HOUR));
}

static void test_server_faults_do_not_split_what_may_have_taken_effect(void **state)
{
    static const struct model_answer rows[][4] = {
        {LOST, {.status = 503}, {.status = 503}, {.status = 200}},
        {LOST, {.status = 500}, {.status = 502}, {.status = 200}},
        {{.status = 503}, LOST, {.status = 503}, {.status = 200}},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        struct doubt d = {.first = rows[i / 2], .n = 4};
        run_beside_others(&d, i % 2 == 1);
        assert_int_equal(m.dead, 0);
        for (size_t k = 0; k < m.n; k++)
            assert_int_equal(m.messages[k].effects, 1);
        model_done(&m);
    }
}

/* A connection that was refused leaves no doubt. */
static void test_server_faults_split_what_was_not_sent(void **state)
{
    static const struct model_answer answers[] = {UNSENT, {.status = 503}, {.status = 503}};
    struct doubt d = {.first = answers, .n = 3};

    (void)state;
    run_beside_others(&d, false);
    assert_int_equal(d.asked, 3);
    assert_int_equal(m.dead, 0);
    model_done(&m);
}

/* It does not go again for ever: its failures count for all members. Who requeues them is told. */
static void test_what_may_have_taken_effect_ends_whole(void **state)
{
    static const struct model_answer rows[][2] = {{LOST, {.status = 500}}, {LOST, {.status = 503}}, {LOST, LOST}};
    static const char *const errors[] = {"HTTP 500; its batch may have taken effect",
                                         "HTTP 503; its batch may have taken effect", NULL};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct doubt d = {.first = rows[i], .n = 2};
        run_beside_others(&d, false);
        assert_int_equal(m.dead, 4);
        assert_int_equal(d.members, 4);
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(m.messages[k].counted, 5);
            assert_non_null(strstr(m.messages[k].last_error, "; its batch may have taken effect"));
            if (errors[i] != NULL)
                assert_string_equal(m.messages[k].last_error, errors[i]);
        }
        model_done(&m);
    }
}

/* A refusal ends the doubt: the halves were sent by nobody, and server faults split them. */
static void test_a_refusal_ends_the_doubt(void **state)
{
    static const struct model_answer answers[] = {{.transport = PSYNC_NET_RESET, .sent = true}, {.status = 400}};
    struct doubt d = {.first = answers, .n = 2};

    (void)state;
    run_beside_others(&d, false);
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(m.messages[k].effects, 1);
        assert_false(m.messages[k].m.last_unanswered);
    }
    model_done(&m);
}

/* A fault is no conflict: one before it does not make a row with it. */
static void test_a_fault_is_no_conflict(void **state)
{
    static const struct model_answer answers[] = {{.status = 503}, {.transport = PSYNC_NET_RESET, .sent = true},
                                                  {.status = 503}, {.status = 409}, {.status = 200}};
    struct doubt d = {.first = answers, .n = 5};

    (void)state;
    run_beside_others(&d, false);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(m.messages[i].outcome, "delivered");
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poison),
        cmocka_unit_test(test_keys_name_bodies),
        cmocka_unit_test(test_api_without_arrays),
        cmocka_unit_test(test_throttled_batch_stays_whole),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_batches_that_are_over_are_forgotten),
        cmocka_unit_test(test_conflict_after_a_restart),
        cmocka_unit_test(test_server_faults_do_not_split_what_may_have_taken_effect),
        cmocka_unit_test(test_server_faults_split_what_was_not_sent),
        cmocka_unit_test(test_what_may_have_taken_effect_ends_whole),
        cmocka_unit_test(test_a_refusal_ends_the_doubt),
        cmocka_unit_test(test_a_fault_is_no_conflict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
