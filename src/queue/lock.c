/* lock - one process owns an embedded queue file, by a POSIX record lock on PATH.lock.
 *
 * The kernel gives the lock back when its owner dies, however it dies. The file stays: removing it would let two
 * processes lock two files of the same name. A record lock belongs to the process, not to the descriptor, so one table
 * keeps this process from taking it twice. */
#include "queue/queue.h"

#include "base/containers.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct psync_queue_lock {
    struct psync_queue_lock *next;
    pid_t owner; /* a child of fork has the list, and not the locks */
    int fd;
    dev_t device;
    ino_t inode;
};

/* Closing any descriptor of a file drops all locks a process has on it (fcntl(2)): so what is held is remembered. */
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;
static struct psync_queue_lock *held;

static bool is_held(const struct stat *st)
{
    for (const struct psync_queue_lock *l = held; l != NULL; l = l->next)
        if (l->owner == getpid() && l->device == st->st_dev && l->inode == st->st_ino)
            return true;
    return false;
}

static enum psync_result taken(const char *path, int fd, struct psync_error *err)
{
    char owner[128] = "";
    struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    ssize_t n = pread(fd, owner, sizeof owner - 1, 0);
    owner[n > 0 ? (size_t)n : 0] = '\0';
    owner[strcspn(owner, "\n")] = '\0';
    if (fcntl(fd, F_GETLK, &other) == 0 && other.l_type != F_UNLCK && *owner == '\0')
        snprintf(owner, sizeof owner, "process %ld", (long)other.l_pid);
    return psync_fail(err, PSYNC_RETRY, "queue file %s is in use by %s", path,
                      *owner == '\0' ? "another process" : owner);
}

static void sign(int fd, const char *command)
{
    char text[96];
    int len = snprintf(text, sizeof text, "process %ld (productsync %.40s)\n", (long)getpid(), command);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return; /* for people only */
}

/* With `held_lock`. Owns `fd` when OK. */
static enum psync_result acquire(const char *path, const char *command, int fd, struct psync_queue_lock **ret_lock,
                                 struct psync_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat st;
    if (fstat(fd, &st) != 0)
        return psync_fail(err, PSYNC_FATAL, "%s.lock: %s", path, strerror(errno));
    if (fcntl(fd, F_SETLK, &whole) != 0)
        return errno == EACCES || errno == EAGAIN
                   ? taken(path, fd, err)
                   : psync_fail(err, PSYNC_FATAL, "%s.lock cannot be locked: %s", path, strerror(errno));
    struct psync_queue_lock *l = malloc(sizeof *l);
    if (l == NULL)
        return PSYNC_NOMEM;
    *l = (struct psync_queue_lock){held, getpid(), fd, st.st_dev, st.st_ino};
    held = l;
    sign(fd, command);
    *ret_lock = l;
    return PSYNC_OK;
}

enum psync_result psync_queue_lock_new(const char *path, const char *command, struct psync_queue_lock **ret_lock,
                                       struct psync_error *err)
{
    char name[4096];
    struct stat st;
    int len = snprintf(name, sizeof name, "%s.lock", path);
    if (len < 0 || (size_t)len >= sizeof name)
        return psync_fail(err, PSYNC_REJECT, "queue.path is too long");
    pthread_mutex_lock(&held_lock);
    enum psync_result r = PSYNC_OK;
    if (stat(name, &st) == 0 && is_held(&st)) {
        r = psync_fail(err, PSYNC_RETRY, "queue file %s is in use by this process", path);
    } else {
        int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            r = psync_fail(err, PSYNC_REJECT,
                           "queue file %s: %s cannot be opened: %s: make its folder exist and be writable"
                           " for this user, or set queue.path", path, name, strerror(errno));
        else
            r = acquire(path, command, fd, ret_lock, err);
        if (fd >= 0 && r != PSYNC_OK)
            close(fd);
    }
    pthread_mutex_unlock(&held_lock);
    return r;
}

void psync_queue_lock_free(struct psync_queue_lock *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&held_lock);
    for (struct psync_queue_lock **at = &held; *at != NULL; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    close(l->fd); /* and with it the lock */
    pthread_mutex_unlock(&held_lock);
    free(l);
}
