/* counting - which failures count against a message, and when it has had enough.
 *
 * What belongs to the destination must not kill messages. So 429, 503 with Retry-After and a breaker's trial never
 * count; network and TLS errors, timeouts, HTTP/2 stream errors, 3xx, 401, 403, 404, 405, 408, 409, 410, 502, 503, 504
 * only if another message of that destination got a 2xx since this one's previous attempt (for a first attempt: since
 * the breaker last closed); other 5xx, and answers that leave open what became of a batch's members, if the breaker was
 * closed when the request began. Pure. */
#ifndef PSYNC_DELIVERY_COUNTING_H
#define PSYNC_DELIVERY_COUNTING_H

#include "config/config.h"
#include "delivery/classify.h"

struct psync_failure {
    enum psync_class class;
    bool trial;                /* the breaker's, or the first delivery after a suspension */
    bool closed;               /* the breaker was closed when the request began */
    psync_ms previous_try_at;  /* of this message; 0: this was the first */
    psync_ms last_success_at;  /* the destination's last 2xx; 0: none */
    bool success_since_closed; /* there was one since the breaker last closed */
};
bool psync_failure_others_succeed(const struct psync_failure *f); /* since this message's previous attempt */
bool psync_failure_counts(const struct psync_failure *f);

/* Dead? `attempts`: counted failures with this one; `age_ms`: active time since the first attempt began. Asked at a
 * counted failure only. */
bool psync_failure_final(const struct psync_retry_conf *conf, uint32_t attempts, psync_ms age_ms);

#endif
