/* leases - which messages are in flight: in memory alone, so that a crash returns them all.
 *
 * A settled lease is kept aside until its verdict is committed, because an undone transaction makes it valid again. */
#include "queue/sqlite/store.h"

#include <stdlib.h>
#include <string.h>

enum psync_result psync_leases_init(struct psync_leases *l)
{
    if (pthread_mutex_init(&l->lock, NULL) != 0)
        return PSYNC_NOMEM;
    psync_map_init(&l->by_id);
    psync_list_init(&l->expiry);
    psync_list_init(&l->ended);
    l->next_token = 1;
    return PSYNC_OK;
}

void psync_leases_done(struct psync_leases *l)
{
    size_t cursor = 0;
    psync_leases_commit(l);
    for (struct psync_lease *lease; (lease = psync_map_next(&l->by_id, &cursor)) != NULL;)
        free(lease);
    psync_map_done(&l->by_id);
    pthread_mutex_destroy(&l->lock);
}

static struct psync_span key_of(const int64_t *id)
{
    return (struct psync_span){(const char *)id, sizeof *id};
}

struct psync_lease *psync_leases_find(const struct psync_leases *l, int64_t id)
{
    return psync_map_get(&l->by_id, key_of(&id));
}

struct psync_lease *psync_leases_of(const struct psync_leases *l, const struct psync_message *m)
{
    int64_t id;
    struct psync_lease *lease = psync_id_parse(m->id, &id) == PSYNC_OK ? psync_leases_find(l, id) : NULL;
    return lease != NULL && lease->token == m->lease ? lease : NULL;
}

static int64_t *leased_of(const struct psync_lease *lease)
{
    return lease->row == PSYNC_STATE_DELAYED ? &lease->place->leased_delayed : &lease->place->leased_ready;
}

void psync_lease_row(struct psync_lease *lease, enum psync_state row, psync_ms not_before)
{
    --*leased_of(lease);
    lease->row = row;
    lease->not_before = not_before;
    ++*leased_of(lease);
}

static struct psync_lease *by_expiry(struct psync_link *link)
{
    return PSYNC_CONTAINER(link, struct psync_lease, expiry);
}

/* A list and no heap: whoever leases does so for the same time again and again, so the place is nearly always at the
 * end. With some thousand leased, taking them out of a heap was 6 % of a delivery in batches. */
static void queue_up(struct psync_leases *l, struct psync_lease *lease, psync_ms until)
{
    struct psync_link *next = &l->expiry;
    while (next->prev != &l->expiry && by_expiry(next->prev)->until > until)
        next = next->prev;
    lease->until = until;
    psync_list_push(next, &lease->expiry); /* before it */
}

/* Into the map and the list, or into neither. */
static enum psync_result insert(struct psync_leases *l, struct psync_lease *lease, psync_ms until)
{
    pthread_mutex_lock(&l->lock);
    enum psync_result r = psync_map_set(&l->by_id, key_of(&lease->id), lease);
    pthread_mutex_unlock(&l->lock);
    if (r != PSYNC_OK)
        return r;
    queue_up(l, lease, until);
    ++*leased_of(lease);
    return PSYNC_OK;
}

static void take_out(struct psync_leases *l, struct psync_lease *lease)
{
    psync_list_remove(&lease->expiry);
    pthread_mutex_lock(&l->lock);
    psync_map_remove(&l->by_id, key_of(&lease->id));
    pthread_mutex_unlock(&l->lock);
    --*leased_of(lease);
}

enum psync_result psync_leases_add(struct psync_leases *l, const struct psync_lease *like, psync_ms until,
                                   struct psync_lease **ret_lease)
{
    struct psync_lease *lease = malloc(sizeof *lease);
    if (lease == NULL)
        return PSYNC_NOMEM;
    *lease = *like;
    lease->token = l->next_token++;
    psync_list_init(&lease->expiry);
    psync_list_init(&lease->ended);
    enum psync_result r = insert(l, lease, until);
    if (r == PSYNC_OK)
        *ret_lease = lease;
    else
        free(lease);
    return r;
}

struct psync_lease *psync_leases_first(const struct psync_leases *l)
{
    return psync_list_empty(&l->expiry) ? NULL : by_expiry(l->expiry.next);
}

void psync_leases_extend(struct psync_leases *l, struct psync_lease *lease, psync_ms until)
{
    psync_list_remove(&lease->expiry);
    queue_up(l, lease, until);
}

void psync_leases_end(struct psync_leases *l, struct psync_lease *lease)
{
    take_out(l, lease);
    psync_list_push(&l->ended, &lease->ended);
}

void psync_leases_drop(struct psync_leases *l, struct psync_lease *lease)
{
    take_out(l, lease);
    free(lease);
}

static struct psync_lease *pop_ended(struct psync_leases *l)
{
    struct psync_link *link = psync_list_pop(&l->ended);
    return link == NULL ? NULL : PSYNC_CONTAINER(link, struct psync_lease, ended);
}

void psync_leases_commit(struct psync_leases *l)
{
    for (struct psync_lease *lease; (lease = pop_ended(l)) != NULL;)
        free(lease);
}

int64_t psync_leases_restore(struct psync_leases *l)
{
    int64_t lost = 0;
    for (struct psync_lease *lease; (lease = pop_ended(l)) != NULL;)
        /* Leased anew meanwhile, or no memory: that one is lost; its settle is answered GONE. */
        if (psync_leases_find(l, lease->id) != NULL || insert(l, lease, lease->until) != PSYNC_OK) {
            lost = lease->batch > lost ? lease->batch : lost;
            free(lease);
        }
    return lost;
}

bool psync_leases_has(struct psync_leases *l, int64_t id)
{
    pthread_mutex_lock(&l->lock);
    bool found = psync_leases_find(l, id) != NULL;
    pthread_mutex_unlock(&l->lock);
    return found;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum psync_result psync_leases_ids(struct psync_leases *l, int64_t **ret_ids, size_t *ret_n)
{
    size_t n = 0, cursor = 0;
    pthread_mutex_lock(&l->lock);
    int64_t *ids = malloc((l->by_id.len + 1) * sizeof *ids);
    for (const struct psync_lease *lease; ids != NULL && (lease = psync_map_next(&l->by_id, &cursor)) != NULL;)
        ids[n++] = lease->id;
    pthread_mutex_unlock(&l->lock);
    if (ids == NULL)
        return PSYNC_NOMEM;
    qsort(ids, n, sizeof *ids, ascending);
    *ret_ids = ids;
    *ret_n = n;
    return PSYNC_OK;
}
