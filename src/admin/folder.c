/* folder - see the header. */
#include "admin/folder.h"

#include "base/path.h"

#include <dirent.h>
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
        return psync_fail(err, PSYNC_REJECT, "cannot look at the folder %s: %s: name another (state.folder, queue.path)",
                          folder, strerror(errno));
    bool ours = st.st_uid == 0 || st.st_uid == geteuid();
    bool known = ours || (stat(home, &queue_st) == 0 && st.st_uid == queue_st.st_uid);
    bool open = (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
    if (known && !open)
        return PSYNC_OK;
    return psync_fail(err, PSYNC_REJECT,
                      "the folder of the queue's socket, %s, %s: set queue.socket to a path in a private folder",
                      folder, known ? "can be changed by everybody" : "belongs to somebody else");
}

/* As the state folder is made, with the queue, its logs and the dashboard's settings in it: and not, say, somebody's
 * home that state.folder names. */
static bool is_ours(const char *folder, const struct stat *st, const struct psync_config *config)
{
    const char *slash = strrchr(config->queue.path, '/'), *queue = slash ? slash + 1 : config->queue.path;
    if (strcmp(folder, config->state_folder) != 0 || st->st_uid != geteuid() || (st->st_mode & 07767) != 0700)
        return false;
    DIR *names = opendir(folder);
    bool ours = names != NULL;
    for (const struct dirent *e; ours && (e = readdir(names)) != NULL;)
        ours = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
               strncmp(e->d_name, queue, strlen(queue)) == 0 || strstr(e->d_name, ".log") != NULL ||
               strcmp(e->d_name, "overrides.conf") == 0 || strncmp(e->d_name, "access.json", 11) == 0;
    if (names)
        (void)closedir(names);
    return ours;
}

enum psync_result psync_folder_open_to(const struct psync_config *config, gid_t group, struct psync_error *err)
{
    char folder[PSYNC_PATH_BYTES];
    struct stat st;
    const char *name = config->queue.socket_group;
    enum psync_result r = psync_path_folder(config->queue.socket, folder, err);
    if (r != PSYNC_OK)
        return r;
    if (stat(folder, &st) == 0) {
        if ((st.st_mode & S_IXOTH) || (st.st_gid == group && (st.st_mode & S_IXGRP)))
            return PSYNC_OK;
        if (is_ours(folder, &st, config) && chown(folder, (uid_t)-1, group) == 0 && chmod(folder, 0710) == 0)
            return PSYNC_OK;
    }
    return psync_fail(err, PSYNC_REJECT, "queue.socket_group: the folder %s does not let the group %s through to the"
                      " socket: chgrp %s %s && chmod g+x %s, or set queue.socket to a path in another folder", folder,
                      name, name, folder, folder);
}
