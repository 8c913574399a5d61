/* The API's routes, through a real server on a unix socket, over a real queue. */
#include "harness.h"

#include "admin/owner.h"
#include "delivery/http.h"

#include <pthread.h>

static struct place place;
static struct psync_owner *owner;

static void start(const char *const *extra)
{
    struct psync_error err = {0};
    make_place(&place, extra);
    const struct psync_owner_open open = {.config = place.config, .role = PSYNC_OWNER_WORKER, .command = "test",
                                           .reader = &psync_cmd_reader};
    if (psync_owner_new(&open, &owner, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static int setup(void **state)
{
    (void)state;
    start(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    psync_owner_free(owner);
    owner = NULL;
    remove_place(&place);
    return 0;
}

static struct answer ask(const char *method, const char *target, const char *body)
{
    return ask_with(place.config->queue.socket, method, target, "", body);
}

/* Asks, and looks at the status alone. */
static void expect(int status, const char *method, const char *target, const char *body)
{
    struct answer a = ask(method, target, body);
    if (a.status != status)
        fail_msg("%s %s: %s", method, target, a.text);
    if (status >= 400)
        assert_non_null(strstr(a.text, "application/problem+json"));
    done(&a);
}

#define PRODUCT(id) "{\"id\":" id ",\"name\":\"Cup\",\"price\":4.9,\"stock\":3}"

/* ---- putting ---- */

static void one_product_goes_to_every_destination(void **state)
{
    (void)state;
    struct answer a = ask("POST", "/v1/products", PRODUCT("7"));
    assert_int_equal(a.status, 200);
    assert_int_equal(int_at(a.json, "new"), 1);
    assert_int_equal(int_at(a.json, "products.0.product"), 7);
    assert_string_equal(text_at(a.json, "products.0.outcome"), "new");
    assert_int_equal(strncmp(text_at(a.json, "products.0.key"), "product:7:", 10), 0);
    done(&a);
    a = ask("GET", "/v1/messages?product=7", NULL);
    assert_int_equal(length_at(a.json, "messages"), 2);
    done(&a);
    a = ask("POST", "/v1/products", PRODUCT("7"));
    assert_int_equal(int_at(a.json, "known"), 1);
    assert_string_equal(text_at(a.json, "products.0.state"), "ready");
    done(&a);
}

static void many_products_in_any_shape(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        long long new, refused;
    } cases[] = {
        {"[" PRODUCT("1") "," PRODUCT("2") "]", 2, 0},
        {PRODUCT("3") "\n" PRODUCT("4") "\n", 2, 0},
        {"id,name,price,stock\n5,Cup,1.00,1\n6,,1.00,1\n", 1, 1},
        {PRODUCT("7") "\n{\"id\":8}\n" PRODUCT("9"), 2, 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct answer a = ask("POST", "/v1/products", cases[i].body);
        assert_int_equal(a.status, 200);
        assert_int_equal(int_at(a.json, "new"), cases[i].new);
        assert_int_equal(int_at(a.json, "refused"), cases[i].refused);
        done(&a);
    }
}

static void a_refused_product_says_why(void **state)
{
    (void)state;
    struct answer a = ask("POST", "/v1/products", "{\"id\":1,\"name\":\"x\",\"price\":\"abc\",\"stock\":1}");
    assert_int_equal(a.status, 422);
    assert_non_null(strstr(text_at(a.json, "detail"), "price"));
    assert_string_equal(text_at(a.json, "products.0.outcome"), "refused");
    done(&a);
    expect(400, "POST", "/v1/products", "");
    expect(400, "POST", "/v1/products", "<products/>");
}

static void the_callers_key_is_taken(void **state)
{
    (void)state;
    const char *path = place.config->queue.socket;
    struct answer a = ask_with(path, "POST", "/v1/products", "Idempotency-Key: order-17\r\n", PRODUCT("1"));
    assert_string_equal(text_at(a.json, "products.0.key"), "order-17");
    done(&a);
    a = ask_with(path, "POST", "/v1/products", "Idempotency-Key: \"order-17\"\r\n", PRODUCT("1"));
    assert_int_equal(int_at(a.json, "known"), 1);
    done(&a);
    a = ask_with(path, "POST", "/v1/products", "Idempotency-Key: order-17\r\n", PRODUCT("2"));
    assert_int_equal(a.status, 422);
    done(&a);
    a = ask_with(path, "POST", "/v1/products", "Idempotency-Key: k\r\n", "[" PRODUCT("3") "," PRODUCT("4") "]");
    assert_int_equal(a.status, 400);
    done(&a);
    a = ask_with(path, "POST", "/v1/products", "Idempotency-Key: a b\r\n", PRODUCT("5"));
    assert_int_equal(a.status, 400);
    done(&a);
}

/* A destination that was added later does not know the key, and takes the product. */
static void a_key_used_at_some_destinations_only_is_told_of_each(void **state)
{
    (void)state;
    struct psync_put put = {.destination = "default", .key = "order-18", .type = "product.created", .trace = "",
                            .subject = {1, ""}, .payload = PSYNC_SPAN("{\"id\":1}")};
    assert_ok(psync_queue_put(psync_owner_queue(owner), &put, 1, NULL));
    struct answer a = ask_with(place.config->queue.socket, "POST", "/v1/products", "Idempotency-Key: order-18\r\n",
                               PRODUCT("2"));
    assert_int_equal(a.status, 422);
    assert_string_equal(text_at(a.json, "destinations.0.destination"), "default");
    assert_string_equal(text_at(a.json, "destinations.0.outcome"), "refused");
    assert_string_equal(text_at(a.json, "destinations.0.state"), "ready");
    assert_string_equal(text_at(a.json, "destinations.1.destination"), "eu");
    assert_string_equal(text_at(a.json, "destinations.1.outcome"), "new");
    done(&a);
}

static void a_full_queue_says_so(void **state)
{
    (void)state;
    teardown(NULL);
    start((const char *const[]){"queue.max_depth=3", NULL});
    struct answer a = ask("POST", "/v1/products", PRODUCT("1") "\n" PRODUCT("2") "\n" PRODUCT("3") "\n" PRODUCT("4"));
    assert_int_equal(a.status, 503);
    assert_non_null(strstr(a.text, "Retry-After: "));
    assert_int_equal(int_at(a.json, "new"), 3);
    assert_int_equal(int_at(a.json, "full"), 1);
    assert_string_equal(text_at(a.json, "products.3.outcome"), "full");
    assert_true(strlen(text_at(a.json, "detail")) > 8);
    done(&a);
}

static void too_much_at_once_is_refused(void **state)
{
    (void)state;
    struct psync_buf b;
    size_t fits = 0;
    psync_buf_init(&b, 4 << 20);
    for (int i = 1; i <= 10001; fits = i <= 10000 ? b.len : fits, i++)
        assert_ok(psync_buf_printf(&b, "{\"id\":%d,\"name\":\"x\",\"price\":1,\"stock\":1}\n", i));
    expect(400, "POST", "/v1/products", b.data);
    expect(400, "POST", "/v1/messages", b.data);
    psync_buf_truncate(&b, fits);
    struct answer a = ask("POST", "/v1/products", b.data);
    assert_int_equal(int_at(a.json, "new"), 10000);
    done(&a);
    psync_buf_done(&b);
}

static void payloads_are_taken_byte_for_byte(void **state)
{
    (void)state;
    static const char body[] = "{\"id\": 1, \"name\":\"a\\u0041\", \"price\":1.500}\n"
                               "not json\n"
                               "\n"
                               "{\"name\":\"x\"}\n"
                               "{\"id\":1.5}\n"
                               "{\"id\":2}";
    struct answer a = ask("POST", "/v1/messages?type=product.updated&shop=uuid:1&revision=4", body);
    assert_int_equal(a.status, 200);
    assert_int_equal(int_at(a.json, "new"), 2);
    assert_int_equal(int_at(a.json, "refused"), 3);
    assert_int_equal(length_at(a.json, "products"), 3);
    assert_int_equal(int_at(a.json, "products.0.line"), 2);
    assert_int_equal(int_at(a.json, "products.1.line"), 4);
    done(&a);
    a = ask("GET", "/v1/messages?product=1&destination=eu", NULL);
    assert_string_equal(text_at(a.json, "messages.0.type"), "product.updated");
    assert_string_equal(text_at(a.json, "messages.0.shop"), "uuid:1");
    assert_int_equal(int_at(a.json, "messages.0.revision"), 4);
    for (size_t i = 0; i < 3; i++) { /* the shop's identity, or its number */
        static const char *const shops[] = {"uuid:1", "1", "uuid"};
        char by_shop[64];
        snprintf(by_shop, sizeof(by_shop), "/v1/messages?product=1&shop=%s", shops[i]);
        struct answer of_shop = ask("GET", by_shop, NULL);
        assert_int_equal(length_at(of_shop.json, "messages"), i < 2 ? 2 : 0);
        done(&of_shop);
    }
    expect(400, "GET", "/v1/messages?shop=uuid:1", NULL);
    char target[128];
    snprintf(target, sizeof(target), "/v1/messages/%s", text_at(a.json, "messages.0.id"));
    done(&a);
    a = ask("GET", target, NULL);
    assert_non_null(strstr(a.text, "\"payload\":{\"id\": 1, \"name\":\"a\\u0041\", \"price\":1.500}"));
    assert_int_equal(length_at(a.json, "history"), 0);
    done(&a);
    expect(400, "POST", "/v1/messages", "");
    expect(400, "POST", "/v1/messages?revision=-1", "{\"id\":1}");
    expect(400, "POST", "/v1/messages?shop=a%20b", "{\"id\":1}");
    expect(422, "POST", "/v1/messages", "{}");
}

/* ---- a worker by hand ---- */

static pthread_mutex_t settled_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;
static bool is_settled;

static void on_settled(void *arg, enum psync_result result, struct psync_settle *settles, size_t n)
{
    (void)arg, (void)settles, (void)n;
    assert_ok(result);
    pthread_mutex_lock(&settled_lock);
    is_settled = true;
    pthread_cond_signal(&settled);
    pthread_mutex_unlock(&settled_lock);
}

/* Leases up to `max` of `destination` and gives all the same verdict. Returns how many. */
static size_t deliver(const char *destination, size_t max, enum psync_verdict verdict, int status, const char *error)
{
    struct psync_queue *q = psync_owner_queue(owner);
    const struct psync_want want = {destination, max, psync_clock_now() + 60000};
    struct psync_message **messages = NULL;
    struct psync_settle settles[64] = {0};
    size_t n = 0;
    psync_ms due;
    enum psync_result r = psync_queue_lease(q, &want, 1, &messages, &n, &due, NULL);
    assert_true(r == PSYNC_OK || r == PSYNC_EMPTY);
    for (size_t i = 0; i < n; i++)
        settles[i] = (struct psync_settle){
            .message = messages[i],
            .verdict = verdict,
            .not_before = psync_clock_now() + 3600000,
            .attempt = {.at = psync_clock_wall(), .status = status, .latency_ms = 12, .error = error, .problem = "",
                        .counted = verdict != PSYNC_VERDICT_DONE,
                        .head = PSYNC_SPAN("HTTP/1.1 422 No\r\n\xff\xfe")}};
    is_settled = n == 0;
    if (n)
        assert_ok(psync_queue_settle_async(q, settles, n, on_settled, NULL));
    pthread_mutex_lock(&settled_lock);
    while (!is_settled)
        pthread_cond_wait(&settled, &settled_lock);
    pthread_mutex_unlock(&settled_lock);
    for (size_t i = 0; i < n; i++)
        psync_message_free(messages[i]);
    free(messages);
    return n;
}

/* Products first .. first + n - 1 as dead letters of the destination default. */
static void make_dead(int first, int n, int status)
{
    struct psync_buf b;
    psync_buf_init(&b, 1 << 20);
    for (int i = first; i < first + n; i++)
        assert_ok(psync_buf_printf(&b, "{\"id\":%d,\"name\":\"x\",\"price\":1,\"stock\":1}\n", i));
    expect(200, "POST", "/v1/products", b.data);
    psync_buf_done(&b);
    char error[32];
    snprintf(error, sizeof(error), "HTTP %d", status);
    assert_int_equal(deliver("default", 64, PSYNC_VERDICT_DEAD, status, error), n);
}

/* ---- looking ---- */

static void the_status_counts(void **state)
{
    (void)state;
    make_dead(1, 2, 422);
    expect(200, "POST", "/v1/products", PRODUCT("5"));
    struct psync_put orphan = {.destination = "old", .key = "k", .type = "t", .trace = "", .subject = {1, ""},
                               .payload = PSYNC_SPAN("{\"id\":1}"), .created_at = psync_clock_now()};
    assert_ok(psync_queue_put(psync_owner_queue(owner), &orphan, 1, NULL));
    struct answer a = ask("GET", "/v1/status", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(text_at(a.json, "owner.role"), "worker");
    assert_int_equal(int_at(a.json, "owner.pid"), getpid());
    assert_false(json_object_get_boolean(at(a.json, "working")));
    assert_string_equal(text_at(a.json, "queue.driver"), "sqlite");
    assert_in_range(int_at(a.json, "queue.free_bytes"), 1, INT64_MAX);
    assert_int_equal(int_at(a.json, "queue.reserve_bytes"), 64 << 20);
    assert_true(int_at(a.json, "queue.size_bytes") > 0);
    assert_true(length_at(a.json, "queue.capabilities") >= 5);
    assert_int_equal(length_at(a.json, "destinations"), 3);
    assert_string_equal(text_at(a.json, "destinations.0.name"), "default");
    assert_int_equal(int_at(a.json, "destinations.0.dead"), 2);
    assert_int_equal(int_at(a.json, "destinations.0.ready"), 1);
    assert_string_equal(text_at(a.json, "destinations.0.state"), "ok");
    assert_null(at(a.json, "destinations.0.rate"));
    assert_string_equal(text_at(a.json, "destinations.2.name"), "old");
    assert_true(json_object_get_boolean(at(a.json, "destinations.2.orphaned")));
    assert_int_equal(int_at(a.json, "total.ready"), 5);
    done(&a);
    expect(200, "GET", "/v1/destinations", NULL);
}

static void lists_come_in_pages(void **state)
{
    (void)state;
    int seen = 0;
    char target[256] = "/v1/messages?limit=3&destination=eu&state=ready";
    make_dead(1, 8, 422);
    for (int pages = 0; pages < 5; pages++) {
        struct answer a = ask("GET", target, NULL);
        assert_int_equal(a.status, 200);
        seen += (int)length_at(a.json, "messages");
        bool more = at(a.json, "cursor") != NULL;
        snprintf(target, sizeof(target), "/v1/messages?limit=3&destination=eu&state=ready&cursor=%s",
                 text_at(a.json, "cursor"));
        done(&a);
        if (!more)
            break;
    }
    assert_int_equal(seen, 8);
    expect(400, "GET", "/v1/messages?limit=0", NULL);
    expect(400, "GET", "/v1/messages?limit=1001", NULL);
    expect(400, "GET", "/v1/messages?product=abc", NULL);
    expect(400, "GET", "/v1/messages?state=lost", NULL);
    expect(200, "GET", "/v1/messages?state=in_flight", NULL);
    expect(404, "GET", "/v1/messages/999999", NULL);
    expect(404, "GET", "/v1/messages/none", NULL);
}

static void a_message_tells_its_story(void **state)
{
    (void)state;
    make_dead(1, 1, 422);
    struct answer list = ask("GET", "/v1/dead", NULL);
    char target[128];
    snprintf(target, sizeof(target), "/v1/messages/%s", text_at(list.json, "messages.0.id"));
    done(&list);
    struct answer a = ask("GET", target, NULL);
    assert_string_equal(text_at(a.json, "state"), "dead");
    assert_int_equal(int_at(a.json, "cause.status"), 422);
    assert_int_equal(int_at(a.json, "payload.id"), 1);
    assert_int_equal(length_at(a.json, "history"), 1);
    assert_int_equal(int_at(a.json, "history.0.status"), 422);
    assert_int_equal(int_at(a.json, "history.0.latency_ms"), 12);
    assert_int_equal(strncmp(text_at(a.json, "history.0.head"), "HTTP/1.1 422 No", 15), 0);
    done(&a);
}

/* ---- dead letters ---- */

static void dead_letters_are_grouped(void **state)
{
    (void)state;
    make_dead(1, 3, 422);
    make_dead(11, 2, 400);
    struct answer a = ask("GET", "/v1/dead/groups", NULL);
    assert_int_equal(length_at(a.json, "groups"), 2);
    assert_int_equal(int_at(a.json, "groups.0.count") + int_at(a.json, "groups.1.count"), 5);
    char target[128];
    snprintf(target, sizeof(target), "/v1/dead?group=%s", text_at(a.json, "groups.0.id"));
    long long count = int_at(a.json, "groups.0.count");
    done(&a);
    a = ask("GET", target, NULL);
    assert_int_equal(length_at(a.json, "messages"), count);
    done(&a);
    a = ask("GET", "/v1/dead/groups?destination=eu", NULL);
    assert_int_equal(length_at(a.json, "groups"), 0);
    done(&a);
}

static void retry_by_ids_by_group_and_all(void **state)
{
    (void)state;
    char body[256], group[64], first[64];
    make_dead(1, 3, 422);
    make_dead(11, 4, 400);
    struct answer a = ask("GET", "/v1/dead?limit=1", NULL);
    snprintf(first, sizeof(first), "%s", text_at(a.json, "messages.0.id"));
    done(&a);
    snprintf(body, sizeof(body), "{\"ids\":[\"%s\",\"999999\"]}", first);
    a = ask("POST", "/v1/dead/retry", body);
    assert_int_equal(int_at(a.json, "changed"), 1);
    assert_int_equal(int_at(a.json, "missing"), 1);
    assert_null(at(a.json, "cursor"));
    done(&a);
    a = ask("GET", "/v1/dead/groups", NULL);
    snprintf(group, sizeof(group), "%s", text_at(a.json, "groups.0.id"));
    long long left = int_at(a.json, "groups.0.count");
    done(&a);
    snprintf(body, sizeof(body), "{\"group\":\"%s\"}", group);
    a = ask("POST", "/v1/dead/retry", body);
    assert_int_equal(int_at(a.json, "changed"), left);
    assert_int_equal(int_at(a.json, "total"), left);
    done(&a);
    a = ask("POST", "/v1/dead/retry", "{\"all\":true,\"destination\":\"default\"}");
    assert_int_equal(int_at(a.json, "changed"), 6 - left);
    done(&a);
    expect(404, "POST", "/v1/dead/retry", "{\"group\":\"0123456789abcdef\"}");
}

static void a_limit_leaves_a_cursor(void **state)
{
    (void)state;
    char body[256];
    make_dead(1, 7, 422);
    struct answer a = ask("POST", "/v1/dead/discard", "{\"all\":true,\"limit\":4}");
    assert_int_equal(int_at(a.json, "changed"), 4);
    assert_int_equal(int_at(a.json, "total"), 7);
    snprintf(body, sizeof(body), "{\"all\":true,\"limit\":4,\"cursor\":\"%s\"}", text_at(a.json, "cursor"));
    done(&a);
    a = ask("POST", "/v1/dead/discard", body);
    assert_int_equal(int_at(a.json, "changed"), 3);
    assert_null(at(a.json, "cursor"));
    done(&a);
    a = ask("GET", "/v1/messages?state=discarded", NULL);
    assert_int_equal(length_at(a.json, "messages"), 7);
    done(&a);
}

static void many_are_done_in_slices(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        make_dead(1 + 60 * i, 60, 422);
    struct answer a = ask("POST", "/v1/dead/retry", "{\"all\":true}");
    assert_int_equal(int_at(a.json, "changed"), 1200);
    done(&a);
    a = ask("GET", "/v1/status", NULL);
    assert_int_equal(int_at(a.json, "destinations.0.ready"), 1200);
    assert_int_equal(int_at(a.json, "destinations.0.dead"), 0);
    done(&a);
}

static void a_newer_delivery_is_not_undone(void **state)
{
    (void)state;
    make_dead(1, 1, 422);
    expect(200, "POST", "/v1/products", "{\"id\":1,\"name\":\"newer\",\"price\":1,\"stock\":1}");
    assert_int_equal(deliver("default", 1, PSYNC_VERDICT_DONE, 200, ""), 1);
    struct answer a = ask("POST", "/v1/dead/retry", "{\"all\":true}");
    assert_int_equal(int_at(a.json, "newer"), 1);
    assert_int_equal(int_at(a.json, "changed"), 0);
    done(&a);
    a = ask("POST", "/v1/dead/retry", "{\"all\":true,\"force\":true}");
    assert_int_equal(int_at(a.json, "changed"), 1);
    done(&a);
}

static void a_new_key_is_a_new_message(void **state)
{
    (void)state;
    make_dead(1, 2, 422);
    struct answer a = ask("POST", "/v1/dead/retry", "{\"all\":true,\"new_key\":true}");
    assert_int_equal(int_at(a.json, "changed"), 2);
    done(&a);
    a = ask("GET", "/v1/messages?destination=default&state=replaced", NULL);
    assert_int_equal(length_at(a.json, "messages"), 2);
    assert_int_equal(strncmp(text_at(a.json, "messages.0.replaced_by"), "product:", 8), 0);
    done(&a);
    a = ask("GET", "/v1/messages?destination=default&state=ready", NULL);
    assert_int_equal(length_at(a.json, "messages"), 2);
    assert_int_equal(int_at(a.json, "messages.0.revision"), 1);
    done(&a);
}

static void bulk_requests_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "{}", "[]", "{", "{\"all\":false}", "{\"ids\":[]}", "{\"ids\":[1]}", "{\"ids\":[\"\"]}",
        "{\"ids\":[\"1\"],\"all\":true}", "{\"all\":true,\"limit\":0}", "{\"all\":true,\"limit\":10001}",
        "{\"all\":\"yes\"}", "{\"al\":true}", "{\"ids\":[\"1\"],\"cursor\":\"x\"}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        expect(400, "POST", "/v1/dead/retry", wrong[i]);
        expect(400, "POST", "/v1/dead/discard", wrong[i]);
    }
    expect(400, "POST", "/v1/dead/discard", "{\"all\":true,\"force\":true}");
    expect(400, "POST", "/v1/dead/discard", "{\"all\":true,\"destination\":\"eu\\u0000\"}"); /* not: of all destinations */
    expect(400, "POST", "/v1/dead/discard", "{\"ids\":[\"1\\u00002\"]}");
    expect(200, "POST", "/v1/dead/discard", "{\"all\":true,\"destination\":null}");
}

static void a_corrected_product_replaces(void **state)
{
    (void)state;
    char target[128];
    make_dead(1, 1, 422);
    struct answer a = ask("GET", "/v1/dead", NULL);
    snprintf(target, sizeof(target), "/v1/dead/%s/replace", text_at(a.json, "messages.0.id"));
    done(&a);
    expect(422, "POST", target, PRODUCT("2"));
    expect(422, "POST", target, "{\"id\":1,\"name\":\"\",\"price\":1,\"stock\":1}");
    expect(422, "POST", target, "");
    expect(422, "POST", target, PRODUCT("1") PRODUCT("1"));
    a = ask("POST", target, PRODUCT("1"));
    assert_int_equal(a.status, 200);
    assert_int_equal(strncmp(text_at(a.json, "key"), "product:1:", 10), 0);
    done(&a);
    expect(404, "POST", target, PRODUCT("1"));
    expect(404, "POST", "/v1/dead/999999/replace", PRODUCT("1"));
}

/* ---- again ---- */

static void resend_waits_for_what_is_unfinished(void **state)
{
    (void)state;
    expect(404, "POST", "/v1/resend", "{\"product\":1}");
    expect(400, "POST", "/v1/resend", "{}");
    expect(400, "POST", "/v1/resend", "{\"product\":0}");
    expect(400, "POST", "/v1/resend", "{\"product\":\"1\"}");
    expect(200, "POST", "/v1/products", PRODUCT("1"));
    expect(409, "POST", "/v1/resend", "{\"product\":1}");
    assert_int_equal(deliver("default", 1, PSYNC_VERDICT_DONE, 200, ""), 1);
    expect(409, "POST", "/v1/resend", "{\"product\":1}"); /* eu still has it */
    struct answer a = ask("POST", "/v1/resend", "{\"product\":1,\"destination\":\"default\"}");
    assert_int_equal(a.status, 200);
    assert_int_equal(length_at(a.json, "messages"), 1);
    assert_int_equal(int_at(a.json, "messages.0.revision"), 1);
    done(&a);
    assert_int_equal(deliver("default", 1, PSYNC_VERDICT_DEAD, 422, "HTTP 422"), 1);
    expect(409, "POST", "/v1/resend", "{\"product\":1,\"destination\":\"default\"}");
    a = ask("POST", "/v1/resend", "{\"product\":1,\"force\":true}");
    assert_int_equal(length_at(a.json, "messages"), 2);
    done(&a);
    a = ask("GET", "/v1/messages?product=1&destination=default&state=ready", NULL);
    assert_int_equal(int_at(a.json, "messages.0.revision"), 2);
    done(&a);
    expect(404, "POST", "/v1/resend", "{\"product\":1,\"shop\":\"other\"}");
}

/* ---- destinations ---- */

static void pause_and_resume_are_remembered(void **state)
{
    (void)state;
    static const char *const names[] = {"main/1", "main/2", "mainland"};
    for (size_t i = 0; i < 3; i++) {
        struct psync_put put = {.destination = names[i], .key = "k", .type = "t", .trace = "", .subject = {1, ""},
                                .payload = PSYNC_SPAN("{\"id\":1}"), .created_at = psync_clock_now()};
        assert_ok(psync_queue_put(psync_owner_queue(owner), &put, 1, NULL));
    }
    struct answer a = ask("POST", "/v1/destinations/main/pause", "{\"reason\":\"stocktaking\"}");
    assert_int_equal(a.status, 200);
    assert_int_equal(length_at(a.json, "destinations"), 2);
    done(&a);
    a = ask("GET", "/v1/destinations", NULL);
    for (size_t i = 0; i < length_at(a.json, "destinations"); i++) {
        json_object *d = json_object_array_get_idx(at(a.json, "destinations"), i);
        bool paused = strncmp(text_at(d, "name"), "main/", 5) == 0;
        assert_string_equal(text_at(d, "state"), paused ? "paused" : "ok");
        if (paused) {
            assert_string_equal(text_at(d, "words"), "paused by hand: stocktaking");
            assert_string_equal(text_at(d, "reason"), "stocktaking");
            assert_non_null(at(d, "since"));
        }
    }
    done(&a);
    expect(200, "POST", "/v1/destinations/main%2F1/resume", NULL);
    a = ask("POST", "/v1/destinations/main/resume", "");
    assert_int_equal(length_at(a.json, "destinations"), 2);
    done(&a);
    expect(404, "POST", "/v1/destinations/nowhere/pause", "{}");
    expect(400, "POST", "/v1/destinations/eu/pause", "{\"reason\":5}");
    expect(400, "POST", "/v1/destinations/eu/resume", "{\"reason\":\"x\"}");
    expect(400, "POST", "/v1/destinations/eu/resume", "{\"force\":\"yes\"}");
    expect(400, "POST", "/v1/destinations/eu/pause", "{\"force\":true}");
    expect(200, "POST", "/v1/destinations/eu/pause", "");
}

/* ---- a worker ---- */

static void *run_worker(void *worker)
{
    assert_ok(psync_worker_run(worker, false, NULL));
    return NULL;
}

static json_object *destination_in(json_object *answer, const char *name)
{
    for (size_t i = 0; i < length_at(answer, "destinations"); i++) {
        json_object *d = json_object_array_get_idx(at(answer, "destinations"), i);
        if (strcmp(text_at(d, "name"), name) == 0)
            return d;
    }
    return NULL;
}

static void expect_state(const char *name, const char *state)
{
    struct answer a = ask("GET", "/v1/status", NULL);
    assert_string_equal(text_at(destination_in(a.json, name), "state"), state);
    done(&a);
}

static void a_running_worker_is_asked(void **state)
{
    (void)state;
    struct psync_worker *worker = NULL;
    pthread_t thread;
    const struct psync_worker_open open = {.queue = psync_owner_queue(owner),
                                           .config = load_settings(place.folder, NULL)};
    struct psync_error err = {0};
    if (psync_worker_new(&open, &worker, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    assert_int_equal(pthread_create(&thread, NULL, run_worker, worker), 0);
    psync_owner_attach_worker(owner, worker);
    struct answer a;
    do { /* until it runs */
        a = ask("GET", "/v1/status", NULL);
        bool working = json_object_get_boolean(at(a.json, "working"));
        if (working)
            break;
        done(&a);
    } while (true);
    json_object *eu = destination_in(a.json, "eu");
    assert_non_null(at(eu, "rate"));
    assert_true(int_at(eu, "limit") > 0);
    done(&a);
    expect(200, "POST", "/v1/destinations/eu/pause", "{\"reason\":\"a test\"}");
    expect_state("eu", "paused");
    expect(200, "POST", "/v1/destinations/eu/resume", "");
    expect_state("eu", "ok");
    assert_ok(psync_worker_shop(worker, "eu", "paused in the shop's settings", NULL));
    expect(409, "POST", "/v1/destinations/eu/resume", "{}");
    expect_state("eu", "paused");
    expect(200, "POST", "/v1/destinations/eu/resume", "{\"force\":true}");
    expect_state("eu", "ok");
    expect(200, "POST", "/v1/destinations/eu/pause", "");
    psync_worker_stop(worker);
    pthread_join(thread, NULL);
    expect(200, "POST", "/v1/destinations/default/pause", ""); /* attached still, but it has ended */
    psync_owner_attach_worker(owner, NULL);
    psync_worker_free(worker);
    expect_state("eu", "paused");
    expect_state("default", "paused");
    expect(200, "POST", "/v1/destinations/eu/resume", "");
    a = ask("GET", "/v1/status", NULL);
    assert_string_equal(text_at(destination_in(a.json, "eu"), "state"), "ok");
    assert_string_equal(text_at(destination_in(a.json, "eu"), "words"), "");
    assert_false(json_object_get_boolean(at(a.json, "working")));
    done(&a);
}

/* ---- the process ---- */

static void settings_are_shown_masked(void **state)
{
    (void)state;
    struct answer a = ask("GET", "/v1/config", NULL);
    assert_int_equal(a.status, 200);
    assert_true(length_at(a.json, "settings") > 20);
    assert_non_null(strstr(a.text, "retry.attempts"));
    done(&a);
}

static void a_backup_and_a_check(void **state)
{
    (void)state;
    char body[256], path[128];
    struct stat st;
    expect(200, "POST", "/v1/products", PRODUCT("1"));
    snprintf(path, sizeof(path), "%s/copy.db", place.folder);
    snprintf(body, sizeof(body), "{\"path\":\"%s\"}", path);
    expect(200, "POST", "/v1/queue/backup", body);
    assert_int_equal(stat(path, &st), 0);
    expect(507, "POST", "/v1/queue/backup", body); /* is there already */
    expect(400, "POST", "/v1/queue/backup", "{\"path\":\"relative\"}");
    expect(400, "POST", "/v1/queue/backup", "{}");
    expect(400, "POST", "/v1/queue/backup", "{\"path\":\"/tmp/a\\u0000b\"}");
    struct answer a = ask("POST", "/v1/queue/check", "");
    assert_int_equal(a.status, 200);
    assert_true(json_object_get_boolean(at(a.json, "sound")));
    done(&a);
}

static void it_says_how_it_is(void **state)
{
    (void)state;
    expect(200, "GET", "/healthz", NULL);
    expect(200, "GET", "/readyz", NULL);
    expect(404, "GET", "/v1/nothing", NULL);
    expect(405, "DELETE", "/v1/products", NULL);
    expect(409, "POST", "/v1/handover", "");
    struct answer a = ask("GET", "/v1/owner", NULL);
    assert_string_equal(text_at(a.json, "command"), "test");
    assert_string_equal(text_at(a.json, "role"), "worker");
    done(&a);
}

static void new_settings_are_followed(void **state)
{
    (void)state;
    struct psync_config *other = load_settings(place.folder, (const char *const[]){"payload.version=3", NULL});
    assert_ok(psync_owner_set_config(owner, other, NULL));
    expect(200, "POST", "/v1/products", PRODUCT("1"));
    struct answer a = ask("GET", "/v1/messages?product=1&limit=1", NULL);
    char target[128];
    snprintf(target, sizeof(target), "/v1/messages/%s", text_at(a.json, "messages.0.id"));
    done(&a);
    a = ask("GET", target, NULL);
    assert_int_equal(int_at(a.json, "payload.version"), 3);
    done(&a);
    assert_ok(psync_owner_set_config(owner, place.config, NULL));
    psync_config_free(other);
}

/* Puts from many connections share commits and are all answered. */
static void *put_some(void *arg)
{
    const int *first = arg;
    for (int i = 0; i < 50; i++) {
        char body[128];
        snprintf(body, sizeof(body), "{\"id\":%d,\"name\":\"x\",\"price\":1,\"stock\":1}", *first + i);
        struct answer a = ask("POST", "/v1/products", body);
        assert_int_equal(int_at(a.json, "new"), 1);
        done(&a);
    }
    return NULL;
}

static void many_put_at_once(void **state)
{
    (void)state;
    pthread_t threads[8];
    int first[8];
    for (int i = 0; i < 8; i++) {
        first[i] = 1 + 1000 * i;
        assert_int_equal(pthread_create(&threads[i], NULL, put_some, &first[i]), 0);
    }
    for (int i = 0; i < 20; i++)
        expect(200, "GET", "/v1/status", NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    struct answer a = ask("GET", "/v1/status", NULL);
    assert_int_equal(int_at(a.json, "total.ready"), 800);
    done(&a);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_product_goes_to_every_destination), T(many_products_in_any_shape), T(a_refused_product_says_why),
        T(the_callers_key_is_taken), T(a_key_used_at_some_destinations_only_is_told_of_each),
        T(a_full_queue_says_so), T(too_much_at_once_is_refused),
        T(payloads_are_taken_byte_for_byte), T(the_status_counts), T(lists_come_in_pages), T(a_message_tells_its_story),
        T(dead_letters_are_grouped), T(retry_by_ids_by_group_and_all), T(a_limit_leaves_a_cursor),
        T(many_are_done_in_slices), T(a_newer_delivery_is_not_undone), T(a_new_key_is_a_new_message),
        T(bulk_requests_are_checked), T(a_corrected_product_replaces), T(resend_waits_for_what_is_unfinished),
        T(pause_and_resume_are_remembered), T(settings_are_shown_masked), T(a_backup_and_a_check), T(it_says_how_it_is),
        T(new_settings_are_followed), T(many_put_at_once), T(a_running_worker_is_asked),
    };
    assert_ok(psync_http_global_init(NULL));
    return cmocka_run_group_tests_name("admin/api", tests, NULL, NULL);
}
