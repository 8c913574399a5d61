/* Clients that are slow, idle, many or not let in: over real TCP. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/listen.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEATS = 16, HELD_MAX = 2000, BODY_MAX = 1500, SHORT_MS = 300, GIVEN_MS = 8000 };

static void answer(struct psync_web_request *rq, void *arg)
{
    char text[PSYNC_WEB_CLIENT_MAX];
    (void)arg;
    psync_web_client_address(rq, text);
    psync_web_reply(rq, 200, "text/plain", (struct psync_span){text, strlen(text)});
}

static struct psync_web_request *held;

static void hold(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    __atomic_store_n(&held, rq, __ATOMIC_RELEASE);
}

static pthread_mutex_t *stops_at;
static bool stopped;

static void stop(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    __atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
    pthread_mutex_lock(stops_at);
    pthread_mutex_unlock(stops_at);
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("on"));
}

static void refuse(struct psync_web_request *rq, void *arg)
{
    assert_int_equal(psync_web_body(rq).len, 0);
    psync_web_problem(rq, 401, arg, NULL);
}

static void admit(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    if (psync_web_header(rq, "X-Refuse"))
        psync_web_divert(rq, refuse, (void *)(uintptr_t) "Who are you?");
    if (psync_web_header(rq, "X-Small"))
        psync_web_limit_body(rq, 10);
}

static const struct psync_web_header headers[] = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
static const struct psync_web_route routes[] = {
    {"GET", "/", answer, NULL}, {"POST", "/", answer, NULL}, {"POST", "/hold", hold, NULL}, {"GET", "/stop", stop, NULL}};

static struct psync_web_server *serve(struct psync_web_patience patience)
{
    struct psync_web_server *server = NULL;
    struct psync_web_conf conf = {.routes = routes,
                                  .n_routes = sizeof(routes) / sizeof(routes[0]),
                                  .max_body_bytes = BODY_MAX,
                                  .max_held_bytes = HELD_MAX,
                                  .max_connections = SEATS,
                                  .patience = patience,
                                  .headers = headers,
                                  .n_headers = 2,
                                  .admit = admit};
    assert_int_equal(psync_web_listen_tcp("127.0.0.1:0", &conf.listen_fd, NULL), PSYNC_OK);
    assert_int_equal(psync_web_server_new(&conf, &server, NULL), PSYNC_OK);
    return server;
}

static int dial(const struct psync_web_server *server)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(psync_web_server_port(server))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What comes within the time given; "" when the server closed without a word, NULL when it did nothing. */
static char *hear(int fd)
{
    static char text[65536];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, GIVEN_MS) <= 0)
        return NULL;
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* Sends the pieces, and then a byte now and then; it must be cut all the same, with `expected` first. */
static void is_cut(struct psync_web_server *server, const char *const *pieces, const char *expected)
{
    int fd = dial(server);
    char *heard = NULL;
    for (; *pieces; pieces++)
        say(fd, *pieces);
    for (int i = 0; i < 100; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 100) > 0)
            break;
        (void)send(fd, "x", 1, MSG_NOSIGNAL);
    }
    heard = hear(fd);
    assert_non_null(heard);
    assert_memory_equal(heard, expected, strlen(expected));
    if (expected[0] == '\0') {
        assert_string_equal(heard, "");
    } else {
        assert_non_null(strstr(heard, "\r\nDate: "));
        assert_non_null(strstr(heard, "\r\nX-Content-Type-Options: nosniff\r\n"));
        const char *body = strstr(heard, "\r\n\r\n");
        char length[40];
        (void)snprintf(length, sizeof length, "\r\nContent-Length: %zu\r\n", strlen(body + 4));
        assert_non_null(strstr(heard, length));
        assert_string_equal(body + 4, "{\"title\":\"The request did not come in time\",\"status\":408}");
    }
    close(fd);
}

