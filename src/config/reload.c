/* reload - what a running process takes over from a newly read configuration.
 *
 * No rule of config/rules.c ties a setting that needs a restart to one that does not, so the mixture needs no check. */
#include "config/store.h"

#include <string.h>

static enum psync_result copy_slot(struct psync_store *to, int to_index, const struct psync_store *from, int from_index,
                                   const struct psync_option *o)
{
    const struct psync_slot *slot = psync_store_slot(from, from_index, o);
    struct psync_setting setting = {o, to_index, slot->text, slot->origin, slot->where};
    enum psync_result r;

    psync_store_slot(to, to_index, o)->origin = PSYNC_ORIGIN_DEFAULT; /* whatever was there gives way */
    r = psync_store_set(to, &setting, NULL);
    PSYNC_INVARIANT(r != PSYNC_REJECT);
    return r;
}

/* "NAME: A -> B" or, for what is kept, "NAME: A stays until a restart (B)". */
static enum psync_result note(struct psync_buf *out, const struct psync_store *s, int index,
                              const struct psync_option *o, const char *before, const char *after, bool kept)
{
    char name[PSYNC_SETTING_NAME_MAX];
    enum psync_result r;

    if (!out)
        return PSYNC_OK;
    r = psync_buf_printf(out, "%s: ", psync_store_name(s, index, o, name));
    if (r == PSYNC_OK && (o->flags & PSYNC_OPTION_SECRET))
        return psync_buf_add_str(out, "changed (secret)\n");
    if (r == PSYNC_OK)
        r = psync_store_shown(o, before, out);
    if (r == PSYNC_OK)
        r = psync_buf_add_str(out, kept ? " stays; a restart makes it " : " -> ");
    if (r == PSYNC_OK)
        r = psync_store_shown(o, after, out);
    return r == PSYNC_OK ? psync_buf_add_char(out, '\n') : r;
}

static enum psync_result merge_globals(struct psync_store *merged, const struct psync_store *now,
                                       const struct psync_store *next, struct psync_buf *changed,
                                       struct psync_buf *kept)
{
    enum psync_result r = PSYNC_OK;

    for (size_t i = 0; r == PSYNC_OK && i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        const char *before, *after;
        bool reload = (o->flags & PSYNC_OPTION_RELOAD) != 0;

        if (o->flags & (PSYNC_OPTION_DESTINATION | PSYNC_OPTION_SHOP))
            continue;
        r = copy_slot(merged, PSYNC_GLOBAL, reload ? next : now, PSYNC_GLOBAL, o);
        before = psync_store_slot(now, PSYNC_GLOBAL, o)->text;
        after = psync_store_slot(next, PSYNC_GLOBAL, o)->text;
        if (r == PSYNC_OK && strcmp(before, after) != 0)
            r = note(reload ? changed : kept, now, PSYNC_GLOBAL, o, before, after, !reload);
    }
    return r;
}

