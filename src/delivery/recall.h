/* recall - how often in a row, and since when, a message or a batch was answered in a certain way.
 *
 * A table of bounded size, so that it never needs memory. Names are those of messages and of batches (their keys).
 * While it is full, new names are not kept: each of their answers is a first one, and those that are kept come to their
 * end and make room. Names that never come back (discarded, or left to another worker) must not fill it for ever, so
 * when nothing was forgotten for long it begins anew. Either way a row only seems shorter than it is, never longer.
 * Pure. */
#ifndef PSYNC_DELIVERY_RECALL_H
#define PSYNC_DELIVERY_RECALL_H

#include "base/clock.h"

#include <stdint.h>

enum { PSYNC_RECALL_SLOTS = 1024, PSYNC_RECALL_MOST = 768, PSYNC_RECALL_PATIENCE = 8192 };

struct psync_recall { /* {0} is an empty one */
    uint32_t used;        /* slots; 0 makes forgetting cheap */
    uint32_t turned_away; /* names, since something was forgotten */
    struct psync_recall_slot {
        uint64_t name; /* hash; 0: free */
        uint32_t times;
        psync_ms since;
    } slots[PSYNC_RECALL_SLOTS];
};

struct psync_streak {
    uint32_t times;  /* in a row, with this one: from 1 */
    psync_ms length; /* how long ago the first of them was */
};
struct psync_streak psync_recall_again(struct psync_recall *r, const char *name, psync_ms now);
void psync_recall_forget(struct psync_recall *r, const char *name); /* it ended, or was answered otherwise */

#endif
