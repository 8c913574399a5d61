/* auth - header lines with secrets, and their end. */
#include "delivery/auth.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 127, MASK_MIN = 4 };

bool psync_header_name_valid(const char *name)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; /* RFC 9110 section 5.6.2 */
    size_t len = strspn(name, token);
    return len > 0 && len <= NAME_MAX_LENGTH && name[len] == '\0';
}

bool psync_header_value_valid(const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
            return false;
    return true;
}

static const char *prefix_of(const struct psync_destination_conf *d)
{
    return d->auth == PSYNC_AUTH_BEARER ? "Authorization: Bearer " : d->auth_header;
}

enum psync_result psync_auth_add_line(const struct psync_destination_conf *d, struct psync_buf *line,
                                      struct psync_error *err)
{
    if (d->auth == PSYNC_AUTH_NONE)
        return PSYNC_OK;
    if (d->token[0] == '\0')
        return psync_fail(err, PSYNC_REJECT, "destination %s: no token is set, but its auth needs one", d->name);
    if (!psync_header_value_valid(d->token) || strchr(d->token, '\t'))
        return psync_fail(err, PSYNC_REJECT, "destination %s: the token has control characters", d->name);
    if (d->auth == PSYNC_AUTH_HEADER && !psync_header_name_valid(d->auth_header))
        return psync_fail(err, PSYNC_REJECT, "destination %s: auth_header is not a header name", d->name);
    /* In one piece, so that growing leaves no copy of the secret behind. */
    enum psync_result r = psync_buf_reserve(line, strlen(prefix_of(d)) + 2 + strlen(d->token));
    if (r != PSYNC_OK)
        return psync_fail(err, r, "destination %s: the token is too long", d->name);
    r = psync_buf_add_str(line, prefix_of(d));
    if (r == PSYNC_OK && d->auth == PSYNC_AUTH_HEADER)
        r = psync_buf_add_str(line, ": ");
    return r == PSYNC_OK ? psync_buf_add_str(line, d->token) : r;
}

void psync_secret_wipe(void *bytes, size_t n)
{
    if (bytes && n > 0)
        OPENSSL_cleanse(bytes, n);
}

void psync_secret_done(struct psync_buf *b)
{
    psync_secret_wipe(b->cap > 0 ? b->data : NULL, b->cap);
    psync_buf_done(b);
}

/* ---- masking ---- */
/* What JSON and HTML have a short notation for; and a space as a form sends it. */
static const struct {
    char byte;
    const char *written;
} names[] = {
    {'/', "\\/"},   {'"', "\\\""},   {'\\', "\\\\"},  {'&', "&amp;"},  {'<', "&lt;"},
    {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}, {' ', "+"},
};

/* And with its number, of so many digits at most: JSON, a URL, HTML twice. */
static const struct {
    const char *before, *after;
    unsigned base, digits;
} numbers[] = {
    {"\\u00", "", 16, 2},
    {"%", "", 16, 2},
    {"&#x", ";", 16, 4},
    {"&#", ";", 10, 4},
};

static bool begins(const char *text, size_t len, const char *with)
{
    return strlen(with) <= len && memcmp(text, with, strlen(with)) == 0;
}

/* Above any base: no digit. */
static unsigned digit_of(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at ? (unsigned)(at - digits) % 16 : UCHAR_MAX;
}

/* The bytes at `text` in which `byte` is written as a number of that kind; 0: it is not. */
static size_t as_number(const char *text, size_t len, unsigned char byte, size_t kind)
{
    const size_t first = strlen(numbers[kind].before), most = numbers[kind].digits;
    size_t at = first;
    unsigned value = 0;
    if (!begins(text, len, numbers[kind].before))
        return 0;
    for (; at < len && at < first + most && digit_of(text[at]) < numbers[kind].base; at++)
        value = value * numbers[kind].base + digit_of(text[at]);
    if (at == first || value != byte || !begins(text + at, len - at, numbers[kind].after))
        return 0;
    return at + strlen(numbers[kind].after);
}

/* The bytes at `text` that stand for `byte`; 0: none do. */
static size_t as_byte(const char *text, size_t len, char byte)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].byte == byte && begins(text, len, names[i].written))
            return strlen(names[i].written);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        size_t n = as_number(text, len, (unsigned char)byte, i);
        if (n > 0)
            return n;
    }
    return len > 0 && *text == byte ? 1 : 0;
}

/* The bytes at `text` that are the secret, as it is or in another notation; 0: they are not. */
static size_t as_secret(const char *text, size_t len, const char *secret)
{
    size_t at = 0;
    if (begins(text, len, secret))
        return strlen(secret);
    for (; *secret; secret++) {
        size_t n = as_byte(text + at, len - at, *secret);
        if (n == 0)
            return 0;
        at += n;
    }
    return at;
}

void psync_secret_mask(char *text, size_t len, const char *secret)
{
    if (strlen(secret) < MASK_MIN)
        return;
    for (size_t i = 0; i < len; i++) {
        size_t n = as_secret(text + i, len - i, secret);
        if (n == 0)
            continue;
        memset(text + i, '*', n);
        i += n - 1;
    }
}
