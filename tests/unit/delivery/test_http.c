/* test_http - requests and what comes back, over real connections. */
#include "delivery/http.h"
#include "http_conf.h"
#include "raw_server.h"
#include "../self_signed.h"
#include "web/listen.h"
#include "web/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/resource.h>

#define OK_200 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* ---- one request ---- */
struct outcome {
    unsigned calls;
    struct psync_response response; /* its spans are void; below are copies */
    char detail[512], head[4096], body[8192], location[256], retry_after[64], content_type[64];
    void *tag;
};

static void copy(char *to, size_t size, struct psync_span from)
{
    snprintf(to, size, "%.*s", (int)from.len, from.data ? from.data : "");
}

static void on_done(void *arg, void *tag, const struct psync_response *r)
{
    struct outcome *o = arg;
    o->calls++;
    o->tag = tag;
    o->response = *r;
    snprintf(o->detail, sizeof o->detail, "%s", r->detail);
    copy(o->head, sizeof o->head, r->head);
    copy(o->body, sizeof o->body, r->body);
    copy(o->location, sizeof o->location, r->location);
    copy(o->retry_after, sizeof o->retry_after, r->retry_after);
    copy(o->content_type, sizeof o->content_type, r->content_type);
}

struct client {
    struct psync_http *http;
    struct psync_http_target *target;
};

