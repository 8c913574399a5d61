/* log_line - the text of one log line; private to the log. Pure. */
#ifndef PSYNC_BASE_LOG_LINE_H
#define PSYNC_BASE_LOG_LINE_H

#include "base/log.h"

enum {
    PSYNC_LOG_VALUE_MAX = 1024,   /* bytes of a value; a longer one is cut and ends with "..." */
    PSYNC_LOG_LINE_MAX = 8 * 1024 /* bytes of a line without its time; fields that do not fit are left out */
};

/* Fills `b` (emptied first; its maximum PSYNC_LOG_LINE_MAX, already reserved, so that no memory is needed) with the
 * level, the event and the fields, without time and line end: `level=info event=delivered product=12` or
 * `"level":"info","event":"delivered","product":12`. */
void psync_log_line(struct psync_buf *b, enum psync_log_format format, enum psync_log_level level, const char *event,
                    const struct psync_field *fields, size_t n);

#endif
