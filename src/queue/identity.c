/* identity - see the header. */
#include "queue/identity.h"

struct psync_identity psync_identity_of(const struct stat *st)
{
    return (struct psync_identity){st->st_dev, st->st_ino};
}

bool psync_identity_read(const char *path, struct psync_identity *ret_identity)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    *ret_identity = psync_identity_of(&st);
    return true;
}

bool psync_identity_holds(const char *path, struct psync_identity identity)
{
    struct psync_identity now;
    return psync_identity_read(path, &now) && now.device == identity.device && now.inode == identity.inode;
}
