/* rules - when does the mock misbehave, and how? The document is described in mock.h.
 *
 * Decides purely: time, and what is known of the products, are arguments; chance comes from the set's own seeded
 * stream. */
#ifndef PSYNC_MOCK_RULES_H
#define PSYNC_MOCK_RULES_H

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"

enum psync_mock_moment { PSYNC_MOCK_NOT, PSYNC_MOCK_BEFORE, PSYNC_MOCK_AFTER }; /* the effect */
enum psync_mock_choice { PSYNC_MOCK_UNSAID, PSYNC_MOCK_NO, PSYNC_MOCK_YES };

struct psync_mock_range {
    psync_ms min_ms, max_ms;
};

struct psync_mock_rule {
    /* when; 0 (for `products` NULL, for `to` PSYNC_MS_NEVER) stands for no condition */
    double probability;
    psync_ms from_ms, to_ms;
    json_object *products; /* borrowed, an array of integers */
    uint64_t first, times, rate;
    /* what */
    struct psync_mock_range latency;
    uint64_t status;
    const char *title, *type, *body, *content_type, *location; /* borrowed from the document */
    uint64_t retry_after_s;
    bool has_retry_after, retry_after_date, half, endless, endless_headers;
    psync_ms date_skew_ms;
    enum psync_mock_moment reset, close;
    enum psync_mock_choice effect;
    uint64_t slow_bytes_per_s, huge_bytes;
    /* what happened so far */
    uint64_t fired;
    double tokens;
    psync_ms refilled_at;
};

/* Shared by the mock and by requests that still act on a decision; one lock for all of them. */
struct psync_mock_rules {
    unsigned owners;
    json_object *document;
    struct psync_mock_rule *rules;
    size_t n;
    struct psync_random random;
    psync_ms set_at;
};

/* REJECT: `err` says which rule and what is wrong with it. */
PSYNC_CHECKED enum psync_result psync_mock_rules_new(struct psync_span json, uint64_t seed, psync_ms now,
                                                     struct psync_mock_rules **ret_rules, struct psync_error *err);
struct psync_mock_rules *psync_mock_rules_share(struct psync_mock_rules *rules); /* one owner more; returns it */
void psync_mock_rules_release(struct psync_mock_rules *rules);                   /* NULL is fine */

struct psync_mock_fact {
    int64_t id;
    uint64_t requests; /* with this product so far, this one included */
};

struct psync_mock_facts {
    const struct psync_mock_fact *products;
    size_t n;
    bool batch;
};

struct psync_mock_decision {
    psync_ms latency_ms;
    const struct psync_mock_rule *rule; /* NULL: behave */
    const struct psync_mock_rule *rate; /* whose RateLimit fields the answer carries; NULL: none */
};

struct psync_mock_decision psync_mock_rules_decide(struct psync_mock_rules *rules,
                                                   const struct psync_mock_facts *facts, psync_ms now);
/* For one item of a batch: the rule that refuses it; NULL: none does. */
const struct psync_mock_rule *psync_mock_rules_item(struct psync_mock_rules *rules, int64_t id, uint64_t requests,
                                                    psync_ms now);

bool psync_mock_rule_takes_effect(const struct psync_mock_rule *rule); /* NULL: yes */
/* Appends what GET /control answers. */
PSYNC_CHECKED enum psync_result psync_mock_rules_show(const struct psync_mock_rules *rules, struct psync_buf *b);

#endif
