/* session - how a command reaches the queue, whoever owns it.
 *
 * If nobody owns the queue file, the session becomes its temporary owner (admin/owner.h); else it speaks to the
 * owner's socket. Either way commands go through the API, so there is one code path for what they do. When a worker
 * asks for the file, the session hands over between two calls, also while the command is idle (a thread of the
 * session's watches for it), and goes on through the worker's socket; when an owner dies, the session finds the next
 * one or becomes it. Commands notice nothing of that.
 *
 * One thread at a time. */
#ifndef PSYNC_ADMIN_SESSION_H
#define PSYNC_ADMIN_SESSION_H

#include "admin/reader.h"
#include "base/json.h"
#include "config/config.h"
#include "queue/queue.h"

struct psync_session; /* opaque */

struct psync_session_open {
    const struct psync_config *config; /* outlives the session */
    const char *command;               /* literal: "produce", "status", ... */
    const struct psync_product_reader *reader; /* outlives the session */
    struct psync_log *log;             /* may be NULL */
};

/* RETRY: somebody holds the file, but does not answer on its socket (after 5 s). REJECT, FATAL: one clear line (exit
 * 3). */
PSYNC_CHECKED enum psync_result psync_session_new(const struct psync_session_open *open,
                                                  struct psync_session **ret_session, struct psync_error *err);
void psync_session_free(struct psync_session *s); /* NULL is fine */

/* One request to the API (docs/api.md). `target` is the path with its query, encoded (psync_web_encode); `body` is
 * JSON, data NULL for none.
 *   OK      2xx
 *   EMPTY   404: no such thing
 *   RETRY   409, 429, 503: not now
 *   REJECT  other 4xx
 *   FATAL   5xx, or no owner could be reached, or (of resend and replace only, which are not sent twice) no answer came
 *   NOMEM
 * `*ret_answer` is the JSON of the answer, also of a failure's problem; NULL when there is none; the caller puts it
 * (json_object_put). `err` holds the problem's words. `ret_answer` may be NULL. */
PSYNC_CHECKED enum psync_result psync_session_call(struct psync_session *s, const char *method, const char *target,
                                                   struct psync_span body, json_object **ret_answer,
                                                   struct psync_error *err);

#endif
