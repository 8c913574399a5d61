/* relay_notes - what the relay is told by other threads until it writes it down: retries that wait, results of tests. Bounded; of a
 * message only the last retry is kept. */
#ifndef PSYNC_SOURCE_RELAY_NOTES_H
#define PSYNC_SOURCE_RELAY_NOTES_H

#include "source/relay.h"

#include "base/containers.h"

#include <pthread.h>

enum { PSYNC_RELAY_NOTES_MAX = 4096, PSYNC_RELAY_RESULTS_MAX = 32 };

struct psync_relay_note {
    char key[80];
    char shop[PSYNC_SHOP_MAX], error[PSYNC_CAUSE_TEXT_MAX];
    int64_t product;
    uint32_t tries;
    int32_t status;
    psync_ms not_before;
};
struct psync_relay_result {
    uint32_t id_shop;
    char id[40], verdict[16], text[256];
    int32_t status;
};
struct psync_relay_notes {
    pthread_mutex_t lock;
    struct psync_relay_note *notes; /* PSYNC_RELAY_NOTES_MAX of them, made at the first */
    size_t n;
    struct psync_map by_key;
    struct psync_relay_result results[PSYNC_RELAY_RESULTS_MAX];
    size_t n_results;
};

void psync_relay_notes_init(struct psync_relay_notes *n);
void psync_relay_notes_done(struct psync_relay_notes *n);
void psync_relay_notes_add(struct psync_relay_notes *n, const struct psync_relay_retry *retry);
void psync_relay_notes_add_result(struct psync_relay_notes *n, const struct psync_relay_result *result);
/* All notes, which are the caller's to free, and none is left; NULL: none. */
struct psync_relay_note *psync_relay_notes_take(struct psync_relay_notes *n, size_t *ret_n);
/* False: none is left. */
bool psync_relay_notes_take_result(struct psync_relay_notes *n, struct psync_relay_result *ret_result);

#endif
