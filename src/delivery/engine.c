/* engine - carries out the dispatcher's effects over HTTP, and brings back what came of them. */
#include "delivery/engine.h"

#include "base/random.h"
#include "base/trace.h"
#include "delivery/http.h"

#include <stdlib.h>

/* What an answer to a batch may say of each of its members: it must be read whole to be understood. */
enum { RESPONSE_PER_MEMBER = 4096 };

/* The prepared targets of one configuration, in the order of its destinations. They copy what they need, so that they
 * may outlive it by the requests that still use them. */
struct generation {
    struct generation *older;
    const struct psync_config *config;
    size_t n;
    struct psync_http_target *targets[];
};

struct psync_engine {
    struct psync_dispatcher *dispatcher;
    struct psync_http *http;
    struct generation *newest;
    struct psync_engine_port port;
    struct psync_log *log;
    struct psync_random spans; /* ids of what is sent, for who traces it */
};

/* ---- targets ---- */
static void generation_free(struct generation *g)
{
    for (size_t i = 0; g && i < g->n; i++)
        psync_http_target_release(g->targets[i]);
    free(g);
}

static enum psync_result generation_new(const struct psync_config *config, struct generation **ret_generation,
                                        struct psync_error *err)
{
    struct generation *g = calloc(1, sizeof *g + config->n_destinations * sizeof g->targets[0]);
    if (!g) {
        (void)psync_fail(err, PSYNC_NOMEM, "out of memory");
        return PSYNC_NOMEM;
    }
    g->config = config;
    g->n = config->n_destinations;
    for (size_t i = 0; i < g->n; i++) {
        enum psync_result r = psync_http_target_new(&config->destinations[i], &config->http, &g->targets[i], err);
        if (r != PSYNC_OK) {
            generation_free(g);
            return r;
        }
    }
    *ret_generation = g;
    return PSYNC_OK;
}

/* A request names its destination's settings as they were when it was made: that is an element of one of the
 * configs. */
static struct psync_http_target *target_of(const struct psync_engine *e, const struct psync_request *request)
{
    for (const struct generation *g = e->newest; g; g = g->older)
        for (size_t i = 0; i < g->n; i++)
            if (request->conf == &g->config->destinations[i])
                return g->targets[i];
    psync_panic(__FILE__, __LINE__, "a request of an unknown configuration");
}

static void drop_unused_generations(struct psync_engine *e)
{
    for (struct generation **at = &e->newest->older; *at;) {
        struct generation *g = *at;
        if (psync_dispatcher_uses(e->dispatcher, g->config)) {
            at = &g->older;
            continue;
        }
        *at = g->older;
        generation_free(g);
    }
}

static size_t max_in_flight(const struct psync_config *config)
{
    return config->n_destinations * config->work.concurrency;
}

/* ---- requests ---- */
static void on_done(void *arg, void *tag, const struct psync_response *response)
{
    struct psync_engine *e = arg;
    psync_dispatcher_result(e->dispatcher, tag, response, psync_clock_now());
}

static void send_request(struct psync_engine *e, struct psync_request *request)
{
    char trace[PSYNC_TRACE_BYTES];
    psync_trace_child(request->traceparent, psync_random_next(&e->spans), trace);
    struct psync_http_send send = {
        .target = target_of(e, request),
        .method = "POST",
        .key = request->key,
        .body = request->body,
        .traceparent = trace,
        .response_bytes = request->batch ? request->n_members * RESPONSE_PER_MEMBER : 0,
        .tag = request,
    };
    enum psync_result r = psync_http_start(e->http, &send, on_done, e);
    if (r == PSYNC_OK)
        return;
    /* Lack of memory says nothing about the destination: the message is released and comes again. */
    struct psync_response response = {
        .transport = r == PSYNC_NOMEM ? PSYNC_NET_NO_MEMORY : PSYNC_NET_OTHER,
        .at = psync_clock_wall(),
        .detail = r == PSYNC_NOMEM ? "out of memory" : "the idempotency key cannot be sent",
    };
    psync_dispatcher_result(e->dispatcher, request, &response, psync_clock_now());
}

static void tell(struct psync_engine *e, const struct psync_effect *effect)
{
    PSYNC_LOG(e->log, effect->level, effect->text, PSYNC_F_TEXT("destination", effect->destination));
}

