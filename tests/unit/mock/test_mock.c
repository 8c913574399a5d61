/* The mock API over HTTP and TLS: what a client sees, and what the ledger says of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "mock/mock.h"
#include "web/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ONE "{\"id\":1,\"name\":\"A\",\"price\":49.90,\"stock\":15}"
#define TWO "{\"id\":2,\"name\":\"B\",\"price\":1.00,\"stock\":0}"

struct fixture {
    struct psync_mock_conf conf;
    struct psync_mock *mock;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    psync_mock_conf_init(&f->conf);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    psync_mock_free(f->mock);
    psync_mock_conf_done(&f->conf);
    free(f);
    return 0;
}

static void start(struct fixture *f, const char *rules)
{
    struct psync_error err = {{0}};
    if (rules[0])
        assert_int_equal(psync_mock_conf_rule(&f->conf, (struct psync_span){rules, strlen(rules)}, &err), PSYNC_OK);
    if (psync_mock_new(&f->conf, &f->mock, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void control(struct fixture *f, const char *rules)
{
    char document[1024];
    struct psync_error err = {{0}};
    int n = snprintf(document, sizeof(document), "{\"rules\":[%s]}", rules);
    if (psync_mock_control(f->mock, (struct psync_span){document, (size_t)n}, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static int dial(struct fixture *f)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(psync_mock_port(f->mock)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

/* A request on a connection of its own. `fields` are further header fields, each with its line end. */
static int ask(struct fixture *f, const char *method, const char *path, const char *fields, const char *body)
{
    char text[4096];
    int fd = dial(f);
    int n = snprintf(text, sizeof(text),
                     "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n%s\r\n%s",
                     method, path, strlen(body), fields, body);
    assert_int_equal(send(fd, text, (size_t)n, 0), n);
    return fd;
}

