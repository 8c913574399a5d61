/* log - does the write-ahead log beside a queue file belong to it?
 *
 * SQLite replays whatever log bears the file's name: salts and sums tie a log's frames to its own header, and nothing
 * ties it to a database (sqlite.org/fileformat2.html, 4.1). A backup put in the place of a damaged file is thus
 * overwritten, page by page, from the log that was left of it.
 *
 * So each start gives the file a new random mark, its schema cookie, of which every copy by VACUUM INTO has another
 * value; and when the log is empty, so that the mark stands in the file itself, writes it into PATH.mark. Later a log
 * with something in it beside a file of another mark is refused. Where PATH.mark is missing nothing is known, and
 * nothing refused. */
#include "queue/sqlite/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum psync_result psync_log_name(const char *path, const char *tail, char ret_name[PSYNC_PATH_BYTES])
{
    int len = snprintf(ret_name, PSYNC_PATH_BYTES, "%s%s", path, tail);
    return len < 0 || len >= PSYNC_PATH_BYTES ? PSYNC_REJECT : PSYNC_OK;
}

bool psync_log_is_empty(const char *path)
{
    char name[PSYNC_PATH_BYTES];
    struct stat st;
    return psync_log_name(path, "-wal", name) == PSYNC_OK && (stat(name, &st) != 0 || st.st_size == 0);
}

static bool read_mark(const char *name, uint32_t *ret_mark)
{
    FILE *in = fopen(name, "re");
    if (in == NULL)
        return false;
    int n = fscanf(in, "%8" SCNx32, ret_mark);
    fclose(in);
    return n == 1;
}

enum psync_result psync_log_check(const char *path, uint32_t mark, struct psync_error *err)
{
    char name[PSYNC_PATH_BYTES];
    uint32_t expected;
    if (psync_log_is_empty(path) || psync_log_name(path, ".mark", name) != PSYNC_OK || !read_mark(name, &expected) ||
        expected == mark)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT,
                      "queue file %s was put beside the log of another one: remove its -wal and -shm if this is the"
                      " backup to go on with, or put the other file back", path);
}

enum psync_result psync_log_unmark(const char *path, struct psync_error *err)
{
    char name[PSYNC_PATH_BYTES];
    if (psync_log_name(path, ".mark", name) != PSYNC_OK)
        return psync_fail(err, PSYNC_REJECT, "queue.path is too long");
    if (unlink(name) != 0)
        return errno == ENOENT ? PSYNC_OK
                               : psync_fail(err, PSYNC_REJECT, "%s cannot be removed: %s", name, strerror(errno));
    return psync_disk_sync_folder(path) ? PSYNC_OK
                                        : psync_fail(err, PSYNC_FATAL, "the folder of %s: %s", path, strerror(errno));
}

/* For safety alone: where it cannot be written the queue works without. */
void psync_log_mark(const char *path, uint32_t mark)
{
    char name[PSYNC_PATH_BYTES];
    if (!psync_log_is_empty(path) || psync_log_name(path, ".mark", name) != PSYNC_OK)
        return;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (dprintf(fd, "%08" PRIx32 "\n", mark) < 0)
        unlink(name);
    close(fd);
}
