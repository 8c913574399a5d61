/* relay_judge - a row's messages in the queue, for what one outcome does not tell. */
#include "source/relay_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct held_message {
    char id[PSYNC_ID_MAX];
    bool current; /* its destination still is one of the shop's */
    void *block; /* with the texts and the payload */
};
/* Of a product in a shop, over all destinations. */
struct listing {
    const struct psync_relay *relay;
    const struct psync_relay_store *store; /* NULL: of any shop */
    struct held_message held[PSYNC_RELAY_MESSAGES_MAX];
    struct psync_relay_message messages[PSYNC_RELAY_MESSAGES_MAX];
    size_t n;
    bool no_memory;
};

static const char *keep(char **room, const char *text, size_t n)
{
    char *kept = memcpy(*room, text, n);
    kept[n] = '\0';
    *room += n + 1;
    return kept;
}

static bool on_message(void *arg, const struct psync_row *row)
{
    struct listing *l = arg;
    if (l->store && !psync_relay_is_of(l->relay, l->store, row->subject.shop, row->destination))
        return true;
    size_t key = strlen(row->key), heir = strlen(row->replaced_by), error = strlen(row->cause.error);
    char *room = malloc(key + heir + error + row->payload.len + 4);
    if (!room) {
        l->no_memory = true;
        return false;
    }
    l->held[l->n].block = room;
    (void)snprintf(l->held[l->n].id, PSYNC_ID_MAX, "%s", row->id);
    l->held[l->n].current = psync_relay_goes_to(l->relay, l->store, row->destination);
    struct psync_relay_message *m = &l->messages[l->n++];
    *m = (struct psync_relay_message){.state = row->state,
                                      .revision = row->revision,
                                      .tries = row->tries,
                                      .settled_at = row->settled_at,
                                      .status = row->cause.status};
    m->key = keep(&room, row->key, key);
    m->replaced_by = keep(&room, row->replaced_by, heir);
    m->error = keep(&room, row->cause.error, error);
    m->payload = (struct psync_span){keep(&room, row->payload.data, row->payload.len), row->payload.len};
    return l->n < PSYNC_RELAY_MESSAGES_MAX;
}

static void listing_free(struct listing *l)
{
    for (size_t i = 0; l && i < l->n; i++)
        free(l->held[i].block);
    free(l);
}

/* Where the installation has no such shop any more, those of the product in all of them: the row's own are known by their keys. */
static enum psync_result list_messages(struct psync_relay *r, uint32_t id_shop, int64_t product, struct listing **ret_listing,
                                       struct psync_error *err)
{
    const struct psync_filter filter = {.product = product, .any_state = true, .cursor = ""};
    struct listing *l = calloc(1, sizeof *l);
    if (!l)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    l->relay = r;
    l->store = psync_relay_store_of(r, id_shop);
    enum psync_result result = psync_queue_list(r->open.queue, &filter, 4 * PSYNC_RELAY_MESSAGES_MAX, on_message, l, err);
    if (result == PSYNC_EMPTY)
        result = PSYNC_OK;
    if (result == PSYNC_OK && l->no_memory)
        result = psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (result == PSYNC_OK)
        *ret_listing = l;
    else
        listing_free(l);
    return result;
}

/* ---- what becomes of the row ---- */

static enum psync_result add_fate(struct psync_relay *r, uint32_t id_shop, int64_t product, const struct listing *l,
                                  const char *key, bool unqueued_too)
{
    struct psync_relay_fate fate;
    if (psync_relay_fate(l->messages, l->n, key, &fate) != PSYNC_OK)
        return PSYNC_OK;
    const struct psync_relay_message *told = &l->messages[fate.told], *heir = &l->messages[fate.heir];
    bool other_key = strcmp(heir->key, key) != 0;
    psync_ms age = psync_clock_now() - told->settled_at;
    return psync_relay_sql_add(&r->sql, &(struct psync_relay_update){.product = product,
                                                                     .id_shop = id_shop,
                                                                     .key = key,
                                                                     .unqueued_too = unqueued_too,
                                                                     .state = fate.state,
                                                                     .requeued = fate.state == PSYNC_RELAY_TAKEN,
                                                                     .tries = told->tries,
                                                                     .status = told->status,
                                                                     .error = told->error,
                                                                     .seconds = age > 0 ? age / 1000 : 0,
                                                                     .new_key = other_key ? heir->key : NULL,
                                                                     .payload = heir->payload,
                                                                     .revision = heir->revision});
}

/* The row has one of the keys that hang together with this one: each gets its update, and one finds it. */
static enum psync_result add_fates(struct psync_relay *r, uint32_t id_shop, int64_t product, const struct listing *l,
                                   const char *key, bool unqueued_too)
{
    enum psync_result result = PSYNC_OK;
    for (size_t i = 0; i < l->n && result == PSYNC_OK; i++) {
        const char *own = l->messages[i].key;
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || strcmp(l->messages[j].key, own) == 0;
        if (!again && psync_relay_same_row(l->messages, l->n, key, own))
            result = add_fate(r, id_shop, product, l, own, unqueued_too);
    }
    return result;
}

enum psync_result psync_relay_judge(struct psync_relay *r, uint32_t id_shop, int64_t product, const char *key,
                                    bool unqueued_too, struct psync_error *err)
{
    struct listing *l = NULL;
    enum psync_result result = list_messages(r, id_shop, product, &l, err);
    if (l)
        result = add_fates(r, id_shop, product, l, key, unqueued_too);
    listing_free(l);
    return result;
}

/* ---- what is left of it ---- */

enum psync_result psync_relay_left(struct psync_relay *r, const struct psync_relay_row *row, struct psync_relay_left *ret_left,
                                   struct psync_error *err)
{
    struct listing *l = NULL;
    enum psync_result result = list_messages(r, row->id_shop, row->product, &l, err);
    *ret_left = (struct psync_relay_left){0};
    for (size_t i = 0; l && i < l->n; i++) {
        bool own = psync_relay_same_row(l->messages, l->n, row->key, l->messages[i].key);
        bool wanted = own && row->released;
        ret_left->known = ret_left->known || own;
        if (wanted || (!own && !l->store) || l->messages[i].state > PSYNC_STATE_DEAD)
            continue;
        memcpy(ret_left->ids[ret_left->n++], l->held[i].id, PSYNC_ID_MAX);
        ret_left->n_current += l->held[i].current;
    }
    listing_free(l);
    return result;
}
