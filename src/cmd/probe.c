/* probe - a test request's answer in words; see the header. */
#include "cmd/probe.h"

#include <stdio.h>

const char *psync_probe_name(enum psync_probe_result r)
{
    static const char *const names[] = {
        [PSYNC_PROBE_REACHED] = "reached",           [PSYNC_PROBE_CREDENTIALS] = "credentials refused",
        [PSYNC_PROBE_REDIRECT] = "redirect",         [PSYNC_PROBE_THROTTLED] = "throttled",
        [PSYNC_PROBE_SERVER_FAULT] = "server fault", [PSYNC_PROBE_REFUSED] = "refused",
        [PSYNC_PROBE_UNREACHABLE] = "not reached",
    };
    return names[r];
}

static const char *const net_advice[PSYNC_NETS] = {
    [PSYNC_NET_NAME] = "check the host name in the URL, and this machine's DNS",
    [PSYNC_NET_REFUSED] = "nothing listens there, or a firewall refuses; check host and port",
    [PSYNC_NET_CONNECT_TIMEOUT] = "no connection in time; a firewall may drop it (http.connect_timeout)",
    [PSYNC_NET_TIMEOUT] = "connected, but no whole answer in time (http.timeout, or the destination's own)",
    [PSYNC_NET_TLS] = "no TLS 1.2 or newer could be agreed on; is it an https address?",
    [PSYNC_NET_CERTIFICATE] = "it is not trusted, has run out, or is for another name; for one of your own set http.ca_file",
    [PSYNC_NET_RESET] = "the connection was closed before a whole answer",
    [PSYNC_NET_STREAM] = "an HTTP/2 stream error; it may pass (http.version = 1.1 avoids HTTP/2)",
    [PSYNC_NET_HEAD] = "",
    [PSYNC_NET_NOT_HTTP] = "is it the port of another service, or of https?",
    [PSYNC_NET_FORBIDDEN] = "the name leads to a private address; if that is meant: destination.allow_private = yes",
    [PSYNC_NET_PROXY] = "check http.proxy",
    [PSYNC_NET_OTHER] = "",
    [PSYNC_NET_ABORTED] = "stopped",
    [PSYNC_NET_NO_MEMORY] = "",
    [PSYNC_NET_NO_FILES] = "raise the limit: ulimit -n",
};

static enum psync_probe_result judge_network(const struct psync_response *r, char *ret_words, size_t size)
{
    const char *advice = net_advice[r->transport];
    snprintf(ret_words, size, "%s%s%s%s%s%s", psync_transport_text(r->transport), *r->detail ? " (" : "", r->detail,
             *r->detail ? ")" : "", *advice ? "; " : "", advice);
    return PSYNC_PROBE_UNREACHABLE;
}

static enum psync_probe_result judge_refusal(const struct psync_response *r, bool sample, char *ret_words, size_t size)
{
    switch (r->status) {
    case 401:
    case 403:
        snprintf(ret_words, size, "HTTP %d: the API is there and refuses the credentials; check the token", r->status);
        return PSYNC_PROBE_CREDENTIALS;
    case 429:
        snprintf(ret_words, size, "HTTP 429: the API is there and asks to slow down; try again later");
        return PSYNC_PROBE_THROTTLED;
    case 410:
        snprintf(ret_words, size, "HTTP 410: the API says that this address is gone for good");
        return PSYNC_PROBE_REFUSED;
    default:
        snprintf(ret_words, size,
                 sample ? "HTTP %d: the API is there and refused the sample product"
                        : "HTTP %d: the API is there; whether it takes products and the token only a delivery can prove "
                          "(test --send-sample)",
                 r->status);
        return sample ? PSYNC_PROBE_REFUSED : PSYNC_PROBE_REACHED;
    }
}

enum psync_probe_result psync_probe_judge(const struct psync_response *r, bool sample, char *ret_words, size_t size)
{
    if (r->transport != PSYNC_NET_ANSWER)
        return judge_network(r, ret_words, size);
    if (r->status >= 500) {
        snprintf(ret_words, size, "HTTP %d: the API is there but has a fault of its own", r->status);
        return PSYNC_PROBE_SERVER_FAULT;
    }
    if (r->status >= 400)
        return judge_refusal(r, sample, ret_words, size);
    if (r->status >= 300) {
        snprintf(ret_words, size, "HTTP %d: it points to %.*s; redirects are not followed, so use the final address",
                 r->status, (int)(r->location.len < 200 ? r->location.len : 200), r->location.len ? r->location.data : "");
        return PSYNC_PROBE_REDIRECT;
    }
    snprintf(ret_words, size, sample ? "HTTP %d: the sample product was taken"
                                     : "HTTP %d: the API is there; that it takes products only a delivery can prove (test "
                                       "--send-sample)", r->status);
    return PSYNC_PROBE_REACHED;
}
