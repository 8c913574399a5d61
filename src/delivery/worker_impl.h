/* worker_impl - what the worker's files share. Internal to delivery/worker.
 *
 *   worker.c          life and the loop
 *   worker_lease.c    messages in: what to lease, and when it is worth asking
 *   worker_settle.c   verdicts out, in groups; batches recorded; holds and figures remembered
 *   worker_drain.c    is there nothing more to do?
 *   worker_control.c  what other threads ask: reload, pause, resume, status
 *
 * Fields belong to the loop's thread unless they stand under `mutex` or are atomic. */
#ifndef PSYNC_DELIVERY_WORKER_IMPL_H
#define PSYNC_DELIVERY_WORKER_IMPL_H

#include "base/containers.h"
#include "delivery/engine.h"
#include "delivery/worker.h"

#include <pthread.h>
#include <stdatomic.h>

/* A destination, as far as leasing is concerned. */
struct psync_source {
    char name[PSYNC_NAME_MAX];
    bool dry; /* the queue had nothing for it, and has not said otherwise since */
};

/* The one lease that may be under way. */
struct psync_lease_call {
    bool under_way;               /* the loop's view: from the call until its answer was taken in */
    struct psync_want *wants;     /* room for one a source */
    char (*names)[PSYNC_NAME_MAX]; /* what wants[].destination point to: settings may be replaced meanwhile */
    size_t n_wants, room;
    unsigned long ready_seen;     /* `ready` when it was asked */
    /* the answer, under `mutex` */
    bool answered;
    enum psync_result result;
    struct psync_message **messages;
    size_t n_messages;
    psync_ms next_due;
};

struct psync_settle_group;
struct psync_kept_config {
    struct psync_kept_config *next;
    struct psync_config *config;
};

enum psync_worker_phase {
    PSYNC_WORKER_WORKING,
    PSYNC_WORKER_FINISHING, /* nothing new; what is in flight may end within work.grace */
    PSYNC_WORKER_ABORTED    /* what was in flight has been stopped */
};

struct psync_worker {
    struct psync_queue *queue;
    struct psync_config *config;
    struct psync_config *first_config; /* kept to the end: the queue's settings may lie in it */
    struct psync_kept_config *replaced;
    struct psync_log *log;
    void (*report)(void *arg, const struct psync_delivery_report *report);
    void *arg;
    struct psync_engine *engine;
    struct psync_dispatcher *dispatcher; /* the engine's */

    enum psync_worker_phase phase;
    psync_ms grace_until, drain_check_at;
    struct psync_source *sources;
    size_t n_sources;
    psync_ms next_due;                /* when the queue may have something for a dry source */
    unsigned long ready_seen;
    struct psync_settle_group *group; /* being filled; NULL */
    uint64_t dropped_batch;           /* a verdict of it found no memory: it is dropped whole; 0: none */
    struct psync_lease_call lease;
    enum psync_result hold_result;    /* why a hold could not be remembered, the last time */
    struct psync_error hold_error;

    atomic_ulong ready;      /* counts what may have made something leasable */
    atomic_uint stops;
    atomic_bool woken;       /* a wakeup is on its way: one is enough */
    atomic_bool want_quiet;  /* the loop would like to know when nothing is outstanding */

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct psync_link bound;    /* answers to binds */
    struct psync_link controls; /* questions of other threads */
    size_t outstanding;         /* calls the queue has not answered */
    bool running, ended;        /* neither: made, and about to run */
    bool fatal;
    struct psync_error why_fatal;
    struct psync_destination_status *status;
    size_t n_status;
    unsigned long status_turn;  /* counts the snapshots */
    bool status_wanted;
};

void psync_worker_nudge(struct psync_worker *w);                                 /* any thread: the loop turns */
void psync_worker_expect(struct psync_worker *w);                                /* before an asynchronous call */
void psync_worker_unexpect(struct psync_worker *w);                              /* it was refused, or is answered */
bool psync_worker_is_quiet(struct psync_worker *w);                              /* holds nothing, expects nothing */

/* REJECT: these settings ask for what the queue's driver cannot do. */
PSYNC_CHECKED enum psync_result psync_worker_usable(const struct psync_queue *queue, const struct psync_config *config,
                                                    struct psync_error *err);

/* What the queue remembers of the destinations that are in the settings, but not in those from `before` (NULL: of
 * all). */
PSYNC_CHECKED enum psync_result psync_worker_restore(struct psync_worker *w, const struct psync_config *before,
                                                     struct psync_error *err);

/* worker_lease.c */
PSYNC_CHECKED enum psync_result psync_worker_sources_set(struct psync_worker *w, const struct psync_config *config);
void psync_worker_sources_done(struct psync_worker *w);
void psync_worker_lease_collect(struct psync_worker *w, psync_ms now);
void psync_worker_lease_request(struct psync_worker *w, psync_ms now);
bool psync_worker_source_is_dry(const struct psync_worker *w, size_t index);

/* worker_settle.c */
void psync_worker_port(struct psync_worker *w, struct psync_engine_port *ret_port);
void psync_worker_settle_flush(struct psync_worker *w);
psync_ms psync_worker_settle_due(const struct psync_worker *w); /* when to flush; 0: now; never: nothing gathered */
void psync_worker_settle_done(struct psync_worker *w); /* frees what was never submitted or never collected */
void psync_worker_bound_collect(struct psync_worker *w);

/* worker_drain.c */
/* Nothing can be leased now or within work.drain_wait. Only asked when the worker is quiet. */
bool psync_worker_is_drained(struct psync_worker *w, psync_ms now);

/* worker_control.c */
bool psync_worker_controls_run(struct psync_worker *w, struct psync_link *ret_done); /* true: there were some */
void psync_worker_controls_answer(struct psync_worker *w, struct psync_link *done);
void psync_worker_controls_refuse(struct psync_worker *w); /* the loop has ended */
void psync_worker_status_refresh(struct psync_worker *w, psync_ms now);
void psync_worker_configs_drop(struct psync_worker *w);    /* frees replaced settings nobody uses */

#endif
