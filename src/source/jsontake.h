/* jsontake - one whole JSON value from the beginning of a stream's window. */
#ifndef PSYNC_SOURCE_JSONTAKE_H
#define PSYNC_SOURCE_JSONTAKE_H

#include "source/stream.h"

enum psync_json_taken {
    PSYNC_TAKEN,          /* it is the window's first *ret_len bytes */
    PSYNC_TAKEN_TOO_LONG, /* it was longer than the window may be and is gone; the stream stands behind it */
    PSYNC_TAKEN_TOO_DEEP, /* nested deeper than PSYNC_JSON_DEPTH; otherwise as PSYNC_TAKEN */
    PSYNC_TAKEN_BROKEN,   /* byte *ret_len of the window cannot stand there */
    PSYNC_TAKEN_CUT_OFF   /* the input ended before it did */
};

/* Results of psync_stream_fill but for EMPTY and REJECT. NOMEM: nothing changed. */
PSYNC_CHECKED enum psync_result psync_json_take(struct psync_stream *s, enum psync_json_taken *ret_taken,
                                                size_t *ret_len, struct psync_error *err);

#endif
