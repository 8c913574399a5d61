/* http_outcome - what libcurl's result of a transfer means, told apart as far as a person who must mend it needs.
 *
 * Two endings are worth a word. A response that is longer than its bound is an answer: its status is known and its
 * body is for people. A response that began but did not end in time or was cut is none, whatever its status line
 * said: only a whole answer counts, and the request goes again under the same key. */
#include "delivery/http_exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(PSYNC_REPLY_HEADER_MAX == 64 * 1024, "as PSYNC_NET_HEAD's words say");

static const struct {
    CURLcode code;
    enum psync_transport transport;
} meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, PSYNC_NET_NAME},
    {CURLE_COULDNT_RESOLVE_PROXY, PSYNC_NET_PROXY},
    {CURLE_PROXY, PSYNC_NET_PROXY},
    {CURLE_COULDNT_CONNECT, PSYNC_NET_REFUSED},
    {CURLE_OPERATION_TIMEDOUT, PSYNC_NET_TIMEOUT},
    {CURLE_PEER_FAILED_VERIFICATION, PSYNC_NET_CERTIFICATE},
    {CURLE_SSL_ISSUER_ERROR, PSYNC_NET_CERTIFICATE},
    {CURLE_SSL_INVALIDCERTSTATUS, PSYNC_NET_CERTIFICATE},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, PSYNC_NET_CERTIFICATE},
    {CURLE_SSL_CONNECT_ERROR, PSYNC_NET_TLS},
    {CURLE_SSL_ENGINE_NOTFOUND, PSYNC_NET_TLS},
    {CURLE_SSL_ENGINE_SETFAILED, PSYNC_NET_TLS},
    {CURLE_SSL_CERTPROBLEM, PSYNC_NET_TLS},
    {CURLE_SSL_CIPHER, PSYNC_NET_TLS},
    {CURLE_USE_SSL_FAILED, PSYNC_NET_TLS},
    {CURLE_SSL_ENGINE_INITFAILED, PSYNC_NET_TLS},
    {CURLE_SSL_CACERT_BADFILE, PSYNC_NET_TLS},
    {CURLE_SSL_SHUTDOWN_FAILED, PSYNC_NET_TLS},
    {CURLE_SSL_CRL_BADFILE, PSYNC_NET_TLS},
    {CURLE_SSL_CLIENTCERT, PSYNC_NET_TLS},
    {CURLE_GOT_NOTHING, PSYNC_NET_RESET},
    {CURLE_SEND_ERROR, PSYNC_NET_RESET},
    {CURLE_RECV_ERROR, PSYNC_NET_RESET},
    {CURLE_PARTIAL_FILE, PSYNC_NET_RESET},
    {CURLE_WEIRD_SERVER_REPLY, PSYNC_NET_NOT_HTTP},
    {CURLE_UNSUPPORTED_PROTOCOL, PSYNC_NET_NOT_HTTP}, /* HTTP/0.9, as libcurl calls what has no status line */
    {CURLE_HTTP2, PSYNC_NET_STREAM},
    {CURLE_HTTP2_STREAM, PSYNC_NET_STREAM},
    {CURLE_OUT_OF_MEMORY, PSYNC_NET_NO_MEMORY},
};

static enum psync_transport meaning_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            return meanings[i].transport;
    return PSYNC_NET_OTHER;
}

static long number(CURL *easy, CURLINFO info)
{
    long n = 0;
    return curl_easy_getinfo(easy, info, &n) == CURLE_OK ? n : 0;
}

/* A header line without an end: libcurl before 8.6 reports its bound for a line (100 KB) as lack of memory. A real
 * lack of it at this point cannot be told apart, and is judged as harmlessly. */
static bool is_long_line(const struct psync_http_exchange *x, CURLcode code, bool sent)
{
#if LIBCURL_VERSION_NUM >= 0x080600
    if (code == CURLE_TOO_LARGE)
        return true;
#endif
    return code == CURLE_OUT_OF_MEMORY && sent && !x->reply.head_complete;
}

/* With a proxy, what fails before the request is out is the proxy's. */
static bool is_proxys(const struct psync_http_exchange *x, CURLcode code)
{
    long answer = number(x->easy, CURLINFO_HTTP_CONNECTCODE);
    return x->target->proxied && (code == CURLE_COULDNT_CONNECT || (answer != 0 && answer / 100 != 2));
}

