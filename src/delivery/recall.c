/* recall - see recall.h. Open addressing with linear probing; a slot is freed by moving back what stands behind it
 * (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm R). */
#include "delivery/recall.h"

#include <stddef.h>

/* FNV-1a, 64 bit (draft-eastlake-fnv). 0 stands for a free slot. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++)
        hash = (hash ^ *c) * UINT64_C(1099511628211);
    return hash != 0 ? hash : 1;
}

static size_t after(size_t i)
{
    return (i + 1) % PSYNC_RECALL_SLOTS;
}

/* Where `hash` is, or the free slot where it would be: there always is one. */
static size_t find(const struct psync_recall *r, uint64_t hash)
{
    size_t i = hash % PSYNC_RECALL_SLOTS;

    while (r->slots[i].name != 0 && r->slots[i].name != hash)
        i = after(i);
    return i;
}

static struct psync_streak again(struct psync_recall_slot *slot, psync_ms now)
{
    if (now < slot->since) /* the clock was set back */
        slot->since = now;
    return (struct psync_streak){++slot->times, now - slot->since};
}

struct psync_streak psync_recall_again(struct psync_recall *r, const char *name, psync_ms now)
{
    static const struct psync_streak first = {1, 0};
    uint64_t hash = hash_of(name);
    size_t i = find(r, hash);

    if (r->slots[i].name == hash)
        return again(&r->slots[i], now);
    if (r->used == PSYNC_RECALL_MOST) {
        if (++r->turned_away < PSYNC_RECALL_PATIENCE)
            return first;
        *r = (struct psync_recall){0};
        i = find(r, hash);
    }
    r->used++;
    r->slots[i] = (struct psync_recall_slot){.name = hash, .times = 1, .since = now};
    return first;
}

void psync_recall_forget(struct psync_recall *r, const char *name)
{
    if (r->used == 0)
        return;
    uint64_t hash = hash_of(name);
    size_t hole = find(r, hash);
    if (r->slots[hole].name != hash)
        return;
    for (size_t i = after(hole); r->slots[i].name != 0; i = after(i)) {
        size_t home = r->slots[i].name % PSYNC_RECALL_SLOTS;
        size_t way = (i - home) % PSYNC_RECALL_SLOTS, to_hole = (i - hole) % PSYNC_RECALL_SLOTS;
        if (way < to_hole) /* it is at home between the hole and here */
            continue;
        r->slots[hole] = r->slots[i];
        hole = i;
    }
    r->slots[hole] = (struct psync_recall_slot){0};
    r->used--;
    r->turned_away = 0;
}
