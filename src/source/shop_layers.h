/* shop_layers - a shop's settings as what they say of its destinations NAME/ID: one layer for each shop of the installation
 * (config/shop.h). Pure. */
#ifndef PSYNC_SOURCE_SHOP_LAYERS_H
#define PSYNC_SOURCE_SHOP_LAYERS_H

#include "config/shop.h"
#include "source/shop_facts.h"

struct psync_shop_layers {
    struct psync_shop_layer *layers; /* for each store that is not deleted, in order */
    uint32_t *ids;                   /* its id_shop */
    size_t n;
    struct psync_buf *texts;         /* what they point into */
};

/* `name`: of the section. `key`: the shop's, "" : not known; then an encrypted token is none, and the layer's `why` says what
 * to set; so it does when the token does not decrypt. NOMEM. */
PSYNC_CHECKED enum psync_result psync_shop_layers_make(const char *name, const struct psync_shop_facts *f, const char *key,
                                                       struct psync_shop_layers *ret_layers);
void psync_shop_layers_done(struct psync_shop_layers *l); /* secrets are overwritten; {0} is fine */
PSYNC_CHECKED enum psync_result psync_shop_layers_copy(const struct psync_shop_layers *from, struct psync_shop_layers *ret_copy);

/* "NAME/ID" */
void psync_shop_destination(const char *name, uint32_t id_shop, char *ret_text, size_t size);

#endif
