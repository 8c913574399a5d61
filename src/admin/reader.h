/* reader - how the API reads products: an interface.
 *
 * The formats of products are the business of a room beside this one (source), which the API may not know; who makes an
 * owner or a session hands it a reader. */
#ifndef PSYNC_ADMIN_READER_H
#define PSYNC_ADMIN_READER_H

#include "base/buf.h"
#include "config/config.h"

#include <stdint.h>

/* One record: `product` > 0 and its canonical payload, or 0 and the reason why it is refused. OK goes on. */
typedef enum psync_result psync_record_take(void *arg, uint64_t line, int64_t product, struct psync_span text,
                                            struct psync_error *err);

struct psync_product_reader {
    /* What of the settings decides on payloads; does not point into `config`. */
    enum psync_result (*rules_new)(const struct psync_config *config, void **ret_rules, struct psync_error *err);
    void (*rules_free)(void *rules); /* NULL is fine */
    /* Calls `take` for every record of `body` until it is not OK, which is then the result. REJECT: the body cannot be
     * read, or not read on. Any thread. */
    enum psync_result (*read)(const void *rules, struct psync_span body, psync_record_take *take, void *arg,
                              struct psync_error *err);
};

#endif
