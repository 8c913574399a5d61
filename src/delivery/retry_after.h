/* retry_after - how long an answer asks us to stay away.
 *
 * Retry-After (RFC 9110 section 10.2.3) takes precedence over RateLimit (draft-ietf-httpapi-ratelimit-headers), and
 * that over X-RateLimit-Remaining and -Reset. A malformed field is ignored as if it were absent. Points in time are
 * taken against the answer's own Date, so that a skewed clock does no harm. Pure. */
#ifndef PSYNC_DELIVERY_RETRY_AFTER_H
#define PSYNC_DELIVERY_RETRY_AFTER_H

#include "delivery/response.h"

#include "base/result.h"

/* Delta-seconds or an HTTP-date; one in the past is a delay of 0. `date`: the answer's Date; without a valid one `now`
 * stands in. REJECT: absent or malformed. */
PSYNC_CHECKED enum psync_result psync_retry_after_parse(struct psync_span field, struct psync_span date, psync_ms now,
                                                        psync_ms *ret_delay_ms);

/* `"default";r=0;t=30`, also several, by commas: the longest `t` of those with r=0. EMPTY: nothing is used up; REJECT:
 * absent or malformed. */
PSYNC_CHECKED enum psync_result psync_ratelimit_parse(struct psync_span field, psync_ms *ret_delay_ms);

/* Remaining 0 with Reset in seconds from now, or as a time (seconds or milliseconds since 1970). Results as above. */
PSYNC_CHECKED enum psync_result psync_x_ratelimit_parse(struct psync_span remaining, struct psync_span reset,
                                                        struct psync_span date, psync_ms now, psync_ms *ret_delay_ms);

/* What an answer asks for, all fields together. */
struct psync_asked {
    bool retry_after;         /* a valid Retry-After was there */
    bool used_up;             /* a rate limit field says that nothing is left */
    psync_ms delay_ms;        /* 0: no time was named */
    const char *field;        /* which field named it; "" */
};
struct psync_asked psync_asked_by(const struct psync_response *response, psync_ms now);

#endif
