/* shop_holds - destinations that are held because of a shop: its relay says so, and until it has looked, nobody knows better. */
#ifndef PSYNC_CMD_SHOP_HOLDS_H
#define PSYNC_CMD_SHOP_HOLDS_H

#include "cmd/reload.h"

struct psync_shop_holds; /* opaque */

/* Before the worker runs: what is queued may be of a shop that was copied or paused meanwhile, or of products that are gone. So each
 * destination that shops feed and for which messages are kept is held until a relay has said something of it. `reload` outlives it.
 * NOMEM; FATAL: the queue's. */
PSYNC_CHECKED enum psync_result psync_shop_holds_new(struct psync_reload *reload, struct psync_shop_holds **ret_holds,
                                                     struct psync_error *err);
void psync_shop_holds_free(struct psync_shop_holds *h); /* NULL is fine */
/* The shop's relay holds the destination for that reason (static text); NULL: it does not. One that several shops feed, because the
 * operator named it, is held while any of them says so. Any thread. False: not now. */
bool psync_shop_holds_say(struct psync_shop_holds *h, const struct psync_shop_conf *shop, const char *destination, const char *why);

#endif
