/* dispatcher_result - what an answer, or its absence, says about the destination. */
#include "delivery/dispatcher_impl.h"

#include "base/timefmt.h"
#include "delivery/batch_answer.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- told to wait ---- */
/* How long, 0: not at all. Named times are capped and get something added, so that not all come back at that
 * instant. */
static psync_ms pause_for(struct destination *t, const struct job *job, enum psync_class class,
                          const struct psync_asked *asked)
{
    struct psync_dispatcher *d = t->owner;
    const struct psync_retry_conf conf = psync_effective_retry(d->config, t->conf);
    uint32_t times = class == PSYNC_CLASS_THROTTLED ? psync_pacing_told(&t->pacing, job->throttle_epoch) : 0;

    if (asked->delay_ms > 0) {
        psync_ms delay = asked->delay_ms < conf.retry_after_max ? asked->delay_ms : conf.retry_after_max;
        return delay + psync_backoff_jitter(&conf, psync_dispatcher_chance(d));
    }
    return times > 0 ? 1 + psync_backoff_delay(&conf, times, psync_dispatcher_chance(d)) : 0;
}

static void pause_as_asked(struct destination *t, const struct job *job, enum psync_class class, int32_t status,
                           const struct psync_asked *asked, psync_ms now)
{
    psync_ms delay = pause_for(t, job, class, asked), before = t->pacing.throttled_until;
    char words[PSYNC_DURATION_MAX];

    if (delay == 0 || !psync_pacing_throttle(&t->pacing, now, delay))
        return;
    t->hold.throttled_until = t->pacing.throttled_until;
    int n = snprintf(t->hold.throttled_reason, sizeof t->hold.throttled_reason, "HTTP %d%s%s", (int)status,
                     asked->field[0] != '\0' ? ", " : "", asked->field);
    if (asked->field[0] != '\0' && asked->delay_ms > 0)
        snprintf(t->hold.throttled_reason + n, sizeof t->hold.throttled_reason - (size_t)n, " %" PRId64,
                 (asked->delay_ms + 999) / 1000);
    t->tell_hold = true;
    psync_destination_tell(t);
    if (before <= now || t->pacing.throttled_until - before > 1000)
        psync_event_add(t, PSYNC_LOG_WARNING, "throttled for %s: %s", psync_duration_words(delay, words),
                        t->hold.throttled_reason);
    psync_destination_recheck(t, now);
}

/* ---- breaker and health ---- */
static void breaker_event(struct destination *t, enum psync_breaker_change change)
{
    const struct psync_breaker_conf *conf = &t->owner->config->breaker;
    char why[64], words[PSYNC_DURATION_MAX];

    if (change == PSYNC_BREAKER_CLOSED_AGAIN) {
        psync_event_add(t, PSYNC_LOG_INFO, "breaker closed: the trial was delivered");
        return;
    }
    if (change == PSYNC_BREAKER_REOPENED)
        snprintf(why, sizeof why, "the trial failed");
    else if (t->breaker.row >= conf->failures)
        snprintf(why, sizeof why, "%u failures in a row", t->breaker.row);
    else
        snprintf(why, sizeof why, "%u %% of the last %u requests failed", conf->failure_percent, conf->window);
    psync_event_add(t, PSYNC_LOG_WARNING, "breaker %s: %s, last: %s; trial in %s",
                    change == PSYNC_BREAKER_REOPENED ? "stays open" : "opened", why, t->last_failure,
                    psync_duration_words(t->breaker.cool_off, words));
}

static void breaker_report(struct destination *t, bool success, psync_ms now)
{
    enum psync_breaker_change change = psync_breaker_report(&t->breaker, &t->owner->config->breaker, success, now);

    if (change == PSYNC_BREAKER_SAME)
        return;
    t->success_since_closed = false;
    if (change != PSYNC_BREAKER_CLOSED_AGAIN) {
        t->epoch++;
        psync_limit_restart(&t->limit, &t->owner->config->work);
    }
    breaker_event(t, change);
    psync_destination_recheck(t, now);
}

