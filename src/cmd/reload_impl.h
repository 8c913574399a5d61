/* reload_impl - what the files of a reload share. */
#ifndef PSYNC_CMD_RELOAD_IMPL_H
#define PSYNC_CMD_RELOAD_IMPL_H

#include "cmd/reload.h"

enum { PSYNC_RELOAD_LINES_MAX = 65536 };

/* Under `reloading`, with worker and owner. Worker and API take over `next` as far as a running process may; on failure
 * everything stays as it was. RETRY: the worker does not run. */
PSYNC_CHECKED enum psync_result psync_reload_take_over(struct psync_reload *r, const struct psync_config *next,
                                                       struct psync_buf *changed, struct psync_buf *kept,
                                                       struct psync_error *err);
void psync_reload_log_lines(struct psync_log *log, enum psync_log_level level, const char *event, const char *field,
                            const struct psync_buf *lines);
void psync_reload_say_lines(const char *prefix, const struct psync_buf *lines);

#endif
