/* shop_holds - see the header. */
#include "cmd/shop_holds.h"

#include "config/shop.h"
#include "queue/hold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unasked[] = "paused: its shop was not reached since the start";

/* A destination that the operator named for a shop's products, and what that shop's relay says of it. */
struct named {
    const struct psync_shop_conf *shop;
    struct psync_span destination;
    const char *why;
};
struct psync_shop_holds {
    struct psync_reload *reload;
    pthread_mutex_t lock; /* held while the worker is told, so that it hears it in the order in which it was said */
    struct named *named;
    size_t n;
};

static enum psync_result list_named(struct psync_shop_holds *h, struct psync_error *err)
{
    const struct psync_config *config = h->reload->ctx.config;
    struct psync_span name;
    size_t n = 0;
    for (size_t i = 0; i < config->n_shops; i++)
        for (const char *at = config->shops[i].destination; psync_shop_next_destination(&at, &name);)
            n++;
    h->named = calloc(n + 1, sizeof *h->named);
    if (!h->named)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    for (size_t i = 0; i < config->n_shops; i++)
        for (const char *at = config->shops[i].destination; psync_shop_next_destination(&at, &name);)
            h->named[h->n++] = (struct named){.shop = &config->shops[i], .destination = name, .why = unasked};
    return PSYNC_OK;
}

/* ---- at the start ---- */

struct holding {
    const struct psync_shop_holds *holds;
    char (*names)[PSYNC_NAME_MAX];
    size_t n, cap;
    bool no_memory;
};

static bool is_fed(const struct psync_shop_holds *h, const char *destination)
{
    bool fed = psync_config_shop_of(h->reload->ctx.config, destination) != NULL;
    for (size_t i = 0; i < h->n; i++)
        fed = fed || psync_span_eq(h->named[i].destination, destination);
    return fed;
}

static bool on_queued(void *arg, const struct psync_destination_row *row)
{
    struct holding *h = arg;
    if (!is_fed(h->holds, row->name) || psync_hold_is_shops(&row->hold))
        return true;
    if (h->n == h->cap) {
        size_t cap = h->cap ? 2 * h->cap : 16;
        void *more = realloc(h->names, cap * sizeof *h->names);
        h->no_memory = !more;
        if (!more)
            return false;
        h->names = more;
        h->cap = cap;
    }
    (void)snprintf(h->names[h->n++], PSYNC_NAME_MAX, "%s", row->name);
    return true;
}

static enum psync_result hold_queued(struct psync_shop_holds *holds, struct psync_error *err)
{
    struct holding h = {.holds = holds};
    enum psync_result result = psync_queue_destinations(psync_owner_queue(holds->reload->owner), on_queued, &h, err);
    if (result == PSYNC_EMPTY)
        result = PSYNC_OK;
    if (h.no_memory)
        result = psync_fail(err, PSYNC_NOMEM, "out of memory");
    for (size_t i = 0; i < h.n && result == PSYNC_OK; i++)
        if (!psync_reload_hold(holds->reload, h.names[i], unasked))
            result = psync_fail(err, PSYNC_FATAL, "%s cannot be held until its shop was asked", h.names[i]);
    free(h.names);
    return result;
}

/* ---- life ---- */

enum psync_result psync_shop_holds_new(struct psync_reload *reload, struct psync_shop_holds **ret_holds, struct psync_error *err)
{
    struct psync_shop_holds *h = calloc(1, sizeof *h);
    if (!h)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    h->reload = reload;
    pthread_mutex_init(&h->lock, NULL);
    enum psync_result result = list_named(h, err);
    if (result == PSYNC_OK)
        result = hold_queued(h, err);
    if (result == PSYNC_OK)
        *ret_holds = h;
    else
        psync_shop_holds_free(h);
    return result;
}

void psync_shop_holds_free(struct psync_shop_holds *h)
{
    if (!h)
        return;
    pthread_mutex_destroy(&h->lock);
    free(h->named);
    free(h);
}

/* ---- what relays say ---- */

/* Notes it; of a destination that others feed too, what then holds it. */
static const char *note(struct psync_shop_holds *h, const struct psync_shop_conf *shop, const char *destination, const char *why)
{
    const char *of_others = NULL;
    for (size_t i = 0; i < h->n; i++) {
        if (!psync_span_eq(h->named[i].destination, destination))
            continue;
        if (h->named[i].shop == shop)
            h->named[i].why = why;
        else if (h->named[i].why)
            of_others = h->named[i].why;
    }
    return why ? why : of_others;
}

bool psync_shop_holds_say(struct psync_shop_holds *h, const struct psync_shop_conf *shop, const char *destination, const char *why)
{
    pthread_mutex_lock(&h->lock);
    bool done = psync_reload_hold(h->reload, destination, note(h, shop, destination, why));
    pthread_mutex_unlock(&h->lock);
    return done;
}
