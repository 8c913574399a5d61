/* check - rules for settings that are texts. */
#include "config/check.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADER_VALUE_MAX = 4096, HEADER_NAME_MAX = 64, MEMBERS_MAX = 32, DESTINATION_MAX = 80 };

#define LOWER_LETTERS "abcdefghijklmnopqrstuvwxyz"
#define UPPER_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS        "0123456789"
#define LETTERS       LOWER_LETTERS UPPER_LETTERS

static bool consists_of(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

enum psync_result psync_check_text(const char *value, struct psync_error *err)
{
    for (const char *c = value; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return psync_fail(err, PSYNC_REJECT, "has a control character");
    }
    if (!psync_utf8_valid((struct psync_span){value, strlen(value)}))
        return psync_fail(err, PSYNC_REJECT, "is not UTF-8");
    return PSYNC_OK;
}

enum psync_result psync_check_field_value(const char *value, struct psync_error *err)
{
    size_t n = strlen(value);

    for (const char *c = value; *c; c++) {
        if (((unsigned char)*c < 0x20 && *c != '\t') || (unsigned char)*c >= 0x7f)
            return psync_fail(err, PSYNC_REJECT, "has a character that a header must not have (control or not ASCII)");
    }
    if (n > 0 && (strchr(" \t", value[0]) || strchr(" \t", value[n - 1])))
        return psync_fail(err, PSYNC_REJECT, "begins or ends with white space");
    return PSYNC_OK;
}

enum psync_result psync_check_token(const char *value, struct psync_error *err)
{
    size_t n = strlen(value);

    if (strchr(value, '\t'))
        return psync_fail(err, PSYNC_REJECT, "has a control character");
    if (n > 1 && strchr("\"'", value[0]) && value[n - 1] == value[0])
        return psync_fail(err, PSYNC_REJECT, "stands in quotes, which would be sent; write it without them");
    if (strstr(value, " #"))
        return psync_fail(err, PSYNC_REJECT, "has a # behind a space; a comment behind a value begins with a ;");
    return psync_check_field_value(value, err);
}

/* ---- headers ---- */

/* RFC 9110 section 5.6.2. */
static bool is_token(struct psync_span s)
{
    static const char tchars[] = LETTERS DIGITS "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < s.len; i++) {
        if (!memchr(tchars, s.data[i], sizeof tchars - 1))
            return false;
    }
    return s.len > 0;
}

/* What the request says of itself, what belongs to the connection (RFC 9110 section 7.6.1), and what has a setting. */
static enum psync_result check_name(struct psync_span name, struct psync_error *err)
{
    static const char *const reserved[] = {
        "Host",   "Content-Length",   "Content-Type", "Transfer-Encoding",   "Connection",
        "Expect", "Proxy-Connection", "Keep-Alive",   "Proxy-Authorization", "TE",
        "Upgrade", "Trailer",         "User-Agent",   "Accept-Encoding",
    };

    if (!is_token(name) || name.len > HEADER_NAME_MAX)
        return psync_fail(err, PSYNC_REJECT, "expected a header's name: 1 to 64 letters, digits or !#$%%&'*+-.^_`|~");
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strlen(reserved[i]) == name.len && strncasecmp(reserved[i], name.data, name.len) == 0)
            return psync_fail(err, PSYNC_REJECT, "the header %s cannot be set here", reserved[i]);
    }
    return PSYNC_OK;
}

enum psync_result psync_check_header_name(const char *value, struct psync_error *err)
{
    return check_name((struct psync_span){value, strlen(value)}, err);
}

static enum psync_result check_header_line(struct psync_span line, struct psync_error *err)
{
    char value[HEADER_VALUE_MAX + 1];
    const char *colon = memchr(line.data, ':', line.len);
    struct psync_span name;
    size_t n;

