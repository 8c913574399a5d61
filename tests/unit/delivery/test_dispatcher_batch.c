/* test_dispatcher_batch - batches: formed, recorded before they are sent, sent again unchanged, split by answers. */
#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct model m;

/* What the API saw. */
enum { SEEN_MAX = 2000 };
static struct seen {
    char key[80];
    char body[400];
    size_t members;
    psync_ms at;
} seen[SEEN_MAX];
static size_t n_seen;

static void note(const struct psync_request *r)
{
    assert_true(n_seen < SEEN_MAX);
    struct seen *s = &seen[n_seen++];
    snprintf(s->key, sizeof s->key, "%s", r->key);
    snprintf(s->body, sizeof s->body, "%.*s", (int)r->body.len, r->body.data);
    s->members = r->n_members;
    s->at = m.now;
    for (size_t i = 0; i < r->n_members && r->batch; i++) /* recorded before it is sent */
        assert_string_equal(m.messages[strtoull(r->members[i]->id, NULL, 10)].batch_key, r->key);
}

static void begin(model_api *api, uint32_t size)
{
    n_seen = 0;
    model_init(&m, api);
    m.config.batch.size = size;
    m.bind_takes = 3;
}

static struct model_answer all_well(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    return (struct model_answer){.status = 200};
}

static void test_forming(void **state)
{
    (void)state;
    begin(all_well, 3);
    model_open(&m);
    model_put(&m, 7, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 3);
    assert_int_equal(m.binds, 2);
    assert_string_equal(seen[0].body, "[{\"id\":1},{\"id\":2},{\"id\":3}]");
    assert_memory_equal(seen[0].key, "batch:", 6);
    assert_int_equal(strlen(seen[0].key), 38);
    assert_string_equal(seen[2].body, "{\"id\":7}"); /* alone: a plain object, its own key, after lingering */
    assert_string_equal(seen[2].key, "product:7:6");
    assert_true(seen[2].at >= began + 100);
    assert_true(seen[1].at < began + 100);
    model_done(&m);
}

/* Verdicts of one answer are marked, so that they are recorded together. */
static void test_verdicts_name_their_answer(void **state)
{
    (void)state;
    begin(all_well, 3);
    model_open(&m);
    model_put(&m, 7, 0);
    assert_true(model_run(&m, m.now + HOUR));
    for (size_t i = 0; i < 6; i++)
        assert_true(m.messages[i].verdict_batch != 0);
    for (size_t i = 1; i < 7; i++)
        assert_int_equal(m.messages[i].verdict_batch == m.messages[i - 1].verdict_batch, i != 3 && i != 6);
    assert_int_equal(m.messages[6].verdict_batch, 0); /* alone */
    model_done(&m);
}

static void test_max_bytes(void **state)
{
    (void)state;
    begin(all_well, 100);
    m.config.batch.max_bytes = 30; /* [{"id":1},{"id":2},{"id":3}] has 28 */
    model_open(&m);
    model_put(&m, 9, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(seen[i].members, 3);
    model_done(&m);
}

/* The queue leases one message of a subject at a time; should a driver not, a batch still holds no two. */
static void test_one_message_a_subject(void **state)
{
    struct psync_effect e;
    size_t members[8] = {0}, n = 0;

    (void)state;
    begin(all_well, 10);
    model_open(&m);
    model_put(&m, 4, 0);
    m.messages[2].m.subject.product = 1;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(psync_dispatcher_offer(m.d, psync_message_new(&m.messages[i].m), m.now), PSYNC_OK);
    while (psync_dispatcher_next(m.d, m.now + 200, &e) && n < 8) {
        if (e.kind == PSYNC_EFFECT_BIND) {
            members[n++] = e.request->n_members;
            psync_dispatcher_bound(m.d, e.request, true, m.now);
        }
    }
    assert_int_equal(members[0], 2);
    model_done(&m);
}

static struct model_answer lost_then_well(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    if (n_seen == 1)
        return (struct model_answer){.transport = PSYNC_NET_TIMEOUT, .sent = true, .lost = true, .latency_ms = 10000};
    return (struct model_answer){.status = 200};
}

static void test_no_answer_same_batch_again(void **state)
{
    (void)state;
    for (int restart = 0; restart < 2; restart++) {
        begin(lost_then_well, 4);
        model_open(&m);
        model_put(&m, 4, 0);
        model_run(&m, m.now + (restart ? 200 : 10200));
        if (restart)
            model_restart(&m); /* kill -9 while it is under way */
        model_put(&m, 3, 0);   /* others do not get in */
        assert_true(model_run(&m, m.now + HOUR));
        size_t again = strcmp(seen[1].key, seen[0].key) == 0 ? 1 : 2;
        assert_string_equal(seen[again].key, seen[0].key);
        assert_string_equal(seen[again].body, seen[0].body);
        assert_int_equal(m.done, 7);
        model_done(&m);
    }
}

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

/* ---- recorded batches that are larger than batch.size now ---- */
static void test_lowered_size(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 2; size++) {
        begin(lost_then_well, 100);
        model_open(&m);
        model_put(&m, 100, 0);
        model_run(&m, m.now + 200);
        m.config.batch.size = size;
        m.config.work.concurrency = 1;
        model_restart(&m);
        model_put(&m, 500, 0); /* no lease comes empty */
        model_run(&m, m.now + 1000);
        assert_true(m.messages[0].state == PSYNC_STATE_DONE);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.done, 600);
        for (size_t i = 0; i < m.n; i++)
            assert_int_equal(m.messages[i].effects, 1);
        model_done(&m);
    }
}

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

