/* list - the intrusive doubly linked list of containers.h: a ring through its head. */
#include "base/containers.h"

void psync_list_init(struct psync_link *head)
{
    head->prev = head->next = head;
}

bool psync_list_empty(const struct psync_link *head)
{
    return head->next == head;
}

void psync_list_push(struct psync_link *head, struct psync_link *item)
{
    item->prev = head->prev;
    item->next = head;
    head->prev->next = item;
    head->prev = item;
}

void psync_list_remove(struct psync_link *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    psync_list_init(item);
}

struct psync_link *psync_list_pop(struct psync_link *head)
{
    if (psync_list_empty(head))
        return NULL;
    struct psync_link *first = head->next;
    psync_list_remove(first);
    return first;
}
