/* reload - the parts of a running worker that SIGHUP and signals reach: settings, log, owner, worker.
 *
 * A reload is all or nothing: the new settings are loaded and checked whole, then taken over by the worker and the
 * API; on any failure everything stays as it was, and a line says why. Signals come on a thread of their own, and may
 * come before the worker is made or after it is gone: the locks here order that. */
#ifndef PSYNC_CMD_RELOAD_H
#define PSYNC_CMD_RELOAD_H

#include "admin/owner.h"
#include "cmd/context.h"
#include "config/overrides.h"
#include "cmd/shops.h"
#include "delivery/worker.h"

#include <pthread.h>

struct psync_relays; /* cmd/relays.h */

enum psync_reload_phase {
    PSYNC_RELOAD_EARLY, /* not all is made that settings are for: a reload would miss some of it */
    PSYNC_RELOAD_READY,
    PSYNC_RELOAD_OVER   /* the worker has ended: settings stay as they are, for what is still to be said of them */
};

struct psync_reload {
    const struct psync_invocation *inv;
    struct psync_context ctx;        /* ctx.config: of the start; the queue reads it to the end */
    struct psync_shops *shops;       /* NULL: none is configured; this and `base`: under `reloading` */
    struct psync_config *base;       /* with shops: the settings without what these say */
    struct psync_config *current;    /* after a reload: what the owner's API uses; NULL: ctx.config */
    struct psync_owner *owner;       /* these two: changed under both locks, read under either */
    struct psync_worker *worker;
    struct psync_relays *relays;     /* as these two; NULL: no shop is configured */
    enum psync_reload_phase phase;   /* under `reloading`, as the next */
    bool wanted;                     /* a reload was asked for too early */
    unsigned stops;                  /* under `lock`: how often it was told to stop */
    pthread_mutex_t lock;            /* held for a moment: the queue's thread takes it to wake the worker */
    pthread_mutex_t reloading;       /* held for a whole reload; taken before `lock` */
};

void psync_reload_init(struct psync_reload *r, const struct psync_invocation *inv);
/* Ours from here on. The worker is told of stops that came before it. */
void psync_reload_set_owner(struct psync_reload *r, struct psync_owner *owner);
void psync_reload_set_worker(struct psync_reload *r, struct psync_worker *worker);
void psync_reload_set_relays(struct psync_reload *r, struct psync_relays *relays);
/* READY, when all is made; OVER, when the worker has ended. Waits for a reload that is under way. True: one was asked
 * for too early, and is to be asked for again. */
bool psync_reload_enter(struct psync_reload *r, enum psync_reload_phase phase);
void psync_reload_wake(struct psync_reload *r);  /* any thread: the queue has something */
void psync_reload_fail(struct psync_reload *r, const char *why); /* any thread: the queue has failed */
void psync_reload_stop(struct psync_reload *r);  /* any thread; the second time nothing is waited for */
/* Do the worker's loop, the queue's thread and the site's server answer? Any thread but those, while the owner stays;
 * may take some seconds. */
bool psync_reload_alive(struct psync_reload *r);
bool psync_reload_stopping(struct psync_reload *r); /* any thread */
/* Any thread but the worker's, the queue's and the API's; where it is not READY it only says so, and remembers it. */
void psync_reload_now(struct psync_reload *r);
/* ---- shops: a change of what one says is taken over as a reload is ---- */
/* Asks each shop once, and makes ctx.config what follows; warnings are said. Before owner and worker. */
enum psync_exit psync_reload_ask_shops(struct psync_reload *r);
/* What shop `name` says from now on; fills the layers' judgement. OK: in force. RETRY, NOMEM: not yet. */
PSYNC_CHECKED enum psync_result psync_reload_shop(struct psync_reload *r, const char *name,
                                                  struct psync_shop_layers *layers);
/* The shop holds the destination for that reason; NULL: it does not, or not any more. Nothing else that holds it changes.
 * False: not now. */
bool psync_reload_hold(struct psync_reload *r, const char *destination, const char *why);
/* The worker gives these messages back as far as it has not begun to send them; sorts the ids. */
void psync_reload_let_go(struct psync_reload *r, const char **ids, size_t n);
psync_ms psync_reload_keep(struct psync_reload *r); /* queue.keep, as it is in force */
/* A copy of the settings in force, which the caller frees. NULL: no memory. */
struct psync_config *psync_reload_settings(struct psync_reload *r);

/* Changes settings by the dashboard's file, all or nothing, and logs what `who` changed; `changed` gets a line for
 * each. The same threads. OK; EMPTY: may not be changed so; REJECT: wrong; RETRY: not now; FATAL: the file cannot be
 * written; NOMEM. */
PSYNC_CHECKED enum psync_result psync_reload_change(struct psync_reload *r, const struct psync_override *changes,
                                                    size_t n, const char *who, struct psync_buf *changed,
                                                    struct psync_error *err);
/* Worker, owner, settings, log, in the order in which they may go. */
void psync_reload_done(struct psync_reload *r);

#endif
