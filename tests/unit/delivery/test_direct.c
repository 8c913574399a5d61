/* test_direct - the two direct modes against a product API that misbehaves. */
#include "delivery/direct.h"
#include "delivery/http.h"
#include "delivery_fixture.h"

#include <pthread.h>
#include <unistd.h>

enum { MAX = 4096 };

struct reports {
    size_t n, delivered, not_sent;
    int64_t product[MAX];
    uint32_t tries[MAX], revision[MAX];
    int32_t status[MAX];
    char outcome[MAX][16], reason[MAX][64];
    int input; /* not 0: told of each report by a byte */
};

static void on_report(void *arg, const struct psync_direct_report *r)
{
    struct reports *all = arg;
    assert_true(all->n < MAX);
    size_t i = all->n++;
    all->delivered += r->delivered;
    all->not_sent += strcmp(r->outcome, "not sent") == 0;
    all->product[i] = r->message->subject.product;
    all->revision[i] = r->message->revision;
    all->tries[i] = r->tries;
    all->status[i] = r->status;
    snprintf(all->outcome[i], sizeof all->outcome[i], "%s", r->outcome);
    snprintf(all->reason[i], sizeof all->reason[i], "%s", r->reason);
    assert_int_equal(r->delivered, r->reason[0] == '\0');
    if (all->input)
        assert_int_equal(write(all->input, "", 1), 1);
}

static struct reports reports;

struct scene {
    struct psync_mock *mock;
    struct psync_config *config;
    struct psync_direct *direct;
};

static void open_scene(struct scene *s, const char *rules, bool async, const char *set)
{
    char url[128];
    struct psync_error err = {0};
    memset(&reports, 0, sizeof reports);
    s->mock = mock_start(rules);
    s->config = SETTINGS(set_url(url, "destination", psync_mock_url(s->mock)), "destination.auth=none",
                         "retry.backoff=10ms", "retry.jitter_max=5ms", "http.timeout=2s", "http.connect_timeout=1s", set);
    struct psync_direct_open open = {s->config, async, NULL, on_report, &reports};
    if (psync_direct_new(&open, &s->direct, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void close_scene(struct scene *s)
{
    psync_direct_free(s->direct);
    psync_config_free(s->config);
    psync_mock_free(s->mock);
}

static void send_product(struct scene *s, int64_t product, uint32_t revision)
{
    assert_int_equal(psync_direct_send(s->direct, product_message("default", product, revision), NULL), PSYNC_OK);
}

static struct psync_mock_totals totals_of(const struct scene *s)
{
    struct psync_mock_totals totals;
    psync_mock_totals(s->mock, &totals);
    return totals;
}

static void test_simple(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[2],\"status\":500},{\"products\":[3],\"status\":422}]}", false, NULL);
    for (int64_t id = 1; id <= 4; id++) {
        send_product(&s, id, 0);
        assert_int_equal(reports.n, id); /* reported before it returns */
    }
    assert_int_equal(reports.delivered, 2);
    assert_string_equal(reports.outcome[0], "delivered");
    assert_string_equal(reports.outcome[1], "failed");
    assert_int_equal(reports.status[1], 500);
    assert_int_equal(reports.tries[1], 1); /* no retry */
    assert_string_equal(reports.outcome[2], "failed");
    assert_int_equal(reports.status[2], 422);
    assert_string_equal(reports.outcome[3], "delivered");
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_int_equal(totals_of(&s).requests, 4);
    close_scene(&s);
}

static void test_async_retries(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"first\":2,\"status\":500,\"products\":[1]},{\"products\":[2],\"status\":500}]}", true,
               NULL);
    send_product(&s, 1, 0);
    send_product(&s, 2, 0);
    send_product(&s, 3, 0);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_int_equal(reports.n, 3);
    for (size_t i = 0; i < 3; i++) {
        static const uint32_t tries[] = {3, 3, 1};
        assert_int_equal(reports.tries[i], tries[reports.product[i] - 1]);
        assert_string_equal(reports.outcome[i], reports.product[i] == 2 ? "failed" : "delivered");
    }
    assert_int_equal(totals_of(&s).repeated, 0);
    close_scene(&s);
}

/* A few hundred products, some of which come several times: each subject's in order, none lost, none twice. */
static void test_async_many_in_order(void **state)
{
    enum { PRODUCTS = 100, TIMES = 5 };
    struct scene s;
    uint32_t next[PRODUCTS + 1] = {0};
    (void)state;
    open_scene(&s, "{\"seed\":3,\"rules\":[{\"probability\":0.1,\"status\":503}]}", true, "async.retries=20");
    for (uint32_t revision = 0; revision < TIMES; revision++)
        for (int64_t id = 1; id <= PRODUCTS; id++)
            send_product(&s, id, revision);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_int_equal(reports.n, PRODUCTS * TIMES);
    assert_int_equal(reports.delivered, PRODUCTS * TIMES);
    for (size_t i = 0; i < reports.n; i++)
        assert_int_equal(reports.revision[i], next[reports.product[i]]++);
    assert_int_equal(totals_of(&s).effects, PRODUCTS * TIMES);
    close_scene(&s);
}

static void test_short_retry_after_is_honoured(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"times\":1,\"status\":429,\"retry_after\":1}]}", true, NULL);
    psync_ms before = psync_clock_now();
    send_product(&s, 1, 0);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_int_equal(reports.delivered, 1);
    assert_true(psync_clock_now() - before >= 1000);
    close_scene(&s);
}

