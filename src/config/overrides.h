/* overrides - the dashboard's file: settings that were changed while the program ran. */
#ifndef PSYNC_CONFIG_OVERRIDES_H
#define PSYNC_CONFIG_OVERRIDES_H

#include "base/buf.h"
#include "config/config.h"

enum { PSYNC_OVERRIDES_MAX = 256 << 10 }; /* bytes of the file */

struct psync_override {
    const char *name;  /* "retry.attempts", "destination.rate", "destination eu.rate" */
    const char *value; /* NULL: as the other sources say */
};

/* Appends to `out` the file with the changes made to what `text` holds. EMPTY: a setting that may not be changed so;
 * REJECT: no such setting, or a value that cannot be; `text` cannot be read. Pure. */
PSYNC_CHECKED enum psync_result psync_overrides_edit(struct psync_span text, const struct psync_override *changes,
                                                     size_t n, struct psync_buf *out, struct psync_error *err);
/* The file of that state folder, appended; nothing where there is none. REJECT: it cannot be read. */
PSYNC_CHECKED enum psync_result psync_overrides_read(const struct psync_config *config, struct psync_buf *out,
                                                     struct psync_error *err);
/* Durably. REJECT: it cannot be written, and is as it was. */
PSYNC_CHECKED enum psync_result psync_overrides_write(const struct psync_config *config, struct psync_span text,
                                                      struct psync_error *err);

#endif
