/* http - requests over libcurl's multi interface: one thread, one loop, connections and handles reused.
 *
 * Always: TLS 1.2 or newer, verified; redirects not followed; the response read to a bound; https only unless the
 * host is loopback or the target says allow_http; an address that a host name leads to is checked when it is
 * connected to (so no rebinding) and a private or link-local one refused unless allow_private. Proxies are those of
 * the settings, never of the environment; http.ca_file replaces the system's authorities. Secrets are in memory only.
 *
 * Only a whole answer counts as one (PSYNC_NET_ANSWER), or one that is longer than http.max_response, of which the
 * rest is not read. If a 2xx begins and does not end in time, or is cut, that is PSYNC_NET_TIMEOUT or
 * PSYNC_NET_RESET: it may have taken effect, and goes again under the same key.
 *
 * A call of psync_http_start is one request on the wire. libcurl would send a request again by itself when a kept
 * connection dies under it; here that ends as PSYNC_NET_RESET, so that whoever counts, logs and decides about retries
 * sees them all. The exception is HTTP/2, where most such deaths are a server's orderly good-bye (GOAWAY) that says
 * which requests it left alone, and libcurl sends those again (RFC 9113 section 8.7). */
#ifndef PSYNC_DELIVERY_HTTP_H
#define PSYNC_DELIVERY_HTTP_H

#include "config/config.h"
#include "delivery/response.h"

struct psync_http;        /* opaque: the multi handle */
struct psync_http_target; /* opaque: a destination's prepared URL, headers and TLS settings; counted */

/* Process-wide, before any other thread starts; once. */
PSYNC_CHECKED enum psync_result psync_http_global_init(struct psync_error *err);

/* NULL: no memory. `max_in_flight` sizes the pool of handles and connections. */
struct psync_http *psync_http_new(size_t max_in_flight);
void psync_http_resize(struct psync_http *h, size_t max_in_flight);
void psync_http_free(struct psync_http *h); /* aborts what is in flight without calling back; NULL is fine */

/* REJECT: URL, token, header or certificate file cannot be used; `err` says which, without secrets. */
PSYNC_CHECKED enum psync_result psync_http_target_new(const struct psync_destination_conf *destination,
                                                      const struct psync_http_conf *conf,
                                                      struct psync_http_target **ret_target, struct psync_error *err);
void psync_http_target_release(struct psync_http_target *t); /* freed when no request uses it; NULL is fine */

struct psync_http_send {
    struct psync_http_target *target;
    const char *method;          /* "POST"; "GET" for `test` */
    const char *key;             /* NULL: no idempotency key */
    struct psync_span body;      /* borrowed until done; data NULL: none */
    const char *traceparent;     /* "" : none */
    size_t response_bytes;       /* so much of the response is read, should http.max_response be less */
    void *tag;
};
/* Called from psync_http_poll, exactly once per started request; may start others. `response` is borrowed. */
typedef void psync_http_done(void *arg, void *tag, const struct psync_response *response);

/* NOMEM; REJECT: the key is not visible ASCII. `done` is not called then. */
PSYNC_CHECKED enum psync_result psync_http_start(struct psync_http *h, const struct psync_http_send *send,
                                                 psync_http_done *done, void *arg);
/* Works and waits for at most `wait_ms`, until something happened or psync_http_wakeup was called. FATAL: libcurl is
 * broken. */
PSYNC_CHECKED enum psync_result psync_http_poll(struct psync_http *h, psync_ms wait_ms, struct psync_error *err);
void psync_http_watch(struct psync_http *h, int fd); /* waiting also ends when it can be read, or ended; -1: none */
void psync_http_wakeup(struct psync_http *h); /* any thread */
size_t psync_http_connections(const struct psync_http *h); /* open ones, idle or not; any thread */
void psync_http_abort_all(struct psync_http *h); /* each is reported as PSYNC_NET_ABORTED by this call */

#endif
