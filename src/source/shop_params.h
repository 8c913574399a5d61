/* shop_params - what a PrestaShop's app/config/parameters.php says of its database and its key.
 *
 * The file is PHP that returns nested array literals. It is read, never executed: strings, numbers, NULL and booleans count;
 * a value that is anything else (a call, a constant, a concatenation) is known as not given literally, and only matters if it is
 * asked for. Pure. */
#ifndef PSYNC_SOURCE_SHOP_PARAMS_H
#define PSYNC_SOURCE_SHOP_PARAMS_H

#include "base/buf.h"

enum { PSYNC_SHOP_PARAMS_MAX = 256 * 1024, PSYNC_SHOP_PARAM_MAX = 8192 }; /* a private RSA key stands there */

/* One member of 'parameters'. `text` is borrowed for the call: NULL for NULL; "1" and "" for booleans, as PHP makes texts of
 * them; undefined where `literal` is false. */
typedef enum psync_result psync_shop_param(void *arg, struct psync_span name, const char *text, bool literal);

/* REJECT: `err` says where ("byte 17: expected ..."); it never repeats the text, which holds a password. What `visit` returns
 * other than PSYNC_OK ends the reading. */
PSYNC_CHECKED enum psync_result psync_shop_params_read(struct psync_span php, psync_shop_param *visit, void *arg,
                                                       struct psync_error *err);

#endif
