/* stream - a window on the bytes of an input: what was read and is not used yet, and the line it begins on.
 *
 * A reader looks at the window, asks for more with psync_stream_fill until its record is complete, uses it in place and
 * skips it. The window holds one record at most, so memory is bounded by `max` and not by the input. The window moves
 * when it is filled: remember offsets from its start, not pointers.
 *
 * How the bytes arrive must not matter: a reader never looks further than psync_stream_seen, although the window may
 * happen to hold more. */
#ifndef PSYNC_SOURCE_STREAM_H
#define PSYNC_SOURCE_STREAM_H

#include "base/buf.h"
#include "source/input.h"

#include <stdint.h>

enum { PSYNC_STREAM_CHUNK = 128 * 1024 }; /* bytes read at once */

struct psync_stream {
    psync_input_read *read; /* NULL: read(2) from fd */
    void *arg;
    int fd;
    char *data;             /* the window is data[start .. end) */
    size_t start, end, cap;
    size_t max;             /* bytes of one record at most */
    uint64_t line;          /* of data[start], from 1 */
    size_t held;            /* bytes of a record in use */
    uint64_t held_lines;    /* and its line ends, counted before it was decoded in place */
    bool ended;
};

void psync_stream_init(struct psync_stream *s, const struct psync_input_open *open, size_t max);
void psync_stream_done(struct psync_stream *s);

static inline size_t psync_stream_len(const struct psync_stream *s)
{
    return s->end - s->start;
}

/* The part of the window that can always be had: one byte more than a record may have, which shows that it is
 * longer. */
static inline size_t psync_stream_seen(const struct psync_stream *s)
{
    size_t len = psync_stream_len(s);
    return len <= s->max ? len : s->max + 1;
}

static inline char *psync_stream_at(const struct psync_stream *s, size_t offset)
{
    return s->data + s->start + offset;
}

/* OK: the window is longer now. EMPTY: the input has ended. REJECT: the window holds more than `max` bytes already.
 * NOMEM: nothing changed. FATAL: reading failed, `err` says how. */
PSYNC_CHECKED enum psync_result psync_stream_fill(struct psync_stream *s, struct psync_error *err);
/* At least `n` (<= max) bytes in the window, or all there are: compare with psync_stream_len. OK, NOMEM, FATAL. */
PSYNC_CHECKED enum psync_result psync_stream_need(struct psync_stream *s, size_t n, struct psync_error *err);
/* Drops `n` bytes of the window and counts their lines. */
void psync_stream_skip(struct psync_stream *s, size_t n);
/* The first `n` bytes are a record, which may now be changed where it lies... */
void psync_stream_hold(struct psync_stream *s, size_t n);
/* ...and is dropped here. Nothing held: nothing happens. */
void psync_stream_drop(struct psync_stream *s);
/* Drops up to and with the next LF. OK; EMPTY: the end came first; FATAL. Cannot run out of memory. */
PSYNC_CHECKED enum psync_result psync_stream_skip_line(struct psync_stream *s, struct psync_error *err);
/* Drops the white space of JSON. OK: the window begins with something else; EMPTY: the end; NOMEM, FATAL. */
PSYNC_CHECKED enum psync_result psync_stream_skip_space(struct psync_stream *s, struct psync_error *err);
/* For messages: the rest of the line from `offset` on, at most `n` bytes (<= max), or what of it can be had. */
struct psync_span psync_stream_line_from(struct psync_stream *s, size_t offset, size_t n);
/* The line of the byte at `offset` in the window. */
uint64_t psync_stream_line_at(const struct psync_stream *s, size_t offset);

#endif
