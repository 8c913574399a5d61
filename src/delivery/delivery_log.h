/* delivery_log - one log line for what became of one message, the same in all modes. */
#ifndef PSYNC_DELIVERY_DELIVERY_LOG_H
#define PSYNC_DELIVERY_DELIVERY_LOG_H

#include "delivery/dispatcher.h"

/* The event is the settlement's outcome: "delivered" (info), "retry" (warning), "dead" (error), "released" (debug); so
 * is the field `outcome`, unless what the dispatcher would try again is not: `given_up` says so ("failed"). */
void psync_delivery_log(struct psync_log *log, const struct psync_settlement *settlement, bool given_up, psync_ms now);

#endif
