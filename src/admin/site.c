/* site - the tables of routes joined, the gate before them, and the web server over both. */
#include "admin/site_impl.h"

#include "admin/dashboard.h"
#include "config/load.h"
#include "web/listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    JOBS_MAX = 8,              /* people who log in at once; more are asked to wait */
    HELD_MAX = 64 << 20,       /* of request bodies in memory */
    SMALL_BODY_MAX = 8 << 10,  /* where nothing is put or changed: a password, and no more */
    BEGIN_MS = 15000, IDLE_MS = 75000, READ_MS = 60000, SEND_MS = 300000,
    OWN_ROUTES = 4,
    LEAST_SEATS = 16
};

struct site_route { /* a route's argument */
    struct psync_site *site;
    enum psync_scope scope;
    psync_web_handler *handler;
    void *arg;
};

/* ---- headers of every answer ---- */

/* For what is no page: nothing in it may run or be framed, and nobody keeps it. The dashboard's files bring their
 * own. */
static const struct psync_web_header plain_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cache-Control", "no-store"},
    {"Strict-Transport-Security", "max-age=31536000"}, /* the last: only where there is TLS */
};
enum { PLAIN_HEADERS = sizeof(plain_headers) / sizeof(plain_headers[0]) };

/* ---- the gate ---- */

