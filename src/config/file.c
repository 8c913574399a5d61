/* file - a whole small file in memory. */
#include "config/file.h"

#include "config/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for all at once, so that no copy of a secret is left behind by a buffer that grew. */
static enum psync_result read_all(int fd, const char *path, struct psync_buf *out, struct psync_error *err)
{
    enum psync_result r = psync_buf_reserve(out, out->max - out->len);
    char chunk[4096];
    ssize_t n = 0;

    while (r == PSYNC_OK) {
        n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            r = psync_fail(err, PSYNC_REJECT, "%s: cannot be read: %s", path, strerror(errno));
        else if (psync_buf_add(out, chunk, (size_t)n) != PSYNC_OK)
            r = psync_fail(err, PSYNC_REJECT, "%s: is longer than %zu bytes", path, out->max);
    }
    psync_wipe(chunk, sizeof chunk);
    return r;
}

enum psync_result psync_file_read(const char *path, struct psync_buf *out, bool *ret_shared, struct psync_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    enum psync_result r;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return PSYNC_EMPTY;
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0)
        r = psync_fail(err, PSYNC_REJECT, "%s: cannot be read: %s", path, strerror(errno));
    else
        r = read_all(fd, path, out, err);
    close(fd);
    if (r == PSYNC_OK)
        *ret_shared = S_ISREG(st.st_mode) && (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
    return r;
}