static void act_on(struct psync_engine *e, const struct psync_effect *effect)
{
    const struct psync_engine_port *port = &e->port;
    switch (effect->kind) {
    case PSYNC_EFFECT_SEND:
        send_request(e, effect->request);
        return;
    case PSYNC_EFFECT_BIND:
        port->bind(port->arg, effect->request);
        return;
    case PSYNC_EFFECT_SETTLE:
        port->settle(port->arg, effect->settlement);
        return;
    case PSYNC_EFFECT_HOLD:
        port->hold(port->arg, effect->destination, &effect->hold);
        return;
    case PSYNC_EFFECT_NOTE:
        port->note(port->arg, effect->destination, &effect->figures);
        return;
    case PSYNC_EFFECT_REVIVE:
        port->revive(port->arg, effect->destination, effect->ids, effect->n_ids);
        return;
    case PSYNC_EFFECT_EVENT:
        tell(e, effect);
        return;
    }
}

void psync_engine_act(struct psync_engine *e)
{
    struct psync_effect effect;
    psync_ms now = psync_clock_now();
    while (psync_dispatcher_next(e->dispatcher, now, &effect))
        act_on(e, &effect);
}

enum psync_result psync_engine_turn(struct psync_engine *e, psync_ms max_wait_ms, struct psync_error *err)
{
    psync_ms now = psync_clock_now();
    psync_ms due = psync_dispatcher_due(e->dispatcher, now);
    psync_ms wait = due <= now ? 0 : due - now;
    enum psync_result r = psync_http_poll(e->http, wait < max_wait_ms ? wait : max_wait_ms, err);
    if (r != PSYNC_OK)
        return r;
    psync_engine_act(e);
    drop_unused_generations(e);
    psync_log_tick(e->log);
    return PSYNC_OK;
}

/* ---- life ---- */
static uint64_t seed(void)
{
    struct psync_random random;
    psync_random_init_system(&random);
    return psync_random_next(&random);
}

enum psync_result psync_engine_new(const struct psync_engine_open *open, struct psync_engine **ret_engine,
                                   struct psync_error *err)
{
    struct psync_engine *e = calloc(1, sizeof *e);
    if (!e)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    e->port = *open->port;
    e->log = open->log;
    psync_random_init_system(&e->spans);
    enum psync_result r = generation_new(open->config, &e->newest, err);
    if (r == PSYNC_OK) {
        struct psync_dispatcher_open d = {open->config, open->mode, seed(), psync_clock_now()};
        e->dispatcher = psync_dispatcher_new(&d);
        e->http = psync_http_new(max_in_flight(open->config));
        if (!e->dispatcher || !e->http)
            r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    }
    if (r != PSYNC_OK) {
        psync_engine_free(e);
        return r;
    }
    *ret_engine = e;
    return PSYNC_OK;
}

void psync_engine_free(struct psync_engine *e)
{
    if (!e)
        return;
    psync_http_free(e->http); /* first: what is in flight borrows the dispatcher's requests */
    psync_dispatcher_free(e->dispatcher);
    while (e->newest) {
        struct generation *g = e->newest;
        e->newest = g->older;
        generation_free(g);
    }
    free(e);
}

struct psync_dispatcher *psync_engine_dispatcher(struct psync_engine *e)
{
    return e->dispatcher;
}

void psync_engine_bound(struct psync_engine *e, struct psync_request *request, bool recorded)
{
    psync_dispatcher_bound(e->dispatcher, request, recorded, psync_clock_now());
}

enum psync_result psync_engine_configure(struct psync_engine *e, const struct psync_config *config,
                                         struct psync_error *err)
{
    struct generation *g = NULL;
    enum psync_result r = generation_new(config, &g, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_dispatcher_configure(e->dispatcher, config, psync_clock_now());
    if (r != PSYNC_OK) {
        generation_free(g);
        return psync_fail(err, r, "out of memory");
    }
    g->older = e->newest;
    e->newest = g;
    psync_http_resize(e->http, max_in_flight(config));
    return PSYNC_OK;
}

void psync_engine_watch(struct psync_engine *e, int fd)
{
    psync_http_watch(e->http, fd);
}

size_t psync_engine_connections(const struct psync_engine *e)
{
    return psync_http_connections(e->http);
}

void psync_engine_wakeup(struct psync_engine *e)
{
    psync_http_wakeup(e->http);
}

void psync_engine_abort(struct psync_engine *e)
{
    psync_http_abort_all(e->http);
}
