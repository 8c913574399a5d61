/* model - see model.h. */
#include "model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[MODEL_DESTINATIONS] = {"default", "second", "third"};

/* A request under way. */
struct pending {
    struct psync_heap_item due;
    struct psync_request *request;
    struct model_answer answer;
    psync_ms began;
    bool bind;
};

/* ---- life ---- */
void model_init(struct model *m, model_api *api)
{
    memset(m, 0, sizeof *m);
    m->api = api;
    m->now = MODEL_BEGIN;
    psync_random_init(&m->random, 1);
    psync_heap_init(&m->delayed);
    psync_heap_init(&m->pending);
    for (size_t i = 0; i < MODEL_DESTINATIONS; i++) {
        m->confs[i] = (struct psync_destination_conf){.name = names[i], .url = "https://api.example/products",
            .auth_header = "X-API-Key", .token = "t", .token_file = "", .headers = "", .key_header = "Idempotency-Key"};
        psync_list_init(&m->ready[i]);
    }
    m->config = (struct psync_config){
        .retry = {.attempts = 5, .backoff = 1000, .backoff_max = 300000, .jitter_max = 250, .give_up_after = 72 * HOUR,
                  .budget_percent = 20, .budget_reserve = 10, .retry_after_max = 24 * HOUR},
        .breaker = {.failures = 5, .failure_percent = 80, .window = 50, .cool_off = 5000, .cool_off_max = 300000,
                    .suspend_after = 3, .refusals = 20},
        .http = {.timeout = 10000, .connect_timeout = 5000},
        .batch = {.size = 1, .linger = 100, .max_bytes = 1 << 20},
        .work = {.concurrency = 32, .adaptive = true, .lease = 300000},
        .async = {.retries = 2},
        .destinations = m->confs,
        .n_destinations = 1,
    };
}

void model_open(struct model *m)
{
    struct psync_dispatcher_open open = {.config = &m->config, .mode = m->mode, .seed = 7, .now = m->now};

    m->d = psync_dispatcher_new(&open);
    assert_non_null(m->d);
    for (size_t i = 0; i < m->config.n_destinations; i++)
        assert_int_equal(psync_dispatcher_restore(m->d, names[i], &m->holds[i], &m->figures[i], m->now), PSYNC_OK);
}

static void drop_pending(struct model *m)
{
    for (struct psync_heap_item *i; (i = psync_heap_first(&m->pending)) != NULL;) {
        psync_heap_remove(&m->pending, i);
        free(PSYNC_CONTAINER(i, struct pending, due));
    }
    m->in_flight = 0;
}

void model_done(struct model *m)
{
    drop_pending(m);
    psync_dispatcher_free(m->d);
    psync_heap_done(&m->delayed);
    psync_heap_done(&m->pending);
    free(m->messages);
}

