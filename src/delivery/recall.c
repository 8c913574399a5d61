/* recall - see recall.h. */
#include "delivery/recall.h"

/* FNV-1a, 64 bit (draft-eastlake-fnv). 0 stands for a free slot. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++)
        hash = (hash ^ *c) * UINT64_C(1099511628211);
    return hash != 0 ? hash : 1;
}

uint32_t psync_recall_again(struct psync_recall *r, const char *name)
{
    uint64_t hash = hash_of(name);
    struct psync_recall_slot *slot = &r->slots[hash % PSYNC_RECALL_SLOTS];

    r->used += slot->name == 0;
    if (slot->name != hash)
        *slot = (struct psync_recall_slot){.name = hash};
    return ++slot->times;
}

void psync_recall_forget(struct psync_recall *r, const char *name)
{
    if (r->used == 0)
        return;
    uint64_t hash = hash_of(name);
    struct psync_recall_slot *slot = &r->slots[hash % PSYNC_RECALL_SLOTS];
    if (slot->name != hash)
        return;
    *slot = (struct psync_recall_slot){0};
    r->used--;
}
