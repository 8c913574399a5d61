/* csv - finds the end of a record and its fields first, changes nothing, and so can go back when it was none. */
#include "source/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* QUOTE: a quote was seen inside a quoted field: its end, or the first of two. CR: the same and a CR after it. */
enum state { FIELD, PLAIN, QUOTED, QUOTE, CR };
enum outcome { MORE, COMPLETE, STRAY_QUOTE, UNDECIDED_QUOTE, TOO_MANY };

struct scan {
    enum state state;
    size_t at; /* next byte to look at */
};

void psync_csv_init(struct psync_csv *c, struct psync_stream *s)
{
    c->stream = s;
    c->separator = ',';
    c->backslashes = c->resync_at_id = c->held = false;
    c->length = c->n_fields = 0;
}

static void begin_field(struct psync_csv *c, size_t at)
{
    c->fields[c->n_fields] = (struct psync_csv_field){at, at, false};
}

/* The field ended before `end`; `after` is where the next one begins. */
static enum outcome end_field(struct psync_csv *c, struct scan *s, size_t end, size_t after)
{
    c->fields[c->n_fields++].end = end;
    s->at = after;
    s->state = FIELD;
    return c->n_fields < PSYNC_CSV_FIELDS_MAX ? MORE : TOO_MANY;
}

static enum outcome end_record(struct psync_csv *c, size_t end, size_t after)
{
    c->fields[c->n_fields++].end = end;
    c->length = after;
    return COMPLETE;
}

static enum outcome scan_plain(struct psync_csv *c, struct scan *s, const char *bytes, size_t len)
{
    size_t i = s->at;
    while (i < len && bytes[i] != c->separator && bytes[i] != '\n')
        i++;
    s->at = i;
    s->state = PLAIN;
    if (i == len)
        return MORE;
    if (bytes[i] == c->separator)
        return end_field(c, s, i, i + 1);
    bool crlf = i > c->fields[c->n_fields].begin && bytes[i - 1] == '\r';
    return end_record(c, i - crlf, i + 1);
}

static enum outcome scan_field(struct psync_csv *c, struct scan *s, const char *bytes, size_t len)
{
    bool quoted = bytes[s->at] == '"';
    begin_field(c, s->at + quoted);
    s->at += quoted;
    s->state = quoted ? QUOTED : PLAIN;
    return quoted ? MORE : scan_plain(c, s, bytes, len);
}

static enum outcome scan_quoted(struct scan *s, const char *bytes, size_t len)
{
    const char *quote = memchr(bytes + s->at, '"', len - s->at);
    s->at = quote == NULL ? len : (size_t)(quote - bytes) + 1;
    s->state = quote == NULL ? QUOTED : QUOTE;
    return MORE;
}

/* s->at is behind a quote. */
static enum outcome scan_after_quote(struct psync_csv *c, struct scan *s, const char *bytes)
{
    size_t quote = s->at - 1;
    char next = bytes[s->at];
    if (next == c->separator)
        return end_field(c, s, quote, s->at + 1);
    if (next == '\n')
        return end_record(c, quote, s->at + 1);
    if (next == '\r') {
        s->state = CR;
        s->at++;
        return MORE;
    }
    struct psync_csv_field *field = &c->fields[c->n_fields];
    if (c->backslashes && quote > field->begin && bytes[quote - 1] == '\\')
        return UNDECIDED_QUOTE;
    if (next != '"')
        return STRAY_QUOTE;
    field->doubled = true;
    s->state = QUOTED;
    s->at++;
    return MORE;
}

static enum outcome scan_cr(struct psync_csv *c, struct scan *s, const char *bytes)
{
    return bytes[s->at] == '\n' ? end_record(c, s->at - 2, s->at + 1) : STRAY_QUOTE;
}

/* Until the record ends, is found wrong, or the window is used up. */
static enum outcome scan(struct psync_csv *c, struct scan *s)
{
    const char *bytes = psync_stream_at(c->stream, 0);
    size_t len = psync_stream_seen(c->stream);
    enum outcome o = MORE;
    while (o == MORE && s->at < len) {
        switch (s->state) {
        case FIELD:
            o = scan_field(c, s, bytes, len);
            break;
        case PLAIN:
            o = scan_plain(c, s, bytes, len);
            break;
        case QUOTED:
            o = scan_quoted(s, bytes, len);
            break;
        case QUOTE:
            o = scan_after_quote(c, s, bytes);
            break;
        case CR:
            o = scan_cr(c, s, bytes);
            break;
        }
    }
    return o;
}

enum { ID_MAX = 24 }; /* the longest id and a separator */

/* Looks at no more than ID_MAX bytes, so that it does not depend on how many have come. */
static bool begins_with_id(const struct psync_csv *c)
{
    const char *bytes = psync_stream_at(c->stream, 0);
    size_t len = psync_stream_len(c->stream), i = 0;
    len = len < ID_MAX ? len : ID_MAX;
    while (i < len && bytes[i] >= '0' && bytes[i] <= '9')
        i++;
    return i > 0 && i < len && bytes[i] == c->separator;
}