static void cuts_who_is_slow(void **state)
{
    static const struct {
        const char *pieces[4];
        struct psync_web_patience patience;
        const char *expected;
    } cases[] = {
        {{NULL}, {.begin_ms = SHORT_MS, .idle_ms = 60000}, ""},
        {{"GET / HT"}, {.begin_ms = SHORT_MS, .idle_ms = 60000}, ""},
        {{"GET / HTTP/1.1\r\n", "X-A: b"}, {.read_ms = SHORT_MS, .idle_ms = 60000}, "HTTP/1.1 408 "},
        {{"POST / HTTP/1.1\r\nHost: a\r\n", "Content-Length: 1000\r\n\r\n", "abc"},
         {.read_ms = SHORT_MS, .idle_ms = 60000},
         "HTTP/1.1 408 "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_web_server *server = serve(cases[i].patience);
        struct psync_web_figures figures;
        is_cut(server, cases[i].pieces, cases[i].expected);
        psync_web_server_figures(server, &figures);
        assert_int_equal(figures.shown_out, 1);
        psync_web_server_free(server);
    }
}

static void cuts_who_is_idle_after_an_answer(void **state)
{
    (void)state;
    struct psync_web_server *server = serve((struct psync_web_patience){.begin_ms = 60000, .idle_ms = SHORT_MS});
    int fd = dial(server);
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    char *heard = hear(fd);
    assert_non_null(strstr(heard, "\r\n\r\n127.0.0.1"));
    assert_non_null(strstr(heard, "X-Content-Type-Options: nosniff"));
    heard = hear(fd);
    assert_non_null(heard);
    assert_string_equal(heard, "");
    close(fd);
    psync_web_server_free(server);
}

/* As long as a handler thinks, nobody is cut. */
static void waits_for_its_own_handlers(void **state)
{
    (void)state;
    struct psync_web_server *server = serve((struct psync_web_patience){SHORT_MS, SHORT_MS, SHORT_MS, 60000});
    struct psync_web_request *rq;
    int fd = dial(server);
    say(fd, "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    while (!(rq = __atomic_load_n(&held, __ATOMIC_ACQUIRE)))
        poll(NULL, 0, 5);
    held = NULL;
    poll(NULL, 0, 5 * SHORT_MS);
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("at last"));
    assert_non_null(strstr(hear(fd), "at last"));
    close(fd);
    psync_web_server_free(server);
}

/* Many that say nothing, and many that begin and do not go on: who comes and asks is served. */
static void lets_in_whoever_comes(void **state)
{
    static const char *const words[] = {"", "GET / HTTP/1.1\r\n"};
    (void)state;
    for (size_t w = 0; w < 2; w++) {
        struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
        int crowd[8 * SEATS];
        for (size_t i = 0; i < 8 * SEATS; i++) {
            crowd[i] = dial(server);
            (void)send(crowd[i], words[w], strlen(words[w]), MSG_NOSIGNAL);
        }
        for (int i = 0; i < 20; i++) {
            int fd = dial(server);
            say(fd, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            char *heard = hear(fd);
            assert_non_null(heard);
            assert_non_null(strstr(heard, "200 OK"));
            close(fd);
        }
        for (size_t i = 0; i < 8 * SEATS; i++)
            close(crowd[i]);
        psync_web_server_free(server);
    }
}

/* One that came just now has not asked yet; those who dawdle go before it. */
static void spares_who_came_just_now(void **state)
{
    (void)state;
    struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
    int slow[SEATS - SEATS / 8 - 1], more[SEATS / 2];
    struct psync_web_figures figures = {0};
    for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++) {
        slow[i] = dial(server);
        say(slow[i], "GET / HTTP/1.1\r\n");
    }
    poll(NULL, 0, 100); /* they are read */
    int fresh = dial(server);
    for (size_t i = 0; i < SEATS / 2; i++) {
        more[i] = dial(server);
        say(more[i], "GET / HTTP/1.1\r\n");
    }
    while (figures.shown_out == 0)
        psync_web_server_figures(server, &figures);
    say(fresh, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    char *heard = hear(fresh);
    assert_non_null(heard);
    assert_non_null(strstr(heard, "200 OK"));
    close(fresh);
    for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++)
        close(slow[i]);
    for (size_t i = 0; i < SEATS / 2; i++)
        close(more[i]);
    psync_web_server_free(server);
}

/* A handler that does not come back must show; a thread that waits for its clients is well. */
static void shows_whether_it_turns(void **state)
{
    (void)state;
    static pthread_mutex_t stuck = PTHREAD_MUTEX_INITIALIZER;
    struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
    struct psync_web_figures figures = {0};
    assert_true(psync_web_server_responds(server, GIVEN_MS));
    int idle = dial(server);
    assert_true(psync_web_server_responds(server, GIVEN_MS));
    pthread_mutex_lock(&stuck);
    stops_at = &stuck;
    int fd = dial(server);
    say(fd, "GET /stop HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!__atomic_load_n(&stopped, __ATOMIC_ACQUIRE))
        poll(NULL, 0, 5);
    assert_false(psync_web_server_responds(server, SHORT_MS));
    pthread_mutex_unlock(&stuck);
    assert_memory_equal(hear(fd), "HTTP/1.1 200", 12);
    assert_true(psync_web_server_responds(server, GIVEN_MS));
    close(fd);
    close(idle);
    for (figures.connections = 1; figures.connections > 0; psync_web_server_figures(server, &figures))
        poll(NULL, 0, 5);
    psync_web_server_free(server);
}

static void diverts_without_reading_the_body(void **state)
{
    static const struct {
        const char *rest, *expected;
    } cases[] = {
        {"Content-Length: 5\r\n\r\nhello", "401"},
        {"Content-Length: 1073741824\r\n\r\n", "401"}, /* answered before a byte of it has come */
        {"Content-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n", "401"},
        {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "401"},
    };
    (void)state;
    struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = dial(server);
        say(fd, "POST / HTTP/1.1\r\nHost: a\r\nX-Refuse: 1\r\n");
        say(fd, cases[i].rest);
        char *heard = hear(fd);
        assert_non_null(heard);
        assert_memory_equal(heard, "HTTP/1.1 401", 12);
        assert_non_null(strstr(heard, "no-store"));
        close(fd);
    }
    psync_web_server_free(server);
}

/* What is behind the header is then no request of ours: RFC 9112 section 11.2, smuggling. */
static void refuses_a_body_of_two_lengths(void **state)
{
    static const char *const cases[] = {
        "Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello",
        "Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello",
        "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    (void)state;
    struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = dial(server);
        say(fd, "POST / HTTP/1.1\r\nHost: a\r\n");
        say(fd, cases[i]);
        char *heard = hear(fd);
        assert_non_null(heard);
        assert_memory_equal(heard, "HTTP/1.1 400", 12);
        assert_null(strstr(heard + 12, "HTTP/1.1"));
        assert_non_null(strstr(heard, "Connection: close"));
        close(fd);
    }
    psync_web_server_free(server);
}

static void bounds_the_body_of_one(void **state)
{
    static const struct {
        const char *rest, *expected;
    } cases[] = {
        {"X-Small: 1\r\nContent-Length: 10\r\n\r\n0123456789", "200"},
        {"X-Small: 1\r\nContent-Length: 11\r\n\r\n0123456789x", "413"},
        {"X-Small: 1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n", "413"},
        {"Content-Length: 11\r\n\r\n0123456789x", "200"},
    };
    (void)state;
    struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = dial(server);
        say(fd, "POST / HTTP/1.1\r\nHost: a\r\n");
        say(fd, cases[i].rest);
        char *heard = hear(fd);
        assert_non_null(heard);
        assert_memory_equal(heard + 9, cases[i].expected, 3);
        if (cases[i].expected[0] == '4')
            assert_non_null(strstr(heard, "at most 10 bytes"));
        close(fd);
    }
    psync_web_server_free(server);
}