static void health_report(struct destination *t, enum psync_class class, psync_ms now)
{
    switch (psync_health_answer(&t->health, &t->owner->config->breaker, class)) {
    case PSYNC_HEALTH_DENIED:
        psync_destination_suspend(t, "it refuses the credentials, HTTP 401 or 403", now);
        break;
    case PSYNC_HEALTH_GONE:
        psync_destination_suspend(t, "it says that it is gone for good, HTTP 410", now);
        break;
    case PSYNC_HEALTH_OK:
    case PSYNC_HEALTH_REFUSING:
        break;
    }
}

/* Requests from before the last opening or suspension, and those of a destination that is gone, tell nothing new. A
 * trial that tells nothing of the destination's
 * state is followed by another. */
static void judge_destination(struct destination *t, const struct job *job, enum psync_class class, psync_ms now)
{
    if (t->owner->mode == PSYNC_DISPATCH_DIRECT || t->conf == NULL || job->epoch != t->epoch)
        return;
    switch (psync_class_traits(class)->omen) {
    case PSYNC_OMEN_GOOD:
        breaker_report(t, true, now);
        break;
    case PSYNC_OMEN_BAD:
        breaker_report(t, false, now);
        break;
    case PSYNC_OMEN_NONE:
        if (job->request.trial)
            psync_breaker_trial_void(&t->breaker);
        break;
    }
    health_report(t, class, now);
}

/* A trial's success is what closes the breaker: it does not come after that. That of a request from before a suspension
 * proves nothing. */
static void note_success(struct destination *t, const struct job *job, psync_ms now)
{
    t->last_success_at = now;
    t->success_since_closed |= !job->request.trial;
    psync_pacing_success(&t->pacing);
    t->changed = true;
    if (job->epoch != t->epoch)
        return;
    psync_health_success(&t->health);
    if (t->hold.proving == PSYNC_PROVING_NOT)
        return;
    t->hold.proving = PSYNC_PROVING_NOT;
    t->tell_hold = true;
    psync_destination_tell(t);
}

static void describe(struct destination *t, struct judgement *j, const struct psync_response *r)
{
    psync_words_of_response(&t->owner->words, r);
    j->words = &t->owner->words;
    snprintf(t->last_failure, sizeof t->last_failure, "%s", j->words->error);
    t->changed = true;
}

/* ---- batches ---- */
/* After a server fault a batch is split when it is the second while others succeed; or, when nothing succeeds, after as
 * many tries as a message has, since an API may fail on any array.
 *
 * But not while it is in doubt: a fault says nothing of the attempt that went unanswered, which may have taken effect,
 * and the halves have keys by which nobody would know it again. Such a batch goes again whole, under its key, until it
 * is answered otherwise or its attempts are used up (psync_verdict_whole). */
static bool fault_splits(const struct job *job, const struct judgement *j, psync_ms now)
{
    struct psync_dispatcher *d = job->destination->owner;
    const struct psync_message *first = job->held[0]->settlement.message;
    struct psync_failure f = j->facts;

    if (psync_job_in_doubt(job))
        return false;
    f.previous_try_at = first->tries > 0 ? first->last_try_at : 0;
    uint32_t times = psync_recall_again(&d->recall, job->request.key, now).times;
    uint32_t attempts = psync_effective_retry(d->config, job->destination->conf).attempts;
    return (times >= 2 && psync_failure_others_succeed(&f)) ||
           (j->class == PSYNC_CLASS_FAULT && first->tries + 1 >= attempts);
}

/* True: the batch was split, its messages stay here. */
static bool split_on(struct job *job, const struct judgement *j, psync_ms now)
{
    struct destination *t = job->destination;
    bool fault = j->status >= 500 && (j->class == PSYNC_CLASS_FAULT || j->class == PSYNC_CLASS_UNAVAILABLE);

    if (!job->request.batch || t->owner->stopping || t->conf == NULL)
        return false;
    if (j->class != PSYNC_CLASS_REFUSED && !(fault && fault_splits(job, j, now)))
        return false;
    if (psync_batch_split(job) != PSYNC_OK)
        return false; /* it stays whole and recorded: the same answer will come again */
    psync_event_add(t, PSYNC_LOG_INFO, "batch of %zu split: %s", job->request.n_members, j->words->error);
    psync_recall_forget(&t->owner->recall, job->request.key);
    return true;
}

