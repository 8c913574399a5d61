/* counting - see counting.h. */
#include "delivery/counting.h"

/* A success at the very millisecond of the previous attempt's begin is not taken for a later one: in doubt for the
 * message. */
bool psync_failure_others_succeed(const struct psync_failure *f)
{
    if (f->previous_try_at == 0)
        return f->success_since_closed;
    return f->last_success_at > f->previous_try_at;
}

bool psync_failure_counts(const struct psync_failure *f)
{
    if (f->trial)
        return false;
    switch (psync_class_traits(f->class)->counting) {
    case PSYNC_COUNTS_NEVER:
        return false;
    case PSYNC_COUNTS_IF_OTHERS_SUCCEED:
        return psync_failure_others_succeed(f);
    case PSYNC_COUNTS_IF_CLOSED:
        return f->closed;
    }
    return false;
}

bool psync_failure_final(const struct psync_retry_conf *conf, uint32_t attempts, psync_ms age_ms)
{
    return attempts >= conf->attempts || age_ms >= conf->give_up_after;
}
