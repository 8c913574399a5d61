/* secrets - tokens kept in files of their own. Within src/config only. */
#ifndef PSYNC_CONFIG_SECRETS_H
#define PSYNC_CONFIG_SECRETS_H

#include "config/store.h"

/* Reads each destination's token_file, unless a token was set by something stronger. Both set by the same source is a
 * REJECT. A file that others can read gives a warning; of one that cannot be read there is no token. */
PSYNC_CHECKED enum psync_result psync_secrets_read(struct psync_store *s, struct psync_buf *warnings,
                                                   struct psync_error *err);

/* REJECT: destination `i` should have its token from a file which cannot be read; `err` says why. */
PSYNC_CHECKED enum psync_result psync_secrets_need(const struct psync_store *s, size_t i, struct psync_error *err);

#endif
