/* products - POST /products: the token, the rules, the key, the effect, in the order a real API has them. */
#include "mock/mock_impl.h"
#include "mock/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How one item of a request fares. */
struct judgement {
    unsigned status;
    const char *title; /* NULL for a good one */
};

/* A request between its arrival and its end, which its latency lies between. */
struct plan {
    struct psync_mock *mock;
    struct psync_mock_rules *rules; /* keeps what `decision` points at */
    struct psync_mock_decision decision;
    struct psync_mock_payload payload;
    struct judgement *judgements; /* one an item */
    struct judgement refusal;     /* of the request as a whole; status 0: none */
    const char *detail;           /* of the refusal; NULL: none */
    enum psync_mock_standing standing;
    bool has_key;
    char key[PSYNC_MOCK_KEY_MAX + 1];
};

static void free_plan(void *arg)
{
    struct plan *plan = arg;
    psync_mock_lock(plan->mock);
    psync_mock_rules_release(plan->rules);
    psync_mock_unlock(plan->mock);
    psync_mock_payload_done(&plan->payload);
    free(plan->judgements);
    free(plan);
}

static struct plan *new_plan(struct psync_web_request *rq, struct psync_mock *mock)
{
    struct plan *plan = calloc(1, sizeof(*plan));
    if (!plan)
        return NULL;
    plan->mock = mock;
    psync_mock_payload_init(&plan->payload);
    psync_web_attach(rq, plan, free_plan);
    return plan;
}

/* The first refusal counts. */
static void refuse(struct plan *plan, unsigned status, const char *title, const char *detail)
{
    if (plan->refusal.status)
        return;
    plan->refusal = (struct judgement){status, title};
    plan->detail = detail;
}

/* ---- arrival: all under the mock's lock ---- */

static bool may_enter(const struct psync_mock *mock, struct psync_web_request *rq)
{
    static const char scheme[] = "Bearer ";
    const char *given = psync_web_header(rq, "Authorization");
    return !mock->conf.token[0] || (given && strncasecmp(given, scheme, sizeof(scheme) - 1) == 0 &&
                                    strcmp(given + sizeof(scheme) - 1, mock->conf.token) == 0);
}

static bool is_json(struct psync_web_request *rq)
{
    static const char wanted[] = "application/json";
    const char *type = psync_web_header(rq, "Content-Type");
    return type && strncasecmp(type, wanted, sizeof(wanted) - 1) == 0 &&
           (type[sizeof(wanted) - 1] == '\0' || strchr("; ", type[sizeof(wanted) - 1]));
}

/* A structured-field String has double quotes (the draft), bare text is what most APIs take: both are the same key. */
static void read_key(struct psync_web_request *rq, struct plan *plan)
{
    const char *key = psync_web_header(rq, "Idempotency-Key");
    size_t n = key ? strlen(key) : 0;
    if (n >= 2 && key[0] == '"' && key[n - 1] == '"') {
        key++;
        n -= 2;
    }
    if (n > PSYNC_MOCK_KEY_MAX)
        refuse(plan, 400, "Idempotency-Key is too long", "at most 255 characters");
    else if (n == 0 && plan->mock->conf.require_key)
        refuse(plan, 400, "Idempotency-Key is missing", NULL);
    plan->has_key = n > 0 && n <= PSYNC_MOCK_KEY_MAX;
    if (plan->has_key)
        memcpy(plan->key, key, n);
}

static void read_payload(struct psync_web_request *rq, struct plan *plan)
{
    enum psync_result r =
        psync_mock_payload_scan(&plan->payload, psync_web_body(rq), plan->mock->conf.price_digits);
    if (r == PSYNC_NOMEM)
        refuse(plan, 503, "Out of memory", NULL);
    if (r != PSYNC_OK) {
        refuse(plan, 400, "The body is not JSON", "a product or an array of products is expected");
        plan->mock->ledger.totals.violations++;
        plan->payload.n = 0;
    } else if (plan->payload.n == 0) {
        refuse(plan, 400, "The batch is empty", NULL);
    }
}

