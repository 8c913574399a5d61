/* model - a queue in memory, an API that follows a script, and a virtual clock, around a real dispatcher.
 *
 * The queue keeps the contract's rules: leases, delays, one message of a subject at a time, batches bound before they
 * are sent and leased together, attempts recorded with their verdict. Nothing sleeps: time jumps to what is due
 * next. */
#ifndef PSYNC_TESTS_DELIVERY_MODEL_H
#define PSYNC_TESTS_DELIVERY_MODEL_H

#include "base/containers.h"
#include "base/random.h"
#include "delivery/dispatcher.h"

enum { MODEL_DESTINATIONS = 3, MODEL_EVENTS = 4096 };

#define MODEL_BEGIN INT64_C(1700000000000)
#define HOUR        (INT64_C(3600) * 1000)

struct model;

/* What the API does with a request; all zeros: 200 at once. */
struct model_answer {
    enum psync_transport transport;
    int32_t status;
    psync_ms latency_ms; /* 0: 20 ms */
    bool sent;
    const char *retry_after, *date, *ratelimit, *x_remaining, *x_reset, *location, *content_type, *body;
    bool lost;            /* without an answer: the request took effect all the same */
    uint32_t failed_items; /* with a 2xx for a batch: a bit for each item that took no effect */
};
typedef struct model_answer model_api(struct model *m, const struct psync_request *r);

struct model_message {
    struct psync_message m; /* as it would be leased; texts below */
    char key[32], payload[32];
    enum psync_state state;
    psync_ms not_before, done_at;
    uint32_t counted, history; /* attempts recorded, and how many of them as counted */
    int32_t last_status;
    char last_error[PSYNC_CAUSE_TEXT_MAX], last_problem[PSYNC_CAUSE_TEXT_MAX], outcome[16];
    bool revived;
    uint64_t verdict_batch;    /* the number of the answer to a batch that its last verdict came from; 0 */
    uint32_t effects;          /* under how many different keys the API applied it */
    uint64_t applied[8];       /* which these were, hashed */
    struct psync_heap_item due;
    struct psync_link ready;
    char batch_key[PSYNC_BATCH_KEY_MAX];
    int behind;                /* the next message of its subject; -1 */
    int ahead;                 /* the one before; -1 */
};

struct model {
    struct psync_config config;
    struct psync_destination_conf confs[MODEL_DESTINATIONS];
    struct psync_dispatcher *d;
    enum psync_dispatch_mode mode;
    psync_ms now;
    struct psync_random random;
    model_api *api;
    void *arg;

    struct model_message *messages;
    size_t n, cap;
    struct psync_link ready[MODEL_DESTINATIONS];
    struct psync_heap delayed, pending;
    struct psync_hold holds[MODEL_DESTINATIONS];
    struct psync_figures figures[MODEL_DESTINATIONS];

    size_t requests, trials, binds, in_flight, most_in_flight, notes;
    size_t done, dead, unfinished;
    psync_ms bind_takes;
    bool bind_fails;
    bool freed; /* something became leasable in this step */
    char events[MODEL_EVENTS][200]; /* "warning default: breaker opened: ..." */
    size_t n_events;
};

void model_init(struct model *m, model_api *api);        /* one destination, "default"; the settings' defaults */
void model_open(struct model *m);                        /* after changes to the settings */
void model_done(struct model *m);
/* `n` new messages for the `destination`th, each with a product of its own; the first one's index. */
size_t model_put(struct model *m, size_t n, size_t destination);
void model_put_product(struct model *m, int64_t product, size_t destination);
/* Until nothing is left to do or `until`; false: it ended because of the time. Fails the test on a deadlock. */
bool model_run(struct model *m, psync_ms until);
void model_step(struct model *m); /* effects, leases, effects; no time passes */
void model_restart(struct model *m);  /* as after kill -9: what was in flight may have taken effect */
bool model_said(const struct model *m, const char *text); /* some event contains it */
size_t model_times_said(const struct model *m, const char *text);
struct psync_destination_status model_status(const struct model *m, size_t destination);
size_t model_count(const struct model *m, enum psync_state state);

#endif
