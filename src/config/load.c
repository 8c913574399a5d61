/* load - the sources of settings, one after the other, into one store. */
#include "config/load.h"

#include "config/check.h"
#include "config/derive.h"
#include "config/file.h"
#include "config/ini_text.h"
#include "config/nearest.h"
#include "config/rules.h"
#include "config/secrets.h"
#include "config/store.h"
#include "config/wipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct loading {
    struct psync_store *store;
    enum psync_origin origin;  /* of the file that is being read */
    bool token_in_file;
    struct psync_buf *warnings;
    struct psync_error *err;
};

/* ---- names ---- */

static enum psync_result unknown_section(const char *section, struct psync_error *err)
{
    const char *nearest = psync_nearest_section(section);

    if (nearest)
        return psync_fail(err, PSYNC_REJECT, "unknown section [%s]; did you mean [%s]?", section, nearest);
    return psync_fail(err, PSYNC_REJECT, "unknown section [%s]", section);
}

/* A token pasted where a name belongs must not be repeated: what no name looks like is not. */
static bool looks_like_name(const char *key)
{
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return n <= 24 && key[n] == '\0';
}

static enum psync_result unknown_setting(const char *title, const char *section, const char *key,
                                         struct psync_error *err)
{
    const struct psync_option *nearest = psync_nearest_option(section, key);
    bool same_section = nearest && strcmp(nearest->section, section) == 0;

    if (!looks_like_name(key))
        return psync_fail(err, PSYNC_REJECT, "unknown setting in section [%s]; a setting is a line `key = value`", title);
    if (strcmp(section, "destination") == 0 && strncmp(key, "MY_API_", 7) == 0)
        return psync_fail(err, PSYNC_REJECT, "%s is a name in the environment; here it is url, token or token_file", key);
    if (nearest)
        return psync_fail(err, PSYNC_REJECT, "unknown setting %s.%s; did you mean %s.%s?", title, key,
                          same_section ? title : nearest->section, nearest->key);
    return psync_fail(err, PSYNC_REJECT, "unknown setting %s.%s", title, key);
}

static enum psync_result resolve_destination(struct psync_store *s, const char *title, const char *name, int *ret_index,
                                             struct psync_error *err)
{
    if (*name && psync_check_destination(name, err) != PSYNC_OK) {
        psync_error_prefix(err, "the destination's name in [%s]", title);
        return PSYNC_REJECT;
    }
    return psync_store_destination(s, *name ? name : "default", ret_index);
}

static enum psync_result resolve_shop(struct psync_store *s, const char *title, const char *name, int *ret_index,
                                      struct psync_error *err)
{
    if (!*name)
        return psync_fail(err, PSYNC_REJECT, "a shop needs a name, as in [shop main]");
    if (psync_check_shop(name, err) != PSYNC_OK) {
        psync_error_prefix(err, "the shop's name in [%s]", title);
        return PSYNC_REJECT;
    }
    return psync_store_shop(s, name, ret_index);
}

/* A section's title: "retry", "destination", "destination NAME", "shop NAME". For a destination or shop `*ret_index` is
 * its number, else PSYNC_GLOBAL; `ret_section` (as long as `title`) is the title's first word. */
static enum psync_result resolve_section(struct psync_store *s, const char *title, char *ret_section, int *ret_index,
                                         struct psync_error *err)
{
    size_t n = strcspn(title, " \t");
    const char *name = title + n + strspn(title + n, " \t");
    bool known = false;

    memcpy(ret_section, title, n);
    ret_section[n] = '\0';
    *ret_index = PSYNC_GLOBAL;
    for (size_t i = 0; i < psync_sections_count; i++)
        known = known || strcmp(ret_section, psync_sections[i].name) == 0;
    if (strcmp(ret_section, "destination") == 0)
        return resolve_destination(s, title, name, ret_index, err);
    if (strcmp(ret_section, "shop") == 0)
        return resolve_shop(s, title, name, ret_index, err);
    return known && !*name ? PSYNC_OK : unknown_section(known ? title : ret_section, err);
}

/* ---- one setting ---- */

static enum psync_result check_once(const struct psync_store *s, const struct psync_setting *setting,
                                    struct psync_error *err)
{
    const struct psync_slot *slot = psync_store_slot(s, setting->index, setting->option);
    char name[PSYNC_SETTING_NAME_MAX];

    if (slot->origin != setting->origin || setting->origin == PSYNC_ORIGIN_SET)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "%s: %s was set already at %s", setting->where,
                      psync_store_name(s, setting->index, setting->option, name), slot->where);
}

