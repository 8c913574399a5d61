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

enum psync_result psync_child_run(const char *program, const char *const *args, int *ret_code, struct psync_error *err)
{
    char *argv[ARGS_MAX + 2] = {(char *)(uintptr_t)program};
    pid_t pid;
    int status;
    for (size_t i = 0; args[i]; i++) {
        PSYNC_INVARIANT(i < ARGS_MAX);
        argv[i + 1] = (char *)(uintptr_t)args[i]; /* posix_spawn does not change them: its type is historical */
    }
    fflush(NULL);
    int failed = spawn(program, argv, &pid);
    if (failed)
        return psync_fail(err, PSYNC_FATAL, "cannot start %s: %s", program, strerror(failed));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return psync_fail(err, PSYNC_FATAL, "cannot wait for %s: %s", program, strerror(errno));
    *ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return PSYNC_OK;
}
