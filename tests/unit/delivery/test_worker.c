/* test_worker - a real queue delivered to a product API that misbehaves. */
#include "delivery/http.h"
#include "delivery/worker.h"
#include "delivery_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* ---- a scene: a queue in a folder of its own, an API, a worker ---- */
struct scene {
    char folder[64], path_set[128], url_set[128];
    struct psync_mock *mock;
    struct psync_config *queue_config;
    struct psync_queue *queue;
    struct psync_worker *worker;
    _Atomic(struct psync_worker *) to_wake;
    pthread_t thread;
    enum psync_result result;
    bool drain;
    struct psync_error err;
    atomic_uint done, retried, dead, released;
};

static void on_report(void *arg, const struct psync_delivery_report *r)
{
    struct scene *s = arg;
    switch (r->settlement->settle.verdict) {
    case PSYNC_VERDICT_DONE: s->done++; break;
    case PSYNC_VERDICT_RETRY: s->retried++; break;
    case PSYNC_VERDICT_DEAD: s->dead++; break;
    case PSYNC_VERDICT_RELEASE: s->released++; break;
    }
}

static void on_ready(void *arg)
{
    struct scene *s = arg;
    struct psync_worker *w = atomic_load(&s->to_wake);
    if (w)
        psync_worker_wakeup(w);
}

static void on_fatal(void *arg, const char *why)
{
    (void)why;
    on_ready(arg);
}

