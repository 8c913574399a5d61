/* clerk - one thread, one bounded list of jobs. */
#include "admin/clerk.h"

#include "admin/thread.h"

#include <stdlib.h>

struct psync_clerk {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct psync_link jobs;
    size_t n_jobs, max_jobs;
    bool ending, stop;
};

/* The next job; NULL: none, and there will be none. Under the lock. */
static struct psync_job *wait_for_job(struct psync_clerk *c)
{
    while (psync_list_empty(&c->jobs) && !c->stop)
        psync_cond_wait(&c->changed, &c->lock);
    struct psync_link *link = psync_list_pop(&c->jobs);
    return link ? PSYNC_CONTAINER(link, struct psync_job, link) : NULL;
}

static void *clerk_main(void *arg)
{
    struct psync_clerk *c = arg;
    struct psync_job *job;
    psync_mutex_lock(&c->lock);
    while ((job = wait_for_job(c))) {
        bool ending = c->ending;
        psync_mutex_unlock(&c->lock);
        enum psync_job_step step = job->run(job, ending);
        psync_mutex_lock(&c->lock);
        if (step == PSYNC_JOB_MORE)
            psync_list_push(&c->jobs, &job->link);
        else
            c->n_jobs--;
    }
    psync_mutex_unlock(&c->lock);
    return NULL;
}

enum psync_result psync_clerk_new(size_t max_jobs, struct psync_clerk **ret_clerk, struct psync_error *err)
{
    struct psync_clerk *c = calloc(1, sizeof(*c));
    if (!c)
        return psync_fail(err, PSYNC_NOMEM, "no memory for the API's thread");
    c->max_jobs = max_jobs;
    psync_list_init(&c->jobs);
    psync_mutex_init(&c->lock);
    psync_cond_init(&c->changed);
    if (!psync_thread_start(&c->thread, clerk_main, c)) {
        free(c);
        return psync_fail(err, PSYNC_FATAL, "the API's thread cannot start");
    }
    *ret_clerk = c;
    return PSYNC_OK;
}

enum psync_result psync_clerk_take(struct psync_clerk *c, struct psync_job *job)
{
    psync_mutex_lock(&c->lock);
    bool taken = c->n_jobs < c->max_jobs && !c->ending;
    if (taken) {
        c->n_jobs++;
        psync_list_push(&c->jobs, &job->link);
        psync_cond_wake(&c->changed);
    }
    psync_mutex_unlock(&c->lock);
    return taken ? PSYNC_OK : PSYNC_RETRY;
}

void psync_clerk_end(struct psync_clerk *c)
{
    psync_mutex_lock(&c->lock);
    c->ending = true;
    psync_mutex_unlock(&c->lock);
}

void psync_clerk_free(struct psync_clerk *c)
{
    if (!c)
        return;
    psync_mutex_lock(&c->lock);
    c->ending = c->stop = true;
    psync_cond_wake(&c->changed);
    psync_mutex_unlock(&c->lock);
    PSYNC_INVARIANT(pthread_join(c->thread, NULL) == 0);
    PSYNC_INVARIANT(psync_list_empty(&c->jobs));
    psync_cond_done(&c->changed);
    psync_mutex_done(&c->lock);
    free(c);
}
