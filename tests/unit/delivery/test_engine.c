/* test_engine - the dispatcher over a real network: requests out, verdicts back. */
#include "delivery/engine.h"
#include "delivery/http.h"
#include "delivery_fixture.h"

enum { MAX = 64 };

struct port_log {
    struct psync_engine *engine;
    size_t n, holds, binds;
    enum psync_verdict verdict[MAX];
    int32_t status[MAX];
    int64_t product[MAX];
};

static void on_settle(void *arg, struct psync_settlement *s)
{
    struct port_log *p = arg;
    assert_true(p->n < MAX);
    p->verdict[p->n] = s->settle.verdict;
    p->status[p->n] = s->settle.attempt.status;
    p->product[p->n] = s->message->subject.product;
    p->n++;
    psync_settlement_free(s);
}

static void on_bind(void *arg, struct psync_request *request)
{
    struct port_log *p = arg;
    p->binds++;
    psync_engine_bound(p->engine, request, true);
}

static void on_hold(void *arg, const char *destination, const struct psync_hold *hold)
{
    struct port_log *p = arg;
    (void)destination, (void)hold;
    p->holds++;
}

static void on_note(void *arg, const char *destination, const struct psync_figures *figures)
{
    (void)arg, (void)destination, (void)figures;
}

static void on_revive(void *arg, const char *destination, const char *const *ids, size_t n)
{
    (void)arg, (void)destination, (void)ids, (void)n;
}

