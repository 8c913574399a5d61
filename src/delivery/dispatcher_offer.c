/* dispatcher_offer - what the dispatcher would like to have, what it is given, and what it gives back unsent. */
#include "delivery/dispatcher_impl.h"

#include <stdlib.h>
#include <string.h>

/* ---- wants ---- */

/* So many messages keep the pipe full: two rounds of requests, or what is delivered in 20 ms, some times what a lease
 * takes; but no more than the rate lets go within two seconds. */
static size_t enough(const struct destination *t)
{
    const struct psync_config *config = t->owner->config;
    size_t batch = psync_batch_enabled(t) ? psync_effective_batch(config, t->conf) : 1;
    double lately = (double)psync_window_sum(&t->lately, t->lately.second * 1000) / PSYNC_WINDOW_SECONDS;
    double n = 2.0 * t->limit.now * (double)batch;

    if (lately / 50 > n)
        n = lately / 50;
    double by_rate = t->conf->rate > 0 ? (2 * t->conf->rate + t->conf->burst + 1) * (double)batch : n;
    n = n < by_rate ? n : by_rate;
    return n < PREFETCH_MAX ? (size_t)n : PREFETCH_MAX;
}

static size_t wanted_by(struct destination *t, psync_ms now)
{
    if (psync_destination_held_back(t) || t->pacing.throttled_until > now || t->rest_until > now ||
        psync_pacing_due(&t->pacing, t->conf, now) > now + SHORT_WAIT_MS)
        return 0;
    size_t has = t->waiting + t->wanted;
    enum psync_admission admission = psync_breaker_admission(&t->breaker, now);
    if (admission == PSYNC_ADMIT_NO || (admission == PSYNC_ADMIT_TRIAL && has > 0))
        return 0;
    size_t trial = psync_batch_enabled(t) ? psync_effective_batch(t->owner->config, t->conf) : 1;
    size_t most = admission == PSYNC_ADMIT_YES ? enough(t) : trial;
    return has <= most / 2 ? most - has : 0; /* by the half, so that each lease is worth its way */
}

size_t psync_dispatcher_wants(struct psync_dispatcher *d, psync_ms now, struct psync_want *wants, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_destinations && n < max && !d->stopping; i++) {
        struct destination *t = d->destinations[i];
        size_t wanted = wanted_by(t, now);
        if (wanted == 0)
            continue;
        t->wanted += wanted;
        t->wanted_until = now + d->config->work.lease;
        wants[n++] = (struct psync_want){.destination = t->name, .max = wanted, .until = t->wanted_until};
    }
    return n;
}

static struct destination *by_name(const struct psync_dispatcher *d, const char *name)
{
    return psync_map_get(&d->by_name, (struct psync_span){name, strlen(name)});
}

void psync_dispatcher_leased(struct psync_dispatcher *d, const struct psync_want *want)
{
    struct destination *t = by_name(d, want->destination);

    if (t == NULL)
        return;
    t->wanted -= want->max < t->wanted ? want->max : t->wanted;
    psync_batch_gathered(t); /* which wakes it if anything was waiting for more */
}

/* ---- in ---- */
static void take_in(struct destination *t, struct held *h, psync_ms now)
{
    const struct psync_dispatcher *d = t->owner;
    const struct psync_message *m = h->settlement.message;

    h->offered_at = now;
    h->lease_until = d->mode == PSYNC_DISPATCH_DIRECT ? PSYNC_MS_NEVER
                     : t->wanted > 0                  ? t->wanted_until
                                                      : now + d->config->work.lease;
    t->waiting++;
    psync_active_begin(&t->active, now);
    if (m->batch_key[0] != '\0') {
        psync_batch_gather(t, h, now);
        return;
    }
    psync_batch_gathered(t);
    if (psync_batch_enabled(t) && m->tries == 0) { /* what was tried goes on alone: it may be what spoils batches */
        psync_list_push(&t->fresh, &h->link);
        t->n_fresh++;
        t->fresh_bytes += m->payload.len + 1;
    } else {
        psync_list_push(&t->alone, &h->link);
    }
}

enum psync_result psync_dispatcher_offer(struct psync_dispatcher *d, struct psync_message *message, psync_ms now)
{
    struct destination *t = by_name(d, message->destination);
    struct held *h = psync_held_new(message);

    if (h == NULL) {
        if (t != NULL && message->batch_key[0] != '\0')
            psync_batch_lost(t, message->batch_key);
        return PSYNC_NOMEM;
    }
    d->held++;
    if (t == NULL || d->stopping) {
        psync_verdict_release(h, d);
        return PSYNC_OK;
    }
    take_in(t, h, now);
    psync_destination_wake(t);
    return PSYNC_OK;
}

/* ---- back, unsent ---- */
static void release_list(struct destination *t, struct psync_link *list)
{
    for (struct psync_link *l; (l = psync_list_pop(list)) != NULL;) {
        t->waiting--;
        psync_verdict_release(PSYNC_CONTAINER(l, struct held, link), t->owner);
    }
}

