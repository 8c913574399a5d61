/* log - one line an event, logfmt or JSON, to a file, to the console, or to both.
 *
 * A line is a time, a level, an event name and fields. A log that cannot be written is reported once on stderr and
 * never stops anything; a FIFO or a console that takes no more loses lines instead of blocking. Values are bounded and
 * escaped, so that nothing from outside can forge a line; names are the program's own. Any thread. */
#ifndef PSYNC_BASE_LOG_H
#define PSYNC_BASE_LOG_H

#include "base/buf.h"

#include <stdint.h>

enum psync_log_level { PSYNC_LOG_DEBUG, PSYNC_LOG_INFO, PSYNC_LOG_WARNING, PSYNC_LOG_ERROR };
enum psync_log_format { PSYNC_LOG_LOGFMT, PSYNC_LOG_JSON };

struct psync_log_conf {
    const char *path;               /* NULL, "" or "-": no file. Copied. Created 0640, appended to. */
    enum psync_log_format format;   /* of the file */
    enum psync_log_level level;     /* below it nothing is written to the file */
    bool console;                   /* also to stderr, as logfmt without the time */
    enum psync_log_level console_level;
};

struct psync_log; /* opaque */

/* Never fails for a file that cannot be written (that is reported once). NULL: no memory. */
struct psync_log *psync_log_new(const struct psync_log_conf *conf);
void psync_log_free(struct psync_log *log); /* flushes; NULL is fine */
/* Opens the file anew; one that cannot be opened is reported once, and the old one is kept. */
void psync_log_reopen(struct psync_log *log, const struct psync_log_conf *conf);
/* Before settings are taken over: REJECT if they name another file than now, and it cannot be opened (`err` without its
 * path). */
PSYNC_CHECKED enum psync_result psync_log_can_reopen(struct psync_log *log, const struct psync_log_conf *conf,
                                                     struct psync_error *err);
/* Lines wait in memory for at most 64 KiB, for an error, or for the first event or tick 100 ms after them. */
void psync_log_flush(struct psync_log *log); /* writes them now; NULL is fine */
void psync_log_tick(struct psync_log *log);  /* for loops: each time around; cheap; NULL is fine */

enum psync_field_kind { PSYNC_FIELD_TEXT, PSYNC_FIELD_INT, PSYNC_FIELD_END };
struct psync_field {
    const char *name;
    enum psync_field_kind kind;
    const char *text; /* NULL: the field is left out */
    int64_t number;
};
#define PSYNC_F_TEXT(name_, text_) ((struct psync_field){.name = (name_), .kind = PSYNC_FIELD_TEXT, .text = (text_)})
#define PSYNC_F_INT(name_, n_) ((struct psync_field){.name = (name_), .kind = PSYNC_FIELD_INT, .number = (n_)})

/* `event` is a few words, the same for the same thing ("delivered", "breaker opened"). `log` NULL: nothing happens. */
void psync_log_event(struct psync_log *log, enum psync_log_level level, const char *event,
                     const struct psync_field *fields, size_t n);
/* The same with the fields as arguments, at least one. */
#define PSYNC_LOG(log, level, event, ...)                                                                              \
    psync_log_event((log), (level), (event), (const struct psync_field[]){__VA_ARGS__},                                \
                    sizeof((const struct psync_field[]){__VA_ARGS__}) / sizeof(struct psync_field))

#endif
