/* direct - products sent from memory: in simple mode one by one, in async mode side by side with a few retries.
 *
 * An item is a message on its way. Of the items of one subject only the first is with the dispatcher or waits for its
 * retry; the others follow it in order. */
#include "delivery/direct.h"

#include "base/containers.h"
#include "delivery/delivery_log.h"
#include "delivery/engine.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_MAX_MS = 60 * 1000, /* what must wait longer for its retry is given up: the caller holds its input open */
    AGAIN_MS = 100,          /* after a try that lack of memory or of descriptors prevented */
    AGAIN_MOST = 100,        /* and no more often than that */
    TURN_MAX_MS = 1000,
    IDLE_MAX_MS = INT32_MAX, /* nothing is due: only input or a stop ends the waiting */
    SUBJECT_MAX = PSYNC_NAME_MAX + PSYNC_SHOP_MAX + 24
};

struct item {
    struct psync_message *message;
    struct psync_heap_item retry;  /* in `retries` while it waits */
    struct psync_link link;        /* in the followers of the subject's first item */
    struct psync_link followers;
    char subject[SUBJECT_MAX];     /* its key in `first` */
    size_t subject_len;
    int32_t status;                /* of the last try */
    int64_t latency_ms;
    char reason[PSYNC_CAUSE_TEXT_MAX];
    uint32_t releases;             /* how often it came back untried */
};

/* What an API asked for that we do not wait for: until then its destination is not tried. */
struct rest {
    psync_ms until;
    char reason[64];
};

struct psync_direct {
    const struct psync_config *config;
    struct psync_engine *engine;
    struct psync_dispatcher *dispatcher; /* the engine's */
    struct psync_log *log;
    void (*report)(void *arg, const struct psync_direct_report *report);
    void *arg;
    bool async, stopped;
    bool waits_for_input;
    struct rest *rests;       /* one a destination, in the config's order */
    struct psync_map first;   /* subject -> its first item */
    struct psync_heap retries;
    size_t n_items, room;
    uint64_t next_id;
    psync_ms turned_at;
    atomic_uint stops;
};

/* ---- items ---- */
static void item_free(struct item *it)
{
    if (!it)
        return;
    psync_message_free(it->message);
    free(it);
}

static struct psync_span subject_of(const struct item *it)
{
    return (struct psync_span){it->subject, it->subject_len};
}

/* Destination, shop and product as one text; none of them contains LF. */
static size_t write_subject(const struct psync_message *m, char ret_subject[SUBJECT_MAX])
{
    int n = snprintf(ret_subject, SUBJECT_MAX, "%s\n%s\n%lld", m->destination, m->subject.shop,
                     (long long)m->subject.product);
    return n < SUBJECT_MAX ? (size_t)n : SUBJECT_MAX - 1;
}

static struct item *item_new(struct psync_message *m)
{
    struct item *it = calloc(1, sizeof *it);
    if (!it)
        return NULL;
    it->message = m;
    it->subject_len = write_subject(m, it->subject);
    psync_heap_item_init(&it->retry);
    psync_list_init(&it->link);
    psync_list_init(&it->followers);
    return it;
}

static struct rest *rest_of(struct psync_direct *d, const char *destination)
{
    for (size_t i = 0; i < d->config->n_destinations; i++)
        if (strcmp(d->config->destinations[i].name, destination) == 0)
            return &d->rests[i];
    return NULL;
}

static void report(struct psync_direct *d, const struct item *it, const char *outcome)
{
    struct psync_direct_report r = {
        .message = it->message,
        .delivered = strcmp(outcome, "failed") != 0 && strcmp(outcome, "not sent") != 0,
        .tries = it->message->tries,
        .status = it->status,
        .latency_ms = it->latency_ms,
        .outcome = outcome,
    };
    r.reason = r.delivered ? "" : it->reason;
    d->report(d->arg, &r);
}

static void begin(struct psync_direct *d, struct item *it);

/* The item's end. The next of its subject, if there is one, takes its place and begins. */
static void end(struct psync_direct *d, struct item *it, const char *outcome)
{
    report(d, it, outcome);
    (void)psync_map_remove(&d->first, subject_of(it));
    struct psync_link *link = psync_list_pop(&it->followers);
    struct item *next = link ? PSYNC_CONTAINER(link, struct item, link) : NULL;
    while (next && (link = psync_list_pop(&it->followers)) != NULL)
        psync_list_push(&next->followers, link);
    item_free(it);
    d->n_items--;
    if (!next)
        return;
    /* There is the room that the entry removed above left. */
    enum psync_result r = psync_map_set(&d->first, subject_of(next), next);
    PSYNC_INVARIANT(r == PSYNC_OK);
    begin(d, next);
}