/* To the next line, or the next one that looks like the beginning of a row. */
static enum psync_result resync(struct psync_csv *c, struct psync_error *err)
{
    for (;;) {
        enum psync_result r = psync_stream_skip_line(c->stream, err);
        if (r != PSYNC_OK)
            return r == PSYNC_EMPTY ? PSYNC_OK : r;
        if (!c->resync_at_id)
            return PSYNC_OK;
        r = psync_stream_need(c->stream, ID_MAX, err);
        if (r != PSYNC_OK)
            return r;
        if (psync_stream_len(c->stream) == 0 || begins_with_id(c))
            return PSYNC_OK;
    }
}

static enum psync_result refuse(struct psync_csv *c, struct psync_error *err, const char *reason)
{
    enum psync_result r = resync(c, err);
    if (r != PSYNC_OK)
        return r;
    return psync_fail(err, PSYNC_REJECT, "%s", reason);
}

/* The scan ended at the byte `at`. */
static enum psync_result conclude(struct psync_csv *c, enum outcome o, size_t at, struct psync_error *err)
{
    uint64_t line = psync_stream_line_at(c->stream, at);
    char swallowed[96];
    switch (o) {
    case STRAY_QUOTE:
        if (line == c->stream->line)
            return refuse(c, err, "there is text after a closing quote");
        (void)snprintf(swallowed, sizeof swallowed, "a quote is not closed before line %" PRIu64 ", and there not rightly",
                       line);
        return refuse(c, err, swallowed);
    case UNDECIDED_QUOTE:
        return refuse(c, err, "a quote after a backslash can be read in two ways");
    case TOO_MANY:
        return refuse(c, err, "there are more than 255 values");
    default:
        break;
    }
    return c->length > c->stream->max ? refuse(c, err, "the record is longer than input.max_record") : PSYNC_OK;
}

/* The input ended inside the record. */
static enum psync_result finish(struct psync_csv *c, struct scan *s, struct psync_error *err)
{
    if (s->state == QUOTED)
        return refuse(c, err, "a quote is not closed");
    size_t len = psync_stream_len(c->stream), end = len - (s->state == QUOTE) - 2 * (s->state == CR);
    if (s->state == FIELD)
        begin_field(c, len);
    if (s->state == PLAIN && *psync_stream_at(c->stream, len - 1) == '\r')
        end--;
    return conclude(c, end_record(c, end, len), len, err);
}

static enum psync_result read_record(struct psync_csv *c, struct psync_error *err)
{
    struct scan s = {FIELD, 0};
    c->n_fields = 0;
    for (;;) {
        enum outcome o = psync_stream_len(c->stream) > 0 ? scan(c, &s) : MORE;
        if (o != MORE)
            return conclude(c, o, s.at, err);
        enum psync_result r = psync_stream_fill(c->stream, err);
        if (r == PSYNC_EMPTY)
            return psync_stream_len(c->stream) == 0 ? PSYNC_EMPTY : finish(c, &s, err);
        if (r == PSYNC_REJECT)
            return refuse(c, err, s.state == QUOTED ? "a quote is not closed within input.max_record"
                                                    : "the record is longer than input.max_record");
        if (r != PSYNC_OK)
            return r;
    }
}

static bool is_blank_line(const struct psync_csv *c)
{
    const struct psync_csv_field *f = &c->fields[0];
    return c->n_fields == 1 && f->begin == f->end && (c->length == 0 || *psync_stream_at(c->stream, 0) != '"');
}

enum psync_result psync_csv_read(struct psync_csv *c, uint64_t *ret_line, struct psync_error *err)
{
    for (;;) {
        uint64_t line = c->stream->line;
        if (!c->held) {
            enum psync_result r = read_record(c, err);
            if (r == PSYNC_REJECT)
                *ret_line = line;
            if (r != PSYNC_OK)
                return r;
            psync_stream_hold(c->stream, c->length);
            c->held = true;
        }
        if (!is_blank_line(c)) {
            *ret_line = line;
            return PSYNC_OK;
        }
        psync_csv_drop(c);
    }
}

void psync_csv_drop(struct psync_csv *c)
{
    psync_stream_drop(c->stream);
    c->held = false;
    c->length = c->n_fields = 0;
}

struct psync_span psync_csv_raw(const struct psync_csv *c, size_t i)
{
    PSYNC_INVARIANT(c->held && i < c->n_fields);
    const struct psync_csv_field *f = &c->fields[i];
    return (struct psync_span){psync_stream_at(c->stream, f->begin), f->end - f->begin};
}

struct psync_span psync_csv_text(struct psync_csv *c, size_t i)
{
    struct psync_span raw = psync_csv_raw(c, i);
    struct psync_csv_field *f = &c->fields[i];
    if (!f->doubled)
        return raw;
    char *out = psync_stream_at(c->stream, f->begin);
    for (size_t k = 0; k < raw.len; k++) {
        *out++ = raw.data[k];
        k += raw.data[k] == '"'; /* the second of two */
    }
    f->end = f->begin + (size_t)(out - raw.data);
    f->doubled = false;
    return psync_csv_raw(c, i);
}
