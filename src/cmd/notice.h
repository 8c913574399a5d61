/* notice - what a thread says that must not wait for a reader: the one that takes signals. */
#ifndef PSYNC_CMD_NOTICE_H
#define PSYNC_CMD_NOTICE_H

#include "base/result.h"

/* As psync_complain (cmd/console.h); but a terminal that is stopped, or a full pipe, loses the line. Any thread. */
void psync_notice(const char *fmt, ...) PSYNC_PRINTF(1, 2);

#endif
