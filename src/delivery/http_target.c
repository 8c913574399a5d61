/* http_target - a destination's URL and header lines, checked and prepared once. */
#include "delivery/http_target.h"

#include "config/effective.h"
#include "delivery/auth.h"
#include "delivery/http_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 64 * 1024, LINES_MAX = 64, SECRET_MIN = 8 };

/* ---- URL ---- */
static bool is_localhost(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcasecmp(host, "localhost.") == 0;
}

/* Without the brackets that an IPv6 literal has in a URL. */
static void bare_host(const char *host, char *ret_host, size_t size)
{
    size_t len = strlen(host);
    bool bracketed = len > 1 && host[0] == '[' && host[len - 1] == ']';
    snprintf(ret_host, size, "%.*s", (int)(bracketed ? len - 2 : len), host + (bracketed ? 1 : 0));
}

/* Which addresses may be connected to, and whether plain http may be spoken, follow from who wrote which kind of
 * host. */
static enum psync_result judge_host(struct psync_http_target *t, const struct psync_destination_conf *d,
                                    const char *scheme, const char *host, struct psync_error *err)
{
    char bare[256];
    bare_host(host, bare, sizeof bare);
    bool local_name = is_localhost(bare), literal = psync_address_is_literal(bare);
    bool loopback = local_name || (literal && psync_address_check_text(bare, PSYNC_ADDRESS_LOOPBACK) == NULL);
    if (strcmp(scheme, "http") == 0 && !d->allow_http && !loopback)
        return psync_fail(err, PSYNC_REJECT,
                          "destination %s: http would send the token unencrypted to %s; use https, or allow_http = yes",
                          d->name, bare);
    if (d->allow_private || t->proxied || (d->operators_word && literal))
        t->rule = PSYNC_ADDRESS_ANY;
    else if (d->operators_word && local_name)
        t->rule = PSYNC_ADDRESS_LOOPBACK;
    else
        t->rule = PSYNC_ADDRESS_PUBLIC;
    return PSYNC_OK;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK && text != NULL;
    curl_free(text);
    return has;
}

