/* auth - header lines with secrets, and their end. */
#include "delivery/auth.h"

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

void psync_secret_mask(char *text, size_t len, const char *secret)
{
    size_t n = strlen(secret);
    if (n < MASK_MIN)
        return;
    for (size_t i = 0; i + n <= len; i++) {
        if (text[i] != secret[0] || memcmp(text + i, secret, n) != 0)
            continue;
        memset(text + i, '*', n);
        i += n - 1;
    }
}
