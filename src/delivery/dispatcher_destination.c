/* dispatcher_destination - one destination's state: what holds it back, and what must be remembered of it. */
#include "delivery/dispatcher_impl.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void init_lists(struct destination *t)
{
    struct psync_link *lists[] = {&t->runnable,  &t->output,  &t->alone, &t->fresh, &t->gathering,
                                  &t->unbound, &t->ready,   &t->binding, &t->sent};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        psync_list_init(lists[i]);
    psync_heap_item_init(&t->timer);
}

struct destination *psync_destination_new(struct psync_dispatcher *d, const struct psync_config *config,
                                          const struct psync_destination_conf *conf, psync_ms now)
{
    struct destination *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    init_lists(t);
    snprintf(t->name, sizeof t->name, "%s", conf->name);
    t->owner = d;
    t->conf = conf;
    t->hold_again_at = PSYNC_MS_NEVER;
    if (psync_health_init(&t->health, &config->breaker) != PSYNC_OK) {
        free(t);
        return NULL;
    }
    psync_breaker_init(&t->breaker);
    psync_pacing_init(&t->pacing, conf, now);
    if (d->mode == PSYNC_DISPATCH_DIRECT)
        psync_limit_init_full(&t->limit, &config->work);
    else
        psync_limit_init(&t->limit, &config->work);
    return t;
}

static void free_held(struct psync_link *list)
{
    for (struct psync_link *l; (l = psync_list_pop(list)) != NULL;)
        psync_held_free(PSYNC_CONTAINER(l, struct held, link));
}

static void free_jobs(struct psync_link *list)
{
    for (struct psync_link *l; (l = psync_list_pop(list)) != NULL;) {
        struct job *job = PSYNC_CONTAINER(l, struct job, link);
        struct held *only = job->request.batch ? NULL : job->held[0];

        for (size_t i = 0; only == NULL && i < job->request.n_members; i++)
            psync_held_free(job->held[i]);
        psync_job_free(job);
        psync_held_free(only);
    }
}

void psync_destination_free(struct destination *t)
{
    if (t == NULL)
        return;
    free_held(&t->alone);
    free_held(&t->fresh);
    free_held(&t->gathering);
    free_jobs(&t->unbound);
    free_jobs(&t->ready);
    free_jobs(&t->binding);
    free_jobs(&t->sent);
    psync_list_remove(&t->runnable);
    psync_list_remove(&t->output);
    psync_heap_remove(&t->owner->timers, &t->timer);
    psync_health_done(&t->health);
    free(t);
}

bool psync_destination_idle(const struct destination *t)
{
    return t->waiting == 0 && t->in_flight == 0 && t->n_binding == 0;
}

void psync_destination_wake(struct destination *t)
{
    if (psync_list_empty(&t->runnable))
        psync_list_push(&t->owner->runnable, &t->runnable);
}

/* Of one that is gone nothing more is remembered than was known when it went: its name may be another's by then. */
void psync_destination_tell(struct destination *t)
{
    if (t->conf != NULL && psync_list_empty(&t->output))
        psync_list_push(&t->owner->outputs, &t->output);
}

void psync_destination_tell_last(struct destination *t)
{
    t->tell_note = true;
    t->tell_hold |= t->hold_again_at != PSYNC_MS_NEVER;
    psync_destination_tell(t);
}

/* The heap has room for every destination since it was made (dispatcher.c), so adding it again cannot fail. */
void psync_destination_timer(struct destination *t, psync_ms due)
{
    struct psync_heap *timers = &t->owner->timers;

    if (t->timer.index != SIZE_MAX && t->timer.due == due)
        return;
    psync_heap_remove(timers, &t->timer);
    enum psync_result added = psync_heap_add(timers, &t->timer, due);
    PSYNC_INVARIANT(added == PSYNC_OK);
}

bool psync_destination_held_back(const struct destination *t)
{
    return t->hold.paused || t->hold.suspended;
}

void psync_destination_recheck(struct destination *t, psync_ms now)
{
    bool blocked = psync_destination_held_back(t) || t->breaker.state != PSYNC_BREAKER_CLOSED ||
                   t->pacing.throttled_until > now;

    if (psync_active_block(&t->active, blocked, now)) {
        t->tell_note = true;
        psync_destination_tell(t);
    }
    psync_destination_wake(t);
}

/* ---- its settings ---- */
/* What makes a destination another one than the one that was suspended: address and credentials. */
enum { OWN_TEXTS = 5, OWN_FLAGS = 4 };
struct own_settings {
    const char *texts[OWN_TEXTS];
    char flags[OWN_FLAGS];
};

static struct own_settings own_settings(const struct psync_destination_conf *c)
{
    return (struct own_settings){
        .texts = {c->url, c->auth_header, c->token, c->headers, c->key_header},
        .flags = {(char)c->auth, (char)c->key_quoted, (char)c->allow_http, (char)c->allow_private},
    };
}

