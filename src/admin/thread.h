/* thread - POSIX threads, where a failure can only be a mistake of ours: checked, and waits by the monotonic clock. */
#ifndef PSYNC_ADMIN_THREAD_H
#define PSYNC_ADMIN_THREAD_H

#include "base/clock.h"
#include "base/result.h"

#include <pthread.h>

void psync_mutex_init(pthread_mutex_t *m);
void psync_mutex_done(pthread_mutex_t *m);
void psync_mutex_lock(pthread_mutex_t *m);
void psync_mutex_unlock(pthread_mutex_t *m);

void psync_cond_init(pthread_cond_t *c); /* on the monotonic clock where the system has that */
void psync_cond_done(pthread_cond_t *c);
void psync_cond_wake(pthread_cond_t *c); /* everybody */
void psync_cond_wait(pthread_cond_t *c, pthread_mutex_t *m);
/* At most `ms`; false: the time is over. */
bool psync_cond_wait_for(pthread_cond_t *c, pthread_mutex_t *m, psync_ms ms);

/* All signals blocked: they are for the program's own threads. false: the system has no thread to give. */
bool psync_thread_start(pthread_t *ret_thread, void *(*run)(void *arg), void *arg);
void psync_sleep(psync_ms ms);

#endif
