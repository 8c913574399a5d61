/* relay_fate - see the header. */
#include "source/relay_fate.h"

#include <string.h>

enum psync_relay_state psync_relay_state_of(enum psync_state s)
{
    switch (s) {
    case PSYNC_STATE_DONE:
        return PSYNC_RELAY_DELIVERED;
    case PSYNC_STATE_DEAD:
        return PSYNC_RELAY_DEAD;
    case PSYNC_STATE_DISCARDED:
        return PSYNC_RELAY_DISCARDED;
    default:
        return PSYNC_RELAY_TAKEN;
    }
}

static bool linked(const struct psync_relay_message *a, const struct psync_relay_message *b)
{
    return strcmp(a->key, b->key) == 0 || (*a->replaced_by && strcmp(a->replaced_by, b->key) == 0) ||
           (*b->replaced_by && strcmp(b->replaced_by, a->key) == 0);
}

/* Marks what hangs together with the key, until nothing is added. */
static void mark(const struct psync_relay_message *messages, size_t n, const char *key, bool *own)
{
    bool more = true;
    for (size_t i = 0; i < n; i++)
        own[i] = *key && (strcmp(messages[i].key, key) == 0 || strcmp(messages[i].replaced_by, key) == 0);
    while (more) {
        more = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; own[i] && j < n; j++)
                if (!own[j] && linked(&messages[i], &messages[j]))
                    own[j] = more = true;
    }
}

bool psync_relay_same_row(const struct psync_relay_message *messages, size_t n, const char *key, const char *other)
{
    bool own[PSYNC_RELAY_MESSAGES_MAX];
    PSYNC_INVARIANT(n <= PSYNC_RELAY_MESSAGES_MAX);
    mark(messages, n, key, own);
    for (size_t i = 0; i < n; i++)
        if (own[i] && strcmp(messages[i].key, other) == 0)
            return true;
    return false;
}

/* Which of two counts for the row: what is unfinished, then what is dead, then what was discarded. */
static int weight(enum psync_state s)
{
    switch (psync_relay_state_of(s)) {
    case PSYNC_RELAY_TAKEN:
        return 3;
    case PSYNC_RELAY_DEAD:
        return 2;
    case PSYNC_RELAY_DISCARDED:
        return 1;
    default:
        return 0;
    }
}

static bool counts_more(const struct psync_relay_message *a, const struct psync_relay_message *b)
{
    int x = weight(a->state), y = weight(b->state);
    return x > y || (x == y && a->settled_at > b->settled_at);
}

enum psync_result psync_relay_fate(const struct psync_relay_message *messages, size_t n, const char *key,
                                   struct psync_relay_fate *ret_fate)
{
    bool own[PSYNC_RELAY_MESSAGES_MAX], found = false, keeps_key = false;
    struct psync_relay_fate fate = {PSYNC_RELAY_TAKEN, 0, 0};
    PSYNC_INVARIANT(n <= PSYNC_RELAY_MESSAGES_MAX);
    mark(messages, n, key, own);
    for (size_t i = 0; i < n; i++) {
        if (!own[i] || messages[i].state == PSYNC_STATE_REPLACED)
            continue;
        bool same_key = strcmp(messages[i].key, key) == 0;
        if (!found || (same_key && !keeps_key) ||
            (same_key == keeps_key && messages[i].revision > messages[fate.heir].revision))
            fate.heir = i;
        keeps_key = keeps_key || same_key;
        if (!found || counts_more(&messages[i], &messages[fate.told]))
            fate.told = i;
        found = true;
    }
    if (!found)
        return PSYNC_EMPTY;
    fate.state = psync_relay_state_of(messages[fate.told].state);
    *ret_fate = fate;
    return PSYNC_OK;
}