static void client_open(struct client *c, const struct psync_destination_conf *d, const struct psync_http_conf *conf)
{
    struct psync_error err = {0};
    c->http = psync_http_new(8);
    assert_non_null(c->http);
    if (psync_http_target_new(d, conf, &c->target, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void client_close(struct client *c)
{
    psync_http_free(c->http);
    psync_http_target_release(c->target);
}

static struct psync_http_send sending(struct psync_http_target *target)
{
    static char tag;
    return (struct psync_http_send){.target = target,
                                    .method = "POST",
                                    .key = "product:1:abc",
                                    .body = PSYNC_SPAN("{\"id\":1}"),
                                    .traceparent = "",
                                    .tag = &tag};
}

static void await(struct psync_http *http, const unsigned *calls, unsigned n)
{
    for (int turns = 0; *calls < n; turns++) {
        assert_true(turns < 100000);
        assert_int_equal(psync_http_poll(http, 1000, NULL), PSYNC_OK);
    }
}

static void perform(struct client *c, const struct psync_http_send *send, struct outcome *o)
{
    memset(o, 0, sizeof *o);
    assert_int_equal(psync_http_start(c->http, send, on_done, o), PSYNC_OK);
    await(c->http, &o->calls, 1);
    assert_int_equal(o->calls, 1);
    assert_ptr_equal(o->tag, send->tag);
}

static const char *url_of(uint16_t port)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/products", (unsigned)port);
    return url;
}

static void call(const struct psync_destination_conf *d, const struct psync_http_conf *conf, struct outcome *o)
{
    struct client c;
    client_open(&c, d, conf);
    struct psync_http_send send = sending(c.target);
    perform(&c, &send, o);
    client_close(&c);
    assert_null(strstr(o->detail, TEST_TOKEN));
}

/* What a server that behaves so comes to. */
static void call_raw(raw_serve *serve, const char *text, const struct psync_http_conf *conf, struct outcome *o)
{
    struct raw_server *s = raw_start(serve, text);
    struct psync_destination_conf d = test_destination(url_of(s->port));
    call(&d, conf, o);
    atomic_store(&s->stop, true);
    raw_stop(s);
}

/* ---- the bytes on the wire ---- */
#define WIRE "User-Agent: productsync/test\r\nAccept: */*\r\n"

static void assert_wire(const struct psync_destination_conf *conf, const struct psync_http_send *like, const char *rest)
{
    struct raw_server *s = raw_start(raw_answer, OK_200);
    struct psync_http_conf http = test_http_conf();
    struct psync_destination_conf d = *conf;
    struct outcome o;
    struct client c;
    char text[2048];
    d.url = url_of(s->port);
    client_open(&c, &d, &http);
    struct psync_http_send send = *like;
    send.target = c.target;
    perform(&c, &send, &o);
    assert_int_equal(o.response.status, 200);
    snprintf(text, sizeof text, "%s /products HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s", send.method, (unsigned)s->port,
             rest);
    assert_string_equal(s->seen, text);
    client_close(&c);
    raw_stop(s);
}

static void test_wire_bearer(void **state)
{
    struct psync_destination_conf d = test_destination("");
    struct psync_http_send send = sending(NULL);
    (void)state;
    assert_wire(&d, &send,
                WIRE
                "Idempotency-Key: product:1:abc\r\nContent-Type: application/json\r\n"
                "Authorization: Bearer " TEST_TOKEN "\r\nContent-Length: 8\r\n\r\n{\"id\":1}");
}

static void test_wire_header_quoted_traced(void **state)
{
    struct psync_destination_conf d = test_destination("");
    struct psync_http_send send = sending(NULL);
    (void)state;
    d.auth = PSYNC_AUTH_HEADER;
    d.key_header = "X-Key";
    d.key_quoted = true;
    d.headers = "X-One: 1\nX-Two: two words";
    send.key = "a\"b\\c";
    send.traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
    assert_wire(&d, &send,
                WIRE "X-Key: \"a\\\"b\\\\c\"\r\n"
                "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01\r\n"
                "Content-Type: application/json\r\nX-API-Key: " TEST_TOKEN "\r\nX-One: 1\r\nX-Two: two words\r\n"
                "Content-Length: 8\r\n\r\n{\"id\":1}");
}

static void test_wire_content_type_of_the_operator(void **state)
{
    struct psync_destination_conf d = test_destination("");
    struct psync_http_send send = sending(NULL);
    (void)state;
    d.auth = PSYNC_AUTH_NONE;
    d.headers = "content-type: application/vnd.api+json";
    assert_wire(&d, &send,
                WIRE "Idempotency-Key: product:1:abc\r\n"
                "content-type: application/vnd.api+json\r\nContent-Length: 8\r\n\r\n{\"id\":1}");
}

static void test_wire_get(void **state)
{
    struct psync_destination_conf d = test_destination("");
    struct psync_http_send send = sending(NULL);
    (void)state;
    send.method = "GET";
    send.key = NULL;
    send.body = (struct psync_span){NULL, 0};
    assert_wire(&d, &send,
                WIRE "Authorization: Bearer " TEST_TOKEN "\r\n\r\n");
}

/* A handle that was used for one kind of request serves the other. */
static void test_methods_change(void **state)
{
    struct raw_server *s = raw_start(raw_answer, OK_200);
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct psync_http_conf conf = test_http_conf();
    static const char *const methods[] = {"POST", "GET", "POST", "PUT", "POST", "OPTIONS", "POST"};
    struct client c;
    struct outcome o;
    (void)state;
    client_open(&c, &d, &conf);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct psync_http_send send = sending(c.target);
        send.method = methods[i];
        bool body = methods[i][0] == 'P';
        if (!body)
            send.body = (struct psync_span){NULL, 0};
        perform(&c, &send, &o);
        assert_memory_equal(s->seen, methods[i], strlen(methods[i]));
        assert_int_equal(strstr(s->seen, "{\"id\":1}") != NULL, body);
        assert_int_equal(strstr(s->seen, "Content-Type") != NULL, body);
    }
    assert_int_equal(s->connections, 1);
    client_close(&c);
    raw_stop(s);
}

static void test_key_with_control_characters(void **state)
{
    struct psync_destination_conf d = test_destination("http://127.0.0.1:1/");
    struct psync_http_conf conf = test_http_conf();
    static char long_key[2000];
    const char *const keys[] = {"a\r\nEvil: 1", "a b", "\x7f", "\xc3\xa9", long_key};
    struct client c;
    (void)state;
    memset(long_key, 'k', sizeof long_key - 1);
    client_open(&c, &d, &conf);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct psync_http_send send = sending(c.target);
        send.key = keys[i];
        assert_int_equal(psync_http_start(c.http, &send, on_done, NULL), PSYNC_REJECT);
    }
    client_close(&c);
}

