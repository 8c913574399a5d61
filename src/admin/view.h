/* view - the queue's values as JSON: messages, attempts, groups. Pure. */
#ifndef PSYNC_ADMIN_VIEW_H
#define PSYNC_ADMIN_VIEW_H

#include "base/json.h"
#include "queue/types.h"

/* One word: "in_flight". */
void psync_view_state(struct psync_json_writer *w, const char *name, enum psync_state state);
/* "in_flight", also "in flight"; false: no state has that name. */
bool psync_view_state_parse(const char *text, enum psync_state *ret_state);
/* The members of a message, without the braces: more may follow. */
void psync_view_row(struct psync_json_writer *w, const struct psync_row *row);
void psync_view_attempt(struct psync_json_writer *w, const struct psync_attempt *attempt); /* an object */
void psync_view_group(struct psync_json_writer *w, const struct psync_group *group);       /* an object */

#endif
