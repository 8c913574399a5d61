/* rules - what settings demand of each other. Within src/config only. */
#ifndef PSYNC_CONFIG_RULES_H
#define PSYNC_CONFIG_RULES_H

#include "config/store.h"

/* REJECT: two settings contradict each other; `err` names where one of them was made. Of a pair like retry.backoff and
 * retry.backoff_max a default gives way to what was set. */
PSYNC_CHECKED enum psync_result psync_rules_apply(struct psync_store *s, struct psync_error *err);
/* The rules for one destination's own settings. REJECT as above. */
PSYNC_CHECKED enum psync_result psync_rules_destination(const struct psync_store *s, int index,
                                                        struct psync_error *err);

#endif
