/* store - slots, destinations, and how a setting is named and shown. */
#include "config/store.h"

#include "base/utf8.h"
#include "config/value.h"
#include "config/wipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mask[] = "********";

/* ---- slots ---- */

static void free_text(char *text)
{
    if (text)
        psync_wipe(text, strlen(text));
    free(text);
}

static void free_slots(struct psync_slots *slots)
{
    for (size_t i = 0; slots->slot && i < psync_options_count; i++) {
        free_text(slots->slot[i].text);
        free(slots->slot[i].where);
    }
    free(slots->slot);
    free(slots->where);
}

/* Where an option stands: once, or once per destination or shop. */
enum { TITLED = PSYNC_OPTION_DESTINATION | PSYNC_OPTION_SHOP };

struct psync_slot *psync_store_slot(const struct psync_store *s, int index, const struct psync_option *o)
{
    const struct psync_slots *titled = o->flags & PSYNC_OPTION_SHOP ? s->shops : s->destinations;

    const struct psync_slots *slots = index == PSYNC_GLOBAL ? &s->global : titled ? &titled[index] : NULL;

    PSYNC_INVARIANT(slots && ((o->flags & TITLED) != 0) == (index != PSYNC_GLOBAL));
    return &slots->slot[o - psync_options];
}

static void *fields_of(struct psync_store *s, int index, const struct psync_option *o)
{
    if (o->flags & PSYNC_OPTION_SHOP)
        return &s->pub.shops[index];
    return o->flags & PSYNC_OPTION_DESTINATION ? (void *)&s->pub.destinations[index] : (void *)&s->pub;
}

/* Who wrote the address decides where it may lead. */
static void note_origin(void *fields, const struct psync_option *o, enum psync_origin origin)
{
    struct psync_destination_conf *d = fields;

    if ((o->flags & PSYNC_OPTION_DESTINATION) && strcmp(o->key, "url") == 0)
        d->operators_word = origin != PSYNC_ORIGIN_SHOP;
}

enum psync_result psync_store_set(struct psync_store *s, const struct psync_setting *setting, struct psync_error *err)
{
    const struct psync_option *o = setting->option;
    struct psync_slot *slot = psync_store_slot(s, setting->index, o);
    char *fields = fields_of(s, setting->index, o);
    const char *text = setting->text;
    char canonical[PSYNC_VALUE_MAX];
    char *new_text, *new_where = NULL;
    int64_t number;
    enum psync_result r = psync_value_parse(o, text, &number, err);

    if (r != PSYNC_OK || slot->origin > setting->origin)
        return r;
    if (o->type != PSYNC_OPTION_TEXT)
        text = psync_value_format(o, number, canonical);
    new_text = strdup(text);
    if (setting->where)
        new_where = strdup(setting->where);
    if (!new_text || (setting->where && !new_where)) {
        free_text(new_text);
        free(new_where);
        return PSYNC_NOMEM;
    }
    free_text(slot->text);
    free(slot->where);
    *slot = (struct psync_slot){new_text, new_where, setting->origin};
    if (o->type == PSYNC_OPTION_TEXT)
        *(const char **)(void *)(fields + o->offset) = new_text;
    else
        psync_value_store(o, number, fields);
    note_origin(fields, o, setting->origin);
    return PSYNC_OK;
}

/* Of the options that stand there: `titled` is PSYNC_OPTION_DESTINATION, PSYNC_OPTION_SHOP or 0. */
static enum psync_result set_defaults(struct psync_store *s, int index, unsigned titled)
{
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        struct psync_setting dflt = {o, index, o->dflt, PSYNC_ORIGIN_DEFAULT, NULL};
        enum psync_result r;

        if ((o->flags & TITLED) != titled)
            continue;
        r = psync_store_set(s, &dflt, NULL);
        PSYNC_INVARIANT(r != PSYNC_REJECT); /* the table's own defaults */
        if (r != PSYNC_OK)
            return r;
    }
    return PSYNC_OK;
}

/* ---- destinations ---- */

