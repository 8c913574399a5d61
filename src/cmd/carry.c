/* carry - copy, sync, name, sync the folder; see the header. */
#include "cmd/carry.h"

#include "base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 16 };

static enum psync_result refuse(const struct psync_carry *c, int why, struct psync_error *err)
{
    return psync_fail(err, PSYNC_REJECT, "%s: %s", c->path, strerror(why));
}

enum psync_result psync_carry_begin(struct psync_carry *c, const char *path, struct psync_error *err)
{
    struct stat st;
    c->path = path;
    c->fd = -1;
    if ((size_t)snprintf(c->part, sizeof c->part, "%s.part", path) >= sizeof c->part)
        return refuse(c, ENAMETOOLONG, err);
    if (lstat(path, &st) == 0)
        return refuse(c, EEXIST, err);
    (void)unlink(c->part); /* left by a crash */
    c->fd = open(c->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return c->fd >= 0 ? PSYNC_OK : refuse(c, errno, err);
}

static bool copy(int from, int to)
{
    char chunk[CHUNK_BYTES];
    for (;;) {
        ssize_t n = read(from, chunk, sizeof chunk);
        if (n == 0)
            return fsync(to) == 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || !psync_write_all(to, (struct psync_span){chunk, (size_t)n}))
            return false;
    }
}

/* A link is never put over a file, as a rename is; not every file system has links. */
static bool give_name(const struct psync_carry *c)
{
    struct stat st;
    if (link(c->part, c->path) == 0)
        return true; /* the part's own name goes at the end */
    if (errno != EEXIST && lstat(c->path, &st) != 0)
        return rename(c->part, c->path) == 0;
    errno = EEXIST;
    return false;
}

static bool sync_folder_of(const char *path, struct psync_error *err)
{
    char folder[PSYNC_PATH_BYTES];
    return psync_path_folder(path, folder, err) == PSYNC_OK && psync_folder_sync(folder);
}

enum psync_result psync_carry_file(struct psync_carry *c, const char *from, uid_t owner, struct psync_error *err)
{
    struct stat st;
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT, "%s: cannot be opened: %s", from, strerror(errno));
    bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_uid == owner || st.st_uid == geteuid());
    bool copied = good && copy(fd, c->fd);
    int why = errno;
    (void)close(fd);
    if (!good)
        return psync_fail(err, PSYNC_REJECT, "%s: is not the file that was made there", from);
    if (!copied)
        return refuse(c, why, err);
    return give_name(c) && sync_folder_of(c->path, err) ? PSYNC_OK : refuse(c, errno, err);
}

void psync_carry_end(struct psync_carry *c)
{
    if (c->fd < 0)
        return;
    (void)close(c->fd);
    (void)unlink(c->part);
    c->fd = -1;
}
