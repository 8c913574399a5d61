/* relay_notes - see the header. */
#include "source/relay_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void psync_relay_notes_init(struct psync_relay_notes *n)
{
    *n = (struct psync_relay_notes){0};
    pthread_mutex_init(&n->lock, NULL);
    psync_map_init(&n->by_key);
}

void psync_relay_notes_done(struct psync_relay_notes *n)
{
    free(n->notes);
    psync_map_done(&n->by_key);
    pthread_mutex_destroy(&n->lock);
}

static void fill(struct psync_relay_note *note, const struct psync_relay_retry *retry)
{
    note->product = retry->subject.product;
    note->tries = retry->tries;
    note->status = retry->status;
    note->not_before = retry->not_before;
    (void)snprintf(note->key, sizeof note->key, "%s", retry->key);
    (void)snprintf(note->shop, sizeof note->shop, "%s", retry->subject.shop);
    (void)snprintf(note->error, sizeof note->error, "%s", retry->error);
}

/* The map's keys lie in the notes, which do not move. */
static void add_new(struct psync_relay_notes *n, const struct psync_relay_retry *retry)
{
    if (!n->notes)
        n->notes = calloc(PSYNC_RELAY_NOTES_MAX, sizeof *n->notes);
    if (!n->notes || n->n == PSYNC_RELAY_NOTES_MAX)
        return;
    struct psync_relay_note *note = &n->notes[n->n];
    fill(note, retry);
    if (psync_map_set(&n->by_key, (struct psync_span){note->key, strlen(note->key)}, note) == PSYNC_OK)
        n->n++;
}

void psync_relay_notes_add(struct psync_relay_notes *n, const struct psync_relay_retry *retry)
{
    struct psync_span key = {retry->key, strlen(retry->key)};
    if (key.len >= sizeof n->notes->key)
        return; /* not a key of the module's */
    pthread_mutex_lock(&n->lock);
    struct psync_relay_note *known = psync_map_get(&n->by_key, key);
    if (known)
        fill(known, retry);
    else
        add_new(n, retry);
    pthread_mutex_unlock(&n->lock);
}

struct psync_relay_note *psync_relay_notes_take(struct psync_relay_notes *n, size_t *ret_n)
{
    pthread_mutex_lock(&n->lock);
    struct psync_relay_note *notes = n->notes;
    *ret_n = n->n;
    n->notes = NULL;
    n->n = 0;
    psync_map_done(&n->by_key);
    psync_map_init(&n->by_key);
    pthread_mutex_unlock(&n->lock);
    return notes;
}

void psync_relay_notes_add_result(struct psync_relay_notes *n, const struct psync_relay_result *result)
{
    pthread_mutex_lock(&n->lock);
    if (n->n_results < PSYNC_RELAY_RESULTS_MAX)
        n->results[n->n_results++] = *result;
    pthread_mutex_unlock(&n->lock);
}

bool psync_relay_notes_take_result(struct psync_relay_notes *n, struct psync_relay_result *ret_result)
{
    pthread_mutex_lock(&n->lock);
    bool any = n->n_results > 0;
    if (any)
        *ret_result = n->results[--n->n_results];
    pthread_mutex_unlock(&n->lock);
    return any;
}
