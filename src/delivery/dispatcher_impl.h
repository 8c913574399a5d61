/* dispatcher_impl - what the dispatcher's files share.
 *
 *   dispatcher.c               life, pause and resume, output: which effect is next
 *   dispatcher_settings.c      which destinations there are
 *   dispatcher_destination.c   a destination's state: held, blocked, suspended, what is remembered of it
 *   dispatcher_offer.c         what it wants, takes in, releases
 *   dispatcher_send.c          which request goes next, and when
 *   dispatcher_batch.c         batches: formed, gathered, split
 *   dispatcher_result.c        what an answer does to the destination
 *   dispatcher_verdict.c       what it does to the message
 *   dispatcher_status.c        words for operators
 *   settlement.c               a verdict with its texts
 *
 * A message is held from offer to SETTLE in one block (struct held) that is its list node, its request while it is sent
 * alone, and at last its settlement; so nothing has to be allocated, and nothing can fail, between offer and
 * verdict. */
#ifndef PSYNC_DELIVERY_DISPATCHER_IMPL_H
#define PSYNC_DELIVERY_DISPATCHER_IMPL_H

#include "base/containers.h"
#include "base/random.h"
#include "config/effective.h"
#include "delivery/active.h"
#include "delivery/backoff.h"
#include "delivery/breaker.h"
#include "delivery/budget.h"
#include "delivery/classify.h"
#include "delivery/counting.h"
#include "delivery/dispatcher.h"
#include "delivery/health.h"
#include "delivery/limit.h"
#include "delivery/pacing.h"
#include "delivery/recall.h"
#include "delivery/retry_after.h"
#include "delivery/window.h"

enum {
    EVENTS_KEPT = 64,          /* that were not fetched yet; more are dropped */
    EVENT_TEXT_MAX = 400,
    PREFETCH_MAX = 4096,       /* messages held for a destination */
    SHORT_WAIT_MS = 5000,      /* what is held is kept that long when nothing may be sent, then released */
    NOTE_EVERY_MS = 10000,     /* figures are remembered that often while something happens */
    LACK_SAID_EVERY_MS = 60000,/* while requests cannot be sent for lack of descriptors or memory */
    REST_MS = 1000,            /* after a request could not be built, recorded or sent, or a hold remembered */
    LEASE_MARGIN_MS = 1000,    /* a request must end that long before its message's lease */
    CONFLICT_MARGIN_MS = 1000  /* beyond the timeout, until a 409 is taken for lasting */
};
#define PSYNC_SETTINGS_CHANGED "its settings changed: no longer suspended, the next delivery is the trial"

struct held;
struct destination;

enum job_state {
    JOB_READY,   /* may be sent */
    JOB_UNBOUND, /* a batch to be recorded first */
    JOB_BINDING, /* a BIND is out */
    JOB_SENT
};

/* A request from its forming to its answer. That of a single message is part of its struct held. */
struct job {
    struct psync_request request;      /* what the driver sees; first, so that it leads back here */
    struct psync_link link;            /* in one of its destination's lists */
    struct destination *destination;
    enum job_state state;
    struct held **held;                /* as many as the request has members */
    const struct psync_config *config; /* it was made under */
    psync_ms sent_at;
    uint64_t epoch, throttle_epoch;    /* the destination's and its pacing's when it was sent */
    bool closed;                       /* so was the breaker then */
};

struct held {
    struct psync_settlement settlement; /* first, so that psync_settlement_free finds the rest */
    struct psync_link link;
    struct held *self;                  /* the job's list of one */
    psync_ms offered_at, lease_until;
    bool unbind;                        /* an answer ended the batch it was bound to */
    void *texts;                        /* owned: error, problem and head of the attempt; NULL */
    char error[32];                     /* the attempt's error when there is no memory for texts, or no need */
    struct job alone;
};

/* What an answer says in words, made once for all messages it concerns. */
struct words {
    char error[PSYNC_CAUSE_TEXT_MAX], problem[PSYNC_CAUSE_TEXT_MAX];
    char head[PSYNC_HEAD_MAX];
    size_t head_len;
};

