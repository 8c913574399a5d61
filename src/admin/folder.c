/* folder - see the header. */
#include "admin/folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static enum psync_result make_one(const char *path, struct psync_error *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "cannot make the folder %s: %s", path, strerror(errno));
}

enum psync_result psync_folder_ensure(const char *path, struct psync_error *err)
{
    char part[PATH_BYTES];
    struct stat st;
    size_t n = strlen(path);
    if (n >= sizeof(part))
        return psync_fail(err, PSYNC_REJECT, "the path of a folder is too long: %.64s...", path);
    memcpy(part, path, n + 1);
    enum psync_result r = PSYNC_OK;
    if (stat(path, &st) == 0) /* the usual case; a parent that we may not read does not matter then */
        return S_ISDIR(st.st_mode) ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "%s is not a folder", path);
    for (size_t i = 1; i < n && r == PSYNC_OK; i++)
        if (part[i] == '/' && part[i - 1] != '/') {
            part[i] = '\0';
            if (stat(part, &st) != 0)
                r = make_one(part, err);
            part[i] = '/';
        }
    return r == PSYNC_OK ? make_one(path, err) : r;
}

static enum psync_result folder_of(const char *file, char ret_folder[PATH_BYTES], struct psync_error *err)
{
    const char *slash = strrchr(file, '/');
    size_t n = slash == file ? 1 : slash ? (size_t)(slash - file) : 0; /* the root's slash is its name */
    if (n >= PATH_BYTES)
        return psync_fail(err, PSYNC_REJECT, "the path is too long: %.64s...", file);
    (void)snprintf(ret_folder, PATH_BYTES, "%.*s", n ? (int)n : 1, n ? file : ".");
    return PSYNC_OK;
}

enum psync_result psync_folder_of_ensure(const char *file, struct psync_error *err)
{
    char folder[PATH_BYTES];
    enum psync_result r = folder_of(file, folder, err);
    return r == PSYNC_OK ? psync_folder_ensure(folder, err) : r;
}

enum psync_result psync_folder_trusted(const char *socket, const char *queue, struct psync_error *err)
{
    char folder[PATH_BYTES], home[PATH_BYTES];
    struct stat st, queue_st;
    enum psync_result r = folder_of(socket, folder, err);
    if (r == PSYNC_OK)
        r = folder_of(queue, home, err);
    if (r != PSYNC_OK)
        return r;
    if (lstat(folder, &st) != 0 && errno == ENOENT)
        return PSYNC_EMPTY;
    if (stat(folder, &st) != 0) /* a link in its place is followed, and what it leads to is judged */
        return psync_fail(err, PSYNC_REJECT, "cannot look at the folder %s: %s", folder, strerror(errno));
    bool ours = st.st_uid == 0 || st.st_uid == geteuid();
    bool known = ours || (stat(home, &queue_st) == 0 && st.st_uid == queue_st.st_uid);
    bool open = (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
    if (known && !open)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT,
                      "the folder of the queue's socket, %s, %s: set queue.socket to a path in a private folder",
                      folder, known ? "can be changed by everybody" : "belongs to somebody else");
}