    if (!colon)
        return psync_fail(err, PSYNC_REJECT, "expected `Name: value`");
    name = (struct psync_span){line.data, (size_t)(colon - line.data)};
    if (check_name(name, err) != PSYNC_OK)
        return PSYNC_REJECT;
    line.data = colon + 1;
    line.len -= name.len + 1;
    while (line.len > 0 && strchr(" \t", *line.data)) {
        line.data++;
        line.len--;
    }
    n = line.len;
    if (n == 0)
        return psync_fail(err, PSYNC_REJECT, "the header %.*s has no value", (int)name.len, name.data);
    if (n > HEADER_VALUE_MAX)
        return psync_fail(err, PSYNC_REJECT, "the header %.*s is too long", (int)name.len, name.data);
    memcpy(value, line.data, n);
    value[n] = '\0';
    return psync_check_field_value(value, err);
}

/* The next line of `*rest`, and `*rest` behind it. */
static struct psync_span next_line(const char **rest)
{
    struct psync_span line = {*rest, strcspn(*rest, "\n")};

    *rest += line.len + ((*rest)[line.len] == '\n');
    return line;
}

enum psync_result psync_check_headers(const char *value, struct psync_error *err)
{
    while (*value) {
        enum psync_result r = check_header_line(next_line(&value), err);

        if (r != PSYNC_OK)
            return r;
    }
    return PSYNC_OK;
}

bool psync_headers_have(const char *headers, const char *name)
{
    size_t n = strlen(name);

    while (*headers) {
        struct psync_span line = next_line(&headers);

        if (line.len > n && line.data[n] == ':' && strncasecmp(line.data, name, n) == 0)
            return true;
    }
    return false;
}

/* ---- names and small grammars ---- */

enum psync_result psync_check_driver(const char *value, struct psync_error *err)
{
    return strcmp(value, "sqlite") == 0 ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "expected sqlite");
}

enum psync_result psync_check_socket(const char *value, struct psync_error *err)
{
    if (strlen(value) > PSYNC_SOCKET_PATH_MAX)
        return psync_fail(err, PSYNC_REJECT, "a socket's path has at most %d bytes", PSYNC_SOCKET_PATH_MAX);
    return psync_check_text(value, err);
}

enum psync_result psync_check_group(const char *value, struct psync_error *err)
{
    if (strlen(value) > 64 || value[0] == '-' || !consists_of(value, LETTERS DIGITS "._-"))
        return psync_fail(err, PSYNC_REJECT, "expected a group's name");
    return PSYNC_OK;
}

enum psync_result psync_check_language(const char *value, struct psync_error *err)
{
    if (strlen(value) > 35 || !consists_of(value, LETTERS DIGITS "_-"))
        return psync_fail(err, PSYNC_REJECT, "expected a language's code, such as fr or pt-BR");
    return PSYNC_OK;
}

enum psync_result psync_check_percent(const char *value, struct psync_error *err)
{
    size_t digits = strspn(value, DIGITS);
    const char *fraction = value + digits;
    bool ok = digits > 0 && digits <= 3;

    if (*value == '\0')
        return PSYNC_OK;
    if (ok && *fraction == '.') /* no sign, no exponent; a point has digits on both sides */
        ok = *++fraction != '\0' && strlen(fraction) <= 6;
    if (ok)
        ok = consists_of(fraction, strtoul(value, NULL, 10) < 100 ? DIGITS : "0") && strtoul(value, NULL, 10) <= 100;
    return ok ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "expected a percentage from 0 to 100, such as 20 or 5.5");
}

static enum psync_result check_member(struct psync_span name, struct psync_error *err)
{
    static const char *const own[] = {"id", "name", "price", "stock", "version", "shop"};

    if (name.len == 0 || name.len > 64 || name.data[0] == ' ' || name.data[name.len - 1] == ' ')
        return psync_fail(err, PSYNC_REJECT, "expected names of 1 to 64 bytes, separated by commas without spaces");
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (psync_span_eq(name, own[i]))
            return psync_fail(err, PSYNC_REJECT, "%s is sent anyway", own[i]);
    }
    return PSYNC_OK;
}

