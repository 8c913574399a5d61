/* jsonwalk - finds the products in a stream of JSON: objects one after the other (NDJSON or pretty-printed), arrays of
 * them, and the webservice's {"products": [...], "stock_availables": [...]}.
 *
 * What stands around the products - brackets, commas, member names - is read as it comes; a product itself is taken
 * whole. Objects one after the other are separate records: a broken one is refused, and reading goes on at the first
 * line after the record's own that begins with "{". Inside an array nothing after a broken item can be trusted:
 * FATAL. */
#ifndef PSYNC_SOURCE_JSONWALK_H
#define PSYNC_SOURCE_JSONWALK_H

#include "source/reading.h"

enum psync_json_content {
    PSYNC_CONTENT_PRODUCT, PSYNC_CONTENT_WS_PRODUCT, PSYNC_CONTENT_WS_STOCK,
    PSYNC_CONTENT_OTHER /* a member nobody needs; stays inside */
};

struct psync_json_walk {
    struct psync_reading *reading;
    enum { PSYNC_LEVEL_TOP, PSYNC_LEVEL_ENVELOPE, PSYNC_LEVEL_ARRAY } level;
    bool in_envelope;                /* the array is a member of an envelope */
    bool first;                      /* nothing was read yet on this level: no comma is due */
    uint64_t records;                /* values at the top so far */
    enum psync_json_content content; /* of the array */
    bool located;                    /* the window begins with a value of kind `next` that is not taken yet */
    enum psync_json_content next;
};

void psync_json_walk_init(struct psync_json_walk *w, struct psync_reading *reading);

/* The next object that is a product or a stock row, as text in the window until the next call. Results as
 * psync_input_next; `err` is the reason alone. NOMEM: the same call again goes on. */
PSYNC_CHECKED enum psync_result psync_json_walk_next(struct psync_json_walk *w, struct psync_span *ret_object,
                                                     enum psync_json_content *ret_content, struct psync_error *err);

#endif
