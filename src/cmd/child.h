/* child - runs this very program again with other arguments, as a user would in a shell. */
#ifndef PSYNC_CMD_CHILD_H
#define PSYNC_CMD_CHILD_H

#include "base/result.h"

#include <pthread.h>
#include <sys/types.h>

/* The child of the moment, and how another thread ends it. */
struct psync_child {
    pthread_mutex_t lock;
    pid_t pid;    /* 0: none */
    bool stopped; /* no other is started */
};
void psync_child_init(struct psync_child *c);

/* `program` is argv[0]; `args` ends with NULL and does not hold it. Output goes where this process's goes. *ret_code: its
 * exit code, or 128 and the signal that ended it. GONE: it was stopped. */
PSYNC_CHECKED enum psync_result psync_child_run(struct psync_child *c, const char *program, const char *const *args,
                                                int *ret_code, struct psync_error *err);
/* Sends the signal to the child there is, and lets no other start. Any thread. */
void psync_child_stop(struct psync_child *c, int number);

#endif
