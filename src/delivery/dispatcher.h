/* dispatcher - the state machine of delivery, without I/O.
 *
 * Messages and results go in; requests, verdicts and changes to remember come out; time is an argument. The engine
 * drives it with libcurl, the simulator with a virtual clock. For every destination it keeps the breaker, the pace
 * (rate, pauses that Retry-After asked for), the concurrency limit, the retry budget, the health that suspends, and
 * forms and splits batches; the policies themselves are modules of their own beside this one.
 *
 * Use: after every input call psync_dispatcher_next until it answers false, acting on each effect; then wait for input,
 * at most until psync_dispatcher_due.
 * One thread. Nothing here allocates without saying NOMEM; a message it could not take stays the caller's. */
#ifndef PSYNC_DELIVERY_DISPATCHER_H
#define PSYNC_DELIVERY_DISPATCHER_H

#include "base/log.h"
#include "config/config.h"
#include "delivery/breaker.h"
#include "delivery/classify.h"
#include "delivery/response.h"
#include "queue/types.h"

struct psync_dispatcher; /* opaque */

/* How a driver of the dispatcher wants failures treated. */
enum psync_dispatch_mode {
    PSYNC_DISPATCH_QUEUE,  /* everything */
    PSYNC_DISPATCH_DIRECT  /* no breaker, suspension or batches: each message is tried, whatever happened to others.
                              What may pass is always RETRY; how often it is tried again is the driver's to decide */
};

struct psync_dispatcher_open {
    const struct psync_config *config;   /* outlives the dispatcher, or until psync_dispatcher_configure */
    enum psync_dispatch_mode mode;
    uint64_t seed;                       /* of jitter */
    psync_ms now;
};
/* NULL: no memory. */
struct psync_dispatcher *psync_dispatcher_new(const struct psync_dispatcher_open *open);
void psync_dispatcher_free(struct psync_dispatcher *d); /* frees the messages it still holds; NULL is fine */

/* ---- requests: the dispatcher's, borrowed from SEND until psync_dispatcher_result ---- */
struct psync_request {
    const char *destination;
    const struct psync_destination_conf *conf; /* as it was when the request was made; see configure */
    const char *key;
    struct psync_span body;
    const char *traceparent;              /* "" : none */
    struct psync_message *const *members; /* one, or those of a batch, in order */
    size_t n_members;
    bool batch;
    bool trial;                           /* the breaker's, or the first after a suspension */
    void *tag;                            /* the driver's */
};

enum psync_effect_kind {
    PSYNC_EFFECT_SEND,    /* send `request`, then psync_dispatcher_result */
    PSYNC_EFFECT_BIND,    /* record `request`'s members, order and key durably, then psync_dispatcher_bound */
    PSYNC_EFFECT_SETTLE,  /* `settlement` is the caller's now */
    PSYNC_EFFECT_HOLD,    /* remember `hold` for `destination` with the queue */
    PSYNC_EFFECT_NOTE,    /* remember `figures` */
    PSYNC_EFFECT_REVIVE,  /* requeue these dead letters: their destination was suspended for refusing everything */
    PSYNC_EFFECT_EVENT    /* tell the operator: `level`, `text` */
};

/* A verdict with all it points at, in one block; freed (with its message) by psync_settlement_free. */
struct psync_settlement {
    struct psync_message *message;
    struct psync_settle settle;      /* settle.message == message */
    enum psync_class class;          /* what the answer was; not of a RELEASE */
    const char *outcome;             /* for logs: "delivered", "already there", "retry", "dead", "released" */
    psync_ms retry_at;               /* RETRY: when it is due, or its destination's pause is over, if that is later */
    psync_ms asked_ms;               /* RETRY: how long the answer asked to wait, without jitter; 0: it named no time */
    bool trial;
    uint64_t batch;                  /* the same for all verdicts of one answer to a batch, which come in a row and have
                                        to be recorded together or not at all; 0: of a single message */
};
void psync_settlement_free(struct psync_settlement *s); /* NULL is fine */

struct psync_effect {
    enum psync_effect_kind kind;
    const char *destination;         /* borrowed until the next call */
    struct psync_request *request;
    struct psync_settlement *settlement;
    struct psync_hold hold;
    struct psync_figures figures;
    const char *const *ids; size_t n_ids;  /* borrowed until the next call */
    enum psync_log_level level;
    const char *text;                      /* borrowed until the next call */
};

/* ---- input ---- */
/* New settings: what is in flight finishes under the old ones. A suspended destination whose own settings changed is
 * released, and its next delivery is the trial. Destinations that are gone release what they hold. The old config may
 * be freed only when psync_dispatcher_uses(d, old) is false. NOMEM: the old settings stay. */
PSYNC_CHECKED enum psync_result psync_dispatcher_configure(struct psync_dispatcher *d,
                                                           const struct psync_config *config, psync_ms now);
bool psync_dispatcher_uses(const struct psync_dispatcher *d, const struct psync_config *config);

/* What the queue remembered, at start. A suspension under other settings than these is over, and the next delivery is
 * the trial; so it is after a `hold` that says proving. REJECT: no such destination in the settings. */
