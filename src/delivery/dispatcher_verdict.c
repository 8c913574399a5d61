/* dispatcher_verdict - what an answer, or its absence, does to the message. */
#include "delivery/dispatcher_impl.h"

#include <stdio.h>
#include <string.h>

/* ---- a verdict given ---- */
static void push(struct held *h, struct psync_dispatcher *d)
{
    h->settlement.batch = d->batch;
    psync_list_push(&d->settled, &h->link);
}

void psync_verdict_release(struct held *h, struct psync_dispatcher *d)
{
    struct psync_settle *settle = &h->settlement.settle;

    settle->verdict = PSYNC_VERDICT_RELEASE;
    settle->unbind = h->unbind;
    settle->first_active_ms = h->settlement.message->first_active_ms; /* nothing of this lease counts */
    h->settlement.outcome = "released";
    push(h, d);
}

static void record(struct held *h, const struct job *job, const struct judgement *j, bool counted)
{
    struct psync_attempt *attempt = &h->settlement.settle.attempt;

    attempt->at = job->sent_at;
    attempt->status = j->status;
    attempt->latency_ms = j->latency_ms;
    attempt->counted = counted;
    attempt->unanswered = j->unanswered;
    h->settlement.trial = j->facts.trial;
    h->settlement.class = j->class;
    if (j->words != NULL)
        psync_held_describe(h, j->words);
}

static void done(struct held *h, struct job *job, const struct judgement *j, const char *outcome, psync_ms now)
{
    struct destination *t = job->destination;

    record(h, job, j, false);
    h->settlement.settle.verdict = PSYNC_VERDICT_DONE;
    h->settlement.outcome = outcome;
    t->delivered++;
    psync_window_add(&t->lately, now, 1);
    psync_recall_forget(&t->owner->recall, h->settlement.message->id);
    push(h, t->owner);
}

static void dead(struct held *h, struct job *job, const struct judgement *j, bool counted)
{
    struct destination *t = job->destination;

    record(h, job, j, counted);
    h->settlement.settle.verdict = PSYNC_VERDICT_DEAD;
    h->settlement.outcome = "dead";
    t->failed++;
    t->dead++;
    psync_recall_forget(&t->owner->recall, h->settlement.message->id);
    push(h, t->owner);
}

static void retry(struct held *h, struct job *job, const struct judgement *j, bool counted, psync_ms not_before)
{
    psync_ms pause_ends = job->destination->pacing.throttled_until;

    record(h, job, j, counted);
    h->settlement.settle.verdict = PSYNC_VERDICT_RETRY;
    h->settlement.settle.not_before = not_before;
    h->settlement.retry_at = not_before > pause_ends ? not_before : pause_ends;
    h->settlement.asked_ms = j->class == PSYNC_CLASS_THROTTLED ? j->asked.delay_ms : 0;
    h->settlement.settle.unbind = h->unbind;
    h->settlement.outcome = "retry";
    job->destination->failed++;
    push(h, job->destination->owner);
}

/* ---- deciding ---- */
/* A previous attempt later than this one (the clock was set back) is judged as if it had not been. A conflict with an
 * attempt that may still be running is waited for: conflict_lasts says when that is over. */
static bool counts(const struct held *h, const struct job *job, const struct judgement *j)
{
    if (j->class == PSYNC_CLASS_CONFLICT && psync_job_in_doubt(job))
        return false;
    const struct psync_message *m = h->settlement.message;
    struct psync_failure f = j->facts;

    f.previous_try_at = m->tries > 0 && m->last_try_at <= job->sent_at ? m->last_try_at : 0;
    return psync_failure_counts(&f);
}

