/* folder - the folders a queue and its socket live in: made private, and trusted only if nobody else can change
 * them. */
#ifndef PSYNC_ADMIN_FOLDER_H
#define PSYNC_ADMIN_FOLDER_H

#include "base/result.h"
#include "config/config.h"

#include <sys/types.h>

/* Makes the folder of `socket`, as psync_path_make (base/path.h); but not if `queue` is to lie there too: a queue's folder
 * that is missing is a mistake in queue.path, and a new empty queue in a new folder would hide it. */
PSYNC_CHECKED enum psync_result psync_folder_of_socket(const char *socket, const char *queue, struct psync_error *err);
/* May a socket in the folder of `socket` be believed? Its folder belongs to root, to us, or to whom the folder of
 * `queue` belongs to, and others cannot put files in place of theirs. EMPTY: there is no such folder. */
PSYNC_CHECKED enum psync_result psync_folder_trusted(const char *socket, const char *queue, struct psync_error *err);
/* Lets the group through to queue.socket. A state folder that is private and holds nothing but ours gets the group and
 * mode 0710, so that names in it can be reached by the group, and not listed. REJECT: the group cannot get through, and
 * `err` says what to do. */
PSYNC_CHECKED enum psync_result psync_folder_open_to(const struct psync_config *config, gid_t group,
                                                     struct psync_error *err);

#endif