static void bounds_all_bodies_together(void **state)
{
    char body[1200];
    (void)state;
    memset(body, 'x', sizeof body);
    struct psync_web_server *server = serve((struct psync_web_patience){60000, 60000, 60000, 60000});
    struct psync_web_figures figures = {0};
    int first = dial(server), second = dial(server);
    say(first, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1201\r\n\r\n");
    assert_int_equal(send(first, body, sizeof body, 0), sizeof body);
    while (figures.held_bytes < sizeof body)
        psync_web_server_figures(server, &figures);
    say(second, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1200\r\nConnection: close\r\n\r\n");
    assert_int_equal(send(second, body, sizeof body, 0), sizeof body);
    char *heard = hear(second);
    assert_non_null(heard);
    assert_memory_equal(heard, "HTTP/1.1 503", 12);
    assert_non_null(strstr(heard, "Retry-After: 1"));
    say(first, "x");
    assert_memory_equal(hear(first), "HTTP/1.1 200", 12);
    close(first);
    close(second);
    while (figures.held_bytes > 0)
        psync_web_server_figures(server, &figures);
    psync_web_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_who_is_slow),
        cmocka_unit_test(cuts_who_is_idle_after_an_answer),
        cmocka_unit_test(waits_for_its_own_handlers),
        cmocka_unit_test(lets_in_whoever_comes),
        cmocka_unit_test(spares_who_came_just_now),
        cmocka_unit_test(shows_whether_it_turns),
        cmocka_unit_test(diverts_without_reading_the_body),
        cmocka_unit_test(refuses_a_body_of_two_lengths),
        cmocka_unit_test(bounds_the_body_of_one),
        cmocka_unit_test(bounds_all_bodies_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
