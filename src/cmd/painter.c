/* painter - see the header. A terminal that is stopped is not drawn on, so that the end need not wait for it. */
#include "cmd/painter.h"

#include "admin/thread.h"
#include "base/offer.h"

#include <unistd.h>

enum { LOOK_EVERY_MS = 100 };

static void draw(struct psync_painter *p, uint64_t *drawn)
{
    char note[PSYNC_NOTE_MAX] = "";
    uint64_t done = p->look(p->arg, note);
    if ((done == *drawn && !p->progress.terminal) || !psync_offer_ready(STDERR_FILENO, 0))
        return;
    *drawn = done;
    psync_progress_update(&p->progress, done, p->total, note);
}

static void *paint(void *arg)
{
    struct psync_painter *p = arg;
    uint64_t drawn = 0;
    psync_mutex_lock(&p->lock);
    while (!p->stop) {
        (void)psync_cond_wait_for(&p->changed, &p->lock, LOOK_EVERY_MS);
        psync_mutex_unlock(&p->lock);
        draw(p, &drawn);
        psync_mutex_lock(&p->lock);
    }
    psync_mutex_unlock(&p->lock);
    if (psync_offer_ready(STDERR_FILENO, 0))
        psync_progress_end(&p->progress);
    return NULL;
}

void psync_painter_start(struct psync_painter *p, const struct psync_invocation *inv, const char *what)
{
    psync_progress_begin(&p->progress, inv, what);
    if (!p->progress.shown)
        return;
    psync_mutex_init(&p->lock);
    psync_cond_init(&p->changed);
    p->stop = false;
    p->runs = psync_thread_start(&p->thread, paint, p);
    if (p->runs)
        return;
    psync_cond_done(&p->changed);
    psync_mutex_done(&p->lock);
}

void psync_painter_end(struct psync_painter *p)
{
    if (!p->runs)
        return;
    psync_mutex_lock(&p->lock);
    p->stop = true;
    psync_cond_wake(&p->changed);
    psync_mutex_unlock(&p->lock);
    PSYNC_INVARIANT(pthread_join(p->thread, NULL) == 0);
    psync_cond_done(&p->changed);
    psync_mutex_done(&p->lock);
    p->runs = false;
}
