/* work - the run of a worker, for `work` and for `serve`, which adds to it. */
#ifndef PSYNC_CMD_WORK_H
#define PSYNC_CMD_WORK_H

#include "cmd/reload.h"

struct psync_work_kind {
    const char *command;
    /* Called when owner and worker are there, before anything is delivered; not OK ends the run. NULL: nothing more. */
    enum psync_exit (*open)(struct psync_reload *reload);
};

enum psync_exit psync_work_run(struct psync_invocation *inv, const struct psync_work_kind *kind);

#endif
