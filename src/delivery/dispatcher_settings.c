/* dispatcher_settings - which destinations there are: at start, and when the settings change.
 *
 * A change is made whole before anything is taken over, so that without memory the old settings stay. */
#include "delivery/dispatcher_impl.h"

#include <stdlib.h>
#include <string.h>

struct plan {
    struct destination **destinations; /* in the config's order; known ones are those the dispatcher has */
    struct destination **leaving;
    struct psync_health *healths;      /* for known ones, where the setting changed; else all zeros */
    struct psync_map by_name;
    size_t n;
};

static struct psync_span span_of(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static bool is_known(const struct psync_dispatcher *d, const struct destination *t)
{
    for (size_t i = 0; i < d->n_destinations; i++) {
        if (d->destinations[i] == t)
            return true;
    }
    return false;
}

static void plan_drop(struct psync_dispatcher *d, struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->destinations != NULL && !is_known(d, p->destinations[i]))
            psync_destination_free(p->destinations[i]);
        if (p->healths != NULL)
            psync_health_done(&p->healths[i]);
    }
    free(p->destinations);
    free(p->leaving);
    free(p->healths);
    psync_map_done(&p->by_name);
}

static enum psync_result plan_one(struct psync_dispatcher *d, struct plan *p, const struct psync_config *config,
                                  size_t i, psync_ms now)
{
    const struct psync_destination_conf *conf = &config->destinations[i];
    struct destination *t = psync_map_get(&d->by_name, span_of(conf->name));

    if (t == NULL) {
        t = psync_destination_new(d, config, conf, now);
        if (t == NULL)
            return PSYNC_NOMEM;
        p->destinations[i] = t;
        /* A place in the heap, for good: from here on its timer can always be set. */
        if (psync_heap_add(&d->timers, &t->timer, PSYNC_MS_NEVER) != PSYNC_OK)
            return PSYNC_NOMEM;
    } else {
        p->destinations[i] = t;
        if (t->health.limit != config->breaker.refusals &&
            psync_health_init(&p->healths[i], &config->breaker) != PSYNC_OK)
            return PSYNC_NOMEM;
    }
    return psync_map_set(&p->by_name, span_of(t->name), t);
}

static enum psync_result plan_make(struct psync_dispatcher *d, const struct psync_config *config, psync_ms now,
                                   struct plan *ret_plan)
{
    struct plan p = {.n = config->n_destinations};

    psync_map_init(&p.by_name);
    p.destinations = calloc(p.n + 1, sizeof(struct destination *));
    p.healths = calloc(p.n + 1, sizeof *p.healths);
    p.leaving = calloc(d->n_leaving + d->n_destinations + 1, sizeof(struct destination *));
    enum psync_result result =
        p.destinations != NULL && p.healths != NULL && p.leaving != NULL ? PSYNC_OK : PSYNC_NOMEM;
    for (size_t i = 0; i < p.n && result == PSYNC_OK; i++)
        result = plan_one(d, &p, config, i, now);
    if (result != PSYNC_OK) {
        plan_drop(d, &p);
        return result;
    }
    *ret_plan = p;
    return PSYNC_OK;
}

enum psync_result psync_settings_begin(struct psync_dispatcher *d, psync_ms now)
{
    struct plan p;
    enum psync_result result = plan_make(d, d->config, now, &p);

    if (result != PSYNC_OK)
        return result;
    d->destinations = p.destinations;
    d->n_destinations = p.n;
    d->by_name = p.by_name;
    d->leaving = p.leaving;
    free(p.healths);
    return PSYNC_OK;
}

/* ---- a change ---- */
static void adopt(struct destination *t, const struct psync_config *config, const struct psync_destination_conf *conf,
                  struct psync_health *health, psync_ms now)
{
    bool same = psync_destination_conf_same(t->conf, conf);

    t->conf = conf;
    psync_limit_configure(&t->limit, &config->work);
    if (t->health.limit != config->breaker.refusals) {
        psync_health_done(&t->health);
        t->health = *health;
        *health = (struct psync_health){0};
        psync_health_prove(&t->health, t->hold.proving);
    }
    if (!same) {
        if (t->hold.suspended)
            psync_event_add(t, PSYNC_LOG_INFO, PSYNC_SETTINGS_CHANGED);
        psync_destination_retry(t, now);
    }
    psync_destination_wake(t);
}

static void leave(struct psync_dispatcher *d, struct destination *t)
{
    d->leaving[d->n_leaving++] = t;
    psync_waiting_release(t);
    psync_destination_tell_last(t);
    t->conf = NULL;
    psync_destination_wake(t); /* which frees it once nothing is under way */
}

enum psync_result psync_dispatcher_configure(struct psync_dispatcher *d, const struct psync_config *config,
                                             psync_ms now)
{
    struct plan p;
    enum psync_result result = plan_make(d, config, now, &p);

    if (result != PSYNC_OK)
        return result;
    memcpy(p.leaving, d->leaving, d->n_leaving * sizeof(struct destination *));
    free(d->leaving);
    d->leaving = p.leaving;
    struct destination **old = d->destinations;
    size_t n_old = d->n_destinations;
    psync_map_done(&d->by_name);
    d->by_name = p.by_name;
    d->config = config;
    for (size_t i = 0; i < n_old; i++) {
        if (psync_map_get(&d->by_name, span_of(old[i]->name)) != old[i])
            leave(d, old[i]);
    }
    free(old);
    d->destinations = p.destinations;
    d->n_destinations = p.n;
    for (size_t i = 0; i < p.n; i++)
        adopt(d->destinations[i], config, &config->destinations[i], &p.healths[i], now);
    free(p.healths);
    return PSYNC_OK;
}

static bool list_uses(const struct psync_link *list, const struct psync_config *config)
{
    for (const struct psync_link *l = list->next; l != list; l = l->next) {
        if (PSYNC_CONTAINER(l, struct job, link)->config == config)
            return true;
    }
    return false;
}

static bool destination_uses(const struct destination *t, const struct psync_config *config)
{
    return list_uses(&t->sent, config) || list_uses(&t->binding, config);
}

bool psync_dispatcher_uses(const struct psync_dispatcher *d, const struct psync_config *config)
{
    bool uses = d->config == config;

    for (size_t i = 0; i < d->n_destinations && !uses; i++)
        uses = destination_uses(d->destinations[i], config);
    for (size_t i = 0; i < d->n_leaving && !uses; i++)
        uses = destination_uses(d->leaving[i], config);
    return uses;
}
