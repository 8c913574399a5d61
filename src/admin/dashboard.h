/* dashboard - the files of the dashboard as they are served, embedded at build time from dashboard/.
 *
 * index.html is one page whose parts the scripts in dashboard/ fill from the API; every file is served as it is, at its
 * path, to everybody: none holds a secret or depends on who asks. */
#ifndef PSYNC_ADMIN_DASHBOARD_H
#define PSYNC_ADMIN_DASHBOARD_H

#include <stddef.h>

struct psync_dashboard_file {
    const char *path; /* "/", "/ui/app.js": a route's pattern */
    const char *type; /* Content-Type */
    const char *tag;  /* ETag, quotes included; changes with the content */
    const char *data;
    size_t size;
};
extern const struct psync_dashboard_file psync_dashboard_files[];
extern const size_t psync_dashboard_files_count;

/* The pages' Content-Security-Policy: nothing inline, nothing from elsewhere, no frame around them. */
#define PSYNC_DASHBOARD_POLICY                                                                                        \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; "\
    "base-uri 'none'; frame-ancestors 'none'"

#endif
