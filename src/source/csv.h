/* csv - records of RFC 4180 from a stream, and what to do when quotes do not add up.
 *
 * A quote opens only at the very beginning of a field; elsewhere in an unquoted field it is text. A record whose quotes
 * cannot be right (text after a closing quote, no closing quote before the end or within the longest record allowed) is
 * refused, and reading goes on at the line after its first one: an unclosed quote costs its own row, not the file. */
#ifndef PSYNC_SOURCE_CSV_H
#define PSYNC_SOURCE_CSV_H

#include "source/stream.h"

enum { PSYNC_CSV_FIELDS_MAX = 256 };

struct psync_csv_field {
    size_t begin, end; /* offsets in the window, without quotes */
    bool doubled;      /* quotes in it still stand double */
};

struct psync_csv {
    struct psync_stream *stream;
    char separator;
    bool backslashes;     /* written by PHP's fputcsv as PrestaShop up to 8 uses it: after a backslash quotes are not
                             doubled, so that \" not followed by the field's end cannot be decided */
    bool resync_at_id;    /* a row begins with digits and a separator: go on there after a refused one */
    bool held;            /* the fields below are of a record that is still in the window */
    size_t length;        /* bytes of that record, with its line end */
    size_t n_fields;
    struct psync_csv_field fields[PSYNC_CSV_FIELDS_MAX];
};

void psync_csv_init(struct psync_csv *c, struct psync_stream *s);

/* The record at the beginning of the window, the same again until psync_csv_drop; lines without anything on them are
 * passed over. REJECT: refused, and the stream stands at the next one; `*ret_line` is its line in either case. EMPTY:
 * the end. NOMEM: nothing changed. FATAL. */
PSYNC_CHECKED enum psync_result psync_csv_read(struct psync_csv *c, uint64_t *ret_line, struct psync_error *err);
/* The record is used. */
void psync_csv_drop(struct psync_csv *c);

/* As it stands in the file, within its quotes. */
struct psync_span psync_csv_raw(const struct psync_csv *c, size_t i);
/* As it is meant: decoded where it lies. */
struct psync_span psync_csv_text(struct psync_csv *c, size_t i);

#endif