/* ---- the queue ---- */
static size_t destination_index(const char *name)
{
    for (size_t i = 0; i < MODEL_DESTINATIONS; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    fail_msg("no destination %s", name);
    return 0;
}

static struct model_message *message_of(struct model *m, const struct psync_message *leased)
{
    return &m->messages[strtoull(leased->id, NULL, 10)];
}

static void make_ready(struct model *m, struct model_message *x)
{
    x->state = PSYNC_STATE_READY;
    if (x->ahead < 0)
        psync_list_push(&m->ready[destination_index(x->m.destination)], &x->ready);
}

static void add(struct model *m, int64_t product, size_t destination, int ahead)
{
    struct model_message *x = &m->messages[m->n];

    memset(x, 0, sizeof *x);
    snprintf(x->m.id, sizeof x->m.id, "%zu", m->n);
    snprintf(x->key, sizeof x->key, "product:%lld:%zu", (long long)product, m->n);
    snprintf(x->payload, sizeof x->payload, "{\"id\":%lld}", (long long)product);
    x->m.key = x->key;
    x->m.payload = (struct psync_span){x->payload, strlen(x->payload)};
    x->m.destination = names[destination];
    x->m.type = "product.created";
    x->m.trace = x->m.batch_key = x->m.subject.shop = "";
    x->m.subject.product = product;
    x->m.created_at = m->now;
    x->m.first_active_ms = -1;
    x->ahead = ahead;
    x->behind = -1;
    psync_heap_item_init(&x->due);
    psync_list_init(&x->ready);
    m->n++;
    m->unfinished++;
    make_ready(m, x);
}

/* The messages never move once a dispatcher knows them: the array is made once, of the size the test needs. */
static void reserve(struct model *m, size_t n)
{
    if (m->messages == NULL) {
        m->cap = n > 2000 ? n : 2000;
        m->messages = malloc(m->cap * sizeof *m->messages);
    }
    assert_non_null(m->messages);
    assert_true(m->n + n <= m->cap);
}

size_t model_put(struct model *m, size_t n, size_t destination)
{
    size_t first = m->n;

    reserve(m, n);
    for (size_t i = 0; i < n; i++)
        add(m, (int64_t)m->n + 1, destination, -1);
    return first;
}

void model_put_product(struct model *m, int64_t product, size_t destination)
{
    int ahead = -1;

    reserve(m, 1);
    for (size_t i = 0; i < m->n; i++) {
        const struct psync_message *other = &m->messages[i].m;
        if (other->subject.product == product && strcmp(other->destination, names[destination]) == 0)
            ahead = (int)i;
    }
    if (ahead >= 0)
        m->messages[ahead].behind = (int)m->n;
    if (ahead >= 0 && (m->messages[ahead].state == PSYNC_STATE_DONE || m->messages[ahead].state == PSYNC_STATE_DEAD))
        ahead = -1;
    add(m, product, destination, ahead);
}

static void finish(struct model *m, struct model_message *x, enum psync_state state)
{
    x->state = state;
    x->done_at = m->now;
    m->unfinished--;
    m->done += state == PSYNC_STATE_DONE;
    m->dead += state == PSYNC_STATE_DEAD;
    if (x->behind < 0)
        return;
    struct model_message *next = &m->messages[x->behind];
    if (next->ahead < 0)
        return; /* freed before, when this one was a dead letter */
    next->ahead = -1;
    make_ready(m, next);
}

static void record(struct model_message *x, const struct psync_settle *s)
{
    x->m.tries++;
    x->m.attempts += s->attempt.counted;
    x->counted += s->attempt.counted;
    x->history++;
    x->m.last_try_at = s->attempt.at;
    x->m.last_unanswered |= s->attempt.unanswered;
    x->m.first_active_ms = s->first_active_ms;
    x->last_status = s->attempt.status;
    snprintf(x->last_error, sizeof x->last_error, "%s", s->attempt.error);
    snprintf(x->last_problem, sizeof x->last_problem, "%s", s->attempt.problem);
}

static void leave_batch(struct model_message *x)
{
    x->batch_key[0] = '\0';
    x->m.batch_pos = x->m.batch_count = 0;
    x->m.last_unanswered = false; /* under that key */
}

static void settle(struct model *m, struct psync_settlement *settlement)
{
    const struct psync_settle *s = &settlement->settle;
    struct model_message *x = message_of(m, s->message);

    assert_ptr_equal(s->message, settlement->message);
    assert_int_equal(x->state, PSYNC_STATE_IN_FLIGHT);
    assert_true(s->first_active_ms >= 0 || s->verdict == PSYNC_VERDICT_RELEASE);
    snprintf(x->outcome, sizeof x->outcome, "%s", settlement->outcome);
    x->verdict_batch = settlement->batch;
    if (s->unbind)
        leave_batch(x);
    if (s->verdict != PSYNC_VERDICT_RELEASE)
        record(x, s);
    switch (s->verdict) {
    case PSYNC_VERDICT_DONE:
        finish(m, x, PSYNC_STATE_DONE);
        break;
    case PSYNC_VERDICT_DEAD:
        finish(m, x, PSYNC_STATE_DEAD);
        break;
    case PSYNC_VERDICT_RETRY:
        assert_true(s->not_before >= m->now);
        x->state = PSYNC_STATE_DELAYED;
        x->not_before = s->not_before;
        assert_int_equal(psync_heap_add(&m->delayed, &x->due, s->not_before), PSYNC_OK);
        break;
    case PSYNC_VERDICT_RELEASE:
        make_ready(m, x);
        break;
    }
    m->freed |= s->verdict == PSYNC_VERDICT_RELEASE;
    psync_settlement_free(settlement);
}

static void revive(struct model *m, const char *const *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct model_message *x = &m->messages[strtoull(ids[i], NULL, 10)];
        assert_int_equal(x->state, PSYNC_STATE_DEAD);
        x->revived = true;
        x->m.attempts = 0;
        m->dead--;
        m->unfinished++;
        leave_batch(x);
        make_ready(m, x);
    }
}

