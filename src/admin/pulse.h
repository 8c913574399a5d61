/* pulse - ends the slots of the last hour (admin/hour.h) when their time has come: the queue's thread notices, and a
 * clerk's, which may wait for the queue, looks how much waits there. */
#ifndef PSYNC_ADMIN_PULSE_H
#define PSYNC_ADMIN_PULSE_H

#include "admin/clerk.h"
#include "admin/meters.h"

#include <stdatomic.h>

struct psync_pulse {
    struct psync_job job;
    struct psync_queue *queue;
    struct psync_meters *meters;
    atomic_bool under_way; /* the clerk has the job */
};

void psync_pulse_init(struct psync_pulse *p, struct psync_queue *queue, struct psync_meters *meters);
/* On the queue's thread, about once a second. */
void psync_pulse_look(struct psync_pulse *p, struct psync_clerk *clerk, psync_ms now);

#endif