struct destination {
    char name[PSYNC_NAME_MAX];
    struct psync_dispatcher *owner;
    const struct psync_destination_conf *conf; /* NULL: gone from the settings; freed with its last request */
    struct psync_link runnable;                /* in the dispatcher's list while something may be sent */
    struct psync_link output;                  /* in the dispatcher's list while it has something to tell */
    struct psync_heap_item timer;              /* always in the heap */

    struct psync_breaker breaker;
    struct psync_pacing pacing;
    struct psync_limit limit;
    struct psync_budget budget;
    struct psync_health health;
    struct psync_active active;
    struct psync_hold hold;
    uint64_t epoch;              /* grows when it opens, is suspended or resumed: older requests tell nothing new */
    bool refusing;               /* suspended because it refused everything */
    psync_ms last_success_at;
    bool success_since_closed;

    struct psync_link alone;     /* held: each is a request of its own */
    struct psync_link fresh;     /* held: never sent, for a new batch */
    struct psync_link gathering; /* held: members of a recorded batch, as they are offered */
    char lost_batch[PSYNC_BATCH_KEY_MAX]; /* a member of it could not be taken in: the others go back as they came */
    struct psync_link unbound;   /* jobs: halves of a split batch, to be recorded */
    struct psync_link ready;     /* jobs: recorded batches to be sent, and what a split left alone */
    struct psync_link binding;   /* jobs */
    struct psync_link sent;      /* jobs */
    size_t waiting;              /* messages in the first five */
    size_t n_fresh;
    uint64_t fresh_bytes;
    uint32_t in_flight, n_binding; /* requests */
    size_t wanted;               /* messages asked for, answer not known */
    psync_ms wanted_until;
    psync_ms lack_said_at;       /* what is lacking was told then; 0: never */
    psync_ms rest_until;         /* no request before: one could not be built, recorded or sent */

    bool tell_hold, tell_note, tell_revive, changed; /* `changed`: since the last note */
    psync_ms hold_again_at;      /* it could not be remembered; PSYNC_MS_NEVER */
    psync_ms noted_at;
    uint64_t delivered, failed, dead;
    struct psync_window lately;  /* delivered */
    char last_failure[PSYNC_CAUSE_TEXT_MAX];
};

struct event {
    char destination[PSYNC_NAME_MAX];
    enum psync_log_level level;
    char text[EVENT_TEXT_MAX];
};

struct psync_dispatcher {
    const struct psync_config *config;
    enum psync_dispatch_mode mode;
    struct psync_random random;
    bool stopping, draining;
    struct destination **destinations; /* in the config's order */
    size_t n_destinations;
    struct destination **leaving;      /* gone from the settings, with requests under way; room for all */
    size_t n_leaving;
    struct psync_map by_name;
    struct psync_heap timers;
    struct psync_link runnable, outputs, settled;
    size_t held, in_flight;
    struct psync_recall recall;
    struct event events[EVENTS_KEPT];
    size_t first_event, n_events;
    struct words words;                /* of the answer being judged */
    uint64_t batches_answered, batch;  /* and its number, if it is that to a batch; 0 */
};

/* ---- dispatcher_settings.c ---- */
PSYNC_CHECKED enum psync_result psync_settings_begin(struct psync_dispatcher *d, psync_ms now); /* with d->config */

/* ---- dispatcher_destination.c ---- */
/* NULL: no memory. */
struct destination *psync_destination_new(struct psync_dispatcher *d, const struct psync_config *config,
                                          const struct psync_destination_conf *conf, psync_ms now);
