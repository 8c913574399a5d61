/* recall - how often in a row a message, or a batch, was answered in a certain way.
 *
 * A small table that may forget: what is forgotten begins again at one, which only takes one round more. Names are
 * those of messages and of batches (their keys); a collision of their hashes counts as forgetting. Pure. */
#ifndef PSYNC_DELIVERY_RECALL_H
#define PSYNC_DELIVERY_RECALL_H

#include <stdint.h>

enum { PSYNC_RECALL_SLOTS = 1024 };

struct psync_recall { /* {0} is an empty one */
    uint32_t used; /* slots; 0 makes forgetting cheap */
    struct psync_recall_slot {
        uint64_t name; /* hash; 0: free */
        uint32_t times;
    } slots[PSYNC_RECALL_SLOTS];
};

uint32_t psync_recall_again(struct psync_recall *r, const char *name); /* the how manyth time in a row, from 1 */
void psync_recall_forget(struct psync_recall *r, const char *name);    /* it ended, or was answered otherwise */

#endif
