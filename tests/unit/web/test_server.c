/* The web server over real sockets: routes, limits, answers now, later and in pieces, clients that go away. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/client.h"
#include "web/listen.h"
#include "web/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_BODY = 1000, ANSWER_MAX = 1 << 20, WAIT_MS = 10000 };

/* A mailbox of one: how a handler passes its request to the test's thread. */
struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct psync_web_request *rq;
    size_t released, done;
};

struct fixture {
    struct mailbox box;
    struct psync_web_server *server;
    struct psync_web_client *client;
    char path[64];
};

static char nothing;
#define NOTHING ((struct psync_web_request *)(void *)&nothing)

static void hand_over(struct psync_web_request *rq, void *arg)
{
    struct mailbox *box = arg;
    pthread_mutex_lock(&box->lock);
    box->rq = rq;
    pthread_cond_broadcast(&box->filled);
    pthread_mutex_unlock(&box->lock);
}

static struct psync_web_request *take(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    while (!box->rq)
        pthread_cond_wait(&box->filled, &box->lock);
    struct psync_web_request *rq = box->rq;
    box->rq = NULL;
    pthread_mutex_unlock(&box->lock);
    return rq;
}

static void count_release(void *arg)
{
    struct mailbox *box = arg;
    pthread_mutex_lock(&box->lock);
    box->released++;
    pthread_cond_broadcast(&box->filled);
    pthread_mutex_unlock(&box->lock);
}

static void hand_over_attached(struct psync_web_request *rq, void *arg)
{
    psync_web_attach(rq, arg, count_release);
    assert_ptr_equal(psync_web_attached(rq), arg);
    hand_over(rq, arg);
}

static void echo(struct psync_web_request *rq, void *arg)
{
    const char *query = psync_web_query(rq, "q"), *header = psync_web_header(rq, "X-Test");
    struct psync_span body = psync_web_body(rq);
    struct psync_buf b;
    (void)arg;
    psync_buf_init(&b, ANSWER_MAX);
    assert_int_equal(psync_buf_printf(&b, "%s %s [%s] [%s] [%s] %.*s", psync_web_method(rq), psync_web_path(rq),
                                      psync_web_wildcard(rq), query ? query : "-", header ? header : "-",
                                      (int)body.len, body.data),
                     PSYNC_OK);
    psync_web_reply_buf(rq, 200, "text/plain", &b);
    assert_int_equal(b.len, 0);
    psync_buf_done(&b);
}

static void answer_second(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("later"));
}

static void call_later(struct psync_web_request *rq, void *arg)
{
    psync_web_attach(rq, arg, count_release);
    psync_web_call_later(rq, atoi(psync_web_wildcard(rq)), answer_second, arg);
    hand_over(NOTHING, arg); /* only says that it has come so far */
}

/* Ten bytes, a wait after the fifth; the wildcard chooses how it ends. */
static ssize_t read_ten(void *arg, uint64_t position, char *bytes, size_t max, psync_ms *ret_wait_ms)
{
    char *waited = arg;
    (void)max;
    if (position == 5 && !*waited) {
        *waited = 1;
        *ret_wait_ms = 20;
        return 0;
    }
    if (position == 7 && waited[1])
        return -1;
    if (position == 10)
        return 0;
    *bytes = (char)('0' + position);
    return 1;
}

static void stream(struct psync_web_request *rq, void *arg)
{
    const char *how = psync_web_wildcard(rq);
    char *flags = calloc(2, 1);
    (void)arg;
    flags[1] = strcmp(how, "cut") == 0;
    psync_web_reply_with(
        rq, &(struct psync_web_reply){.status = 200,
                                      .content_type = "text/plain",
                                      .stream = {.read = read_ten,
                                                 .done = free,
                                                 .arg = flags,
                                                 .length = strcmp(how, "chunked") == 0 ? PSYNC_WEB_LENGTH_UNKNOWN : 10},
                                      .headers = &(struct psync_web_header){"X-How", how},
                                      .n_headers = 1});
}

