/* overrides - reading and writing the dashboard's file; its settings are checked by the one table, as everybody's
 * are. */
#include "config/overrides.h"

#include "base/newfile.h"
#include "base/path.h"
#include "config/check.h"
#include "config/file.h"
#include "config/ini_text.h"
#include "config/options.h"
#include "config/store.h"
#include "config/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MAX = 512 };

struct entry {
    char title[PSYNC_SETTING_NAME_MAX], key[PSYNC_SETTING_NAME_MAX];
    char *value;
};
struct entries {
    struct entry *list;
    size_t n;
};

/* ---- the list ---- */

static void free_entries(struct entries *e)
{
    for (size_t i = 0; i < e->n; i++)
        free(e->list[i].value);
    free(e->list);
}

static struct entry *find(const struct entries *e, const char *title, const char *key)
{
    for (size_t i = 0; i < e->n; i++)
        if (strcmp(e->list[i].title, title) == 0 && strcmp(e->list[i].key, key) == 0)
            return &e->list[i];
    return NULL;
}

static void drop(struct entries *e, struct entry *at)
{
    free(at->value);
    memmove(at, at + 1, (size_t)(e->list + e->n - at - 1) * sizeof *at);
    e->n--;
}

static enum psync_result put(struct entries *e, const char *title, const char *key, const char *value,
                             struct psync_error *err)
{
    struct entry *at = find(e, title, key);
    char *copy = strdup(value);
    if (!copy)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (at) {
        free(at->value);
        at->value = copy;
        return PSYNC_OK;
    }
    struct entry *more = e->n < ENTRIES_MAX ? realloc(e->list, (e->n + 1) * sizeof *more) : NULL;
    if (!more) {
        free(copy);
        return e->n < ENTRIES_MAX ? psync_fail(err, PSYNC_NOMEM, "out of memory")
                                  : psync_fail(err, PSYNC_REJECT, "at most %d settings are changed", ENTRIES_MAX);
    }
    e->list = more;
    at = &more[e->n++];
    *at = (struct entry){.value = copy};
    snprintf(at->title, sizeof at->title, "%s", title);
    snprintf(at->key, sizeof at->key, "%s", key);
    return PSYNC_OK;
}

static enum psync_result on_entry(void *arg, const char *section, const char *key, const char *value, const char *where,
                                  struct psync_error *err)
{
    (void)where;
    if (!key)
        return PSYNC_OK;
    return put(arg, section, key, value, err);
}

/* ---- one change ---- */

/* "destination eu.rate" into title and key; a destination's name may have dots, a key has none. */
static const struct psync_option *resolve(const char *name, char title[PSYNC_SETTING_NAME_MAX],
                                          char key[PSYNC_SETTING_NAME_MAX])
{
    const char *dot = strrchr(name, '.');
    char section[PSYNC_SETTING_NAME_MAX];
    size_t n = dot ? (size_t)(dot - name) : 0;
    if (n == 0 || strlen(name) >= PSYNC_SETTING_NAME_MAX)
        return NULL;
    memcpy(title, name, n);
    title[n] = '\0';
    snprintf(key, PSYNC_SETTING_NAME_MAX, "%s", dot + 1);
    snprintf(section, sizeof section, "%.*s", (int)strcspn(title, " "), title);
    const char *rest = title + strlen(section);
    const struct psync_option *o = psync_option_find(section, key);
    if (!o || *rest == '\0')
        return o;
    bool named = (o->flags & (PSYNC_OPTION_DESTINATION | PSYNC_OPTION_SHOP)) && rest[1] != '\0';
    return named && psync_check_destination(rest + 1, NULL) == PSYNC_OK ? o : NULL;
}

/* A line is trimmed, and ends before " ;". */
static bool fits_a_line(const char *value)
{
    size_t n = strlen(value);
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < 0x20)
            return false;
    return !strchr(value, ';') && (n == 0 || (value[0] != ' ' && value[n - 1] != ' ' && value[0] != '"'));
}