static void wake_delayed(struct model *m)
{
    for (struct psync_heap_item *i; (i = psync_heap_first(&m->delayed)) != NULL && i->due <= m->now;) {
        psync_heap_remove(&m->delayed, i);
        make_ready(m, PSYNC_CONTAINER(i, struct model_message, due));
    }
}

static bool offer(struct model *m, struct model_message *x)
{
    x->m.batch_key = x->batch_key;
    x->m.lease = 1;
    struct psync_message *leased = psync_message_new(&x->m);
    if (leased == NULL)
        return false;
    if (psync_dispatcher_offer(m->d, leased, m->now) != PSYNC_OK) {
        psync_message_free(leased);
        return false;
    }
    psync_list_remove(&x->ready);
    x->state = PSYNC_STATE_IN_FLIGHT;
    return true;
}

/* A bound batch: all of its unfinished members, in their order, or none; more than there is room for if alone. */
static size_t lease_batch(struct model *m, struct model_message *first, size_t room, bool alone)
{
    struct model_message *members[1000] = {0};
    size_t n = 0, given = 0;

    for (size_t i = 0; i < m->n; i++) {
        struct model_message *x = &m->messages[i];
        if (strcmp(x->batch_key, first->batch_key) != 0 || x->state == PSYNC_STATE_DONE || x->state == PSYNC_STATE_DEAD)
            continue;
        if (x->state != PSYNC_STATE_READY)
            return 0;
        members[x->m.batch_pos] = x;
        n++;
    }
    if (n > room && !alone)
        return 0;
    for (size_t i = 0; i < 1000; i++)
        given += members[i] != NULL && offer(m, members[i]);
    return given;
}

static void lease(struct model *m, const struct psync_want *want)
{
    struct psync_link *list = &m->ready[destination_index(want->destination)];
    size_t n = 0;

    for (struct psync_link *l = list->next, *next; l != list && n < want->max; l = next) {
        struct model_message *x = PSYNC_CONTAINER(l, struct model_message, ready);
        size_t given = 0;
        next = l->next;
        if (x->batch_key[0] != '\0') {
            given = lease_batch(m, x, want->max - n, n == 0);
            next = given > 0 ? list->next : next;
        } else {
            given = offer(m, x);
        }
        n += given;
    }
}

/* ---- the API's memory: a key takes effect once, and a finished duplicate gets a success again ---- */
static uint64_t hash_of(const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
    return hash;
}

static bool is_applied(const struct model_message *x, const char *key)
{
    for (uint32_t i = 0; i < x->effects; i++) {
        if (x->applied[i] == hash_of(key))
            return true;
    }
    return false;
}

static void apply(struct model *m, const struct psync_request *r, uint32_t failed_items)
{
    for (size_t i = 0; i < r->n_members; i++) {
        struct model_message *x = message_of(m, r->members[i]);
        if ((i < 32 && failed_items >> i & 1) || is_applied(x, r->key))
            continue;
        assert_true(x->effects < 8);
        x->applied[x->effects++] = hash_of(r->key);
    }
}

