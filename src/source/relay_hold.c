/* relay_hold - what is queued already must not leave either, while the merchant wants it so, or the shop may be a copy of another.
 *
 * A hold begins as soon as it is known, and ends behind the look for what was deleted meanwhile (relay_withdraw.c). */
#include "source/relay_impl.h"

static const char *why_held(const struct psync_relay *r, const struct psync_relay_store *s)
{
    static const char *const words[2][3] = { /* may be a copy; not paused, paused, off */
        {NULL, "paused in the shop's settings", "paused: the module is off in the shop"},
        {"paused: the shop's address is not the one that its settings were saved on",
         "paused in the shop's settings, and the shop's address is not the one that they were saved on",
         "paused: the module is off in the shop, whose address is not the one that its settings were saved on"},
    };
    const struct psync_shop_store *facts = psync_shop_store_of(&r->facts, s->id);
    bool copy = psync_shop_judge_sending(&r->facts, facts) == PSYNC_SHOP_COPY;
    return words[copy][!facts->module_on ? 2 : psync_shop_is_paused(&r->facts, facts)];
}

static const char *const not_installed = "paused: the module is not installed in the shop";

/* Of destinations that all shops of the installation share: one that may be a copy sends nothing there, and one that is paused does
 * not keep the others from it. */
static const char *why_all_held(const struct psync_relay *r)
{
    const char *why = NULL;
    size_t held = 0;
    for (size_t i = 0; i < r->n_stores; i++) {
        const struct psync_relay_store *s = &r->stores[i];
        const char *own = why_held(r, s);
        if (own && psync_shop_judge_sending(&r->facts, psync_shop_store_of(&r->facts, s->id)) == PSYNC_SHOP_COPY)
            return own;
        why = why ? why : own;
        held += own != NULL;
    }
    return held == r->n_stores ? why : NULL;
}

static void tell(struct psync_relay *r, const char *destination, struct psync_relay_told *told, const char *why)
{
    if (told->any && told->why == why)
        return;
    told->any = r->open.port.hold(r->open.port.arg, destination, why);
    told->why = why;
}

static void hold_one(struct psync_relay *r, const char *destination, struct psync_relay_told *told, const char *why)
{
    if (why)
        tell(r, destination, told, why);
    else if (!told->any || told->why)
        r->withdraw_due = 0; /* before that */
}

void psync_relay_hold(struct psync_relay *r, bool installed)
{
    for (size_t i = 0; i < r->n_named; i++)
        hold_one(r, r->named[i].name, &r->named[i].told, installed ? why_all_held(r) : not_installed);
    for (size_t i = 0; i < r->n_stores; i++) {
        struct psync_relay_store *s = &r->stores[i];
        hold_one(r, s->destination, &s->told, installed ? why_held(r, s) : not_installed);
    }
}

void psync_relay_end_holds(struct psync_relay *r)
{
    if (r->stale)
        return;
    for (size_t i = 0; i < r->n_named; i++)
        if (!why_all_held(r))
            tell(r, r->named[i].name, &r->named[i].told, NULL);
    for (size_t i = 0; i < r->n_stores; i++) {
        struct psync_relay_store *s = &r->stores[i];
        if (!why_held(r, s))
            tell(r, s->destination, &s->told, NULL);
    }
}