static void give_up(struct psync_direct *d, struct item *it, const char *outcome, const char *reason)
{
    if (it->reason[0] == '\0' || strcmp(outcome, "not sent") == 0)
        snprintf(it->reason, sizeof it->reason, "%s", reason);
    end(d, it, outcome);
}

/* Hands the item to the dispatcher. */
static void begin(struct psync_direct *d, struct item *it)
{
    psync_ms now = psync_clock_now();
    const struct rest *rest = rest_of(d, it->message->destination);
    if (d->stopped)
        give_up(d, it, "not sent", "stopped");
    else if (rest->until > now)
        give_up(d, it, "not sent", rest->reason);
    else if (psync_dispatcher_offer(d->dispatcher, it->message, now) != PSYNC_OK)
        give_up(d, it, "failed", "out of memory");
}

/* ---- verdicts ---- */
static void try_again_at(struct psync_direct *d, struct item *it, psync_ms at)
{
    if (psync_heap_add(&d->retries, &it->retry, at) != PSYNC_OK)
        give_up(d, it, "failed", "out of memory");
}

/* What became of a try. */
struct trial {
    enum psync_verdict verdict;
    psync_ms not_before; /* RETRY */
    psync_ms asked_ms;   /* of it the API asked for so much; 0: for nothing */
    const char *outcome; /* a literal */
};

/* The API wants to be left alone for longer than we wait: whatever else is meant for it need not be tried either. */
static void take_a_rest(struct psync_direct *d, struct item *it, const struct trial *t, psync_ms now)
{
    struct rest *rest = rest_of(d, it->message->destination);
    rest->until = t->not_before;
    snprintf(rest->reason, sizeof rest->reason, "the API asks to wait %lld s", (long long)((t->asked_ms + 999) / 1000));
    snprintf(it->reason, sizeof it->reason, "%s", rest->reason);
    /* So that the dispatcher gives back what it holds. If that fails its messages wait, which is lawful too. */
    if (psync_dispatcher_pause(d->dispatcher, it->message->destination, rest->reason, now) != PSYNC_OK)
        rest->until = 0;
}

static void end_rests(struct psync_direct *d, psync_ms now)
{
    for (size_t i = 0; i < d->config->n_destinations; i++) {
        bool over = d->rests[i].until != 0 && d->rests[i].until <= now;
        if (over && psync_dispatcher_resume(d->dispatcher, d->config->destinations[i].name, false, now, NULL) == PSYNC_OK)
            d->rests[i].until = 0;
    }
}

static bool is_too_far(const struct trial *t, psync_ms now)
{
    return t->not_before - now > WAIT_MAX_MS;
}

/* `tries` with this one. */
static bool is_last_try(const struct psync_direct *d, const struct trial *t, uint32_t tries, psync_ms now)
{
    return !d->async || tries > d->config->async.retries || d->stopped || is_too_far(t, now);
}

static void on_retry(struct psync_direct *d, struct item *it, const struct trial *t, psync_ms now)
{
    bool last = is_last_try(d, t, it->message->tries, now);
    if (t->asked_ms > 0 && is_too_far(t, now))
        take_a_rest(d, it, t, now);
    if (last)
        end(d, it, "failed");
    else
        try_again_at(d, it, t->not_before);
}

/* Not tried: stopped, at rest, or there was no memory or no descriptor for it. */
static void on_release(struct psync_direct *d, struct item *it, const char *why, psync_ms now)
{
    const struct rest *rest = rest_of(d, it->message->destination);
    if (d->stopped)
        give_up(d, it, "not sent", "stopped");
    else if (rest->until > now)
        give_up(d, it, "not sent", rest->reason);
    else if (d->async && ++it->releases <= AGAIN_MOST)
        try_again_at(d, it, now + AGAIN_MS);
    else
        give_up(d, it, "failed", why[0] != '\0' ? why : "not tried");
}

