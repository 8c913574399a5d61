/* thread - see the header. Darwin has no pthread_condattr_setclock: waits there follow the wall clock. */
#include "admin/thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#ifdef __APPLE__
#define WAIT_CLOCK CLOCK_REALTIME
#else
#define WAIT_CLOCK CLOCK_MONOTONIC
#endif

void psync_mutex_init(pthread_mutex_t *m)
{
    PSYNC_INVARIANT(pthread_mutex_init(m, NULL) == 0);
}

void psync_mutex_done(pthread_mutex_t *m)
{
    PSYNC_INVARIANT(pthread_mutex_destroy(m) == 0);
}

void psync_mutex_lock(pthread_mutex_t *m)
{
    PSYNC_INVARIANT(pthread_mutex_lock(m) == 0);
}

void psync_mutex_unlock(pthread_mutex_t *m)
{
    PSYNC_INVARIANT(pthread_mutex_unlock(m) == 0);
}

void psync_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;
    PSYNC_INVARIANT(pthread_condattr_init(&attr) == 0);
#ifndef __APPLE__
    PSYNC_INVARIANT(pthread_condattr_setclock(&attr, WAIT_CLOCK) == 0);
#endif
    PSYNC_INVARIANT(pthread_cond_init(c, &attr) == 0);
    PSYNC_INVARIANT(pthread_condattr_destroy(&attr) == 0);
}

void psync_cond_done(pthread_cond_t *c)
{
    PSYNC_INVARIANT(pthread_cond_destroy(c) == 0);
}

void psync_cond_wake(pthread_cond_t *c)
{
    PSYNC_INVARIANT(pthread_cond_broadcast(c) == 0);
}

void psync_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
    PSYNC_INVARIANT(pthread_cond_wait(c, m) == 0);
}

bool psync_cond_wait_for(pthread_cond_t *c, pthread_mutex_t *m, psync_ms ms)
{
    struct timespec until;
    PSYNC_INVARIANT(clock_gettime(WAIT_CLOCK, &until) == 0);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    int r = pthread_cond_timedwait(c, m, &until);
    PSYNC_INVARIANT(r == 0 || r == ETIMEDOUT);
    return r == 0;
}

bool psync_thread_start(pthread_t *ret_thread, void *(*run)(void *arg), void *arg)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(ret_thread, NULL, run, arg) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

void psync_sleep(psync_ms ms)
{
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}