/* Room for `n`; what is there stays. */
static enum psync_result grow(struct psync_slots **slots, void **fields, size_t n, size_t size)
{
    struct psync_slots *more_slots = realloc(*slots, n * sizeof *more_slots);
    void *more;

    if (!more_slots)
        return PSYNC_NOMEM;
    *slots = more_slots;
    more = realloc(*fields, n * size);
    if (!more)
        return PSYNC_NOMEM;
    *fields = more;
    return PSYNC_OK;
}

static enum psync_result grow_destinations(struct psync_store *s)
{
    void *fields = s->pub.destinations;
    enum psync_result r = grow(&s->destinations, &fields, s->pub.n_destinations + 1, sizeof *s->pub.destinations);

    s->pub.destinations = fields;
    return r;
}

static enum psync_result grow_shops(struct psync_store *s)
{
    void *fields = s->pub.shops;
    enum psync_result r = grow(&s->shops, &fields, s->pub.n_shops + 1, sizeof *s->pub.shops);

    s->pub.shops = fields;
    return r;
}

enum psync_result psync_store_destination(struct psync_store *s, const char *name, int *ret_index)
{
    int index = (int)s->pub.n_destinations;
    enum psync_result r;
    struct psync_slot *slots;
    char *copy;

    for (int i = 0; i < index; i++) {
        if (strcmp(s->pub.destinations[i].name, name) == 0) {
            *ret_index = i;
            return PSYNC_OK;
        }
    }
    r = grow_destinations(s);
    if (r != PSYNC_OK)
        return r;
    slots = calloc(psync_options_count, sizeof *slots);
    copy = strdup(name);
    if (!slots || !copy) {
        free(slots);
        free(copy);
        return PSYNC_NOMEM;
    }
    s->destinations[index] = (struct psync_slots){.slot = slots};
    s->pub.destinations[index] = (struct psync_destination_conf){.name = copy, .operators_word = true};
    s->pub.n_destinations++;
    r = set_defaults(s, index, PSYNC_OPTION_DESTINATION);
    if (r != PSYNC_OK) {
        psync_store_remove_destination(s, index);
        return r;
    }
    *ret_index = index;
    return PSYNC_OK;
}

enum psync_result psync_store_named_at(struct psync_store *s, int index, const char *where)
{
    struct psync_slots *slots = &s->destinations[index];

    if (!slots->where)
        slots->where = strdup(where);
    return slots->where ? PSYNC_OK : PSYNC_NOMEM;
}

void psync_store_remove_destination(struct psync_store *s, int index)
{
    struct psync_destination_conf *fields = &s->pub.destinations[index];
    struct psync_slots *slots = &s->destinations[index];
    size_t behind = s->pub.n_destinations - (size_t)index - 1;

    free_slots(slots);
    free((char *)fields->name);
    memmove(fields, fields + 1, behind * sizeof *fields);
    memmove(slots, slots + 1, behind * sizeof *slots);
    s->pub.n_destinations--;
}

/* ---- shops ---- */

static void remove_last_shop(struct psync_store *s)
{
    size_t last = --s->pub.n_shops;

    free_slots(&s->shops[last]);
    free((char *)s->pub.shops[last].name);
}

void psync_store_remove_shops(struct psync_store *s)
{
    while (s->pub.n_shops > 0)
        remove_last_shop(s);
}

enum psync_result psync_store_shop(struct psync_store *s, const char *name, int *ret_index)
{
    int index = (int)s->pub.n_shops;
    enum psync_result r;
    struct psync_slots slots = {.slot = NULL};
    char *copy;

    for (int i = 0; i < index; i++) {
        if (strcmp(s->pub.shops[i].name, name) == 0) {
            *ret_index = i;
            return PSYNC_OK;
        }
    }
    r = grow_shops(s);
    if (r != PSYNC_OK)
        return r;
    slots.slot = calloc(psync_options_count, sizeof *slots.slot);
    copy = strdup(name);
    if (!slots.slot || !copy) {
        free(slots.slot);
        free(copy);
        return PSYNC_NOMEM;
    }
    s->shops[index] = slots;
    s->pub.shops[index] = (struct psync_shop_conf){.name = copy};
    s->pub.n_shops++;
    r = set_defaults(s, index, PSYNC_OPTION_SHOP);
    if (r != PSYNC_OK) {
        remove_last_shop(s);
        return r;
    }
    *ret_index = index;
    return PSYNC_OK;
}

