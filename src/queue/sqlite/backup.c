/* backup - a consistent copy while the queue goes on, complete under its name or not there at all. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum psync_result refuse(const char *path, const char *why, struct psync_error *err)
{
    return psync_fail(err, PSYNC_REJECT, "backup to %s: %s", path, why);
}

static bool ignore_row(void *context, sqlite3_stmt *st)
{
    (void)context;
    (void)st;
    return true;
}

/* VACUUM INTO writes without syncs into an empty file. */
static enum psync_result vacuum(struct psync_store *s, const char *path, const char *part, struct psync_error *err)
{
    sqlite3 *db;
    enum psync_result r = psync_read_aside(s, &db, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_read_each_of(s, db, "VACUUM INTO ?1", PSYNC_VALUES(PSYNC_V_TEXT(part)), ignore_row, NULL, err);
    if (r != PSYNC_OK && r != PSYNC_NOMEM && sqlite3_errcode(db) != SQLITE_INTERRUPT)
        r = refuse(path, (sqlite3_errcode(db) & 0xff) == SQLITE_FULL /* of the copy's disk, or its own */
                             ? "the disk is full: name a file on another one, or free some space"
                             : sqlite3_errmsg(db), err); /* a queue that is harmed says so */
    psync_read_aside_end(s);
    return r;
}

static enum psync_result fill(struct psync_store *s, const char *path, const char *part, struct psync_error *err)
{
    unlink(part); /* left by a crash */
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT,
                          "backup to %s: %s: name a file in a folder that is writable for this user", path,
                          strerror(errno));
    enum psync_result r = fchmod(fd, 0600) == 0 ? vacuum(s, path, part, err) : refuse(path, strerror(errno), err);
    if (r == PSYNC_OK && !psync_disk_sync(fd))
        r = refuse(path, strerror(errno), err);
    close(fd);
    return r;
}

/* A link is never put over a file, as a rename is; not every file system has links. */
static bool give_name(const char *part, const char *path)
{
    struct stat st;
    if (link(part, path) == 0) {
        unlink(part);
        return true;
    }
    if (errno == EEXIST)
        return false;
    if (lstat(path, &st) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(part, path) == 0;
}

enum psync_result psync_store_backup(struct psync_store *s, const char *path, struct psync_error *err)
{
    char part[PSYNC_PATH_BYTES];
    struct stat st;
    int len = snprintf(part, sizeof part, "%s.part", path);
    if (len < 0 || (size_t)len >= sizeof part)
        return refuse(path, strerror(ENAMETOOLONG), err);
    if (lstat(path, &st) == 0) /* before the work, and once more at its end */
        return psync_fail(err, PSYNC_REJECT, "backup to %s: %s: name a file that does not exist yet", path,
                          strerror(EEXIST));
    enum psync_result r = fill(s, path, part, err);
    if (r == PSYNC_OK && !give_name(part, path))
        r = refuse(path, strerror(errno), err);
    if (r != PSYNC_OK)
        unlink(part);
    else if (!psync_disk_sync_folder(path))
        r = refuse(path, strerror(errno), err);
    return r;
}
