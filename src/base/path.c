/* path - see the header. */
#include "base/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum psync_result psync_path_folder(const char *path, char ret_folder[PSYNC_PATH_BYTES], struct psync_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 0; /* the root's slash is its name */
    if (n >= PSYNC_PATH_BYTES)
        return psync_fail(err, PSYNC_REJECT, "the path is too long: %.64s...", path);
    (void)snprintf(ret_folder, PSYNC_PATH_BYTES, "%.*s", n ? (int)n : 1, n ? path : ".");
    return PSYNC_OK;
}

static enum psync_result make_one(const char *path, struct psync_error *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT, "cannot make the folder %s: %s: make it, writable for this user, or name"
                     " another", path, strerror(errno));
}

enum psync_result psync_path_make(const char *folder, struct psync_error *err)
{
    char part[PSYNC_PATH_BYTES];
    struct stat st;
    size_t n = strlen(folder);
    if (n >= sizeof part)
        return psync_fail(err, PSYNC_REJECT, "the path of a folder is too long: %.64s...", folder);
    memcpy(part, folder, n + 1);
    enum psync_result r = PSYNC_OK;
    if (stat(folder, &st) == 0) /* the usual case; a parent that we may not read does not matter then */
        return S_ISDIR(st.st_mode) ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "%s is not a folder: move it"
                                                          " away, or name another", folder);
    for (size_t i = 1; i < n && r == PSYNC_OK; i++)
        if (part[i] == '/' && part[i - 1] != '/') {
            part[i] = '\0';
            if (stat(part, &st) != 0)
                r = make_one(part, err);
            part[i] = '/';
        }
    return r == PSYNC_OK ? make_one(folder, err) : r;
}