/* ---- the whole ---- */

struct psync_store *psync_store_new(void)
{
    struct psync_store *s = calloc(1, sizeof *s);
    int index;

    if (!s)
        return NULL;
    s->global.slot = calloc(psync_options_count, sizeof *s->global.slot);
    if (s->global.slot && set_defaults(s, PSYNC_GLOBAL, 0) == PSYNC_OK &&
        psync_store_destination(s, "default", &index) == PSYNC_OK)
        return s;
    psync_config_free(&s->pub);
    return NULL;
}

void psync_config_free(struct psync_config *c)
{
    struct psync_store *s = (struct psync_store *)c;

    if (!s)
        return;
    while (s->pub.n_destinations > 0)
        psync_store_remove_destination(s, (int)s->pub.n_destinations - 1);
    psync_store_remove_shops(s);
    free(s->pub.destinations);
    free(s->destinations);
    free(s->pub.shops);
    free(s->shops);
    free_slots(&s->global);
    free(s);
}

const struct psync_destination_conf *psync_config_destination(const struct psync_config *c, const char *name)
{
    for (size_t i = 0; i < c->n_destinations; i++) {
        if (strcmp(c->destinations[i].name, name) == 0)
            return &c->destinations[i];
    }
    return NULL;
}

const struct psync_shop_conf *psync_config_shop_of(const struct psync_config *c, const char *destination)
{
    for (size_t i = 0; i < c->n_shops; i++) {
        size_t n = strlen(c->shops[i].name);

        if (strncmp(c->shops[i].name, destination, n) == 0 && destination[n] == '/')
            return &c->shops[i];
    }
    return NULL;
}

/* ---- for people ---- */

const char *psync_store_name(const struct psync_store *s, int index, const struct psync_option *o,
                             char ret_name[PSYNC_SETTING_NAME_MAX])
{
    const char *title = o->flags & PSYNC_OPTION_SHOP ? s->pub.shops[index].name
                        : index == PSYNC_GLOBAL      ? "default"
                                                     : s->pub.destinations[index].name;

    if (strcmp(title, "default") == 0 && !(o->flags & PSYNC_OPTION_SHOP))
        snprintf(ret_name, PSYNC_SETTING_NAME_MAX, "%s.%s", o->section, o->key);
    else
        snprintf(ret_name, PSYNC_SETTING_NAME_MAX, "%s %s.%s", o->section, title, o->key);
    return ret_name;
}

void psync_store_explain(const struct psync_store *s, const struct psync_setting *setting, struct psync_error *err)
{
    const struct psync_option *o = setting->option;
    char name[PSYNC_SETTING_NAME_MAX];

    psync_store_name(s, setting->index, o, name);
    if (!setting->text || (o->flags & (PSYNC_OPTION_SECRET | PSYNC_OPTION_QUIET))) {
        psync_error_prefix(err, "%s", name);
    } else {
        size_t n = strlen(setting->text), shown = psync_utf8_cut((struct psync_span){setting->text, n}, 80);

        psync_error_prefix(err, "%s = %.*s%s", name, (int)shown, setting->text, shown < n ? "..." : "");
    }
    if (setting->where)
        psync_error_prefix(err, "%s", setting->where);
}

enum psync_result psync_store_shown(const struct psync_option *o, const char *text, struct psync_buf *out)
{
    const char *query = o->flags & PSYNC_OPTION_QUIET ? strchr(text, '?') : NULL;
    enum psync_result r;

    if (o->flags & PSYNC_OPTION_SECRET)
        return psync_buf_add_str(out, *text ? mask : "");
    if (!query)
        return psync_buf_add_str(out, text);
    r = psync_buf_add(out, text, (size_t)(query + 1 - text));
    return r == PSYNC_OK ? psync_buf_add_str(out, mask) : r;
}
