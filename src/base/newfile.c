/* newfile - write, sync, rename, sync the folder: POSIX promises the old file or the new one after a crash. */
#include "base/newfile.h"

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool psync_write_all(int fd, struct psync_span text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.data, text.len);
        if (n < 0 && errno != EINTR)
            return false;
        text.data += n > 0 ? n : 0;
        text.len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Root may make what another user's process shall read. */
static bool give_to_owner_of(int fd, const char *folder)
{
    struct stat st;
    return geteuid() != 0 || (stat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

bool psync_folder_sync(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* some file systems have no such thing */
    if (fd >= 0)
        (void)close(fd);
    return synced;
}

enum psync_result psync_newfile_write(const char *path, struct psync_span text, struct psync_error *err)
{
    char folder[PSYNC_PATH_BYTES], temporary[PSYNC_PATH_BYTES];
    enum psync_result r = psync_path_folder(path, folder, err);
    if (r != PSYNC_OK)
        return r;
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
        return psync_fail(err, PSYNC_REJECT, "%s: the path is too long", path);
    (void)unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool done = fd >= 0 && give_to_owner_of(fd, folder) && psync_write_all(fd, text) && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0 && close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    if (done && (rename(temporary, path) != 0 || !psync_folder_sync(folder))) {
        done = false;
        why = errno;
    }
    if (done)
        return PSYNC_OK;
    if (fd >= 0)
        (void)unlink(temporary);
    return psync_fail(err, PSYNC_REJECT, "%s: cannot be written: %s", path, strerror(why));
}
