/* http_exchange - one request and its response on one libcurl handle, which is used again. Internal to
 * delivery/http. */
#ifndef PSYNC_DELIVERY_HTTP_EXCHANGE_H
#define PSYNC_DELIVERY_HTTP_EXCHANGE_H

#include "delivery/http_reply.h"
#include "delivery/http_target.h"

#include <stdatomic.h>

enum { PSYNC_KEY_LINE_MAX = 704 }; /* a name of 127, a quoted key of 2 * 255 and what stands between */

struct psync_http_exchange {
    struct psync_link link;           /* in the target's idle list or in the list of those that run */
    CURL *easy;
    struct psync_http_target *target; /* referenced while it runs */
    psync_http_done *done;
    void *arg, *tag;
    psync_ms at;                      /* wall clock */
    uint64_t began_us;
    bool method_is_post;              /* what the handle is set to */
    const char *forbidden;            /* why an address was refused; NULL */
    char forbidden_address[64];
    atomic_size_t *connections;       /* the multi handle's: how many are open */
    bool no_descriptor;               /* there was none for a socket */
    bool kept;                        /* it went out on a kept connection */
    bool lost;                        /* ... which ended without an answer */
    struct curl_slist key, trace;     /* nodes before the target's lines */
    char key_line[PSYNC_KEY_LINE_MAX], trace_line[96];
    struct psync_reply reply;
    char error[CURL_ERROR_SIZE];      /* libcurl's words */
    char detail[CURL_ERROR_SIZE];     /* ours of it */
};

/* Sets on the target's model what is the same for all its exchanges. */
CURLcode psync_http_exchange_callbacks(struct psync_http_target *t);

/* An exchange ready for one request, with a reference to the target. NULL: no memory. */
struct psync_http_exchange *psync_http_exchange_take(struct psync_http_target *t);
/* Lays the request onto the handle. REJECT: the key cannot be sent as a header field. */
PSYNC_CHECKED enum psync_result psync_http_exchange_prepare(struct psync_http_exchange *x,
                                                            const struct psync_http_send *send);
/* What the transfer came to; `ret_response` points into the exchange. (http_outcome.c) */
void psync_http_exchange_outcome(struct psync_http_exchange *x, CURLcode code, struct psync_response *ret_response);
/* Back to the target's idle ones; gives up the reference. */
void psync_http_exchange_give_back(struct psync_http_exchange *x);
void psync_http_exchange_free_idle(struct psync_http_target *t);

#endif
