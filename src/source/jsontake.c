/* jsontake - the machine runs over the window while it fills; a value that is too long is dropped as it passes. */
#include "source/jsontake.h"

#include "base/json.h"
#include "source/jsonmachine.h"

struct take {
    struct psync_json_machine machine;
    enum psync_json_step step;
    size_t at;     /* bytes of the window the machine has seen */
    bool too_long; /* what it has seen is dropped */
};

/* Lets the machine see what is there. What must be dropped is dropped. */
static void run(struct psync_stream *s, struct take *t)
{
    size_t len = t->too_long ? psync_stream_len(s) : psync_stream_seen(s), used = 0;
    if (len > t->at)
        t->step = psync_json_machine_feed(&t->machine, psync_stream_at(s, t->at), len - t->at, &used);
    t->at += used;
    if (t->at > s->max)
        t->too_long = true;
    if (t->too_long) {
        psync_stream_skip(s, t->at);
        t->at = 0;
    }
}

static enum psync_json_taken verdict(const struct take *t)
{
    if (t->step == PSYNC_JSON_WRONG)
        return PSYNC_TAKEN_BROKEN;
    if (t->step == PSYNC_JSON_MORE && !psync_json_machine_finish(&t->machine))
        return PSYNC_TAKEN_CUT_OFF;
    if (t->too_long)
        return PSYNC_TAKEN_TOO_LONG;
    return t->machine.deepest > PSYNC_JSON_DEPTH ? PSYNC_TAKEN_TOO_DEEP : PSYNC_TAKEN;
}

enum psync_result psync_json_take(struct psync_stream *s, enum psync_json_taken *ret_taken, size_t *ret_len,
                                  struct psync_error *err)
{
    struct take t = {.step = PSYNC_JSON_MORE};
    psync_json_machine_init(&t.machine);
    for (run(s, &t); t.step == PSYNC_JSON_MORE; run(s, &t)) {
        enum psync_result r = t.too_long && psync_stream_len(s) > 0 ? PSYNC_OK : psync_stream_fill(s, err);
        if (r == PSYNC_EMPTY)
            break;
        if (r != PSYNC_OK)
            return r;
    }
    *ret_taken = verdict(&t);
    *ret_len = t.at;
    return PSYNC_OK;
}