static enum psync_result check_source(const struct psync_setting *setting, struct psync_error *err)
{
    const struct psync_option *o = setting->option;

    if (setting->origin == PSYNC_ORIGIN_SET && (o->flags & PSYNC_OPTION_SECRET)) {
        const char *instead = strcmp(o->key, "token") == 0
                                  ? "destination.token_file or MY_API_TOKEN in the environment"
                                  : "the configuration file";

        return psync_fail(err, PSYNC_REJECT, "a secret on the command line can be seen by every process; use %s",
                          instead);
    }
    if (setting->origin == PSYNC_ORIGIN_DASHBOARD && !psync_option_changeable(o))
        return psync_fail(err, PSYNC_REJECT, "cannot be set in the dashboard's file");
    if (strchr(setting->text, '\n') && !(o->flags & PSYNC_OPTION_LINES))
        return psync_fail(err, PSYNC_REJECT, "does not go on over several lines; the next line must not be indented");
    return PSYNC_OK;
}

static enum psync_result take_setting(struct psync_store *s, const struct psync_setting *setting,
                                      struct psync_error *err)
{
    struct psync_setting named = *setting;
    enum psync_result r = check_once(s, setting, err);

    if (r != PSYNC_OK)
        return r;
    r = check_source(setting, err);
    if (r != PSYNC_OK)
        named.text = NULL; /* it may be, or go on with, somebody's secret */
    else
        r = psync_store_set(s, setting, err);
    if (r == PSYNC_REJECT)
        psync_store_explain(s, &named, err);
    return r;
}

/* By names as a person wrote them. */
static enum psync_result take_named(struct psync_store *s, const char *title, const char *key,
                                    struct psync_setting *setting, struct psync_error *err)
{
    char section[PSYNC_SETTING_NAME_MAX];
    enum psync_result r;

    PSYNC_INVARIANT(strlen(title) < sizeof section);
    r = resolve_section(s, title, section, &setting->index, err);
    if (r == PSYNC_OK && strcmp(section, "destination") == 0)
        r = psync_store_named_at(s, setting->index, setting->where);
    if (r == PSYNC_OK && key) {
        setting->option = psync_option_find(section, key);
        if (setting->option)
            return take_setting(s, setting, err);
        r = unknown_setting(title, section, key, err);
    }
    if (r == PSYNC_REJECT)
        psync_error_prefix(err, "%s", setting->where);
    return r;
}

/* ---- files ---- */

/* A destination that the operator has removed since; a shop's may come later. */
static bool is_nowhere(const struct loading *l, const char *title)
{
    size_t n = strcspn(title, " \t");
    const char *name = title + n + strspn(title + n, " \t");

    return l->origin == PSYNC_ORIGIN_DASHBOARD && strncmp(title, "destination", n) == 0 && n == 11 && *name &&
           !strchr(name, '/') && !psync_config_destination(&l->store->pub, name);
}

static enum psync_result on_ini(void *arg, const char *section, const char *key, const char *value, const char *where,
                                struct psync_error *err)
{
    struct loading *l = arg;
    struct psync_setting setting = {.text = value, .origin = l->origin, .where = where};
    enum psync_result r;

    if (is_nowhere(l, section))
        return !key && l->warnings ? psync_buf_printf(l->warnings, "%s: there is no %s any more; what was changed of it "
                                                                   "in the dashboard is left out\n", where, section)
                                   : PSYNC_OK;
    r = take_named(l->store, section, key, &setting, err);

    if (r == PSYNC_OK && key && strcmp(key, "token") == 0)
        l->token_in_file = true;
    return r;
}

/* EMPTY: there is no such file. */
static enum psync_result read_file(struct loading *l, const char *path, enum psync_origin origin)
{
    struct psync_buf text;
    bool shared = false;
    enum psync_result r;

    l->origin = origin;
    l->token_in_file = false;
    psync_buf_init(&text, PSYNC_INI_FILE_MAX);
    r = psync_file_read(path, &text, &shared, l->err);
    if (r == PSYNC_OK)
        r = psync_ini_read((struct psync_span){text.data, text.len}, path, on_ini, l, l->err);
    if (r == PSYNC_OK && shared && l->token_in_file && l->warnings)
        r = psync_buf_printf(l->warnings, "%s: holds a token and can be read by others: chmod 600 %s\n", path, path);
    psync_wipe(text.data, text.len);
    psync_buf_done(&text);
    return r;
}