static void end(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    bool reset = strcmp(psync_web_wildcard(rq), "reset") == 0;
    psync_web_reply_with(rq, &(struct psync_web_reply){.ending = reset ? PSYNC_WEB_RESET : PSYNC_WEB_CLOSE});
}

static ssize_t read_never(void *arg, uint64_t position, char *bytes, size_t max, psync_ms *ret_wait_ms)
{
    (void)arg, (void)position, (void)bytes, (void)max;
    *ret_wait_ms = 3600 * 1000;
    return 0;
}

static void stall(struct psync_web_request *rq, void *arg)
{
    psync_web_reply_with(rq, &(struct psync_web_reply){
                                 .status = 200,
                                 .stream = {.read = read_never, .done = count_release, .arg = arg, .length = 5}});
    hand_over(NOTHING, arg);
}

static int serve(struct fixture *f, int fd)
{
    const struct psync_web_route routes[] = {
        {"GET", "/echo", echo, NULL},
        {"POST", "/echo", echo, NULL},
        {"GET", "/echo/{id}", echo, NULL},
        {"DELETE", "/echo/{id}/part", echo, NULL},
        {"POST", "/later", hand_over, &f->box},
        {"GET", "/later", hand_over_attached, &f->box},
        {"GET", "/wait/{ms}", call_later, &f->box},
        {"GET", "/stream/{how}", stream, NULL},
        {"GET", "/stall", stall, &f->box},
        {"GET", "/end/{how}", end, NULL},
    };
    struct psync_web_conf conf = {.listen_fd = fd,
                                  .routes = routes,
                                  .n_routes = sizeof(routes) / sizeof(routes[0]),
                                  .max_body_bytes = MAX_BODY,
                                  .max_header_bytes = 4096};
    return psync_web_server_new(&conf, &f->server, NULL);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    int fd;
    pthread_mutex_init(&f->box.lock, NULL);
    pthread_cond_init(&f->box.filled, NULL);
    (void)snprintf(f->path, sizeof(f->path), "/tmp/psync-web-test-%ld.sock", (long)getpid());
    assert_int_equal(psync_web_listen_unix(f->path, 0600, &fd, NULL), PSYNC_OK);
    assert_int_equal(serve(f, fd), PSYNC_OK);
    struct psync_web_client_conf conf = {.unix_path = f->path, .timeout_ms = WAIT_MS};
    assert_int_equal(psync_web_client_new(&conf, &f->client, NULL), PSYNC_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    psync_web_client_free(f->client);
    psync_web_server_free(f->server);
    (void)unlink(f->path);
    pthread_cond_destroy(&f->box.filled);
    pthread_mutex_destroy(&f->box.lock);
    free(f);
    return 0;
}

/* One call; the body is the caller's to free. */
static char *call(struct fixture *f, const char *method, const char *target, const char *body, unsigned *ret_status)
{
    struct psync_error err = {{0}};
    struct psync_buf b;
    psync_buf_init(&b, ANSWER_MAX);
    struct psync_span bytes = {body, body ? strlen(body) : 0};
    enum psync_result r =
        psync_web_client_call(f->client, method, target, body ? "text/plain" : NULL, bytes, ret_status, &b, &err);
    if (r != PSYNC_OK)
        fail_msg("%s %s: %s", method, target, err.text);
    char *text = psync_span_dup((struct psync_span){b.data, b.len});
    psync_buf_done(&b);
    return text;
}

/* A raw connection: what is sent, and all that comes until the server closes. */
static int dial(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

static char *read_all(int fd)
{
    char *text = calloc(1, 65536);
    size_t len = 0;
    ssize_t n;
    while ((n = recv(fd, text + len, 65535 - len, 0)) > 0)
        len += (size_t)n;
    return text;
}

static void finds_routes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *method, *target, *body;
        unsigned status;
        const char *answer; /* begins so */
    } cases[] = {
        {"GET", "/echo", NULL, 200, "GET /echo [] [-] [-] "},
        {"GET", "/echo?q=a%20b", NULL, 200, "GET /echo [] [a b] [-] "},
        {"POST", "/echo", "body", 200, "POST /echo [] [-] [-] body"},
        {"POST", "/echo", "", 200, "POST /echo [] [-] [-] "},
        {"GET", "/echo/a%2Fb", NULL, 200, "GET /echo/a%2Fb [a/b] [-] [-] "},
        {"DELETE", "/echo/7/part", NULL, 200, "DELETE /echo/7/part [7] [-] [-] "},
        {"HEAD", "/end/none/else", NULL, 404, ""},
        {"GET", "/", NULL, 404, "{\"title\":\"No such resource\",\"status\":404}"},
        {"GET", "/echo/", NULL, 404, "{\"title\""},
        {"PUT", "/echo", "x", 405, "{\"title\""},
        {"GET", "/echo?q=%zz", NULL, 400, "{\"title\""},
        {"GET", "/echo/%00", NULL, 400, "{\"title\""},
        {"GET", "/wait/30", NULL, 200, "later"},
        {"GET", "/wait/0", NULL, 200, "later"},
        {"GET", "/stream/sized", NULL, 200, "0123456789"},
        {"GET", "/stream/chunked", NULL, 200, "0123456789"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned status = 0;
        char *answer = call(f, cases[i].method, cases[i].target, cases[i].body, &status);
        assert_int_equal(status, cases[i].status);
        if (strncmp(answer, cases[i].answer, strlen(cases[i].answer)) != 0)
            fail_msg("%s %s: %s", cases[i].method, cases[i].target, answer);
        free(answer);
    }
}

static void speaks_http(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *request, *holds[3];
    } cases[] = {
        {"PUT /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         {"HTTP/1.1 405", "Allow: GET, POST", "application/problem+json"}},
        {"HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {"HTTP/1.1 200", "Content-Length: ", NULL}},
        {"GET /echo HTTP/1.1\r\nHost: x\r\nx-test: yes\r\nConnection: close\r\n\r\n", {"200 OK", "[yes]", NULL}},
        {"GET /stream/cut HTTP/1.1\r\nHost: x\r\n\r\n", {"Content-Length: 10", "X-How: cut", "\r\n\r\n0123456"}},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
         "4\r\nsome\r\n5\r\nthing\r\n0\r\n\r\n",
         {"200 OK", "something", NULL}},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
         {"HTTP/1.1 413", "at most 1000 bytes", NULL}},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
         {"HTTP/1.1 413", "at most 1000 bytes", NULL}},
        {"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {"HTTP/1.1 400", "malformed", NULL}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = dial(f->path);
        send_text(fd, cases[i].request);
        char *answer = read_all(fd);
        for (size_t k = 0; k < 3 && cases[i].holds[k]; k++)
            if (!strstr(answer, cases[i].holds[k]))
                fail_msg("case %zu: no \"%s\" in %s", i, cases[i].holds[k], answer);
        free(answer);
        close(fd);
    }
}

