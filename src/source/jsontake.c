/* jsontake - the machine runs over the window while it fills; a value that is too long is dropped as it passes. */
#include "source/jsontake.h"

#include "base/json.h"
#include "source/jsonmachine.h"

/* Of a complete value. */
static enum psync_json_taken verdict(const struct psync_stream *s, const struct psync_json_machine *m, size_t len)
{
    if (len > s->max)
        return PSYNC_TAKEN_TOO_LONG;
    return m->deepest > PSYNC_JSON_DEPTH ? PSYNC_TAKEN_TOO_DEEP : PSYNC_TAKEN;
}

enum psync_result psync_json_take(struct psync_stream *s, enum psync_json_taken *ret_taken, size_t *ret_len,
                                  struct psync_error *err)
{
    struct psync_json_machine m;
    size_t at = 0;
    bool too_long = false;
    psync_json_machine_init(&m);
    for (;;) {
        size_t used, n = psync_stream_len(s) - at;
        enum psync_json_step step = n > 0 ? psync_json_machine_feed(&m, psync_stream_at(s, at), n, &used)
                                          : PSYNC_JSON_MORE;
        if (n > 0)
            at += used;
        enum psync_result r = PSYNC_OK;
        if (step == PSYNC_JSON_MORE) {
            too_long |= at > s->max;
            if (too_long) {
                psync_stream_skip(s, at);
                at = 0;
            }
            r = psync_stream_fill(s, err);
            if (r == PSYNC_EMPTY && psync_json_machine_finish(&m))
                step = PSYNC_JSON_DONE;
        }
        if (step == PSYNC_JSON_MORE && r == PSYNC_OK)
            continue;
        if (r != PSYNC_OK && r != PSYNC_EMPTY)
            return r;
        *ret_len = at;
        *ret_taken = step == PSYNC_JSON_WRONG  ? PSYNC_TAKEN_BROKEN
                     : step == PSYNC_JSON_MORE ? PSYNC_TAKEN_CUT_OFF
                     : too_long                ? PSYNC_TAKEN_TOO_LONG
                                               : verdict(s, &m, at);
        if (*ret_taken == PSYNC_TAKEN_TOO_LONG)
            psync_stream_skip(s, at);
        return PSYNC_OK;
    }
}
