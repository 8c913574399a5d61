/* json_write - strings with exactly the escapes JSON demands, and a writer that puts the commas. */
#include "base/json.h"

#include "base/timefmt.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands for a byte below 0x20, for '"' and for '\\' (RFC 8259, section 7). */
static struct psync_span escape(unsigned char c, char ret_text[6])
{
    static const char letters[] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
                                   ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\'};
    static const char digits[] = "0123456789abcdef";
    ret_text[0] = '\\';
    ret_text[1] = letters[c];
    if (letters[c] != 0)
        return (struct psync_span){ret_text, 2};
    ret_text[1] = 'u';
    ret_text[2] = ret_text[3] = '0';
    ret_text[4] = digits[c >> 4];
    ret_text[5] = digits[c & 15];
    return (struct psync_span){ret_text, 6};
}

/* The bytes at `s` that need no escape. */
static size_t plain_prefix(struct psync_span s)
{
    size_t i = 0;
    while (i < s.len) {
        unsigned char c = (unsigned char)s.data[i];
        size_t len = 1;
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        if (c >= 0x80 && psync_utf8_next((struct psync_span){s.data + i, s.len - i}, &len) == UINT32_MAX)
            break;
        i += len;
    }
    return i;
}

enum psync_result psync_json_add_string(struct psync_buf *b, struct psync_span s)
{
    size_t before = b->len;
    enum psync_result r = psync_buf_add_char(b, '"');
    while (r == PSYNC_OK && s.len > 0) {
        size_t n = plain_prefix(s);
        if (n > 0) {
            r = psync_buf_add(b, s.data, n);
        } else {
            char text[6];
            unsigned char c = (unsigned char)*s.data;
            struct psync_span e = c < 0x80 ? escape(c, text) : PSYNC_SPAN(REPLACEMENT);
            r = psync_buf_add(b, e.data, e.len);
            n = 1;
        }
        s.data += n;
        s.len -= n;
    }
    if (r == PSYNC_OK)
        r = psync_buf_add_char(b, '"');
    if (r != PSYNC_OK)
        psync_buf_truncate(b, before);
    return r;
}

/* ---- the writer ---- */

void psync_json_writer_begin(struct psync_json_writer *w, struct psync_buf *b)
{
    *w = (struct psync_json_writer){.buf = b, .result = PSYNC_OK};
}

enum psync_result psync_json_writer_end(struct psync_json_writer *w)
{
    return w->result;
}

static void add(struct psync_json_writer *w, struct psync_span s)
{
    if (w->result == PSYNC_OK)
        w->result = psync_buf_add(w->buf, s.data, s.len);
}

static void add_string(struct psync_json_writer *w, struct psync_span s)
{
    if (w->result == PSYNC_OK)
        w->result = psync_json_add_string(w->buf, s);
}

static struct psync_span span_of(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

/* The comma before a value, and its name. */
static void begin_value(struct psync_json_writer *w, const char *name)
{
    if (w->comma)
        add(w, PSYNC_SPAN(","));
    w->comma = true;
    if (name != NULL) {
        add_string(w, span_of(name));
        add(w, PSYNC_SPAN(":"));
    }
}

void psync_json_open(struct psync_json_writer *w, const char *name, char bracket)
{
    begin_value(w, name);
    add(w, (struct psync_span){&bracket, 1});
    w->comma = false;
}

void psync_json_close(struct psync_json_writer *w, char bracket)
{
    add(w, (struct psync_span){&bracket, 1});
    w->comma = true;
}

void psync_json_put_raw(struct psync_json_writer *w, const char *name, struct psync_span json)
{
    begin_value(w, name);
    add(w, json);
}

void psync_json_put_span(struct psync_json_writer *w, const char *name, struct psync_span text)
{
    begin_value(w, name);
    add_string(w, text);
}

void psync_json_put_text(struct psync_json_writer *w, const char *name, const char *text)
{
    if (text != NULL)
        psync_json_put_span(w, name, span_of(text));
    else
        psync_json_put_raw(w, name, PSYNC_SPAN("null"));
}

void psync_json_put_int(struct psync_json_writer *w, const char *name, int64_t n)
{
    begin_value(w, name);
    if (w->result == PSYNC_OK)
        w->result = psync_buf_add_int(w->buf, n);
}

void psync_json_put_real(struct psync_json_writer *w, const char *name, double x)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.6g", x);
    psync_json_put_raw(w, name, isfinite(x) ? span_of(text) : PSYNC_SPAN("null"));
}

void psync_json_put_bool(struct psync_json_writer *w, const char *name, bool yes)
{
    psync_json_put_raw(w, name, yes ? PSYNC_SPAN("true") : PSYNC_SPAN("false"));
}

void psync_json_put_time(struct psync_json_writer *w, const char *name, int64_t t_ms)
{
    char text[PSYNC_TIME_MAX];
    if (t_ms == 0 || t_ms == PSYNC_MS_NEVER)
        psync_json_put_text(w, name, NULL);
    else
        psync_json_put_text(w, name, psync_time_format(t_ms, text));
}
