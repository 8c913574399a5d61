/* relay_fate - what becomes of a row when something became of its messages. Pure.
 *
 * A row may be put to several destinations, and a dead letter may be replaced by a message under a new key: then the messages of
 * a row are those that hang together by key and replaced_by. The row is delivered when all of them are, dead when one is and none
 * is unfinished; what was replaced does not count, what stands in its place does. */
#ifndef PSYNC_SOURCE_RELAY_FATE_H
#define PSYNC_SOURCE_RELAY_FATE_H

#include "queue/types.h"

enum psync_relay_state { /* of a row, as far as the relay writes it */
    PSYNC_RELAY_TAKEN, PSYNC_RELAY_DELIVERED, PSYNC_RELAY_DEAD, PSYNC_RELAY_DISCARDED
};

struct psync_relay_message { /* of the row's product and shop; the texts borrowed */
    const char *key, *replaced_by;
    enum psync_state state;
    uint32_t revision, tries;
    struct psync_span payload;
    psync_ms settled_at;
    int32_t status;
    const char *error;
};
enum { PSYNC_RELAY_MESSAGES_MAX = 256 };

struct psync_relay_fate {
    enum psync_relay_state state;
    size_t told;   /* the message whose status, error and time the row shows */
    size_t heir;   /* the one whose key the row has from now on; its payload too, if the key is another */
};
/* EMPTY: no message of that row is there, or every one was replaced by one that is gone. n <= PSYNC_RELAY_MESSAGES_MAX. */
PSYNC_CHECKED enum psync_result psync_relay_fate(const struct psync_relay_message *messages, size_t n, const char *key,
                                                 struct psync_relay_fate *ret_fate);
/* Whether the two keys belong to one row; "", which a draft has, belongs to none. */
bool psync_relay_same_row(const struct psync_relay_message *messages, size_t n, const char *key, const char *other);
/* Of a message that is its row's only one; PSYNC_STATE_REPLACED needs the above. */
enum psync_relay_state psync_relay_state_of(enum psync_state s);

#endif