static void release_fresh(struct destination *t)
{
    release_list(t, &t->fresh);
    t->n_fresh = 0;
    t->fresh_bytes = 0;
}

static void release_job(struct destination *t, struct job *job)
{
    struct held *only = job->request.batch ? NULL : job->held[0];

    psync_list_remove(&job->link);
    t->waiting -= job->request.n_members;
    for (size_t i = 0; only == NULL && i < job->request.n_members; i++)
        psync_verdict_release(job->held[i], t->owner);
    psync_job_free(job);
    if (only != NULL)
        psync_verdict_release(only, t->owner);
}

static void release_jobs(struct destination *t, struct psync_link *list)
{
    while (!psync_list_empty(list))
        release_job(t, PSYNC_CONTAINER(list->next, struct job, link));
}

void psync_waiting_release(struct destination *t)
{
    release_list(t, &t->alone);
    release_fresh(t);
    release_list(t, &t->gathering);
    release_jobs(t, &t->unbound);
    release_jobs(t, &t->ready);
}

/* ---- back, because somebody asked for them ---- */
struct asked {
    const char *const *ids;
    size_t n;
};

static int compare(const void *id, const void *with)
{
    return strcmp(id, *(const char *const *)with);
}

static bool is_asked(const struct asked *asked, const struct psync_message *m)
{
    return bsearch(m->id, asked->ids, asked->n, sizeof *asked->ids, compare) != NULL;
}

static void let_go_of_list(struct destination *t, struct psync_link *list, const struct asked *asked)
{
    for (struct psync_link *l = list->next, *next; l != list; l = next) {
        struct held *h = PSYNC_CONTAINER(l, struct held, link);
        next = l->next;
        if (!is_asked(asked, h->settlement.message))
            continue;
        if (list == &t->fresh) {
            t->n_fresh--;
            t->fresh_bytes -= h->settlement.message->payload.len + 1;
        }
        psync_list_remove(l);
        t->waiting--;
        psync_verdict_release(h, t->owner);
    }
}

/* But a batch in doubt goes again as it is, and would only be given here once more. */
static void let_go_of_jobs(struct destination *t, const struct asked *asked)
{
    for (struct psync_link *l = t->ready.next, *next; l != &t->ready; l = next) {
        struct job *job = PSYNC_CONTAINER(l, struct job, link);
        bool any = false;
        next = l->next;
        for (size_t i = 0; i < job->request.n_members; i++)
            any = any || is_asked(asked, job->request.members[i]);
        if (any && !(job->request.batch && psync_job_in_doubt(job)))
            release_job(t, job);
    }
}

void psync_dispatcher_let_go(struct psync_dispatcher *d, const char *const *ids, size_t n)
{
    const struct asked asked = {ids, n};

    for (size_t i = 0; i < d->n_destinations; i++) {
        struct destination *t = d->destinations[i];
        let_go_of_list(t, &t->alone, &asked);
        let_go_of_list(t, &t->fresh, &asked);
        let_go_of_jobs(t, &asked);
    }
}

/* ---- back, in time ---- */
/* A request ends within its destination's timeout: one that begins before this is over before the lease is. */
static psync_ms begin_until(const struct destination *t, const struct held *h)
{
    const struct psync_config *config = t->owner->config;
    psync_ms margin = psync_effective_timeout(&config->http, t->conf) + LEASE_MARGIN_MS, half = config->work.lease / 2;

    return h->lease_until == PSYNC_MS_NEVER ? PSYNC_MS_NEVER : h->lease_until - (margin < half ? margin : half);
}

/* Lists are in the order of arrival, so their first members are those whose leases end first. */
static struct held *oldest(struct psync_link *list)
{
    return psync_list_empty(list) ? NULL : PSYNC_CONTAINER(list->next, struct held, link);
}

static struct job *oldest_job(struct destination *t)
{
    return psync_list_empty(&t->ready) ? NULL : PSYNC_CONTAINER(t->ready.next, struct job, link);
}

void psync_waiting_expire(struct destination *t, psync_ms now)
{
    struct held *h;

    for (struct job *job; (job = oldest_job(t)) != NULL && begin_until(t, job->held[0]) <= now;)
        release_job(t, job);
    while ((h = oldest(&t->alone)) != NULL && begin_until(t, h) <= now) {
        psync_list_remove(&h->link);
        t->waiting--;
        psync_verdict_release(h, t->owner);
    }
    if ((h = oldest(&t->fresh)) != NULL && begin_until(t, h) <= now)
        release_fresh(t);
    if ((h = oldest(&t->gathering)) != NULL && begin_until(t, h) <= now)
        release_list(t, &t->gathering);
}

psync_ms psync_waiting_expiry(struct destination *t)
{
    const struct job *job = oldest_job(t);
    const struct held *heads[] = {job != NULL ? job->held[0] : NULL, oldest(&t->alone), oldest(&t->fresh),
                                  oldest(&t->gathering)};
    psync_ms first = PSYNC_MS_NEVER;

    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (heads[i] != NULL && begin_until(t, heads[i]) < first)
            first = begin_until(t, heads[i]);
    }
    return first;
}
