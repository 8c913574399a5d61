/* http_exchange - requests laid onto libcurl handles; what libcurl calls back while they run. */
#include "delivery/http_exchange.h"

#include "delivery/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- called by libcurl ---- */
static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct psync_http_exchange *x = arg;
    if (n > 5 && memcmp(line, "HTTP/", 5) == 0)
        x->target->speaks_http2 = line[5] == '2';
    return psync_reply_add_line(&x->reply, line, size * n) ? size * n : 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct psync_http_exchange *x = arg;
    /* Anything else than all of it ends the transfer; CURL_WRITEFUNC_PAUSE is no size that comes here. */
    return psync_reply_add_body(&x->reply, bytes, size * n) ? size * n : 0;
}

static void refuse(struct psync_http_exchange *x, const char *why, const char *address)
{
    x->forbidden = why;
    snprintf(x->forbidden_address, sizeof x->forbidden_address, "%s", address);
}

/* Opens the socket for an address a name led to, unless that address is out of bounds; libcurl then tries the next. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct psync_http_exchange *x = arg;
    (void)purpose;
    const char *why = psync_address_check(&address->addr, x->target->rule);
    if (why) {
        char text[64] = "";
        psync_address_format(&address->addr, text, sizeof text);
        refuse(x, why, text);
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype, address->protocol);
    if (fd < 0) {
        x->no_descriptor = errno == EMFILE || errno == ENFILE;
        return CURL_SOCKET_BAD;
    }
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    atomic_fetch_add(x->connections, 1);
    return fd;
}

/* A connection outlives the exchange it was opened for, so that what this gets is the counter itself. */
static int on_close_socket(void *arg, curl_socket_t fd)
{
    atomic_size_t *connections = arg;
    atomic_fetch_sub(connections, 1);
    return close(fd);
}

/* Is this the second time that the request goes out, because a kept connection died under the first? What never left
 * was not lost; nor was what a server that speaks HTTP/2 refused to look at, which libcurl does not tell apart. */
