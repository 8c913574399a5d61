/* shop - see the header. */
#include "config/shop.h"

#include "config/derive.h"
#include "config/effective.h"
#include "config/load.h"
#include "config/rules.h"
#include "config/store.h"

#include <string.h>

/* What is said for one destination, and where it is said for all. */
static const struct pair {
    const char *key, *for_all_section, *for_all_key;
} pairs[] = {
    {"attempts", "retry", "attempts"}, {"backoff", "retry", "backoff"},     {"timeout", "http", "timeout"},
    {"batch", "batch", "size"},        {"test_method", "test", "method"},
};

/* The operator has said it for all destinations. */
static bool is_overruled(const struct psync_store *s, const char *key)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct psync_option *o = psync_option_find(pairs[i].for_all_section, pairs[i].for_all_key);

        if (strcmp(pairs[i].key, key) == 0)
            return psync_store_slot(s, PSYNC_GLOBAL, o)->origin > PSYNC_ORIGIN_SHOP;
    }
    return false;
}

static enum psync_result take(struct psync_store *s, int index, const struct psync_shop_setting *given,
                              struct psync_error *why)
{
    struct psync_setting setting = {psync_option_find("destination", given->key), index, given->value,
                                    PSYNC_ORIGIN_SHOP, given->where};
    enum psync_result r;

    PSYNC_INVARIANT(setting.option);
    if (is_overruled(s, given->key))
        return PSYNC_OK;
    r = psync_store_set(s, &setting, why);
    if (r == PSYNC_REJECT)
        psync_error_prefix(why, "%s", given->where);
    return r;
}

/* An address that only this machine, or only its network, can reach is the operator's to allow. */
static enum psync_result take_permission(struct psync_store *s, int index, const struct psync_shop_conf *shop)
{
    struct psync_setting setting = {psync_option_find("destination", "allow_private"), index, "yes", PSYNC_ORIGIN_SHOP,
                                    "shop.allow_private"};

    PSYNC_INVARIANT(shop);
    return shop->allow_private ? psync_store_set(s, &setting, NULL) : PSYNC_OK;
}

/* REJECT: it cannot stand, and why. */
static enum psync_result judge(const struct psync_store *s, int index, psync_shop_usable *usable, struct psync_error *why)
{
    const struct psync_destination_conf *d = &s->pub.destinations[index];
    enum psync_result r;

    if (d->url[0] == '\0')
        return psync_fail(why, PSYNC_REJECT, "there is no address: neither the shop's settings nor [destination %s] name "
                          "one", d->name);
    if (d->auth != PSYNC_AUTH_NONE && d->token[0] == '\0')
        return psync_fail(why, PSYNC_REJECT, "there is no token: neither the shop's settings nor [destination %s] give "
                          "one", d->name);
    if (s->pub.work.lease < 2 * (psync_effective_timeout(&s->pub.http, d) + 1000))
        return psync_fail(why, PSYNC_REJECT, "work.lease must be at least twice its timeout and two seconds");
    r = psync_rules_destination(s, index, why);
    return r == PSYNC_OK && usable ? usable(&s->pub, d, why) : r;
}

static enum psync_result lay(struct psync_store *s, struct psync_shop_layer *layer, psync_shop_usable *usable)
{
    int index;
    enum psync_result r = psync_store_destination(s, layer->destination, &index);

    const struct psync_error known = layer->why;

    layer->why.text[0] = '\0';
    layer->no_token = false;
    if (r == PSYNC_OK)
        r = take_permission(s, index, psync_config_shop_of(&s->pub, layer->destination));
    for (size_t i = 0; r == PSYNC_OK && i < layer->n; i++)
        r = take(s, index, &layer->settings[i], &layer->why);
    if (r == PSYNC_OK)
        r = judge(s, index, usable, &layer->why);
    if (r == PSYNC_REJECT) {
        const struct psync_destination_conf *d = &s->pub.destinations[index];

        layer->no_token = d->url[0] != '\0' && d->token[0] == '\0' && d->auth != PSYNC_AUTH_NONE;
        psync_store_remove_destination(s, index);
    }
    if (r == PSYNC_REJECT && known.text[0] != '\0')
        layer->why = known;
    return r == PSYNC_REJECT ? PSYNC_OK : r;
}

static void remove_destinations(struct psync_store *s, bool all)
{
    for (size_t i = s->pub.n_destinations; i-- > 0;) {
        const struct psync_destination_conf *d = &s->pub.destinations[i];

        if ((all || d->url[0] == '\0') && psync_config_shop_of(&s->pub, d->name))
            psync_store_remove_destination(s, (int)i);
    }
}

void psync_config_drop_shops(struct psync_config *c)
{
    struct psync_store *s = (struct psync_store *)c;

    remove_destinations(s, true);
    psync_store_remove_shops(s);
}

enum psync_result psync_config_with_shops(const struct psync_config *base, struct psync_shop_layer *layers, size_t n,
                                          psync_shop_usable *usable, struct psync_config **ret_config)
{
    struct psync_config *copy;
    struct psync_store *s;
    enum psync_result r = psync_config_merge_reload(base, base, &copy, NULL, NULL);

    if (r != PSYNC_OK)
        return r;
    s = (struct psync_store *)copy;
    for (size_t i = 0; r == PSYNC_OK && i < n; i++)
        r = lay(s, &layers[i], usable);
    if (r == PSYNC_OK)
        remove_destinations(s, false);
    if (r == PSYNC_OK)
        r = psync_derive_rest(s, NULL);
    if (r != PSYNC_OK) {
        psync_config_free(copy);
        return r;
    }
    *ret_config = copy;
    return PSYNC_OK;
}

bool psync_shop_next_destination(const char **at, struct psync_span *ret_name)
{
    if (**at == '\0')
        return false;
    *ret_name = (struct psync_span){*at, strcspn(*at, ",")};
    *at += ret_name->len + ((*at)[ret_name->len] == ',');
    return true;
}
