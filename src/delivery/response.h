/* response - what came back for one request, already bounded and decoded; what the pure part decides on. */
#ifndef PSYNC_DELIVERY_RESPONSE_H
#define PSYNC_DELIVERY_RESPONSE_H

#include "base/buf.h"
#include "base/clock.h"

#include <stdint.h>

/* How the exchange ended, told apart as far as a person who must mend it needs. */
enum psync_transport {
    PSYNC_NET_ANSWER,        /* a whole answer; status counts */
    PSYNC_NET_NAME,          /* name not found */
    PSYNC_NET_REFUSED,       /* connection refused, host or network unreachable */
    PSYNC_NET_CONNECT_TIMEOUT,
    PSYNC_NET_TIMEOUT,       /* connected, but no whole answer in time */
    PSYNC_NET_TLS,           /* handshake or protocol */
    PSYNC_NET_CERTIFICATE,   /* the peer's certificate is not trusted */
    PSYNC_NET_RESET,         /* closed or reset before a whole answer; also a cut answer */
    PSYNC_NET_STREAM,        /* HTTP/2 stream error */
    PSYNC_NET_HEAD,          /* the answer's head is longer than we read */
    PSYNC_NET_NOT_HTTP,      /* what came is no HTTP answer */
    PSYNC_NET_FORBIDDEN,     /* private address, refused before connecting */
    PSYNC_NET_PROXY,
    PSYNC_NET_OTHER,
    /* these say nothing about the destination */
    PSYNC_NET_ABORTED,       /* we stopped it (grace ran out) */
    PSYNC_NET_NO_MEMORY,
    PSYNC_NET_NO_FILES,      /* no descriptor for a connection: the process has too many open, or the system */
    PSYNC_NETS
};
const char *psync_transport_text(enum psync_transport t); /* "name not found", ...; the same for the same cause */

struct psync_response {
    enum psync_transport transport;
    bool sent;                     /* some byte of the request may have reached the peer: it may have taken effect */
    int32_t status;                /* ANSWER only */
    psync_ms at;                   /* wall clock at the request's begin */
    int64_t latency_ms;
    const char *detail;            /* the library's words for people, no secrets; "" */
    /* header fields, raw text, "" when absent; bounded */
    struct psync_span retry_after, date, ratelimit, ratelimit_policy, x_ratelimit_remaining, x_ratelimit_reset;
    struct psync_span location, content_type;
    struct psync_span head;        /* status line and header fields, bounded, for the history (theirs: no secrets) */
    struct psync_span body;        /* bounded: psync_http_send */
    bool body_cut;                 /* there was more */
};

#endif
