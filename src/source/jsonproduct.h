/* jsonproduct - a product from a JSON object. No I/O; the object's text is decoded where it lies. */
#ifndef PSYNC_SOURCE_JSONPRODUCT_H
#define PSYNC_SOURCE_JSONPRODUCT_H

#include "source/left_out.h"
#include "source/product.h"

enum psync_json_shape {
    PSYNC_SHAPE_PRODUCT,    /* {"id", "name", "price", "stock"} */
    PSYNC_SHAPE_WEBSERVICE  /* PrestaShop's: no stock (its `quantity` is always 0), and the price is without tax */
};

/* `object` is the text of a JSON object. With PSYNC_SHAPE_WEBSERVICE `ret_product->stock` is left alone. */
PSYNC_CHECKED enum psync_result psync_json_product(struct psync_span object, enum psync_json_shape shape,
                                                   const struct psync_product_rules *rules,
                                                   struct psync_left_out *left_out, struct psync_product *ret_product,
                                                   struct psync_error *reason);

/* The number behind a JSON number or text. A value of no bytes, or null: "NAME is missing". */
PSYNC_CHECKED enum psync_result psync_json_number_text(const char *name, struct psync_span value,
                                                       struct psync_span *ret_text, struct psync_error *reason);

#endif
