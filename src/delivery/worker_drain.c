/* worker_drain - is there nothing more to do? Asked for --drain, when nothing is held and no answer is awaited. */
#include "delivery/worker_impl.h"

/* The destination cannot be leased from before `until`; PSYNC_MS_NEVER: not until somebody intervenes. */
static bool is_blocked(const struct psync_destination_status *s, psync_ms *ret_until)
{
    switch (s->state) {
    case PSYNC_DESTINATION_SUSPENDED:
    case PSYNC_DESTINATION_PAUSED:
        *ret_until = PSYNC_MS_NEVER;
        return true;
    case PSYNC_DESTINATION_THROTTLED:
    case PSYNC_DESTINATION_OPEN:
        *ret_until = s->until;
        return true;
    case PSYNC_DESTINATION_OK:
    case PSYNC_DESTINATION_PROBING:
        break;
    }
    return false;
}

static psync_ms later(psync_ms a, psync_ms b)
{
    return a > b ? a : b;
}

/* When something of this destination can be leased at the earliest; 0: perhaps now. */
static psync_ms leasable_at(struct psync_worker *w, size_t index, const struct psync_destination_status *s)
{
    struct psync_counts counts;
    struct psync_error err = {0};
    psync_ms until;
    bool blocked = is_blocked(s, &until);
    if (blocked && until == PSYNC_MS_NEVER)
        return PSYNC_MS_NEVER;
    if (!blocked && !psync_worker_source_is_dry(w, index))
        return 0;
    enum psync_result r = psync_queue_counts(w->queue, s->name, &counts, &err);
    if (r == PSYNC_FATAL)
        psync_worker_fail(w, err.text);
    if (r != PSYNC_OK)
        return 0;
    if (counts.in_flight > 0) /* not ours, for nothing is held: another worker's, or a lease that has to run out */
        return 0;
    if (!blocked) /* what is ready and was not leased waits for its subject's turn, and that for a delayed one */
        return counts.delayed > 0 ? counts.next_due_at : PSYNC_MS_NEVER;
    if (counts.ready > 0)
        return until;
    return counts.delayed > 0 ? later(until, counts.next_due_at) : PSYNC_MS_NEVER;
}

bool psync_worker_is_drained(struct psync_worker *w, psync_ms now)
{
    struct psync_destination_status s;
    for (size_t i = 0; psync_dispatcher_status(w->dispatcher, i, now, &s); i++) {
        psync_ms at = leasable_at(w, i, &s);
        if (at != PSYNC_MS_NEVER && at - now <= w->config->work.drain_wait)
            return false;
    }
    return true;
}
