/* meters - see the header. */
#include "admin/meters.h"

#include "admin/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct psync_bounds psync_request_bounds = {
    12, {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 10000}};
const struct psync_bounds psync_delivery_bounds = {
    14, {10, 50, 100, 500, 1000, 2000, 5000, 10000, 30000, 60000, 300000, 1800000, 7200000, 86400000}};

struct psync_meters {
    pthread_mutex_t lock; /* of all that follows */
    struct psync_meter *meters;
    size_t n, cap, last;  /* `last`: the one that was asked for last, which is the next one mostly */
    struct psync_relay_meter *relays;
    size_t n_relays;
    uint64_t batch;       /* whose request was counted last: its verdicts come in a row */
    psync_ms begun;
    struct psync_hour hour;
};

struct psync_meters *psync_meters_new(psync_ms now)
{
    struct psync_meters *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    psync_mutex_init(&m->lock);
    psync_hour_init(&m->hour, now);
    m->begun = now;
    return m;
}

void psync_meters_free(struct psync_meters *m)
{
    if (!m)
        return;
    psync_mutex_done(&m->lock);
    free(m->meters);
    free(m->relays);
    free(m);
}

/* ---- counting ---- */

static struct psync_meter *append(struct psync_meters *m, const char *name)
{
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 4;
        struct psync_meter *more = realloc(m->meters, cap * sizeof *more);
        if (!more)
            return NULL;
        m->meters = more;
        m->cap = cap;
    }
    m->last = m->n++;
    m->meters[m->last] = (struct psync_meter){0};
    (void)snprintf(m->meters[m->last].name, PSYNC_NAME_MAX, "%s", name);
    return &m->meters[m->last];
}

/* NULL: it has none yet and there is no memory for one; then this is not counted. */
static struct psync_meter *meter_of(struct psync_meters *m, const char *name)
{
    if (m->n && strcmp(m->meters[m->last].name, name) == 0)
        return &m->meters[m->last];
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->meters[i].name, name) == 0) {
            m->last = i;
            return &m->meters[i];
        }
    return append(m, name);
}

static void observe(struct psync_histogram *h, const struct psync_bounds *bounds, psync_ms ms)
{
    size_t i = 0;
    ms = ms > 0 ? ms : 0; /* a clock may be set back */
    while (i < bounds->n && ms > bounds->ms[i])
        i++;
    h->buckets[i]++;
    h->count++;
    h->sum += ms;
}

void psync_meters_put(struct psync_meters *m, const struct psync_put *puts, size_t n)
{
    psync_mutex_lock(&m->lock);
    for (size_t i = 0; i < n; i++) {
        struct psync_meter *meter = meter_of(m, puts[i].destination);
        if (!meter)
            continue;
        meter->put += puts[i].ret_outcome == PSYNC_PUT_NEW;
        meter->known += puts[i].ret_outcome == PSYNC_PUT_KNOWN;
        meter->full += puts[i].ret_outcome == PSYNC_PUT_FULL;
        m->hour.now.in += puts[i].ret_outcome == PSYNC_PUT_NEW;
    }
    psync_mutex_unlock(&m->lock);
}

/* One request may be for several messages, whose verdicts come in a row. */
static void count_request(struct psync_meters *m, struct psync_meter *meter, const struct psync_settlement *s)
{
    bool counted = s->batch != 0 && s->batch == m->batch;
    m->batch = s->batch;
    if (counted || s->settle.attempt.status == 0)
        return;
    observe(&meter->request, &psync_request_bounds, s->settle.attempt.latency_ms);
    psync_spread_add(&m->hour.now.request, s->settle.attempt.latency_ms);
}

static void count_delivery(struct psync_meters *m, struct psync_meter *meter,
                           const struct psync_delivery_report *report)
{
    psync_ms took = report->now - report->settlement->message->created_at;
    meter->delivered++;
    observe(&meter->delivery, &psync_delivery_bounds, took);
    m->hour.now.out++;
    psync_spread_add(&m->hour.now.delivery, took);
}

/* A verdict that came too late for its lease is not the queue's: the message will be told of again. The request was
 * made all the same. */
