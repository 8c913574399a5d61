/* server_impl - what the files of the server share; private to src/web.
 *
 * A request's life, changed only under the server's lock by the functions of park.c:
 *
 *   READING -> RUNNING --answer--------------> ANSWERED -> SENDING <--> PAUSED (a stream waits for its timer)
 *              RUNNING -> HELD --answer------> ANSWERED
 *              RUNNING -> WAITING --timer----> DUE -> RUNNING  (psync_web_call_later)
 *
 * HELD, WAITING and PAUSED are suspended connections: libmicrohttpd does not look at their sockets, so they cannot end
 * under us; the one who resumes takes the request off the server's list. Two owners may keep a request: the connection,
 * until libmicrohttpd is through with it, and whoever is to answer, until it has. The last one frees it. */
#ifndef PSYNC_WEB_SERVER_IMPL_H
#define PSYNC_WEB_SERVER_IMPL_H

#include "base/containers.h"
#include "web/server.h"
#include "web/target.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum psync_web_state {
    READING,
    RUNNING,
    HELD,
    WAITING,
    DUE,
    ANSWERED,
    SENDING,
    PAUSED,
    ENDING /* what psync_web_state says when the server stops, whatever the request's own state is */
};

/* What the client of a connection is at (crowd.c). */
enum psync_web_doing { PSYNC_WEB_IDLE, PSYNC_WEB_READING, PSYNC_WEB_WAITING, PSYNC_WEB_SENDING, PSYNC_WEB_LEAVING };
struct psync_web_seat;

struct psync_web_server {
    struct psync_web_route *routes;
    size_t n_routes, max_body_bytes, max_header_bytes;
    struct MHD_Daemon *daemon;
    int listen_fd; /* the daemon's */
    uint16_t port;
    _Atomic(struct psync_web_certificate *) certificate; /* NULL: plain HTTP */
    struct psync_web_patience patience;
    size_t max_connections, max_held_bytes;
    const struct psync_web_header *headers;
    size_t n_headers;
    psync_web_handler *admit;

    pthread_mutex_t lock; /* guards what follows, and the state of every request; taken before libmicrohttpd's own */
    bool stopping;
    size_t owners;               /* the server's maker, and each request */
    struct psync_link suspended; /* of requests */
    struct psync_link crowd;     /* of seats */
    struct psync_web_figures figures;
    struct psync_heap timers;    /* of requests that are WAITING or PAUSED */
    pthread_t timer_thread;      /* started when it is first needed */
    bool timer_runs;
    int timer_wake[2]; /* a pipe: the timer thread sleeps in poll(2), whose timeout no change of the clock affects */
};

struct psync_web_request {
    struct psync_web_server *server;
    struct MHD_Connection *connection; /* NULL: gone */
    struct psync_web_target target;
    char *wildcard;        /* room for it behind `target_text` */
    const char *method;    /* NULL: the header has not been read */
    uint64_t received_bytes;
    size_t held_bytes; /* of figures.held_bytes */
    size_t max_body_bytes;
    struct psync_buf body;
    struct psync_web_seat *seat; /* NULL: none, or the connection is gone */
    bool drops_body; /* it was diverted */
    unsigned refusal; /* the status to answer when the request is read: 0 for a good one */
    psync_web_handler *handler;
    void *handler_arg;
    psync_ms later_ms; /* psync_web_call_later was called; -1: not */
    void *context;
    void (*release)(void *context);

    enum psync_web_state state;
    unsigned owners;
    struct psync_link link;
    struct psync_heap_item timer;
    enum psync_web_ending ending;
    unsigned status;
    struct MHD_Response *response;
    char target_text[];
};

/* ---- park.c: suspending, resuming, timers, owners ---- */
/* After the handler returned without an answer: suspends the connection. False: it was answered meanwhile, or the
 * server stops; psync_web_state tells. */
bool psync_web_park(struct psync_web_request *rq);
/* Suspends the connection of a stream that has nothing to send for `wait_ms`. False: the server stops. */
bool psync_web_pause(struct psync_web_request *rq, psync_ms wait_ms);
/* The answer's fields go into the request, which wakes up if it sleeps. Gives up the answering owner. */
void psync_web_answer(struct psync_web_request *rq, enum psync_web_ending ending, unsigned status,
                      struct MHD_Response *response);
enum psync_web_state psync_web_state(struct psync_web_request *rq);
/* RUNNING; the handler becomes an owner. False: its client was told already that it is too late. */
bool psync_web_run(struct psync_web_request *rq);
/* One owner more, for a request that begins on that seat; false: the server stops. */
bool psync_web_own(struct psync_web_server *s, struct psync_web_seat *seat);
void psync_web_rest(struct psync_web_request *rq);        /* its connection is idle again, or gone */
/* RUNNING, if it is DUE. False: it is not, or the server stops; then the call to come is no owner any more. */
bool psync_web_take_due(struct psync_web_request *rq);
void psync_web_disown(struct psync_web_request *rq);      /* one owner less */
void psync_web_server_disown(struct psync_web_server *s); /* likewise */
void psync_web_wake_all(struct psync_web_server *s);      /* sets `stopping`, ends the timers, resumes everybody */

bool psync_web_start_timers(struct psync_web_server *s);  /* with a patience they run from the start */
/* Room for `n` more bytes of a body; false: there is none. */
bool psync_web_hold(struct psync_web_request *rq, size_t n);

/* ---- crowd.c; the first two under the lock ---- */
void psync_web_crowd_check(struct psync_web_server *s, psync_ms now); /* closes who took too long */
bool psync_web_crowd_set(struct psync_web_seat *seat, enum psync_web_doing doing); /* NULL is fine; false: it leaves */
struct psync_web_seat *psync_web_crowd_seat(struct MHD_Connection *connection);
void psync_web_on_connection(void *server, struct MHD_Connection *connection, void **context,
                             enum MHD_ConnectionNotificationCode what);

/* ---- request.c: what libmicrohttpd calls ---- */
void *psync_web_on_target(void *server, const char *target, struct MHD_Connection *connection);
enum MHD_Result psync_web_on_request(void *server, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *upload, size_t *upload_len,
                                     void **request);
void psync_web_on_end(void *server, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode why);

/* ---- certificate.c ---- */
void psync_web_certificate_serve(struct psync_web_server *s); /* on libmicrohttpd's thread, before a handshake */
gnutls_certificate_retrieve_function2 psync_web_on_handshake;

/* ---- reply.c ---- */
/* Hands the answer to libmicrohttpd: its thread only, in state ANSWERED. What it returns goes back to libmicrohttpd. */
enum MHD_Result psync_web_send(struct psync_web_request *rq);
void psync_web_problem_later(struct psync_web_request *rq, const char *title);                    /* 503 */
void psync_web_problem_allow(struct psync_web_request *rq, const char *title, const char *methods); /* 405 */

#endif
