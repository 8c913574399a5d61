/* shops - what the configured shops say of their destinations, kept to be laid under each new configuration.
 *
 * One thread at a time; in a running worker `reloading` of cmd/reload.h orders that. */
#ifndef PSYNC_CMD_SHOPS_H
#define PSYNC_CMD_SHOPS_H

#include "cmd/context.h"
#include "source/shop_layers.h"

struct psync_shops; /* opaque */

/* Asks each shop's database once; what cannot be reached says nothing of its destinations, and `warnings` (may be NULL) gets a
 * line. `config` outlives it. NULL: no memory. */
struct psync_shops *psync_shops_new(const struct psync_config *config, struct psync_buf *warnings);
void psync_shops_free(struct psync_shops *s); /* NULL is fine */

/* `base`: of the same shops. Destinations that do not stand are named in `warnings` (may be NULL). NOMEM. */
PSYNC_CHECKED enum psync_result psync_shops_lay(const struct psync_shops *s, const struct psync_config *base,
                                                struct psync_config **ret_config, struct psync_buf *warnings);
/* What shop `name` says from now on; copied. NOMEM: as before. */
PSYNC_CHECKED enum psync_result psync_shops_set(struct psync_shops *s, const char *name,
                                                const struct psync_shop_layers *layers);
/* Each layer's judgement, of the last psync_shops_lay. */
void psync_shops_judgement(const struct psync_shops *s, const char *name, struct psync_shop_layers *layers);

/* For commands that only look: the context's settings with what the shops say, where there are shops. */
enum psync_exit psync_shops_complete(struct psync_context *ctx);

#endif
