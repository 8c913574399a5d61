/* child - runs this very program again with other arguments, as a user would in a shell. */
#ifndef PSYNC_CMD_CHILD_H
#define PSYNC_CMD_CHILD_H

#include "base/result.h"

/* `program` is argv[0]; `args` ends with NULL and does not hold it. Output goes where this process's goes. *ret_code: its
 * exit code, or 128 and the signal that ended it. */
PSYNC_CHECKED enum psync_result psync_child_run(const char *program, const char *const *args, int *ret_code,
                                                struct psync_error *err);

#endif