/* What was answered before: a success, or item by item if some failed. */
static struct model_answer stored_answer(struct model *m, const struct psync_request *r)
{
    static char body[32 * 16 + 8];
    struct model_answer a = {.status = 200};
    int len = 0;

    for (size_t i = 0; i < r->n_members && i < 32; i++) {
        bool applied = is_applied(message_of(m, r->members[i]), r->key);
        a.failed_items |= applied ? 0 : UINT32_C(1) << i;
        len += snprintf(body + len, sizeof body - (size_t)len, "%s{\"status\":%d}", i > 0 ? "," : "[",
                        applied ? 200 : 503);
    }
    snprintf(body + len, sizeof body - (size_t)len, "]");
    a.body = a.failed_items != 0 ? body : NULL;
    return a;
}

static struct model_answer ask(struct model *m, const struct psync_request *r)
{
    struct model_answer a = m->api(m, r);

    bool judged = a.transport == PSYNC_NET_ANSWER && a.status != 409 && a.status < 500; /* a fault comes before that */
    if (judged && is_applied(message_of(m, r->members[0]), r->key))
        a = stored_answer(m, r);
    if (a.transport == PSYNC_NET_ANSWER && a.status == 0)
        a.status = 200;
    if (a.latency_ms == 0)
        a.latency_ms = 20;
    if ((a.transport == PSYNC_NET_ANSWER && a.status >= 200 && a.status <= 299) || a.lost)
        apply(m, r, a.failed_items);
    return a;
}

/* ---- effects ---- */
static void start(struct model *m, struct psync_request *r, bool bind)
{
    struct pending *p = calloc(1, sizeof *p);

    assert_non_null(p);
    psync_heap_item_init(&p->due);
    p->request = r;
    p->bind = bind;
    p->began = m->now;
    if (!bind) {
        m->requests++;
        m->trials += r->trial;
        m->in_flight++;
        m->most_in_flight = m->in_flight > m->most_in_flight ? m->in_flight : m->most_in_flight;
        p->answer = ask(m, r);
    } else {
        m->binds++;
        p->answer.latency_ms = m->bind_takes;
    }
    assert_int_equal(psync_heap_add(&m->pending, &p->due, m->now + p->answer.latency_ms), PSYNC_OK);
}

static void bind(struct model *m, const struct psync_request *r)
{
    for (size_t i = 0; i < r->n_members; i++) {
        struct model_message *x = message_of(m, r->members[i]);
        snprintf(x->batch_key, sizeof x->batch_key, "%s", r->key);
        x->m.batch_pos = (uint32_t)i;
        x->m.batch_count = (uint32_t)r->n_members;
        x->m.last_unanswered = false;
    }
}

static const char *const levels[] = {"debug", "info", "warning", "error"};

static void act(struct model *m, const struct psync_effect *e)
{
    size_t i = destination_index(e->destination);

    switch (e->kind) {
    case PSYNC_EFFECT_SEND:
        start(m, e->request, false);
        break;
    case PSYNC_EFFECT_BIND:
        start(m, e->request, true);
        break;
    case PSYNC_EFFECT_SETTLE:
        settle(m, e->settlement);
        break;
    case PSYNC_EFFECT_HOLD:
        m->holds[i] = e->hold;
        break;
    case PSYNC_EFFECT_NOTE:
        m->figures[i] = e->figures;
        m->notes++;
        break;
    case PSYNC_EFFECT_REVIVE:
        revive(m, e->ids, e->n_ids);
        break;
    case PSYNC_EFFECT_EVENT:
        snprintf(m->events[m->n_events++ % MODEL_EVENTS], sizeof m->events[0], "%s %s: %.180s", levels[e->level],
                 e->destination, e->text);
        break;
    }
}

static void drain(struct model *m)
{
    struct psync_effect e;

    while (psync_dispatcher_next(m->d, m->now, &e))
        act(m, &e);
}

void model_step(struct model *m)
{
    struct psync_want wants[MODEL_DESTINATIONS];

    drain(m);
    wake_delayed(m);
    size_t n = psync_dispatcher_wants(m->d, m->now, wants, MODEL_DESTINATIONS);
    for (size_t i = 0; i < n; i++) {
        lease(m, &wants[i]);
        psync_dispatcher_leased(m->d, &wants[i]);
    }
    drain(m);
}

