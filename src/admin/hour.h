/* hour - the last hour in slots of ten seconds, for charts: a ring of bounded memory. Pure; its owner locks it. */
#ifndef PSYNC_ADMIN_HOUR_H
#define PSYNC_ADMIN_HOUR_H

#include "admin/spread.h"
#include "delivery/classify.h"

enum {
    PSYNC_HOUR_SLOT_MS = 10000,
    PSYNC_HOUR_SLOTS = 360,
    PSYNC_HOUR_WINDOW = 30 /* slots: the window of the percentiles and shares that are told as one number */
};
enum psync_percentile { PSYNC_P50, PSYNC_P95, PSYNC_P99, PSYNC_PERCENTILES };

struct psync_slot { /* one that has ended */
    float in, out, failed;                     /* a second */
    float request_ms[PSYNC_PERCENTILES], delivery_ms[PSYNC_PERCENTILES]; /* < 0: none */
    int64_t backlog;                           /* < 0: not known */
};
struct psync_tally { /* what is counted while a slot lasts */
    uint64_t in, out, failed[PSYNC_CLASSES];
    struct psync_spread request, delivery;
};
struct psync_hour {
    struct psync_slot slots[PSYNC_HOUR_SLOTS]; /* the ring; the oldest at `first` */
    size_t first, n;
    struct psync_tally tallies[PSYNC_HOUR_WINDOW]; /* of the last slots, a ring likewise: the newest before `next` */
    size_t next, n_tallies;
    struct psync_tally now;                    /* the slot under way: its owner adds to it */
    psync_ms begun;                            /* when that began; always a multiple of its length */
};

void psync_hour_init(struct psync_hour *h, psync_ms now); /* h is about 80 KB */
psync_ms psync_hour_due(const struct psync_hour *h);      /* when the slot under way ends */
/* Ends the slot under way, if it is time. If several are over, what happened is spread over them all, and but for the
 * last nothing is known of their backlog. A clock that jumped by more than an hour begins a new hour. */
void psync_hour_turn(struct psync_hour *h, psync_ms now, int64_t backlog);
/* The slots of the window as one. */
void psync_hour_window(const struct psync_hour *h, struct psync_tally *ret_sum);
const struct psync_slot *psync_hour_slot(const struct psync_hour *h, size_t i); /* the oldest is 0 */

#endif