static enum psync_result parse_url(struct psync_http_target *t, const struct psync_destination_conf *d,
                                   struct psync_error *err)
{
    char *scheme = NULL, *host = NULL;
    enum psync_result r;
    t->url = curl_url();
    if (!t->url)
        return PSYNC_NOMEM;
    CURLUcode code = curl_url_set(t->url, CURLUPART_URL, d->url, 0);
    if (code == CURLUE_OUT_OF_MEMORY)
        return PSYNC_NOMEM;
    if (code != CURLUE_OK)
        return psync_fail(err, PSYNC_REJECT, "destination %s: the URL cannot be used: %s", d->name,
                          curl_url_strerror(code));
    if (has_part(t->url, CURLUPART_USER) || has_part(t->url, CURLUPART_PASSWORD))
        return psync_fail(err, PSYNC_REJECT, "destination %s: a URL with a user name or password; use auth and token",
                          d->name);
    if (curl_url_get(t->url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(t->url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        r = PSYNC_NOMEM;
    else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        r = psync_fail(err, PSYNC_REJECT, "destination %s: the URL must begin with https:// (or http://)", d->name);
    else
        r = judge_host(t, d, scheme, host, err);
    curl_free(scheme);
    curl_free(host);
    return r;
}

/* ---- header lines ---- */
static bool is_field(const char *line, const char *name)
{
    size_t n = strlen(name);
    return strncasecmp(line, name, n) == 0 && line[n] == ':';
}

/* Ends the line that was appended to `text` last. */
static enum psync_result end_line(struct psync_http_target *t)
{
    t->n_lines++;
    return psync_buf_add_char(&t->text, '\0');
}

static enum psync_result add_line(struct psync_http_target *t, const char *line)
{
    enum psync_result r = psync_buf_add_str(&t->text, line);
    return r == PSYNC_OK ? end_line(t) : r;
}

/* One line of destination.headers. The option table has validated them; this is the last place to keep a line from
 * smuggling in another. */
static enum psync_result add_further(struct psync_http_target *t, const struct psync_destination_conf *d,
                                     const char *line, size_t len, struct psync_error *err)
{
    char name[128];
    size_t start = t->text.len;
    size_t colon = 0;
    while (colon < len && line[colon] != ':')
        colon++;
    if (colon == len || colon >= sizeof name)
        return psync_fail(err, PSYNC_REJECT, "destination %s: headers: a line without a name and a colon", d->name);
    memcpy(name, line, colon);
    name[colon] = '\0';
    enum psync_result r = psync_buf_add(&t->text, line, len);
    if (r != PSYNC_OK)
        return r;
    const char *value = t->text.data + start + colon + 1;
    if (!psync_header_name_valid(name) || !psync_header_value_valid(value) || value[strspn(value, " \t")] == '\0')
        return psync_fail(err, PSYNC_REJECT, "destination %s: headers: not a header line: %s", d->name, name);
    return end_line(t);
}

static enum psync_result add_all_further(struct psync_http_target *t, const struct psync_destination_conf *d,
                                         struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    for (const char *p = d->headers; *p && r == PSYNC_OK;) {
        size_t len = strcspn(p, "\n");
        if (len > 0)
            r = add_further(t, d, p, len, err);
        p += len + (p[len] == '\n');
    }
    return r;
}

static bool operator_sets(const struct psync_destination_conf *d, const char *name)
{
    for (const char *p = d->headers; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
        if (is_field(p, name))
            return true;
    return false;
}

/* libcurl takes a linked list of texts; ours lies in one block, because it holds secrets and is wiped as one. */
static enum psync_result link_lines(struct psync_http_target *t)
{
    t->lines = calloc(t->n_lines, sizeof t->lines[0]);
    if (!t->lines)
        return PSYNC_NOMEM;
    char *line = t->text.data;
    for (size_t i = 0; i < t->n_lines; i++) {
        t->lines[i] = (struct curl_slist){.data = line, .next = i + 1 < t->n_lines ? &t->lines[i + 1] : NULL};
        line += strlen(line) + 1;
    }
    t->token = line;
    return PSYNC_OK;
}

static enum psync_result build_lines(struct psync_http_target *t, const struct psync_destination_conf *d,
                                     struct psync_error *err)
{
    psync_buf_init(&t->text, TEXT_MAX);
    /* All at once: growing would leave copies of the secrets in freed memory. */
    enum psync_result r = psync_buf_reserve(&t->text, strlen(d->headers) + 2 * strlen(d->token) + 512);
    if (r == PSYNC_OK && !operator_sets(d, "Content-Type")) {
        r = add_line(t, "Content-Type: application/json");
        t->bodyless = 1;
    }
    if (r == PSYNC_OK)
        r = add_line(t, "Expect:"); /* without a value libcurl leaves the field out: no waiting for 100 Continue */
    size_t before = t->text.len;
    if (r == PSYNC_OK)
        r = psync_auth_add_line(d, &t->text, err);
    if (r == PSYNC_OK && t->text.len > before)
        r = end_line(t);
    t->further = t->n_lines;
    if (r == PSYNC_OK)
        r = add_all_further(t, d, err);
    if (r == PSYNC_OK && t->n_lines > LINES_MAX)
        return psync_fail(err, PSYNC_REJECT, "destination %s: more than %d header lines", d->name, LINES_MAX);
    if (r == PSYNC_OK && d->auth != PSYNC_AUTH_NONE)
        r = psync_buf_add_str(&t->text, d->token); /* to mask it wherever the API echoes it */
    if (r == PSYNC_OK)
        r = link_lines(t);
    if (r == PSYNC_REJECT && err && err->text[0] == '\0')
        return psync_fail(err, r, "destination %s: headers: more than %d bytes", d->name, TEXT_MAX);
    return r;
}

struct curl_slist *psync_http_target_lines(const struct psync_http_target *t, bool body)
{
    return &t->lines[body ? 0 : t->bodyless];
}

void psync_http_target_mask(const struct psync_http_target *t, char *text, size_t len)
{
    psync_secret_mask(text, len, t->token);
    for (size_t i = t->further; i < t->n_lines; i++) {
        const char *value = strchr(t->lines[i].data, ':') + 1;
        value += strspn(value, " \t");
        if (strlen(value) >= SECRET_MIN)
            psync_secret_mask(text, len, value);
    }
}

/* ---- life ---- */
static enum psync_result fill(struct psync_http_target *t, const struct psync_destination_conf *d,
                              const struct psync_http_conf *conf, struct psync_error *err)
{
    if (!psync_header_name_valid(d->key_header))
        return psync_fail(err, PSYNC_REJECT, "destination %s: key_header is not a header name", d->name);
    snprintf(t->key_header, sizeof t->key_header, "%s", d->key_header);
    t->key_quoted = d->key_quoted;
    t->proxied = conf->proxy[0] != '\0';
    t->max_body = conf->max_response_bytes;
    t->timeout = psync_effective_timeout(conf, d);
    enum psync_result r = parse_url(t, d, err);
    if (r == PSYNC_OK)
        r = build_lines(t, d, err);
    return r == PSYNC_OK ? psync_http_model_make(t, d, conf, err) : r;
}

enum psync_result psync_http_target_new(const struct psync_destination_conf *destination,
                                        const struct psync_http_conf *conf, struct psync_http_target **ret_target,
                                        struct psync_error *err)
{
    struct psync_http_target *t = calloc(1, sizeof *t);
    if (!t)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    t->references = 1;
    t->token = "";
    psync_buf_init(&t->text, 0);
    psync_list_init(&t->idle);
    enum psync_result r = fill(t, destination, conf, err);
    if (r != PSYNC_OK) {
        psync_http_target_release(t);
        return r == PSYNC_NOMEM ? psync_fail(err, r, "out of memory") : r;
    }
    *ret_target = t;
    return PSYNC_OK;
}

void psync_http_target_release(struct psync_http_target *t)
{
    if (!t || --t->references > 0)
        return;
    psync_http_exchange_free_idle(t);
    curl_easy_cleanup(t->model);
    curl_url_cleanup(t->url);
    free(t->lines);
    psync_secret_done(&t->text);
    free(t);
}
