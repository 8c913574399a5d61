/* signals - SIGINT, SIGTERM and SIGHUP as calls on a thread of their own.
 *
 * A command that takes them (PSYNC_COMMAND_SIGNALS) has them blocked in every thread and taken by sigwait(3) in
 * one, so the handlers are ordinary functions. All other commands they end, as they end any program. */
#ifndef PSYNC_CMD_SIGNALS_H
#define PSYNC_CMD_SIGNALS_H

#include "base/result.h"

struct psync_signals {
    void (*on_stop)(void *arg, unsigned nth); /* SIGINT, SIGTERM: 1 for the first */
    void (*on_reload)(void *arg);             /* SIGHUP; NULL: ends like SIGTERM */
    void *arg;
};

/* Before any other thread is started: SIGPIPE is ignored; with `take`, the signals are blocked here and in every thread
 * made later. */
void psync_signals_prepare(bool take);
/* Starts the thread; `s` outlives the process. FATAL: no thread. */
PSYNC_CHECKED enum psync_result psync_signals_start(const struct psync_signals *s, struct psync_error *err);
/* Instead of a thread: waits here until SIGINT, SIGTERM or SIGHUP comes. */
void psync_signals_wait(void);

#endif
