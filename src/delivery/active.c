/* active - see active.h. */
#include "delivery/active.h"

psync_ms psync_active_ms(const struct psync_active *a, psync_ms now)
{
    return a->total_ms + (a->at != 0 && !a->blocked && now > a->at ? now - a->at : 0);
}

static void settle(struct psync_active *a, psync_ms now)
{
    a->total_ms = psync_active_ms(a, now);
    a->at = now;
}

void psync_active_restore(struct psync_active *a, psync_ms total_ms, psync_ms at, bool blocked, psync_ms now)
{
    *a = (struct psync_active){.total_ms = total_ms > 0 ? total_ms : 0, .at = at, .blocked = blocked};
    if (a->at != 0)
        settle(a, now);
}

void psync_active_begin(struct psync_active *a, psync_ms now)
{
    if (a->at == 0)
        a->at = now;
}

bool psync_active_block(struct psync_active *a, bool blocked, psync_ms now)
{
    if (a->blocked == blocked)
        return false;
    if (a->at != 0)
        settle(a, now);
    a->blocked = blocked;
    return true;
}
