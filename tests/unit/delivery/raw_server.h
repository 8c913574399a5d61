/* raw_server - a TCP server for tests that says exactly what a test wants, byte by byte.
 *
 * One thread serves connections one after the other with the function given. What it read is kept. */
#ifndef TESTS_DELIVERY_RAW_SERVER_H
#define TESTS_DELIVERY_RAW_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct raw_server;
typedef void raw_serve(struct raw_server *s, int fd);

struct raw_server {
    int fd;
    uint16_t port;
    pthread_t thread;
    raw_serve *serve;
    const char *text;       /* what a serve function may send */
    atomic_uint connections, requests, closed;
    atomic_bool stop;
    char seen[65536];       /* the last request */
    size_t n_seen;
};

static inline int raw_listen(int backlog, uint16_t *ret_port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, backlog) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        abort();
    *ret_port = ntohs(a.sin_port);
    return fd;
}

static inline size_t raw_body_length(const char *head)
{
    const char *field = strstr(head, "Content-Length:");
    return field ? (size_t)strtoul(field + 15, NULL, 10) : 0;
}

/* Reads one request with its body. false: the peer has closed. */
static inline bool raw_read_request(struct raw_server *s, int fd)
{
    s->n_seen = 0;
    for (;;) {
        ssize_t n = recv(fd, s->seen + s->n_seen, sizeof s->seen - 1 - s->n_seen, 0);
        if (n <= 0)
            return false;
        s->n_seen += (size_t)n;
        s->seen[s->n_seen] = '\0';
        const char *end = strstr(s->seen, "\r\n\r\n");
        if (end && s->n_seen >= (size_t)(end + 4 - s->seen) + raw_body_length(s->seen)) {
            atomic_fetch_add(&s->requests, 1);
            return true;
        }
    }
}

static inline bool raw_send(int fd, const char *text)
{
    size_t len = strlen(text);
    return send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static inline void raw_reset_on_close(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline void *raw_run(void *arg)
{
    struct raw_server *s = arg;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0 || atomic_load(&s->stop)) {
            if (fd >= 0)
                close(fd);
            return NULL;
        }
        atomic_fetch_add(&s->connections, 1);
        s->serve(s, fd);
        close(fd);
        atomic_fetch_add(&s->closed, 1);
    }
}

static inline struct raw_server *raw_start(raw_serve *serve, const char *text)
{
    struct raw_server *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->serve = serve;
    s->text = text;
    s->fd = raw_listen(64, &s->port);
    if (pthread_create(&s->thread, NULL, raw_run, s) != 0)
        abort();
    return s;
}

/* The caller's connections must be closed, or the serve function must end by itself. */
static inline void raw_stop(struct raw_server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    atomic_store(&s->stop, true);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)connect(fd, (struct sockaddr *)&a, sizeof a); /* wakes accept */
    close(fd);
    pthread_join(s->thread, NULL);
    close(s->fd);
    free(s);
}

/* ---- serve functions ---- */
/* Answers every request with `text` until the peer closes. */
static inline void raw_answer(struct raw_server *s, int fd)
{
    while (raw_read_request(s, fd) && raw_send(fd, s->text))
        ;
}

/* Answers one request with `text`, then closes. */
static inline void raw_answer_once(struct raw_server *s, int fd)
{
    if (raw_read_request(s, fd))
        (void)raw_send(fd, s->text);
}

/* Answers one request with `text`, reads another, then closes. */
static inline void raw_answer_then_close(struct raw_server *s, int fd)
{
    if (raw_read_request(s, fd) && raw_send(fd, s->text))
        (void)raw_read_request(s, fd);
}

/* Reads a request, then resets the connection. */
static inline void raw_reset(struct raw_server *s, int fd)
{
    (void)raw_read_request(s, fd);
    raw_reset_on_close(fd);
}

/* Sends `text` after a request, then repeats its last 64 bytes without end. */
static inline void raw_endless(struct raw_server *s, int fd)
{
    size_t len = strlen(s->text), tail = len < 64 ? len : 64;
    if (!raw_read_request(s, fd) || !raw_send(fd, s->text))
        return;
    while (!atomic_load(&s->stop) && raw_send(fd, s->text + len - tail))
        ;
}

/* Sends `text`, then nothing, until the peer closes. */
static inline void raw_stall(struct raw_server *s, int fd)
{
    char byte;
    if (raw_read_request(s, fd) && raw_send(fd, s->text))
        while (recv(fd, &byte, 1, 0) > 0)
            ;
}

#endif