static void open_queue(struct scene *s, const struct psync_queue_driver *driver)
{
    struct psync_error err = {0};
    s->queue_config = SETTINGS(s->path_set, s->url_set);
    struct psync_queue_open open = {.conf = &s->queue_config->queue, .driver = driver, .on_ready = on_ready,
                                    .on_fatal = on_fatal, .arg = s};
    if (psync_queue_new(&open, &s->queue, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void open_scene(struct scene *s, const char *rules, const struct psync_queue_driver *driver)
{
    memset(s, 0, sizeof *s);
    strcpy(s->folder, "/tmp/psync-worker-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->path_set, sizeof s->path_set, "queue.path=%s/queue.db", s->folder);
    s->mock = mock_start(rules);
    set_url(s->url_set, "destination", psync_mock_url(s->mock));
    open_queue(s, driver);
}

static struct psync_config *config_of(const struct scene *s, const char *set, const char *also)
{
    return SETTINGS(s->path_set, s->url_set, "destination.auth=none", "retry.backoff=10ms", "retry.jitter_max=5ms",
                    "http.timeout=3s", "http.connect_timeout=1s", set ? set : "work.concurrency=16", also);
}

static void open_worker(struct scene *s, const char *set, const char *also)
{
    struct psync_config *config = config_of(s, set, also);
    struct psync_worker_open open = {.queue = s->queue, .config = config, .report = on_report, .arg = s};
    struct psync_error err = {0};
    if (psync_worker_new(&open, &s->worker, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    atomic_store(&s->to_wake, s->worker);
}

static void close_worker(struct scene *s)
{
    atomic_store(&s->to_wake, NULL);
    psync_worker_free(s->worker);
    s->worker = NULL;
}

static void close_scene(struct scene *s)
{
    static const char *const names[] = {"queue.db", "queue.db-wal", "queue.db-shm", "queue.db.reserve",
                                        "queue.db.mark"};
    if (s->worker)
        close_worker(s);
    psync_queue_free(s->queue);
    psync_config_free(s->queue_config);
    psync_mock_free(s->mock);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", s->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(s->folder);
}

static void put_product(struct scene *s, const char *destination, int64_t product, uint32_t revision)
{
    char text[128], key[PSYNC_PRODUCT_KEY_MAX];
    struct psync_put put = {.destination = destination, .type = "product.created", .trace = "",
                            .subject = {product, ""}, .revision = revision, .created_at = psync_clock_now()};
    put.payload = product_payload(product, text);
    assert_int_equal(psync_key_product(&put.subject, put.type, revision, put.payload, key), PSYNC_OK);
    put.key = key;
    assert_int_equal(psync_queue_put(s->queue, &put, 1, NULL), PSYNC_OK);
    assert_int_equal(put.ret_outcome, PSYNC_PUT_NEW);
}

static void put_products(struct scene *s, int64_t n)
{
    for (int64_t id = 1; id <= n; id++)
        put_product(s, "default", id, 0);
}

static void drain(struct scene *s)
{
    struct psync_error err = {0};
    if (psync_worker_run(s->worker, true, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void *run(void *arg)
{
    struct scene *s = arg;
    s->result = psync_worker_run(s->worker, s->drain, &s->err);
    return NULL;
}

static void start(struct scene *s)
{
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
}

static void join(struct scene *s)
{
    pthread_join(s->thread, NULL);
}

static void a_moment(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void await(atomic_uint *count, unsigned n)
{
    for (int i = 0; atomic_load(count) < n; i++) {
        assert_true(i < 20000);
        a_moment();
    }
}

static void await_requests(struct scene *s, uint64_t n)
{
    struct psync_mock_totals totals = {0};
    for (int i = 0; totals.requests < n; i++) {
        assert_true(i < 20000);
        a_moment();
        psync_mock_totals(s->mock, &totals);
    }
}

static struct psync_counts counts_of(struct scene *s)
{
    struct psync_counts counts;
    assert_int_equal(psync_queue_counts(s->queue, "default", &counts, NULL), PSYNC_OK);
    return counts;
}

static uint64_t waiting(struct scene *s)
{
    struct psync_counts counts = counts_of(s);
    assert_int_equal(counts.in_flight, 0);
    return counts.ready + counts.delayed;
}

static struct psync_mock_totals totals_of(const struct scene *s)
{
    struct psync_mock_totals totals;
    psync_mock_totals(s->mock, &totals);
    return totals;
}

/* ---- draining ---- */
static void test_drain_delivers_all(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, NULL, NULL);
    open_worker(&s, NULL, NULL);
    drain(&s); /* an empty queue */
    close_worker(&s);
    put_products(&s, 500);
    open_worker(&s, NULL, NULL);
    drain(&s);
    assert_int_equal(s.done, 500);
    assert_int_equal(totals_of(&s).effects, 500);
    assert_int_equal(totals_of(&s).requests, 500);
    assert_int_equal(waiting(&s), 0);
    assert_int_equal(counts_of(&s).done, 500);
    close_scene(&s);
}

static void test_drain_retries_and_buries(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"seed\":5,\"rules\":[{\"products\":[7,8],\"status\":422},"
                   "{\"products\":[9],\"first\":2,\"status\":500},"
                   "{\"probability\":0.05,\"reset\":\"after\"}]}", NULL);
    put_products(&s, 300);
    open_worker(&s, NULL, NULL);
    drain(&s);
    assert_int_equal(s.done, 298);
    assert_int_equal(s.dead, 2);
    assert_true(s.retried >= 2);
    assert_int_equal(totals_of(&s).effects, 298);
    assert_int_equal(totals_of(&s).repeated, 0);
    assert_int_equal(counts_of(&s).dead, 2);
    assert_int_equal(waiting(&s), 0);
    close_scene(&s);
}

/* Successors of a subject, and of one that must wait for its retry: none is left behind when the rest is done. */
static void test_drain_waits_for_successors(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[1],\"first\":2,\"status\":500}]}", NULL);
    for (uint32_t revision = 0; revision < 20; revision++) {
        put_product(&s, "default", 1, revision);
        put_product(&s, "default", 2, revision);
    }
    open_worker(&s, NULL, NULL);
    drain(&s);
    assert_int_equal(s.done, 40);
    assert_int_equal(waiting(&s), 0);
    close_scene(&s);
}

static void test_drain_does_not_wait_for_what_is_due_later(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[1],\"status\":500}]}", NULL);
    put_product(&s, "default", 1, 0);
    put_product(&s, "default", 1, 1); /* waits for its turn */
    put_product(&s, "default", 2, 0);
    open_worker(&s, "work.drain_wait=5s", "retry.backoff=1h");
    drain(&s);
    assert_int_equal(s.done, 1);
    assert_int_equal(waiting(&s), 2);
    close_scene(&s);
}

static void test_drain_does_not_wait_for_a_suspended_destination(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"status\":401}]}", NULL);
    put_products(&s, 20);
    open_worker(&s, "work.concurrency=1", NULL);
    drain(&s);
    assert_int_equal(s.done, 0);
    assert_int_equal(waiting(&s), 20);
    close_worker(&s);
    open_worker(&s, NULL, NULL); /* the suspension is remembered */
    uint64_t requests = totals_of(&s).requests;
    drain(&s);
    assert_int_equal(totals_of(&s).requests, requests);
    close_scene(&s);
}

static void test_drain_waits_for_a_throttled_destination(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"times\":1,\"status\":429,\"retry_after\":1}]}", NULL);
    put_products(&s, 50);
    open_worker(&s, NULL, NULL);
    psync_ms before = psync_clock_now();
    drain(&s);
    assert_int_equal(s.done, 50);
    assert_true(psync_clock_now() - before >= 1000);
    close_scene(&s);

    open_scene(&s, "{\"rules\":[{\"times\":1,\"status\":429,\"retry_after\":600}]}", NULL);
    put_products(&s, 50);
    open_worker(&s, "work.concurrency=1", "work.drain_wait=5s"); /* but not for longer than that */
    drain(&s);
    assert_int_equal(s.done, 0);
    assert_int_equal(waiting(&s), 50);
    close_scene(&s);
}

/* The API bears nothing for longer than the drain waits, again and again; what is held for that time is no reason to
 * stay. Nor is what waits for the breaker. */
static void test_drain_ends_while_nothing_may_be_sent(void **state)
{
    static const char *const rules[] = {"{\"rules\":[{\"status\":429,\"retry_after\":2}]}",
                                        "{\"rules\":[{\"status\":502}]}"};
    struct scene s;
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        open_scene(&s, rules[i], NULL);
        put_products(&s, 50);
        struct psync_config *config =
            SETTINGS(s.path_set, s.url_set, "destination.auth=none", "work.drain_wait=500ms", "breaker.cool_off=2s",
                     "breaker.cool_off_max=2s", "retry.backoff=10ms");
        struct psync_worker_open open = {.queue = s.queue, .config = config, .report = on_report, .arg = &s};
        assert_int_equal(psync_worker_new(&open, &s.worker, NULL), PSYNC_OK);
        atomic_store(&s.to_wake, s.worker);
        psync_ms before = psync_clock_now();
        drain(&s);
        assert_true(psync_clock_now() - before < 2000);
        assert_int_equal(waiting(&s), 50);
        close_scene(&s);
    }
}

/* A slow rate lets nothing go for seconds, in which nothing is asked for: that is not the end. */
static void test_drain_waits_for_a_slow_rate(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, NULL, NULL);
    put_products(&s, 2);
    open_worker(&s, "destination.rate=0.19", "destination.burst=1");
    drain(&s);
    assert_int_equal(s.done, 2);
    close_scene(&s);
}

static void test_drain_in_batches(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[13],\"status\":422}]}", NULL);
    put_products(&s, 95);
    open_worker(&s, "batch.size=10", "batch.linger=20ms");
    drain(&s);
    assert_int_equal(s.done, 94);
    assert_int_equal(s.dead, 1);
    assert_int_equal(totals_of(&s).effects, 94);
    assert_true(totals_of(&s).requests < 40);
    assert_int_equal(waiting(&s), 0);
    close_scene(&s);
}

/* An answer for each of many is longer than what is read of any other. */
static void test_long_answers_are_read_whole(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"products\":[13],\"status\":422}]}", NULL);
    put_products(&s, 200);
    open_worker(&s, "batch.size=200", "http.max_response=1KB");
    drain(&s);
    assert_int_equal(s.done, 199);
    assert_int_equal(s.dead, 1);
    assert_int_equal(totals_of(&s).effects, 199);
    assert_int_equal(totals_of(&s).requests, 1);
    close_scene(&s);
}

