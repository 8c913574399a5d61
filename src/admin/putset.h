/* putset - products as the puts they become: one message for each destination, each with its key. Pure.
 *
 * Puts stand product by product: those of product i are [i * n_destinations, (i + 1) * n_destinations). */
#ifndef PSYNC_ADMIN_PUTSET_H
#define PSYNC_ADMIN_PUTSET_H

#include "config/config.h"
#include "queue/key.h"
#include "queue/types.h"

#define PSYNC_TYPE_CREATED "product.created"

struct psync_putset {
    struct psync_put *puts;
    size_t n_puts, n_destinations;
    void *block; /* what `puts` and all they point at lie in, but for the payloads */
};
struct psync_putset_item {
    int64_t product;
    struct psync_span payload; /* borrowed for the set's life */
};
struct psync_putset_common {
    const char *shop, *type;   /* copied, as `trace` is */
    const char *trace;         /* the traceparent they came with, "": none */
    uint32_t revision;
    const char *key;           /* instead of the key of the content, for a single product; NULL. Copied */
    psync_ms now;
};

/* One block for everything; the destinations' names are copied too, so that the settings may change meanwhile. A shop's
 * destination gets its shop's products alone. REJECT: there is no other. */
PSYNC_CHECKED enum psync_result psync_putset_init(struct psync_putset *s, const struct psync_config *config,
                                                  const struct psync_putset_common *common,
                                                  const struct psync_putset_item *items, size_t n,
                                                  struct psync_error *err);
void psync_putset_done(struct psync_putset *s); /* {0} is fine */

/* What became of product i: FULL if it is missing at any destination, KNOWN if all knew it. The state, and whether
 * the payload was the same, are those of the first destination that knew it (for a different payload: of that). */
struct psync_put_summary {
    enum psync_put_outcome outcome;
    enum psync_state state;
    bool same_payload;
    const char *why; /* FULL: what is full; static text; else "" */
};
struct psync_put_summary psync_putset_outcome(const struct psync_putset *s, size_t i);

#endif
