/* table - products from CSV: a plain table with the columns id, name, price, stock, or a PrestaShop export. */
#ifndef PSYNC_SOURCE_TABLE_H
#define PSYNC_SOURCE_TABLE_H

#include "source/csv.h"
#include "source/reading.h"

enum { PSYNC_NO_COLUMN = PSYNC_CSV_FIELDS_MAX };

enum psync_column {
    PSYNC_COLUMN_ID, PSYNC_COLUMN_NAME, PSYNC_COLUMN_PRICE, PSYNC_COLUMN_STOCK, PSYNC_COLUMN_UNTAXED, PSYNC_COLUMNS
};

struct psync_table {
    struct psync_reading *reading;
    struct psync_csv csv;
    bool has_header;                    /* it was read */
    bool by_shape;                      /* nothing but the first row's shape can tell, and it was not seen yet */
    struct psync_error unknown;         /* what to say if it is another, */
    uint64_t header_line;               /* and where */
    bool used;                          /* the record held in `csv` was handed out: drop it next */
    size_t n_columns;                   /* of the header */
    size_t column[PSYNC_COLUMNS];       /* where it stands, or PSYNC_NO_COLUMN */
    size_t pass_column[PSYNC_PASS_MAX]; /* the same for input.pass */
    size_t n_left_out;                  /* columns nobody asked for */
    struct psync_buf passed;            /* texts of input.pass as JSON */
};

void psync_table_init(struct psync_table *t, struct psync_reading *reading);
void psync_table_done(struct psync_table *t);

/* One row; its texts stay valid until the next call. Results as psync_input_next; `err` is the reason alone. NOMEM: the
 * same call again reads the same row. */
PSYNC_CHECKED enum psync_result psync_table_next(struct psync_table *t, struct psync_product *ret_product,
                                                 struct psync_error *err);

/* table_header: which table is this? Sets the format, the separator and the columns, or `by_shape`. FATAL: none that is
 * known. NOMEM: nothing changed. */
PSYNC_CHECKED enum psync_result psync_table_read_header(struct psync_table *t, struct psync_error *err);
/* With `by_shape`: does the row held look like one of an export? */
bool psync_table_has_export_shape(const struct psync_table *t);

#endif
