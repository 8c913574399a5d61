/* identity - which file a name stands for, so that it is noticed when the name stands for another one, or for none.
 *
 * What is written through an open descriptor reaches a file that nobody finds any more once its name was removed or
 * given to another. */
#ifndef PSYNC_QUEUE_IDENTITY_H
#define PSYNC_QUEUE_IDENTITY_H

#include <stdbool.h>
#include <sys/stat.h>

struct psync_identity {
    dev_t device;
    ino_t inode;
};

struct psync_identity psync_identity_of(const struct stat *st);
/* False with errno: there is no such file, or it cannot be looked at. */
bool psync_identity_read(const char *path, struct psync_identity *ret_identity);
/* Does `path` still stand for that file? A system call, about a microsecond. */
bool psync_identity_holds(const char *path, struct psync_identity identity);

#endif