static int index_of(const struct psync_store *s, const char *name)
{
    for (size_t i = 0; i < s->pub.n_destinations; i++) {
        if (strcmp(s->pub.destinations[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static enum psync_result note_destination(struct psync_buf *changed, const char *name, const char *what)
{
    return changed ? psync_buf_printf(changed, "destination %s: %s\n", name, what) : PSYNC_OK;
}

static enum psync_result merge_destination(struct psync_store *merged, const struct psync_store *now,
                                           const struct psync_store *next, int next_index, struct psync_buf *changed)
{
    const char *name = next->pub.destinations[next_index].name;
    int now_index = index_of(now, name), index;
    enum psync_result r = psync_store_destination(merged, name, &index);

    if (r == PSYNC_OK && now_index < 0)
        r = note_destination(changed, name, "added");
    for (size_t i = 0; r == PSYNC_OK && i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        const char *before, *after;

        if (!(o->flags & PSYNC_OPTION_DESTINATION))
            continue;
        r = copy_slot(merged, index, next, next_index, o);
        if (r != PSYNC_OK || now_index < 0)
            continue;
        before = psync_store_slot(now, now_index, o)->text;
        after = psync_store_slot(next, next_index, o)->text;
        if (strcmp(before, after) != 0)
            r = note(changed, next, next_index, o, before, after, false);
    }
    return r;
}

static enum psync_result merge_destinations(struct psync_store *merged, const struct psync_store *now,
                                            const struct psync_store *next, struct psync_buf *changed)
{
    enum psync_result r = PSYNC_OK;

    if (index_of(next, "default") < 0)
        psync_store_remove_destination(merged, 0);
    for (size_t i = 0; r == PSYNC_OK && i < next->pub.n_destinations; i++)
        r = merge_destination(merged, now, next, (int)i, changed);
    for (size_t i = 0; r == PSYNC_OK && i < now->pub.n_destinations; i++) {
        if (index_of(next, now->pub.destinations[i].name) < 0)
            r = note_destination(changed, now->pub.destinations[i].name, "removed; its messages stay");
    }
    return r;
}

/* ---- shops: those of the start stay ---- */

static int index_of_shop(const struct psync_store *s, const char *name)
{
    for (size_t i = 0; i < s->pub.n_shops; i++) {
        if (strcmp(s->pub.shops[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static enum psync_result merge_shop(struct psync_store *merged, const struct psync_store *now, int now_index,
                                    const struct psync_store *next, struct psync_buf *kept)
{
    const char *name = now->pub.shops[now_index].name;
    int next_index = index_of_shop(next, name), index;
    enum psync_result r = psync_store_shop(merged, name, &index);

    if (r == PSYNC_OK && next_index < 0 && kept)
        r = psync_buf_printf(kept, "shop %s: stays until a restart\n", name);
    for (size_t i = 0; r == PSYNC_OK && i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        const char *before, *after;

        if (!(o->flags & PSYNC_OPTION_SHOP))
            continue;
        r = copy_slot(merged, index, now, now_index, o);
        before = psync_store_slot(now, now_index, o)->text;
        after = next_index < 0 ? before : psync_store_slot(next, next_index, o)->text;
        if (r == PSYNC_OK && strcmp(before, after) != 0)
            r = note(kept, now, now_index, o, before, after, true);
    }
    return r;
}

static enum psync_result merge_shops(struct psync_store *merged, const struct psync_store *now,
                                     const struct psync_store *next, struct psync_buf *kept)
{
    enum psync_result r = PSYNC_OK;

    for (size_t i = 0; r == PSYNC_OK && i < now->pub.n_shops; i++)
        r = merge_shop(merged, now, (int)i, next, kept);
    for (size_t i = 0; r == PSYNC_OK && kept && i < next->pub.n_shops; i++) {
        if (index_of_shop(now, next->pub.shops[i].name) < 0)
            r = psync_buf_printf(kept, "shop %s: comes with a restart\n", next->pub.shops[i].name);
    }
    return r;
}

enum psync_result psync_config_merge_reload(const struct psync_config *now, const struct psync_config *next,
                                            struct psync_config **ret_config, struct psync_buf *changed,
                                            struct psync_buf *kept)
{
    const struct psync_store *now_store = (const struct psync_store *)now;
    const struct psync_store *next_store = (const struct psync_store *)next;
    struct psync_store *merged = psync_store_new();
    enum psync_result r;

    if (!merged)
        return PSYNC_NOMEM;
    r = merge_globals(merged, now_store, next_store, changed, kept);
    if (r == PSYNC_OK)
        r = merge_destinations(merged, now_store, next_store, changed);
    if (r == PSYNC_OK)
        r = merge_shops(merged, now_store, next_store, kept);
    if (r != PSYNC_OK) {
        psync_config_free(&merged->pub);
        return r;
    }
    *ret_config = &merged->pub;
    return PSYNC_OK;
}