/* Everything that comes until the end, which is an error for a reset; static storage. */
static const char *answer(int fd, bool *ret_reset)
{
    static char text[1 << 16];
    size_t len = 0;
    ssize_t n;
    while ((n = recv(fd, text + len, sizeof(text) - 1 - len, 0)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    if (ret_reset)
        *ret_reset = n < 0;
    close(fd);
    return text;
}

static const char *post(struct fixture *f, const char *key, const char *body)
{
    char field[400] = "";
    if (key)
        (void)snprintf(field, sizeof(field), "Idempotency-Key: %s\r\n", key);
    return answer(ask(f, "POST", "/products", field, body), NULL);
}

static unsigned status_of(const char *text)
{
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (unsigned)atoi(text + 9) : 0;
}

static struct psync_mock_totals totals(struct fixture *f)
{
    struct psync_mock_totals t;
    psync_mock_totals(f->mock, &t);
    return t;
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in %s", part, text);
}

static void takes_a_product(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    const char *text = post(f, NULL, ONE);
    assert_int_equal(status_of(text), 201);
    holds(text, "{\"id\":1,\"status\":\"created\"}");
    text = answer(ask(f, "GET", "/ledger?product=1", "", ""), NULL);
    holds(text, "\"requests\":1,\"effects\":1,\"keys\":[]");
    holds(text, "{\\\"id\\\":1,\\\"name\\\":\\\"A\\\",\\\"price\\\":49.90,\\\"stock\\\":15}");
    assert_int_equal(status_of(answer(ask(f, "GET", "/ledger?product=2", "", ""), NULL)), 404);
    holds(answer(ask(f, "GET", "/ledger/summary", "", ""), NULL), "\"requests\":1,\"products\":1,\"delivered\":1");
    assert_int_equal(status_of(answer(ask(f, "GET", "/products", "", ""), NULL)), 200);
    assert_int_equal(status_of(answer(ask(f, "DELETE", "/ledger", "", ""), NULL)), 204);
    assert_int_equal(totals(f).requests, 0);
    holds(answer(ask(f, "GET", "/ledger", "", ""), NULL), "{\"products\":[]}");
}

static void refuses_requests(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *fields, *body;
        unsigned status;
    } cases[] = {
        {"Authorization: Bearer secret\r\nIdempotency-Key: a\r\n", ONE, 201},
        {"Idempotency-Key: b\r\n", ONE, 401},
        {"Authorization: Bearer secre\r\nIdempotency-Key: c\r\n", ONE, 401},
        {"Authorization: Basic secret\r\nIdempotency-Key: d\r\n", ONE, 401},
        {"Authorization: Bearer secret\r\n", ONE, 400},
        {"Authorization: Bearer secret\r\nIdempotency-Key: e\r\n", "{\"id\":1,", 400},
        {"Authorization: Bearer secret\r\nIdempotency-Key: f\r\n", "[]", 400},
        {"Authorization: Bearer secret\r\nIdempotency-Key: g\r\n", "{\"id\":1,\"name\":\"A\"}", 422},
        {"Authorization: bearer secret\r\nIdempotency-Key: \"a\"\r\n", ONE, 201}, /* in quotes it is the same key */
    };
    (void)snprintf(f->conf.token, sizeof(f->conf.token), "secret");
    f->conf.require_key = true;
    start(f, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned status = status_of(answer(ask(f, "POST", "/products", cases[i].fields, cases[i].body), NULL));
        if (status != cases[i].status)
            fail_msg("case %zu: %u", i, status);
    }
    holds(answer(ask(f, "GET", "/products", "", ""), NULL), "WWW-Authenticate: Bearer");
    struct psync_mock_totals t = totals(f);
    assert_int_equal(t.effects, 1);
    assert_int_equal(t.replays, 1);
    assert_int_equal(t.refused, 7);
    assert_int_equal(t.violations, 2);
}

static void wants_json(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    int fd = dial(f);
    static const char request[] = "POST /products HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                                  "application/jsonp\r\nContent-Length: 2\r\n\r\n{}";
    assert_int_equal(send(fd, request, sizeof(request) - 1, 0), (ssize_t)sizeof(request) - 1);
    assert_int_equal(status_of(answer(fd, NULL)), 415);
}

static void remembers_keys(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    assert_int_equal(status_of(post(f, "k", ONE)), 201);
    const char *again = post(f, "k", ONE);
    assert_int_equal(status_of(again), 201);
    holds(again, "{\"id\":1,\"status\":\"created\"}");
    again = post(f, "k", TWO);
    assert_int_equal(status_of(again), 422);
    holds(again, "another payload");
    assert_int_equal(status_of(post(f, "k2", ONE)), 201);
    struct psync_mock_totals t = totals(f);
    assert_int_equal(t.effects, 2); /* a second key is a second effect, and shows */
    assert_int_equal(t.repeated, 1);
    assert_int_equal(t.replays, 1);
    assert_int_equal(t.conflicts, 1);
}

static void a_running_key_conflicts(void **state)
{
    struct fixture *f = *state;
    start(f, "{\"latency\":\"300ms\",\"times\":1}");
    int first = ask(f, "POST", "/products", "Idempotency-Key: k\r\n", ONE);
    while (totals(f).requests == 0) /* until it runs */
        (void)poll(NULL, 0, 1);
    assert_int_equal(status_of(post(f, "k", ONE)), 409);
    assert_int_equal(totals(f).effects, 0); /* it takes effect at the end of its latency */
    assert_int_equal(status_of(answer(first, NULL)), 201);
    assert_int_equal(totals(f).effects, 1);
    assert_int_equal(status_of(post(f, "k", ONE)), 201);
    assert_int_equal(totals(f).effects, 1);
}

/* A client that hangs up during the latency has not undone anything. */
static void works_on_without_its_client(void **state)
{
    struct fixture *f = *state;
    start(f, "{\"latency\":\"50ms\"}");
    int fd = ask(f, "POST", "/products", "Idempotency-Key: k\r\n", ONE);
    while (totals(f).requests == 0)
        (void)poll(NULL, 0, 1);
    close(fd);
    while (totals(f).effects == 0)
        (void)poll(NULL, 0, 1);
    assert_int_equal(status_of(post(f, "k", ONE)), 201);
    assert_int_equal(totals(f).effects, 1);
}

static void answers_batches(void **state)
{
    struct fixture *f = *state;
    static const struct {
        enum psync_mock_batch batch;
        const char *body;
        unsigned status;
        const char *holds;
        uint64_t effects;
    } cases[] = {
        {PSYNC_MOCK_BATCH_207, "[" ONE "," TWO "]", 207, "[{\"id\":1,\"status\":201},{\"id\":2,\"status\":201}]", 2},
        {PSYNC_MOCK_BATCH_200, "[" ONE "," TWO "]", 200, "[{\"id\":1,\"status\":201},{\"id\":2,\"status\":201}]", 2},
        {PSYNC_MOCK_BATCH_WHOLE, "[" ONE "," TWO "]", 200, "{\"status\":\"created\"}", 2},
        {PSYNC_MOCK_BATCH_207, "[" ONE ",{\"id\":7,\"name\":\"A\",\"price\":1.00,\"stock\":1}]", 207,
         "[{\"id\":1,\"status\":201},{\"id\":7,\"status\":422,\"title\":\"poison\"}]", 1},
        {PSYNC_MOCK_BATCH_WHOLE, "[" ONE ",{\"id\":7,\"name\":\"A\",\"price\":1.00,\"stock\":1}]", 422,
         "\"title\":\"poison\"", 0},
        {PSYNC_MOCK_BATCH_207, "[" ONE ",{\"id\":8}]", 207, "{\"id\":8,\"status\":422,", 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f->conf.batch = cases[i].batch;
        psync_buf_clear(&f->conf.rules);
        start(f, "{\"status\":422,\"products\":[7],\"title\":\"poison\"}");
        for (int again = 0; again < 2; again++) { /* the second time by its key, or refused once more */
            const char *text = post(f, "batch:1", cases[i].body);
            if (status_of(text) != cases[i].status)
                fail_msg("case %zu: %s", i, text);
            holds(text, cases[i].holds);
            assert_int_equal(totals(f).effects, cases[i].effects);
        }
        psync_mock_free(f->mock);
        f->mock = NULL;
    }
}

static void misbehaves(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *rule;
        unsigned status; /* 0: no answer */
        const char *holds[3];
        uint64_t effects;
        bool reset;
    } cases[] = {
        {"{\"status\":503,\"retry_after\":7}",
         503,
         {"Retry-After: 7\r\n", "application/problem+json", "\"title\":\"Service Unavailable\""},
         0,
         false},
        {"{\"status\":429,\"type\":\"https://x/quota-exceeded\",\"title\":\"Slow down\"}",
         429,
         {"\"type\":\"https://x/quota-exceeded\"", "Slow down", ""},
         0,
         false},
        {"{\"status\":500,\"body\":\"<h1>Oops</h1>\",\"content_type\":\"text/html\"}",
         500,
         {"Content-Type: text/html\r\n", "<h1>Oops</h1>", ""},
         0,
         false},
        {"{\"status\":500,\"effect\":true}", 500, {"", "", ""}, 1, false},
        {"{\"location\":\"https://elsewhere/\"}", 302, {"Location: https://elsewhere/\r\n", "", ""}, 0, false},
        {"{\"status\":204}", 204, {"", "", ""}, 1, false},
        {"{\"reset\":\"before\"}", 0, {"", "", ""}, 0, true},
        {"{\"reset\":\"after\"}", 0, {"", "", ""}, 1, true},
        {"{\"close\":\"before\"}", 0, {"", "", ""}, 0, false},
        {"{\"close\":\"after\"}", 0, {"", "", ""}, 1, false},
        {"{\"half\":true}", 201, {"Content-Length: 27\r\n", "\r\n\r\n{\"id\":1,\"sta", ""}, 1, false},
        {"{\"slow\":200}", 201, {"{\"id\":1,\"status\":\"created\"}", "", ""}, 1, false},
        {"{\"huge\":\"10KB\"}", 201, {"Content-Length: 10240\r\n", "created\"}    ", ""}, 1, false},
        {"{\"rate\":1}", 201, {"RateLimit-Policy: \"default\";q=1;w=1\r\n", "RateLimit: \"default\";r=0;t=1", ""}, 1,
         false},
        {"{\"latency\":\"10ms\"}", 201, {"", "", ""}, 1, false},
        {"{\"status\":503,\"retry_after\":3600,\"retry_after_as\":\"date\",\"date_skew\":\"-1h\"}",
         503,
         {"Retry-After: ", "GMT\r\n", "Date: "},
         0,
         false},
    };
    start(f, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool reset;
        uint64_t before = totals(f).effects;
        control(f, cases[i].rule);
        const char *text = answer(ask(f, "POST", "/products", "", ONE), &reset);
        if (status_of(text) != cases[i].status || reset != cases[i].reset)
            fail_msg("%s: %s", cases[i].rule, text);
        for (size_t k = 0; k < 3; k++)
            holds(text, cases[i].holds[k]);
        assert_int_equal(totals(f).effects - before, cases[i].effects);
    }
}

static void half_is_half(void **state)
{
    struct fixture *f = *state;
    start(f, "{\"half\":true}");
    const char *text = post(f, NULL, ONE), *body = strstr(text, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(strlen(body + 4), 13);
}

static void skews_its_clock(void **state)
{
    struct fixture *f = *state;
    start(f, "{\"status\":503,\"retry_after\":60,\"retry_after_as\":\"date\",\"date_skew\":\"365d\"}");
    const char *text = post(f, NULL, ONE);
    const char *date = strstr(text, "\r\nDate: "), *until = strstr(text, "Retry-After: ");
    assert_non_null(date);
    assert_non_null(until);
    assert_null(strstr(date + 2, "\r\nDate: ")); /* there is only the one */
    psync_ms then, end, now = psync_clock_wall();
    assert_int_equal(psync_http_date_parse((struct psync_span){date + 8, 29}, now, &then), PSYNC_OK);
    assert_int_equal(psync_http_date_parse((struct psync_span){until + 13, 29}, now, &end), PSYNC_OK);
    assert_int_equal(end - then, 60 * 1000);
    assert_in_range(then - now, (364LL * 24 * 3600) * 1000, (366LL * 24 * 3600) * 1000);
}

static uint64_t receive(int fd, uint64_t bytes)
{
    char block[65536];
    uint64_t left = bytes;
    ssize_t n;
    while (left > 0 && (n = recv(fd, block, sizeof(block), 0)) > 0)
        left -= (uint64_t)n < left ? (uint64_t)n : left;
    return bytes - left;
}

static void sends_without_end(void **state)
{
    struct fixture *f = *state;
    start(f, "{\"endless\":true}");
    int fd = ask(f, "POST", "/products", "", ONE);
    assert_int_equal(receive(fd, 50 << 20), 50 << 20);
    close(fd);
    assert_int_equal(totals(f).effects, 1);
}

static void sends_headers_without_end(void **state)
{
    struct fixture *f = *state;
    char line[18] = "";
    start(f, "{\"endless_headers\":true}");
    int one = ask(f, "POST", "/products", "", ONE), other = ask(f, "POST", "/products", "", TWO);
    assert_int_equal(recv(one, line, sizeof(line) - 1, MSG_WAITALL), sizeof(line) - 1);
    assert_string_equal(line, "HTTP/1.1 201 OK\r\n");
    assert_int_equal(receive(one, 5 << 20), 5 << 20);
    close(one); /* the other one goes on until the mock stops */
    assert_int_equal(receive(other, 1 << 20), 1 << 20);
    assert_int_equal(totals(f).effects, 2);
    psync_mock_free(f->mock);
    f->mock = NULL;
    close(other);
}

static void lists_a_large_ledger(void **state)
{
    struct fixture *f = *state;
    char body[8192] = "[";
    unsigned status;
    size_t len = 1;
    start(f, "");
    for (int request = 0; request < 100; request++) {
        len = 1;
        for (int i = 1; i <= 50; i++)
            len += (size_t)snprintf(body + len, sizeof(body) - len,
                                    "{\"id\":%d,\"name\":\"A\",\"price\":49.90,\"stock\":15}%s", request * 50 + i,
                                    i < 50 ? "," : "]");
        int fd = dial(f);
        char head[256];
        int n = snprintf(head, sizeof(head),
                         "POST /products HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                         "application/json\r\nContent-Length: %zu\r\n\r\n",
                         len);
        assert_int_equal(send(fd, head, (size_t)n, 0), n);
        assert_int_equal(send(fd, body, len, 0), (ssize_t)len);
        assert_int_equal(status_of(answer(fd, NULL)), 207);
    }
    char url[64];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", psync_mock_port(f->mock));
    struct psync_web_client *client;
    struct psync_buf b;
    json_object *ledger = NULL;
    assert_int_equal(psync_web_client_new(&(struct psync_web_client_conf){.base_url = url}, &client, NULL), PSYNC_OK);
    psync_buf_init(&b, 16 << 20);
    assert_int_equal(
        psync_web_client_call(client, "GET", "/ledger", NULL, PSYNC_SPAN(""), &status, &b, NULL), PSYNC_OK);
    assert_int_equal(psync_json_parse((struct psync_span){b.data, b.len}, &ledger, NULL), PSYNC_OK);
    json_object *list = psync_json_member(ledger, "products");
    assert_int_equal(json_object_array_length(list), 5000);
    assert_int_equal(psync_json_int(json_object_array_get_idx(list, 4999), "id", 0), 5000);
    json_object_put(ledger);
    psync_buf_done(&b);
    psync_web_client_free(client);
}

static void is_bounded(void **state)
{
    struct fixture *f = *state;
    f->conf.max_requests = 2;
    start(f, "");
    assert_int_equal(status_of(post(f, NULL, ONE)), 201);
    assert_int_equal(status_of(post(f, NULL, ONE)), 201);
    assert_int_equal(status_of(post(f, NULL, ONE)), 507);
    assert_int_equal(totals(f).effects, 2);
}

static void is_steered_over_http(void **state)
{
    struct fixture *f = *state;
    start(f, "{\"status\":500}");
    assert_int_equal(status_of(post(f, NULL, ONE)), 500);
    const char *text = answer(ask(f, "PUT", "/control", "", "{\"rules\":[{\"status\":\"x\"}]}"), NULL);
    assert_int_equal(status_of(text), 422);
    holds(text, "rule 1: \\\"status\\\" must be");
    assert_int_equal(status_of(post(f, NULL, ONE)), 500); /* nothing changed */
    assert_int_equal(status_of(answer(ask(f, "PUT", "/control", "", "{\"rules\":[{\"first\":3,\"status\":503}]}"),
                                      NULL)), 204);
    assert_int_equal(status_of(post(f, NULL, ONE)), 503);
    assert_int_equal(status_of(post(f, NULL, ONE)), 201);
    holds(answer(ask(f, "GET", "/control", "", ""), NULL), "{\"rule\":{\"first\":3,\"status\":503},\"fired\":1}");
}

static void is_lenient_when_told(void **state)
{
    struct fixture *f = *state;
    f->conf.lenient = true;
    start(f, "");
    assert_int_equal(status_of(post(f, NULL, "{ \"id\": 3, \"name\": \"A\" }")), 201);
    assert_int_equal(status_of(post(f, NULL, "{\"name\":\"A\"}")), 422); /* nobody knows whose it is */
    assert_int_equal(totals(f).effects, 1);
    assert_int_equal(totals(f).violations, 2);
    holds(answer(ask(f, "GET", "/ledger?product=3", "", ""), NULL), "\"violations\":1,\"violation\":\"it does not");
}

static void speaks_tls(void **state)
{
    struct fixture *f = *state;
    static const struct {
        enum psync_mock_tls tls;
        bool trust;
        enum psync_result result;
    } cases[] = {
        {PSYNC_MOCK_TLS, true, PSYNC_OK},
        {PSYNC_MOCK_TLS, false, PSYNC_REJECT},
        {PSYNC_MOCK_TLS_EXPIRED, true, PSYNC_REJECT},
        {PSYNC_MOCK_TLS_WRONG_HOST, true, PSYNC_REJECT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f->conf.tls = cases[i].tls;
        start(f, "");
        assert_non_null(strstr(psync_mock_url(f->mock), "https://127.0.0.1:"));
        char base[128];
        (void)snprintf(base, sizeof(base), "https://127.0.0.1:%d", psync_mock_port(f->mock));
        struct psync_web_client_conf conf = {
            .base_url = base, .ca_certificate = cases[i].trust ? psync_mock_certificate(f->mock) : NULL};
        struct psync_web_client *client;
        struct psync_buf b;
        struct psync_error err = {{0}};
        unsigned status = 0;
        psync_buf_init(&b, 4096);
        assert_int_equal(psync_web_client_new(&conf, &client, NULL), PSYNC_OK);
        enum psync_result r = psync_web_client_call(client, "POST", "/products", "application/json",
                                                    PSYNC_SPAN(ONE), &status, &b, &err);
        if (r != cases[i].result)
            fail_msg("case %zu: %s", i, err.text);
        assert_int_equal(status, r == PSYNC_OK ? 201 : 0);
        psync_web_client_free(client);
        psync_buf_done(&b);
        psync_mock_free(f->mock);
        f->mock = NULL;
    }
}

static void writes_its_certificate(void **state)
{
    struct fixture *f = *state;
    char text[64] = "";
    f->conf.tls = PSYNC_MOCK_TLS;
    (void)snprintf(f->conf.certificate_file, sizeof(f->conf.certificate_file), "/tmp/psync-mock-%ld.pem",
                   (long)getpid());
    start(f, "");
    FILE *file = fopen(f->conf.certificate_file, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    assert_string_equal(text, "-----BEGIN CERTIFICATE-----\n");
    fclose(file);
    assert_int_equal(unlink(f->conf.certificate_file), 0);
}

static void says_why_it_cannot_start(void **state)
{
    struct fixture *f = *state;
    struct psync_error err = {{0}};
    (void)snprintf(f->conf.listen, sizeof(f->conf.listen), "nowhere");
    assert_int_equal(psync_mock_new(&f->conf, &f->mock, &err), PSYNC_REJECT);
    holds(err.text, "HOST:PORT");
    psync_mock_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_a_product),
        TEST(refuses_requests),
        TEST(wants_json),
        TEST(remembers_keys),
        TEST(a_running_key_conflicts),
        TEST(works_on_without_its_client),
        TEST(answers_batches),
        TEST(misbehaves),
        TEST(half_is_half),
        TEST(skews_its_clock),
        TEST(sends_without_end),
        TEST(sends_headers_without_end),
        TEST(lists_a_large_ledger),
        TEST(is_bounded),
        TEST(is_steered_over_http),
        TEST(is_lenient_when_told),
        TEST(speaks_tls),
        TEST(writes_its_certificate),
        TEST(says_why_it_cannot_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
