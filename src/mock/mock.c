/* mock - starting, stopping, configuring. */
#include "mock/mock_impl.h"

#include "web/listen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RULES_MAX = 1 << 20,
    MAX_BODY = 16 << 20,
    CONNECTIONS = 1024,
    DAY_S = 24 * 60 * 60,
};

static const struct psync_mock_certificate_conf certificates[PSYNC_MOCK_TLS_KINDS] = {
    [PSYNC_MOCK_TLS] = {"localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", -DAY_S, 30 * DAY_S},
    [PSYNC_MOCK_TLS_EXPIRED] = {"localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", -30 * DAY_S, -DAY_S},
    [PSYNC_MOCK_TLS_WRONG_HOST] = {"wrong.host.invalid", "DNS:wrong.host.invalid", -DAY_S, 30 * DAY_S},
};

void psync_mock_lock(struct psync_mock *mock)
{
    PSYNC_INVARIANT(pthread_mutex_lock(&mock->lock) == 0);
}

void psync_mock_unlock(struct psync_mock *mock)
{
    PSYNC_INVARIANT(pthread_mutex_unlock(&mock->lock) == 0);
}

/* ---- configuration ---- */

void psync_mock_conf_init(struct psync_mock_conf *conf)
{
    *conf = (struct psync_mock_conf){.listen = "127.0.0.1:0",
                                     .price_digits = 2,
                                     .seed = 1,
                                     .max_requests = 5 * 1000 * 1000,
                                     .max_body_bytes = MAX_BODY};
    psync_buf_init(&conf->rules, RULES_MAX);
}

void psync_mock_conf_done(struct psync_mock_conf *conf)
{
    psync_buf_done(&conf->rules);
}

/* The document that the rules in `list` make up. */
static enum psync_result wrap_rules(struct psync_span list, struct psync_buf *b)
{
    enum psync_result r = psync_buf_add_str(b, "{\"rules\":[");
    if (r == PSYNC_OK)
        r = psync_buf_add(b, list.data, list.len);
    return r == PSYNC_OK ? psync_buf_add_str(b, "]}") : r;
}

static enum psync_result parse_rules(struct psync_span list, uint64_t seed, struct psync_mock_rules **ret_rules,
                                     struct psync_error *err)
{
    struct psync_buf b;
    psync_buf_init(&b, RULES_MAX + 64);
    enum psync_result r = wrap_rules(list, &b);
    if (r == PSYNC_OK)
        r = psync_mock_rules_new((struct psync_span){b.data, b.len}, seed, psync_clock_now(), ret_rules, err);
    else
        (void)psync_fail(err, r, "too many rules");
    psync_buf_done(&b);
    return r;
}

enum psync_result psync_mock_conf_rule(struct psync_mock_conf *conf, struct psync_span json, struct psync_error *err)
{
    struct psync_mock_rules *alone;
    enum psync_result r = parse_rules(json, 0, &alone, err);
    if (r != PSYNC_OK)
        return r;
    psync_mock_rules_release(alone);
    r = psync_buf_reserve(&conf->rules, json.len + 1);
    if (r == PSYNC_OK && conf->rules.len)
        r = psync_buf_add_char(&conf->rules, ',');
    if (r == PSYNC_OK)
        r = psync_buf_add(&conf->rules, json.data, json.len);
    return r == PSYNC_OK ? r : psync_fail(err, r, "too many rules");
}

/* ---- starting ---- */

static enum psync_result write_certificate(const struct psync_mock *mock, struct psync_error *err)
{
    const char *path = mock->conf.certificate_file;
    FILE *file = fopen(path, "w");
    bool written = file && fputs(mock->tls.certificate, file) >= 0;
    if (file && fclose(file) != 0)
        written = false;
    return written ? PSYNC_OK : psync_fail(err, PSYNC_FATAL, "%s: %s", path, strerror(errno));
}

static enum psync_result make_tls(struct psync_mock *mock, struct psync_error *err)
{
    if (mock->conf.tls == PSYNC_MOCK_PLAIN)
        return PSYNC_OK;
    enum psync_result r = psync_mock_certificate_make(&certificates[mock->conf.tls], &mock->tls, err);
    return r == PSYNC_OK && mock->conf.certificate_file[0] ? write_certificate(mock, err) : r;
}

