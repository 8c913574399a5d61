/* signals - one thread that waits for signals; see the header. */
#include "cmd/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

static sigset_t watched(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void psync_signals_prepare(bool take)
{
    sigset_t set = watched();
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL); /* a limit of file sizes is told by write(2), like a full disk */
    if (take)
        pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *wait_for_signals(void *arg)
{
    const struct psync_signals *s = arg;
    sigset_t set = watched();
    for (unsigned stops = 0;;) {
        int number = 0;
        if (sigwait(&set, &number) != 0)
            continue;
        if (number == SIGHUP && s->on_reload)
            s->on_reload(s->arg);
        else
            s->on_stop(s->arg, ++stops);
    }
    return NULL;
}

enum psync_result psync_signals_start(const struct psync_signals *s, struct psync_error *err)
{
    pthread_t thread;
    int failed = pthread_create(&thread, NULL, wait_for_signals, (void *)(uintptr_t)s);
    if (failed)
        return psync_fail(err, PSYNC_FATAL, "cannot start a thread: %s", strerror(failed));
    pthread_detach(thread);
    return PSYNC_OK;
}

void psync_signals_wait(void)
{
    sigset_t set = watched();
    int number = 0;
    while (sigwait(&set, &number) != 0)
        continue;
}
