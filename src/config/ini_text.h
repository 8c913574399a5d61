/* ini_text - one INI text, setting by setting. Parsing is inih's; this header adds what inih leaves out.
 *
 * inih cuts lines at 200 bytes and section titles at 50, and drops the rest without a word; it ignores text behind a
 * title and cannot tell lines. Here a line may have PSYNC_INI_LINE_MAX bytes (longer ones are given to inih as a value
 * with continuation lines), and whatever would be lost is an error with its line. Pure. */
#ifndef PSYNC_CONFIG_INI_TEXT_H
#define PSYNC_CONFIG_INI_TEXT_H

#include "base/buf.h"
#include "base/result.h"

enum { PSYNC_INI_LINE_MAX = 4096, PSYNC_INI_VALUE_MAX = 16384, PSYNC_INI_FILE_MAX = 1024 * 1024 };

/* Called for each section title (`key` and `value` NULL) and for each setting; indented lines after a setting go on
 * with its value, joined by LF. `where` is "FILE:LINE". What it returns other than PSYNC_OK ends the reading. */
typedef enum psync_result psync_ini_handler(void *arg, const char *section, const char *key, const char *value,
                                            const char *where, struct psync_error *err);

/* REJECT: `err` begins with "FILE:LINE: ", or is the handler's. */
PSYNC_CHECKED enum psync_result psync_ini_read(struct psync_span text, const char *file, psync_ini_handler *handler,
                                               void *arg, struct psync_error *err);

#endif