/* Enters each product into the ledger, then asks the rules. */
static void decide(struct plan *plan, psync_ms now)
{
    struct psync_mock *mock = plan->mock;
    size_t n = plan->payload.n;
    struct psync_mock_fact one = {0, 0}, *facts = n > 1 ? calloc(n, sizeof(*facts)) : &one;
    plan->judgements = calloc(n + 1, sizeof(*plan->judgements));
    if (!facts || !plan->judgements) {
        refuse(plan, 503, "Out of memory", NULL);
        n = plan->payload.n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const struct psync_mock_item *item = &plan->payload.items[i];
        struct psync_mock_product *p = item->id > 0 ? psync_mock_ledger_see(&mock->ledger, item->id) : NULL;
        if (item->violation)
            psync_mock_ledger_violation(&mock->ledger, p, item->violation);
        facts[i] = (struct psync_mock_fact){item->id, p ? p->requests : 0};
    }
    plan->rules = psync_mock_rules_share(mock->rules);
    plan->decision = psync_mock_rules_decide(
        mock->rules, &(struct psync_mock_facts){.products = facts, .n = n, .batch = plan->payload.batch}, now);
    for (size_t i = 0; i < n && plan->payload.batch; i++) {
        const struct psync_mock_rule *rule =
            psync_mock_rules_item(mock->rules, facts[i].id, facts[i].requests, now);
        if (rule)
            plan->judgements[i] =
                (struct judgement){(unsigned)rule->status, rule->title ? rule->title : "Unprocessable Content"};
    }
    if (facts != &one)
        free(facts);
}

/* What the contract says of each item. */
static void judge(struct plan *plan)
{
    for (size_t i = 0; i < plan->payload.n; i++) {
        const struct psync_mock_item *item = &plan->payload.items[i];
        struct judgement *j = &plan->judgements[i];
        if (j->status == 0 && item->violation && (!plan->mock->conf.lenient || item->id <= 0))
            *j = (struct judgement){422, item->violation};
        else if (j->status == 0)
            j->status = 201;
        bool whole = !plan->payload.batch || plan->mock->conf.batch == PSYNC_MOCK_BATCH_WHOLE;
        if (whole && j->status >= 300)
            refuse(plan, j->status, j->title, NULL);
    }
}

/* What passed everything else begins to run under its key. */
static void begin(struct psync_web_request *rq, struct plan *plan)
{
    struct psync_mock_key *ignored;
    if (!plan->has_key || plan->refusal.status || !psync_mock_rule_takes_effect(plan->decision.rule))
        return;
    plan->standing = psync_mock_key_begin(&plan->mock->ledger, plan->key, psync_web_body(rq), &ignored);
    if (plan->standing == PSYNC_MOCK_RUNNING) {
        refuse(plan, 409, "The original request is still running", NULL);
    } else if (plan->standing == PSYNC_MOCK_MISUSED) {
        plan->mock->ledger.totals.conflicts++;
        refuse(plan, 422, "Idempotency-Key was used with another payload", NULL);
    } else if (plan->standing == PSYNC_MOCK_NO_MEMORY) {
        refuse(plan, 503, "Out of memory", NULL);
    }
}

static void arrive(struct psync_web_request *rq, struct plan *plan)
{
    struct psync_mock *mock = plan->mock;
    mock->ledger.totals.requests++;
    if (!may_enter(mock, rq)) {
        refuse(plan, 401, "The token is wrong or missing", NULL);
        return;
    }
    if (mock->ledger.totals.requests > mock->conf.max_requests) {
        refuse(plan, 507, "The ledger is full", "DELETE /ledger empties it");
        return;
    }
    if (!is_json(rq))
        refuse(plan, 415, "Content-Type must be application/json", NULL);
    read_key(rq, plan);
    read_payload(rq, plan);
    decide(plan, psync_clock_now());
    judge(plan);
    begin(rq, plan);
}

/* ---- the end, after the latency: under the lock too ---- */

