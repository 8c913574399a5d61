/* lock - one process owns an embedded queue file, by a POSIX record lock on PATH.lock.
 *
 * The kernel gives the lock back when its owner dies, however it dies. The file stays: removing it would let two
 * processes lock two files of the same name. Should somebody else remove it, its owner finds that out by
 * psync_queue_lock_check. A record lock belongs to the process, not to the descriptor, so one table keeps this process
 * from taking it twice. */
#include "queue/queue.h"

#include "base/containers.h"
#include "base/path.h"
#include "queue/identity.h"

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
    struct psync_identity file;
    char name[]; /* of the lock's file */
};

/* Closing any descriptor of a file drops all locks a process has on it (fcntl(2)): so what is held is remembered. */
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;
static struct psync_queue_lock *held;

/* With `held_lock`. */
static bool is_held(const char *name)
{
    for (const struct psync_queue_lock *l = held; l != NULL; l = l->next)
        if (l->owner == getpid() && psync_identity_holds(name, l->file))
            return true;
    return false;
}

static enum psync_result name_of(const char *path, char ret_name[PSYNC_PATH_BYTES], struct psync_error *err)
{
    int len = snprintf(ret_name, PSYNC_PATH_BYTES, "%s.lock", path);
    return len < 0 || len >= PSYNC_PATH_BYTES ? psync_fail(err, PSYNC_REJECT, "queue.path is too long") : PSYNC_OK;
}

/* ---- who has it ---- */

static const struct psync_lock_holder nobody_known = {.words = "another process"};

static void read_holder(int fd, struct psync_lock_holder *ret_holder)
{
    struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *words = ret_holder->words;
    *ret_holder = nobody_known;
    if (fcntl(fd, F_GETLK, &other) != 0 || other.l_type == F_UNLCK)
        return;
    ssize_t n = pread(fd, words, sizeof ret_holder->words - 1, 0);
    words[n > 0 ? (size_t)n : 0] = '\0';
    words[strcspn(words, "\n")] = '\0';
    if (sscanf(words, "process %ld ", &ret_holder->pid) == 1)
        return;
    ret_holder->pid = (long)other.l_pid; /* its disk was full when it signed */
    snprintf(words, sizeof ret_holder->words, "process %ld", ret_holder->pid);
}

void psync_queue_lock_holder(const char *path, struct psync_lock_holder *ret_holder)
{
    char name[PSYNC_PATH_BYTES];
    int fd = -1;
    *ret_holder = nobody_known;
    pthread_mutex_lock(&held_lock);
    if (name_of(path, name, NULL) == PSYNC_OK && !is_held(name)) /* or closing it would end our own lock */
        fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        read_holder(fd, ret_holder);
        close(fd);
    }
    pthread_mutex_unlock(&held_lock);
}

static enum psync_result taken(const char *path, int fd, struct psync_error *err)
{
    struct psync_lock_holder holder;
    read_holder(fd, &holder);
    return psync_fail(err, PSYNC_RETRY, "queue file %s is in use by %s", path, holder.words);
}

static void sign(int fd, const char *command)
{
    char text[96];
    int len = snprintf(text, sizeof text, "process %ld (productsync %.40s)\n", (long)getpid(), command);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return; /* for people only */
}

/* ---- taking it ---- */

/* With `held_lock`. Owns `fd` when OK. GONE: the file that was locked is no longer the one of that name. */
static enum psync_result acquire(const char *path, const char *name, const char *command, int fd,
                                 struct psync_queue_lock **ret_lock, struct psync_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat st;
    if (fcntl(fd, F_SETLK, &whole) != 0)
        return errno == EACCES || errno == EAGAIN
                   ? taken(path, fd, err)
                   : psync_fail(err, PSYNC_FATAL, "%s cannot be locked: %s", name, strerror(errno));
    if (fstat(fd, &st) != 0)
        return psync_fail(err, PSYNC_FATAL, "%s: %s", name, strerror(errno));
    if (!psync_identity_holds(name, psync_identity_of(&st)))
        return psync_fail(err, PSYNC_GONE, "%s is removed again and again: end the program that does that", name);
    struct psync_queue_lock *l = malloc(sizeof *l + strlen(name) + 1);
    if (l == NULL)
        return PSYNC_NOMEM;
    *l = (struct psync_queue_lock){held, getpid(), fd, psync_identity_of(&st)};
    strcpy(l->name, name);
    held = l;
    sign(fd, command);
    *ret_lock = l;
    return PSYNC_OK;
}

/* With `held_lock`. */
static enum psync_result try_once(const char *path, const char *name, const char *command,
                                  struct psync_queue_lock **ret_lock, struct psync_error *err)
{
    if (is_held(name))
        return psync_fail(err, PSYNC_RETRY, "queue file %s is in use by this process", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return psync_fail(err, PSYNC_REJECT,
                          "queue file %s: %s cannot be opened: %s: make its folder exist and be writable"
                          " for this user, or set queue.path", path, name, strerror(errno));
    enum psync_result r = acquire(path, name, command, fd, ret_lock, err);
    if (r != PSYNC_OK)
        close(fd);
    return r;
}

enum psync_result psync_queue_lock_new(const char *path, const char *command, struct psync_queue_lock **ret_lock,
                                       struct psync_error *err)
{
    enum { TRIES = 100 };
    char name[PSYNC_PATH_BYTES];
    enum psync_result r = name_of(path, name, err);
    if (r != PSYNC_OK)
        return r;
    pthread_mutex_lock(&held_lock);
    r = PSYNC_GONE;
    for (int i = 0; r == PSYNC_GONE && i < TRIES; i++)
        r = try_once(path, name, command, ret_lock, err);
    pthread_mutex_unlock(&held_lock);
    return r == PSYNC_GONE ? PSYNC_REJECT : r;
}

enum psync_result psync_queue_lock_check(const struct psync_queue_lock *l, struct psync_error *err)
{
    if (psync_identity_holds(l->name, l->file))
        return PSYNC_OK;
    return psync_fail(err, PSYNC_FATAL, "%s was removed or replaced while it was locked, so another process may have"
                      " taken the queue: leave that file alone, and start again", l->name);
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
