/* rules - which rule fires. */
#include "mock/rules.h"

#include <stdlib.h>

static bool names(const struct psync_mock_rule *rule, int64_t id)
{
    for (size_t i = 0; i < json_object_array_length(rule->products); i++)
        if (json_object_get_int64(json_object_array_get_idx(rule->products, i)) == id)
            return true;
    return false;
}

/* Do the conditions hold that are about products? */
static bool concerns(const struct psync_mock_rule *rule, const struct psync_mock_facts *facts)
{
    bool named = !rule->products, early = !rule->first;
    for (size_t i = 0; i < facts->n; i++) {
        named = named || names(rule, facts->products[i].id);
        early = early || facts->products[i].requests <= rule->first;
    }
    return named && early;
}

/* A bucket of one second's worth. True: it is empty. */
static bool exceeds_rate(struct psync_mock_rule *rule, psync_ms now)
{
    double full = (double)rule->rate;
    rule->tokens += (double)(now - rule->refilled_at) * full / 1000;
    rule->refilled_at = now;
    if (rule->tokens > full)
        rule->tokens = full;
    if (rule->tokens < 1)
        return true;
    rule->tokens -= 1;
    return false;
}

/* Chance comes last, so that a rule out of its time does not use the random stream up. */
static bool fires(struct psync_mock_rules *rules, struct psync_mock_rule *rule, const struct psync_mock_facts *facts,
                  psync_ms now)
{
    psync_ms since = now - rules->set_at;
    if (since < rule->from_ms || since >= rule->to_ms || (rule->times && rule->fired >= rule->times) ||
        !concerns(rule, facts) || (rule->rate && !exceeds_rate(rule, now)) ||
        (rule->probability < 1 && psync_random_unit(&rules->random) >= rule->probability))
        return false;
    rule->fired++;
    return true;
}

static psync_ms pick(struct psync_mock_rules *rules, struct psync_mock_range range)
{
    psync_ms span = range.max_ms - range.min_ms;
    return span ? range.min_ms + (psync_ms)(psync_random_unit(&rules->random) * (double)(span + 1)) : range.min_ms;
}

static bool changes_body(const struct psync_mock_rule *r)
{
    return r->half || r->slow_bytes_per_s || r->huge_bytes || r->endless || r->endless_headers;
}

/* More than latency: it decides, and no later rule is asked. */
static bool is_final(const struct psync_mock_rule *r)
{
    return r->status || r->reset || r->close || r->date_skew_ms || r->has_retry_after || r->effect || changes_body(r);
}

/* One bad product in a batch is refused by itself. */
static bool is_for_items(const struct psync_mock_rule *r)
{
    return r->products && r->status >= 400 && !r->reset && !r->close && !changes_body(r);
}

struct psync_mock_decision psync_mock_rules_decide(struct psync_mock_rules *rules,
                                                   const struct psync_mock_facts *facts, psync_ms now)
{
    struct psync_mock_decision d = {.latency_ms = 0};
    for (size_t i = 0; i < rules->n && !d.rule; i++) {
        struct psync_mock_rule *rule = &rules->rules[i];
        if (facts->batch && is_for_items(rule))
            continue;
        bool fired = fires(rules, rule, facts, now);
        if (rule->rate)
            d.rate = rule;
        if (!fired)
            continue;
        d.latency_ms += pick(rules, rule->latency);
        if (is_final(rule))
            d.rule = rule;
    }
    return d;
}

const struct psync_mock_rule *psync_mock_rules_item(struct psync_mock_rules *rules, int64_t id, uint64_t requests,
                                                    psync_ms now)
{
    struct psync_mock_fact fact = {id, requests};
    struct psync_mock_facts facts = {.products = &fact, .n = 1, .batch = true};
    for (size_t i = 0; i < rules->n; i++)
        if (is_for_items(&rules->rules[i]) && fires(rules, &rules->rules[i], &facts, now))
            return &rules->rules[i];
    return NULL;
}

bool psync_mock_rule_takes_effect(const struct psync_mock_rule *rule)
{
    if (!rule)
        return true;
    if (rule->effect != PSYNC_MOCK_UNSAID)
        return rule->effect == PSYNC_MOCK_YES;
    if (rule->reset != PSYNC_MOCK_NOT || rule->close != PSYNC_MOCK_NOT)
        return rule->reset == PSYNC_MOCK_AFTER || rule->close == PSYNC_MOCK_AFTER;
    return rule->status == 0 || (rule->status >= 200 && rule->status < 300);
}

struct psync_mock_rules *psync_mock_rules_share(struct psync_mock_rules *rules)
{
    rules->owners++;
    return rules;
}

void psync_mock_rules_release(struct psync_mock_rules *rules)
{
    if (!rules || --rules->owners > 0)
        return;
    json_object_put(rules->document);
    free(rules->rules);
    free(rules);
}
