/* log_console - the log's lines on stderr; private to the log, and under its lock.
 *
 * Whoever logs may be what commits: a terminal that was stopped (Ctrl-S) or a full pipe costs one short wait, and then
 * its lines, until it takes some again; how many were lost is said then. */
#ifndef PSYNC_BASE_LOG_CONSOLE_H
#define PSYNC_BASE_LOG_CONSOLE_H

#include "base/buf.h"

#include <stdint.h>

struct psync_log_console { /* {0} to begin with */
    bool stuck;            /* it took nothing the last time: it is not waited for again */
    bool torn;             /* it stands within a line */
    uint64_t lost;         /* lines since it took one */
};

/* The line and its end; `line` is as before when it returns. */
void psync_log_console_write(struct psync_log_console *c, struct psync_buf *line);

#endif