/* ---- a batch's verdicts are one operation of the queue, so one commit ---- */
static atomic_size_t smallest_settle;

static enum psync_result note_settle(void *self, struct psync_settle *settles, size_t n, psync_ms now,
                                     struct psync_error *err)
{
    if (settles[0].verdict != PSYNC_VERDICT_RELEASE && n < atomic_load(&smallest_settle))
        atomic_store(&smallest_settle, n);
    return psync_driver_sqlite.settle(self, settles, n, now, err);
}

static void test_a_batch_is_settled_at_once(void **state)
{
    struct scene s;
    struct psync_queue_driver driver = psync_driver_sqlite;
    (void)state;
    driver.settle = note_settle;
    atomic_store(&smallest_settle, SIZE_MAX);
    open_scene(&s, "{\"rules\":[{\"first\":2,\"reset\":\"after\"}]}", &driver);
    put_products(&s, 600);
    open_worker(&s, "batch.size=200", "batch.linger=5s");
    drain(&s);
    assert_int_equal(s.done, 600);
    assert_int_equal(totals_of(&s).repeated, 0);
    assert_true(atomic_load(&smallest_settle) >= 200); /* three batches, each answered as a whole */
    close_scene(&s);
}

static void test_several_destinations(void **state)
{
    struct scene s;
    char other[128];
    struct psync_mock *second = mock_start(NULL);
    (void)state;
    open_scene(&s, "{\"rules\":[{\"status\":500}]}", NULL);
    set_url(other, "destination other", psync_mock_url(second));
    struct psync_config *config = SETTINGS(s.path_set, s.url_set, other, "destination.auth=none",
                                           "destination other.auth=none",
                                           "retry.backoff=1h", "work.drain_wait=1s", "breaker.cool_off=1h",
                                           "breaker.cool_off_max=1h");
    struct psync_worker_open open = {.queue = s.queue, .config = config, .report = on_report, .arg = &s};
    put_products(&s, 30);
    for (int64_t id = 1; id <= 30; id++)
        put_product(&s, "other", id, 0);
    put_product(&s, "orphaned", 1, 0);
    assert_int_equal(psync_worker_new(&open, &s.worker, NULL), PSYNC_OK);
    atomic_store(&s.to_wake, s.worker);
    drain(&s);
    assert_int_equal(s.done, 30);
    assert_int_equal(waiting(&s), 30);
    close_scene(&s);
    psync_mock_free(second);
}

