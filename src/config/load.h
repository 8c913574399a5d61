/* load - from --set, the environment, the file and the defaults to one psync_config.
 *
 * Strongest first: --set (which refuses secrets), the environment (MY_API_URL, MY_API_TOKEN: the destination "default";
 * PRODUCTSYNC_SECTION_KEY for the rest is not offered), the dashboard's file (overrides.conf in the state folder), the
 * file, [the shop, later], the default. All or nothing: the first wrong value ends it with file, line, key and what is
 * allowed; an unknown key offers the nearest name. */
#ifndef PSYNC_CONFIG_LOAD_H
#define PSYNC_CONFIG_LOAD_H

#include "base/buf.h"
#include "config/config.h"

enum psync_origin {
    PSYNC_ORIGIN_DEFAULT, PSYNC_ORIGIN_SHOP, PSYNC_ORIGIN_FILE, PSYNC_ORIGIN_DASHBOARD, PSYNC_ORIGIN_ENVIRONMENT,
    PSYNC_ORIGIN_SET
};

struct psync_config_source {
    const char *file;          /* --config; NULL: $PRODUCTSYNC_CONFIG, else ./productsync.conf if it is there, else
                                  /etc/productsync.conf if it is there, else none */
    const char *const *sets;   /* "section.key=value" or "destination NAME.key=value" */
    size_t n_sets;
    const char *overrides;     /* the dashboard's file as it shall be; NULL: as it is */
    bool no_files;             /* tests and the demo: read no configuration file, and no MY_API_* */
};

/* REJECT: the text in `err` is the one line for the user (exit 2). Warnings (a file with a token that others can read;
 * ...) are appended to `warnings` (may be NULL), one a line. The caller frees `*ret_config`. */
PSYNC_CHECKED enum psync_result psync_config_load(const struct psync_config_source *source,
                                                  struct psync_config **ret_config, struct psync_buf *warnings,
                                                  struct psync_error *err);

/* The reason is in `err`; puts before it where that setting (not one of a destination) was made, its name and its
 * value. Always REJECT. */
PSYNC_CHECKED enum psync_result psync_config_blame(const struct psync_config *c, const char *section, const char *key,
                                                   struct psync_error *err);

/* Only what a running process may take over: copies into a new config the reloadable values of `next` and keeps `now`'s
 * for keys that need a restart; names those that differ in `kept` (one a line), what changed in `changed` (secrets
 * masked). */
PSYNC_CHECKED enum psync_result psync_config_merge_reload(const struct psync_config *now,
                                                          const struct psync_config *next,
                                                          struct psync_config **ret_config, struct psync_buf *changed,
                                                          struct psync_buf *kept);

/* One row of `config show`, in the table's order, one per destination for destination.*. Texts are borrowed from the
 * callback's moment. Secrets come masked ("********", or "" when unset). Returning false stops. */
struct psync_config_row {
    const char *name;          /* "retry.attempts", "destination eu.url" */
    const char *value;         /* as the file would spell it */
    enum psync_origin origin;
    const char *origin_text;   /* "default", "/etc/productsync.conf:12", "MY_API_URL", "--set" */
    bool secret, reloadable, changeable; /* changeable: in the dashboard */
    const char *help;
};
typedef bool psync_config_visit(void *arg, const struct psync_config_row *row);
void psync_config_show(const struct psync_config *c, psync_config_visit *visit, void *arg);

#endif
