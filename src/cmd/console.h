/* console - what a command says: results on standard output, complaints and progress on standard error.
 *
 * Texts that came from outside are printed with their control characters made visible, so that no product name or API
 * answer can drive somebody's terminal. One thread, but for psync_console_line (any). */
#ifndef PSYNC_CMD_CONSOLE_H
#define PSYNC_CMD_CONSOLE_H

#include "base/buf.h"
#include "base/clock.h"
#include "cmd/command.h"

/* "productsync: TEXT" on standard error, whatever --quiet says. */
void psync_complain(const char *fmt, ...) PSYNC_PRINTF(1, 2);
/* A line on standard output; nothing with --quiet or --json. */
void psync_say(const struct psync_invocation *inv, const char *fmt, ...) PSYNC_PRINTF(2, 3);
/* A line of JSON on standard output, from a buffer that holds one value. */
void psync_say_json(const struct psync_buf *json);
/* The text with control characters as '?'; valid until the 8th next call on this thread. */
const char *psync_printable(const char *text);

/* "1,234,567" ; valid until the 8th next call on this thread. */
const char *psync_count_text(uint64_t n);

/* Progress: a bar on a terminal, redrawn at most ten times a second; elsewhere a plain line every five seconds. With
 * --quiet or --json nothing. `total` 0: not known. */
struct psync_progress {
    const char *what;     /* "put", "delivered" */
    bool shown, terminal;
    psync_ms begun, drawn;
    uint64_t drawn_count;
};
void psync_progress_begin(struct psync_progress *p, const struct psync_invocation *inv, const char *what);
void psync_progress_update(struct psync_progress *p, uint64_t done, uint64_t total, const char *note);
void psync_progress_clear(struct psync_progress *p); /* before other output: the bar's line is wiped */
void psync_progress_end(struct psync_progress *p);

/* Asks on the terminal; false when the answer is not yes, or there is no terminal. */
bool psync_ask(const char *question);

#endif
