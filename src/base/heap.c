/* heap - the binary heap of due times of containers.h.
 *
 * Ties go by the order of arrival (libuv's rule), so what became due together is served first come, first served. */
#include "base/containers.h"

#include <stdlib.h>

void psync_heap_init(struct psync_heap *h)
{
    *h = (struct psync_heap){0};
}

void psync_heap_done(struct psync_heap *h)
{
    free(h->items);
    *h = (struct psync_heap){0};
}

void psync_heap_item_init(struct psync_heap_item *item)
{
    *item = (struct psync_heap_item){.index = SIZE_MAX};
}

static bool before(const struct psync_heap_item *a, const struct psync_heap_item *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void place(struct psync_heap *h, size_t index, struct psync_heap_item *item)
{
    h->items[index] = item;
    item->index = index;
}

/* Moves the hole at `index` up until `item` may fill it. */
static void sift_up(struct psync_heap *h, size_t index, struct psync_heap_item *item)
{
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (!before(item, h->items[parent]))
            break;
        place(h, index, h->items[parent]);
        index = parent;
    }
    place(h, index, item);
}

/* The same, down. */
static void sift_down(struct psync_heap *h, size_t index, struct psync_heap_item *item)
{
    for (size_t child; (child = 2 * index + 1) < h->len; index = child) {
        if (child + 1 < h->len && before(h->items[child + 1], h->items[child]))
            child++;
        if (!before(h->items[child], item))
            break;
        place(h, index, h->items[child]);
    }
    place(h, index, item);
}

enum psync_result psync_heap_add(struct psync_heap *h, struct psync_heap_item *item, psync_ms due)
{
    PSYNC_INVARIANT(item->index == SIZE_MAX);
    if (h->len == h->cap) {
        size_t cap = h->cap > 0 ? 2 * h->cap : 16;
        struct psync_heap_item **items = realloc(h->items, cap * sizeof(void *)); /* it holds pointers */
        if (items == NULL)
            return PSYNC_NOMEM;
        h->items = items;
        h->cap = cap;
    }
    item->due = due;
    item->order = h->next_order++;
    sift_up(h, h->len++, item);
    return PSYNC_OK;
}

void psync_heap_remove(struct psync_heap *h, struct psync_heap_item *item)
{
    size_t hole = item->index;
    if (hole == SIZE_MAX)
        return;
    PSYNC_INVARIANT(hole < h->len && h->items[hole] == item);
    item->index = SIZE_MAX;
    struct psync_heap_item *last = h->items[--h->len];
    if (last == item)
        return;
    if (before(last, item))
        sift_up(h, hole, last);
    else
        sift_down(h, hole, last);
}

struct psync_heap_item *psync_heap_first(const struct psync_heap *h)
{
    return h->len > 0 ? h->items[0] : NULL;
}