/* A name is looked up with descriptors too, and the certificates are read; these failures do not say why, but whether
 * there is one now can be tried. */
static bool lacks_descriptors(const struct psync_http_exchange *x, CURLcode code)
{
    if (code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_SSL_CACERT_BADFILE)
        return x->no_descriptor && code == CURLE_COULDNT_CONNECT;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return errno == EMFILE || errno == ENFILE;
    (void)close(fd);
    return false;
}

static enum psync_transport transport_of(const struct psync_http_exchange *x, CURLcode code, bool sent)
{
    if (x->reply.no_memory)
        return PSYNC_NET_NO_MEMORY;
    if (!sent && lacks_descriptors(x, code))
        return PSYNC_NET_NO_FILES;
    if (x->reply.head_too_long || is_long_line(x, code, sent))
        return PSYNC_NET_HEAD;
    if (code == CURLE_OK && !x->reply.head_complete) /* libcurl takes a head that was cut for one that has ended */
        return PSYNC_NET_RESET;
    if (code == CURLE_OK || x->reply.body_cut)
        return x->reply.status >= 200 ? PSYNC_NET_ANSWER : PSYNC_NET_NOT_HTTP;
    if (x->lost)
        return PSYNC_NET_RESET;
    if (x->forbidden && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK))
        return PSYNC_NET_FORBIDDEN;
    if (is_proxys(x, code))
        return PSYNC_NET_PROXY;
    if (code == CURLE_COULDNT_CONNECT && number(x->easy, CURLINFO_OS_ERRNO) == ETIMEDOUT)
        return PSYNC_NET_CONNECT_TIMEOUT;
    if (code == CURLE_OPERATION_TIMEDOUT && !sent)
        return PSYNC_NET_CONNECT_TIMEOUT;
    return meaning_of(code);
}

/* libcurl's words may quote a URL, whose query may hold a credential. */
static void hide_queries(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        *to++ = *from;
        if (*from++ == '?')
            from += strcspn(from, " '\"");
    }
    *to = '\0';
}

static void write_detail(struct psync_http_exchange *x, enum psync_transport transport, CURLcode code, bool sent)
{
    if (transport == PSYNC_NET_ANSWER)
        return;
    if (x->reply.head_too_long || is_long_line(x, code, sent))
        snprintf(x->detail, sizeof x->detail, "response headers too long");
    else if (transport == PSYNC_NET_NO_FILES)
        snprintf(x->detail, sizeof x->detail, "no descriptor for a connection: raise the limit of open files");
    else if (transport == PSYNC_NET_FORBIDDEN)
        snprintf(x->detail, sizeof x->detail, "the name leads to %s (%s); allow_private = yes permits it", x->forbidden,
                 x->forbidden_address);
    else if (x->lost)
        snprintf(x->detail, sizeof x->detail, "a kept connection was closed instead of an answer");
    else if (code == CURLE_OK)
        snprintf(x->detail, sizeof x->detail, "the connection was closed before the response's head was complete");
    else
        snprintf(x->detail, sizeof x->detail, "%s", x->error[0] ? x->error : curl_easy_strerror(code));
    hide_queries(x->detail);
    psync_http_target_mask(x->target, x->detail, strlen(x->detail));
}

/* An API that echoes what it was sent must not carry a secret into the history or a log. */
static void mask_echo(struct psync_http_exchange *x)
{
    psync_http_target_mask(x->target, x->reply.head.data, x->reply.head.len);
    psync_http_target_mask(x->target, x->reply.body.data, x->reply.body.len);
}

void psync_http_exchange_outcome(struct psync_http_exchange *x, CURLcode code, struct psync_response *ret_response)
{
    /* libcurl counts the bytes of requests as they are written, also those of a try it made again by itself. */
    bool sent = number(x->easy, CURLINFO_REQUEST_SIZE) > 0;
    enum psync_transport transport = transport_of(x, code, sent);
    if (transport != PSYNC_NET_ANSWER || x->reply.status / 100 != 2)
        mask_echo(x);
    write_detail(x, transport, code, sent);
    *ret_response = (struct psync_response){
        .transport = transport,
        .sent = sent,
        .status = transport == PSYNC_NET_ANSWER ? x->reply.status : 0,
        .at = x->at,
        .latency_ms = (int64_t)((psync_clock_us() - x->began_us) / 1000),
        .detail = x->detail,
    };
    psync_reply_describe(&x->reply, ret_response);
}
