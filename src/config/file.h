/* file - a whole small file in memory. Within src/config and src/source only. */
#ifndef PSYNC_CONFIG_FILE_H
#define PSYNC_CONFIG_FILE_H

#include "base/buf.h"
#include "base/result.h"

/* Appends the file to `out`, up to its maximum. `*ret_shared`: others than its owner can read it (false for what is not
 * a regular file). EMPTY: there is no such file. REJECT: cannot be read, or is longer than out's maximum; `err` begins
 * with the path. */
PSYNC_CHECKED enum psync_result psync_file_read(const char *path, struct psync_buf *out, bool *ret_shared,
                                                struct psync_error *err);

#endif
