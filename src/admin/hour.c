/* hour - see the header. */
#include "admin/hour.h"

#include <string.h>

static const double percentiles[PSYNC_PERCENTILES] = {0.50, 0.95, 0.99};

void psync_hour_init(struct psync_hour *h, psync_ms now)
{
    memset(h, 0, sizeof *h);
    h->begun = now - now % PSYNC_HOUR_SLOT_MS;
}

psync_ms psync_hour_due(const struct psync_hour *h)
{
    return h->begun + PSYNC_HOUR_SLOT_MS;
}

static uint64_t failures(const struct psync_tally *t)
{
    uint64_t sum = 0;
    for (int class = 0; class < PSYNC_CLASSES; class++)
        sum += t->failed[class];
    return sum;
}

static void push_slot(struct psync_hour *h, const struct psync_slot *slot)
{
    h->slots[(h->first + h->n) % PSYNC_HOUR_SLOTS] = *slot;
    if (h->n < PSYNC_HOUR_SLOTS)
        h->n++;
    else
        h->first = (h->first + 1) % PSYNC_HOUR_SLOTS;
}

static void push_tally(struct psync_hour *h, const struct psync_tally *tally)
{
    h->tallies[h->next] = *tally;
    h->next = (h->next + 1) % PSYNC_HOUR_WINDOW;
    if (h->n_tallies < PSYNC_HOUR_WINDOW)
        h->n_tallies++;
}

void psync_hour_turn(struct psync_hour *h, psync_ms now, int64_t backlog)
{
    static const struct psync_tally nothing = {0};
    if (now < h->begun || now - h->begun > (psync_ms)PSYNC_HOUR_SLOTS * PSYNC_HOUR_SLOT_MS) {
        psync_hour_init(h, now);
        return;
    }
    psync_ms over = (now - h->begun) / PSYNC_HOUR_SLOT_MS;
    if (over == 0)
        return;
    float seconds = (float)over * PSYNC_HOUR_SLOT_MS / 1000;
    struct psync_slot slot = {.in = (float)h->now.in / seconds,
                              .out = (float)h->now.out / seconds,
                              .failed = (float)failures(&h->now) / seconds,
                              .backlog = -1};
    for (int p = 0; p < PSYNC_PERCENTILES; p++) {
        slot.request_ms[p] = (float)psync_spread_quantile(&h->now.request, percentiles[p]);
        slot.delivery_ms[p] = (float)psync_spread_quantile(&h->now.delivery, percentiles[p]);
    }
    for (psync_ms i = 1; i < over; i++) {
        push_slot(h, &slot);
        push_tally(h, &nothing);
    }
    slot.backlog = backlog;
    push_slot(h, &slot);
    push_tally(h, &h->now);
    h->now = nothing;
    h->begun += over * PSYNC_HOUR_SLOT_MS;
}

void psync_hour_window(const struct psync_hour *h, struct psync_tally *ret_sum)
{
    memset(ret_sum, 0, sizeof *ret_sum);
    for (size_t i = 0; i < h->n_tallies; i++) {
        const struct psync_tally *t = &h->tallies[i];
        ret_sum->in += t->in;
        ret_sum->out += t->out;
        for (int class = 0; class < PSYNC_CLASSES; class++)
            ret_sum->failed[class] += t->failed[class];
        psync_spread_merge(&ret_sum->request, &t->request);
        psync_spread_merge(&ret_sum->delivery, &t->delivery);
    }
}

const struct psync_slot *psync_hour_slot(const struct psync_hour *h, size_t i)
{
    PSYNC_INVARIANT(i < h->n);
    return &h->slots[(h->first + i) % PSYNC_HOUR_SLOTS];
}