static void bounds_what_it_reads(void **state)
{
    struct fixture *f = *state;
    unsigned status;
    static const struct {
        size_t body_bytes;
        unsigned status;
    } cases[] = {{MAX_BODY, 200}, {MAX_BODY + 1, 413}, {300000, 413}, {10, 200}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *body = calloc(1, cases[i].body_bytes + 1);
        memset(body, 'x', cases[i].body_bytes);
        free(call(f, "POST", "/echo", body, &status));
        assert_int_equal(status, cases[i].status);
        free(body);
    }
    int fd = dial(f->path);
    char *line = calloc(1, 6000);
    (void)snprintf(line, 6000, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: %05000d\r\n\r\n", 0);
    send_text(fd, line);
    char *answer = read_all(fd);
    assert_non_null(strstr(answer, "HTTP/1.1 431"));
    free(answer);
    free(line);
    close(fd);
}

static void *post_later(void *arg)
{
    struct fixture *f = arg;
    unsigned status = 0;
    char *answer = call(f, "POST", "/later", "x", &status);
    assert_int_equal(status, 202);
    return answer;
}

static void answers_from_another_thread(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 200; i++) {
        pthread_t client;
        void *answer;
        assert_int_equal(pthread_create(&client, NULL, post_later, f), 0);
        struct psync_web_request *rq = take(&f->box);
        assert_true(psync_span_eq(psync_web_body(rq), "x"));
        psync_web_problem(rq, 202, "done", "number %d", i);
        assert_int_equal(pthread_join(client, &answer), 0);
        assert_non_null(strstr(answer, "\"detail\":\"number "));
        free(answer);
    }
}