/* Is the name at `name` in the list `names` already, before itself? */
static bool is_member_before(const char *names, struct psync_span name)
{
    for (const char *at = names; at < name.data; at += strcspn(at, ",") + 1) {
        if (strcspn(at, ",") == name.len && memcmp(at, name.data, name.len) == 0)
            return true;
    }
    return false;
}

enum psync_result psync_check_pass(const char *value, struct psync_error *err)
{
    enum psync_result r = psync_check_text(value, err);
    const char *at = value;
    size_t names = 0;

    while (r == PSYNC_OK && *value) {
        struct psync_span name = {at, strcspn(at, ",")};

        if (++names > MEMBERS_MAX)
            return psync_fail(err, PSYNC_REJECT, "has more than %d names", MEMBERS_MAX);
        r = check_member(name, err);
        if (r == PSYNC_OK && is_member_before(value, name))
            r = psync_fail(err, PSYNC_REJECT, "names %.*s twice", (int)name.len, name.data);
        at += name.len;
        if (*at++ == '\0')
            break;
    }
    return r;
}

enum psync_result psync_check_method(const char *value, struct psync_error *err)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "POST"};

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(value, methods[i]) == 0)
            return PSYNC_OK;
    }
    return psync_fail(err, PSYNC_REJECT, "expected GET, HEAD, OPTIONS or POST");
}

enum psync_result psync_check_own_method(const char *value, struct psync_error *err)
{
    return *value == '\0' ? PSYNC_OK : psync_check_method(value, err);
}

/* [a-z0-9._-]{1,64}, for a shop followed by / and its number. */
enum psync_result psync_check_destination(const char *value, struct psync_error *err)
{
    size_t n = strspn(value, LOWER_LETTERS DIGITS "._-");
    const char *shop = value + n;
    bool ok = n > 0 && n <= 64;

    if (ok && *shop == '/') {
        size_t digits = strlen(++shop);

        ok = digits > 0 && digits <= 10 && consists_of(shop, DIGITS);
    } else if (*shop != '\0') {
        ok = false;
    }
    return ok ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "expected 1 to 64 characters out of a-z 0-9 . _ -");
}

enum psync_result psync_check_destinations(const char *value, struct psync_error *err)
{
    char name[DESTINATION_MAX];
    enum psync_result r = PSYNC_OK;

    while (r == PSYNC_OK && *value) {
        size_t n = strcspn(value, ",");

        if (n >= sizeof name || value[n + (value[n] == ',')] == ',')
            return psync_fail(err, PSYNC_REJECT, "expected names of destinations, separated by commas without spaces");
        memcpy(name, value, n);
        name[n] = '\0';
        r = psync_check_destination(name, err);
        value += n + (value[n] == ',');
    }
    return r;
}

enum psync_result psync_check_shop(const char *value, struct psync_error *err)
{
    if (strchr(value, '/') || psync_check_destination(value, NULL) != PSYNC_OK)
        return psync_fail(err, PSYNC_REJECT, "expected 1 to 64 characters out of a-z 0-9 . _ -");
    return PSYNC_OK;
}

enum psync_result psync_check_prefix(const char *value, struct psync_error *err)
{
    if (strlen(value) > 32 || !consists_of(value, LETTERS DIGITS "_"))
        return psync_fail(err, PSYNC_REJECT, "expected at most 32 letters, digits or _");
    return PSYNC_OK;
}

enum psync_result psync_check_ip(const char *value, struct psync_error *err)
{
    struct in6_addr room;

    if (*value == '\0' || inet_pton(AF_INET, value, &room) == 1 || inet_pton(AF_INET6, value, &room) == 1)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "expected an IP address, such as 127.0.0.1 or ::1");
}

enum psync_result psync_check_hosts(const char *value, struct psync_error *err)
{
    while (*value) {
        size_t n = strcspn(value, ",");

        if (n == 0 || n > 253 || strspn(value, LETTERS DIGITS ".-:") < n || (value[n] && !value[n + 1]))
            return psync_fail(err, PSYNC_REJECT, "expected names such as productsync.example.com, separated by commas "
                                                 "without spaces or ports");
        value += n + (value[n] == ',');
    }
    return PSYNC_OK;
}
