/* meters - counts what happens to messages from the start of the process on: for /metrics, and for the charts of the
 * last hour.
 *
 * The queue's thread counts, after the commit that made it true; anybody reads. One mutex, held for some hundred
 * nanoseconds a group of puts or a verdict. */
#ifndef PSYNC_ADMIN_METERS_H
#define PSYNC_ADMIN_METERS_H

#include "admin/hour.h"
#include "delivery/worker.h"

struct psync_meters; /* opaque */

/* Upper bounds of the buckets; what is more goes into one beyond them. Requests end at http.timeout, 10 s by default; a
 * delivery may wait for days. */
enum { PSYNC_BOUNDS_MAX = 14 };
struct psync_bounds {
    size_t n;
    psync_ms ms[PSYNC_BOUNDS_MAX];
};
extern const struct psync_bounds psync_request_bounds, psync_delivery_bounds;

struct psync_histogram {
    uint64_t buckets[PSYNC_BOUNDS_MAX + 1]; /* each its own, not those below it too */
    uint64_t count;
    psync_ms sum;
};
struct psync_meter { /* of one destination */
    char name[PSYNC_NAME_MAX];
    uint64_t put, known, full;      /* messages: taken, known already, refused for lack of room */
    uint64_t delivered, dead;       /* messages, when that is durable */
    uint64_t failed[PSYNC_CLASSES]; /* attempts; of a request for several messages, one for each */
    struct psync_histogram request; /* requests that were answered, however */
    struct psync_histogram delivery; /* from a message's creation to its delivery */
};
struct psync_relay_meter { /* of one shop */
    char name[PSYNC_NAME_MAX];
    psync_ms last_success_at;           /* of its last round that went through; 0: none yet */
    bool through;                       /* its last round did */
    char trouble[PSYNC_CAUSE_TEXT_MAX]; /* why not, or why rows are not taken all the same; "": none */
    psync_ms trouble_since;
};

/* NULL: no memory. */
struct psync_meters *psync_meters_new(psync_ms now);
void psync_meters_free(struct psync_meters *m); /* NULL is fine */

void psync_meters_put(struct psync_meters *m, const struct psync_put *puts, size_t n);
void psync_meters_report(struct psync_meters *m, const struct psync_delivery_report *report);
/* A shop's relay ended a round (source/relay.h, `fared`); `now` 0: it begins. */
void psync_meters_relay(struct psync_meters *m, const char *shop, psync_ms now, bool through, const char *trouble);

psync_ms psync_meters_begun(const struct psync_meters *m); /* when they were 0 */
/* Copies; the caller frees. */
PSYNC_CHECKED enum psync_result psync_meters_copy(struct psync_meters *m, struct psync_meter **ret_meters,
                                                  size_t *ret_n);
PSYNC_CHECKED enum psync_result psync_meters_relays(struct psync_meters *m, struct psync_relay_meter **ret_relays,
                                                    size_t *ret_n);

/* See admin/hour.h: when the slot under way ends; any thread. And its end, `backlog` messages waiting. */
psync_ms psync_meters_due(struct psync_meters *m);
void psync_meters_turn(struct psync_meters *m, psync_ms now, int64_t backlog);
void psync_meters_hour(struct psync_meters *m, struct psync_hour *ret_hour); /* a copy */

#endif
