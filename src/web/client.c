/* client - a small HTTP client on a libcurl easy handle that is kept, and with it its connection. */
#include "web/client.h"

#include "base/json.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_CONNECT_MS = 2000, DEFAULT_TIMEOUT_MS = 30000, URL_MAX = 16 << 10, HEADER_MAX = 8 << 10 };

struct psync_web_client {
    CURL *easy;
    char *base_url;             /* without a slash at the end */
    struct curl_slist *headers; /* for every call; the content type may go before them */
    bool is_unix;
    char why[CURL_ERROR_SIZE];
};

/* What a call's callback knows. */
struct call {
    struct psync_buf *body;
    bool stopped; /* it took no more */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready;

static void init_curl(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_ALL);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    call->stopped = psync_buf_add(call->body, bytes, size * n) != PSYNC_OK;
    return call->stopped ? CURL_WRITEFUNC_ERROR : size * n;
}

static long curl_ms(psync_ms ms, long dflt)
{
    if (ms == PSYNC_MS_NEVER)
        return 0; /* curl's word for it */
    if (ms <= 0)
        return dflt;
    return ms < INT32_MAX ? (long)ms : INT32_MAX;
}

/* Adds to a list; the list is unchanged when there is no memory. */
static bool add_header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool set_headers(struct psync_web_client *c, const char *bearer)
{
    char line[HEADER_MAX];
    /* An empty Expect: no round trip of its own before a larger body, since our servers read on even if they refuse. */
    if (!add_header(&c->headers, "Expect:"))
        return false;
    if (!bearer)
        return true;
    int n = snprintf(line, sizeof(line), "Authorization: Bearer %s", bearer);
    return n > 0 && (size_t)n < sizeof(line) && add_header(&c->headers, line);
}

/* NULL in a blob: curl copies nothing and uses the system's certificates. */
static CURLcode set_options(struct psync_web_client *c, const struct psync_web_client_conf *conf)
{
    CURL *e = c->easy;
    CURLcode bad = curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->why);
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_PROXY, ""); /* what we speak to is local or named in full */
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, curl_ms(conf->connect_timeout_ms, DEFAULT_CONNECT_MS));
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, curl_ms(conf->timeout_ms, DEFAULT_TIMEOUT_MS));
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_bytes);
    if (!bad && conf->unix_path)
        bad = curl_easy_setopt(e, CURLOPT_UNIX_SOCKET_PATH, conf->unix_path);
    if (!bad && conf->ca_certificate) {
        struct curl_blob pem = {(void *)conf->ca_certificate, strlen(conf->ca_certificate),
                                CURL_BLOB_COPY};
        bad = curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &pem);
    }
    return bad;
}

enum psync_result psync_web_client_new(const struct psync_web_client_conf *conf, struct psync_web_client **ret_client,
                                       struct psync_error *err)
{
    if (!conf->unix_path && !conf->base_url)
        return psync_fail(err, PSYNC_REJECT, "neither a socket nor a URL to connect to");
    if (pthread_once(&curl_once, init_curl) != 0 || curl_ready != CURLE_OK)
        return psync_fail(err, PSYNC_FATAL, "libcurl cannot start");
    const char *base = conf->base_url ? conf->base_url : "http://localhost";
    struct psync_span url = {base, strlen(base)};
    while (url.len && url.data[url.len - 1] == '/')
        url.len--;
    struct psync_web_client *c = calloc(1, sizeof(*c));
    if (!c)
        return psync_fail(err, PSYNC_NOMEM, "no memory for a client");
    c->base_url = psync_span_dup(url);
    c->is_unix = conf->unix_path != NULL;
    c->easy = curl_easy_init();
    CURLcode bad = CURLE_OUT_OF_MEMORY;
    if (c->base_url && c->easy && set_headers(c, conf->bearer))
        bad = set_options(c, conf);
    if (bad) {
        psync_web_client_free(c);
        return psync_fail(err, bad == CURLE_OUT_OF_MEMORY ? PSYNC_NOMEM : PSYNC_REJECT, "no client: %s",
                          curl_easy_strerror(bad));
    }
    *ret_client = c;
    return PSYNC_OK;
}

void psync_web_client_free(struct psync_web_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->easy);
    curl_slist_free_all(client->headers);
    free(client->base_url);
    free(client);
}

/* ---- what a curl code means to the caller ---- */

/* Of a unix socket curl would say that it cannot connect to a port of localhost. */
static enum psync_result not_connected(struct psync_web_client *c, const char *why, struct psync_error *err)
{
    long number = 0;
    (void)curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &number);
    return psync_fail(err, number == EACCES || number == EPERM ? PSYNC_REJECT : PSYNC_GONE, "%s",
                      c->is_unix && number ? strerror((int)number) : why);
}

