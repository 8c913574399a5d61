/* stockfile - what the webservice's join needs and memory must not hold: stocks by product, and products set aside.
 *
 * Both lie in temporary files without a name (in $TMPDIR, else /var/tmp, else /tmp), made when first needed and gone
 * with the process. Stocks are a sparse array with one number per product id. */
#ifndef PSYNC_SOURCE_STOCKFILE_H
#define PSYNC_SOURCE_STOCKFILE_H

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>

struct psync_stocks {
    int fd; /* -1: not made yet */
};

void psync_stocks_init(struct psync_stocks *s);
void psync_stocks_done(struct psync_stocks *s);
/* REJECT: no id or quantity of a shop, or a second row of that product with another quantity (two shops in one answer):
 * the product then counts as having none. FATAL: the file cannot be written. */
PSYNC_CHECKED enum psync_result psync_stocks_put(struct psync_stocks *s, int64_t id, int64_t quantity,
                                                 struct psync_error *err);
/* OK; EMPTY: no row seen; REJECT: rows that contradict each other. FATAL. */
PSYNC_CHECKED enum psync_result psync_stocks_get(const struct psync_stocks *s, int64_t id, int64_t *ret_quantity,
                                                 struct psync_error *err);

/* Where a record stood: which of several inputs, and on which line. */
struct psync_place {
    uint64_t input, line;
};

/* Records in the order they were put; first all are put, then all are taken. */
struct psync_spool {
    FILE *file;   /* NULL: empty */
    bool taking;
    size_t len;         /* of the record being taken; 0: none */
    struct psync_place place;
    struct psync_buf record;
};

void psync_spool_init(struct psync_spool *s, size_t max_record);
void psync_spool_done(struct psync_spool *s);
/* NOMEM: nothing was put. FATAL: the file cannot be written. */
PSYNC_CHECKED enum psync_result psync_spool_put(struct psync_spool *s, struct psync_span record, struct psync_place place,
                                                struct psync_error *err);
/* OK: `*ret_record` is valid until the next call. EMPTY; NOMEM: the same call again takes the same; FATAL. */
PSYNC_CHECKED enum psync_result psync_spool_take(struct psync_spool *s, struct psync_span *ret_record,
                                                 struct psync_place *ret_place, struct psync_error *err);

#endif