/* What a queue would keep of the attempt, for the dispatcher's next judgement of the message. */
static void remember(struct item *it, const struct psync_settle *settle)
{
    struct psync_message *m = it->message;
    m->tries++;
    m->attempts += settle->attempt.counted;
    m->last_try_at = psync_clock_now();
    m->last_unanswered = m->last_unanswered || settle->attempt.unanswered;
    m->first_active_ms = settle->first_active_ms;
    it->status = settle->attempt.status;
    it->latency_ms = settle->attempt.latency_ms;
    snprintf(it->reason, sizeof it->reason, "%s", settle->attempt.error);
}

static struct item *take_item(struct psync_direct *d, struct psync_settlement *s)
{
    char subject[SUBJECT_MAX];
    size_t len = write_subject(s->message, subject);
    struct item *it = psync_map_get(&d->first, (struct psync_span){subject, len});
    PSYNC_INVARIANT(it && it->message == s->message);
    s->message = NULL; /* it goes on living */
    return it;
}

static void settle(void *arg, struct psync_settlement *s)
{
    struct psync_direct *d = arg;
    psync_ms now = psync_clock_now();
    const struct trial t = {s->settle.verdict, s->settle.not_before, s->asked_ms, s->outcome};
    char why[sizeof((struct item *)0)->reason];
    bool given_up = t.verdict == PSYNC_VERDICT_RETRY && is_last_try(d, &t, s->message->tries + 1, now);
    psync_delivery_log(d->log, s, given_up, now);
    struct item *it = take_item(d, s);
    snprintf(why, sizeof why, "%s", s->settle.attempt.error);
    if (t.verdict != PSYNC_VERDICT_RELEASE)
        remember(it, &s->settle);
    psync_settlement_free(s);
    switch (t.verdict) {
    case PSYNC_VERDICT_DONE:
        end(d, it, t.outcome);
        return;
    case PSYNC_VERDICT_RETRY:
        on_retry(d, it, &t, now);
        return;
    case PSYNC_VERDICT_DEAD:
        end(d, it, "failed");
        return;
    case PSYNC_VERDICT_RELEASE:
        on_release(d, it, why, now);
        return;
    }
}

/* ---- the rest of the port: there is no queue that could remember anything, and there are no batches ---- */
static void bind(void *arg, struct psync_request *request)
{
    struct psync_direct *d = arg;
    psync_engine_bound(d->engine, request, false);
}

static void hold(void *arg, const char *destination, const struct psync_hold *state)
{
    (void)arg, (void)destination, (void)state;
}

static void note(void *arg, const char *destination, const struct psync_figures *figures)
{
    (void)arg, (void)destination, (void)figures;
}

static void revive(void *arg, const char *destination, const char *const *ids, size_t n)
{
    (void)arg, (void)destination, (void)ids, (void)n;
}

/* ---- the loop ---- */
static void begin_due_retries(struct psync_direct *d, psync_ms now)
{
    struct psync_heap_item *due;
    while ((due = psync_heap_first(&d->retries)) != NULL && (due->due <= now || d->stopped)) {
        psync_heap_remove(&d->retries, due);
        begin(d, PSYNC_CONTAINER(due, struct item, retry));
    }
}

static void obey_stop(struct psync_direct *d, psync_ms now)
{
    unsigned stops = atomic_load(&d->stops);
    if (stops > 0 && !d->stopped) {
        d->stopped = true;
        psync_dispatcher_stop(d->dispatcher, now);
    }
    if (stops > 1)
        psync_engine_abort(d->engine);
}

static enum psync_result turn(struct psync_direct *d, psync_ms max_wait_ms, struct psync_error *err)
{
    psync_ms now = psync_clock_now();
    obey_stop(d, now);
    end_rests(d, now);
    begin_due_retries(d, now);
    psync_engine_act(d->engine);
    const struct psync_heap_item *due = psync_heap_first(&d->retries);
    if (d->n_items == 0 && !d->waits_for_input)
        max_wait_ms = 0;
    if (due && due->due - now < max_wait_ms)
        max_wait_ms = due->due > now ? due->due - now : 0;
    d->turned_at = now;
    return psync_engine_turn(d->engine, max_wait_ms, err);
}

static enum psync_result turn_until(struct psync_direct *d, size_t n_items, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    while (d->n_items > n_items && r == PSYNC_OK)
        r = turn(d, TURN_MAX_MS, err);
    return r;
}