void psync_destination_free(struct destination *t); /* and the messages it holds; NULL is fine */
void psync_destination_wake(struct destination *t);
void psync_destination_tell(struct destination *t); /* some tell_ flag was set */
void psync_destination_tell_last(struct destination *t); /* its figures, and its hold once more if that was lost */
void psync_destination_timer(struct destination *t, psync_ms due);
bool psync_destination_held_back(const struct destination *t); /* paused or suspended */
/* Brings the active clock in line with pauses, suspension and breaker; to be called after any change of these. */
void psync_destination_recheck(struct destination *t, psync_ms now);
void psync_destination_suspend(struct destination *t, const char *reason, psync_ms now);
/* It is tried anew: the next delivery is the trial. */
void psync_destination_retry(struct destination *t, psync_ms now);
void psync_destination_figures(const struct destination *t, psync_ms now, struct psync_figures *ret_figures);
bool psync_destination_conf_same(const struct psync_destination_conf *a, const struct psync_destination_conf *b);
/* Takes over what the queue remembered; a suspension under other settings than today's is over. */
void psync_destination_restore(struct destination *t, const struct psync_hold *hold, psync_ms now);
bool psync_destination_idle(const struct destination *t); /* holds no message, has no request under way */

/* ---- dispatcher_offer.c ---- */
void psync_waiting_release(struct destination *t); /* all that is not bound to be recorded or in flight */
void psync_waiting_expire(struct destination *t, psync_ms now); /* releases what might outlive its lease */
psync_ms psync_waiting_expiry(struct destination *t);            /* when that will be; PSYNC_MS_NEVER */

/* ---- dispatcher_send.c ---- */
/* The next request of `t`, to be sent or bound, or NULL: then *ret_due is when to ask again by itself. */
struct job *psync_job_next(struct destination *t, psync_ms now, psync_ms *ret_due);

/* ---- dispatcher_batch.c ---- */
bool psync_batch_enabled(const struct destination *t);
void psync_job_single(struct held *h, struct destination *t); /* makes h->alone ready */
/* NULL and *ret_due when it will be worth asking again (linger); never NULL otherwise. */
struct job *psync_batch_form(struct destination *t, psync_ms now, psync_ms *ret_due);
void psync_batch_gather(struct destination *t, struct held *h, psync_ms now);
void psync_batch_gathered(struct destination *t);              /* no more members will come */
void psync_batch_lost(struct destination *t, const char *key); /* a member could not be taken in */
PSYNC_CHECKED enum psync_result psync_batch_split(struct job *job);
/* Some attempt under its key ended without an answer: it may have taken effect. */
bool psync_job_in_doubt(const struct job *job);
void psync_job_free(struct job *job); /* not its messages; that of a single message goes with it; NULL is fine */

/* ---- dispatcher_verdict.c ---- */
/* What an answer means for a message, before the message's own history is looked at. */
struct judgement {
    enum psync_class class;
    int32_t status;
    int64_t latency_ms;
    struct psync_asked asked;  /* whether the API asked to be left alone, and how long */
    bool sent;                 /* some byte may have reached the peer */
    bool unanswered;           /* it may have taken effect, and there is no answer to go by */
    struct psync_failure facts; /* but previous_try_at */
    const struct words *words; /* NULL for a success */
};
void psync_verdict_release(struct held *h, struct psync_dispatcher *d);
void psync_verdict_single(struct job *job, struct held *h, const struct judgement *j, psync_ms now);
/* The request as a whole was answered so, or not answered: its members share one fate. */
void psync_verdict_whole(struct job *job, const struct judgement *j, psync_ms now);

/* ---- settlement.c ---- */
struct held *psync_held_new(struct psync_message *m); /* NULL: no memory */
void psync_held_free(struct held *h);                 /* with its message */
void psync_held_describe(struct held *h, const struct words *words);
void psync_words_of_response(struct words *w, const struct psync_response *response);
void psync_words_of_item(struct words *w, int32_t status, const char *problem, const char *title, const char *text);

/* ---- dispatcher_status.c ---- */
void psync_event_add(struct destination *t, enum psync_log_level level, const char *fmt, ...) PSYNC_PRINTF(3, 4);
void psync_destination_words(const struct destination *t, psync_ms now, char ret_words[PSYNC_CAUSE_TEXT_MAX]);

/* A value of the dispatcher's stream of chance, in [0, 1). */
double psync_dispatcher_chance(struct psync_dispatcher *d);

#endif
