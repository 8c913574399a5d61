/* clerk - the thread on which requests run that must wait: for a commit, for a list read from disk.
 *
 * The web server's thread must not block, so it passes such a request on as a job. A job runs in steps; one that is
 * not done after a step goes behind the others, so that retrying a hundred thousand dead letters does not keep a
 * status waiting. */
#ifndef PSYNC_ADMIN_CLERK_H
#define PSYNC_ADMIN_CLERK_H

#include "base/containers.h"

struct psync_clerk; /* opaque */

enum psync_job_step {
    PSYNC_JOB_DONE, /* the job is no longer the clerk's, and may be gone already */
    PSYNC_JOB_MORE
};
struct psync_job { /* embed it first thing in what the job needs */
    struct psync_link link;
    enum psync_job_step (*run)(struct psync_job *job, bool ending); /* `ending`: come to an end in this step */
};

PSYNC_CHECKED enum psync_result psync_clerk_new(size_t max_jobs, struct psync_clerk **ret_clerk,
                                                struct psync_error *err);
/* RETRY: it has `max_jobs` waiting already, or is ending. Any thread. */
PSYNC_CHECKED enum psync_result psync_clerk_take(struct psync_clerk *c, struct psync_job *job);
void psync_clerk_end(struct psync_clerk *c);  /* from now on jobs are asked to end; any thread */
void psync_clerk_free(struct psync_clerk *c); /* runs what it has to the end; NULL is fine */

#endif
