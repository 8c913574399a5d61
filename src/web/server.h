/* server - an HTTP/1.1 server: routes, limits, and replies now, later or bit by bit.
 *
 * It runs on one thread of its own (libmicrohttpd with poll), which calls the handlers: they must not block. A handler
 * answers exactly once with one of the psync_web_reply functions, or passes the request on and returns; then another
 * thread answers it later (this is how puts that share a commit are answered). After its answer a request is no longer
 * the caller's. A client that went away meanwhile does no harm: the answer is dropped.
 *
 * Errors are Problem Details (RFC 9457), except where libmicrohttpd refuses what is no HTTP at all. */
#ifndef PSYNC_WEB_SERVER_H
#define PSYNC_WEB_SERVER_H

#include "base/buf.h"
#include "base/clock.h"
#include "web/certificate.h"

#include <stdint.h>
#include <sys/types.h>

struct psync_web_server;  /* opaque */
struct psync_web_request; /* opaque */

typedef void psync_web_handler(struct psync_web_request *rq, void *arg);

/* `pattern` is a path such as "/v1/dead/{id}/retry"; one segment in braces matches any segment that is not empty. GET
 * routes serve HEAD too. */
struct psync_web_route {
    const char *method, *pattern; /* borrowed for the server's life: literals */
    psync_web_handler *handler;
    void *arg;
};

/* How long a client may take: beyond, its connection is closed; in the middle of a request with 408, but over TLS
 * without a word. 0: as long as something moves (idle_timeout_s). */
struct psync_web_patience {
    psync_ms begin_ms; /* until its first request's first line is there */
    psync_ms idle_ms;  /* between two requests; set, a new client may also take the place of one that is idle or slow */
    psync_ms read_ms;  /* from a request's first line to its last byte */
    psync_ms send_ms;  /* for an answer */
};

struct psync_web_header {
    const char *name, *value;
};

struct psync_web_conf {
    int listen_fd;                        /* see web/listen.h; the server's from now on, also if it cannot start */
    const struct psync_web_route *routes; /* copied; tried in order */
    size_t n_routes;
    size_t max_body_bytes;    /* 413 beyond; 0: 1 MiB */
    size_t max_header_bytes;  /* request line and header fields, 431 beyond; 0: 16 KiB */
    unsigned max_connections; /* more wait in the backlog; 0: 512 */
    unsigned idle_timeout_s;  /* a connection on which nothing moves is closed; 0: 75 s */
    struct psync_web_certificate *certificate; /* the server's from now on, as `listen_fd`; NULL: plain HTTP */
    struct psync_web_patience patience;
    size_t max_held_bytes;    /* bodies of all requests together; 503 beyond; 0: no such limit */
    const struct psync_web_header *headers; /* of every answer that has not its own of that name; borrowed for the
                                               server's life */
    size_t n_headers;
    /* Called when a request's header is there and its route is known, before its body is read, with the route's
     * `arg`: it may psync_web_divert it, or limit its body. NULL: every request is let in. */
    psync_web_handler *admit;
};

PSYNC_CHECKED enum psync_result psync_web_server_new(const struct psync_web_conf *conf,
                                                     struct psync_web_server **ret_server, struct psync_error *err);
/* Waits for a running handler, closes every connection. Requests that other threads hold stay valid until those threads
 * answer them, which then does nothing. Not from a handler. A unix socket's file is its maker's to remove. NULL is
 * fine. */
void psync_web_server_free(struct psync_web_server *server);

/* What it shows from now on, of a server that speaks TLS; the server's. False: it is what is shown already. One thread
 * at a time. */
bool psync_web_server_show(struct psync_web_server *s, struct psync_web_certificate *certificate);

struct psync_web_figures {
    size_t connections;            /* now */
    uint64_t accepted, shown_out;  /* since the start: how many came, and were closed for being slow or in the way */
    size_t held_bytes;             /* of bodies now */
    uint64_t turns;                /* how often its thread did something for a client */
};
void psync_web_server_figures(struct psync_web_server *s, struct psync_web_figures *ret_figures); /* any thread */

/* Does its thread still turn? Takes at most `wait_ms`, and counts as a connection; true also where that cannot be told.
 * Any thread but its own. */
bool psync_web_server_responds(struct psync_web_server *s, psync_ms wait_ms);

uint16_t psync_web_server_port(const struct psync_web_server *server); /* 0: a unix socket */

