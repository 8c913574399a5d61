/* ledger - what the mock saw and what took effect: products, and the idempotency keys with their answers.
 *
 * An effect is what a real API would have committed: one for each product of each request that was carried out. So a
 * product sent under two keys has two effects, and the ledger says so. In memory; one lock of the owner's for all. */
#ifndef PSYNC_MOCK_LEDGER_H
#define PSYNC_MOCK_LEDGER_H

#include "base/containers.h"
#include "mock/mock.h"

enum { PSYNC_MOCK_KEYS_KEPT = 8, PSYNC_MOCK_KEY_MAX = 255 };

struct psync_mock_product {
    int64_t id;
    uint64_t requests, effects, violations;
    char *keys[PSYNC_MOCK_KEYS_KEPT]; /* of the first effects, in their order */
    char *payload;                    /* of the last effect */
    const char *violation;            /* the last, a literal; NULL: none */
};

/* What is remembered of a request with an idempotency key. */
struct psync_mock_key {
    unsigned char digest[16]; /* of the body */
    bool running;             /* it has no answer yet */
    unsigned status;
    char *answer; /* JSON; NULL while running */
    size_t answer_len;
    char text[];
};

struct psync_mock_ledger {
    struct psync_mock_product **products; /* in the order they were first seen */
    size_t n_products, cap_products;
    struct psync_map by_id, by_key;
    struct psync_mock_totals totals;
};

void psync_mock_ledger_init(struct psync_mock_ledger *l);
void psync_mock_ledger_done(struct psync_mock_ledger *l); /* usable again after init */

/* A request with this product was seen. NULL: out of memory. */
struct psync_mock_product *psync_mock_ledger_see(struct psync_mock_ledger *l, int64_t id);
struct psync_mock_product *psync_mock_ledger_find(const struct psync_mock_ledger *l, int64_t id); /* NULL: none */
/* `p` NULL: a payload whose product nobody knows. */
void psync_mock_ledger_violation(struct psync_mock_ledger *l, struct psync_mock_product *p, const char *what);
/* It took effect; `key` NULL: without one. What there is no memory for is left out, but counted. */
void psync_mock_ledger_effect(struct psync_mock_ledger *l, struct psync_mock_product *p, const char *key,
                              struct psync_span payload);

enum psync_mock_standing {
    PSYNC_MOCK_FIRST,    /* never seen: it is now running; settle it with psync_mock_key_settle or _forget */
    PSYNC_MOCK_RUNNING,  /* the first request with it has no answer yet */
    PSYNC_MOCK_ANSWERED, /* the same request again */
    PSYNC_MOCK_MISUSED,  /* another body */
    PSYNC_MOCK_NO_MEMORY
};
enum psync_mock_standing psync_mock_key_begin(struct psync_mock_ledger *l, const char *key, struct psync_span body,
                                              struct psync_mock_key **ret_key);
/* Keeps a copy of the answer. Without memory for it the key is forgotten. */
void psync_mock_key_settle(struct psync_mock_ledger *l, const char *key, unsigned status, struct psync_span answer);
void psync_mock_key_forget(struct psync_mock_ledger *l, const char *key);

/* Appends one product's entry as JSON; and the totals. */
PSYNC_CHECKED enum psync_result psync_mock_product_show(const struct psync_mock_product *p, struct psync_buf *b);
PSYNC_CHECKED enum psync_result psync_mock_totals_show(const struct psync_mock_totals *t, struct psync_buf *b);

#endif
