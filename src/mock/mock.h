/* mock - a product API for demos, tests and experiments, which can misbehave on request.
 *
 *   POST   /products          one product, or an array of them (a batch)
 *   GET    /products          who asks with the right token gets 200: for connection tests
 *   GET    /ledger            what was seen and what took effect, per product; ?product=ID for one of them
 *   GET    /ledger/summary    the totals
 *   DELETE /ledger            forgets everything: products and idempotency keys
 *   GET    /control           the rules in force, and how often each fired
 *   PUT    /control           replaces them
 *
 * Only /products asks for the token and obeys the rules. The answer to one product is 201 {"id":1,"status":"created"},
 * to a batch 207 [{"id":1,"status":201},...] (psync_mock_batch). A request takes effect, and its idempotency key is
 * remembered with its answer, in the moment a real API would commit: after the latency, before the answer's first byte.
 * A key that comes again gets the same answer and has no second effect; with another body 422; while the first request
 * with it is still running 409; a key that is missing although required 400. What is refused (4xx, 5xx) is not
 * remembered.
 *
 * A payload that breaks the contract (members id, name, price, stock in this order, no spaces, price with exactly the
 * currency's digits, a normalised name) is counted as a violation in the ledger, and refused with 422 unless `lenient`.
 *
 * The control document (PUT /control, and --rule takes one rule):
 *
 *   {"seed": 7, "rules": [RULE, ...]}         seed: of the random values, optional; setting rules starts their clock
 *
 * A rule says when it fires; every condition that is given must hold:
 *   "probability": 0.3             at random, reproducibly by the seed
 *   "from": "10s", "to": "20s"     only then, counted from the moment the rules were set
 *   "products": [7, 9]             only requests with one of these; with a "status", only those items of a batch
 *   "first": 2                     only the first 2 requests of each product (in a batch: if any of its items is)
 *   "times": 100                   only so often, then never again
 *   "rate": 50                     only requests beyond 50 a second (a bucket of that many); implies 429, Retry-After
 *                                  and the RateLimit fields
 * and what happens then:
 *   "latency": "50ms"              or "50ms-200ms": the answer takes that long. Later rules are tried as well
 *   "status": 503                  this instead of the normal answer
 *   "title": "...", "type": "..."  of its application/problem+json body (for 400 and up)
 *   "body": "...", "content_type": "text/html"    or this body instead
 *   "retry_after": 5               seconds, in Retry-After; "retry_after_as": "date" sends an HTTP-date
 *   "date_skew": "1h"              the Date field (and that date) is off by so much; "-1h" for the past
 *   "location": "https://..."      a redirect: Location, and status 302 unless set
 *   "reset": "before"              the connection is reset before the request takes effect; "after": when it has
 *   "close": "before" | "after"    as reset, but the connection is just closed
 *   "half": true                   takes effect, then half of the answer is sent and the connection closed
 *   "slow": 10                     the answer comes at 10 bytes a second
 *   "huge": "10GB"                 the answer has so many bytes
 *   "endless": true                the answer never ends; "endless_headers": its header never does (plain HTTP only)
 *   "effect": true                 whether it takes effect: by default if the status is 2xx
 * Rules are tried in order. The first that fires and sets more than latency decides. */
#ifndef PSYNC_MOCK_MOCK_H
#define PSYNC_MOCK_MOCK_H

#include "base/buf.h"

#include <stdint.h>

struct psync_mock; /* opaque */

enum psync_mock_tls {
    PSYNC_MOCK_PLAIN,
    PSYNC_MOCK_TLS,            /* a certificate made at start for localhost, 127.0.0.1 and ::1, signed by itself */
    PSYNC_MOCK_TLS_EXPIRED,    /* it ran out yesterday */
    PSYNC_MOCK_TLS_WRONG_HOST, /* it is for wrong.host.invalid */
    PSYNC_MOCK_TLS_KINDS
};

enum psync_mock_batch {
    PSYNC_MOCK_BATCH_207, /* 207 and an array with a status for each item; a bad item does not harm the others */
    PSYNC_MOCK_BATCH_200, /* 200 and the same array */
    PSYNC_MOCK_BATCH_WHOLE, /* all or nothing: 200 {"status":"created"}, or the 4xx of the first bad item */
    PSYNC_MOCK_BATCHES
};

struct psync_mock_conf {
    char listen[128];         /* HOST:PORT; port 0 picks one */
    char token[256];          /* what Bearer must say; "": nothing is checked */
    bool require_key;         /* 400 without Idempotency-Key */
    bool lenient;             /* violations of the contract are counted, but accepted */
    unsigned price_digits;    /* exactly so many after the point */
    enum psync_mock_batch batch;
    enum psync_mock_tls tls;
    uint64_t seed;
    uint64_t max_requests;    /* the ledger's bound; beyond it 507 */
    size_t max_body_bytes;
    struct psync_buf rules;   /* JSON rules, separated by commas */
    char certificate_file[512]; /* psync_mock_new writes the certificate there, for clients to trust; "": nowhere */
};

/* 127.0.0.1:0, seed 1, 5 million requests, 2 digits, no rules. */
void psync_mock_conf_init(struct psync_mock_conf *conf);
void psync_mock_conf_done(struct psync_mock_conf *conf);
/* Adds a rule as above. REJECT: `err` says what is wrong with it. */
PSYNC_CHECKED enum psync_result psync_mock_conf_rule(struct psync_mock_conf *conf, struct psync_span json,
                                                     struct psync_error *err);

/* Listens and answers from then on, on a thread of its own. `conf` is only read. Results as psync_web_listen_tcp;
 * REJECT also for a bad rule. */
PSYNC_CHECKED enum psync_result psync_mock_new(const struct psync_mock_conf *conf, struct psync_mock **ret_mock,
                                               struct psync_error *err);
void psync_mock_free(struct psync_mock *mock); /* NULL is fine */

uint16_t psync_mock_port(const struct psync_mock *mock);
const char *psync_mock_url(const struct psync_mock *mock);         /* "http://127.0.0.1:PORT/products" */
const char *psync_mock_certificate(const struct psync_mock *mock); /* PEM to trust; NULL: plain */

struct psync_mock_totals {
    uint64_t requests;   /* POSTs to /products, whatever became of them */
    uint64_t products;   /* different ids seen */
    uint64_t delivered;  /* of them with at least one effect */
    uint64_t repeated;   /* of them with more than one */
    uint64_t effects;    /* in all */
    uint64_t replays;    /* requests answered from memory, by their key */
    uint64_t refused;    /* requests answered 4xx or 5xx, or not at all, by a rule */
    uint64_t violations; /* payloads that break the contract */
    uint64_t conflicts;  /* a key with another body */
};
void psync_mock_totals(struct psync_mock *mock, struct psync_mock_totals *ret_totals); /* any thread */

/* PUT /control without HTTP; any thread. */
PSYNC_CHECKED enum psync_result psync_mock_control(struct psync_mock *mock, struct psync_span json,
                                                   struct psync_error *err);

#endif