static enum psync_result listen_and_serve(struct psync_mock *mock, struct psync_error *err)
{
    const struct psync_web_route routes[] = {
        {"POST", "/products", psync_mock_post_products, mock}, {"GET", "/products", psync_mock_get_products, mock},
        {"GET", "/ledger", psync_mock_get_ledger, mock},       {"DELETE", "/ledger", psync_mock_delete_ledger, mock},
        {"GET", "/ledger/summary", psync_mock_get_summary, mock}, {"GET", "/control", psync_mock_get_control, mock},
        {"PUT", "/control", psync_mock_put_control, mock},
    };
    int fd;
    struct psync_web_certificate *certificate = NULL;
    enum psync_result r = PSYNC_OK;
    if (mock->tls.key)
        r = psync_web_certificate_new(mock->tls.certificate, mock->tls.key, &certificate, err);
    if (r == PSYNC_OK)
        r = psync_web_listen_tcp(mock->conf.listen, &fd, err);
    if (r != PSYNC_OK) {
        psync_web_certificate_free(certificate);
        return r;
    }
    struct psync_web_conf conf = {.listen_fd = fd,
                                  .routes = routes,
                                  .n_routes = sizeof(routes) / sizeof(routes[0]),
                                  .max_body_bytes = mock->conf.max_body_bytes,
                                  .max_connections = CONNECTIONS,
                                  .certificate = certificate};
    return psync_web_server_new(&conf, &mock->server, err);
}

/* What others connect to: the host as it was given, if it is one. */
static void make_url(struct psync_mock *mock)
{
    const char *listen = mock->conf.listen, *colon = strrchr(listen, ':');
    int host = colon ? (int)(colon - listen) : 0;
    bool anywhere = host == 0 || strncmp(listen, "0.0.0.0:", 8) == 0 || strncmp(listen, "[::]:", 5) == 0;
    (void)snprintf(mock->url, sizeof(mock->url), "%s://%.*s:%u/products", mock->tls.key ? "https" : "http",
                   anywhere ? 9 : host, anywhere ? "127.0.0.1" : listen,
                   (unsigned)psync_web_server_port(mock->server));
}

static bool init_locks(struct psync_mock *mock)
{
    if (pthread_mutex_init(&mock->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&mock->flood_over, NULL) == 0)
        return true;
    (void)pthread_mutex_destroy(&mock->lock);
    return false;
}

enum psync_result psync_mock_new(const struct psync_mock_conf *conf, struct psync_mock **ret_mock,
                                 struct psync_error *err)
{
    struct psync_mock *mock = calloc(1, sizeof(*mock));
    if (!mock || !init_locks(mock)) {
        free(mock);
        return psync_fail(err, PSYNC_NOMEM, "no memory for a mock API");
    }
    psync_list_init(&mock->floods);
    mock->conf = *conf;
    psync_buf_init(&mock->conf.rules, 0); /* the caller's; ours are parsed */
    psync_mock_ledger_init(&mock->ledger);
    enum psync_result r =
        parse_rules((struct psync_span){conf->rules.data, conf->rules.len}, conf->seed, &mock->rules, err);
    if (r == PSYNC_OK)
        r = make_tls(mock, err);
    if (r == PSYNC_OK)
        r = listen_and_serve(mock, err);
    if (r != PSYNC_OK) {
        psync_mock_free(mock);
        return r;
    }
    make_url(mock);
    *ret_mock = mock;
    return PSYNC_OK;
}

void psync_mock_free(struct psync_mock *mock)
{
    if (!mock)
        return;
    psync_web_server_free(mock->server);
    psync_mock_flood_stop(mock);
    psync_mock_ledger_done(&mock->ledger);
    psync_mock_rules_release(mock->rules);
    psync_mock_certificate_done(&mock->tls);
    PSYNC_INVARIANT(pthread_cond_destroy(&mock->flood_over) == 0 && pthread_mutex_destroy(&mock->lock) == 0);
    free(mock);
}

/* ---- while it runs ---- */

uint16_t psync_mock_port(const struct psync_mock *mock)
{
    return psync_web_server_port(mock->server);
}

const char *psync_mock_url(const struct psync_mock *mock)
{
    return mock->url;
}

const char *psync_mock_certificate(const struct psync_mock *mock)
{
    return mock->tls.certificate;
}

void psync_mock_totals(struct psync_mock *mock, struct psync_mock_totals *ret_totals)
{
    psync_mock_lock(mock);
    *ret_totals = mock->ledger.totals;
    psync_mock_unlock(mock);
}

enum psync_result psync_mock_control(struct psync_mock *mock, struct psync_span json, struct psync_error *err)
{
    struct psync_mock_rules *rules;
    enum psync_result r = psync_mock_rules_new(json, mock->conf.seed, psync_clock_now(), &rules, err);
    if (r != PSYNC_OK)
        return r;
    psync_mock_lock(mock);
    psync_mock_rules_release(mock->rules);
    mock->rules = rules;
    psync_mock_unlock(mock);
    return PSYNC_OK;
}
