/* url - a strict reading of addresses. */
#include "config/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

enum { URL_MAX = 2048, HOST_MAX = 253, LABEL_MAX = 63 }; /* RFC 1035 section 2.3.4 */

/* What may stand in a path or query unencoded: pchar of RFC 3986 section 3.3, with / and ?. */
static bool is_path_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("-._~!$&'()*+,;=:@/?%", c));
}

static enum psync_result check_characters(const char *text, struct psync_error *err)
{
    if (strlen(text) > URL_MAX)
        return psync_fail(err, PSYNC_REJECT, "an address has at most %d bytes", URL_MAX);
    if (text[0] == '"' || text[0] == '\'')
        return psync_fail(err, PSYNC_REJECT, "stands in quotes; write it without them");
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f)
            return psync_fail(err, PSYNC_REJECT, "has a space, a control character or one that is not ASCII (write a "
                                                 "host name as xn--..., the rest as %%XX)");
    }
    return PSYNC_OK;
}

static enum psync_result check_path(const char *path, struct psync_error *err)
{
    if (strchr(path, '#'))
        return psync_fail(err, PSYNC_REJECT, "has a fragment (#...), which is never sent");
    for (const char *c = path; *c; c++) {
        if (!is_path_char(*c))
            return psync_fail(err, PSYNC_REJECT, "has the character %c, which must be written as %%%02X", *c, *c);
        if (*c == '%' && !(isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2])))
            return psync_fail(err, PSYNC_REJECT, "has a %% that is not followed by two hex digits");
    }
    return PSYNC_OK;
}

/* Letters, digits, hyphens and, as private networks have them, underscores; labels of 1 to 63; a dot may end it. */
static bool is_host_name(struct psync_span host)
{
    size_t label = 0;

    for (size_t i = 0; i < host.len; i++) {
        char c = host.data[i];

        if (c == '.' && label == 0)
            return false;
        if (c != '.' && !isalnum((unsigned char)c) && c != '-' && c != '_')
            return false;
        label = c == '.' ? 0 : label + 1;
        if (label > LABEL_MAX)
            return false;
    }
    return host.len > 0 && host.len <= HOST_MAX;
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return strcasecmp(host, "localhost") == 0;
}

static enum psync_result parse_port(const char *port, size_t n, struct psync_error *err)
{
    unsigned number = 0;
    bool ok = n <= 5;

    for (size_t i = 0; ok && i < n; i++) {
        ok = isdigit((unsigned char)port[i]);
        number = number * 10 + (unsigned)(port[i] - '0');
    }
    if (!ok || number < 1 || number > 65535)
        return psync_fail(err, PSYNC_REJECT, "expected a port from 1 to 65535 after the host");
    return PSYNC_OK;
}

/* host[:port], n bytes at `authority`. */
static enum psync_result parse_authority(const char *authority, size_t n, struct psync_url *url,
                                         struct psync_error *err)
{
    char host[HOST_MAX + 1];
    struct in6_addr v6;
    bool brackets = n > 0 && authority[0] == '[';
    const char *end = brackets ? memchr(authority, ']', n) : memchr(authority, ':', n);
    const char *port;

    url->host.data = authority + brackets;
    url->host.len = end ? (size_t)(end - url->host.data) : n - brackets;
    if (url->host.len == 0)
        return psync_fail(err, PSYNC_REJECT, "has no host");
    if (url->host.len > HOST_MAX || (brackets && !end))
        return psync_fail(err, PSYNC_REJECT, "has a host that is none");
    memcpy(host, url->host.data, url->host.len);
    host[url->host.len] = '\0';
    if (brackets ? inet_pton(AF_INET6, host, &v6) != 1 : !is_host_name(url->host))
        return psync_fail(err, PSYNC_REJECT, "has a host that is neither a name nor an address");
    url->loopback = is_loopback(host);
    port = url->host.data + url->host.len + brackets;
    if (port == authority + n)
        return PSYNC_OK;
    if (*port != ':')
        return psync_fail(err, PSYNC_REJECT, "has something else than a port behind its host");
    return parse_port(port + 1, (size_t)(authority + n - port - 1), err);
}

enum psync_result psync_url_parse(const char *text, struct psync_url *ret_url, struct psync_error *err)
{
    struct psync_url url = {0};
    const char *authority, *path;

    if (check_characters(text, err) != PSYNC_OK)
        return PSYNC_REJECT;
    url.https = strncasecmp(text, "https://", 8) == 0;
    if (!url.https && strncasecmp(text, "http://", 7) != 0)
        return psync_fail(err, PSYNC_REJECT, "expected an address that begins with https:// (or http://)");
    authority = text + (url.https ? 8 : 7);
    path = authority + strcspn(authority, "/?#");
    if (memchr(authority, '@', (size_t)(path - authority)))
        return psync_fail(err, PSYNC_REJECT, "has a user or password in it; use destination.token_file instead");
    if (parse_authority(authority, (size_t)(path - authority), &url, err) != PSYNC_OK)
        return PSYNC_REJECT;
    if (check_path(path, err) != PSYNC_OK)
        return PSYNC_REJECT;
    *ret_url = url;
    return PSYNC_OK;
}

enum psync_result psync_url_check(const char *value, struct psync_error *err)
{
    struct psync_url url;

    return *value ? psync_url_parse(value, &url, err) : PSYNC_OK;
}

/* The host and port are checked as those of http://; the user's part only for characters, as curl decodes it. */
enum psync_result psync_proxy_check(const char *value, struct psync_error *err)
{
    static const char *const schemes[] = {"http://", "https://", "socks5h://", "socks5://"};
    struct psync_url url = {0};
    const char *rest = NULL, *at;
    size_t n;

    if (!*value)
        return PSYNC_OK;
    if (check_characters(value, err) != PSYNC_OK)
        return PSYNC_REJECT;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strncasecmp(value, schemes[i], strlen(schemes[i])) == 0)
            rest = value + strlen(schemes[i]);
    }
    if (!rest)
        return psync_fail(err, PSYNC_REJECT, "expected http://, https://, socks5:// or socks5h://, then host:port");
    at = strrchr(rest, '@');
    rest = at ? at + 1 : rest;
    n = strcspn(rest, "/?#");
    if (rest[n] != '\0' && strcmp(rest + n, "/") != 0)
        return psync_fail(err, PSYNC_REJECT, "has something behind its host and port");
    return parse_authority(rest, n, &url, err);
}
