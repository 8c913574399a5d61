/* types - names of capabilities, locked to their enum. */
#include "queue/types.h"

#include <assert.h>

static const char *const names[] = {"bind", "keys", "order", "delay", "expire", "count", "age", "history",
                                    "withdraw", "shared pacing"};
static_assert(1 << (sizeof names / sizeof *names - 1) == PSYNC_CAN_SHARE_PACING, "every capability has a name");

const char *psync_capability_name(enum psync_capability c)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((unsigned)c == 1u << i)
            return names[i];
    return "unknown";
}