/* ---- running and stopping ---- */
static void test_put_wakes_an_idle_worker(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, NULL, NULL);
    open_worker(&s, NULL, NULL);
    start(&s);
    for (int64_t id = 1; id <= 5; id++) {
        put_product(&s, "default", id, 0);
        await(&s.done, (unsigned)id);
    }
    psync_worker_stop(s.worker);
    join(&s);
    assert_int_equal(s.result, PSYNC_OK);
    close_scene(&s);
}

static void test_stop_finishes_what_is_in_flight(void **state)
{
    struct scene s;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"latency\":\"300ms\"}]}", NULL);
    put_products(&s, 100);
    open_worker(&s, "work.concurrency=4", NULL);
    start(&s);
    await_requests(&s, 4);
    psync_worker_stop(s.worker);
    join(&s);
    assert_int_equal(s.result, PSYNC_OK);
    assert_true(s.done >= 1);
    assert_int_equal(totals_of(&s).effects, s.done);
    assert_int_equal(waiting(&s), 100 - s.done);
    close_scene(&s);
}

static void stop_in_the_middle(const char *grace, unsigned stops)
{
    struct scene s;
    open_scene(&s, "{\"rules\":[{\"latency\":\"2500ms\"}]}", NULL);
    put_products(&s, 20);
    open_worker(&s, "work.concurrency=4", grace);
    start(&s);
    await_requests(&s, 1);
    psync_ms before = psync_clock_now();
    while (stops-- > 0)
        psync_worker_stop(s.worker);
    join(&s);
    assert_true(psync_clock_now() - before < 2000);
    assert_int_equal(s.result, PSYNC_OK);
    assert_int_equal(s.done, 0);
    assert_int_equal(waiting(&s), 20);
    close_scene(&s);
}

