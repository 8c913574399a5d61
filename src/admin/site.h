/* site - what `serve` offers over TCP: the API, the dashboard's files, logging in; behind the gate (admin/gate.h).
 *
 * One web server on serve.listen. Routes come from three tables: the API's (api.c; a row without a scope is not offered
 * here), the dashboard's files (admin/dashboard.h), and the site's own (login, settings). A new route for everybody, such as
 * /metrics, is a row in api.c. */
#ifndef PSYNC_ADMIN_SITE_H
#define PSYNC_ADMIN_SITE_H

#include "admin/api.h"

struct psync_site; /* opaque */

struct psync_site_open {
    const struct psync_config *config; /* until psync_site_set_config */
    struct psync_log *log;             /* who changed what; may be NULL */
};

/* Listens and serves. REJECT: serve.* cannot be used (one clear line); RETRY: the address is in use; FATAL: the system
 * refused. */
PSYNC_CHECKED enum psync_result psync_site_new(const struct psync_site_open *open, struct psync_api *api,
                                               struct psync_site **ret_site, struct psync_error *err);
/* "http://127.0.0.1:9470", where a browser finds it. */
const char *psync_site_url(const struct psync_site *s);
/* Closes every connection; before psync_api_free. */
void psync_site_close(struct psync_site *s);
/* Closes it if that was not done. NULL is fine. */
void psync_site_free(struct psync_site *s);

#endif
