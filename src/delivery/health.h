/* health - is the destination's address, or are its credentials, wrong so that a person must look?
 *
 * 401 or 403 `suspend_after` times in a row, one 410, or `refusals` different messages refused in a row with no 2xx
 * between suspend a destination. While it is proving itself after a suspension a single 401, 403 or 410 suffices, and
 * a single refusal if refusals were why it was suspended.
 * Pure but for the memory of the refused messages' ids, taken at init. */
#ifndef PSYNC_DELIVERY_HEALTH_H
#define PSYNC_DELIVERY_HEALTH_H

#include "config/config.h"
#include "delivery/classify.h"
#include "queue/types.h"

enum psync_health_verdict {
    PSYNC_HEALTH_OK,
    PSYNC_HEALTH_DENIED,   /* suspend: credentials refused */
    PSYNC_HEALTH_GONE,     /* suspend: 410 */
    PSYNC_HEALTH_REFUSING  /* suspend: it refuses every message; psync_health_refused has the earlier ones */
};

struct psync_health {
    uint32_t denied;   /* in a row */
    enum psync_proving proving;
    uint32_t limit;    /* of the setting when `ids` was made */
    size_t n_refused;
    char (*ids)[PSYNC_ID_MAX];   /* of the streak, without the one that completed it; room for limit - 1 */
    const char **list;           /* the same as a list of texts */
};

PSYNC_CHECKED enum psync_result psync_health_init(struct psync_health *h, const struct psync_breaker_conf *conf);
void psync_health_done(struct psync_health *h); /* {0} is fine */

/* One request's answer to one message, or to a whole batch: what it says about credentials and address. */
enum psync_health_verdict psync_health_answer(struct psync_health *h, const struct psync_breaker_conf *conf,
                                              enum psync_class class);
/* The message `id` was refused. */
enum psync_health_verdict psync_health_refusal(struct psync_health *h, const char *id);
void psync_health_success(struct psync_health *h); /* a message got its 2xx */

/* The earlier messages of a completed streak, dead meanwhile; borrowed until the next refusal. Begins a new streak. */
const char *const *psync_health_refused(struct psync_health *h, size_t *ret_n);
/* The destination is tried anew, by hand or with other settings. */
void psync_health_prove(struct psync_health *h, enum psync_proving proving);

#endif