static bool is_change(const char *method)
{
    return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

struct psync_knock psync_site_knock(const struct psync_web_request *rq, enum psync_scope scope,
                                    char room[PSYNC_WEB_CLIENT_MAX])
{
    struct psync_knock k = {.scope = scope,
                            .changes = is_change(psync_web_method(rq)),
                            .peer = psync_web_client_address(rq, room),
                            .host = psync_web_header(rq, "Host"),
                            .n_hosts = psync_web_header_count(rq, "Host"),
                            .authorization = psync_web_header(rq, "Authorization"),
                            .cookie = psync_web_header(rq, "Cookie"),
                            .csrf = psync_web_header(rq, "X-CSRF-Token"),
                            .origin = psync_web_header(rq, "Origin"),
                            .fetch_site = psync_web_header(rq, "Sec-Fetch-Site"),
                            .forwarded_for = psync_web_header_last(rq, "X-Forwarded-For"),
                            .forwarded_proto = psync_web_header_last(rq, "X-Forwarded-Proto"),
                            .wall = psync_clock_wall()};
    k.forwarded = k.forwarded_for || k.forwarded_proto || psync_web_header(rq, "Forwarded") ||
                  psync_web_header(rq, "X-Real-IP") || psync_web_header(rq, "X-Forwarded-Host") ||
                  psync_web_header(rq, "Via");
    return k;
}

void psync_site_who(const struct psync_site *s, const struct psync_web_request *rq, struct psync_caller *ret_caller)
{
    char room[PSYNC_WEB_CLIENT_MAX];
    struct psync_knock knock = psync_site_knock(rq, PSYNC_SCOPE_NONE, room);
    psync_gate_recognize(s->gate, &knock, psync_clock_now(), ret_caller);
}

struct refusal {
    unsigned status;
    const char *title, *detail;
    struct psync_web_header header; /* name NULL: none */
};
static const struct refusal refusals[PSYNC_PASSAGES] = {
    [PSYNC_REFUSE_HOST] = {421, "Not the host that was asked for",
                           "the name in the header Host is not one of ours; serve.hosts lists those that count", {0}},
    [PSYNC_REFUSE_PROXY] = {403, "Not this way",
                            "requests come directly, or through the proxy that serve.proxy names, not both", {0}},
    [PSYNC_REFUSE_PLAIN] = {403, "Not this way", "the proxy in front took this request without TLS", {0}},
    [PSYNC_REFUSE_RATE] = {429, "Too many requests", "this client is beyond its limit", {"Retry-After", "1"}},
    [PSYNC_REFUSE_UNKNOWN] = {401, "Who are you?", "this needs a login, or an API token as Authorization: Bearer",
                              {"WWW-Authenticate", "Bearer realm=\"productsync\""}},
    [PSYNC_REFUSE_SCOPE] = {403, "Not allowed", "this user or token has not the scope for it", {0}},
    [PSYNC_REFUSE_FORGED] = {403, "Not from our own page",
                             "a change with a cookie needs X-CSRF-Token, and comes from this very site", {0}},
};

static void refuse(struct psync_web_request *rq, void *arg)
{
    const struct refusal *refusal = arg;
    psync_web_problem_with(rq, refusal->status, refusal->title, refusal->detail,
                           refusal->header.name ? &refusal->header : NULL);
}

static void note_change(const struct psync_site *s, const struct psync_web_request *rq, const struct psync_caller *c)
{
    PSYNC_LOG(s->open.log, PSYNC_LOG_INFO, "change asked for", PSYNC_F_TEXT("method", psync_web_method(rq)),
              PSYNC_F_TEXT("path", psync_web_path(rq)),
              PSYNC_F_TEXT(c->kind == PSYNC_CALLER_TOKEN ? "token" : "user", c->name),
              PSYNC_F_TEXT("client", c->client));
}

/* Who needs not say who he is holds next to nothing of HELD_MAX: else some strangers could keep out all who put. */
static bool takes_much(const struct psync_knock *knock)
{
    return knock->changes && (knock->scope == PSYNC_SCOPE_INGEST || knock->scope == PSYNC_SCOPE_ADMIN);
}

static void admit(struct psync_web_request *rq, void *arg)
{
    const struct site_route *route = arg;
    struct psync_caller caller;
    char room[PSYNC_WEB_CLIENT_MAX];
    struct psync_knock knock = psync_site_knock(rq, route->scope, room);
    enum psync_passage passage = psync_gate_judge(route->site->gate, &knock, psync_clock_now(), &caller);
    if (!takes_much(&knock))
        psync_web_limit_body(rq, SMALL_BODY_MAX);
    if (passage != PSYNC_PASS)
        psync_web_divert(rq, refuse, (void *)(uintptr_t)&refusals[passage]);
    else if (knock.changes && route->scope == PSYNC_SCOPE_ADMIN)
        note_change(route->site, rq, &caller);
}

/* ---- handlers ---- */

static void on_request(struct psync_web_request *rq, void *arg)
{
    const struct site_route *route = arg;
    route->handler(rq, route->arg);
}

static void on_file(struct psync_web_request *rq, void *arg)
{
    const struct psync_dashboard_file *file = arg;
    const char *known = psync_web_header(rq, "If-None-Match");
    bool same = known && strcmp(known, file->tag) == 0;
    const struct psync_web_header headers[] = {
        {"ETag", file->tag}, {"Cache-Control", "no-cache"}, {"Content-Security-Policy", PSYNC_DASHBOARD_POLICY}};
    const struct psync_web_reply reply = {.status = same ? 304 : 200,
                                          .content_type = same ? NULL : file->type,
                                          .body = {file->data, same ? 0 : file->size},
                                          .headers = headers,
                                          .n_headers = sizeof(headers) / sizeof(headers[0])};
    psync_web_reply_with(rq, &reply);
}

/* ---- the table ---- */

static void add_route(struct psync_site *s, const char *method, const char *pattern, struct site_route gated)
{
    struct site_route *to = &s->gated[s->n_routes];
    *to = gated;
    to->site = s;
    s->routes[s->n_routes++] = (struct psync_web_route){method, pattern, on_request, to};
}

static void add_own_routes(struct psync_site *s)
{
    static const struct {
        const char *method, *pattern;
        enum psync_scope scope;
        psync_web_handler *handler;
    } own[OWN_ROUTES] = {
        {"GET", "/v1/session", PSYNC_SCOPE_NONE, psync_site_session},
        {"POST", "/v1/login", PSYNC_SCOPE_NONE, psync_site_login},
        {"POST", "/v1/logout", PSYNC_SCOPE_NONE, psync_site_logout},
        {"PATCH", "/v1/config", PSYNC_SCOPE_ADMIN, psync_site_settings},
    };
    for (size_t i = 0; i < OWN_ROUTES; i++)
        add_route(s, own[i].method, own[i].pattern,
                  (struct site_route){.scope = own[i].scope, .handler = own[i].handler, .arg = s});
}

static enum psync_result make_routes(struct psync_site *s, struct psync_error *err)
{
    size_t n_api = 0;
    const struct psync_web_route *api = psync_api_routes(s->api, &n_api);
    size_t most = n_api + psync_dashboard_files_count + OWN_ROUTES;
    s->routes = calloc(most, sizeof(*s->routes));
    s->gated = calloc(most, sizeof(*s->gated));
    if (!s->routes || !s->gated)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    for (size_t i = 0; i < n_api; i++)
        if (psync_api_scope(s->api, i) != PSYNC_SCOPE_SOCKET)
            add_route(s, api[i].method, api[i].pattern,
                      (struct site_route){.scope = psync_api_scope(s->api, i), .handler = api[i].handler,
                                          .arg = api[i].arg});
    for (size_t i = 0; i < psync_dashboard_files_count; i++)
        add_route(s, "GET", psync_dashboard_files[i].path,
                  (struct site_route){.scope = PSYNC_SCOPE_NONE, .handler = on_file,
                                      .arg = (void *)(uintptr_t)&psync_dashboard_files[i]});
    add_own_routes(s);
    return PSYNC_OK;
}

/* ---- making and ending ---- */

static void spell_url(struct psync_site *s, const char *listen, bool tls)
{
    int host = (int)(strrchr(listen, ':') - listen);
    snprintf(s->url, sizeof s->url, "http%s://%.*s:%u", tls ? "s" : "", host, listen, psync_web_server_port(s->server));
}

/* Half of the descriptors that the process may have are for deliveries, the queue and its socket. */
static unsigned count_seats(const struct psync_site *s, unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur / 2 >= wanted)
        return wanted;
    unsigned seats = limit.rlim_cur / 2 > LEAST_SEATS ? (unsigned)(limit.rlim_cur / 2) : LEAST_SEATS;
    PSYNC_LOG(s->open.log, PSYNC_LOG_WARNING, "fewer connections than serve.max_connections",
              PSYNC_F_INT("connections", seats), PSYNC_F_INT("descriptors", (int64_t)limit.rlim_cur));
    return seats;
}

