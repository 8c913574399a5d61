/* client - a small HTTP client for the command line: one server, one connection that is kept, one thread.
 *
 * Deliveries do not come this way (delivery/http does those). */
#ifndef PSYNC_WEB_CLIENT_H
#define PSYNC_WEB_CLIENT_H

#include "base/buf.h"
#include "base/clock.h"

struct psync_web_client_conf {
    const char *unix_path;      /* speak over this socket; NULL: over TCP */
    const char *base_url;       /* "http://127.0.0.1:9470"; NULL with a unix socket */
    psync_ms connect_timeout_ms; /* 0: 2 s */
    psync_ms timeout_ms;        /* for a call as a whole; 0: 30 s; PSYNC_MS_NEVER: none */
    const char *bearer;         /* sent as Authorization; NULL: none */
    const char *ca_certificate; /* PEM text to trust instead of the system's; NULL: the system's */
};

struct psync_web_client; /* opaque */

/* Copies what `conf` points to. REJECT: neither a usable path nor URL. */
PSYNC_CHECKED enum psync_result psync_web_client_new(const struct psync_web_client_conf *conf,
                                                     struct psync_web_client **ret_client, struct psync_error *err);
void psync_web_client_free(struct psync_web_client *client); /* NULL is fine */

/* Sends one request and waits for the answer, whatever its status. `target` is the path with its query, encoded.
 * `content_type` NULL: no body. The answer's body replaces the contents of `ret_body`, bounded by its `max`.
 *   OK      an answer came; look at the status
 *   GONE    nobody listens there; nothing was sent
 *   RETRY   no whole answer: timed out, or the peer went away; it may have acted on the request or not
 *   REJECT  may not connect, not HTTP, TLS not trusted, or an answer beyond `ret_body`'s maximum
 *   NOMEM */
PSYNC_CHECKED enum psync_result psync_web_client_call(struct psync_web_client *client, const char *method,
                                                      const char *target, const char *content_type,
                                                      struct psync_span body, unsigned *ret_status,
                                                      struct psync_buf *ret_body, struct psync_error *err);

/* The `detail`, else the `title`, else the status of a Problem Details body into `err`; returns PSYNC_REJECT. */
enum psync_result psync_web_client_problem(unsigned status, struct psync_span body, struct psync_error *err);

/* Percent-encodes a path segment or a query value; `b` must have room for three times its length. As psync_buf_add. */
PSYNC_CHECKED enum psync_result psync_web_encode(struct psync_buf *b, struct psync_span text);

#endif
