/* shop_facts - what a shop's database says of its settings, and what follows for each id_shop: the values as PrestaShop's core
 * resolves them, and whether the relay may take rows. Pure.
 *
 * Core takes the shop's value, then its group's, then the global one; the global one alone unless multistore is on
 * (PS_MULTISHOP_FEATURE_ACTIVE) with more than one shop. */
#ifndef PSYNC_SOURCE_SHOP_FACTS_H
#define PSYNC_SOURCE_SHOP_FACTS_H

#include "base/buf.h"

#include <stdint.h>

enum psync_shop_name {
    PSYNC_SHOP_URL, PSYNC_SHOP_TOKEN, PSYNC_SHOP_UUID, PSYNC_SHOP_MODE, PSYNC_SHOP_PAUSE, PSYNC_SHOP_ATTEMPTS,
    PSYNC_SHOP_BACKOFF, PSYNC_SHOP_TIMEOUT, PSYNC_SHOP_BATCH, PSYNC_SHOP_BATCH_SIZE, PSYNC_SHOP_TEST_METHOD,
    PSYNC_SHOP_PLACE, PSYNC_SHOP_UUID_BEFORE, PSYNC_SHOP_MULTISTORE,
    PSYNC_SHOP_NAMES
};
extern const char *const psync_shop_names[PSYNC_SHOP_NAMES]; /* as in the table `configuration` */

struct psync_shop_value {
    enum psync_shop_name name;
    uint32_t id_shop, id_group; /* 0: not said for one */
    char *text;                 /* owned; never NULL */
};
struct psync_shop_store {
    uint32_t id, id_group;
    bool deleted;               /* counted by core all the same */
    bool module_on;
    char *place;                /* owned; of its main address; "" : it has none */
};
struct psync_shop_facts {
    struct psync_shop_value *values;
    size_t n_values;
    struct psync_shop_store *stores;
    size_t n_stores;
};

void psync_shop_facts_init(struct psync_shop_facts *f);
void psync_shop_facts_done(struct psync_shop_facts *f); /* secrets are overwritten */
/* A row of `configuration`, in the order of id_configuration: of equal ones the last counts. What the relay does not read is
 * passed over. `text` NULL: empty, as in core, which stores an empty value so. NOMEM. */
PSYNC_CHECKED enum psync_result psync_shop_facts_add(struct psync_shop_facts *f, const char *name, uint32_t id_shop,
                                                     uint32_t id_group, const char *text);
/* A row of `shop`, copied. NOMEM; REJECT: more than PSYNC_SHOP_STORES_MAX. */
enum { PSYNC_SHOP_STORES_MAX = 1000 };
PSYNC_CHECKED enum psync_result psync_shop_facts_add_store(struct psync_shop_facts *f, const struct psync_shop_store *like);
bool psync_shop_facts_same(const struct psync_shop_facts *a, const struct psync_shop_facts *b);

/* As core resolves it; "" when it is not set, or empty. Borrowed. */
const char *psync_shop_value_of(const struct psync_shop_facts *f, const struct psync_shop_store *s, enum psync_shop_name name);
/* NULL: no such shop. */
const struct psync_shop_store *psync_shop_store_of(const struct psync_shop_facts *f, uint32_t id);

/* ---- may rows be taken? ---- */
enum psync_shop_word { /* docs/outbox.md, "State table" */
    PSYNC_SHOP_DELIVERING, PSYNC_SHOP_PAUSED, PSYNC_SHOP_COPY, PSYNC_SHOP_NO_TOKEN, PSYNC_SHOP_NO_URL, PSYNC_SHOP_SUSPENDED,
    PSYNC_SHOP_OTHER_MODE,
    PSYNC_SHOP_WORDS
};
const char *psync_shop_word_name(enum psync_shop_word w); /* "delivering", ... */
/* From what the shop says alone: DELIVERING, PAUSED (also: the module is off there), COPY or OTHER_MODE. */
enum psync_shop_word psync_shop_judge(const struct psync_shop_facts *f, const struct psync_shop_store *s);
/* By the merchant, or because the shop is gone. */
bool psync_shop_is_paused(const struct psync_shop_facts *f, const struct psync_shop_store *s);
/* May what was taken leave? Never OTHER_MODE: a relay keeps what it took while the mode was another. */
enum psync_shop_word psync_shop_judge_sending(const struct psync_shop_facts *f, const struct psync_shop_store *s);

#endif