/* ---- the request; what is returned is valid until the answer ---- */
const char *psync_web_method(const struct psync_web_request *rq);
const char *psync_web_path(const struct psync_web_request *rq);     /* without the query, not decoded */
const char *psync_web_wildcard(const struct psync_web_request *rq); /* decoded; "" when the route has none */
const char *psync_web_query(const struct psync_web_request *rq, const char *name);  /* decoded; NULL: absent */
const char *psync_web_header(const struct psync_web_request *rq, const char *name); /* any case; NULL: absent.
                                                                                       Only in a handler. */
/* Further fields of that name count too: how many there are. Only in a handler. */
unsigned psync_web_header_count(const struct psync_web_request *rq, const char *name);
/* The last field of that name, which the last proxy on the way wrote; NULL: absent. Only in a handler. */
const char *psync_web_header_last(const struct psync_web_request *rq, const char *name);
/* The client's address without its port; "" over a unix socket. Only in a handler. */
enum { PSYNC_WEB_CLIENT_MAX = 64 };
const char *psync_web_client_address(const struct psync_web_request *rq, char ret_text[PSYNC_WEB_CLIENT_MAX]);
/* From conf.admit only: `handler` answers in place of the route's, and the body is dropped. */
void psync_web_divert(struct psync_web_request *rq, psync_web_handler *handler, void *arg);
/* From conf.admit only: its body may have that many bytes, if the server does not allow fewer; 413 beyond. */
void psync_web_limit_body(struct psync_web_request *rq, size_t max_bytes);
struct psync_span psync_web_body(const struct psync_web_request *rq);
unsigned psync_web_connections(const struct psync_web_request *rq); /* open ones of the server that it came to; any
                                                                       thread */

/* Memory of the handler's that lives as long as the request; `release` is called once when the request is over,
 * answered or not, on any thread. At most one a request. */
void psync_web_attach(struct psync_web_request *rq, void *context, void (*release)(void *context));
void *psync_web_attached(const struct psync_web_request *rq); /* NULL: nothing */

/* ---- the answer: exactly one of these, from any thread ---- */
void psync_web_reply(struct psync_web_request *rq, unsigned status, const char *content_type, struct psync_span body);
/* Takes the buffer's memory instead of copying it; `body` is empty afterwards. */
void psync_web_reply_buf(struct psync_web_request *rq, unsigned status, const char *content_type,
                         struct psync_buf *body);
/* application/problem+json with `status`, `title` and a `detail` when `fmt` is not NULL. */
void psync_web_problem(struct psync_web_request *rq, unsigned status, const char *title, const char *fmt, ...)
    PSYNC_PRINTF(4, 5);

/* The same with a field of its own, such as Retry-After; `detail` may be NULL. */
void psync_web_problem_with(struct psync_web_request *rq, unsigned status, const char *title, const char *detail,
                            const struct psync_web_header *header);

/* A body made while it is sent. `read` is called on the server's thread: it writes at most `max` bytes and returns how
 * many; 0 with `*ret_wait_ms` > 0: nothing for so long; 0 with 0: the end; < 0: cut the connection here. */
struct psync_web_stream {
    ssize_t (*read)(void *arg, uint64_t position, char *ret_bytes, size_t max, psync_ms *ret_wait_ms);
    void (*done)(void *arg); /* called once at the end, whatever happened; NULL: nothing to do */
    void *arg;
    uint64_t length; /* sent as Content-Length; PSYNC_WEB_LENGTH_UNKNOWN: chunked */
};
#define PSYNC_WEB_LENGTH_UNKNOWN UINT64_MAX

enum psync_web_ending {
    PSYNC_WEB_ANSWER, /* a response */
    PSYNC_WEB_CLOSE,  /* none: the connection is closed */
    PSYNC_WEB_RESET   /* none: the connection is reset (TCP RST) */
};

struct psync_web_reply {
    enum psync_web_ending ending;
    unsigned status;
    const char *content_type;       /* NULL: none */
    struct psync_span body;         /* copied */
    struct psync_buf *buf;          /* instead of `body`: taken, as psync_web_reply_buf does */
    struct psync_web_stream stream; /* instead of both, when `read` is set */
    const struct psync_web_header *headers; /* copied */
    size_t n_headers;
};
void psync_web_reply_with(struct psync_web_request *rq, const struct psync_web_reply *reply);

/* From a handler, instead of an answer: calls `handler` for this request after `delay_ms`, on the server's thread,
 * without holding up others. Not called if the server ends first. */
void psync_web_call_later(struct psync_web_request *rq, psync_ms delay_ms, psync_web_handler *handler, void *arg);

/* From a handler, instead of an answer: the connection becomes the caller's, who may break HTTP on it as he likes and
 * closes it. It does not block (O_NONBLOCK). -1: with TLS, or out of descriptors; the request is still unanswered. */
int psync_web_take_over(struct psync_web_request *rq);

#endif
