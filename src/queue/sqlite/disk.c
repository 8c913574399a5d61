/* disk - what is written reaches the disk itself: syncs of files and folders. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Where fsync leaves it in the disk's own memory there is F_FULLFSYNC (macOS, fcntl(2)), which not every file system
 * knows. */
bool psync_disk_sync(int fd)
{
#ifdef F_FULLFSYNC
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return true;
#endif
    return fsync(fd) == 0;
}

/* POSIX leaves it to fsync of the folder's descriptor. */
bool psync_disk_sync_folder(const char *path)
{
    char folder[PSYNC_PATH_BYTES];
    if (psync_path_folder(path, folder, NULL) != PSYNC_OK)
        return false;
    int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = psync_disk_sync(fd) || errno == EINVAL; /* EINVAL: a file system that has no such thing */
    close(fd);
    return ok;
}
