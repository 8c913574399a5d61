/* http_model - the handle that all of a target's handles are duplicates of: every option that is the same for all its
 * requests, set once. */
#include "config/pem.h"
#include "delivery/http_exchange.h"

#include <strings.h>

enum { KEEPALIVE_S = 60 };

/* ---- TLS files: looked at here, so that a typing error shows at start and not as a failed delivery ---- */
static enum psync_result named(enum psync_result r, const char *setting, const char *path, struct psync_error *err)
{
    if (r != PSYNC_OK)
        psync_error_prefix(err, "%s = %s", setting, path);
    return r;
}

static enum psync_result check_files(const struct psync_http_conf *conf, struct psync_error *err)
{
    enum psync_result r = named(psync_pem_check_certificate(conf->ca_file, err), "http.ca_file", conf->ca_file, err);
    if (r == PSYNC_OK)
        r = named(psync_pem_check_certificate(conf->client_cert, err), "http.client_cert", conf->client_cert, err);
    if (r == PSYNC_OK)
        r = named(psync_pem_check_key(conf->client_key, err), "http.client_key", conf->client_key, err);
    return r;
}

/* ---- the model handle ---- */
static long http_version(const struct psync_http_conf *conf, bool tls)
{
    switch (conf->version) {
    case PSYNC_HTTP_1_1:
        return CURL_HTTP_VERSION_1_1;
    case PSYNC_HTTP_2: /* without TLS there is nothing to negotiate with: it is the operator's word */
        return tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    case PSYNC_HTTP_AUTO:
        break;
    }
    return CURL_HTTP_VERSION_2TLS;
}

static CURLcode set_long(CURL *m, CURLcode code, CURLoption option, long value)
{
    return code == CURLE_OK ? curl_easy_setopt(m, option, value) : code;
}

static CURLcode set_text(CURL *m, CURLcode code, CURLoption option, const char *value)
{
    return code == CURLE_OK ? curl_easy_setopt(m, option, value) : code;
}

static CURLcode set_text_if(CURL *m, CURLcode code, CURLoption option, const char *value)
{
    return value[0] ? set_text(m, code, option, value) : code;
}

static long bounded_ms(psync_ms ms)
{
    return ms > INT32_MAX ? INT32_MAX : (long)ms;
}

static CURLcode set_transport(CURL *m, CURLcode code, const struct psync_http_conf *conf, psync_ms timeout, bool tls)
{
    long version = http_version(conf, tls);
    code = set_long(m, code, CURLOPT_NOSIGNAL, 1L);
    code = set_text(m, code, CURLOPT_PROTOCOLS_STR, "http,https");
    code = set_long(m, code, CURLOPT_FOLLOWLOCATION, 0L);
    code = set_long(m, code, CURLOPT_HTTP_VERSION, version);
    /* Rather a stream on the connection that is being made than a connection of its own. */
    bool multiplexed = version != CURL_HTTP_VERSION_1_1 && (tls || conf->version == PSYNC_HTTP_2);
    code = set_long(m, code, CURLOPT_PIPEWAIT, multiplexed);
    code = set_long(m, code, CURLOPT_TIMEOUT_MS, bounded_ms(timeout)); /* connecting too ends with it */
    code = set_long(m, code, CURLOPT_CONNECTTIMEOUT_MS, bounded_ms(conf->connect_timeout));
    code = set_long(m, code, CURLOPT_TCP_KEEPALIVE, 1L);
    code = set_long(m, code, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
    code = set_long(m, code, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
    /* "" rather than unset: then http_proxy and no_proxy in the environment say nothing. */
    code = set_text(m, code, CURLOPT_PROXY, conf->proxy);
    code = set_text(m, code, CURLOPT_NOPROXY, "");
    code = set_long(m, code, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    return set_text_if(m, code, CURLOPT_USERAGENT, conf->user_agent);
}

static CURLcode set_tls(CURL *m, CURLcode code, const struct psync_http_conf *conf)
{
    code = set_long(m, code, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2); /* or newer */
    code = set_long(m, code, CURLOPT_SSL_VERIFYPEER, 1L);
    code = set_long(m, code, CURLOPT_SSL_VERIFYHOST, 2L);
    if (conf->ca_file[0]) { /* these authorities instead of the system's, not beside them */
        code = set_text(m, code, CURLOPT_CAINFO, conf->ca_file);
        code = set_text(m, code, CURLOPT_CAPATH, NULL);
    }
    code = set_text_if(m, code, CURLOPT_SSLCERT, conf->client_cert);
    return set_text_if(m, code, CURLOPT_SSLKEY, conf->client_key);
}

enum psync_result psync_http_model_make(struct psync_http_target *t, const struct psync_destination_conf *d,
                                        const struct psync_http_conf *conf, struct psync_error *err)
{
    enum psync_result r = check_files(conf, err);
    if (r != PSYNC_OK)
        return r;
    t->model = curl_easy_init();
    if (!t->model)
        return PSYNC_NOMEM;
    CURLcode code = curl_easy_setopt(t->model, CURLOPT_CURLU, t->url);
    code = set_transport(t->model, code, conf, t->timeout, strncasecmp(d->url, "https:", 6) == 0);
    code = set_tls(t->model, code, conf);
    if (code == CURLE_OK)
        code = psync_http_exchange_callbacks(t);
    if (code == CURLE_OUT_OF_MEMORY)
        return PSYNC_NOMEM;
    if (code != CURLE_OK)
        return psync_fail(err, PSYNC_REJECT, "destination %s: libcurl refuses its settings: %s", d->name,
                          curl_easy_strerror(code));
    return PSYNC_OK;
}