static void test_long_retry_after_is_reported(void **state)
{
    struct scene s;
    (void)state;
    for (int async = 0; async <= 1; async++) {
        open_scene(&s, "{\"rules\":[{\"status\":429,\"retry_after\":300}]}", async, "work.concurrency=1");
        psync_ms before = psync_clock_now();
        for (int64_t id = 1; id <= 3; id++)
            send_product(&s, id, 0);
        assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
        assert_true(psync_clock_now() - before < 5000);
        assert_int_equal(reports.n, 3);
        assert_int_equal(reports.delivered, 0);
        assert_string_equal(reports.outcome[0], "failed");
        assert_int_equal(reports.status[0], 429);
        for (size_t i = 0; i < 3; i++)
            assert_string_equal(reports.reason[i], "the API asks to wait 300 s"); /* it did not ask for our jitter */
        assert_string_equal(reports.outcome[2], "not sent");
        assert_int_equal(totals_of(&s).requests, 1);
        close_scene(&s);
    }
}

/* A retry that is too far away gives up its message; nobody asked to leave the others alone. */
static void test_long_backoff_is_given_up(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[1],\"status\":500}]}", true, "retry.backoff=2m");
    send_product(&s, 1, 0);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    send_product(&s, 2, 0);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_string_equal(reports.outcome[0], "failed");
    assert_int_equal(reports.tries[0], 1);
    assert_non_null(strstr(reports.reason[0], "500"));
    assert_string_equal(reports.outcome[1], "delivered");
    close_scene(&s);
}

/* While the caller waits for input, what it gave before is sent and reported. */
static void test_wait_for_input(void **state)
{
    struct scene s;
    int ends[2];
    (void)state;
    for (int async = 0; async <= 1; async++) {
        assert_int_equal(pipe(ends), 0);
        open_scene(&s, "{\"rules\":[{\"latency\":\"50ms\"},{\"first\":1,\"status\":503}]}", async, NULL);
        send_product(&s, 1, 0);
        assert_int_equal(reports.n, !async);
        reports.input = ends[1]; /* the next report lets it be read */
        if (!async)
            assert_int_equal(write(ends[1], "", 1), 1);
        assert_int_equal(psync_direct_wait(s.direct, ends[0], NULL), PSYNC_OK);
        assert_int_equal(reports.n, 1);
        assert_int_equal(reports.tries[0], async ? 2 : 1);
        close(ends[1]); /* an end is input too */
        assert_int_equal(psync_direct_wait(s.direct, ends[0], NULL), PSYNC_OK);
        close(ends[0]);
        close_scene(&s);
    }
}

static void *stop_soon(void *direct)
{
    psync_direct_stop(direct);
    return NULL;
}

static void test_stop(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"latency\":\"100ms\"}]}", true, "work.concurrency=2");
    for (int64_t id = 1; id <= 4; id++)
        send_product(&s, id, 0);
    (void)stop_soon(s.direct);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_int_equal(reports.n, 4);
    assert_int_equal(reports.delivered + reports.not_sent, 4);
    assert_true(reports.not_sent >= 2); /* those in flight finish, nothing else begins */
    assert_int_equal(totals_of(&s).effects, reports.delivered);
    send_product(&s, 5, 0);
    assert_string_equal(reports.outcome[4], "not sent");
    close_scene(&s);
}

static void test_stop_ends_the_wait_for_input(void **state)
{
    struct scene s;
    int ends[2];
    pthread_t thread;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    open_scene(&s, NULL, true, NULL);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, s.direct), 0);
    assert_int_equal(psync_direct_wait(s.direct, ends[0], NULL), PSYNC_GONE);
    pthread_join(thread, NULL);
    assert_int_equal(psync_direct_wait(s.direct, ends[0], NULL), PSYNC_GONE); /* and stays so */
    close(ends[0]);
    close(ends[1]);
    close_scene(&s);
}

static void test_unreachable(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, NULL, true, NULL);
    psync_mock_free(s.mock);
    s.mock = NULL;
    send_product(&s, 1, 0);
    assert_int_equal(psync_direct_finish(s.direct, NULL), PSYNC_OK);
    assert_string_equal(reports.outcome[0], "failed");
    assert_string_equal(reports.reason[0], "connection refused");
    assert_int_equal(reports.tries[0], 3);
    assert_int_equal(reports.status[0], 0);
    close_scene(&s);
}

static void test_unknown_destination(void **state)
{
    struct scene s;
    struct psync_error err = {0};
    (void)state;
    open_scene(&s, NULL, true, NULL);
    struct psync_message *m = product_message("elsewhere", 1, 0);
    assert_int_equal(psync_direct_send(s.direct, m, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "elsewhere"));
    psync_message_free(m); /* it stayed ours */
    close_scene(&s);
}

/* Freed with requests under way, followers and retries waiting. */
static void test_free_early(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[1],\"latency\":\"5s\"},{\"products\":[2],\"status\":500}]}", true,
               "retry.backoff=20s");
    send_product(&s, 1, 0);
    send_product(&s, 1, 1);
    send_product(&s, 2, 0);
    send_product(&s, 2, 1);
    for (int i = 0; i < 20; i++)
        send_product(&s, 100 + i, 0);
    close_scene(&s);
    psync_direct_free(NULL);
}

static int start_library(void **state)
{
    (void)state;
    return psync_http_global_init(NULL) == PSYNC_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_async_retries),
        cmocka_unit_test(test_async_many_in_order),
        cmocka_unit_test(test_short_retry_after_is_honoured),
        cmocka_unit_test(test_long_retry_after_is_reported),
        cmocka_unit_test(test_long_backoff_is_given_up),
        cmocka_unit_test(test_wait_for_input),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stop_ends_the_wait_for_input),
        cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_unknown_destination),
        cmocka_unit_test(test_free_early),
    };
    return cmocka_run_group_tests(tests, start_library, NULL);
}
