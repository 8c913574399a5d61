/* pulse - see the header. */
#include "admin/pulse.h"

static bool add_waiting(void *arg, const struct psync_destination_row *row)
{
    int64_t *sum = arg;
    *sum += (int64_t)(row->counts.ready + row->counts.in_flight + row->counts.delayed);
    return true;
}

static enum psync_job_step turn(struct psync_job *job, bool ending)
{
    struct psync_pulse *p = PSYNC_CONTAINER(job, struct psync_pulse, job);
    struct psync_error err = {0};
    int64_t backlog = 0;
    (void)ending;
    enum psync_result r = psync_queue_destinations(p->queue, add_waiting, &backlog, &err);
    psync_meters_turn(p->meters, psync_clock_now(), r == PSYNC_OK || r == PSYNC_EMPTY ? backlog : -1);
    atomic_store(&p->under_way, false); /* the last touch but the clerk's own count */
    return PSYNC_JOB_DONE;
}

void psync_pulse_init(struct psync_pulse *p, struct psync_queue *queue, struct psync_meters *meters)
{
    p->job.run = turn;
    psync_list_init(&p->job.link);
    p->queue = queue;
    p->meters = meters;
    atomic_init(&p->under_way, false);
}

void psync_pulse_look(struct psync_pulse *p, struct psync_clerk *clerk, psync_ms now)
{
    if (now < psync_meters_due(p->meters) || atomic_exchange(&p->under_way, true))
        return;
    if (psync_clerk_take(clerk, &p->job) != PSYNC_OK)
        atomic_store(&p->under_way, false); /* too much to do, or ending: again in a moment */
}