static void settle_item(struct job *job, size_t i, const struct psync_batch_answer *answer,
                        const struct judgement *whole, psync_ms now)
{
    struct destination *t = job->destination;
    struct psync_item item = psync_batch_answer_item(answer, i);
    struct judgement j = *whole;

    j.class = psync_classify_status(item.status, whole->asked.retry_after);
    j.facts.class = j.class;
    j.status = item.status;
    j.facts.last_success_at = t->last_success_at; /* of this answer too */
    j.facts.success_since_closed = t->success_since_closed;
    if (j.class != PSYNC_CLASS_DONE) {
        psync_words_of_item(&t->owner->words, item.status, item.problem, item.title, item.text);
        j.words = &t->owner->words;
    }
    job->held[i]->unbind = true; /* an answer ended the batch */
    psync_verdict_single(job, job->held[i], &j, now);
}

/* The header fields are the answer's, and an item's status says what they are about. */
static void pause_for_items(struct job *job, const struct psync_batch_answer *answer, const struct judgement *whole,
                            psync_ms now)
{
    for (size_t i = 0; i < job->request.n_members; i++) {
        int32_t status = psync_batch_answer_status(answer, i);
        if (psync_classify_status(status, whole->asked.retry_after) != PSYNC_CLASS_THROTTLED)
            continue;
        pause_as_asked(job->destination, job, PSYNC_CLASS_THROTTLED, status, &whole->asked, now);
        return;
    }
}

/* Successes first: failures are judged by whether others succeed. */
static void settle_items(struct job *job, const struct psync_batch_answer *answer, const struct judgement *whole,
                         psync_ms now)
{
    for (int done = 1; done >= 0; done--) {
        if (!done)
            pause_for_items(job, answer, whole, now);
        for (size_t i = 0; i < job->request.n_members; i++) {
            int32_t status = psync_batch_answer_status(answer, i);
            if ((status >= 200 && status <= 299) != done)
                continue;
            if (done)
                note_success(job->destination, job, now);
            settle_item(job, i, answer, whole, now);
        }
    }
}

static void settle_unknown(struct job *job, enum psync_class class, struct judgement *j, psync_ms now)
{
    j->class = j->facts.class = class;
    j->unanswered = true;
    psync_verdict_whole(job, j, now);
}

/* It is not known which of them took effect, so that only the same request can be repeated: under the same key a second
 * effect is impossible, and the answer may be a better one. */
static void settle_unclear(struct job *job, const struct psync_response *r, struct judgement *j, psync_ms now)
{
    struct destination *t = job->destination;
    struct words *w = &t->owner->words;

    snprintf(w->error, sizeof w->error, "HTTP %d: %s", (int)r->status,
             r->body_cut ? "the answer is too long to say what became of each product: see http.max_response"
                         : "the answer does not say what became of each product");
    snprintf(t->last_failure, sizeof t->last_failure, "%s", w->error);
    psync_event_add(t, PSYNC_LOG_WARNING, "batch of %zu: %s", job->request.n_members, w->error);
    settle_unknown(job, PSYNC_CLASS_UNCLEAR, j, now);
}

/* Without a word of single items these say that all went well; a 207 and the like promise one for each. */
static bool speaks_for_all(int32_t status)
{
    return status == 200 || status == 201 || status == 202 || status == 204;
}

static void settle_all(struct job *job, const struct judgement *j, psync_ms now)
{
    note_success(job->destination, job, now);
    psync_verdict_whole(job, j, now);
}

