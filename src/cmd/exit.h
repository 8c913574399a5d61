/* exit - the exit codes of every command. */
#ifndef PSYNC_CMD_EXIT_H
#define PSYNC_CMD_EXIT_H

#include "base/result.h"

enum psync_exit {
    PSYNC_EXIT_OK = 0,
    PSYNC_EXIT_REFUSED = 1, /* something was refused or not delivered */
    PSYNC_EXIT_USAGE = 2,   /* usage or configuration */
    PSYNC_EXIT_STORAGE = 3  /* storage or queue */
};

#endif
