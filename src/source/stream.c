/* stream - the window: filled by one reader function, moved to the front only when it is full. */
#include "source/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void psync_stream_init(struct psync_stream *s, const struct psync_input_open *open, size_t max)
{
    *s = (struct psync_stream){.read = open->read, .arg = open->arg, .fd = open->fd, .max = max, .line = 1};
}

void psync_stream_done(struct psync_stream *s)
{
    free(s->data);
    *s = (struct psync_stream){.ended = true};
}

/* Room for a chunk behind the window. The buffer doubles while one record fills more than half of it, so that a record
 * that arrives byte by byte is moved a constant number of times per byte. */
static enum psync_result make_room(struct psync_stream *s)
{
    size_t len = psync_stream_len(s);
    if (s->cap > 0 && len <= s->cap / 2) {
        memmove(s->data, s->data + s->start, len);
    } else {
        size_t cap = s->cap == 0 ? PSYNC_STREAM_CHUNK : s->cap * 2;
        if (cap > s->max + PSYNC_STREAM_CHUNK)
            cap = s->max + PSYNC_STREAM_CHUNK;
        if (cap <= len)
            return PSYNC_REJECT;
        char *data = malloc(cap);
        if (data == NULL)
            return PSYNC_NOMEM;
        if (len > 0)
            memcpy(data, s->data + s->start, len);
        free(s->data);
        s->data = data;
        s->cap = cap;
    }
    s->start = 0;
    s->end = len;
    return PSYNC_OK;
}

static long read_some(struct psync_stream *s)
{
    size_t room = s->cap - s->end;
    if (room > PSYNC_STREAM_CHUNK)
        room = PSYNC_STREAM_CHUNK;
    for (;;) {
        long n = s->read != NULL ? s->read(s->arg, s->data + s->end, room) : (long)read(s->fd, s->data + s->end, room);
        if (n >= 0 || errno != EINTR)
            return n;
    }
}

enum psync_result psync_stream_fill(struct psync_stream *s, struct psync_error *err)
{
    if (s->ended)
        return PSYNC_EMPTY;
    if (psync_stream_len(s) > s->max)
        return PSYNC_REJECT;
    if (s->start == s->end)
        s->start = s->end = 0;
    if (s->end == s->cap) {
        enum psync_result r = make_room(s);
        if (r != PSYNC_OK)
            return r;
    }
    long n = read_some(s);
    if (n < 0)
        return psync_fail(err, PSYNC_FATAL, "cannot be read: %s", strerror(errno));
    if (n == 0) {
        s->ended = true;
        return PSYNC_EMPTY;
    }
    s->end += (size_t)n;
    return PSYNC_OK;
}

enum psync_result psync_stream_need(struct psync_stream *s, size_t n, struct psync_error *err)
{
    while (psync_stream_len(s) < n) {
        enum psync_result r = psync_stream_fill(s, err);
        if (r == PSYNC_EMPTY)
            break;
        PSYNC_INVARIANT(r != PSYNC_REJECT);
        if (r != PSYNC_OK)
            return r;
    }
    return PSYNC_OK;
}

static uint64_t count_lines(const char *bytes, size_t n)
{
    uint64_t lines = 0;
    for (const char *p = bytes, *end = bytes + n; p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        lines++;
    return lines;
}

void psync_stream_skip(struct psync_stream *s, size_t n)
{
    PSYNC_INVARIANT(n <= psync_stream_len(s));
    if (n == 0)
        return;
    s->line += count_lines(psync_stream_at(s, 0), n);
    s->start += n;
}

void psync_stream_hold(struct psync_stream *s, size_t n)
{
    PSYNC_INVARIANT(n <= psync_stream_len(s));
    s->held = n;
    s->held_lines = count_lines(psync_stream_at(s, 0), n);
}

void psync_stream_drop(struct psync_stream *s)
{
    s->start += s->held;
    s->line += s->held_lines;
    s->held = 0;
    s->held_lines = 0;
}

enum psync_result psync_stream_skip_line(struct psync_stream *s, struct psync_error *err)
{
    for (;;) {
        size_t len = psync_stream_len(s);
        const char *lf = len == 0 ? NULL : memchr(psync_stream_at(s, 0), '\n', len);
        if (lf != NULL) {
            psync_stream_skip(s, (size_t)(lf - psync_stream_at(s, 0)) + 1);
            return PSYNC_OK;
        }
        psync_stream_skip(s, len);
        enum psync_result r = psync_stream_fill(s, err); /* an empty window is never too full */
        if (r != PSYNC_OK)
            return r;
    }
}

enum psync_result psync_stream_skip_space(struct psync_stream *s, struct psync_error *err)
{
    for (;;) {
        size_t len = psync_stream_len(s), i = 0;
        const char *at = s->data + s->start;
        while (i < len && (at[i] == ' ' || at[i] == '\n' || at[i] == '\r' || at[i] == '\t'))
            i++;
        psync_stream_skip(s, i);
        if (i < len)
            return PSYNC_OK;
        enum psync_result r = psync_stream_fill(s, err);
        if (r != PSYNC_OK)
            return r;
    }
}

struct psync_span psync_stream_line_from(struct psync_stream *s, size_t offset, size_t n)
{
    size_t i = 0;
    for (; i < n; i++) {
        /* A failure to read comes again, when the bytes are needed for more than a message. */
        bool there = offset + i < psync_stream_seen(s) || psync_stream_fill(s, NULL) == PSYNC_OK;
        if (!there || *psync_stream_at(s, offset + i) == '\n')
            break;
    }
    return (struct psync_span){psync_stream_at(s, offset), i};
}

uint64_t psync_stream_line_at(const struct psync_stream *s, size_t offset)
{
    return offset == 0 ? s->line : s->line + count_lines(psync_stream_at(s, 0), offset);
}