static void count_verdict(struct psync_meters *m, struct psync_meter *meter, const struct psync_delivery_report *report)
{
    const struct psync_settlement *s = report->settlement;
    bool recorded = s->settle.ret == PSYNC_OK;
    count_request(m, meter, s);
    if (s->settle.verdict != PSYNC_VERDICT_DONE) {
        meter->failed[s->class]++;
        m->hour.now.failed[s->class]++;
    }
    if (recorded && s->settle.verdict == PSYNC_VERDICT_DONE)
        count_delivery(m, meter, report);
    if (recorded && s->settle.verdict == PSYNC_VERDICT_DEAD)
        meter->dead++;
}

void psync_meters_report(struct psync_meters *m, const struct psync_delivery_report *report)
{
    const struct psync_settlement *s = report->settlement;
    if (s->settle.verdict == PSYNC_VERDICT_RELEASE) /* no attempt */
        return;
    PSYNC_INVARIANT((unsigned)s->class < PSYNC_CLASSES);
    psync_mutex_lock(&m->lock);
    struct psync_meter *meter = meter_of(m, s->message->destination);
    if (meter)
        count_verdict(m, meter, report);
    psync_mutex_unlock(&m->lock);
}

static struct psync_relay_meter *relay_of(struct psync_meters *m, const char *shop)
{
    for (size_t i = 0; i < m->n_relays; i++)
        if (strcmp(m->relays[i].name, shop) == 0)
            return &m->relays[i];
    struct psync_relay_meter *more = realloc(m->relays, (m->n_relays + 1) * sizeof *more);
    if (!more)
        return NULL;
    m->relays = more;
    more[m->n_relays] = (struct psync_relay_meter){0};
    (void)snprintf(more[m->n_relays].name, PSYNC_NAME_MAX, "%s", shop);
    return &more[m->n_relays++];
}

static void note_round(struct psync_relay_meter *relay, psync_ms now, bool through, const char *trouble)
{
    relay->through = through;
    if (through)
        relay->last_success_at = now;
    if (trouble && relay->trouble[0] == '\0')
        relay->trouble_since = now;
    (void)snprintf(relay->trouble, sizeof relay->trouble, "%s", trouble ? trouble : "");
}

void psync_meters_relay(struct psync_meters *m, const char *shop, psync_ms now, bool through, const char *trouble)
{
    psync_mutex_lock(&m->lock);
    struct psync_relay_meter *relay = relay_of(m, shop);
    if (relay)
        note_round(relay, now, through, trouble);
    psync_mutex_unlock(&m->lock);
}

/* ---- reading ---- */

psync_ms psync_meters_begun(const struct psync_meters *m)
{
    return m->begun;
}

/* NULL: no memory. */
static void *copy_of(const void *from, size_t bytes)
{
    void *copy = malloc(bytes ? bytes : 1);
    return copy && bytes ? memcpy(copy, from, bytes) : copy;
}

enum psync_result psync_meters_copy(struct psync_meters *m, struct psync_meter **ret_meters, size_t *ret_n)
{
    psync_mutex_lock(&m->lock);
    size_t n = m->n;
    struct psync_meter *copy = copy_of(m->meters, n * sizeof *copy);
    psync_mutex_unlock(&m->lock);
    if (!copy)
        return PSYNC_NOMEM;
    *ret_meters = copy;
    *ret_n = n;
    return PSYNC_OK;
}

enum psync_result psync_meters_relays(struct psync_meters *m, struct psync_relay_meter **ret_relays, size_t *ret_n)
{
    psync_mutex_lock(&m->lock);
    size_t n = m->n_relays;
    struct psync_relay_meter *copy = copy_of(m->relays, n * sizeof *copy);
    psync_mutex_unlock(&m->lock);
    if (!copy)
        return PSYNC_NOMEM;
    *ret_relays = copy;
    *ret_n = n;
    return PSYNC_OK;
}

psync_ms psync_meters_due(struct psync_meters *m)
{
    psync_mutex_lock(&m->lock);
    psync_ms due = psync_hour_due(&m->hour);
    psync_mutex_unlock(&m->lock);
    return due;
}

void psync_meters_turn(struct psync_meters *m, psync_ms now, int64_t backlog)
{
    psync_mutex_lock(&m->lock);
    psync_hour_turn(&m->hour, now, backlog);
    psync_mutex_unlock(&m->lock);
}

void psync_meters_hour(struct psync_meters *m, struct psync_hour *ret_hour)
{
    psync_mutex_lock(&m->lock);
    *ret_hour = m->hour;
    psync_mutex_unlock(&m->lock);
}