/* ---- answers ---- */
static struct psync_span span(const char *text)
{
    return (struct psync_span){text != NULL ? text : "", text != NULL ? strlen(text) : 0};
}

static void answer(struct model *m, struct pending *p)
{
    const struct model_answer *a = &p->answer;
    struct psync_response r = {
        .transport = a->transport, .sent = a->sent || a->transport == PSYNC_NET_ANSWER, .status = a->status,
        .at = p->began, .latency_ms = a->latency_ms, .detail = "", .retry_after = span(a->retry_after),
        .date = span(a->date), .ratelimit = span(a->ratelimit), .x_ratelimit_remaining = span(a->x_remaining),
        .x_ratelimit_reset = span(a->x_reset), .location = span(a->location), .content_type = span(a->content_type),
        .body = span(a->body)};

    m->in_flight--;
    psync_dispatcher_result(m->d, p->request, &r, m->now);
}

static void answer_due(struct model *m)
{
    for (struct psync_heap_item *i; (i = psync_heap_first(&m->pending)) != NULL && i->due <= m->now;) {
        struct pending *p = PSYNC_CONTAINER(i, struct pending, due);
        psync_heap_remove(&m->pending, i);
        if (p->bind && !m->bind_fails)
            bind(m, p->request);
        if (p->bind)
            psync_dispatcher_bound(m->d, p->request, !m->bind_fails, m->now);
        else
            answer(m, p);
        free(p);
        drain(m);
    }
}

static psync_ms next_time(const struct model *m)
{
    psync_ms due = psync_dispatcher_due(m->d, m->now);
    const struct psync_heap_item *firsts[] = {psync_heap_first(&m->delayed), psync_heap_first(&m->pending)};

    for (size_t i = 0; i < 2; i++) {
        if (firsts[i] != NULL && firsts[i]->due < due)
            due = firsts[i]->due;
    }
    return due;
}

bool model_run(struct model *m, psync_ms until)
{
    int still = 0;

    for (;;) {
        model_step(m);
        if (m->unfinished == 0 && m->in_flight == 0)
            return true;
        /* The promise: what is held moves by time, by an answer or by a recorded batch. */
        if (psync_dispatcher_held(m->d) > 0)
            assert_true(psync_dispatcher_due(m->d, m->now) != PSYNC_MS_NEVER || psync_heap_first(&m->pending) != NULL);
        psync_ms next = m->freed ? m->now : next_time(m);
        m->freed = false;
        if (next > until || next == PSYNC_MS_NEVER) {
            m->now = until > m->now && until != PSYNC_MS_NEVER ? until : m->now;
            return false;
        }
        still = next <= m->now ? still + 1 : 0;
        if (still > 10000)
            fail_msg("time stands still");
        m->now = next > m->now ? next : m->now;
        answer_due(m);
    }
}

void model_restart(struct model *m)
{
    drop_pending(m);
    psync_dispatcher_free(m->d);
    for (size_t i = 0; i < m->n; i++) {
        m->messages[i].m.last_unanswered |= m->messages[i].batch_key[0] != '\0';
        if (m->messages[i].state == PSYNC_STATE_IN_FLIGHT)
            make_ready(m, &m->messages[i]);
    }
    model_open(m);
}

size_t model_times_said(const struct model *m, const char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n_events && i < MODEL_EVENTS; i++)
        n += strstr(m->events[i], text) != NULL;
    return n;
}

bool model_said(const struct model *m, const char *text)
{
    return model_times_said(m, text) > 0;
}

struct psync_destination_status model_status(const struct model *m, size_t destination)
{
    struct psync_destination_status s;

    assert_true(psync_dispatcher_status(m->d, destination, m->now, &s));
    return s;
}

size_t model_count(const struct model *m, enum psync_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        n += m->messages[i].state == state;
    return n;
}