/* ---- recording fails; stop; a crash between splitting and sending ---- */
static void test_binding_fails(void **state)
{
    (void)state;
    begin(all_well, 4);
    m.bind_fails = true;
    model_open(&m);
    model_put(&m, 4, 0);
    model_run(&m, m.now + 1000);
    assert_int_equal(n_seen, 0);
    m.bind_fails = false;
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 1);
    model_done(&m);
}

static void test_stop_while_binding(void **state)
{
    (void)state;
    begin(all_well, 4);
    m.bind_takes = 1000;
    model_open(&m);
    model_put(&m, 4, 0);
    model_run(&m, m.now + 500);
    assert_int_equal(psync_dispatcher_held(m.d), 4);
    psync_dispatcher_stop(m.d, m.now);
    model_run(&m, m.now + HOUR);
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    assert_int_equal(n_seen, 0);
    model_restart(&m);
    assert_true(model_run(&m, m.now + HOUR)); /* recorded all the same: as one batch */
    assert_int_equal(n_seen, 1);
    assert_int_equal(seen[0].members, 4);
    model_done(&m);
}

/* Some members of a recorded batch are settled already: what is left goes alone. */
static void test_incomplete_batch(void **state)
{
    (void)state;
    begin(all_well, 4);
    model_open(&m);
    model_put(&m, 2, 0);
    for (uint32_t i = 0; i < 2; i++) {
        snprintf(m.messages[i].batch_key, PSYNC_BATCH_KEY_MAX, "batch:0123");
        m.messages[i].m.batch_pos = i + 1;
        m.messages[i].m.batch_count = 3;
        m.messages[i].m.tries = 1;
    }
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 2);
    assert_string_equal(seen[0].key, "product:1:0");
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forming),
        cmocka_unit_test(test_verdicts_name_their_answer),
        cmocka_unit_test(test_max_bytes),
        cmocka_unit_test(test_one_message_a_subject),
        cmocka_unit_test(test_no_answer_same_batch_again),
        cmocka_unit_test(test_poison),
        cmocka_unit_test(test_keys_name_bodies),
        cmocka_unit_test(test_api_without_arrays),
        cmocka_unit_test(test_throttled_batch_stays_whole),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_conflict_after_a_restart),
        cmocka_unit_test(test_server_faults_do_not_split_what_may_have_taken_effect),
        cmocka_unit_test(test_server_faults_split_what_was_not_sent),
        cmocka_unit_test(test_what_may_have_taken_effect_ends_whole),
        cmocka_unit_test(test_a_refusal_ends_the_doubt),
        cmocka_unit_test(test_a_fault_is_no_conflict),
        cmocka_unit_test(test_lowered_size),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_items_told_to_wait),
        cmocka_unit_test(test_success_for_all),
        cmocka_unit_test(test_unclear_answers),
        cmocka_unit_test(test_unclear_then_clear),
        cmocka_unit_test(test_items_refused_in_a_row),
        cmocka_unit_test(test_binding_fails),
        cmocka_unit_test(test_stop_while_binding),
        cmocka_unit_test(test_incomplete_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
