/* shop - what a shop's own settings say of its destinations, laid under what the operator wrote.
 *
 * A PrestaShop's settings page says where its products go. Whoever reads it (source/relay.h) gives it here; the result is a
 * configuration in which each of the shop's destinations NAME/ID stands with its values, or is missing where they do not
 * suffice. What --set, environment or file say wins, also where they say it for all destinations. Pure. */
#ifndef PSYNC_CONFIG_SHOP_H
#define PSYNC_CONFIG_SHOP_H

#include "base/buf.h"
#include "config/config.h"

struct psync_shop_setting {
    const char *key;          /* of the section destination: "url", "token", "attempts" ... */
    const char *value;        /* as the file would spell it */
    const char *where;        /* for people: "MY_API_URL in shop main/1" */
};
struct psync_shop_layer {
    const char *destination;  /* NAME/ID */
    const struct psync_shop_setting *settings;
    size_t n;
    bool no_token;            /* filled: it does not stand, and what it lacks is a token */
    struct psync_error why;   /* may say beforehand what is wrong with it; afterwards "" : the destination stands, else why
                                 it does not. Never a secret */
};

/* What the rules here cannot know of a destination: whether the code that delivers can use it. REJECT: it cannot stand, and why. */
typedef enum psync_result psync_shop_usable(const struct psync_config *config, const struct psync_destination_conf *d,
                                            struct psync_error *why);

/* `base` is a loaded configuration, which stays as it is. The result's other shops' destinations, of which no layer
 * speaks, stand if the operator gave them a URL. NOMEM. The caller frees `*ret_config`. */
PSYNC_CHECKED enum psync_result psync_config_with_shops(const struct psync_config *base, struct psync_shop_layer *layers,
                                                        size_t n, psync_shop_usable *usable,
                                                        struct psync_config **ret_config);
/* Goes along shop.destination, "a,b": `*at` is the text at first. False: no more. */
bool psync_shop_next_destination(const char **at, struct psync_span *ret_name);
/* Takes the shops and their destinations out: they are none for products from files. Before anybody else has `c`. */
void psync_config_drop_shops(struct psync_config *c);

#endif