/* The first request waits, and the server goes on serving others. */
static void serves_others_meanwhile(void **state)
{
    struct fixture *f = *state;
    pthread_t client;
    void *answer;
    assert_int_equal(pthread_create(&client, NULL, post_later, f), 0);
    struct psync_web_request *rq = take(&f->box);
    int fd = dial(f->path);
    send_text(fd, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    char *other = read_all(fd);
    assert_non_null(strstr(other, "200 OK"));
    free(other);
    close(fd);
    psync_web_reply(rq, 202, NULL, PSYNC_SPAN(""));
    assert_int_equal(pthread_join(client, &answer), 0);
    free(answer);
}

static void await_release(struct mailbox *box, size_t n)
{
    pthread_mutex_lock(&box->lock);
    while (box->released < n)
        pthread_cond_wait(&box->filled, &box->lock);
    pthread_mutex_unlock(&box->lock);
}

static void drops_answers_to_clients_that_left(void **state)
{
    struct fixture *f = *state;
    int fd = dial(f->path);
    send_text(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    struct psync_web_request *rq = take(&f->box);
    close(fd);
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("nobody reads this"));
    await_release(&f->box, 1);
    fd = dial(f->path);
    send_text(fd, "GET /wait/20 HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)take(&f->box);
    close(fd);
    await_release(&f->box, 2);
    fd = dial(f->path); /* half a header, then gone: nothing leaks, says the sanitizer */
    send_text(fd, "GET /later HTT");
    close(fd);
    fd = dial(f->path);
    send_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    close(fd);
    unsigned status;
    free(call(f, "GET", "/echo", NULL, &status));
    assert_int_equal(status, 200);
}

static void stops_with_requests_outstanding(void **state)
{
    struct fixture *f = *state;
    int held = dial(f->path), waiting = dial(f->path), stalled = dial(f->path);
    send_text(held, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    struct psync_web_request *rq = take(&f->box);
    send_text(waiting, "GET /wait/3600000 HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)take(&f->box);
    send_text(stalled, "GET /stall HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)take(&f->box);
    assert_int_equal(psync_web_connections(rq), 3);
    psync_web_server_free(f->server);
    f->server = NULL;
    char *answer = read_all(held);
    assert_string_equal(answer, "");
    free(answer);
    assert_int_equal(psync_web_connections(rq), 0);
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("too late"));
    await_release(&f->box, 3);
    close(held);
    close(waiting);
    close(stalled);
}

/* ---- stopping in the middle of everything, again and again; the sanitizers watch ---- */

enum { ROUNDS = 40, CLIENTS = 8, CALLS = 60, WAITING_MAX = 4096 };

struct crowd {
    pthread_mutex_t lock;
    struct psync_web_request *waiting[WAITING_MAX];
    size_t n;
    bool over;
    const char *path;
};

static void join_crowd(struct psync_web_request *rq, void *arg)
{
    struct crowd *c = arg;
    pthread_mutex_lock(&c->lock);
    assert_true(c->n < WAITING_MAX);
    c->waiting[c->n++] = rq;
    pthread_mutex_unlock(&c->lock);
}

static void wait_a_little(struct psync_web_request *rq, void *arg)
{
    psync_web_call_later(rq, (psync_ms)(strlen(psync_web_wildcard(rq))), answer_second, arg);
}

static void *answer_crowd(void *arg)
{
    struct crowd *c = arg;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        struct psync_web_request *rq = c->n ? c->waiting[--c->n] : NULL;
        bool over = c->over;
        pthread_mutex_unlock(&c->lock);
        if (rq)
            psync_web_reply(rq, 200, NULL, PSYNC_SPAN("one of many"));
        else if (over)
            return NULL;
        else
            (void)poll(NULL, 0, 0);
    }
}

/* Some of the calls are given up before their answer comes. */
static void *call_often(void *arg)
{
    static const char *const targets[] = {"/wait/xx", "/crowd", "/stream/sized", "/crowd", "/echo", "/crowd"};
    struct crowd *c = arg;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", c->path);
    for (size_t i = 0; i < CALLS; i++) {
        char text[4096];
        int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i % 6]);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        bool sent = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
                    send(fd, text, (size_t)n, MSG_NOSIGNAL) == n;
        if (sent && i % 4)
            (void)!recv(fd, text, sizeof(text), 0);
        close(fd);
    }
    return NULL;
}

static void stop_in_the_middle(struct fixture *f, int delay_ms)
{
    struct crowd c = {.path = f->path};
    const struct psync_web_route routes[] = {
        {"GET", "/crowd", join_crowd, &c},
        {"GET", "/wait/{ms}", wait_a_little, NULL},
        {"GET", "/stream/{how}", stream, NULL},
        {"GET", "/echo", echo, NULL},
    };
    struct psync_web_conf conf = {.routes = routes, .n_routes = 4};
    struct psync_web_server *server;
    pthread_t clients[CLIENTS], answerer;
    pthread_mutex_init(&c.lock, NULL);
    assert_int_equal(psync_web_listen_unix(f->path, 0600, &conf.listen_fd, NULL), PSYNC_OK);
    assert_int_equal(psync_web_server_new(&conf, &server, NULL), PSYNC_OK);
    assert_int_equal(pthread_create(&answerer, NULL, answer_crowd, &c), 0);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, call_often, &c), 0);
    (void)poll(NULL, 0, delay_ms);
    psync_web_server_free(server);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    pthread_mutex_lock(&c.lock);
    c.over = true;
    pthread_mutex_unlock(&c.lock);
    pthread_join(answerer, NULL);
    pthread_mutex_destroy(&c.lock);
}