static struct psync_engine *engine_open(const struct psync_config *config, struct port_log *log)
{
    struct psync_engine_port port = {on_settle, on_bind, on_hold, on_note, on_revive, log};
    struct psync_engine_open open = {config, PSYNC_DISPATCH_QUEUE, &port, NULL};
    struct psync_error err = {0};
    memset(log, 0, sizeof *log);
    if (psync_engine_new(&open, &log->engine, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    return log->engine;
}

static void offer(struct psync_engine *e, int64_t product)
{
    struct psync_message *m = product_message("default", product, 0);
    snprintf(m->id, sizeof m->id, "%lld", (long long)product);
    assert_int_equal(psync_dispatcher_offer(psync_engine_dispatcher(e), m, psync_clock_now()), PSYNC_OK);
}

static void turn_until(struct port_log *log, size_t n)
{
    for (int turns = 0; log->n < n; turns++) {
        assert_true(turns < 10000);
        psync_engine_act(log->engine);
        assert_int_equal(psync_engine_turn(log->engine, 1000, NULL), PSYNC_OK);
    }
}

static void test_verdicts(void **state)
{
    struct psync_mock *mock =
        mock_start("{\"rules\":[{\"products\":[2],\"status\":422},{\"products\":[3],\"status\":502}]}");
    char url[128];
    struct psync_config *config = SETTINGS(set_url(url, "destination", psync_mock_url(mock)), "destination.auth=none");
    struct port_log log;
    struct psync_mock_totals totals;
    (void)state;
    struct psync_engine *e = engine_open(config, &log);
    for (int64_t id = 1; id <= 3; id++)
        offer(e, id);
    turn_until(&log, 3);
    for (size_t i = 0; i < 3; i++) {
        static const enum psync_verdict verdicts[] = {PSYNC_VERDICT_DONE, PSYNC_VERDICT_DEAD, PSYNC_VERDICT_RETRY};
        static const int32_t statuses[] = {201, 422, 502};
        assert_int_equal(log.verdict[i], verdicts[log.product[i] - 1]);
        assert_int_equal(log.status[i], statuses[log.product[i] - 1]);
    }
    psync_mock_totals(mock, &totals);
    assert_int_equal(totals.effects, 1);
    assert_int_equal(totals.violations, 0);
    psync_engine_free(e);
    psync_config_free(config);
    psync_mock_free(mock);
}

static void test_batch_is_bound_then_sent(void **state)
{
    struct psync_mock *mock = mock_start(NULL);
    char url[128];
    struct psync_config *config = SETTINGS(set_url(url, "destination", psync_mock_url(mock)), "destination.auth=none",
                                           "batch.size=3", "batch.linger=10s");
    struct port_log log;
    struct psync_mock_totals totals;
    (void)state;
    struct psync_engine *e = engine_open(config, &log);
    for (int64_t id = 1; id <= 3; id++)
        offer(e, id);
    turn_until(&log, 3);
    assert_int_equal(log.binds, 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(log.verdict[i], PSYNC_VERDICT_DONE);
    psync_mock_totals(mock, &totals);
    assert_int_equal(totals.requests, 1);
    assert_int_equal(totals.effects, 3);
    psync_engine_free(e);
    psync_config_free(config);
    psync_mock_free(mock);
}

/* What is in flight finishes under the settings it began with; what comes after goes elsewhere. */
static void test_configure_while_in_flight(void **state)
{
    struct psync_mock *slow = mock_start("{\"rules\":[{\"latency\":\"200ms\"}]}"), *other = mock_start(NULL);
    char url[128];
    struct psync_config *first = SETTINGS(set_url(url, "destination", psync_mock_url(slow)), "destination.auth=none");
    struct psync_config *second = SETTINGS(set_url(url, "destination", psync_mock_url(other)), "destination.auth=none");
    struct psync_config *bad = SETTINGS(set_url(url, "destination", psync_mock_url(other)), "destination.auth=none",
                                        "http.ca_file=/nonexistent/ca.pem");
    struct psync_mock_totals totals;
    struct psync_error err = {0};
    struct port_log log;
    (void)state;
    struct psync_engine *e = engine_open(first, &log);
    offer(e, 1);
    psync_engine_act(e);
    assert_int_equal(psync_engine_configure(e, bad, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
    assert_int_equal(psync_engine_configure(e, second, NULL), PSYNC_OK);
    assert_true(psync_dispatcher_uses(psync_engine_dispatcher(e), first));
    assert_false(psync_dispatcher_uses(psync_engine_dispatcher(e), bad));
    offer(e, 2);
    turn_until(&log, 2);
    assert_false(psync_dispatcher_uses(psync_engine_dispatcher(e), first));
    psync_config_free(first);
    offer(e, 3);
    turn_until(&log, 3);
    psync_mock_totals(slow, &totals);
    assert_int_equal(totals.effects, 1);
    psync_mock_totals(other, &totals);
    assert_int_equal(totals.effects, 2);
    psync_engine_free(e);
    psync_config_free(second);
    psync_config_free(bad);
    psync_mock_free(slow);
    psync_mock_free(other);
}

static void test_abort_and_free_in_flight(void **state)
{
    struct psync_mock *mock = mock_start("{\"rules\":[{\"latency\":\"5s\"}]}");
    char url[128];
    struct psync_config *config = SETTINGS(set_url(url, "destination", psync_mock_url(mock)), "destination.auth=none");
    struct port_log log;
    (void)state;
    struct psync_engine *e = engine_open(config, &log);
    offer(e, 1);
    psync_engine_act(e);
    psync_dispatcher_stop(psync_engine_dispatcher(e), psync_clock_now());
    psync_engine_abort(e);
    psync_engine_act(e);
    assert_int_equal(log.n, 1);
    assert_int_not_equal(log.verdict[0], PSYNC_VERDICT_DONE);
    assert_int_not_equal(log.verdict[0], PSYNC_VERDICT_DEAD);
    psync_engine_free(e);

    e = engine_open(config, &log);
    offer(e, 1);
    offer(e, 2);
    psync_engine_act(e);
    psync_engine_free(e);
    assert_int_equal(log.n, 0);
    psync_engine_free(NULL);
    psync_config_free(config);
    psync_mock_free(mock);
}

static void test_settings_that_cannot_be_used(void **state)
{
    struct psync_config *config = SETTINGS("destination.url=https://x.invalid/", "destination.auth=none",
                                           "http.client_cert=/nonexistent/c.pem", "http.client_key=/nonexistent/k.pem");
    struct psync_engine_port port = {0};
    struct psync_engine_open open = {config, PSYNC_DISPATCH_QUEUE, &port, NULL};
    struct psync_engine *e = NULL;
    struct psync_error err = {0};
    (void)state;
    assert_int_equal(psync_engine_new(&open, &e, &err), PSYNC_REJECT);
    assert_null(e);
    assert_non_null(strstr(err.text, "/nonexistent/c.pem"));
    psync_config_free(config);
}

static int start_library(void **state)
{
    (void)state;
    return psync_http_global_init(NULL) == PSYNC_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_batch_is_bound_then_sent),
        cmocka_unit_test(test_configure_while_in_flight),
        cmocka_unit_test(test_abort_and_free_in_flight),
        cmocka_unit_test(test_settings_that_cannot_be_used),
    };
    return cmocka_run_group_tests(tests, start_library, NULL);
}
