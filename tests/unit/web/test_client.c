/* The client, against a server on a unix socket and against nobody. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/client.h"
#include "web/listen.h"
#include "web/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONG_BYTES = 3 << 20, SHORT_TIMEOUT_MS = 100 };

struct fixture {
    struct psync_web_server *server;
    struct psync_web_client *client;
    char path[64];
};

static void show(struct psync_web_request *rq, void *arg)
{
    struct psync_buf b;
    struct psync_span body = psync_web_body(rq);
    const char *type = psync_web_header(rq, "Content-Type"), *auth = psync_web_header(rq, "Authorization");
    (void)arg;
    psync_buf_init(&b, 4096);
    assert_int_equal(psync_buf_printf(&b, "%s|%s|%s|%.*s", psync_web_method(rq), type ? type : "-",
                                      auth ? auth : "-", (int)body.len, body.data),
                     PSYNC_OK);
    psync_web_reply_buf(rq, 200, "text/plain", &b);
    psync_buf_done(&b);
}

static ssize_t read_zeros(void *arg, uint64_t position, char *bytes, size_t max, psync_ms *ret_wait_ms)
{
    size_t left = LONG_BYTES - (size_t)position, n = left < max ? left : max;
    (void)arg, (void)ret_wait_ms;
    memset(bytes, '0', n);
    return (ssize_t)n;
}

static void reply_long(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_reply_with(
        rq, &(struct psync_web_reply){.status = 200, .stream = {.read = read_zeros, .length = LONG_BYTES}});
}

static void reply_never(struct psync_web_request *rq, void *arg)
{
    psync_web_call_later(rq, 3600 * 1000, reply_never, arg);
}

static void close_at_once(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_reply_with(rq, &(struct psync_web_reply){.ending = PSYNC_WEB_CLOSE});
}

static void refuse(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_problem(rq, 422, "Unprocessable", "because of \"%s\"", "this");
}

static const struct psync_web_route routes[] = {
    {"GET", "/show", show, NULL},          {"POST", "/show", show, NULL},     {"DELETE", "/show", show, NULL},
    {"PUT", "/show", show, NULL},          {"GET", "/long", reply_long, NULL}, {"GET", "/never", reply_never, NULL},
    {"GET", "/close", close_at_once, NULL}, {"GET", "/refuse", refuse, NULL},
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    int fd;
    (void)snprintf(f->path, sizeof(f->path), "/tmp/psync-client-test-%ld.sock", (long)getpid());
    assert_int_equal(psync_web_listen_unix(f->path, 0600, &fd, NULL), PSYNC_OK);
    struct psync_web_conf conf = {
        .listen_fd = fd, .routes = routes, .n_routes = sizeof(routes) / sizeof(routes[0])};
    assert_int_equal(psync_web_server_new(&conf, &f->server, NULL), PSYNC_OK);
    struct psync_web_client_conf client = {.unix_path = f->path, .bearer = "secret"};
    assert_int_equal(psync_web_client_new(&client, &f->client, NULL), PSYNC_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    psync_web_client_free(f->client);
    psync_web_server_free(f->server);
    (void)unlink(f->path);
    free(f);
    return 0;
}

static void sends_what_it_is_given(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *method, *type, *body, *answer;
    } cases[] = {
        {"POST", "application/json", "{}", "POST|application/json|Bearer secret|{}"},
        {"GET", NULL, "", "GET|-|Bearer secret|"},
        {"POST", "text/plain", "", "POST|text/plain|Bearer secret|"},
        {"DELETE", NULL, "", "DELETE|-|Bearer secret|"},
        {"PUT", "text/plain", "some", "PUT|text/plain|Bearer secret|some"},
        {"GET", NULL, "", "GET|-|Bearer secret|"},
    };
    struct psync_buf b;
    psync_buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned status = 0;
        struct psync_span body = {cases[i].body, strlen(cases[i].body)};
        assert_int_equal(
            psync_web_client_call(f->client, cases[i].method, "/show", cases[i].type, body, &status, &b, NULL),
            PSYNC_OK);
        assert_int_equal(status, 200);
        assert_string_equal(b.data, cases[i].answer);
    }
    psync_buf_done(&b);
}

static enum psync_result get(struct psync_web_client *client, const char *target, size_t max, struct psync_error *err)
{
    struct psync_buf b;
    unsigned status = 999;
    psync_buf_init(&b, max);
    enum psync_result r =
        psync_web_client_call(client, "GET", target, NULL, PSYNC_SPAN(""), &status, &b, err);
    assert_int_equal(status == 999, r != PSYNC_OK);
    psync_buf_done(&b);
    return r;
}

static void tells_failures_apart(void **state)
{
    struct fixture *f = *state;
    struct psync_error err = {{0}};
    struct psync_web_client *client = NULL;
    assert_int_equal(get(f->client, "/long", LONG_BYTES, NULL), PSYNC_OK);
    assert_int_equal(get(f->client, "/long", LONG_BYTES - 1, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "longer"));
    assert_int_equal(get(f->client, "/close", 100, &err), PSYNC_RETRY);

    struct psync_web_client_conf hasty = {.unix_path = f->path, .timeout_ms = SHORT_TIMEOUT_MS};
    assert_int_equal(psync_web_client_new(&hasty, &client, NULL), PSYNC_OK);
    assert_int_equal(get(client, "/never", 100, &err), PSYNC_RETRY);
    psync_web_client_free(client);

    psync_web_server_free(f->server);
    f->server = NULL;
    assert_int_equal(get(f->client, "/show", 100, &err), PSYNC_GONE); /* nobody accepts */
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(get(f->client, "/show", 100, &err), PSYNC_GONE); /* no such file */

    struct psync_web_client_conf tcp = {.base_url = "http://127.0.0.1:1/"};
    assert_int_equal(psync_web_client_new(&tcp, &client, NULL), PSYNC_OK);
    assert_int_equal(get(client, "/", 100, &err), PSYNC_GONE);
    psync_web_client_free(client);
    struct psync_web_client_conf nothing = {.base_url = NULL};
    assert_int_equal(psync_web_client_new(&nothing, &client, &err), PSYNC_REJECT);
}

static void reads_problems(void **state)
{
    static const struct {
        const char *body, *text;
    } cases[] = {{"{\"title\":\"t\",\"detail\":\"d\"}", "d"},
                 {"{\"title\":\"t\"}", "t"},
                 {"<html>", "refused (status 400)"},
                 {"[]", "refused (status 400)"},
                 {"", "refused (status 400)"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_error err = {{0}};
        struct psync_span body = {cases[i].body, strlen(cases[i].body)};
        assert_int_equal(psync_web_client_problem(400, body, &err), PSYNC_REJECT);
        assert_string_equal(err.text, cases[i].text);
    }
}

static void encodes(void **state)
{
    struct psync_buf b;
    (void)state;
    psync_buf_init(&b, 64);
    assert_int_equal(psync_web_encode(&b, (struct psync_span){"a/b c\0\xc3\xa9-._~", 12}), PSYNC_OK);
    assert_string_equal(b.data, "a%2Fb%20c%00%C3%A9-._~");
    assert_int_equal(psync_web_encode(&b, PSYNC_SPAN("12345678901234567890")), PSYNC_REJECT);
    assert_string_equal(b.data, "a%2Fb%20c%00%C3%A9-._~");
    psync_buf_done(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_what_it_is_given),
        TEST(tells_failures_apart),
        cmocka_unit_test(reads_problems),
        cmocka_unit_test(encodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
