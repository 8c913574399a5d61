/* site - what `serve` offers over TCP: the API, the dashboard's files, logging in; behind the gate (admin/gate.h).
 *
 * One web server on serve.listen. Routes come from three tables: the API's (api.c; a row without a scope is not
 * offered here), the dashboard's files (admin/dashboard.h), and the site's own (login, settings). A new route for
 * everybody, such as /metrics, is a row in api.c. */
#ifndef PSYNC_ADMIN_SITE_H
#define PSYNC_ADMIN_SITE_H

#include "admin/api.h"

struct psync_site; /* opaque */

struct psync_site_change {
    const char *name;  /* "retry.attempts", "destination eu.rate" */
    const char *value; /* NULL: no longer changed here */
};
struct psync_site_open {
    const struct psync_config *config; /* only while psync_site_new runs */
    struct psync_log *log;             /* who logged in, who changed what; may be NULL */
    /* Changes settings of the running process, and for later ones; `who` for the log. On the site's own thread; may
     * take a moment. `changed` gets a line for each. OK; EMPTY: such a setting may not be changed here; REJECT: a
     * wrong value; RETRY: not now; FATAL: cannot be stored. NULL: nothing can be changed. */
    enum psync_result (*change)(void *arg, const struct psync_site_change *changes, size_t n, const char *who,
                                struct psync_buf *changed, struct psync_error *err);
    void *arg;
};

/* What psync_site_new would refuse of serve.*, short of listening: to be found before a start. */
PSYNC_CHECKED enum psync_result psync_site_check_config(const struct psync_config *config, struct psync_error *err);
/* Listens and serves. REJECT: serve.* cannot be used (one clear line); FATAL: its address is in use, or the system
 * refused. */
PSYNC_CHECKED enum psync_result psync_site_new(const struct psync_site_open *open, struct psync_api *api,
                                               struct psync_site **ret_site, struct psync_error *err);
/* "http://127.0.0.1:9470", where a browser finds it. */
const char *psync_site_url(const struct psync_site *s);
/* What of serve.* a reload may change. NOMEM: as before. */
PSYNC_CHECKED enum psync_result psync_site_set_config(struct psync_site *s, const struct psync_config *config,
                                                      struct psync_error *err);
/* ---- a certificate that changed on disk: read and checked while a reload can still be refused, then shown ---- */
/* EMPTY: no TLS is configured; REJECT: it cannot be read or used (one clear line). The caller's. */
PSYNC_CHECKED enum psync_result psync_site_read_certificate(const struct psync_config *config,
                                                            struct psync_web_certificate **ret_certificate,
                                                            struct psync_error *err);
/* The site's from now on: it must have been opened with TLS. False: that one is shown already. */
bool psync_site_show_certificate(struct psync_site *s, struct psync_web_certificate *certificate);

/* For figures, and to see whether it responds. */
struct psync_web_server *psync_site_server(const struct psync_site *s);
/* Closes every connection; before psync_api_free. */
void psync_site_close(struct psync_site *s);
/* Closes it if that was not done. NULL is fine. */
void psync_site_free(struct psync_site *s);

#endif
