/* site - the tables of routes joined, and the web server over them. */
#include "admin/site.h"

#include "admin/dashboard.h"
#include "web/listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 300 };

struct site_route { /* a route's argument */
    struct psync_site *site;
    enum psync_scope scope;
    psync_web_handler *handler;
    void *arg;
    const struct psync_dashboard_file *file;
};
struct psync_site {
    struct psync_site_open open;
    struct psync_api *api;
    struct psync_web_server *server;
    struct psync_web_route *routes;
    struct site_route *gated;
    size_t n_routes;
    char url[URL_MAX];
};

/* ---- handlers ---- */

static void on_request(struct psync_web_request *rq, void *arg)
{
    const struct site_route *route = arg;
    if (route->scope == PSYNC_SCOPE_READ || route->scope == PSYNC_SCOPE_NONE)
        route->handler(rq, route->arg);
    else
        psync_web_problem(rq, 403, "Not allowed", "this needs a login");
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

static enum psync_result make_routes(struct psync_site *s, struct psync_error *err)
{
    size_t n_api = 0;
    const struct psync_web_route *api = psync_api_routes(s->api, &n_api);
    size_t most = n_api + psync_dashboard_files_count;
    s->routes = calloc(most, sizeof(*s->routes));
    s->gated = calloc(most, sizeof(*s->gated));
    if (!s->routes || !s->gated)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    for (size_t i = 0; i < n_api; i++)
        if (psync_api_scope(s->api, i) != PSYNC_SCOPE_SOCKET)
            add_route(s, api[i].method, api[i].pattern,
                      (struct site_route){.scope = psync_api_scope(s->api, i), .handler = api[i].handler, .arg = api[i].arg});
    for (size_t i = 0; i < psync_dashboard_files_count; i++)
        add_route(s, "GET", psync_dashboard_files[i].path,
                  (struct site_route){.scope = PSYNC_SCOPE_NONE, .handler = on_file,
                                      .arg = (void *)&psync_dashboard_files[i]});
    return PSYNC_OK;
}

/* ---- making and ending ---- */

static enum psync_result listen_and_serve(struct psync_site *s, struct psync_error *err)
{
    const struct psync_serve_conf *serve = &s->open.config->serve;
    struct psync_web_conf conf = {.routes = s->routes, .n_routes = s->n_routes,
                                  .max_body_bytes = PSYNC_API_BODY_MAX,
                                  .max_connections = serve->max_connections};
    enum psync_result r = psync_web_listen_tcp(serve->listen, &conf.listen_fd, err);
    if (r == PSYNC_OK)
        r = psync_web_server_new(&conf, &s->server, err);
    if (r != PSYNC_OK)
        return r;
    int host = (int)(strrchr(serve->listen, ':') - serve->listen);
    snprintf(s->url, sizeof s->url, "http://%.*s:%u", host, serve->listen, psync_web_server_port(s->server));
    return PSYNC_OK;
}

enum psync_result psync_site_new(const struct psync_site_open *open, struct psync_api *api,
                                 struct psync_site **ret_site, struct psync_error *err)
{
    struct psync_site *s = calloc(1, sizeof(*s));
    if (!s)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    s->open = *open;
    s->api = api;
    enum psync_result r = make_routes(s, err);
    if (r == PSYNC_OK)
        r = listen_and_serve(s, err);
    if (r != PSYNC_OK) {
        psync_site_free(s);
        return r;
    }
    *ret_site = s;
    return PSYNC_OK;
}

const char *psync_site_url(const struct psync_site *s)
{
    return s->url;
}

void psync_site_close(struct psync_site *s)
{
    psync_web_server_free(s->server);
    s->server = NULL;
}

void psync_site_free(struct psync_site *s)
{
    if (!s)
        return;
    psync_site_close(s);
    free(s->gated);
    free(s->routes);
    free(s);
}
