/* left - what still waits at a destination when a worker ends: why, and until when. Pure. */
#ifndef PSYNC_CMD_LEFT_H
#define PSYNC_CMD_LEFT_H

#include "queue/types.h"

enum { PSYNC_LEFT_UNTIL_MAX = 64 };

struct psync_left {
    uint64_t waiting;                  /* messages; 0: nothing waits, and the rest says nothing */
    char why[PSYNC_HOLD_PAUSED_MAX];
    psync_ms until_at;                 /* 0: no such time */
    char until[PSYNC_LEFT_UNTIL_MAX];  /* "2026-11-23 14:03:00 UTC", "`destination resume`" */
};

enum psync_left_place {
    PSYNC_LEFT_CONFIGURED, /* the destination is in the configuration */
    PSYNC_LEFT_OF_SHOP,    /* its [shop NAME] is, and gave no settings that can be used */
    PSYNC_LEFT_ORPHANED
};

/* `now` as in the row. */
void psync_left_judge(const struct psync_destination_row *row, enum psync_left_place place, psync_ms now,
                      struct psync_left *ret_left);

#endif
