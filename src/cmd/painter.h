/* painter - draws progress on a thread of its own, so that what is counted never waits for the terminal. */
#ifndef PSYNC_CMD_PAINTER_H
#define PSYNC_CMD_PAINTER_H

#include "cmd/console.h"

#include <pthread.h>

enum { PSYNC_NOTE_MAX = 96 };

struct psync_painter {
    struct psync_progress progress;
    /* How far it is, and what else there is to say. On the painter's thread. */
    uint64_t (*look)(void *arg, char ret_note[PSYNC_NOTE_MAX]);
    void *arg;
    uint64_t total; /* 0: not known */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool runs, stop;
};

/* `look`, `arg` and `total` are set. Without a thread nothing is drawn, and nothing else is different. */
void psync_painter_start(struct psync_painter *p, const struct psync_invocation *inv, const char *what);
void psync_painter_end(struct psync_painter *p); /* also if it was not started, when it is {0} */

#endif
