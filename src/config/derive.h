/* derive - the defaults that depend on other settings or on the user's surroundings. Within src/config only. */
#ifndef PSYNC_CONFIG_DERIVE_H
#define PSYNC_CONFIG_DERIVE_H

#include "config/store.h"

/* state.folder, which the dashboard's file is sought in. */
PSYNC_CHECKED enum psync_result psync_derive_state(struct psync_store *s, struct psync_error *err);
/* Once everything is read: queue.path, queue.socket, http.user_agent, each destination's burst. */
PSYNC_CHECKED enum psync_result psync_derive_rest(struct psync_store *s, struct psync_error *err);

#endif
