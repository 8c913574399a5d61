/* ready - is there all that a delivery needs: an address, a token, the files of TLS, what the
 * dashboard changed?
 *
 * Loading asks for none of them, for most commands do without. */
#ifndef PSYNC_CONFIG_READY_H
#define PSYNC_CONFIG_READY_H

#include "config/config.h"

/* REJECT: `err` is the one line for the user, with file, line and key. */
PSYNC_CHECKED enum psync_result psync_config_ready(const struct psync_config *c, struct psync_error *err);
/* The same for destination number `i` alone. */
PSYNC_CHECKED enum psync_result psync_config_ready_one(const struct psync_config *c, size_t i, struct psync_error *err);
/* That there are addresses to deliver to: part of the above. */
PSYNC_CHECKED enum psync_result psync_config_has_urls(const struct psync_config *c, struct psync_error *err);

#endif
