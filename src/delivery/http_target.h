/* http_target - a destination as libcurl needs it, prepared once: URL, header lines, TLS, timeouts.
 *
 * It keeps a model handle with every option that is the same for all requests; handles for requests are duplicates of
 * it and are kept for the next request (resetting and setting up anew costs an eighth of the throughput). Counted:
 * the owner's reference and one for each request that runs. Internal to delivery/http. */
#ifndef PSYNC_DELIVERY_HTTP_TARGET_H
#define PSYNC_DELIVERY_HTTP_TARGET_H

#include "base/containers.h"
#include "delivery/address.h"
#include "delivery/http.h"

#include <curl/curl.h>

struct psync_http_target {
    size_t references;
    CURLU *url;                    /* parsed once; shared read-only by all handles */
    CURL *model;
    struct psync_buf text;         /* the header lines, each ended by a NUL, then the token; secret */
    struct curl_slist *lines;      /* an array whose nodes are linked; Content-Type first */
    size_t n_lines;
    size_t bodyless;               /* the first line that a request without a body has too */
    size_t further;                /* the first line of destination.headers */
    char key_header[128];
    bool key_quoted;
    enum psync_address_rule rule;
    bool proxied;
    bool speaks_http2;             /* so its last answer said */
    uint64_t max_body;
    psync_ms timeout;              /* the destination's own, else http.timeout */
    const char *token;             /* in `text`; "" */
    struct psync_link idle;        /* exchanges (http.c) that are ready for the next request */
};

/* The static lines of a request with or without a body; to be linked behind its own. */
struct curl_slist *psync_http_target_lines(const struct psync_http_target *t, bool body);

/* Makes t->model, for the URL and the timeout that are there. (http_model.c) */
PSYNC_CHECKED enum psync_result psync_http_model_make(struct psync_http_target *t,
                                                      const struct psync_destination_conf *destination,
                                                      const struct psync_http_conf *conf, struct psync_error *err);

/* Overwrites with '*' what is secret of the request wherever the text quotes it: the token, and the values of
 * destination.headers that are long enough to be a secret. */
void psync_http_target_mask(const struct psync_http_target *t, char *text, size_t len);

#endif