bool psync_destination_conf_same(const struct psync_destination_conf *a, const struct psync_destination_conf *b)
{
    struct own_settings x = own_settings(a), y = own_settings(b);

    for (size_t i = 0; i < OWN_TEXTS; i++) {
        if (strcmp(x.texts[i], y.texts[i]) != 0)
            return false;
    }
    return memcmp(x.flags, y.flags, sizeof x.flags) == 0;
}

/* Short, and salted by the time of the suspension, so that it tells a reader of the queue nothing of a token. "" if
 * there are no settings any more, or no memory: then it is not known whether they changed. */
static void settings_digest(const struct psync_destination_conf *conf, psync_ms salt,
                            char ret_digest[PSYNC_HOLD_SETTINGS_MAX])
{
    unsigned char digest[PSYNC_SHA256_BYTES];
    struct psync_span parts[1 + OWN_TEXTS + 1];
    struct own_settings own;

    ret_digest[0] = '\0';
    if (conf == NULL)
        return;
    own = own_settings(conf);
    parts[0] = (struct psync_span){(const char *)&salt, sizeof salt};
    for (size_t i = 0; i < OWN_TEXTS; i++) /* with their NULs, which keep them apart */
        parts[1 + i] = (struct psync_span){own.texts[i], strlen(own.texts[i]) + 1};
    parts[1 + OWN_TEXTS] = (struct psync_span){own.flags, sizeof own.flags};
    if (psync_sha256(parts, sizeof parts / sizeof parts[0], digest) == PSYNC_OK)
        psync_hex(digest, (PSYNC_HOLD_SETTINGS_MAX - 1) / 2, ret_digest);
}

/* ---- suspended, and tried again ---- */
void psync_destination_suspend(struct destination *t, const char *reason, psync_ms now)
{
    if (t->hold.suspended)
        return;
    t->hold.suspended = true;
    t->hold.suspended_since = now;
    snprintf(t->hold.suspended_reason, sizeof t->hold.suspended_reason, "%s", reason);
    settings_digest(t->conf, now, t->hold.suspended_settings);
    t->epoch++;
    t->tell_hold = true;
    psync_destination_tell(t);
    psync_event_add(t, PSYNC_LOG_ERROR, "suspended: %s; its messages wait until it is resumed or its settings change",
                    reason);
    psync_destination_recheck(t, now);
}

/* The next delivery is the trial; that is remembered until a success, so that a worker which ends before leaves it to
 * the next one. */
static void prove(struct destination *t)
{
    if (t->hold.proving == PSYNC_PROVING_NOT)
        t->hold.proving = PSYNC_PROVING_DELIVERY;
    psync_breaker_probe(&t->breaker);
    psync_health_prove(&t->health, t->hold.proving);
}

void psync_destination_retry(struct destination *t, psync_ms now)
{
    bool doubtful = t->hold.suspended || t->breaker.state != PSYNC_BREAKER_CLOSED;

    t->hold.suspended = t->refusing = false;
    t->hold.suspended_reason[0] = t->hold.suspended_settings[0] = '\0';
    t->hold.throttled_until = t->pacing.throttled_until = 0;
    t->hold.throttled_reason[0] = '\0';
    t->epoch++;
    if (doubtful && t->owner->mode == PSYNC_DISPATCH_QUEUE)
        prove(t);
    t->tell_hold = true;
    psync_destination_tell(t);
    psync_destination_recheck(t, now);
}

void psync_destination_restore(struct destination *t, const struct psync_hold *hold, psync_ms now)
{
    psync_ms latest = now + t->owner->config->retry.retry_after_max; /* the clock may have been set back */
    char settings[PSYNC_HOLD_SETTINGS_MAX];

    t->hold = *hold;
    t->pacing.throttled_until = hold->throttled_until < latest ? hold->throttled_until : latest;
    settings_digest(t->conf, hold->suspended_since, settings);
    if (hold->suspended && hold->suspended_settings[0] != '\0' && settings[0] != '\0' &&
        strcmp(hold->suspended_settings, settings) != 0) {
        psync_event_add(t, PSYNC_LOG_INFO, PSYNC_SETTINGS_CHANGED);
        psync_destination_retry(t, now);
        return;
    }
    if (hold->proving != PSYNC_PROVING_NOT)
        prove(t);
    psync_destination_recheck(t, now);
}

void psync_destination_figures(const struct destination *t, psync_ms now, struct psync_figures *ret_figures)
{
    *ret_figures = (struct psync_figures){
        .last_success_at = t->last_success_at,
        .active_ms = psync_active_ms(&t->active, now),
        .active_at = t->active.at != 0 ? now : 0,
        .blocked = t->active.blocked,
    };
    psync_destination_words(t, now, ret_figures->state);
}
