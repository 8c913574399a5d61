/* path - what lies where in the file system: a path's folder, and folders made on the way. */
#ifndef PSYNC_BASE_PATH_H
#define PSYNC_BASE_PATH_H

#include "base/result.h"

enum { PSYNC_PATH_BYTES = 4096 }; /* of any path, with its NUL; POSIX's PATH_MAX need not exist */

/* The folder that `path` lies in: "." where it names none. REJECT: too long. */
PSYNC_CHECKED enum psync_result psync_path_folder(const char *path, char ret_folder[PSYNC_PATH_BYTES],
                                                  struct psync_error *err);
/* The folder and its missing parents; those it makes have mode 0700. REJECT: one clear line with the path. */
PSYNC_CHECKED enum psync_result psync_path_make(const char *folder, struct psync_error *err);

#endif
