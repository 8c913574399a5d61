/* hold - whose pause it is, how it begins and ends, and how to say so: a person's by hand, the shop's own, which what its
 * merchant set there began and will end, or both. Neither ends the other's.
 *
 * Holds are stored with the queue and outlive the process, so paused_reason tells them apart:
 *   REASON                    by hand; "" : without a reason
 *   the shop: WHY             the shop's
 *   the shop: WHY<LF>REASON   both
 *   the shop: <LF>REASON      by hand, where REASON itself begins as the shop's does
 * Pure. */
#ifndef PSYNC_QUEUE_HOLD_H
#define PSYNC_QUEUE_HOLD_H

#include "queue/types.h"

#define PSYNC_HOLD_SHOPS "the shop: "

enum psync_hold_by {
    PSYNC_HOLD_BY_NOBODY = 0,
    PSYNC_HOLD_BY_HAND = 1,
    PSYNC_HOLD_BY_SHOP = 2,
    PSYNC_HOLD_BY_BOTH = PSYNC_HOLD_BY_HAND | PSYNC_HOLD_BY_SHOP
};
enum psync_hold_by psync_hold_by(const struct psync_hold *h);
static inline bool psync_hold_is_shops(const struct psync_hold *h) /* or both's */
{
    return (psync_hold_by(h) & PSYNC_HOLD_BY_SHOP) != 0;
}

/* Borrowed. What the shop says; empty: it holds nothing. What was said by hand; "" : no reason; NULL: no such pause. */
struct psync_span psync_hold_shop_says(const struct psync_hold *h);
const char *psync_hold_hand_says(const struct psync_hold *h);

/* By hand. Pausing keeps the shop's part. Resuming ends the part by hand, and with `force` the shop's as well; false:
 * the shop holds it still. */
void psync_hold_pause(struct psync_hold *h, const char *reason, psync_ms now);
bool psync_hold_resume(struct psync_hold *h, bool force);
/* The shop says why it is held: "paused in the shop's settings", or, with NULL or "", that it is not. The part by hand
 * stays. */
void psync_hold_shop(struct psync_hold *h, const char *why, psync_ms now);

/* What led to it: what the shop says, else what was said by hand. */
void psync_hold_paused_reason(const struct psync_hold *h, char *ret_reason, size_t size);
/* Of a paused one: "paused by hand", "paused by hand: REASON", what the shop says, or this and that. */
void psync_hold_paused_words(const struct psync_hold *h, char *ret_words, size_t size);

#endif
