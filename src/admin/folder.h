/* folder - the folders a queue and its socket live in: made private, and trusted only if nobody else can change
 * them. */
#ifndef PSYNC_ADMIN_FOLDER_H
#define PSYNC_ADMIN_FOLDER_H

#include "base/result.h"

/* The folder that `file` is in, as psync_path_make (base/path.h). */
PSYNC_CHECKED enum psync_result psync_folder_of_ensure(const char *file, struct psync_error *err);
/* May a socket in the folder of `socket` be believed? Its folder belongs to root, to us, or to whom the folder of
 * `queue` belongs to, and others cannot put files in place of theirs. EMPTY: there is no such folder. */
PSYNC_CHECKED enum psync_result psync_folder_trusted(const char *socket, const char *queue, struct psync_error *err);

#endif
