/* fields - id, stock and price from their text, with the reason when it is not one. Pure.
 *
 * For every reader alike: white space around is ignored, "15", "15.0" and "1.5e1" are the integer 15. REJECT leaves the
 * product untouched. */
#ifndef PSYNC_SOURCE_FIELDS_H
#define PSYNC_SOURCE_FIELDS_H

#include "source/product.h"

struct psync_span psync_trimmed(struct psync_span text);

PSYNC_CHECKED enum psync_result psync_field_id(struct psync_span text, struct psync_product *p,
                                               struct psync_error *reason);
PSYNC_CHECKED enum psync_result psync_field_stock(struct psync_span text, struct psync_product *p,
                                                  struct psync_error *reason);
/* As psync_decimal_parse, lenient. */
PSYNC_CHECKED enum psync_result psync_field_price(struct psync_span text, struct psync_product *p,
                                                  struct psync_error *reason);
/* Any integer; `what` names it in the reason. */
PSYNC_CHECKED enum psync_result psync_field_integer(const char *what, struct psync_span text, int64_t *ret_n,
                                                    struct psync_error *reason);

#endif
