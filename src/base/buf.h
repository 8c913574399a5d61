/* buf - a growing byte buffer that always has a maximum.
 *
 * Embedded in its owner: psync_buf_init, then psync_buf_done. Appends are all or nothing; after a failed append the
 * contents are what they were. The data is always followed by a NUL byte that `len` does not count, so a buffer without
 * NUL bytes can be read as a C string (an empty one gives "", also before the first append). */
#ifndef PSYNC_BASE_BUF_H
#define PSYNC_BASE_BUF_H

#include "base/result.h"

#include <stddef.h>
#include <stdint.h>

struct psync_buf {
    char *data;      /* never NULL after psync_buf_init */
    size_t len, cap; /* bytes used; bytes allocated (0: `data` is a static "") */
    size_t max;      /* `len` never exceeds this */
};

/* Bytes somebody else owns; not NUL-terminated. */
struct psync_span {
    const char *data;
    size_t len;
};
#define PSYNC_SPAN_INIT(literal) {(literal), sizeof(literal) - 1} /* in an initializer of static storage */
#define PSYNC_SPAN(literal)      ((struct psync_span)PSYNC_SPAN_INIT(literal))

void psync_buf_init(struct psync_buf *b, size_t max);
void psync_buf_done(struct psync_buf *b); /* frees; usable again after psync_buf_init; {0} is fine */
void psync_buf_clear(struct psync_buf *b); /* empties, keeps the memory */

/* PSYNC_OK; PSYNC_REJECT: would exceed `max`; PSYNC_NOMEM. */
PSYNC_CHECKED enum psync_result psync_buf_add(struct psync_buf *b, const void *bytes, size_t n);
PSYNC_CHECKED enum psync_result psync_buf_add_str(struct psync_buf *b, const char *s);
PSYNC_CHECKED enum psync_result psync_buf_add_char(struct psync_buf *b, char c);
PSYNC_CHECKED enum psync_result psync_buf_add_int(struct psync_buf *b, int64_t n); /* in decimal */
PSYNC_CHECKED enum psync_result psync_buf_printf(struct psync_buf *b, const char *fmt, ...) PSYNC_PRINTF(2, 3);
/* Room for `n` more bytes, so that appends up to that cannot fail. */
PSYNC_CHECKED enum psync_result psync_buf_reserve(struct psync_buf *b, size_t n);
/* Removes the first `n` bytes (n <= len). */
void psync_buf_drop(struct psync_buf *b, size_t n);
/* Keeps the first `len` bytes (at most what there are): takes back an append. */
void psync_buf_truncate(struct psync_buf *b, size_t len);

/* The span as a C string the caller frees; NULL: out of memory. */
char *psync_span_dup(struct psync_span s);
bool psync_span_eq(struct psync_span s, const char *text);

/* In decimal, without printf, which takes five times as long. Returns its length. */
enum { PSYNC_INT_BYTES = 21 }; /* as many as INT64_MIN needs, and the NUL */
size_t psync_int_format(int64_t n, char ret_text[PSYNC_INT_BYTES]);

#endif
