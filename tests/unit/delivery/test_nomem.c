/* test_nomem - every allocation made to fail once, ours and libcurl's: nothing crashes, leaks, or is lost.
 *
 * Allocations are wrapped at link time, libcurl's by its own hook; only the thread that delivers is made to fail. */
#include "delivery/direct.h"
#include "delivery/engine.h"
#include "delivery/http.h"
#include "delivery/worker.h"
#include "delivery_fixture.h"
#include "http_conf.h"
#include "raw_server.h"

#include <curl/curl.h>

/* ---- failing on purpose ---- */
static _Thread_local bool armed;
static long countdown; /* the allocation that fails; 0: none */
static bool failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool fails(void)
{
    if (!armed || countdown == 0 || --countdown > 0)
        return false;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

static char *curl_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

static void arm(long n)
{
    countdown = n;
    failed = false;
    armed = true;
}

static void disarm(void)
{
    armed = false;
    countdown = 0;
}

/* Runs the scenario with its 1st, 2nd, 3rd ... allocation failing, until none is left to fail. */
static void torture(void (*scenario)(void *arg), void *arg, long step)
{
    long n = 1;
    for (;; n += step) {
        arm(n);
        scenario(arg);
        disarm();
        if (!failed)
            break;
        assert_true(n < 100000);
    }
    assert_true(n > 10); /* it did allocate */
}

/* ---- http ---- */
struct url {
    char text[128];
};

static void count_answer(void *arg, void *tag, const struct psync_response *r)
{
    unsigned *calls = arg;
    (void)tag;
    ++*calls;
    assert_true(r->transport == PSYNC_NET_ANSWER || failed);
}

static void one_request(void *arg)
{
    struct psync_destination_conf d = test_destination(((struct url *)arg)->text);
    struct psync_http_conf conf = test_http_conf();
    struct psync_http_target *t = NULL;
    struct psync_error err = {0};
    struct psync_http *h = psync_http_new(2);
    unsigned calls = 0;
    d.headers = "X-One: 1\nX-Two: 2";
    enum psync_result r = psync_http_target_new(&d, &conf, &t, &err);
    assert_true(r == PSYNC_OK || (r == PSYNC_NOMEM && failed));
    if (h && t) {
        struct psync_http_send send = {
            .target = t, .method = "POST", .key = "k", .body = PSYNC_SPAN("{}"), .traceparent = ""};
        r = psync_http_start(h, &send, count_answer, &calls);
        assert_true(r == PSYNC_OK || (r == PSYNC_NOMEM && failed));
        for (int i = 0; r == PSYNC_OK && calls == 0; i++) {
            assert_true(i < 1000);
            assert_int_equal(psync_http_poll(h, 100, &err), PSYNC_OK);
        }
    }
    psync_http_free(h);
    psync_http_target_release(t);
}

static void test_http(void **state)
{
    struct raw_server *s = raw_start(raw_answer, "HTTP/1.1 500 No\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\nno");
    struct url url;
    (void)state;
    snprintf(url.text, sizeof url.text, "http://127.0.0.1:%u/", (unsigned)s->port);
    torture(one_request, &url, 1);
    raw_stop(s);
}

/* ---- the direct mode: each product is reported exactly once ---- */
static void count_report(void *arg, const struct psync_direct_report *r)
{
    (void)r;
    ++*(unsigned *)arg;
}

static void some_products(void *arg)
{
    const struct psync_config *config = arg;
    struct psync_direct *d = NULL;
    unsigned taken = 0, reported = 0;
    struct psync_direct_open open = {config, true, NULL, count_report, &reported};
    enum psync_result r = psync_direct_new(&open, &d, NULL);
    assert_true(r == PSYNC_OK || (r == PSYNC_NOMEM && failed));
    for (int64_t i = 0; d && i < 4; i++) {
        armed = false;
        struct psync_message *m = product_message("default", 1 + i / 2, (uint32_t)i % 2);
        armed = true;
        r = psync_direct_send(d, m, NULL);
        taken += r == PSYNC_OK;
        if (r != PSYNC_OK)
            psync_message_free(m);
        assert_true(r == PSYNC_OK || (r == PSYNC_NOMEM && failed));
    }
    if (d)
        assert_int_equal(psync_direct_finish(d, NULL), PSYNC_OK);
    assert_int_equal(reported, taken);
    psync_direct_free(d);
}

static void test_direct(void **state)
{
    struct psync_mock *mock = mock_start("{\"rules\":[{\"products\":[2],\"first\":1,\"status\":500}]}");
    char url[128];
    struct psync_config *config = SETTINGS(set_url(url, "destination", psync_mock_url(mock)), "destination.auth=none",
                                           "retry.backoff=10ms", "retry.jitter_max=1ms");
    (void)state;
    torture(some_products, config, 1);
    psync_config_free(config);
    psync_mock_free(mock);
}

/* ---- the worker: nothing is lost, whatever fails; at worst a lease must run out first ---- */
struct world {
    char path[128], url[128];
    struct psync_queue *queue;
    struct psync_mock *mock;
    int64_t next_product;
    _Atomic(struct psync_worker *) worker;
};

static void on_ready(void *arg)
{
    struct world *world = arg;
    struct psync_worker *w = atomic_load(&world->worker);
    if (w)
        psync_worker_wakeup(w);
}

static struct psync_config *world_config(const struct world *world)
{
    return SETTINGS(world->path, world->url, "destination.auth=none", "retry.backoff=10ms", "retry.jitter_max=1ms",
                    "http.timeout=100ms", "http.connect_timeout=100ms", "work.lease=3s");
}

static void put_some(struct world *world, int n)
{
    for (int i = 0; i < n; i++) {
        char text[128], key[PSYNC_PRODUCT_KEY_MAX];
        struct psync_put put = {.destination = "default", .type = "product.created", .trace = "",
                                .subject = {++world->next_product, ""}, .created_at = psync_clock_now()};
        put.payload = product_payload(put.subject.product, text);
        assert_int_equal(psync_key_product(&put.subject, put.type, 0, put.payload, key), PSYNC_OK);
        put.key = key;
        assert_int_equal(psync_queue_put(world->queue, &put, 1, NULL), PSYNC_OK);
    }
}

static void drain(void *arg)
{
    struct world *world = arg;
    struct psync_counts counts;
    struct psync_worker *w = NULL;
    struct psync_error err = {0};
    armed = false;
    struct psync_config *config = world_config(world);
    put_some(world, 3);
    armed = true;
    struct psync_worker_open open = {.queue = world->queue, .config = config};
    enum psync_result r = psync_worker_new(&open, &w, &err);
    assert_true(r == PSYNC_OK || (r == PSYNC_NOMEM && failed));
    atomic_store(&world->worker, w);
    if (w && psync_worker_run(w, true, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    atomic_store(&world->worker, NULL);
    armed = false;
    if (!w)
        psync_config_free(config);
    psync_worker_free(w);
    assert_int_equal(psync_queue_counts(world->queue, "default", &counts, NULL), PSYNC_OK);
    if (w)
        assert_int_equal(counts.ready + counts.delayed + counts.in_flight + counts.dead, 0);
}

static void test_worker(void **state)
{
    struct world world = {.mock = mock_start("{\"rules\":[{\"first\":1,\"probability\":0.3,\"status\":500}]}")};
    struct psync_mock_totals totals;
    char folder[] = "/tmp/psync-nomem-XXXXXX", file[160];
    static const char *const suffixes[] = {"", "-wal", "-shm", ".reserve"};
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(world.path, sizeof world.path, "queue.path=%s/queue.db", folder);
    set_url(world.url, "destination", psync_mock_url(world.mock));
    struct psync_config *config = world_config(&world);
    struct psync_queue_open open = {.conf = &config->queue, .on_ready = on_ready, .arg = &world};
    assert_int_equal(psync_queue_new(&open, &world.queue, NULL), PSYNC_OK);
    torture(drain, &world, 9); /* each that fails may cost a rest, or the time of a lease: not all of them */
    psync_mock_totals(world.mock, &totals);
    assert_int_equal(totals.delivered, world.next_product);
    assert_int_equal(totals.repeated, 0);
    psync_queue_free(world.queue);
    psync_config_free(config);
    psync_mock_free(world.mock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(file, sizeof file, "%s/queue.db%s", folder, suffixes[i]);
        (void)unlink(file);
    }
    (void)rmdir(folder);
}

static int start_library(void **state)
{
    (void)state;
    /* The first initialisation chooses the allocator; the product's own then finds it done. */
    CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, __wrap_malloc, free, __wrap_realloc, curl_strdup,
                                         __wrap_calloc);
    if (code != CURLE_OK)
        return -1;
    return psync_http_global_init(NULL) == PSYNC_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_worker),
    };
    return cmocka_run_group_tests(tests, start_library, NULL);
}