static enum psync_result read_config_file(struct loading *l, const char *path)
{
    const char *named = path ? path : getenv("PRODUCTSYNC_CONFIG");
    enum psync_result r;

    if (named && *named) {
        r = read_file(l, named, PSYNC_ORIGIN_FILE);
        return r == PSYNC_EMPTY ? psync_fail(l->err, PSYNC_REJECT, "%s: there is no such file", named) : r;
    }
    r = read_file(l, "productsync.conf", PSYNC_ORIGIN_FILE);
    if (r == PSYNC_EMPTY)
        r = read_file(l, "/etc/productsync.conf", PSYNC_ORIGIN_FILE);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* Who may only use the socket of another user's process cannot read its settings, and needs none of those in there. */
static enum psync_result read_dashboard_file(struct loading *l, const char *text)
{
    struct psync_buf path;
    enum psync_result r;

    psync_buf_init(&path, 8192);
    r = psync_buf_printf(&path, "%s/overrides.conf", l->store->pub.state_folder);
    l->origin = PSYNC_ORIGIN_DASHBOARD;
    if (r == PSYNC_OK && text)
        r = psync_ini_read((struct psync_span){text, strlen(text)}, path.data, on_ini, l, l->err);
    else if (r == PSYNC_OK && (access(path.data, R_OK) == 0 || errno != EACCES))
        r = read_file(l, path.data, PSYNC_ORIGIN_DASHBOARD);
    psync_buf_done(&path);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

/* ---- the environment and --set ---- */

static enum psync_result read_environment(struct loading *l)
{
    static const struct {
        const char *variable, *key;
    } variables[] = {{"MY_API_URL", "url"}, {"MY_API_TOKEN", "token"}};
    enum psync_result r = PSYNC_OK;

    for (size_t i = 0; r == PSYNC_OK && i < sizeof variables / sizeof variables[0]; i++) {
        const char *variable = variables[i].variable, *value = getenv(variable);
        struct psync_setting setting = {.text = value, .origin = PSYNC_ORIGIN_ENVIRONMENT, .where = variable};

        if (value && *value)
            r = take_named(l->store, "destination", variables[i].key, &setting, l->err);
    }
    return r;
}

/* "section.key=value"; a destination's name may have dots, a key has none. */
static enum psync_result read_set(struct loading *l, const char *text)
{
    char name[PSYNC_SETTING_NAME_MAX];
    const char *equals = strchr(text, '=');
    struct psync_setting setting = {.origin = PSYNC_ORIGIN_SET, .where = "--set"};
    size_t n = equals ? (size_t)(equals - text) : 0;
    char *dot;

    if (n == 0 || n >= sizeof name)
        return psync_fail(l->err, PSYNC_REJECT, "--set: expected section.key=value, such as retry.attempts=3");
    memcpy(name, text, n);
    name[n] = '\0';
    dot = strrchr(name, '.');
    if (!dot)
        return psync_fail(l->err, PSYNC_REJECT, "--set: expected section.key=value, such as retry.attempts=3");
    *dot = '\0';
    setting.text = equals + 1;
    return take_named(l->store, name, dot + 1, &setting, l->err);
}

/* ---- all ---- */

static enum psync_result load(struct loading *l, const struct psync_config_source *source)
{
    struct psync_store *s = l->store;
    enum psync_result r = PSYNC_OK;

    if (!source->no_files) {
        r = read_config_file(l, source->file);
        if (r == PSYNC_OK)
            r = read_environment(l);
    }
    for (size_t i = 0; r == PSYNC_OK && i < source->n_sets; i++)
        r = read_set(l, source->sets[i]);
    if (r == PSYNC_OK)
        r = psync_derive_state(s, l->err);
    if (r == PSYNC_OK && !source->no_files)
        r = read_dashboard_file(l, source->overrides);
    if (r == PSYNC_OK)
        r = psync_secrets_read(s, l->warnings, l->err);
    if (r == PSYNC_OK)
        r = psync_rules_apply(s, l->err);
    return r == PSYNC_OK ? psync_derive_rest(s, l->err) : r;
}

enum psync_result psync_config_load(const struct psync_config_source *source, struct psync_config **ret_config,
                                    struct psync_buf *warnings, struct psync_error *err)
{
    struct loading l = {.store = psync_store_new(), .warnings = warnings, .err = err};
    enum psync_result r;

    if (!l.store)
        return PSYNC_NOMEM;
    r = load(&l, source);
    if (r != PSYNC_OK) {
        psync_config_free(&l.store->pub);
        return r;
    }
    *ret_config = &l.store->pub;
    return PSYNC_OK;
}
