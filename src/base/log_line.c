/* log_line - fields as logfmt or JSON.
 *
 * A quoted value is a JSON string in both formats. Beyond what JSON demands, all control characters and the two line
 * separators of Unicode are escaped: a value may hold what a server or a shop sent, and the log is read on terminals,
 * some of which obey U+009B as they obey ESC [. */
#include "base/log_line.h"

#include "base/utf8.h"

#include <string.h>

static bool is_dangerous(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* True: within quotes the character stands for itself. */
static bool is_plain(uint32_t c)
{
    return c != '"' && c != '\\' && c != UINT32_MAX && !is_dangerous(c);
}

/* True: needs no quotes in logfmt. Nearly all values are such and short: so each byte is looked at, without a way out,
 * which is a loop for vector instructions. */
static bool is_bare(struct psync_span s)
{
    unsigned odd = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        odd |= (unsigned)(c <= ' ') | (c >= 0x7f) | (c == '"') | (c == '\\') | (c == '=');
    }
    return s.len > 0 && !odd;
}

static enum psync_result add_escaped(struct psync_buf *b, uint32_t c)
{
    if (c == UINT32_MAX)
        return psync_buf_add_str(b, "\xef\xbf\xbd"); /* not UTF-8: U+FFFD */
    if (c == '"' || c == '\\')
        return psync_buf_printf(b, "\\%c", (char)c);
    if (c == '\n')
        return psync_buf_add_str(b, "\\n");
    return psync_buf_printf(b, "\\u%04x", (unsigned)c);
}

/* The bytes at `s` that need no escape; `*ret_c`, `*ret_len`: the character after them, if there is one. */
static size_t plain_prefix(struct psync_span s, uint32_t *ret_c, size_t *ret_len)
{
    size_t n = 0;
    while (n < s.len) {
        unsigned char c = (unsigned char)s.data[n];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            n++;
            continue;
        }
        *ret_c = psync_utf8_next((struct psync_span){s.data + n, s.len - n}, ret_len);
        if (!is_plain(*ret_c))
            break;
        n += *ret_len;
    }
    return n;
}

static enum psync_result add_quoted(struct psync_buf *b, struct psync_span s, const char *tail)
{
    enum psync_result r = psync_buf_add_char(b, '"');
    while (r == PSYNC_OK && s.len > 0) {
        uint32_t c = 0;
        size_t len = 0, n = plain_prefix(s, &c, &len);
        r = psync_buf_add(b, s.data, n);
        if (r == PSYNC_OK && n < s.len) {
            r = add_escaped(b, c);
            n += len;
        }
        s.data += n;
        s.len -= n;
    }
    if (r == PSYNC_OK)
        r = psync_buf_add_str(b, tail);
    return r == PSYNC_OK ? psync_buf_add_char(b, '"') : r;
}

static enum psync_result add_text(struct psync_buf *b, enum psync_log_format format, const char *text)
{
    struct psync_span s = {text, strlen(text)};
    const char *tail = "";
    if (s.len > PSYNC_LOG_VALUE_MAX) {
        s.len = psync_utf8_cut(s, PSYNC_LOG_VALUE_MAX);
        tail = "...";
    }
    if (format == PSYNC_LOG_LOGFMT && tail[0] == '\0' && is_bare(s))
        return psync_buf_add(b, s.data, s.len);
    return add_quoted(b, s, tail);
}

/* In one go: a line has a dozen of them, and one is written for each delivery. */
static enum psync_result add_name(struct psync_buf *b, enum psync_log_format format, const char *name)
{
    bool json = format == PSYNC_LOG_JSON;
    size_t n = strlen(name);
    enum psync_result r = psync_buf_reserve(b, n + 4);
    if (r != PSYNC_OK)
        return r;
    char *at = b->data + b->len;
    if (b->len > 0)
        *at++ = json ? ',' : ' ';
    if (json)
        *at++ = '"';
    memcpy(at, name, n);
    at += n;
    if (json)
        *at++ = '"';
    *at++ = json ? ':' : '=';
    *at = '\0';
    b->len = (size_t)(at - b->data);
    return PSYNC_OK;
}

/* The whole field or, where it does not fit, nothing of it. */
static void add_field(struct psync_buf *b, enum psync_log_format format, const struct psync_field *f)
{
    size_t before = b->len;
    enum psync_result r = add_name(b, format, f->name);
    if (r == PSYNC_OK && f->kind == PSYNC_FIELD_INT)
        r = psync_buf_add_int(b, f->number);
    else if (r == PSYNC_OK)
        r = add_text(b, format, f->text);
    if (r != PSYNC_OK)
        psync_buf_truncate(b, before);
}

void psync_log_line(struct psync_buf *b, enum psync_log_format format, enum psync_log_level level, const char *event,
                    const struct psync_field *fields, size_t n)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    psync_buf_clear(b);
    add_field(b, format, &PSYNC_F_TEXT("level", levels[level]));
    add_field(b, format, &PSYNC_F_TEXT("event", event));
    for (size_t i = 0; i < n && fields[i].kind != PSYNC_FIELD_END; i++) {
        if (fields[i].kind != PSYNC_FIELD_TEXT || fields[i].text != NULL)
            add_field(b, format, &fields[i]);
    }
}
