/* window - see window.h. */
#include "delivery/window.h"

/* Empties the slots of the seconds that passed. A clock that goes back changes nothing: what comes then is counted in
 * the newest slot. */
static void advance(struct psync_window *w, int64_t second)
{
    if (second - w->second >= PSYNC_WINDOW_SECONDS) {
        *w = (struct psync_window){.second = second};
        return;
    }
    while (w->second < second) {
        uint64_t *slot = &w->counts[++w->second % PSYNC_WINDOW_SECONDS];
        w->sum -= *slot;
        *slot = 0;
    }
}

void psync_window_add(struct psync_window *w, psync_ms now, uint64_t n)
{
    advance(w, now / 1000);
    w->counts[w->second % PSYNC_WINDOW_SECONDS] += n;
    w->sum += n;
}

uint64_t psync_window_sum(const struct psync_window *w, psync_ms now)
{
    struct psync_window copy = *w;

    advance(&copy, now / 1000);
    return copy.sum;
}
