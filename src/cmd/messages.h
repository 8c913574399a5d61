/* messages - a message of the API's answers, printed for people: by `show`, `dead show`, `dead list`. */
#ifndef PSYNC_CMD_MESSAGES_H
#define PSYNC_CMD_MESSAGES_H

#include "cmd/ask.h"

/* One line: id, product, state, since when, cause. */
void psync_message_say_line(const struct psync_invocation *inv, json_object *message);
/* All of it, with every attempt; `held`: what holds its destination, NULL: nothing; `full`: payload and responses too. */
void psync_message_say(const struct psync_invocation *inv, json_object *message, const char *held, bool full);

/* What holds a destination of the answers until somebody acts: "paused by hand". NULL: nothing. */
const char *psync_destination_held(json_object *destination);

#endif
