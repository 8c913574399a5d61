/* names - the files that are open go by their names, and by no other.
 *
 * Lock, log and socket are found by the queue file's name: under a second name the same file would have a second lock,
 * and a second owner. And what is committed to a file whose name was removed or given to another is lost, however well
 * it was synced. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum psync_result psync_names_judge(const char *path, struct psync_error *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? PSYNC_EMPTY
                               : psync_fail(err, PSYNC_REJECT, "queue file %s cannot be looked at: %s: make its folder"
                                            " readable for this user, or set queue.path", path, strerror(errno));
    if (S_ISLNK(st.st_mode)) /* those that lead to a file are followed before (config/derive.c) */
        return psync_fail(err, PSYNC_REJECT, "queue file %s is a link to a file that is not there: put the file back,"
                          " or set queue.path to the file itself", path);
    if (S_ISDIR(st.st_mode))
        return psync_fail(err, PSYNC_REJECT, "queue file %s is a folder: set queue.path to a file in it, such as"
                          " %s/queue.db", path, path);
    if (!S_ISREG(st.st_mode))
        return psync_fail(err, PSYNC_REJECT, "queue file %s is no regular file: set queue.path to another name", path);
    if (st.st_nlink > 1)
        return psync_fail(err, PSYNC_REJECT, "queue file %s has %ju names (hard links), and by another one a second"
                          " process could own it: remove all but one (find them with find -samefile), or put a copy in"
                          " its place", path, (uintmax_t)st.st_nlink);
    return PSYNC_OK;
}

static enum psync_result lost(const char *name, struct psync_error *err)
{
    return psync_fail(err, PSYNC_FATAL, "queue file: %s was removed or replaced while in use, so what is put now would"
                      " be lost: put back what was there (or the backup to go on with), then start again", name);
}

enum psync_result psync_store_note_names(struct psync_store *s, struct psync_error *err)
{
    char log[PSYNC_PATH_BYTES];
    enum psync_result r = psync_log_name(s->conf->path, "-wal", log);
    if (r == PSYNC_OK && !psync_identity_read(log, &s->wal))
        r = lost(log, err);
    return r;
}

enum psync_result psync_store_check_names(struct psync_store *s, struct psync_error *err)
{
    char log[PSYNC_PATH_BYTES];
    enum psync_result r = psync_log_name(s->conf->path, "-wal", log);
    if (!psync_identity_holds(s->conf->path, s->file))
        r = lost(s->conf->path, err);
    else if (r == PSYNC_OK && !psync_identity_holds(log, s->wal))
        r = lost(log, err);
    return r;
}
