/* containers - an intrusive doubly linked list, a binary heap of due times, a hash map from text.
 *
 * None of them is locked; one owner. */
#ifndef PSYNC_BASE_CONTAINERS_H
#define PSYNC_BASE_CONTAINERS_H

#include "base/buf.h"
#include "base/clock.h"

#include <stdint.h>

/* ---- list: embed a psync_link; the head is one too ---- */
struct psync_link {
    struct psync_link *prev, *next;
};
#define PSYNC_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

void psync_list_init(struct psync_link *head);
bool psync_list_empty(const struct psync_link *head);
void psync_list_push(struct psync_link *head, struct psync_link *item);  /* at the end */
void psync_list_remove(struct psync_link *item);                         /* and makes it a list of its own */
struct psync_link *psync_list_pop(struct psync_link *head);              /* the first; NULL when empty */

/* ---- heap: the earliest due item first; equal times leave in the order they came (libuv's rule) ---- */
struct psync_heap_item { /* embed it */
    psync_ms due;
    uint64_t order; /* the heap's */
    size_t index;   /* the heap's; SIZE_MAX while outside */
};
struct psync_heap {
    struct psync_heap_item **items;
    size_t len, cap;
    uint64_t next_order;
};
void psync_heap_init(struct psync_heap *h);
void psync_heap_done(struct psync_heap *h); /* does not touch the items */
/* `item` must be outside any heap: index SIZE_MAX (psync_heap_item_init). NOMEM: not added. */
void psync_heap_item_init(struct psync_heap_item *item);
PSYNC_CHECKED enum psync_result psync_heap_add(struct psync_heap *h, struct psync_heap_item *item, psync_ms due);
void psync_heap_remove(struct psync_heap *h, struct psync_heap_item *item); /* outside already: nothing */
struct psync_heap_item *psync_heap_first(const struct psync_heap *h);       /* NULL when empty */

/* ---- map: bytes -> pointer; keys are borrowed and must outlive their entry; FNV-1a with a seed of the process ---- */
struct psync_map_entry {
    struct psync_span key;
    void *value; /* NULL: free */
    uint64_t hash;
};
struct psync_map {
    struct psync_map_entry *entries; /* open addressing, a power of two */
    size_t len, cap;
};
void psync_map_init(struct psync_map *m);
void psync_map_done(struct psync_map *m); /* does not touch keys and values */
void *psync_map_get(const struct psync_map *m, struct psync_span key); /* NULL: none */
/* `value` not NULL; replaces value and key of an equal one. */
PSYNC_CHECKED enum psync_result psync_map_set(struct psync_map *m, struct psync_span key, void *value);
void *psync_map_remove(struct psync_map *m, struct psync_span key); /* the value; NULL: none */
/* Iteration: *cursor starts at 0; NULL at the end. The map may not change meanwhile. */
void *psync_map_next(const struct psync_map *m, size_t *cursor);

#endif
