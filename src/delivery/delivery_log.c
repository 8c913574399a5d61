/* delivery_log - one line a verdict. */
#include "delivery/delivery_log.h"

static enum psync_log_level level_of(const struct psync_settle *settle)
{
    switch (settle->verdict) {
    case PSYNC_VERDICT_DONE:
        return PSYNC_LOG_INFO;
    case PSYNC_VERDICT_RETRY:
        return PSYNC_LOG_WARNING;
    case PSYNC_VERDICT_DEAD:
        return PSYNC_LOG_ERROR;
    case PSYNC_VERDICT_RELEASE:
        break;
    }
    return PSYNC_LOG_DEBUG;
}

static const char *unless_empty(const char *text)
{
    return text && text[0] ? text : NULL;
}

void psync_delivery_log(struct psync_log *log, const struct psync_settlement *s, bool given_up, psync_ms now)
{
    const struct psync_message *m = s->message;
    const struct psync_attempt *attempt = &s->settle.attempt;
    bool lost = s->settle.ret == PSYNC_GONE, again = s->settle.verdict == PSYNC_VERDICT_RETRY && !given_up;
    struct psync_field fields[] = {
        PSYNC_F_INT("product", m->subject.product),
        PSYNC_F_TEXT("shop", unless_empty(m->subject.shop)),
        PSYNC_F_TEXT("destination", m->destination),
        PSYNC_F_INT("status", attempt->status),
        PSYNC_F_INT("latency_ms", attempt->latency_ms),
        PSYNC_F_INT("attempt", (int64_t)m->tries + 1),
        PSYNC_F_TEXT("key", m->key),
        PSYNC_F_TEXT("trace", unless_empty(m->trace)),
        PSYNC_F_TEXT("outcome", given_up ? "failed" : s->outcome),
        PSYNC_F_TEXT("error", unless_empty(attempt->error)),
        PSYNC_F_TEXT("lease", lost ? "lost" : NULL),
        PSYNC_F_INT("retry_in_ms", again && s->retry_at > now ? s->retry_at - now : 0),
    };
    size_t n = sizeof fields / sizeof fields[0];
    psync_log_event(log, level_of(&s->settle), s->outcome, fields, again ? n : n - 1);
}
