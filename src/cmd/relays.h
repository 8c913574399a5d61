/* relays - the relays of a running worker (source/relay.h), and what they ask of it: settings into force, holds, tests. */
#ifndef PSYNC_CMD_RELAYS_H
#define PSYNC_CMD_RELAYS_H

#include "cmd/reload.h"
#include "delivery/worker.h"

struct psync_relays; /* opaque */

/* Starts one for each shop of the start's settings. What is queued for a shop is held until its relay has looked into it, so before
 * the worker runs. `reload` outlives them, with its owner, and with its worker as far as it has one.
 * NOMEM, FATAL. */
PSYNC_CHECKED enum psync_result psync_relays_new(struct psync_reload *reload, struct psync_relays **ret_relays,
                                                 struct psync_error *err);
/* Before a drain: until every shop's rows are in the queue, or cannot be had; some seconds at most. */
void psync_relays_wait_idle(struct psync_relays *r);
void psync_relays_stop(struct psync_relays *r);  /* they take nothing more; any thread; waits for nothing; NULL is fine */
/* Waits until what is known is written back, some seconds at most. When the worker is gone, before the owner goes. NULL is
 * fine. */
void psync_relays_free(struct psync_relays *r);

/* What became of a message; on the queue's thread. NULL is fine. */
void psync_relays_report(struct psync_relays *r, const struct psync_delivery_report *report);

#endif
