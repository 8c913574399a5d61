/* carry - a file that another user's process made, to where that process may not write. */
#ifndef PSYNC_CMD_CARRY_H
#define PSYNC_CMD_CARRY_H

#include "base/path.h"

#include <sys/types.h>

/* The copy that begins at `path`.part and gets its name last; it never replaces a file. */
struct psync_carry {
    const char *path;             /* the caller's */
    char part[PSYNC_PATH_BYTES];
    int fd;                       /* of the part; -1: none */
};

/* Makes the empty part. REJECT: `path` is there already, or nothing can be made there; psync_carry_end then too. */
PSYNC_CHECKED enum psync_result psync_carry_begin(struct psync_carry *c, const char *path, struct psync_error *err);
/* Copies what is in `from`, a regular file of `owner` or us and no link, and gives it its name: durable, or a
 * REJECT. */
PSYNC_CHECKED enum psync_result psync_carry_file(struct psync_carry *c, const char *from, uid_t owner,
                                                 struct psync_error *err);
/* Removes what was not finished. */
void psync_carry_end(struct psync_carry *c);

#endif