static void stops_at_any_moment(void **state)
{
    struct fixture *f = *state;
    psync_web_server_free(f->server);
    f->server = NULL;
    for (int round = 0; round < ROUNDS; round++)
        stop_in_the_middle(f, 2 + round % 10);
}

static void ends_connections(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *request;
        int error; /* of the read that follows */
    } cases[] = {{"GET /end/close HTTP/1.1\r\nHost: x\r\n\r\n", 0},
                 {"GET /end/reset HTTP/1.1\r\nHost: x\r\n\r\n", ECONNRESET}};
    struct fixture tcp = {.box = f->box};
    int listening;
    assert_int_equal(psync_web_listen_tcp("127.0.0.1:0", &listening, NULL), PSYNC_OK);
    assert_int_equal(serve(&tcp, listening), PSYNC_OK);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(psync_web_server_port(tcp.server)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char byte;
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
        send_text(fd, cases[i].request);
        errno = 0;
        assert_int_equal(recv(fd, &byte, 1, 0), cases[i].error ? -1 : 0);
        assert_int_equal(errno, cases[i].error);
        close(fd);
    }
    psync_web_server_free(tcp.server);
}

static void stops_before_it_did_anything(void **state)
{
    (void)state;
    psync_web_server_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_routes),
        TEST(speaks_http),
        TEST(bounds_what_it_reads),
        TEST(answers_from_another_thread),
        TEST(serves_others_meanwhile),
        TEST(drops_answers_to_clients_that_left),
        TEST(stops_with_requests_outstanding),
        TEST(stops_at_any_moment),
        TEST(ends_connections),
        TEST(stops_before_it_did_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
