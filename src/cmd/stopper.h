/* stopper - lets a signal end a wait for input: a pipe that is polled beside it. */
#ifndef PSYNC_CMD_STOPPER_H
#define PSYNC_CMD_STOPPER_H

#include "base/result.h"

struct psync_stopper {
    int to_read, to_write;
};

/* It lives until the process ends, since a signal may come at any time. FATAL: no descriptors. */
PSYNC_CHECKED enum psync_result psync_stopper_init(struct psync_stopper *s, struct psync_error *err);
void psync_stopper_stop(struct psync_stopper *s); /* any thread */
/* Waits for at most `ms`, -1: as long as it takes. OK: the descriptor can be read, or has ended or failed, as reading
 * will tell. EMPTY: not yet. GONE: stopped. FATAL: cannot wait. */
PSYNC_CHECKED enum psync_result psync_stopper_wait(const struct psync_stopper *s, int fd, int ms,
                                                   struct psync_error *err);

#endif