/* Counted now: is it the last? In the direct modes how often something is tried again is the driver's to say. */
static bool is_final(const struct held *h, const struct destination *t, psync_ms now)
{
    const struct psync_dispatcher *d = t->owner;
    psync_ms age_ms = psync_active_ms(&t->active, now) - h->settlement.settle.first_active_ms;

    const struct psync_retry_conf retry = psync_effective_retry(d->config, t->conf);

    return d->mode == PSYNC_DISPATCH_QUEUE &&
           psync_failure_final(&retry, h->settlement.message->attempts + 1, age_ms);
}

/* When to try again: what was told to wait waits with the destination, and no longer than that, should a person end the
 * pause; what failed backs off, and what is over the retry budget is put off further, but not longer than the longest
 * backoff. */
static psync_ms retry_time(struct destination *t, const struct held *h, const struct judgement *j, psync_ms now)
{
    struct psync_dispatcher *d = t->owner;
    const struct psync_retry_conf conf = psync_effective_retry(d->config, t->conf);

    if (j->class == PSYNC_CLASS_ABORTED)
        return now;
    if (j->class == PSYNC_CLASS_THROTTLED && t->pacing.throttled_until > now)
        return d->mode == PSYNC_DISPATCH_DIRECT ? t->pacing.throttled_until : now;
    psync_ms earliest = now + psync_backoff_delay(&conf, h->settlement.message->tries + 1, psync_dispatcher_chance(d));
    if (d->mode == PSYNC_DISPATCH_DIRECT || j->facts.trial)
        return earliest;
    return psync_budget_retry(&t->budget, &conf, now, earliest, conf.backoff_max);
}

/* A 409 says that the original is still running. If it stays so after an attempt that ended without an answer, that one
 * was the original, and nobody will ever tell how it ended. But it may really be running, and fail yet: it is given the
 * time that a request has, from the first 409, which came after that attempt had ended; so it takes two at least. */
static bool conflict_lasts(struct job *job, const char *name, psync_ms now)
{
    struct psync_dispatcher *d = job->destination->owner;
    struct psync_streak streak = psync_recall_again(&d->recall, name, now);
    psync_ms timeout = psync_effective_timeout(&d->config->http, job->destination->conf);

    return streak.length > timeout + CONFLICT_MARGIN_MS && psync_job_in_doubt(job);
}

static void settle_conflict(struct held *h, struct job *job, const struct judgement *j, psync_ms now)
{
    if (job->destination->owner->config->retry.conflict == PSYNC_CONFLICT_DEAD) {
        dead(h, job, j, false);
        return;
    }
    struct judgement known = *j;
    known.words = NULL;
    done(h, job, &known, "already there", now);
}

/* It refuses everything, or on trial for that still does. */
static void suspend_for_refusals(struct destination *t, const struct judgement *j, psync_ms now)
{
    char reason[PSYNC_CAUSE_TEXT_MAX + 64];

    if (t->health.proving == PSYNC_PROVING_REFUSALS)
        snprintf(reason, sizeof reason, "the trial was refused too, with %s", j->words->error);
    else
        snprintf(reason, sizeof reason, "%u different messages refused in a row, the last with %s", t->health.limit,
                 j->words->error);
    t->refusing = t->tell_revive = true;
    t->hold.proving = PSYNC_PROVING_REFUSALS;
    psync_destination_suspend(t, reason, now);
}

/* A refused message is dead, unless its refusal shows that it is the destination that refuses everything. */
static void refuse(struct held *h, struct job *job, const struct judgement *j, psync_ms now)
{
    struct destination *t = job->destination;
    bool current = t->conf != NULL && job->epoch == t->epoch && t->owner->mode == PSYNC_DISPATCH_QUEUE;

    if (current && psync_health_refusal(&t->health, h->settlement.message->id) == PSYNC_HEALTH_REFUSING)
        suspend_for_refusals(t, j, now);
    if (t->refusing)
        retry(h, job, j, false, now);
    else
        dead(h, job, j, false);
}

static void fail(struct held *h, struct job *job, const struct judgement *j, psync_ms now)
{
    bool counted = counts(h, job, j);

    if (counted && is_final(h, job->destination, now))
        dead(h, job, j, true);
    else
        retry(h, job, j, counted, retry_time(job->destination, h, j, now));
}