/* A 2xx. To a batch: item by item if the answer says so. */
static void settle_success(struct job *job, const struct psync_response *r, struct judgement *j, psync_ms now)
{
    const struct psync_request *request = &job->request;
    struct psync_batch_answer *answer = NULL;

    if (!request->batch) {
        settle_all(job, j, now);
        return;
    }
    enum psync_result parsed =
        psync_batch_answer_new(r->body, r->body_cut, request->members, request->n_members, &answer);
    bool speaks = parsed == PSYNC_EMPTY && speaks_for_all(r->status);
    if (speaks || parsed == PSYNC_OK) /* the batch is over, whatever becomes of its members */
        psync_recall_forget(&job->destination->owner->recall, request->key);
    if (speaks) {
        settle_all(job, j, now);
        return;
    }
    if (parsed == PSYNC_OK) {
        settle_items(job, answer, j, now);
        psync_batch_answer_free(answer);
        return;
    }
    describe(job->destination, j, r);
    if (parsed == PSYNC_NOMEM)
        settle_unknown(job, PSYNC_CLASS_UNANSWERED, j, now); /* as if it had not come */
    else
        settle_unclear(job, r, j, now);
}

/* There is no memory or no descriptor to send anything with. What was not sent is released and would be back at once,
 * so the destination rests. */
static void rest(struct destination *t, const struct psync_response *r, psync_ms now)
{
    t->rest_until = now + REST_MS;
    if (r->transport == PSYNC_NET_ABORTED ||
        (t->lack_said_at != 0 && now >= t->lack_said_at && now - t->lack_said_at < LACK_SAID_EVERY_MS))
        return;
    t->lack_said_at = now;
    psync_event_add(t, PSYNC_LOG_WARNING, "requests wait: %s%s", psync_transport_text(r->transport),
                    r->transport == PSYNC_NET_NO_FILES ? "; raise the limit (ulimit -n, LimitNOFILE=)" : "");
}

/* ---- an answer ---- */
static void leave_sent(struct destination *t, struct job *job)
{
    PSYNC_INVARIANT(job->state == JOB_SENT);
    psync_list_remove(&job->link);
    t->in_flight--;
    t->owner->in_flight--;
}

void psync_dispatcher_result(struct psync_dispatcher *d, struct psync_request *request,
                             const struct psync_response *r, psync_ms now)
{
    struct job *job = PSYNC_CONTAINER(request, struct job, request);
    struct destination *t = job->destination;
    struct psync_asked asked = psync_asked_by(r, now);
    enum psync_class class = psync_classify(r, asked.retry_after);
    struct judgement j = {
        .class = class,
        .status = r->transport == PSYNC_NET_ANSWER ? r->status : 0,
        .latency_ms = r->latency_ms,
        .asked = asked,
        .sent = r->sent,
        .unanswered = r->sent && r->transport != PSYNC_NET_ANSWER,
        .facts = {.class = class, .trial = request->trial, .closed = job->closed,
                  .last_success_at = t->last_success_at, .success_since_closed = t->success_since_closed},
    };

    leave_sent(t, job);
    d->batch = request->batch ? ++d->batches_answered : 0;
    psync_limit_result(&t->limit, &d->config->work, r->latency_ms, r->transport == PSYNC_NET_ANSWER,
                       psync_classify_overloaded(r), now);
    if (class != PSYNC_CLASS_DONE)
        describe(t, &j, r);
    if (class == PSYNC_CLASS_THROTTLED || asked.used_up) /* elsewhere Retry-After has other meanings */
        pause_as_asked(t, job, class, r->status, &asked, now);
    judge_destination(t, job, class, now);
    if (class == PSYNC_CLASS_ABORTED && !r->sent && d->mode == PSYNC_DISPATCH_QUEUE)
        rest(t, r, now);
    if (class == PSYNC_CLASS_DONE)
        settle_success(job, r, &j, now);
    else if (!split_on(job, &j, now))
        psync_verdict_whole(job, &j, now);
    d->batch = 0;
    psync_destination_wake(t);
    if (request->batch)
        psync_job_free(job);
}