static bool goes_again(struct psync_http_exchange *x)
{
    long sent = 0, connects = 0;
    bool known = curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK &&
                 curl_easy_getinfo(x->easy, CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK;
    bool again = known && sent > 0 && x->kept && !x->target->speaks_http2;
    x->kept = connects == 0;
    return again;
}

/* Before a request goes out. Connections are shared by all targets, and one that was opened for a target that may
 * speak to private addresses must not serve another that may not. */
static int on_connection(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct psync_http_exchange *x = arg;
    (void)local_ip, (void)remote_port, (void)local_port;
    x->lost = goes_again(x);
    if (x->lost)
        return CURL_PREREQFUNC_ABORT;
    const char *why = psync_address_check_text(remote_ip, x->target->rule);
    if (!why)
        return CURL_PREREQFUNC_OK;
    refuse(x, why, remote_ip);
    return CURL_PREREQFUNC_ABORT;
}

/* libcurl reads the answer to CONNECT to its end, byte by byte, and looks at no clock meanwhile: a proxy that never
 * comes to an end would hold up everybody. libcurl's own timeout goes first wherever it works. */
static int on_progress(void *arg, curl_off_t to_receive, curl_off_t received, curl_off_t to_send, curl_off_t sent)
{
    enum { MARGIN_MS = 100 };
    const struct psync_http_exchange *x = arg;
    (void)to_receive, (void)received, (void)to_send, (void)sent;
    return psync_clock_us() - x->began_us > (uint64_t)(x->target->timeout + MARGIN_MS) * 1000;
}

CURLcode psync_http_exchange_callbacks(struct psync_http_target *t)
{
    CURLcode code = curl_easy_setopt(t->model, CURLOPT_HEADERFUNCTION, on_header);
    if (code == CURLE_OK)
        code = curl_easy_setopt(t->model, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(t->model, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    if (code == CURLE_OK)
        code = curl_easy_setopt(t->model, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    if (code == CURLE_OK)
        code = curl_easy_setopt(t->model, CURLOPT_PREREQFUNCTION, on_connection);
    if (code == CURLE_OK && t->proxied)
        code = curl_easy_setopt(t->model, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (code == CURLE_OK && t->proxied)
        code = curl_easy_setopt(t->model, CURLOPT_NOPROGRESS, 0L);
    return code;
}

/* ---- life ---- */
static void exchange_free(struct psync_http_exchange *x)
{
    if (!x)
        return;
    curl_easy_cleanup(x->easy);
    psync_reply_done(&x->reply);
    free(x);
}

static CURLcode point_at_exchange(struct psync_http_exchange *x)
{
    static const CURLoption options[] = {CURLOPT_HEADERDATA,     CURLOPT_WRITEDATA, CURLOPT_PRIVATE,
                                         CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA, CURLOPT_XFERINFODATA};
    CURLcode code = curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->error);
    for (size_t i = 0; i < sizeof options / sizeof options[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(x->easy, options[i], (void *)x);
    return code;
}

static struct psync_http_exchange *exchange_new(struct psync_http_target *t)
{
    struct psync_http_exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    psync_list_init(&x->link);
    psync_reply_init(&x->reply, t->max_body);
    x->target = t;
    x->easy = curl_easy_duphandle(t->model);
    if (!x->easy || point_at_exchange(x) != CURLE_OK) {
        exchange_free(x);
        return NULL;
    }
    return x;
}

struct psync_http_exchange *psync_http_exchange_take(struct psync_http_target *t)
{
    struct psync_link *idle = psync_list_pop(&t->idle);
    struct psync_http_exchange *x =
        idle ? PSYNC_CONTAINER(idle, struct psync_http_exchange, link) : exchange_new(t);
    if (x)
        t->references++;
    return x;
}

void psync_http_exchange_give_back(struct psync_http_exchange *x)
{
    psync_list_remove(&x->link);
    psync_reply_reset(&x->reply);
    /* Last in, first out would need a push at the front; in turn is as good, all of them are warm. */
    psync_list_push(&x->target->idle, &x->link);
    psync_http_target_release(x->target); /* may free x */
}

void psync_http_exchange_free_idle(struct psync_http_target *t)
{
    struct psync_link *link;
    while ((link = psync_list_pop(&t->idle)) != NULL)
        exchange_free(PSYNC_CONTAINER(link, struct psync_http_exchange, link));
}

/* ---- the request ---- */
/* A key as a structured-field String (RFC 8941 section 3.3.3) or bare. The queue admits visible ASCII only; a queue
 * file that was tampered with must not write header lines. */
static bool write_key(char *line, size_t size, const struct psync_http_target *t, const char *key)
{
    int n = snprintf(line, size, "%s: %s", t->key_header, t->key_quoted ? "\"" : "");
    size_t len = n > 0 ? (size_t)n : size;
    for (; *key && len + 4 < size; key++) {
        if (*key < 0x21 || *key > 0x7e)
            return false;
        if (t->key_quoted && (*key == '"' || *key == '\\'))
            line[len++] = '\\';
        line[len++] = *key;
    }
    if (*key != '\0' || len + 2 > size)
        return false;
    if (t->key_quoted)
        line[len++] = '"';
    line[len] = '\0';
    return true;
}

static CURLcode set_request(struct psync_http_exchange *x, const struct psync_http_send *send)
{
    if (send->body.data) {
        CURLcode code = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)send->body.len);
        if (code == CURLE_OK)
            code = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, send->body.data);
        bool post = strcmp(send->method, "POST") == 0;
        if (code == CURLE_OK && post != x->method_is_post)
            code = curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, post ? NULL : send->method);
        x->method_is_post = post;
        return code;
    }
    x->method_is_post = false;
    CURLcode code = curl_easy_setopt(x->easy, CURLOPT_NOBODY, strcmp(send->method, "HEAD") == 0 ? 1L : 0L);
    if (code == CURLE_OK && strcmp(send->method, "HEAD") != 0)
        code = curl_easy_setopt(x->easy, CURLOPT_HTTPGET, 1L);
    return code == CURLE_OK ? curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, send->method) : code;
}

enum psync_result psync_http_exchange_prepare(struct psync_http_exchange *x, const struct psync_http_send *send)
{
    struct curl_slist *lines = psync_http_target_lines(x->target, send->body.data != NULL);
    if (send->traceparent[0] && psync_header_value_valid(send->traceparent)) {
        snprintf(x->trace_line, sizeof x->trace_line, "traceparent: %s", send->traceparent);
        x->trace = (struct curl_slist){.data = x->trace_line, .next = lines};
        lines = &x->trace;
    }
    if (send->key) {
        if (!write_key(x->key_line, sizeof x->key_line, x->target, send->key))
            return PSYNC_REJECT;
        x->key = (struct curl_slist){.data = x->key_line, .next = lines};
        lines = &x->key;
    }
    if (set_request(x, send) != CURLE_OK || curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, lines) != CURLE_OK)
        return PSYNC_NOMEM;
    size_t most = x->target->max_body < SIZE_MAX ? (size_t)x->target->max_body : SIZE_MAX;
    x->reply.body.max = send->response_bytes > most ? send->response_bytes : most;
    x->tag = send->tag;
    x->error[0] = x->detail[0] = '\0';
    x->forbidden = NULL;
    x->no_descriptor = x->kept = x->lost = false;
    x->at = psync_clock_wall();
    x->began_us = psync_clock_us();
    return PSYNC_OK;
}
