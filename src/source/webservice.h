/* webservice - PrestaShop's webservice answers: products joined with their stock rows, in whatever order they come, be
 * it in one input or in several.
 *
 * A product whose stock row has passed already is complete at once. The others are set aside in a temporary file and
 * completed when all inputs have ended, so memory stays bounded in either order. Stock is that of combination 0, the
 * sum of all combinations. */
#ifndef PSYNC_SOURCE_WEBSERVICE_H
#define PSYNC_SOURCE_WEBSERVICE_H

#include "source/reading.h"
#include "source/stockfile.h"

struct psync_webservice {
    struct psync_stocks stocks;
    struct psync_spool spool;
    bool has_stocks, has_products; /* seen so far */
};

void psync_webservice_init(struct psync_webservice *ws, const struct psync_product_rules *rules);
void psync_webservice_done(struct psync_webservice *ws);

/* A row of stock_availables. REJECT: it is none; FATAL. */
PSYNC_CHECKED enum psync_result psync_webservice_stock(struct psync_webservice *ws, struct psync_span object,
                                                       struct psync_error *err);
/* OK: a product. RETRY: set aside. REJECT; NOMEM: nothing changed; FATAL. `reading` is where it is read. */
PSYNC_CHECKED enum psync_result psync_webservice_product(struct psync_webservice *ws, struct psync_reading *reading,
                                                         struct psync_span object, struct psync_product *ret_product,
                                                         struct psync_error *err);
/* The products set aside, one a call, after the inputs ended; `reading` then tells where it stood. EMPTY: no more. */
PSYNC_CHECKED enum psync_result psync_webservice_rest(struct psync_webservice *ws, struct psync_reading *reading,
                                                      struct psync_product *ret_product, struct psync_error *err);

#endif