PSYNC_CHECKED enum psync_result psync_dispatcher_restore(struct psync_dispatcher *d, const char *destination,
                                                         const struct psync_hold *hold,
                                                         const struct psync_figures *figures, psync_ms now);

/* How many messages it would like to be offered, per destination (0 for one that is held, open or full). Returns how
 * many wants were written, at most `max`; `until` is filled from work.lease. Counts what was wanted as on its way until
 * the lease's answer is told by psync_dispatcher_leased. */
size_t psync_dispatcher_wants(struct psync_dispatcher *d, psync_ms now, struct psync_want *wants, size_t max);
/* The lease for `want` was answered; its messages, if any, were offered before this call. */
void psync_dispatcher_leased(struct psync_dispatcher *d, const struct psync_want *want);
/* A message to deliver; it is the dispatcher's until a SETTLE gives it back (at once, as RELEASE, if its destination is
 * not in the settings any more). Members of a bound batch are offered next to each other. NOMEM: still the caller's. */
PSYNC_CHECKED enum psync_result psync_dispatcher_offer(struct psync_dispatcher *d, struct psync_message *message,
                                                       psync_ms now);
/* The answer to a SEND; the request is gone after this. */
void psync_dispatcher_result(struct psync_dispatcher *d, struct psync_request *request,
                             const struct psync_response *response, psync_ms now);
/* The answer to a BIND: true: recorded, a SEND follows; false: its members are released. */
void psync_dispatcher_bound(struct psync_dispatcher *d, struct psync_request *request, bool recorded, psync_ms now);

/* A HOLD could not be remembered: it is told again in a second. */
void psync_dispatcher_hold_lost(struct psync_dispatcher *d, const char *destination, psync_ms now);
bool psync_dispatcher_hold_kept(const struct psync_dispatcher *d, const char *destination); /* none is left to tell */

/* By hand. REJECT: no such destination. Resuming ends whatever holds it: the pause, a suspension, an open breaker, and
 * a wait that the API asked for, also for the messages that were answered so. GONE: the shop holds it, which only
 * `force` ends: nothing but a pause by hand is over then, and `err` is what the shop says. */
PSYNC_CHECKED enum psync_result psync_dispatcher_pause(struct psync_dispatcher *d, const char *destination,
                                                       const char *reason, psync_ms now);
PSYNC_CHECKED enum psync_result psync_dispatcher_resume(struct psync_dispatcher *d, const char *destination, bool force,
                                                        psync_ms now, struct psync_error *err);
/* The shop's own hold: `why` as psync_hold_shop takes it. Nothing else that holds it changes. REJECT: no such
 * destination. */
PSYNC_CHECKED enum psync_result psync_dispatcher_shop(struct psync_dispatcher *d, const char *destination,
                                                      const char *why, psync_ms now);

/* Of these messages (ids, ascending as texts) those that it has not begun to send are released, with their batch. One
 * in doubt is kept: it has to go again as it is. */
void psync_dispatcher_let_go(struct psync_dispatcher *d, const char *const *ids, size_t n);

/* Nobody waits for what cannot be sent within work.drain_wait: such messages are released at once. */
void psync_dispatcher_drain(struct psync_dispatcher *d);
/* Take nothing new: what is not in flight is released; wants answers 0. */
void psync_dispatcher_stop(struct psync_dispatcher *d, psync_ms now);

/* ---- output ---- */
bool psync_dispatcher_next(struct psync_dispatcher *d, psync_ms now, struct psync_effect *ret_effect);
/* When psync_dispatcher_next will have something, or psync_dispatcher_wants may want more, without further input;
 * PSYNC_MS_NEVER. */
psync_ms psync_dispatcher_due(const struct psync_dispatcher *d, psync_ms now);
size_t psync_dispatcher_in_flight(const struct psync_dispatcher *d);  /* requests sent and not answered */
size_t psync_dispatcher_held(const struct psync_dispatcher *d);       /* messages it has, in flight or not */

/* What an operator wants to know of a destination. */
struct psync_destination_status {
    char name[PSYNC_NAME_MAX];
    enum psync_destination_state {
        PSYNC_DESTINATION_OK, PSYNC_DESTINATION_THROTTLED, PSYNC_DESTINATION_OPEN, PSYNC_DESTINATION_PROBING,
        PSYNC_DESTINATION_SUSPENDED, PSYNC_DESTINATION_PAUSED
    } state;
    enum psync_breaker_state breaker;
    char words[PSYNC_CAUSE_TEXT_MAX];  /* "throttled until ... because the API answered HTTP 429, Retry-After 120" */
    char reason[PSYNC_CAUSE_TEXT_MAX]; /* of these words, what no program can know: "HTTP 429, Retry-After 120" */
    psync_ms until;                    /* when it is tried again by itself; PSYNC_MS_NEVER; 0: now */
    uint32_t in_flight, limit;         /* requests; the present concurrency limit */
    uint64_t delivered, failed, dead;  /* since start: messages, attempts, messages */
    double rate;                       /* delivered a second, over the last ten seconds */
    psync_ms last_success_at;
};
const char *psync_destination_state_name(enum psync_destination_state s);
/* false: no such index. Destinations in the config's order. */
bool psync_dispatcher_status(const struct psync_dispatcher *d, size_t index, psync_ms now,
                             struct psync_destination_status *ret_status);

#endif