/* ---- answers ---- */
static void test_answer(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    (void)state;
    call_raw(raw_answer,
             "HTTP/1.1 503 Not now\r\nretry-after:  120 \r\nRetry-After: 7\r\nDate: Mon, 23 Nov 2026 05:00:00 GMT\r\n"
             "Content-Type: text/plain\r\nRateLimit: \"a\";r=0;t=3\r\nRateLimit-Policy: \"a\";q=9;w=1\r\n"
             "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 5\r\nContent-Length: 4\r\n\r\nbusy",
             &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
    assert_int_equal(o.response.status, 503);
    assert_true(o.response.sent);
    assert_string_equal(o.retry_after, "120"); /* the first of two */
    assert_string_equal(o.content_type, "text/plain");
    assert_string_equal(o.body, "busy");
    assert_int_equal(o.response.date.len, 29);
    assert_int_equal(o.response.ratelimit.len, 11);
    assert_int_equal(o.response.ratelimit_policy.len, 11);
    assert_int_equal(o.response.x_ratelimit_remaining.len, 1);
    assert_int_equal(o.response.x_ratelimit_reset.len, 1);
    assert_int_equal(o.response.location.len, 0);
    assert_memory_equal(o.head, "HTTP/1.1 503 Not now\r\nretry-after", 33);
    assert_false(o.response.body_cut);
    assert_string_equal(o.detail, "");
}

static void test_informational_is_not_the_answer(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    (void)state;
    call_raw(raw_answer,
             "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\nHTTP/1.1 201 Created\r\nLocation: /1\r\n"
             "Content-Length: 0\r\n\r\n",
             &conf, &o);
    assert_int_equal(o.response.status, 201);
    assert_string_equal(o.retry_after, "");
    assert_string_equal(o.location, "/1");
    assert_null(strstr(o.head, "103"));
}

static void test_redirect_is_not_followed(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    (void)state;
    call_raw(raw_answer, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/else\r\nContent-Length: 0\r\n\r\n", &conf,
             &o);
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
    assert_int_equal(o.response.status, 302);
    assert_string_equal(o.location, "http://127.0.0.1:1/else");
}

static void test_trailers_are_left_out(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    (void)state;
    call_raw(raw_answer,
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nRetry-After: 9\r\n\r\n", &conf, &o);
    assert_int_equal(o.response.status, 200);
    assert_string_equal(o.body, "ok");
    assert_string_equal(o.retry_after, "");
}

static void test_huge_body_is_cut(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    (void)state;
    conf.timeout = 20000;
    call_raw(raw_endless,
             "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n0123456789012345678901234567890123456789", &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
    assert_int_equal(o.response.status, 200);
    assert_true(o.response.body_cut);
    assert_int_equal(o.response.body.len, conf.max_response_bytes);
    assert_true(o.response.latency_ms < conf.timeout / 2); /* the rest is not waited for */
}

static void test_secrets_in_an_echo_are_masked(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct raw_server *s = raw_start(raw_answer, "HTTP/1.1 400 Bad\r\nX-You-Sent: " TEST_TOKEN "\r\n"
                                                 "Content-Length: 44\r\n\r\nbad: " TEST_TOKEN "! too: another-secret");
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct outcome o;
    (void)state;
    d.headers = "X-Tenant: another-secret\nX-Short: bad";
    call(&d, &conf, &o);
    assert_int_equal(o.response.status, 400);
    assert_null(strstr(o.head, TEST_TOKEN));
    assert_string_equal(o.body, "bad: ******************! too: **************");
    raw_stop(s);
}

/* ---- no answer: each way to fail, told apart ---- */
static void test_failures_of_a_server(void **state)
{
    static const struct {
        const char *name;
        raw_serve *serve;
        const char *text;
        enum psync_transport transport;
    } rows[] = {
        {"reset", raw_reset, "", PSYNC_NET_RESET},
        {"closed", raw_answer_once, "", PSYNC_NET_RESET},
        {"half a status line", raw_answer_once, "HTTP/1.1 2", PSYNC_NET_RESET},
        {"half a head", raw_answer_once, "HTTP/1.1 200 OK\r\nContent-Le", PSYNC_NET_RESET},
        {"half a body", raw_answer_once, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", PSYNC_NET_RESET},
        {"half a chunk", raw_answer_once, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123",
         PSYNC_NET_RESET},
        {"no answer", raw_stall, "", PSYNC_NET_TIMEOUT},
        {"slow head", raw_stall, "HTTP/1.1 200 OK\r\n", PSYNC_NET_TIMEOUT},
        {"slow body", raw_stall, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", PSYNC_NET_TIMEOUT},
        {"only 1xx", raw_stall, "HTTP/1.1 102 Processing\r\n\r\n", PSYNC_NET_TIMEOUT},
        {"not HTTP", raw_answer_once, "220 smtp.example.com ESMTP\r\n", PSYNC_NET_NOT_HTTP},
        {"endless header fields", raw_endless,
         "HTTP/1.1 200 OK\r\n"
         "X-Filler-A: 01234567890123456789012345678901234567890123456789\r\n", /* 64 bytes: what is repeated */
         PSYNC_NET_HEAD},
        {"an endless header line", raw_endless,
         "HTTP/1.1 200 OK\r\nX: 0123456789012345678901234567890123456789012345678901234567890123456789",
         PSYNC_NET_HEAD},
        {"endless 1xx", raw_endless,
         "HTTP/1.1 102 Go on\r\n\r\nHTTP/1.1 102 Go on, go on, go on, go on, go on, go on, go on\r\n\r\n",
         PSYNC_NET_HEAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_http_conf conf = test_http_conf();
        struct outcome o;
        conf.timeout = 800;
        call_raw(rows[i].serve, rows[i].text, &conf, &o);
        if (o.response.transport != rows[i].transport)
            fail_msg("%s: %s (%s)", rows[i].name, psync_transport_text(o.response.transport), o.detail);
        assert_true(o.response.sent);
        assert_int_equal(o.response.status, 0);
        assert_string_not_equal(o.detail, "");
        if (strstr(rows[i].name, "endless header"))
            assert_string_equal(o.detail, "response headers too long");
    }
}

static void answer_late(struct raw_server *s, int fd)
{
    if (raw_read_request(s, fd) && nanosleep(&(struct timespec){.tv_nsec = 600 * 1000000L}, NULL) == 0)
        (void)raw_send(fd, s->text);
}

/* It holds, shorter or longer, instead of the one for all; connecting has no other limit by that. */
static void test_timeout_of_its_own(void **state)
{
    static const struct {
        psync_ms own, for_all, connect;
        enum psync_transport transport;
    } rows[] = {
        {200, 10000, 5000, PSYNC_NET_TIMEOUT}, {20000, 200, 5000, PSYNC_NET_ANSWER}, {20000, 200, 200, PSYNC_NET_ANSWER},
        {0, 200, 5000, PSYNC_NET_TIMEOUT},     {0, 20000, 200, PSYNC_NET_ANSWER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct raw_server *s = raw_start(answer_late, OK_200);
        struct psync_destination_conf d = test_destination(url_of(s->port));
        struct psync_http_conf conf = test_http_conf();
        struct outcome o;
        d.timeout = rows[i].own;
        conf.timeout = rows[i].for_all;
        conf.connect_timeout = rows[i].connect;
        call(&d, &conf, &o);
        if (o.response.transport != rows[i].transport)
            fail_msg("row %zu: %s", i, psync_transport_text(o.response.transport));
        if (o.response.transport == PSYNC_NET_TIMEOUT)
            assert_in_range(o.response.latency_ms, 190, 5000); /* of two clocks */
        raw_stop(s);
    }
}

static void expect_unsent(const char *url, const struct psync_http_conf *conf, enum psync_transport transport)
{
    struct psync_destination_conf d = test_destination(url);
    struct outcome o;
    call(&d, conf, &o);
    if (o.response.transport != transport)
        fail_msg("%s: %s (%s)", url, psync_transport_text(o.response.transport), o.detail);
    assert_false(o.response.sent);
    assert_int_equal(o.response.status, 0);
}

static void test_refused(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    uint16_t port;
    (void)state;
    close(raw_listen(1, &port)); /* free again, so nobody listens */
    expect_unsent(url_of(port), &conf, PSYNC_NET_REFUSED);
}

static void test_name_not_found(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct psync_destination_conf d = test_destination("https://nx.invalid/products?api_key=hidden");
    struct outcome o;
    (void)state;
    conf.connect_timeout = conf.timeout = 20000;
    expect_unsent("https://nx.invalid/products", &conf, PSYNC_NET_NAME);
    call(&d, &conf, &o);
    assert_null(strstr(o.detail, "hidden"));
}

/* No more descriptors than there are open now. */
static rlim_t forbid_descriptors(void)
{
    struct rlimit limit;
    int next = dup(STDIN_FILENO);
    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void allow_descriptors(rlim_t n)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* That is nobody's fault but ours, and passes. */
static void test_too_many_open_files(void **state)
{
    struct raw_server *s = raw_start(raw_answer_once, OK_200);
    const char *const urls[] = {url_of(s->port), "https://nx.invalid/products"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct psync_http_conf conf = test_http_conf();
        struct psync_destination_conf d = test_destination(urls[i]);
        struct client c;
        struct outcome o;
        conf.connect_timeout = conf.timeout = 20000;
        client_open(&c, &d, &conf);
        struct psync_http_send send = sending(c.target);
        rlim_t before = forbid_descriptors();
        perform(&c, &send, &o);
        allow_descriptors(before);
        assert_string_equal(psync_transport_text(o.response.transport), "too many open files");
        assert_false(o.response.sent);
        perform(&c, &send, &o);
        assert_int_equal(o.response.transport, i == 0 ? PSYNC_NET_ANSWER : PSYNC_NET_NAME);
        client_close(&c);
    }
    atomic_store(&s->stop, true);
    raw_stop(s);
}

/* A listener that does not accept, with its queue full: further connections get no answer at all. */
static void test_connect_timeout(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    uint16_t port;
    int listener = raw_listen(0, &port), fill[4];
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fill[i], (struct sockaddr *)&a, sizeof a);
    }
    conf.connect_timeout = 200;
    expect_unsent(url_of(port), &conf, PSYNC_NET_CONNECT_TIMEOUT);
    struct psync_destination_conf d = test_destination(url_of(port));
    struct outcome o;
    d.timeout = 100; /* shorter than what connecting may take */
    conf.connect_timeout = conf.timeout = 20000;
    call(&d, &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_CONNECT_TIMEOUT);
    for (size_t i = 0; i < 4; i++)
        close(fill[i]);
    close(listener);
}

static void hang(struct raw_server *s, int fd)
{
    char bytes[512];
    (void)s;
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        ;
}

static void say(struct raw_server *s, int fd)
{
    char bytes[512];
    (void)recv(fd, bytes, sizeof bytes, 0);
    (void)raw_send(fd, s->text);
}

static void test_tls_to_something_else(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct raw_server *s = raw_start(say, "HTTP/1.1 400 Bad Request\r\n\r\n");
    char url[64];
    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", (unsigned)s->port);
    expect_unsent(url, &conf, PSYNC_NET_TLS);
    raw_stop(s);

    s = raw_start(hang, "");
    conf.connect_timeout = 200;
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", (unsigned)s->port);
    expect_unsent(url, &conf, PSYNC_NET_CONNECT_TIMEOUT);
    raw_stop(s);
}

/* ---- HTTP/2, frames by hand (RFC 9113 section 4.1) ---- */
#define SETTINGS_EMPTY "\0\0\0\4\0\0\0\0\0"
#define STREAM_RESET "\0\0\4\3\0\0\0\0\1\0\0\0\2"     /* RST_STREAM of stream 1, INTERNAL_ERROR */
#define STREAM_ANSWER "\0\0\1\1\5\0\0\0\1\x88"           /* HEADERS of stream 1 and its end: ":status: 200" */

static bool holds_body(const char *bytes, size_t n)
{
    for (size_t at = 0; at + 8 <= n; at++)
        if (memcmp(bytes + at, "{\"id\":1}", 8) == 0)
            return true;
    return false;
}

static void serve_frames(int fd, const char *frame, size_t len)
{
    char bytes[4096];
    size_t n = 0;
    ssize_t got;
    (void)send(fd, SETTINGS_EMPTY, sizeof SETTINGS_EMPTY - 1, MSG_NOSIGNAL);
    do { /* until the request's body has come, which ends it; the client's SETTINGS ACK may follow at once */
        got = recv(fd, bytes + n, sizeof bytes - n, 0);
        n += got > 0 ? (size_t)got : 0;
    } while (got > 0 && !holds_body(bytes, n));
    (void)send(fd, frame, len, MSG_NOSIGNAL);
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        ;
}

static void reset_stream(struct raw_server *s, int fd)
{
    (void)s;
    serve_frames(fd, STREAM_RESET, sizeof STREAM_RESET - 1);
}

static void answer_stream(struct raw_server *s, int fd)
{
    (void)s;
    serve_frames(fd, STREAM_ANSWER, sizeof STREAM_ANSWER - 1);
}

static void test_http2(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    (void)state;
    conf.version = PSYNC_HTTP_2;
    call_raw(answer_stream, "", &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
    assert_int_equal(o.response.status, 200);
    call_raw(reset_stream, "", &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_STREAM);
    assert_true(o.response.sent);
}

/* ---- TLS ---- */
static void answer_ok(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("ok"));
}

static struct psync_web_server *tls_server(const struct self_signed *pair)
{
    static const struct psync_web_route route = {"POST", "/products", answer_ok, NULL};
    struct psync_web_conf conf = {.routes = &route, .n_routes = 1};
    assert_int_equal(psync_web_certificate_new(pair->certificate, pair->key, &conf.certificate, NULL), PSYNC_OK);
    struct psync_web_server *server;
    assert_int_equal(psync_web_listen_tcp("127.0.0.1:0", &conf.listen_fd, NULL), PSYNC_OK);
    assert_int_equal(psync_web_server_new(&conf, &server, NULL), PSYNC_OK);
    return server;
}

static void test_certificates(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct self_signed right, wrong;
    struct outcome o;
    char url[64];
    (void)state;
    self_signed_make(&right, "DNS:localhost,IP:127.0.0.1");
    self_signed_make(&wrong, "DNS:wrong.host.invalid");
    struct psync_web_server *server = tls_server(&right), *other = tls_server(&wrong);

    snprintf(url, sizeof url, "https://127.0.0.1:%u/products", (unsigned)psync_web_server_port(server));
    expect_unsent(url, &conf, PSYNC_NET_CERTIFICATE); /* trusted by nobody */
    conf.ca_file = right.file;
    struct psync_destination_conf d = test_destination(url);
    call(&d, &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
    assert_int_equal(o.response.status, 200);

    conf.ca_file = wrong.file; /* another authority than the server's */
    expect_unsent(url, &conf, PSYNC_NET_CERTIFICATE);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/products", (unsigned)psync_web_server_port(other));
    expect_unsent(url, &conf, PSYNC_NET_CERTIFICATE); /* the right authority, for another host */

    psync_web_server_free(server);
    psync_web_server_free(other);
    self_signed_done(&right);
    self_signed_done(&wrong);
}

/* ---- addresses ---- */
static void test_names_that_lead_home(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct raw_server *s = raw_start(raw_answer, OK_200);
    static const struct {
        const char *host;
        bool operators_word, allow_private;
        enum psync_transport transport;
    } rows[] = {
        {"127.0.0.1", true, false, PSYNC_NET_ANSWER},
        {"localhost", true, false, PSYNC_NET_ANSWER},
        {"127.1", true, false, PSYNC_NET_ANSWER}, /* other writings of the literal */
        {"2130706433", true, false, PSYNC_NET_ANSWER},
        {"127.0.0.1", false, false, PSYNC_NET_FORBIDDEN},
        {"2130706433", false, false, PSYNC_NET_FORBIDDEN},
        {"localhost", false, false, PSYNC_NET_FORBIDDEN},
        {"x.localhost", true, false, PSYNC_NET_FORBIDDEN}, /* libcurl resolves it to 127.0.0.1 */
        {"x.localhost", true, true, PSYNC_NET_ANSWER},
        {"localhost", false, true, PSYNC_NET_ANSWER},
    };
    unsigned answers = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[64];
        struct outcome o;
        snprintf(url, sizeof url, "http://%s:%u/", rows[i].host, (unsigned)s->port);
        struct psync_destination_conf d = test_destination(url);
        d.allow_http = true;
        d.operators_word = rows[i].operators_word;
        d.allow_private = rows[i].allow_private;
        call(&d, &conf, &o);
        if (o.response.transport != rows[i].transport)
            fail_msg("row %zu, %s: %s (%s)", i, url, psync_transport_text(o.response.transport), o.detail);
        assert_int_equal(o.response.sent, rows[i].transport == PSYNC_NET_ANSWER);
        answers += rows[i].transport == PSYNC_NET_ANSWER;
        if (rows[i].transport == PSYNC_NET_FORBIDDEN) {
            assert_non_null(strstr(o.detail, "a loopback address"));
            assert_non_null(strstr(o.detail, "allow_private"));
        }
    }
    assert_int_equal(s->connections, answers); /* the others were not even connected to; the last row is an answer */
    raw_stop(s);
}

/* A connection opened for a target that may is not used for one that may not. */
static void test_shared_connections_keep_the_rules(void **state)
{
    struct psync_http_conf conf = test_http_conf();
    struct raw_server *s = raw_start(raw_answer, OK_200);
    struct client c;
    struct outcome o;
    char url[64];
    struct psync_http_target *strict;
    (void)state;
    snprintf(url, sizeof url, "http://x.localhost:%u/", (unsigned)s->port);
    struct psync_destination_conf d = test_destination(url);
    d.allow_http = d.allow_private = true;
    client_open(&c, &d, &conf);
    struct psync_http_send send = sending(c.target);
    perform(&c, &send, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
    d.allow_private = false;
    assert_int_equal(psync_http_target_new(&d, &conf, &strict, NULL), PSYNC_OK);
    send.target = strict;
    perform(&c, &send, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_FORBIDDEN);
    assert_false(o.response.sent);
    assert_int_equal(s->requests, 1);
    psync_http_target_release(strict);
    client_close(&c);
    raw_stop(s);
}

/* ---- settings that cannot be used ---- */
static void test_refused_targets(void **state)
{
    static const struct {
        const char *name, *url, *headers, *key_header, *ca_file, *client_cert, *says;
    } rows[] = {
        {"no URL", "", "", "K", "", "", "URL"},
        {"no scheme", "example.com/products", "", "K", "", "", "URL"},
        {"ftp", "ftp://example.com/", "", "K", "", "", "https"},
        {"plain http", "http://example.com/", "", "K", "", "", "allow_http"},
        {"credentials in the URL", "https://me:hidden@example.com/", "", "K", "", "", "user name"},
        {"a header without a colon", "https://x/", "nonsense", "K", "", "", "colon"},
        {"a header without a name", "https://x/", ": x", "K", "", "", "header"},
        {"a header without a value", "https://x/", "X: ", "K", "", "", "header"},
        {"a header with CR", "https://x/", "X: a\rY: b", "K", "", "", "header"},
        {"a key header with a space", "https://x/", "", "a b", "", "", "key_header"},
        {"no such CA file", "https://x/", "", "K", "/nonexistent/ca.pem", "", "/nonexistent/ca.pem"},
        {"a CA file without a certificate", "https://x/", "", "K", "/dev/null", "", "holds no certificate"},
        {"no such client certificate", "https://x/", "", "K", "", "/nonexistent/c.pem", "http.client_cert"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_destination_conf d = test_destination(rows[i].url);
        struct psync_http_conf conf = test_http_conf();
        struct psync_http_target *t = NULL;
        struct psync_error err = {0};
        d.headers = rows[i].headers;
        d.key_header = rows[i].key_header;
        conf.ca_file = rows[i].ca_file;
        conf.client_cert = rows[i].client_cert;
        enum psync_result r = psync_http_target_new(&d, &conf, &t, &err);
        if (r != PSYNC_REJECT || !strstr(err.text, rows[i].says))
            fail_msg("%s: %s, %s", rows[i].name, psync_result_name(r), err.text);
        assert_null(t);
        assert_null(strstr(err.text, TEST_TOKEN));
        assert_null(strstr(err.text, "hidden"));
    }
}

/* ---- many, and early ends ---- */
struct counting {
    unsigned calls, aborted;
    struct psync_http *http;
    struct psync_http_send send;
    unsigned to_start;
};

static void on_counted(void *arg, void *tag, const struct psync_response *r)
{
    struct counting *c = arg;
    (void)tag;
    c->calls++;
    c->aborted += r->transport == PSYNC_NET_ABORTED;
    if (c->to_start > 0) {
        c->to_start--;
        assert_int_equal(psync_http_start(c->http, &c->send, on_counted, c), PSYNC_OK);
    }
}

static void test_connections_are_reused(void **state)
{
    struct raw_server *s = raw_start(raw_answer, OK_200);
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct psync_http_conf conf = test_http_conf();
    struct client c;
    (void)state;
    client_open(&c, &d, &conf);
    struct counting counting = {.http = c.http, .send = sending(c.target), .to_start = 49};
    assert_int_equal(psync_http_start(c.http, &counting.send, on_counted, &counting), PSYNC_OK);
    await(c.http, &counting.calls, 50); /* each started from the callback of the one before */
    assert_int_equal(s->requests, 50);
    assert_int_equal(s->connections, 1);
    client_close(&c);
    raw_stop(s);
}

/* A server that closes connections between requests: libcurl notices; nothing fails. */
static void test_idle_connection_closed(void **state)
{
    struct raw_server *s = raw_start(raw_answer_once, OK_200);
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct psync_http_conf conf = test_http_conf();
    struct client c;
    struct outcome o;
    (void)state;
    client_open(&c, &d, &conf);
    for (int i = 0; i < 20; i++) {
        struct psync_http_send send = sending(c.target);
        perform(&c, &send, &o);
        assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);
        while (atomic_load(&s->closed) <= (unsigned)i)
            ;
    }
    client_close(&c);
    raw_stop(s);
}

/* A server that closes a kept connection on a request: libcurl would send it again by itself, unseen. */
static void test_nothing_is_sent_again(void **state)
{
    struct raw_server *s = raw_start(raw_answer_then_close, OK_200);
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct psync_http_conf conf = test_http_conf();
    struct client c;
    struct outcome o;
    (void)state;
    client_open(&c, &d, &conf);
    for (unsigned i = 1; i <= 10; i++) {
        struct psync_http_send send = sending(c.target);
        perform(&c, &send, &o);
        assert_int_equal(o.response.transport, i % 2 ? PSYNC_NET_ANSWER : PSYNC_NET_RESET);
        assert_true(o.response.sent);
        if (i % 2 == 0)
            assert_string_equal(o.detail, "a kept connection was closed instead of an answer");
        assert_int_equal(s->requests, i); /* each call was one */
    }
    client_close(&c);
    raw_stop(s);
}

static void test_abort_all(void **state)
{
    struct raw_server *s = raw_start(raw_stall, "");
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct psync_http_conf conf = test_http_conf();
    struct client c;
    (void)state;
    client_open(&c, &d, &conf);
    struct counting counting = {.http = c.http, .send = sending(c.target)};
    for (int i = 0; i < 3; i++)
        assert_int_equal(psync_http_start(c.http, &counting.send, on_counted, &counting), PSYNC_OK);
    while (atomic_load(&s->requests) == 0)
        assert_int_equal(psync_http_poll(c.http, 10, NULL), PSYNC_OK);
    psync_http_abort_all(c.http);
    assert_int_equal(counting.calls, 3);
    assert_int_equal(counting.aborted, 3);
    /* Freed with requests under way: no call back. */
    assert_int_equal(psync_http_start(c.http, &counting.send, on_counted, &counting), PSYNC_OK);
    client_close(&c);
    assert_int_equal(counting.calls, 3);
    raw_stop(s);
}

static void *wake(void *http)
{
    psync_http_wakeup(http);
    return NULL;
}

static void test_wakeup(void **state)
{
    struct psync_http *http = psync_http_new(1);
    pthread_t thread;
    (void)state;
    assert_non_null(http);
    uint64_t before = psync_clock_us();
    assert_int_equal(pthread_create(&thread, NULL, wake, http), 0);
    assert_int_equal(psync_http_poll(http, 60000, NULL), PSYNC_OK);
    assert_true(psync_clock_us() - before < 30 * 1000000u);
    pthread_join(thread, NULL);
    psync_http_free(http);
    psync_http_free(NULL);
    psync_http_target_release(NULL);
}

/* It answers CONNECT for longer than anyone waits. */
static void test_endless_proxy(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 407 No\r\nContent-Length: 1000000000000\r\n\r\n"
        "0123456789012345678901234567890123456789012345678901234567890123",
        "HTTP/1.1 200 Yes\r\nX-Filler-A: 01234567890123456789012345678901234567890123456789\r\n",
    };
    struct psync_destination_conf d = test_destination("https://127.0.0.1:1/products");
    struct psync_http_conf conf = test_http_conf();
    (void)state;
    conf.timeout = conf.connect_timeout = 300;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct raw_server *s = raw_start(raw_endless, answers[i]);
        struct outcome o;
        char proxy[64];
        snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", (unsigned)s->port);
        conf.proxy = proxy;
        call(&d, &conf, &o);
        assert_true(o.response.transport != PSYNC_NET_ANSWER);
        assert_true(o.response.latency_ms < 5000);
        atomic_store(&s->stop, true);
        raw_stop(s);
    }
}

/* http_proxy and the like in the environment say nothing. */
static void test_environment_is_ignored(void **state)
{
    struct raw_server *s = raw_start(raw_answer, OK_200);
    struct psync_destination_conf d = test_destination(url_of(s->port));
    struct psync_http_conf conf = test_http_conf();
    struct outcome o;
    uint16_t nobody;
    char proxy[64];
    (void)state;
    close(raw_listen(1, &nobody));
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", (unsigned)nobody);
    setenv("http_proxy", proxy, 1);
    setenv("ALL_PROXY", proxy, 1);
    call(&d, &conf, &o);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(o.response.transport, PSYNC_NET_ANSWER);

    conf.proxy = proxy; /* but the setting does, and its failures are its own */
    call(&d, &conf, &o);
    assert_int_equal(o.response.transport, PSYNC_NET_PROXY);
    assert_false(o.response.sent);
    raw_stop(s);
}

static int start_library(void **state)
{
    (void)state;
    return psync_http_global_init(NULL) == PSYNC_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_bearer),
        cmocka_unit_test(test_wire_header_quoted_traced),
        cmocka_unit_test(test_wire_content_type_of_the_operator),
        cmocka_unit_test(test_wire_get),
        cmocka_unit_test(test_methods_change),
        cmocka_unit_test(test_key_with_control_characters),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_informational_is_not_the_answer),
        cmocka_unit_test(test_redirect_is_not_followed),
        cmocka_unit_test(test_trailers_are_left_out),
        cmocka_unit_test(test_huge_body_is_cut),
        cmocka_unit_test(test_secrets_in_an_echo_are_masked),
        cmocka_unit_test(test_failures_of_a_server),
        cmocka_unit_test(test_timeout_of_its_own),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_name_not_found),
        cmocka_unit_test(test_too_many_open_files),
        cmocka_unit_test(test_connect_timeout),
        cmocka_unit_test(test_tls_to_something_else),
        cmocka_unit_test(test_http2),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_names_that_lead_home),
        cmocka_unit_test(test_shared_connections_keep_the_rules),
        cmocka_unit_test(test_refused_targets),
        cmocka_unit_test(test_connections_are_reused),
        cmocka_unit_test(test_idle_connection_closed),
        cmocka_unit_test(test_nothing_is_sent_again),
        cmocka_unit_test(test_abort_all),
        cmocka_unit_test(test_wakeup),
        cmocka_unit_test(test_endless_proxy),
        cmocka_unit_test(test_environment_is_ignored),
    };
    return cmocka_run_group_tests(tests, start_library, NULL);
}
