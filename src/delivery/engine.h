/* engine - the dispatcher driven by libcurl: effects in, network out. One thread, one loop.
 *
 * Who feeds it and where verdicts go is the business of its port: the queue worker (delivery/worker.h) or the direct
 * modes (delivery/direct.h). */
#ifndef PSYNC_DELIVERY_ENGINE_H
#define PSYNC_DELIVERY_ENGINE_H

#include "delivery/dispatcher.h"

struct psync_engine; /* opaque */

/* Functions of the engine's owner, called from psync_engine_turn. */
struct psync_engine_port {
    void (*settle)(void *arg, struct psync_settlement *settlement);   /* the callee's to free */
    /* Record durably, then psync_engine_bound from the engine's thread. */
    void (*bind)(void *arg, struct psync_request *request);
    void (*hold)(void *arg, const char *destination, const struct psync_hold *hold);
    void (*note)(void *arg, const char *destination, const struct psync_figures *figures);
    void (*revive)(void *arg, const char *destination, const char *const *ids, size_t n);
    void *arg;
};

struct psync_engine_open {
    const struct psync_config *config;
    enum psync_dispatch_mode mode;
    const struct psync_engine_port *port;  /* copied */
    struct psync_log *log;                 /* events of the dispatcher; may be NULL */
};
/* REJECT: a destination's settings cannot be used. */
PSYNC_CHECKED enum psync_result psync_engine_new(const struct psync_engine_open *open, struct psync_engine **ret_engine,
                                                 struct psync_error *err);
void psync_engine_free(struct psync_engine *e);

struct psync_dispatcher *psync_engine_dispatcher(struct psync_engine *e); /* to offer, want, pause ... */
void psync_engine_bound(struct psync_engine *e, struct psync_request *request, bool recorded);
/* All or nothing. Targets of the old config are kept while requests use them; the config itself may be freed when
 * psync_dispatcher_uses says so, after a psync_engine_turn. */
PSYNC_CHECKED enum psync_result psync_engine_configure(struct psync_engine *e, const struct psync_config *config,
                                                       struct psync_error *err);
/* Acts on all effects there are now, without waiting or touching the network's answers. */
void psync_engine_act(struct psync_engine *e);
/* Works the network for at most `max_wait_ms` (less if something is due earlier or something came), then acts on what
 * came. Call psync_engine_act after other input and before a turn that may wait. */
PSYNC_CHECKED enum psync_result psync_engine_turn(struct psync_engine *e, psync_ms max_wait_ms,
                                                  struct psync_error *err);
/* A turn also ends its waiting when this descriptor can be read, or has ended; -1: none. */
void psync_engine_watch(struct psync_engine *e, int fd);
void psync_engine_wakeup(struct psync_engine *e); /* any thread */
size_t psync_engine_connections(const struct psync_engine *e); /* open ones; any thread */
void psync_engine_abort(struct psync_engine *e);  /* what is in flight ends as ABORTED: released */

#endif