static void test_grace_runs_out(void **state)
{
    (void)state;
    stop_in_the_middle("work.grace=100ms", 1);
}

static void test_second_stop(void **state)
{
    (void)state;
    stop_in_the_middle("work.grace=1h", 2);
}

/* ---- controls ---- */
static void test_pause_resume_status(void **state)
{
    struct scene s;
    struct psync_destination_status *status = NULL;
    struct psync_error err = {0};
    size_t n = 0;
    (void)state;
    open_scene(&s, NULL, NULL);
    open_worker(&s, NULL, NULL);
    assert_int_equal(psync_worker_pause(s.worker, "default", "x", &err), PSYNC_RETRY); /* not running */
    start(&s);
    while (psync_worker_pause(s.worker, "default", "checking stock", &err) == PSYNC_RETRY)
        a_moment();
    assert_int_equal(psync_worker_pause(s.worker, "elsewhere", "x", &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "elsewhere"));
    put_products(&s, 5);
    assert_int_equal(psync_worker_status(s.worker, &status, &n), PSYNC_OK);
    assert_int_equal(n, 1);
    assert_string_equal(status[0].name, "default");
    assert_int_equal(status[0].state, PSYNC_DESTINATION_PAUSED);
    free(status);
    psync_worker_stop(s.worker);
    join(&s);
    assert_int_equal(waiting(&s), 5);
    close_worker(&s);

    open_worker(&s, NULL, NULL); /* still paused after a restart */
    start(&s);
    while (psync_worker_resume(s.worker, "default", false, &err) == PSYNC_RETRY)
        a_moment();
    await(&s.done, 5);
    assert_int_equal(psync_worker_status(s.worker, &status, &n), PSYNC_OK);
    assert_int_equal(status[0].delivered, 5);
    free(status);
    psync_worker_stop(s.worker);
    join(&s);
    close_scene(&s);
}

static void test_what_the_shop_holds_only_force_resumes(void **state)
{
    struct scene s;
    struct psync_error err = {0};
    (void)state;
    open_scene(&s, NULL, NULL);
    open_worker(&s, NULL, NULL);
    put_products(&s, 5);
    assert_int_equal(psync_worker_shop(s.worker, "elsewhere", "it is closed", &err), PSYNC_REJECT);
    assert_int_equal(psync_worker_shop(s.worker, "default", "it is closed", &err), PSYNC_OK); /* it does not run yet */
    start(&s);
    while (psync_worker_resume(s.worker, "default", false, &err) == PSYNC_RETRY)
        a_moment();
    assert_int_equal(psync_worker_shop(s.worker, "elsewhere", NULL, &err), PSYNC_REJECT);
    assert_int_equal(psync_worker_resume(s.worker, "default", false, &err), PSYNC_GONE);
    assert_string_equal(err.text, "it is closed");
    assert_int_equal(waiting(&s), 5);
    assert_int_equal(psync_worker_resume(s.worker, "default", true, &err), PSYNC_OK);
    await(&s.done, 5);
    assert_int_equal(psync_worker_shop(s.worker, "default", "it is closed", &err), PSYNC_OK);
    psync_worker_stop(s.worker);
    join(&s);
    assert_int_equal(psync_worker_shop(s.worker, "default", NULL, &err), PSYNC_RETRY); /* it has ended */
    close_scene(&s);
}

static atomic_bool fail_holds;
static atomic_uint holds_recorded;

static enum psync_result hold_or_fail(void *self, const char *destination, const struct psync_hold *hold,
                                      struct psync_error *err)
{
    if (atomic_load(&fail_holds))
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result r = psync_driver_sqlite.hold(self, destination, hold, err);
    holds_recorded += r == PSYNC_OK;
    return r;
}

