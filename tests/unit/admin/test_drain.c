/* The API's end: what was asked is answered, what comes later is told to go elsewhere, long work is cut at a slice.
 *
 * The queue's driver is the real one, but for two functions that wait until the test lets them go on. */
#include "harness.h"

#include "admin/api.h"
#include "web/listen.h"

#include <pthread.h>

static struct place place;
static struct psync_queue *queue;
static struct psync_api *api;
static struct psync_web_server *server;
static struct psync_queue_driver driver;

/* ---- the gate ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool waiting, is_open;

static void pass_gate(void)
{
    pthread_mutex_lock(&lock);
    waiting = true;
    pthread_cond_broadcast(&changed);
    while (!is_open)
        pthread_cond_wait(&changed, &lock);
    waiting = false;
    pthread_mutex_unlock(&lock);
}

static void await_waiting(void)
{
    pthread_mutex_lock(&lock);
    while (!waiting)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void open_gate(void)
{
    pthread_mutex_lock(&lock);
    is_open = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static enum psync_result slow_check(void *self, struct psync_buf *report, struct psync_error *err)
{
    pass_gate();
    return psync_driver_sqlite.check(self, report, err);
}

static enum psync_result slow_groups(void *self, const char *destination, psync_visit_group *visit, void *arg,
                                     struct psync_error *err)
{
    pass_gate();
    return psync_driver_sqlite.dead_groups(self, destination, visit, arg, err);
}

/* ---- the API, without an owner ---- */

static int setup(void **state)
{
    (void)state;
    struct psync_error err = {0};
    struct psync_web_conf conf = {.max_body_bytes = PSYNC_API_BODY_MAX};
    make_place(&place, NULL);
    driver = psync_driver_sqlite;
    driver.check = slow_check;
    driver.dead_groups = slow_groups;
    waiting = is_open = false;
    const struct psync_queue_open open = {.conf = &place.config->queue, .driver = &driver};
    assert_ok(psync_queue_new(&open, &queue, &err));
    const struct psync_api_open api_open = {
        .config = place.config, .queue = queue, .reader = &psync_cmd_reader, .command = "test", .temporary = true};
    assert_ok(psync_api_new(&api_open, &api, &err));
    assert_ok(psync_web_listen_unix(place.config->queue.socket, 0600, &conf.listen_fd, &err));
    conf.routes = psync_api_routes(api, &conf.n_routes);
    assert_ok(psync_web_server_new(&conf, &server, &err));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    psync_web_server_free(server);
    psync_api_stop(api);
    psync_queue_free(queue);
    psync_api_free(api);
    remove_place(&place);
    return 0;
}

static struct answer ask(const char *method, const char *target, const char *body)
{
    return ask_with(place.config->queue.socket, method, target, "", body);
}

struct request {
    const char *method, *target, *body;
    struct answer answer;
};

static void *run_request(void *arg)
{
    struct request *rq = arg;
    rq->answer = ask(rq->method, rq->target, rq->body);
    return NULL;
}

static void *run_drain(void *arg)
{
    (void)arg;
    psync_api_drain(api, 60000);
    return NULL;
}

static void await_closing(void)
{
    for (;;) {
        struct answer a = ask("GET", "/readyz", NULL);
        int status = a.status;
        done(&a);
        if (status == 503)
            return;
    }
}

/* A check of a huge file takes minutes: other commands are answered meanwhile. */
static void a_slow_check_holds_nobody_up(void **state)
{
    struct request check = {.method = "POST", .target = "/v1/queue/check"};
    pthread_t asking;
    (void)state;
    assert_int_equal(pthread_create(&asking, NULL, run_request, &check), 0);
    await_waiting();
    struct answer status = ask("GET", "/v1/status", NULL);
    assert_int_equal(status.status, 200);
    done(&status);
    open_gate();
    pthread_join(asking, NULL);
    assert_int_equal(check.answer.status, 200);
    done(&check.answer);
}

static void *run_hurry(void *arg)
{
    (void)arg;
    await_closing();
    psync_api_hurry(api);
    return NULL;
}

static void a_drain_can_be_hurried(void **state)
{
    struct request groups = {.method = "GET", .target = "/v1/dead/groups"};
    pthread_t asking, hurrying;
    (void)state;
    assert_int_equal(pthread_create(&asking, NULL, run_request, &groups), 0);
    await_waiting();
    assert_int_equal(pthread_create(&hurrying, NULL, run_hurry, NULL), 0);
    psync_ms begun = psync_clock_now();
    psync_api_drain(api, 20000);
    assert_in_range(psync_clock_now() - begun, 0, 15000);
    open_gate();
    pthread_join(hurrying, NULL);
    pthread_join(asking, NULL);
    done(&groups.answer);
}

/* Whoever asks the old owner for much is told to ask the next one. */
static void a_check_is_put_off_for_a_worker(void **state)
{
    (void)state;
    struct answer a = ask("POST", "/v1/handover", NULL);
    assert_int_equal(a.status, 202);
    done(&a);
    open_gate();
    a = ask("POST", "/v1/queue/check", NULL);
    assert_int_equal(a.status, 503);
    assert_true(json_object_get_boolean(at(a.json, "handover")));
    done(&a);
}

