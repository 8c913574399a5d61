/* dispatcher_send - which request goes next, and when. */
#include "delivery/dispatcher_impl.h"

/* May `t` begin a request now? If not, *ret_due is when time alone will have changed that. */
static enum psync_admission gate(struct destination *t, psync_ms now, psync_ms *ret_due)
{
    *ret_due = PSYNC_MS_NEVER;
    if (psync_destination_held_back(t) || t->owner->stopping)
        return PSYNC_ADMIT_NO;
    psync_ms paced = psync_pacing_due(&t->pacing, t->conf, now);
    if (paced < t->rest_until)
        paced = t->rest_until;
    enum psync_admission admission = psync_breaker_admission(&t->breaker, now);
    if (paced > now || admission == PSYNC_ADMIT_NO) {
        psync_ms cool = admission == PSYNC_ADMIT_NO ? psync_breaker_due(&t->breaker) : 0;
        *ret_due = paced > cool ? paced : cool;
        return PSYNC_ADMIT_NO;
    }
    return t->in_flight + t->n_binding < t->limit.now ? admission : PSYNC_ADMIT_NO;
}

/* The single message that waits longest, as a request. */
static struct job *next_single(struct destination *t)
{
    struct psync_link *l = psync_list_pop(&t->alone);

    if (l == NULL)
        return NULL;
    struct held *h = PSYNC_CONTAINER(l, struct held, link);
    psync_job_single(h, t);
    return &h->alone;
}

static struct job *first_job(struct psync_link *list)
{
    struct psync_link *l = psync_list_pop(list);

    return l != NULL ? PSYNC_CONTAINER(l, struct job, link) : NULL;
}

/* Batches under way come first, then what goes alone (retries), then what is new. */
static struct job *choose(struct destination *t, psync_ms now, psync_ms *ret_due)
{
    struct job *job = first_job(&t->ready);

    if (job == NULL)
        job = next_single(t);
    return job != NULL ? job : psync_batch_form(t, now, ret_due);
}

static void begin_binding(struct destination *t, struct job *job)
{
    job->state = JOB_BINDING;
    job->config = t->owner->config;
    job->request.conf = t->conf;
    psync_list_push(&t->binding, &job->link);
    t->n_binding++;
    t->waiting -= job->request.n_members;
}

/* Fixes what the answer will be judged by: the state of the destination when the request began. */
static void begin_sending(struct destination *t, struct job *job, bool trial, psync_ms now)
{
    struct psync_dispatcher *d = t->owner;
    psync_ms active_ms = psync_active_ms(&t->active, now);

    job->state = JOB_SENT;
    job->config = d->config;
    job->request.conf = t->conf;
    job->request.trial = trial;
    job->sent_at = now;
    job->epoch = t->epoch;
    job->throttle_epoch = t->pacing.epoch;
    job->closed = t->breaker.state == PSYNC_BREAKER_CLOSED;
    for (size_t i = 0; i < job->request.n_members; i++) {
        if (job->held[i]->settlement.settle.first_active_ms < 0)
            job->held[i]->settlement.settle.first_active_ms = active_ms;
    }
    psync_list_push(&t->sent, &job->link);
    t->waiting -= job->request.n_members;
    t->in_flight++;
    d->in_flight++;
    psync_limit_sent(&t->limit, t->in_flight);
    psync_pacing_take(&t->pacing, t->conf);
    if (job->request.members[0]->tries == 0)
        psync_budget_first(&t->budget, &d->config->retry, now);
    if (trial)
        psync_breaker_begin_trial(&t->breaker);
}

/* A drain would end now if it were not for what is held: nothing of `t` can be sent within work.drain_wait. A wait for
 * the rate is none of that; the API bears more requests, we choose to make fewer. */
static bool ends_drain(const struct destination *t, psync_ms now)
{
    psync_ms open = t->breaker.state == PSYNC_BREAKER_OPEN ? t->breaker.open_until : 0;
    psync_ms until = open > t->pacing.throttled_until ? open : t->pacing.throttled_until;

    return t->owner->draining && until - now > t->owner->config->work.drain_wait;
}

/* What is held is kept for a short pause; for a longer one others may have it, and its lease should not run out
 * here. */
static bool long_wait(const struct destination *t, psync_ms now, psync_ms due)
{
    if (psync_destination_held_back(t) || t->owner->stopping || ends_drain(t, now))
        return true;
    return t->owner->mode == PSYNC_DISPATCH_QUEUE && due != PSYNC_MS_NEVER && due - now > SHORT_WAIT_MS;
}

static psync_ms earlier(psync_ms a, psync_ms b)
{
    return a < b ? a : b;
}

struct job *psync_job_next(struct destination *t, psync_ms now, psync_ms *ret_due)
{
    psync_ms due = PSYNC_MS_NEVER;
    struct job *half = first_job(&t->unbound);

    if (half != NULL) {
        begin_binding(t, half);
        return half;
    }
    psync_waiting_expire(t, now);
    enum psync_admission admission = gate(t, now, &due);
    if (admission == PSYNC_ADMIT_NO) {
        if (t->waiting > 0 && long_wait(t, now, due))
            psync_waiting_release(t);
        *ret_due = earlier(due, psync_waiting_expiry(t));
        return NULL;
    }
    struct job *job = choose(t, now, &due);
    if (job == NULL) {
        *ret_due = earlier(due, psync_waiting_expiry(t));
        return NULL;
    }
    if (job->state == JOB_UNBOUND)
        begin_binding(t, job);
    else
        begin_sending(t, job, admission == PSYNC_ADMIT_TRIAL, now);
    return job;
}

/* ---- answers to BIND ---- */
static void release_members(struct destination *t, struct job *job)
{
    for (size_t i = 0; i < job->request.n_members; i++)
        psync_verdict_release(job->held[i], t->owner);
    psync_job_free(job);
}

void psync_dispatcher_bound(struct psync_dispatcher *d, struct psync_request *request, bool recorded, psync_ms now)
{
    struct job *job = PSYNC_CONTAINER(request, struct job, request);
    struct destination *t = job->destination;

    PSYNC_INVARIANT(job->state == JOB_BINDING);
    psync_list_remove(&job->link);
    t->n_binding--;
    if (!recorded || d->stopping || t->conf == NULL) {
        release_members(t, job);
        t->rest_until = recorded ? t->rest_until : now + REST_MS;
        psync_destination_wake(t);
        return;
    }
    job->state = JOB_READY;
    psync_list_push(&t->ready, &job->link);
    t->waiting += job->request.n_members;
    psync_destination_wake(t);
}