/* Its caller hears of it, and it is recorded as soon as that is possible. */
static void test_a_pause_that_cannot_be_recorded(void **state)
{
    struct scene s;
    struct psync_queue_driver driver = psync_driver_sqlite;
    struct psync_error err = {0};
    enum psync_result r;
    (void)state;
    driver.hold = hold_or_fail;
    atomic_store(&fail_holds, true);
    atomic_store(&holds_recorded, 0);
    open_scene(&s, NULL, &driver);
    open_worker(&s, NULL, NULL);
    start(&s);
    while ((r = psync_worker_pause(s.worker, "default", "x", &err)) == PSYNC_RETRY)
        a_moment();
    assert_int_equal(r, PSYNC_NOMEM);
    assert_string_equal(err.text,
                        "default is paused, but that could not be recorded (out of memory); it is tried again");
    atomic_store(&fail_holds, false);
    await(&holds_recorded, 1);
    assert_int_equal(psync_worker_resume(s.worker, "default", false, &err), PSYNC_OK);
    assert_int_equal(psync_worker_pause(s.worker, "default", "x", &err), PSYNC_OK);
    assert_int_equal(holds_recorded, 3);
    atomic_store(&fail_holds, true);
    assert_int_equal(psync_worker_shop(s.worker, "default", "it is closed", &err), PSYNC_NOMEM);
    assert_memory_equal(err.text, "default is held as its shop says, but", 37);
    atomic_store(&fail_holds, false);
    await(&holds_recorded, 4);
    psync_worker_stop(s.worker);
    join(&s);
    close_scene(&s);
}