static enum psync_result change(struct entries *e, const struct psync_override *c, struct psync_error *err)
{
    char title[PSYNC_SETTING_NAME_MAX], key[PSYNC_SETTING_NAME_MAX];
    int64_t number;
    const struct psync_option *o = resolve(c->name, title, key);
    if (!o)
        return psync_fail(err, PSYNC_REJECT, "%s: there is no such setting", c->name);
    if (!psync_option_changeable(o))
        return psync_fail(err, PSYNC_EMPTY, "%s: is changed in the configuration file", c->name);
    if (!c->value) {
        struct entry *at = find(e, title, key);
        if (at)
            drop(e, at);
        return PSYNC_OK;
    }
    enum psync_result r = fits_a_line(c->value)
                              ? psync_value_parse(o, c->value, &number, err)
                              : psync_fail(err, PSYNC_REJECT, "has characters that cannot stand there");
    if (r == PSYNC_REJECT)
        psync_error_prefix(err, "%s", c->name);
    return r == PSYNC_OK ? put(e, title, key, c->value, err) : r;
}

static int by_title(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->title, y->title);
    return order ? order : strcmp(x->key, y->key);
}

static enum psync_result format(struct entries *e, struct psync_buf *out)
{
    const char *title = "";
    enum psync_result r = psync_buf_add_str(out, "; Settings changed in the dashboard. They are stronger than those of "
                                                 "the configuration file.\n");
    if (e->n)
        qsort(e->list, e->n, sizeof *e->list, by_title);
    for (size_t i = 0; r == PSYNC_OK && i < e->n; i++) {
        const struct entry *at = &e->list[i];
        if (strcmp(title, at->title) != 0)
            r = psync_buf_printf(out, "[%s]\n", at->title);
        if (r == PSYNC_OK)
            r = psync_buf_printf(out, "%s = %s\n", at->key, at->value);
        title = at->title;
    }
    return r;
}

/* Would the file say what was meant? A last look, by the one who will read it: what it cannot hold is refused. */
static enum psync_result check_readable(const struct entries *e, struct psync_span text, struct psync_error *err)
{
    struct entries found = {0};
    enum psync_result r = psync_ini_read(text, "overrides.conf", on_entry, &found, err);
    bool same = r == PSYNC_OK && found.n == e->n;
    for (size_t i = 0; same && i < e->n; i++) {
        const struct entry *at = find(&found, e->list[i].title, e->list[i].key);
        same = at && strcmp(at->value, e->list[i].value) == 0;
    }
    free_entries(&found);
    if (r == PSYNC_NOMEM || same)
        return r;
    return psync_fail(err, PSYNC_REJECT, "a value has characters that cannot stand in a file of settings, or is "
                                         "too long");
}

enum psync_result psync_overrides_edit(struct psync_span text, const struct psync_override *changes, size_t n,
                                       struct psync_buf *out, struct psync_error *err)
{
    struct entries e = {0};
    size_t before = out->len;
    enum psync_result r = psync_ini_read(text, "overrides.conf", on_entry, &e, err);
    for (size_t i = 0; r == PSYNC_OK && i < n; i++)
        r = change(&e, &changes[i], err);
    if (r == PSYNC_OK && (r = format(&e, out)) != PSYNC_OK)
        (void)psync_fail(err, r, "out of memory");
    if (r == PSYNC_OK)
        r = check_readable(&e, (struct psync_span){out->data + before, out->len - before}, err);
    if (r != PSYNC_OK)
        psync_buf_truncate(out, before);
    free_entries(&e);
    return r;
}

/* ---- the file ---- */

static enum psync_result path_of(const struct psync_config *config, char ret_path[PSYNC_PATH_BYTES],
                                 struct psync_error *err)
{
    if ((size_t)snprintf(ret_path, PSYNC_PATH_BYTES, "%s/overrides.conf", config->state_folder) >= PSYNC_PATH_BYTES)
        return psync_fail(err, PSYNC_REJECT, "state.folder: the path is too long");
    return PSYNC_OK;
}

enum psync_result psync_overrides_read(const struct psync_config *config, struct psync_buf *out,
                                       struct psync_error *err)
{
    char path[PSYNC_PATH_BYTES];
    bool shared;
    enum psync_result r = path_of(config, path, err);
    if (r == PSYNC_OK)
        r = psync_file_read(path, out, &shared, err);
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

enum psync_result psync_overrides_write(const struct psync_config *config, struct psync_span text,
                                        struct psync_error *err)
{
    char path[PSYNC_PATH_BYTES];
    enum psync_result r = path_of(config, path, err);
    return r == PSYNC_OK ? psync_newfile_write(path, text, err) : r;
}
