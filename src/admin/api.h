/* api - the HTTP API over a queue: its routes, and what they share. docs/api.md describes it for callers.
 *
 * The owner of a queue makes one, and serves its routes with one web server or several (unix socket; TCP). Requests
 * that must wait run on a clerk's thread, those that read the whole file on another's; puts are submitted and answered
 * after their commit. */
#ifndef PSYNC_ADMIN_API_H
#define PSYNC_ADMIN_API_H

#include "admin/meters.h"
#include "admin/reader.h"
#include "admin/scope.h"
#include "config/config.h"
#include "delivery/worker.h"
#include "queue/queue.h"
#include "web/server.h"

struct psync_api; /* opaque */

enum { PSYNC_API_BODY_MAX = 4 << 20, PSYNC_API_RECORDS_MAX = 10000 };

struct psync_api_open {
    const struct psync_config *config;
    struct psync_queue *queue;
    const struct psync_product_reader *reader;
    const char *command;             /* of the owner */
    bool temporary;                  /* it hands over when asked */
    void (*on_handover)(void *arg);  /* on the server's thread; may be NULL */
    void *arg;
};

PSYNC_CHECKED enum psync_result psync_api_new(const struct psync_api_open *open, struct psync_api **ret_api,
                                              struct psync_error *err);
/* For psync_web_conf; valid until free. */
const struct psync_web_route *psync_api_routes(const struct psync_api *api, size_t *ret_n);
enum psync_scope psync_api_scope(const struct psync_api *api, size_t route); /* of route number `route` */
/* Refuses new requests with 503 and waits until those there are have been answered and sent, at most `wait_ms`; a
 * backup or a check is cut short, and answered like a new request. */
void psync_api_drain(struct psync_api *api, psync_ms wait_ms);
void psync_api_hurry(struct psync_api *api); /* psync_api_drain waits no more; any thread */
/* After the web servers and the queue: then nobody calls it any more. NULL is fine. */
void psync_api_free(struct psync_api *api);
/* Before the queue: ends the threads that call it. */
void psync_api_stop(struct psync_api *api);

void psync_api_attach_worker(struct psync_api *api, struct psync_worker *worker);  /* see owner.h */
PSYNC_CHECKED enum psync_result psync_api_set_config(struct psync_api *api, const struct psync_config *config,
                                                     struct psync_error *err);
struct psync_meters *psync_api_meters(struct psync_api *api); /* for who delivers, and who puts; valid until free */
void psync_api_tick(struct psync_api *api);   /* about once a second, on the queue's thread */
void psync_api_failed(struct psync_api *api); /* the queue failed: healthz says so; any thread */

#endif