static enum psync_result listen_and_serve(struct psync_site *s, const struct psync_config *config,
                                          struct psync_error *err)
{
    const struct psync_serve_conf *serve = &config->serve;
    struct psync_web_certificate *certificate = NULL;
    enum psync_result r = psync_site_read_certificate(config, &certificate, err);
    if (r != PSYNC_OK && r != PSYNC_EMPTY)
        return r;
    bool tls = certificate != NULL;
    struct psync_web_conf conf = {.routes = s->routes, .n_routes = s->n_routes,
                                  .max_body_bytes = PSYNC_API_BODY_MAX,
                                  .max_connections = count_seats(s, serve->max_connections),
                                  .max_held_bytes = HELD_MAX,
                                  .patience = {BEGIN_MS, IDLE_MS, READ_MS, SEND_MS},
                                  .certificate = certificate,
                                  .headers = plain_headers,
                                  .n_headers = PLAIN_HEADERS - !psync_gate_encrypted(s->gate),
                                  .admit = admit};
    r = psync_web_listen_tcp(serve->listen, &conf.listen_fd, err);
    if (r != PSYNC_OK) {
        psync_web_certificate_free(certificate);
        bool in_use = r == PSYNC_RETRY;
        if (in_use || r == PSYNC_REJECT)
            r = psync_config_blame(config, "serve", "listen", err);
        return in_use ? PSYNC_FATAL : r; /* another start may find it free */
    }
    r = psync_web_server_new(&conf, &s->server, err);
    if (r == PSYNC_OK)
        spell_url(s, serve->listen, tls);
    return r;
}

enum psync_result psync_site_check_config(const struct psync_config *config, struct psync_error *err)
{
    struct psync_web_certificate *certificate = NULL;
    enum psync_result r = psync_web_listen_check(config->serve.listen, err);
    if (r != PSYNC_OK)
        return psync_config_blame(config, "serve", "listen", err);
    r = psync_gate_check_config(config, err);
    if (r == PSYNC_OK)
        r = psync_site_read_certificate(config, &certificate, err);
    psync_web_certificate_free(certificate);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

enum psync_result psync_site_new(const struct psync_site_open *open, struct psync_api *api,
                                 struct psync_site **ret_site, struct psync_error *err)
{
    enum psync_result r = psync_site_check_config(open->config, err);
    struct psync_site *s = r == PSYNC_OK ? calloc(1, sizeof(*s)) : NULL;
    if (!s)
        return r == PSYNC_OK ? psync_fail(err, PSYNC_NOMEM, "out of memory") : r;
    s->open = *open;
    s->api = api;
    r = psync_gate_new(open->config, open->config->serve.tls_cert[0] != '\0', &s->gate, err);
    if (r == PSYNC_OK)
        r = psync_clerk_new(JOBS_MAX, &s->clerk, err);
    if (r == PSYNC_OK)
        r = make_routes(s, err);
    if (r == PSYNC_OK)
        r = listen_and_serve(s, open->config, err);
    if (r != PSYNC_OK) {
        psync_site_free(s);
        return r;
    }
    *ret_site = s;
    return PSYNC_OK;
}

enum psync_result psync_site_set_config(struct psync_site *s, const struct psync_config *config,
                                        struct psync_error *err)
{
    return psync_gate_set_config(s->gate, config, err);
}

const char *psync_site_url(const struct psync_site *s)
{
    return s->url;
}

struct psync_web_server *psync_site_server(const struct psync_site *s)
{
    return s->server;
}

/* The clerk comes after the server: what he has is answered, to nobody, and nobody brings more. */
void psync_site_close(struct psync_site *s)
{
    psync_web_server_free(s->server);
    psync_clerk_free(s->clerk);
    s->server = NULL;
    s->clerk = NULL;
}

void psync_site_free(struct psync_site *s)
{
    if (!s)
        return;
    psync_site_close(s);
    psync_gate_free(s->gate);
    free(s->gated);
    free(s->routes);
    free(s);
}
