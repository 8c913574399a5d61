/* classify - what an answer, or its absence, says, and about whom.
 *
 * Every request ends in exactly one class; what a class does to the message, to the breaker and to the destination's
 * health stands in one table. Pure. */
#ifndef PSYNC_DELIVERY_CLASSIFY_H
#define PSYNC_DELIVERY_CLASSIFY_H

#include "delivery/response.h"

enum psync_class {
    PSYNC_CLASS_DONE,        /* 2xx */
    PSYNC_CLASS_UNANSWERED,  /* network and TLS errors, timeouts, HTTP/2 stream errors: it may have taken effect */
    PSYNC_CLASS_UNCLEAR,     /* a 2xx to a batch that does not say what became of each message (dispatcher_result.c) */
    PSYNC_CLASS_UNAVAILABLE, /* 408, 502, 503 without Retry-After, 504, and what no HTTP version defines */
    PSYNC_CLASS_FAULT,       /* other 5xx */
    PSYNC_CLASS_THROTTLED,   /* 429; 503 with Retry-After */
    PSYNC_CLASS_WRONG_PLACE, /* 3xx (never followed), 404, 405 */
    PSYNC_CLASS_DENIED,      /* 401, 403 */
    PSYNC_CLASS_GONE,        /* 410 */
    PSYNC_CLASS_CONFLICT,    /* 409: the original is still running, says the Idempotency-Key draft */
    PSYNC_CLASS_REFUSED,     /* 400, 422, other 4xx: the payload's fault */
    PSYNC_CLASS_ABORTED,     /* we ended it, or had no means for it; says nothing about anybody */
    PSYNC_CLASSES
};

/* When such a failure counts towards retry.attempts. */
enum psync_counting {
    PSYNC_COUNTS_NEVER,
    PSYNC_COUNTS_IF_OTHERS_SUCCEED, /* another message of the destination got a 2xx since this one's previous attempt */
    PSYNC_COUNTS_IF_CLOSED          /* the breaker was closed when the request began */
};

/* What it tells the breaker. */
enum psync_omen {
    PSYNC_OMEN_NONE, /* neither: a trial that ends so is followed by another */
    PSYNC_OMEN_GOOD,
    PSYNC_OMEN_BAD
};

struct psync_class_traits {
    const char *name; /* for logs and tests */
    enum psync_counting counting;
    enum psync_omen omen;
};
const struct psync_class_traits *psync_class_traits(enum psync_class c);

/* `retry_after`: the answer has a valid Retry-After field. */
enum psync_class psync_classify(const struct psync_response *response, bool retry_after);
enum psync_class psync_classify_status(int32_t status, bool retry_after); /* of an answer, or of one item of it */

/* Whether fewer requests at a time may help: 408, 429, 503, 504, timeouts, no descriptors left. */
bool psync_classify_overloaded(const struct psync_response *response);

#endif
