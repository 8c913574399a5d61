/* jsontext - stepping through JSON text in place, decoding its strings, writing it compactly. */
#include "source/jsontext.h"

#include "base/json.h"

#include <stdint.h>
#include <string.h>

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* `p` at the opening quote; returns what follows the closing one. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p < end ? p + 1 : end;
}

static const char *skip_container(const char *p, const char *end)
{
    unsigned depth = 0;
    while (p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        p++;
        if (depth == 0)
            break;
    }
    return p;
}

static const char *skip_value(const char *p, const char *end)
{
    if (p == end)
        return end;
    if (*p == '"')
        return skip_string(p, end);
    if (*p == '{' || *p == '[')
        return skip_container(p, end);
    while (p < end && strchr(",]} \n\r\t", *p) == NULL)
        p++;
    return p;
}

enum psync_json_kind psync_json_text_kind(struct psync_span value)
{
    PSYNC_INVARIANT(value.len > 0);
    switch (value.data[0]) {
    case '{':
        return PSYNC_JSON_OBJECT;
    case '[':
        return PSYNC_JSON_ARRAY;
    case '"':
        return PSYNC_JSON_STRING;
    case 't':
        return PSYNC_JSON_TRUE;
    case 'f':
        return PSYNC_JSON_FALSE;
    case 'n':
        return PSYNC_JSON_NULL;
    default:
        return PSYNC_JSON_NUMBER;
    }
}

struct psync_json_cursor psync_json_cursor_of(struct psync_span container)
{
    PSYNC_INVARIANT(container.len >= 2);
    return (struct psync_json_cursor){container.data + 1, container.data + container.len - 1};
}

bool psync_json_cursor_next(struct psync_json_cursor *c, struct psync_span *ret_name, struct psync_span *ret_value)
{
    const char *p = skip_space(c->at, c->end);
    if (p < c->end && *p == ',')
        p = skip_space(p + 1, c->end);
    if (p == c->end)
        return false;
    struct psync_span name = {p, 0};
    if (ret_name != NULL) {
        p = skip_string(p, c->end);
        name.len = (size_t)(p - name.data);
        p = skip_space(p, c->end);
        p = skip_space(p < c->end ? p + 1 : p, c->end); /* the colon */
        *ret_name = name;
    }
    const char *after = skip_value(p, c->end);
    *ret_value = (struct psync_span){p, (size_t)(after - p)};
    c->at = after;
    return true;
}

static unsigned hex_value(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static uint32_t hex4(const char *p)
{
    return hex_value(p[0]) << 12 | hex_value(p[1]) << 8 | hex_value(p[2]) << 4 | hex_value(p[3]);
}

static size_t put_utf8(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

/* The escape that begins with the backslash at `p`: its character as UTF-8, and how long it was. 0: half a surrogate
 * pair (RFC 8259 section 7 allows it in the grammar, no Unicode text can hold it). */
static size_t decode_escape(const char *p, const char *end, char out[4], size_t *ret_len)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    if (p[1] != 'u') {
        *out = into[strchr(from, p[1]) - from];
        *ret_len = 2;
        return 1;
    }
    uint32_t cp = hex4(p + 2);
    *ret_len = 6;
    if (cp >= 0xD800 && cp <= 0xDFFF) {
        if (cp >= 0xDC00 || end - p < 12 || p[6] != '\\' || p[7] != 'u')
            return 0;
        uint32_t low = hex4(p + 8);
        if (low < 0xDC00 || low > 0xDFFF)
            return 0;
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        *ret_len = 12;
    }
    return put_utf8(cp, out);
}

enum psync_result psync_json_unescape(struct psync_span string, struct psync_span *ret_text)
{
    const char *p = string.data + 1, *end = string.data + string.len - 1;
    const char *backslash = memchr(p, '\\', (size_t)(end - p));
    if (backslash == NULL) {
        *ret_text = (struct psync_span){p, (size_t)(end - p)};
        return PSYNC_OK;
    }
    /* The record is the reader's own copy of the input; decoding it in place is the point of this function. */
    char *out = (char *)backslash;
    for (p = backslash; p < end;) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        char character[4];
        size_t used, n = decode_escape(p, end, character, &used);
        if (n == 0)
            return PSYNC_REJECT;
        memcpy(out, character, n);
        out += n;
        p += used;
    }
    *ret_text = (struct psync_span){string.data + 1, (size_t)(out - string.data) - 1};
    return PSYNC_OK;
}

/* One decoded character, escaped again if JSON demands it. */
static enum psync_result add_character(struct psync_buf *out, const char *character, size_t n)
{
    static const char *const escapes[0x20] = {['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r",
                                              ['\t'] = "\\t"};
    unsigned char c = (unsigned char)character[0];
    if (c == '"' || c == '\\')
        return psync_buf_printf(out, "\\%c", c);
    if (c >= 0x20)
        return psync_buf_add(out, character, n);
    return escapes[c] != NULL ? psync_buf_add_str(out, escapes[c]) : psync_buf_printf(out, "\\u%04x", c);
}

/* `at` at the opening quote; moves it behind the closing one. What needs no escape has none, so text without a
 * backslash is in canonical form already. */
static enum psync_result add_string(struct psync_buf *out, const char **at, const char *end)
{
    const char *p = *at, *close = skip_string(p, end) - 1;
    enum psync_result r = PSYNC_OK;
    while (r == PSYNC_OK && p < close) {
        const char *backslash = memchr(p, '\\', (size_t)(close - p));
        const char *stop = backslash != NULL ? backslash : close;
        r = psync_buf_add(out, p, (size_t)(stop - p));
        p = stop;
        if (r != PSYNC_OK || backslash == NULL)
            continue;
        char character[4];
        size_t used, n = decode_escape(p, close, character, &used);
        r = n == 0 ? PSYNC_REJECT : add_character(out, character, n);
        p += used;
    }
    *at = close + 1;
    return r == PSYNC_OK ? psync_buf_add_char(out, '"') : r;
}

enum psync_result psync_json_add_canonical(struct psync_buf *out, struct psync_span value)
{
    const char *end = value.data + value.len;
    enum psync_result r = PSYNC_OK;
    for (const char *p = skip_space(value.data, end); r == PSYNC_OK && p < end; p = skip_space(p, end)) {
        if (*p == '"') {
            r = add_string(out, &p, end);
            continue;
        }
        const char *from = p;
        while (p < end && strchr("\" \n\r\t", *p) == NULL)
            p++;
        r = psync_buf_add(out, from, (size_t)(p - from));
    }
    return r;
}
