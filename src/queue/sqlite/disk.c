/* disk - what is written reaches the disk itself: syncs of files and folders. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

/* Written and removed: what statvfs(3) calls free is not what a quota, or the blocks kept for root, leave to us. Any
 * other failure is left to the commit that follows. */
bool psync_disk_takes(const char *path, size_t bytes)
{
    char name[PSYNC_PATH_BYTES], piece[64 << 10];
    bool full = false;
    if (psync_log_name(path, ".room", name) != PSYNC_OK)
        return true;
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno != ENOSPC && errno != EDQUOT;
    unlink(name);
    memset(piece, 'r', sizeof piece); /* zeros may take no space */
    for (size_t done = 0; !full && done < bytes;) {
        ssize_t n = write(fd, piece, sizeof piece);
        full = n < 0 && (errno == ENOSPC || errno == EDQUOT);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    close(fd);
    return !full;
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
