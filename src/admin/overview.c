/* overview - see the header. Three sources: the configuration, the queue's own rows, the running worker. */
#include "admin/overview.h"

#include "base/timefmt.h"
#include "queue/hold.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct psync_standing *find(const struct psync_overview *o, const char *name)
{
    for (size_t i = 0; i < o->n; i++)
        if (strcmp(o->standings[i].name, name) == 0)
            return &o->standings[i];
    return NULL;
}

/* A new, empty one; NULL: no memory. */
static struct psync_standing *append(struct psync_overview *o, const char *name)
{
    if (o->n == o->cap) {
        size_t cap = o->cap ? 2 * o->cap : 8;
        struct psync_standing *more = realloc(o->standings, cap * sizeof(*more));
        if (!more)
            return NULL;
        o->standings = more;
        o->cap = cap;
    }
    struct psync_standing *s = &o->standings[o->n++];
    *s = (struct psync_standing){.counts.next_due_at = PSYNC_MS_NEVER};
    (void)snprintf(s->name, sizeof(s->name), "%s", name);
    return s;
}

static enum psync_result add_configured(struct psync_overview *o, struct psync_api *api)
{
    enum psync_result r = PSYNC_OK;
    psync_api_read(api);
    for (size_t i = 0; i < api->config->n_destinations && r == PSYNC_OK; i++) {
        struct psync_standing *s = append(o, api->config->destinations[i].name);
        if (s)
            s->configured = true;
        else
            r = PSYNC_NOMEM;
    }
    psync_api_read_end(api);
    return r;
}

struct adding {
    struct psync_overview *o;
    enum psync_result result;
};

static bool add_queued(void *arg, const struct psync_destination_row *row)
{
    struct adding *adding = arg;
    struct psync_standing *s = find(adding->o, row->name);
    if (!s)
        s = append(adding->o, row->name);
    if (!s) {
        adding->result = PSYNC_NOMEM;
        return false;
    }
    s->counts = row->counts;
    s->hold = row->hold;
    s->figures = row->figures;
    return true;
}

/* A shop's destination comes with the shop's settings, which a worker asks for. */
static void find_awaiting(struct psync_overview *o, struct psync_api *api)
{
    psync_api_read(api);
    for (size_t i = 0; i < o->n; i++) {
        struct psync_standing *s = &o->standings[i];
        s->awaits_shop = !s->configured && psync_config_shop_of(api->config, s->name);
    }
    psync_api_read_end(api);
}

static enum psync_result add_workers(struct psync_overview *o, struct psync_api *api)
{
    struct psync_destination_status *status = NULL;
    size_t n = 0;
    enum psync_result r = PSYNC_OK;
    psync_api_read(api);
    if (api->worker)
        r = psync_worker_status(api->worker, &status, &n);
    o->working = api->worker != NULL;
    psync_api_read_end(api);
    for (size_t i = 0; i < n; i++) {
        struct psync_standing *s = find(o, status[i].name);
        if (s) {
            s->working = true;
            s->worker = status[i];
        }
    }
    free(status);
    return r;
}

enum psync_result psync_overview_init(struct psync_overview *o, struct psync_api *api, struct psync_error *err)
{
    *o = (struct psync_overview){0};
    struct adding adding = {o, PSYNC_OK};
    enum psync_result r = add_configured(o, api);
    if (r == PSYNC_OK)
        r = psync_queue_destinations(api->open.queue, add_queued, &adding, err);
    if (r == PSYNC_OK || r == PSYNC_EMPTY)
        r = adding.result;
    if (r == PSYNC_OK) {
        find_awaiting(o, api);
        r = add_workers(o, api);
    }
    if (r != PSYNC_OK)
        psync_overview_done(o);
    return r;
}

void psync_overview_done(struct psync_overview *o)
{
    free(o->standings);
    *o = (struct psync_overview){0};
}

/* The same words as a worker's, where it is the hold that speaks. */
static enum psync_destination_state remembered(const struct psync_standing *s, psync_ms now, char *ret_words)
{
    const struct psync_hold *h = &s->hold;
    char until[PSYNC_TIME_MAX];
    size_t max = PSYNC_STANDING_WORDS;
    if (h->paused) {
        psync_hold_paused_words(h, ret_words, max);
        return PSYNC_DESTINATION_PAUSED;
    }
    if (h->suspended) {
        (void)snprintf(ret_words, max, "suspended: %s", h->suspended_reason);
        return PSYNC_DESTINATION_SUSPENDED;
    }
    if (h->throttled_until > now) {
        (void)snprintf(ret_words, max, "throttled until %s because the API answered %s",
                       psync_time_words(h->throttled_until, until), h->throttled_reason);
        return PSYNC_DESTINATION_THROTTLED;
    }
    bool awaits = s->awaits_shop, ailed = s->figures.state[0] && strcmp(s->figures.state, "ok") != 0;
    (void)snprintf(ret_words, max, "%s%s%s%s", awaits ? "awaits its shop's settings, which `work` asks for" : "",
                   awaits && ailed ? "; " : "", ailed ? "when the last worker ended: " : "",
                   ailed ? s->figures.state : "");
    return PSYNC_DESTINATION_OK;
}

enum psync_destination_state psync_standing_state(const struct psync_standing *s, psync_ms now,
                                                  char ret_words[PSYNC_STANDING_WORDS], psync_ms *ret_until)
{
    ret_words[0] = '\0';
    if (s->working) {
        (void)snprintf(ret_words, PSYNC_STANDING_WORDS, "%s", s->worker.words);
        *ret_until = s->worker.until;
        return s->worker.state;
    }
    enum psync_destination_state state = remembered(s, now, ret_words);
    *ret_until = state == PSYNC_DESTINATION_THROTTLED ? s->hold.throttled_until : 0;
    return state;
}

void psync_standing_reason(const struct psync_standing *s, enum psync_destination_state state,
                           char ret_reason[PSYNC_CAUSE_TEXT_MAX])
{
    const char *reason = s->working                             ? s->worker.reason
                         : state == PSYNC_DESTINATION_SUSPENDED ? s->hold.suspended_reason
                         : state == PSYNC_DESTINATION_THROTTLED ? s->hold.throttled_reason
                                                                : "";
    if (!s->working && state == PSYNC_DESTINATION_PAUSED)
        psync_hold_paused_reason(&s->hold, ret_reason, PSYNC_CAUSE_TEXT_MAX);
    else
        (void)snprintf(ret_reason, PSYNC_CAUSE_TEXT_MAX, "%s", reason);
}

int64_t psync_drain_seconds(uint64_t left, double rate)
{
    double seconds = rate > 0 ? ceil((double)left / rate) : -1;
    return seconds >= 0 && seconds < 1e15 ? (int64_t)seconds : -1;
}