/* Asks while it waits at the gate, begins to drain, lets it go on. */
static void drain_during(struct request *rq)
{
    pthread_t asking, draining;
    assert_int_equal(pthread_create(&asking, NULL, run_request, rq), 0);
    await_waiting();
    assert_int_equal(pthread_create(&draining, NULL, run_drain, NULL), 0);
    await_closing();
    struct answer late = ask("POST", "/v1/products", "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":1}");
    assert_int_equal(late.status, 503);
    assert_true(json_object_get_boolean(at(late.json, "handover")));
    done(&late);
    open_gate();
    pthread_join(draining, NULL);
    psync_web_server_free(server); /* at once: the answer must be on its way already */
    server = NULL;
    pthread_join(asking, NULL);
}

static void what_was_asked_is_answered(void **state)
{
    (void)state;
    struct request rq = {.method = "GET", .target = "/v1/dead/groups"};
    drain_during(&rq);
    assert_int_equal(rq.answer.status, 200);
    assert_non_null(at(rq.answer.json, "groups"));
    done(&rq.answer);
}

/* It would take too long: the next owner is asked again. */
static void a_check_is_cut_short(void **state)
{
    (void)state;
    struct request rq = {.method = "POST", .target = "/v1/queue/check"};
    drain_during(&rq);
    assert_int_equal(rq.answer.status, 503);
    assert_true(json_object_get_boolean(at(rq.answer.json, "handover")));
    done(&rq.answer);
}

static void on_settled(void *arg, enum psync_result result, struct psync_settle *settles, size_t n)
{
    (void)settles, (void)n;
    assert_ok(result);
    pthread_mutex_lock(&lock);
    *(bool *)arg = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void make_dead(size_t n)
{
    struct psync_put *puts = calloc(n, sizeof(*puts));
    char(*keys)[32] = calloc(n, sizeof(*keys));
    struct psync_settle *settles = calloc(n, sizeof(*settles));
    const struct psync_want want = {"default", n, psync_clock_now() + 60000};
    struct psync_message **messages = NULL;
    bool settled = false;
    size_t leased = 0;
    psync_ms due;
    for (size_t i = 0; i < n; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
        puts[i] = (struct psync_put){.destination = "default", .key = keys[i], .type = "t", .trace = "",
                                     .subject = {(int64_t)i + 1, ""}, .payload = PSYNC_SPAN("{\"id\":1}")};
    }
    assert_ok(psync_queue_put(queue, puts, n, NULL));
    assert_ok(psync_queue_lease(queue, &want, 1, &messages, &leased, &due, NULL));
    assert_int_equal(leased, n);
    for (size_t i = 0; i < n; i++)
        settles[i] = (struct psync_settle){.message = messages[i], .verdict = PSYNC_VERDICT_DEAD,
                                           .attempt = {.status = 422, .error = "HTTP 422", .problem = ""}};
    assert_ok(psync_queue_settle_async(queue, settles, n, on_settled, &settled));
    pthread_mutex_lock(&lock);
    while (!settled)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < n; i++)
        psync_message_free(messages[i]);
    free(messages);
    free(settles);
    free(keys);
    free(puts);
}

static void long_work_says_where_to_go_on(void **state)
{
    (void)state;
    struct request rq = {.method = "POST", .target = "/v1/dead/retry", .body = "{\"all\":true}"};
    make_dead(2500);
    drain_during(&rq);
    assert_int_equal(rq.answer.status, 200);
    assert_int_equal(int_at(rq.answer.json, "total"), 2500);
    long long done_so_far = int_at(rq.answer.json, "changed");
    assert_true(done_so_far == 1000 || done_so_far == 2000); /* whole slices: that one, perhaps the next */
    assert_true(strlen(text_at(rq.answer.json, "cursor")) > 0);
    assert_non_null(at(rq.answer.json, "cursor"));
    done(&rq.answer);
}

static void a_driver_without_history_says_so(void **state)
{
    (void)state;
    open_gate();
    driver.capabilities &= ~(unsigned)PSYNC_CAN_HISTORY;
    struct answer a = ask("GET", "/v1/messages", NULL);
    assert_int_equal(a.status, 501);
    done(&a);
    a = ask("GET", "/v1/status", NULL);
    assert_string_equal(text_at(a.json, "queue.lacks.0"), "history");
    done(&a);
    driver.capabilities = psync_driver_sqlite.capabilities;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_was_asked_is_answered),
        T(a_check_is_cut_short),
        T(a_slow_check_holds_nobody_up),
        T(a_drain_can_be_hurried),
        T(a_check_is_put_off_for_a_worker),
        T(long_work_says_where_to_go_on),
        T(a_driver_without_history_says_so),
    };
    return cmocka_run_group_tests_name("admin/drain", tests, NULL, NULL);
}