static enum psync_result show_batch(const struct plan *plan, struct psync_buf *b)
{
    struct psync_json_writer w;
    psync_json_writer_begin(&w, b);
    psync_json_open(&w, NULL, '[');
    for (size_t i = 0; i < plan->payload.n; i++) {
        psync_json_open(&w, NULL, '{');
        psync_json_put_int(&w, "id", plan->payload.items[i].id);
        psync_json_put_int(&w, "status", plan->judgements[i].status);
        if (plan->judgements[i].title)
            psync_json_put_text(&w, "title", plan->judgements[i].title);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    return psync_json_writer_end(&w);
}

static void show_success(const struct plan *plan, struct psync_mock_outcome *o)
{
    enum psync_result r;
    o->content_type = "application/json";
    o->status = plan->payload.batch ? 200 : 201;
    if (!plan->payload.batch) {
        r = psync_buf_printf(&o->body, "{\"id\":%lld,\"status\":\"created\"}", (long long)plan->payload.items[0].id);
    } else if (plan->mock->conf.batch == PSYNC_MOCK_BATCH_WHOLE) {
        r = psync_buf_add_str(&o->body, "{\"status\":\"created\"}");
    } else {
        o->status = plan->mock->conf.batch == PSYNC_MOCK_BATCH_207 ? 207 : 200;
        r = show_batch(plan, &o->body);
    }
    if (r != PSYNC_OK)
        psync_buf_clear(&o->body);
}

static void commit(struct plan *plan)
{
    struct psync_mock_ledger *l = &plan->mock->ledger;
    for (size_t i = 0; i < plan->payload.n; i++) {
        const struct psync_mock_item *item = &plan->payload.items[i];
        if (plan->judgements[i].status >= 300)
            continue;
        struct psync_mock_product *p = psync_mock_ledger_find(l, item->id);
        if (!p) /* the ledger was emptied while the request ran */
            p = psync_mock_ledger_see(l, item->id);
        if (p)
            psync_mock_ledger_effect(l, p, plan->has_key ? plan->key : NULL, item->bytes);
    }
}

static void replay(struct plan *plan, struct psync_mock_outcome *o)
{
    const struct psync_mock_key *k =
        psync_map_get(&plan->mock->ledger.by_key, (struct psync_span){plan->key, strlen(plan->key)});
    plan->mock->ledger.totals.replays++;
    if (!k || k->running || psync_buf_add(&o->body, k->answer, k->answer_len) != PSYNC_OK) {
        psync_mock_outcome_problem(o, 503, NULL, "The answer is gone", NULL); /* the ledger was emptied meanwhile */
        return;
    }
    o->status = k->status;
    o->content_type = "application/json";
}

static void carry_out(struct plan *plan, struct psync_mock_outcome *o)
{
    if (plan->refusal.status) {
        psync_mock_outcome_problem(o, plan->refusal.status, NULL, plan->refusal.title, plan->detail);
    } else if (!psync_mock_rule_takes_effect(plan->decision.rule)) {
        o->status = 200; /* the rule has another */
    } else if (plan->has_key && plan->standing == PSYNC_MOCK_ANSWERED) {
        replay(plan, o);
    } else {
        commit(plan);
        show_success(plan, o);
        if (plan->has_key)
            psync_mock_key_settle(&plan->mock->ledger, plan->key, o->status,
                                  (struct psync_span){o->body.data, o->body.len});
    }
}

static void finish(struct psync_web_request *rq, void *arg)
{
    struct psync_mock *mock = arg;
    struct plan *plan = psync_web_attached(rq);
    struct psync_mock_outcome outcome = {.status = 200};
    psync_buf_init(&outcome.body, PSYNC_MOCK_ANSWER_MAX);
    psync_mock_lock(mock);
    carry_out(plan, &outcome);
    struct psync_mock_decision decision = plan->decision;
    mock->ledger.totals.refused += psync_mock_is_refusal(&decision, &outcome);
    psync_mock_unlock(mock);
    if (decision.rule && decision.rule->endless_headers && psync_mock_flood(mock, rq, outcome.status))
        psync_buf_done(&outcome.body);
    else
        psync_mock_answer(rq, &decision, &outcome);
}

void psync_mock_post_products(struct psync_web_request *rq, void *arg)
{
    struct psync_mock *mock = arg;
    struct plan *plan = new_plan(rq, mock);
    if (!plan) {
        psync_web_problem(rq, 503, "Out of memory", NULL);
        return;
    }
    psync_mock_lock(mock);
    arrive(rq, plan);
    psync_ms latency_ms = plan->decision.latency_ms;
    psync_mock_unlock(mock);
    if (latency_ms > 0)
        psync_web_call_later(rq, latency_ms, finish, mock);
    else
        finish(rq, mock);
}

void psync_mock_get_products(struct psync_web_request *rq, void *arg)
{
    struct psync_mock *mock = arg;
    struct psync_mock_decision decision = {.latency_ms = 0};
    struct psync_mock_outcome outcome = {.status = 200, .content_type = "application/json"};
    psync_buf_init(&outcome.body, PSYNC_MOCK_ANSWER_MAX);
    psync_mock_lock(mock);
    if (!may_enter(mock, rq))
        psync_mock_outcome_problem(&outcome, 401, NULL, "The token is wrong or missing", NULL);
    else if (psync_buf_printf(&outcome.body, "{\"products\":%zu}", mock->ledger.n_products) != PSYNC_OK)
        outcome.status = 503;
    psync_mock_unlock(mock);
    psync_mock_answer(rq, &decision, &outcome);
}
