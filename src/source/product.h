/* product - one product as the shop gave it, and the frozen bytes it becomes.
 *
 * The payload: {"id":123,"name":"Product name","price":49.90,"stock":15} - members in this order, no spaces, UTF-8
 * unescaped, only what JSON demands escaped. Optional members follow stock: version, shop, then those of input.pass in
 * that order. Pure. One definition for C and PHP: tests/vectors/payload.json. */
#ifndef PSYNC_SOURCE_PRODUCT_H
#define PSYNC_SOURCE_PRODUCT_H

#include "base/buf.h"
#include "base/decimal.h"
#include "config/config.h"

#include <stdint.h>

enum { PSYNC_NAME_CHARACTERS = 255, PSYNC_PASS_MAX = 32, PSYNC_REASON_MAX = 256 };

/* What a reader found; all texts are borrowed from the record. */
struct psync_product {
    int64_t id;
    struct psync_span name;                 /* chosen from the languages already, not yet normalised */
    struct psync_decimal price;             /* tax rule applied */
    int64_t stock;
    struct psync_span pass[PSYNC_PASS_MAX]; /* valid JSON values of input.pass, in its order; data NULL: absent */
    size_t n_pass;
};

/* The settings a payload depends on, prepared once. */
struct psync_product_rules {
    uint32_t digits;
    int64_t version;                        /* < 0: none */
    const char *language;
    enum psync_input_tax tax;
    bool has_tax_rate;
    struct psync_decimal tax_factor;        /* 1.20 for a rate of 20 percent */
    enum psync_negative_stock negative_stock;
    const char *pass_names[PSYNC_PASS_MAX]; /* point into `pass_text` */
    size_t n_pass;
    char *pass_text;
    uint64_t max_record_bytes;
};
/* `language` is borrowed from `c`. REJECT: settings that contradict each other, or no such tax rate. NOMEM. */
PSYNC_CHECKED enum psync_result psync_product_rules_init(struct psync_product_rules *r, const struct psync_config *c,
                                                         struct psync_error *err);
/* Bytes of one record at most, as a size. */
static inline size_t psync_product_record_max(const struct psync_product_rules *r)
{
    return r->max_record_bytes < SIZE_MAX / 16 ? (size_t)r->max_record_bytes : SIZE_MAX / 16;
}
void psync_product_rules_done(struct psync_product_rules *r);

/* Checks and appends the canonical payload, all or nothing. In the name each run of control characters and white space
 * becomes one space, and it is trimmed. REJECT: `reason` is for people ("name is empty"); NOMEM. */
PSYNC_CHECKED enum psync_result psync_product_payload(const struct psync_product *p,
                                                      const struct psync_product_rules *rules, struct psync_buf *out,
                                                      struct psync_error *reason);

#endif
