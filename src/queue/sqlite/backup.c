/* backup - a consistent copy while the queue goes on, complete or not at all. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* VACUUM INTO writes without syncs into an empty file. */
static enum psync_result copy(struct psync_store *s, const char *path, int fd, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_read_begin(s, "VACUUM INTO ?1", PSYNC_VALUES(PSYNC_V_TEXT(path)), &st, err);
    if (r == PSYNC_OK)
        r = psync_read_next(s, st, err);
    if (r != PSYNC_EMPTY)
        return r == PSYNC_NOMEM ? r : psync_fail(err, PSYNC_REJECT, "backup to %s: %s", path,
                                                 sqlite3_errmsg(s->reader));
    return fsync(fd) == 0 ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "backup to %s: %s", path, strerror(errno));
}

enum psync_result psync_store_backup(struct psync_store *s, const char *path, struct psync_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT,
                          "backup to %s: %s: name a file that does not exist yet, in a folder that is"
                          " writable for this user", path, strerror(errno));
    enum psync_result r = fchmod(fd, 0600) == 0 ? copy(s, path, fd, err)
                                                : psync_fail(err, PSYNC_REJECT, "backup to %s: %s", path,
                                                             strerror(errno));
    close(fd);
    if (r != PSYNC_OK)
        unlink(path);
    return r;
}
