/* putset - see the header. */
#include "admin/putset.h"

#include <stdlib.h>
#include <string.h>

/* Copies into the block; every size was counted beforehand. */
static const char *keep(char **room, const char *text)
{
    size_t n = strlen(text) + 1;
    char *kept = memcpy(*room, text, n);
    *room += n;
    return kept;
}

/* The next destination, from number `*i` on, that is not a shop's; NULL: none is left. */
static const char *next_name(const struct psync_config *config, size_t *i)
{
    while (*i < config->n_destinations) {
        const char *name = config->destinations[(*i)++].name;
        if (!psync_config_shop_of(config, name))
            return name;
    }
    return NULL;
}

static size_t count_names(const struct psync_config *config, size_t *ret_bytes)
{
    size_t n = 0, at = 0;
    *ret_bytes = 0;
    for (const char *name; (name = next_name(config, &at)) != NULL; n++)
        *ret_bytes += strlen(name) + 1;
    return n;
}

static enum psync_result make_key(const struct psync_putset_common *common, const struct psync_putset_item *item,
                                  const char *shop, char *ret_key)
{
    const struct psync_subject subject = {item->product, shop};
    if (!common->key)
        return psync_key_product(&subject, common->type, common->revision, item->payload, ret_key);
    memcpy(ret_key, common->key, strlen(common->key) + 1); /* the room was measured by it */
    return PSYNC_OK;
}

/* The block: puts, names as pointers, then texts: keys, names, shop, type, trace. */
enum psync_result psync_putset_init(struct psync_putset *s, const struct psync_config *config,
                                    const struct psync_putset_common *common, const struct psync_putset_item *items,
                                    size_t n, struct psync_error *err)
{
    size_t names_bytes, m = count_names(config, &names_bytes), at = 0;
    size_t key_bytes = common->key ? strlen(common->key) + 1 : PSYNC_PRODUCT_KEY_MAX;
    size_t texts = n * key_bytes + names_bytes + strlen(common->shop) + strlen(common->type) +
                   strlen(common->trace) + 3;
    if (m == 0)
        return psync_fail(err, PSYNC_REJECT, "where to? only shops have a destination here; set destination.url in the "
                                             "configuration file");
    char *block = calloc(1, n * m * sizeof(struct psync_put) + m * sizeof(char *) + texts);
    if (!block)
        return PSYNC_NOMEM;
    struct psync_put *puts = (void *)block;
    const char **names = (void *)(puts + n * m);
    char *keys = (char *)(names + m), *room = keys + n * key_bytes;
    const char *shop = keep(&room, common->shop), *type = keep(&room, common->type),
               *trace = keep(&room, common->trace);
    enum psync_result r = PSYNC_OK;
    for (size_t d = 0; d < m; d++)
        names[d] = keep(&room, next_name(config, &at));
    for (size_t i = 0; i < n && r == PSYNC_OK; i++) {
        char *key = keys + i * key_bytes;
        r = make_key(common, &items[i], shop, key);
        for (size_t d = 0; d < m; d++)
            puts[i * m + d] = (struct psync_put){.destination = names[d],
                                                 .key = key,
                                                 .type = type,
                                                 .trace = trace,
                                                 .subject = {items[i].product, shop},
                                                 .payload = items[i].payload,
                                                 .revision = common->revision,
                                                 .created_at = common->now};
    }
    if (r != PSYNC_OK) {
        free(block);
        return r;
    }
    *s = (struct psync_putset){puts, n * m, m, block};
    return PSYNC_OK;
}

void psync_putset_done(struct psync_putset *s)
{
    free(s->block);
    *s = (struct psync_putset){0};
}

struct psync_put_summary psync_putset_outcome(const struct psync_putset *s, size_t i)
{
    const struct psync_put *puts = s->puts + i * s->n_destinations;
    struct psync_put_summary all = {PSYNC_PUT_KNOWN, PSYNC_STATE_READY, true, ""};
    bool known = false;
    for (size_t d = 0; d < s->n_destinations; d++) {
        const struct psync_put *put = &puts[d];
        if (put->ret_outcome == PSYNC_PUT_FULL || (put->ret_outcome == PSYNC_PUT_NEW && all.outcome != PSYNC_PUT_FULL))
            all.outcome = put->ret_outcome;
        if (put->ret_outcome == PSYNC_PUT_FULL && put->ret_why)
            all.why = put->ret_why;
        if (put->ret_outcome != PSYNC_PUT_KNOWN)
            continue;
        if (!known || (all.same_payload && !put->ret_same_payload)) {
            all.state = put->ret_state;
            all.same_payload = put->ret_same_payload;
        }
        known = true;
    }
    return all;
}
