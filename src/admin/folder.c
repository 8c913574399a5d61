/* folder - see the header. */
#include "admin/folder.h"

#include "base/path.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum psync_result psync_folder_of_socket(const char *socket, const char *queue, struct psync_error *err)
{
    char folder[PSYNC_PATH_BYTES], home[PSYNC_PATH_BYTES];
    enum psync_result r = psync_path_folder(socket, folder, err);
    if (r == PSYNC_OK)
        r = psync_path_folder(queue, home, err);
    if (r != PSYNC_OK || strcmp(folder, home) == 0)
        return r;
    return psync_path_make(folder, err);
}

enum psync_result psync_folder_trusted(const char *socket, const char *queue, struct psync_error *err)
{
    char folder[PSYNC_PATH_BYTES], home[PSYNC_PATH_BYTES];
    struct stat st, queue_st;
    enum psync_result r = psync_path_folder(socket, folder, err);
    if (r == PSYNC_OK)
        r = psync_path_folder(queue, home, err);
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
