/* intake - a request that puts products: what it holds between reading and answering. */
#ifndef PSYNC_ADMIN_INTAKE_H
#define PSYNC_ADMIN_INTAKE_H

#include "admin/api_impl.h"
#include "admin/putset.h"
#include "base/trace.h"

struct psync_intake_item { /* a record of the request */
    uint64_t line;
    int64_t product;       /* 0: refused */
    size_t at, len;        /* of its payload, or of the reason, in `text`; of a frozen payload, in the body */
};
struct psync_intake {
    struct psync_api *api;
    struct psync_web_request *rq;
    bool frozen;             /* payloads as given, byte for byte: the answer lists only what is not new */
    const char *shop, *type; /* the request's, or literals */
    uint32_t revision;
    char key[PSYNC_KEY_MAX]; /* "" : from the content */
    char trace[PSYNC_TRACE_BYTES]; /* "" : none */
    struct psync_buf text;
    struct psync_intake_item *items; /* `one` until there are more */
    struct psync_intake_item one;
    size_t n_items, cap, n_taken;
    struct psync_putset set; /* of the items that are not refused, in order */
};

/* After the commit, or when nothing had to be put. The intake is gone then. */
void psync_intake_answer(struct psync_intake *in);

#endif
