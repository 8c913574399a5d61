/* site_impl - what the files of the site share. */
#ifndef PSYNC_ADMIN_SITE_IMPL_H
#define PSYNC_ADMIN_SITE_IMPL_H

#include "admin/api_impl.h"
#include "admin/gate.h"
#include "admin/site.h"

enum { PSYNC_SITE_URL_MAX = 300 };

struct site_route;

struct psync_site {
    struct psync_site_open open;  /* `config` is not used after the start */
    struct psync_api *api;
    struct psync_gate *gate;
    struct psync_clerk *clerk;    /* hashes passwords and changes settings, one at a time */
    struct psync_web_server *server;
    struct psync_web_route *routes;
    struct site_route *gated;
    size_t n_routes;
    char url[PSYNC_SITE_URL_MAX];
};

/* The fields of a request that the gate looks at. Only in a handler. */
struct psync_knock psync_site_knock(const struct psync_web_request *rq, enum psync_scope scope,
                                    char room[PSYNC_WEB_CLIENT_MAX]);
void psync_site_who(const struct psync_site *s, const struct psync_web_request *rq, struct psync_caller *ret_caller);

/* Routes; `arg` is the site (site_login.c, site_settings.c). */
void psync_site_session(struct psync_web_request *rq, void *site);
void psync_site_login(struct psync_web_request *rq, void *site);
void psync_site_logout(struct psync_web_request *rq, void *site);
void psync_site_settings(struct psync_web_request *rq, void *site);

#endif
