/* hold - see the header. */
#include "queue/hold.h"

#include <stdio.h>
#include <string.h>

enum { MARKER = sizeof PSYNC_HOLD_SHOPS - 1 };

bool psync_hold_is_shops(const struct psync_hold *h)
{
    return strncmp(h->paused_reason, PSYNC_HOLD_SHOPS, MARKER) == 0 && h->paused_reason[MARKER] != '\0';
}

const char *psync_hold_paused_reason(const struct psync_hold *h)
{
    return h->paused_reason + (psync_hold_is_shops(h) ? MARKER : 0);
}

void psync_hold_paused_words(const struct psync_hold *h, char *ret_words, size_t size)
{
    const char *reason = psync_hold_paused_reason(h);
    if (psync_hold_is_shops(h))
        (void)snprintf(ret_words, size, "%s", reason);
    else
        (void)snprintf(ret_words, size, "paused by hand%s%s", reason[0] != '\0' ? ": " : "", reason);
}