/* Not tried; its owner may want to say why. */
static void give_back(struct held *h, struct job *job, const struct judgement *j)
{
    psync_held_describe(h, j->words);
    psync_verdict_release(h, job->destination->owner);
}

static bool never_sent(const struct judgement *j)
{
    return j->class == PSYNC_CLASS_ABORTED && !j->sent;
}

void psync_verdict_single(struct job *job, struct held *h, const struct judgement *j, psync_ms now)
{
    const char *id = h->settlement.message->id;

    if (j->class != PSYNC_CLASS_CONFLICT)
        psync_recall_forget(&job->destination->owner->recall, id);
    if (j->class == PSYNC_CLASS_DONE)
        done(h, job, j, "delivered", now);
    else if (j->class == PSYNC_CLASS_REFUSED)
        refuse(h, job, j, now);
    else if (never_sent(j))
        give_back(h, job, j);
    else if (j->class == PSYNC_CLASS_CONFLICT && conflict_lasts(job, id, now))
        settle_conflict(h, job, j, now);
    else
        fail(h, job, j, now);
}

/* ---- a batch as a whole ---- */
/* A server fault answered to several messages cannot be laid at the door of each: it is counted when it meets one
 * alone, after the split, so that a product that makes the server fail does not take the others down. A batch in doubt
 * is not split by it; there it counts for all, so that this ends. */
static bool batch_counts(const struct job *job, const struct judgement *j)
{
    return (j->status < 500 || psync_job_in_doubt(job)) && counts(job->held[0], job, j);
}

/* Faults and conflicts are told apart from what lasts only "in a row": anything else ends the row, and so does a fault
 * that was not taken for one of a row because the batch is in doubt. */
static void end_row(struct job *job, const struct judgement *j)
{
    bool in_row = j->class == PSYNC_CLASS_CONFLICT || (j->status >= 500 && !psync_job_in_doubt(job));

    if (!in_row)
        psync_recall_forget(&job->destination->owner->recall, job->request.key);
}

/* Who retries or discards them by hand has to know: alone they go under other keys. */
static void tell_doubt(struct job *job, const struct judgement *j)
{
    struct words *w = &job->destination->owner->words;
    size_t len = strlen(w->error);

    if (j->unanswered || psync_job_in_doubt(job))
        snprintf(w->error + len, sizeof w->error - len, "; its batch may have taken effect");
}

static bool all_final(const struct job *job, psync_ms now)
{
    for (size_t i = 0; i < job->request.n_members; i++) {
        if (!is_final(job->held[i], job->destination, now))
            return false;
    }
    return true;
}

void psync_verdict_whole(struct job *job, const struct judgement *j, psync_ms now)
{
    size_t n = job->request.n_members;

    if (n == 1 && !job->request.batch) {
        psync_verdict_single(job, job->held[0], j, now);
        return;
    }
    if (j->class == PSYNC_CLASS_DONE || never_sent(j)) {
        for (size_t i = 0; i < n; i++)
            psync_verdict_single(job, job->held[i], j, now);
        return;
    }
    if (j->class == PSYNC_CLASS_CONFLICT && conflict_lasts(job, job->request.key, now)) {
        psync_recall_forget(&job->destination->owner->recall, job->request.key);
        for (size_t i = 0; i < n; i++)
            settle_conflict(job->held[i], job, j, now);
        return;
    }
    end_row(job, j);
    bool counted = batch_counts(job, j), final = counted && all_final(job, now);
    if (final)
        tell_doubt(job, j);
    psync_ms not_before = final ? 0 : retry_time(job->destination, job->held[0], j, now);
    for (size_t i = 0; i < n; i++) {
        if (final)
            dead(job->held[i], job, j, true);
        else
            retry(job->held[i], job, j, counted, not_before);
    }
}