enum psync_result psync_direct_send(struct psync_direct *d, struct psync_message *message, struct psync_error *err)
{
    if (!rest_of(d, message->destination))
        return psync_fail(err, PSYNC_REJECT, "no such destination: %s", message->destination);
    struct item *it = item_new(message);
    if (!it)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    struct item *first = psync_map_get(&d->first, subject_of(it));
    if (!first && psync_map_set(&d->first, subject_of(it), it) != PSYNC_OK) {
        free(it);
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    }
    /* The dispatcher tells messages apart by their id, which a queue would have given. */
    snprintf(message->id, sizeof message->id, "%llu", (unsigned long long)++d->next_id);
    d->n_items++;
    if (first)
        psync_list_push(&first->followers, &it->link);
    else
        begin(d, it);
    if (!d->async)
        return turn_until(d, 0, err);
    if (d->n_items >= d->room)
        return turn_until(d, d->room - 1, err);
    /* Between, so that the network does not wait for a slow input; but not for each product of a fast one. */
    return psync_clock_now() > d->turned_at ? turn(d, 0, err) : PSYNC_OK;
}

/* It can, or has ended or failed, as reading will tell. */
static bool can_be_read(int fd)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    return poll(&input, 1, 0) > 0;
}

enum psync_result psync_direct_wait(struct psync_direct *d, int fd, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    psync_engine_watch(d->engine, fd);
    d->waits_for_input = true;
    while (r == PSYNC_OK && !can_be_read(fd)) {
        if (d->n_items == 0)
            psync_log_flush(d->log); /* no turn may come for hours */
        if (atomic_load(&d->stops) > 0)
            r = psync_fail(err, PSYNC_GONE, "stopped");
        else
            r = turn(d, d->n_items > 0 ? TURN_MAX_MS : IDLE_MAX_MS, err);
    }
    d->waits_for_input = false;
    psync_engine_watch(d->engine, -1);
    return r;
}

enum psync_result psync_direct_finish(struct psync_direct *d, struct psync_error *err)
{
    return turn_until(d, 0, err);
}

void psync_direct_stop(struct psync_direct *d)
{
    (void)atomic_fetch_add(&d->stops, 1);
    psync_engine_wakeup(d->engine);
}

/* ---- life ---- */
static enum psync_result set_up(struct psync_direct *d, struct psync_error *err)
{
    struct psync_engine_port port = {settle, bind, hold, note, revive, d};
    struct psync_engine_open open = {d->config, PSYNC_DISPATCH_DIRECT, &port, d->log};
    d->rests = calloc(d->config->n_destinations, sizeof *d->rests);
    if (!d->rests)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result r = psync_engine_new(&open, &d->engine, err);
    if (r == PSYNC_OK)
        d->dispatcher = psync_engine_dispatcher(d->engine);
    return r;
}

enum psync_result psync_direct_new(const struct psync_direct_open *open, struct psync_direct **ret_direct,
                                   struct psync_error *err)
{
    struct psync_direct *d = calloc(1, sizeof *d);
    if (!d)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    psync_map_init(&d->first);
    psync_heap_init(&d->retries);
    d->config = open->config;
    d->async = open->async;
    d->log = open->log;
    d->report = open->report;
    d->arg = open->arg;
    d->room = 2 * open->config->n_destinations * open->config->work.concurrency + 1;
    enum psync_result r = set_up(d, err);
    if (r != PSYNC_OK) {
        psync_direct_free(d);
        return r;
    }
    *ret_direct = d;
    return PSYNC_OK;
}

/* The messages of the first items are the dispatcher's unless they wait for a retry. */
static void free_items(struct psync_direct *d)
{
    size_t cursor = 0;
    for (struct item *it; (it = psync_map_next(&d->first, &cursor)) != NULL;) {
        struct psync_link *link;
        while ((link = psync_list_pop(&it->followers)) != NULL)
            item_free(PSYNC_CONTAINER(link, struct item, link));
        if (it->retry.index == SIZE_MAX)
            it->message = NULL;
        item_free(it);
    }
}

void psync_direct_free(struct psync_direct *d)
{
    if (!d)
        return;
    free_items(d);
    psync_engine_free(d->engine);
    psync_map_done(&d->first);
    psync_heap_done(&d->retries);
    free(d->rests);
    free(d);
}
