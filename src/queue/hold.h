/* hold - whose pause it is, and how to say so: a person's, or the shop's own, which what its merchant set there began and will end.
 *
 * The shop's is known by a marker before its reason, because holds are stored with the queue and outlive the process. Pure. */
#ifndef PSYNC_QUEUE_HOLD_H
#define PSYNC_QUEUE_HOLD_H

#include "queue/types.h"

#define PSYNC_HOLD_SHOPS "the shop: " /* behind it the whole of what is said: "paused in the shop's settings" */

bool psync_hold_is_shops(const struct psync_hold *h);
/* Without the marker; "" : none was given. Borrowed. */
const char *psync_hold_paused_reason(const struct psync_hold *h);
/* Of a paused one: "paused by hand", "paused by hand: REASON", or what the shop's says. */
void psync_hold_paused_words(const struct psync_hold *h, char *ret_words, size_t size);

#endif
