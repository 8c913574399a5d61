/* shop_read - reads a shop's settings out of its database. */
#ifndef PSYNC_SOURCE_SHOP_READ_H
#define PSYNC_SOURCE_SHOP_READ_H

#include "source/shop_db.h"
#include "source/shop_facts.h"
#include "source/shop_layers.h"

/* Results as shop_db's. `*ret_facts` is the caller's. */
PSYNC_CHECKED enum psync_result psync_shop_read_facts(struct psync_shop_db *db, const char *prefix,
                                                      struct psync_shop_facts *ret_facts, struct psync_error *err);
/* All at once, with a connection of its own: for a start, and for commands that only look. */
PSYNC_CHECKED enum psync_result psync_shop_read_layers(const struct psync_shop_conf *conf,
                                                       struct psync_shop_layers *ret_layers, struct psync_error *err);

#endif