static void test_reload(void **state)
{
    struct scene s;
    struct psync_mock *second = mock_start(NULL);
    struct psync_error err = {0};
    struct psync_mock_totals totals;
    (void)state;
    open_scene(&s, "{\"rules\":[{\"latency\":\"100ms\"}]}", NULL);
    open_worker(&s, "work.concurrency=2", NULL);
    put_products(&s, 10);
    start(&s);
    await_requests(&s, 2);
    struct psync_config *bad = config_of(&s, "http.ca_file=/nonexistent/ca.pem", NULL);
    assert_int_equal(psync_worker_reload(s.worker, bad, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
    psync_config_free(bad);
    set_url(s.url_set, "destination", psync_mock_url(second));
    for (int i = 0; i < 3; i++) /* the replaced settings are freed while others are in use */
        assert_int_equal(psync_worker_reload(s.worker, config_of(&s, NULL, NULL), &err), PSYNC_OK);
    await(&s.done, 10);
    psync_worker_stop(s.worker);
    join(&s);
    psync_mock_totals(second, &totals);
    assert_true(totals.effects > 0);
    assert_int_equal(totals.effects + totals_of(&s).effects, 10);
    close_scene(&s);
    psync_mock_free(second);
}

static enum psync_destination_state state_of(struct scene *s, size_t i)
{
    struct psync_destination_status *status = NULL;
    size_t n = 0;
    assert_int_equal(psync_worker_status(s->worker, &status, &n), PSYNC_OK);
    enum psync_destination_state state = i < n ? status[i].state : PSYNC_DESTINATION_OK;
    free(status);
    return state;
}

/* What is taken out of the settings and comes back is as it was: held, if it was held. */
static void test_a_removed_destination_comes_back(void **state)
{
    struct scene s;
    struct psync_error err = {0};
    char other[128];
    struct psync_mock *second = mock_start("{\"rules\":[{\"status\":410}]}");
    (void)state;
    open_scene(&s, NULL, NULL);
    open_worker(&s, set_url(other, "destination other", psync_mock_url(second)), "destination other.auth=none");
    put_product(&s, "other", 1, 0);
    start(&s);
    while (state_of(&s, 1) != PSYNC_DESTINATION_SUSPENDED)
        a_moment();
    assert_int_equal(psync_worker_reload(s.worker, config_of(&s, NULL, NULL), &err), PSYNC_OK);
    assert_int_equal(psync_worker_reload(s.worker, config_of(&s, other, "destination other.auth=none"), &err),
                     PSYNC_OK);
    assert_int_equal(state_of(&s, 1), PSYNC_DESTINATION_SUSPENDED);
    assert_int_equal(psync_worker_reload(s.worker, config_of(&s, NULL, NULL), &err), PSYNC_OK);
    set_url(other, "destination other", psync_mock_url(s.mock)); /* and with other settings it is tried anew */
    assert_int_equal(psync_worker_reload(s.worker, config_of(&s, other, "destination other.auth=none"), &err),
                     PSYNC_OK);
    await(&s.done, 1);
    psync_worker_stop(s.worker);
    join(&s);
    close_scene(&s);
    psync_mock_free(second);
}

/* ---- storage ---- */
static atomic_bool fail_commits;

static enum psync_result commit_or_fail(void *self, struct psync_error *err)
{
    if (atomic_load(&fail_commits))
        return psync_fail(err, PSYNC_FATAL, "the disk is on fire");
    return psync_driver_sqlite.commit(self, err);
}

static void test_failing_storage_ends_the_run(void **state)
{
    struct scene s;
    struct psync_queue_driver driver = psync_driver_sqlite;
    (void)state;
    driver.commit = commit_or_fail;
    open_scene(&s, NULL, &driver);
    put_products(&s, 200);
    open_worker(&s, NULL, NULL);
    atomic_store(&fail_commits, true);
    start(&s);
    join(&s);
    atomic_store(&fail_commits, false);
    assert_int_equal(s.result, PSYNC_FATAL);
    assert_string_equal(s.err.text, "the disk is on fire");
    assert_int_equal(s.done, 0);
    close_scene(&s);
}

static void test_unusable_settings(void **state)
{
    struct scene s;
    struct psync_queue_driver driver = psync_driver_sqlite;
    struct psync_error err = {0};
    (void)state;
    driver.capabilities &= ~(unsigned)PSYNC_CAN_BIND;
    open_scene(&s, NULL, &driver);
    struct psync_config *config = config_of(&s, "batch.size=10", NULL);
    struct psync_worker_open open = {.queue = s.queue, .config = config};
    assert_int_equal(psync_worker_new(&open, &s.worker, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "batch.size"));
    psync_config_free(config);
    open.config = config = config_of(&s, NULL, NULL);
    config->work.lease = 4000; /* which psync_config_load would refuse */
    assert_int_equal(psync_worker_new(&open, &s.worker, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "work.lease"));
    psync_config_free(config);
    open.config = config = config_of(&s, "http.ca_file=/nonexistent/ca.pem", NULL);
    assert_int_equal(psync_worker_new(&open, &s.worker, &err), PSYNC_REJECT);
    psync_config_free(config);
    psync_worker_free(NULL);
    close_scene(&s);
}

static int start_library(void **state)
{
    (void)state;
    return psync_http_global_init(NULL) == PSYNC_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drain_delivers_all),
        cmocka_unit_test(test_drain_retries_and_buries),
        cmocka_unit_test(test_drain_waits_for_successors),
        cmocka_unit_test(test_drain_does_not_wait_for_what_is_due_later),
        cmocka_unit_test(test_drain_does_not_wait_for_a_suspended_destination),
        cmocka_unit_test(test_drain_waits_for_a_throttled_destination),
        cmocka_unit_test(test_drain_ends_while_nothing_may_be_sent),
        cmocka_unit_test(test_drain_waits_for_a_slow_rate),
        cmocka_unit_test(test_drain_in_batches),
        cmocka_unit_test(test_long_answers_are_read_whole),
        cmocka_unit_test(test_a_batch_is_settled_at_once),
        cmocka_unit_test(test_several_destinations),
        cmocka_unit_test(test_put_wakes_an_idle_worker),
        cmocka_unit_test(test_stop_finishes_what_is_in_flight),
        cmocka_unit_test(test_grace_runs_out),
        cmocka_unit_test(test_second_stop),
        cmocka_unit_test(test_pause_resume_status),
        cmocka_unit_test(test_what_the_shop_holds_only_force_resumes),
        cmocka_unit_test(test_a_pause_that_cannot_be_recorded),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_a_removed_destination_comes_back),
        cmocka_unit_test(test_failing_storage_ends_the_run),
        cmocka_unit_test(test_unusable_settings),
    };
    return cmocka_run_group_tests(tests, start_library, NULL);
}
