/* child - one child process; see the header. */
#include "cmd/child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

enum { ARGS_MAX = 32 };

/* The child takes signals as if a shell had started it. */
static int spawn(const char *program, char *const argv[], pid_t *ret_pid)
{
    sigset_t none;
    posix_spawnattr_t attributes;
    int failed = posix_spawnattr_init(&attributes);
    if (failed)
        return failed;
    sigemptyset(&none);
    failed = posix_spawnattr_setsigmask(&attributes, &none);
    if (!failed)
        failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (!failed)
        failed = posix_spawnp(ret_pid, program, NULL, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

void psync_child_init(struct psync_child *c)
{
    *c = (struct psync_child){0};
    PSYNC_INVARIANT(pthread_mutex_init(&c->lock, NULL) == 0);
}

static enum psync_result start(struct psync_child *c, const char *program, char *const argv[], pid_t *ret_pid,
                               struct psync_error *err)
{
    int failed = 0;
    pthread_mutex_lock(&c->lock);
    bool stopped = c->stopped;
    if (!stopped && (failed = spawn(program, argv, &c->pid)) != 0)
        c->pid = 0;
    *ret_pid = c->pid;
    pthread_mutex_unlock(&c->lock);
    if (stopped)
        return psync_fail(err, PSYNC_GONE, "interrupted");
    return failed ? psync_fail(err, PSYNC_FATAL, "cannot start %s: %s", program, strerror(failed)) : PSYNC_OK;
}

/* It is awaited before it is reaped under the lock, so that its number is nobody else's as long as `pid` has it. */
static enum psync_result await(struct psync_child *c, pid_t pid, int *ret_status, struct psync_error *err)
{
    siginfo_t info;
    int waited;
    while ((waited = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT)) != 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&c->lock);
    if (waited == 0)
        waited = waitpid(pid, ret_status, 0) == pid ? 0 : -1;
    int failed = errno;
    c->pid = 0;
    bool stopped = c->stopped;
    pthread_mutex_unlock(&c->lock);
    if (waited != 0)
        return psync_fail(err, PSYNC_FATAL, "cannot wait for a child: %s", strerror(failed));
    return stopped ? psync_fail(err, PSYNC_GONE, "interrupted") : PSYNC_OK;
}

enum psync_result psync_child_run(struct psync_child *c, const char *program, const char *const *args, int *ret_code,
                                  struct psync_error *err)
{
    char *argv[ARGS_MAX + 2] = {(char *)(uintptr_t)program};
    pid_t pid = 0;
    int status = 0;
    for (size_t i = 0; args[i]; i++) {
        PSYNC_INVARIANT(i < ARGS_MAX);
        argv[i + 1] = (char *)(uintptr_t)args[i]; /* posix_spawn does not change them: its type is historical */
    }
    fflush(NULL);
    enum psync_result r = start(c, program, argv, &pid, err);
    if (r == PSYNC_OK)
        r = await(c, pid, &status, err);
    if (r == PSYNC_OK)
        *ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return r;
}

void psync_child_stop(struct psync_child *c, int number)
{
    pthread_mutex_lock(&c->lock);
    c->stopped = true;
    if (c->pid)
        (void)kill(c->pid, number);
    pthread_mutex_unlock(&c->lock);
}