static enum psync_result verdict(struct psync_web_client *c, CURLcode code, bool stopped, struct psync_error *err)
{
    const char *why = c->why[0] ? c->why : curl_easy_strerror(code);
    switch (code) {
    case CURLE_OK:
        return PSYNC_OK;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return not_connected(c, why, err);
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return psync_fail(err, PSYNC_RETRY, "no whole answer: %s", why);
    case CURLE_OUT_OF_MEMORY:
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    default:
        return psync_fail(err, PSYNC_REJECT, "%s", stopped ? "the answer is longer than expected" : why);
    }
}

/* ---- calls ---- */

static CURLcode set_request(struct psync_web_client *c, const char *method, const char *url, struct psync_span *body,
                            struct curl_slist *headers)
{
    CURL *e = c->easy;
    CURLcode bad = curl_easy_setopt(e, CURLOPT_URL, url);
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
    if (!bad) /* first back to GET, so that nothing is left of the last call's body */
        bad = curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
    if (!bad && body)
        bad = curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
    if (!bad && body)
        bad = curl_easy_setopt(e, CURLOPT_POSTFIELDS, body->len ? body->data : "");
    if (!bad && strcmp(method, "HEAD") == 0) /* or curl would wait for the body */
        bad = curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
    if (!bad)
        bad = curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, method);
    return bad;
}

static enum psync_result perform(struct psync_web_client *c, const char *method, const char *url,
                                 struct psync_span *body, struct curl_slist *headers, struct psync_buf *ret_body,
                                 unsigned *ret_status, struct psync_error *err)
{
    struct call call = {.body = ret_body};
    long status = 0;
    c->why[0] = '\0';
    CURLcode code = set_request(c, method, url, body, headers);
    if (!code)
        code = curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, &call);
    if (!code)
        code = curl_easy_perform(c->easy);
    enum psync_result r = verdict(c, code, call.stopped, err);
    if (r == PSYNC_OK && curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        *ret_status = (unsigned)status;
    return r;
}

enum psync_result psync_web_client_call(struct psync_web_client *client, const char *method, const char *target,
                                        const char *content_type, struct psync_span body, unsigned *ret_status,
                                        struct psync_buf *ret_body, struct psync_error *err)
{
    char type[HEADER_MAX];
    struct psync_buf url;
    struct curl_slist with_type = {type, client->headers}; /* a list of one before the lasting ones */
    if (content_type) {
        int n = snprintf(type, sizeof(type), "Content-Type: %s", content_type);
        if (n < 0 || (size_t)n >= sizeof(type))
            return psync_fail(err, PSYNC_REJECT, "the content type is too long");
    }
    psync_buf_clear(ret_body);
    psync_buf_init(&url, URL_MAX);
    enum psync_result r = psync_buf_printf(&url, "%s%s", client->base_url, target);
    if (r == PSYNC_OK)
        r = perform(client, method, url.data, content_type ? &body : NULL,
                    content_type ? &with_type : client->headers, ret_body, ret_status, err);
    else
        (void)psync_fail(err, r, "the URL is too long");
    psync_buf_done(&url);
    return r;
}

/* ---- help for callers ---- */

enum psync_result psync_web_client_problem(unsigned status, struct psync_span body, struct psync_error *err)
{
    json_object *problem = NULL;
    const char *text = NULL;
    if (body.len && psync_json_parse(body, &problem, NULL) == PSYNC_OK) {
        text = psync_json_text(problem, "detail");
        if (!text)
            text = psync_json_text(problem, "title");
    }
    if (text)
        (void)psync_fail(err, PSYNC_REJECT, "%s", text);
    else
        (void)psync_fail(err, PSYNC_REJECT, "refused (status %u)", status);
    json_object_put(problem);
    return PSYNC_REJECT;
}

/* RFC 3986 section 2.3: only the unreserved characters stand for themselves everywhere. */
enum psync_result psync_web_encode(struct psync_buf *b, struct psync_span text)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    enum psync_result r = text.len > SIZE_MAX / 3 ? PSYNC_REJECT : psync_buf_reserve(b, 3 * text.len);
    for (size_t i = 0; i < text.len && r == PSYNC_OK; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = c && strchr(unreserved, c);
        r = plain ? psync_buf_add_char(b, (char)c) : psync_buf_printf(b, "%%%02X", c);
    }
    return r;
}
