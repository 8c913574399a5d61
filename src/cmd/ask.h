/* ask - a command that asks the queue's owner for something and prints the answer. */
#ifndef PSYNC_CMD_ASK_H
#define PSYNC_CMD_ASK_H

#include "admin/session.h"
#include "cmd/context.h"

#include "cmd/console.h"

struct psync_ask {
    const struct psync_invocation *inv;
    struct psync_context ctx;
    struct psync_session *session;
};

/* Loads the settings and finds the owner; complains on failure. Always followed by psync_ask_done. */
enum psync_exit psync_ask_open(struct psync_ask *ask, const struct psync_invocation *inv);
void psync_ask_done(struct psync_ask *ask);

/* One request. On failure complains, with --json prints the problem too. The caller puts *ret_answer. `body` as
 * psync_session_call. */
enum psync_exit psync_ask_call(struct psync_ask *ask, const char *method, const char *target, struct psync_span body,
                               json_object **ret_answer);
/* The same, but of a failure *ret_answer is the problem; NULL: there is none. */
enum psync_exit psync_ask_try(struct psync_ask *ask, const char *method, const char *target, struct psync_span body,
                              json_object **ret_answer);
/* GET, and with --json prints the answer: then *ret_answer is NULL, and there is nothing left to do. */
enum psync_exit psync_ask_get(struct psync_ask *ask, const char *target, json_object **ret_answer);
void psync_ask_print_json(json_object *answer);

/* Appends "?name=value" or "&name=value", encoded; nothing when `value` is NULL. */
PSYNC_CHECKED enum psync_result psync_target_add(struct psync_buf *target, const char *name, const char *value);

/* Appends the text, encoded as one segment of a path. */
PSYNC_CHECKED enum psync_result psync_target_segment(struct psync_buf *target, const char *text);

/* ---- the answers' members as text for people; valid until the 4th next call ---- */
const char *psync_shown_time(json_object *o, const char *name); /* "2026-11-23 04:35:00 UTC", or "-" */
const char *psync_shown_text(json_object *o, const char *name); /* printable; "" when null */
/* "HTTP 422: invalid price (https://...)": a cause, or "" */
const char *psync_shown_cause(json_object *o);

#endif
