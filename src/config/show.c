/* show - every setting with its value and origin, for `config show`. */
#include "config/store.h"

#include <string.h>

enum { SHOWN_MAX = 65536 };

static const char *origin_text(const struct psync_slot *slot)
{
    return slot->where ? slot->where : "default";
}

static bool show_row(const struct psync_store *s, int index, const struct psync_option *o, psync_config_visit *visit,
                     void *arg)
{
    const struct psync_slot *slot = psync_store_slot(s, index, o);
    char name[PSYNC_SETTING_NAME_MAX];
    struct psync_buf shown;
    struct psync_config_row row = {.name = psync_store_name(s, index, o, name),
                                   .origin = slot->origin,
                                   .origin_text = origin_text(slot),
                                   .secret = (o->flags & PSYNC_OPTION_SECRET) != 0,
                                   .reloadable = (o->flags & PSYNC_OPTION_RELOAD) != 0,
                                   .changeable = psync_option_changeable(o),
                                   .help = o->help};
    bool more;

    psync_buf_init(&shown, SHOWN_MAX);
    /* Without memory for a masked copy, nothing is better than the secret. */
    row.value = psync_store_shown(o, slot->text, &shown) == PSYNC_OK ? shown.data : "(out of memory)";
    more = visit(arg, &row);
    psync_buf_done(&shown);
    return more;
}

/* All rows of one destination or shop (`titled` says which) follow each other. */
static bool show_titled(const struct psync_store *s, int index, unsigned titled, psync_config_visit *visit, void *arg)
{
    bool more = true;

    for (size_t i = 0; more && i < psync_options_count; i++) {
        if (psync_options[i].flags & titled)
            more = show_row(s, index, &psync_options[i], visit, arg);
    }
    return more;
}

/* The table begins with the destinations' settings, then the shops'. */
void psync_config_show(const struct psync_config *c, psync_config_visit *visit, void *arg)
{
    const struct psync_store *s = (const struct psync_store *)c;
    bool more = true;

    for (size_t i = 0; more && i < c->n_destinations; i++)
        more = show_titled(s, (int)i, PSYNC_OPTION_DESTINATION, visit, arg);
    for (size_t i = 0; more && i < c->n_shops; i++)
        more = show_titled(s, (int)i, PSYNC_OPTION_SHOP, visit, arg);
    for (size_t i = 0; more && i < psync_options_count; i++) {
        if (!(psync_options[i].flags & (PSYNC_OPTION_DESTINATION | PSYNC_OPTION_SHOP)))
            more = show_row(s, PSYNC_GLOBAL, &psync_options[i], visit, arg);
    }
}
