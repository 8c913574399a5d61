/* target - what a request line asks for. */
#include "web/target.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool psync_web_decode(char *text, bool plus_is_space)
{
    char *out = text;
    for (const char *in = text; *in; in++) {
        if (*in == '+' && plus_is_space) {
            *out++ = ' ';
        } else if (*in == '%') {
            int high = hex_value(in[1]);
            int low = high < 0 ? -1 : hex_value(in[2]);
            if (low < 0 || high + low == 0) /* a NUL would cut the text for everybody after us */
                return false;
            *out++ = (char)(high * 16 + low);
            in += 2;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
    return true;
}

static enum psync_result parse_query(char *query, struct psync_web_target *t)
{
    while (query) {
        char *next = strchr(query, '&');
        if (next)
            *next++ = '\0';
        if (*query) {
            if (t->n_parameters == PSYNC_WEB_PARAMETERS)
                return PSYNC_REJECT;
            char *value = strchr(query, '=');
            if (value)
                *value++ = '\0';
            else
                value = query + strlen(query);
            if (!psync_web_decode(query, true) || !psync_web_decode(value, true))
                return PSYNC_REJECT;
            t->parameters[t->n_parameters++] = (struct psync_web_parameter){query, value};
        }
        query = next;
    }
    return PSYNC_OK;
}

/* What follows the authority of an absolute-form target; a proxy's way of asking, which servers must take too. */
static char *skip_authority(char *text)
{
    static const char scheme[] = "http://", secure[] = "https://";
    if (strncmp(text, scheme, sizeof(scheme) - 1) == 0)
        text += sizeof(scheme) - 1;
    else if (strncmp(text, secure, sizeof(secure) - 1) == 0)
        text += sizeof(secure) - 1;
    else
        return text;
    return text + strcspn(text, "/?#");
}

enum psync_result psync_web_target_parse(char *text, struct psync_web_target *ret_target)
{
    struct psync_web_target t = {.n_parameters = 0};
    char *path = skip_authority(text);
    if (*path != '/')
        return PSYNC_REJECT;
    t.path = path;
    path[strcspn(path, "#")] = '\0';
    char *query = strchr(path, '?');
    if (query)
        *query++ = '\0';
    enum psync_result r = parse_query(query, &t);
    if (r == PSYNC_OK)
        *ret_target = t;
    return r;
}

bool psync_web_pattern_match(const char *pattern, const char *path, struct psync_span *ret_wildcard)
{
    struct psync_span wildcard = {NULL, 0};
    while (*pattern) {
        if (*pattern == '{') {
            pattern += strcspn(pattern, "}");
            pattern += *pattern == '}';
            wildcard = (struct psync_span){path, strcspn(path, "/")};
            if (wildcard.len == 0)
                return false;
            path += wildcard.len;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    if (*path)
        return false;
    *ret_wildcard = wildcard;
    return true;
}
