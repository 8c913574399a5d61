/* session_impl - what the feed needs of a session beyond its header. */
#ifndef PSYNC_ADMIN_SESSION_IMPL_H
#define PSYNC_ADMIN_SESSION_IMPL_H

#include "admin/session.h"

/* Reaches the owner if need be. OK: the session is held until psync_session_leave, and does not hand over meanwhile;
 * *ret_queue is this process's queue, NULL when another process owns it. */
PSYNC_CHECKED enum psync_result psync_session_enter(struct psync_session *s, struct psync_queue **ret_queue,
                                                    struct psync_error *err);
void psync_session_leave(struct psync_session *s);

/* As psync_session_call, with any content type. */
PSYNC_CHECKED enum psync_result psync_session_send(struct psync_session *s, const char *method, const char *target,
                                                   const char *content_type, struct psync_span body,
                                                   json_object **ret_answer, struct psync_error *err);
const struct psync_config *psync_session_config(const struct psync_session *s);

#endif
