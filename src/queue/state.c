/* state - the one transition function of a message, and the names of its states. */
#include "queue/message.h"

#include <assert.h>

static const char *const names[] = {
    [PSYNC_STATE_READY] = "ready",         [PSYNC_STATE_IN_FLIGHT] = "in flight", [PSYNC_STATE_DELAYED] = "delayed",
    [PSYNC_STATE_DEAD] = "dead",           [PSYNC_STATE_DONE] = "done",           [PSYNC_STATE_DISCARDED] = "discarded",
    [PSYNC_STATE_REPLACED] = "replaced",
};
static_assert(sizeof names / sizeof *names == PSYNC_STATES, "every state has a name");

const char *psync_state_name(enum psync_state s)
{
    PSYNC_INVARIANT((unsigned)s < PSYNC_STATES);
    return names[s];
}

/* Where each event happens, and where it leads. Nothing else is possible. */
#define IN(state_) (1u << (PSYNC_STATE_##state_))
static const struct {
    unsigned from;
    enum psync_state to;
} transitions[] = {
    [PSYNC_EVENT_LEASE] = {IN(READY), PSYNC_STATE_IN_FLIGHT},
    [PSYNC_EVENT_DONE] = {IN(IN_FLIGHT), PSYNC_STATE_DONE},
    [PSYNC_EVENT_RETRY] = {IN(IN_FLIGHT), PSYNC_STATE_DELAYED},
    [PSYNC_EVENT_DEAD] = {IN(IN_FLIGHT), PSYNC_STATE_DEAD},
    [PSYNC_EVENT_RELEASE] = {IN(IN_FLIGHT), PSYNC_STATE_READY},
    [PSYNC_EVENT_DUE] = {IN(DELAYED), PSYNC_STATE_READY},
    [PSYNC_EVENT_REQUEUE] = {IN(DEAD), PSYNC_STATE_READY},
    [PSYNC_EVENT_DISCARD] = {IN(READY) | IN(DELAYED) | IN(DEAD), PSYNC_STATE_DISCARDED},
    [PSYNC_EVENT_REPLACE] = {IN(DEAD), PSYNC_STATE_REPLACED},
};
static_assert(sizeof transitions / sizeof *transitions == PSYNC_EVENTS, "every event has its transition");

enum psync_result psync_state_next(enum psync_state s, enum psync_event e, enum psync_state *ret_next)
{
    PSYNC_INVARIANT((unsigned)s < PSYNC_STATES && (unsigned)e < PSYNC_EVENTS);
    if ((transitions[e].from & (1u << s)) == 0)
        return PSYNC_REJECT;
    *ret_next = transitions[e].to;
    return PSYNC_OK;
}
