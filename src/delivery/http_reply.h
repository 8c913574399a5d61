/* http_reply - collects one response as it comes in, to its bounds. Internal to delivery/http.
 *
 * Of several header fields of the same name the first one counts. Fields of 1xx responses and trailers are left out,
 * but counted, so that neither can go on for ever. */
#ifndef PSYNC_DELIVERY_HTTP_REPLY_H
#define PSYNC_DELIVERY_HTTP_REPLY_H

#include "delivery/response.h"

enum { PSYNC_REPLY_FIELDS = 8, PSYNC_REPLY_HEADER_MAX = 64 * 1024 };

struct psync_reply {
    struct psync_buf head, body;
    size_t header_bytes;       /* of all responses to this request, with those of 1xx and trailers */
    int status;                /* of the response whose head is kept */
    bool head_complete, head_too_long, body_cut, no_memory;
    struct {
        size_t at, len;        /* in `head`; len 0: absent */
    } field[PSYNC_REPLY_FIELDS];
};

void psync_reply_init(struct psync_reply *r, uint64_t max_body);
void psync_reply_done(struct psync_reply *r);
/* For the next response; keeps memory, but not what an unusual response needed. */
void psync_reply_reset(struct psync_reply *r);

/* Takes a header line with its end, or bytes of the body. false: stop the transfer; the flags say why. */
bool psync_reply_add_line(struct psync_reply *r, const char *line, size_t len);
bool psync_reply_add_body(struct psync_reply *r, const char *bytes, size_t len);

/* Points the response at what was collected. */
void psync_reply_describe(const struct psync_reply *r, struct psync_response *response);

#endif
