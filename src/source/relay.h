/* relay - takes rows from a PrestaShop's outbox into the queue, and writes back what came of them (docs/outbox.md, docs/relay.md).
 *
 * One relay a [shop NAME], each with a thread and a database connection of its own, so that a database that is slow or away holds
 * up nobody else. Round after round, four times a second while there is nothing to do and at once while there is, it
 *   1. reads the shop's settings (every two seconds) and has them laid under the operator's, if they changed,
 *   2. writes outcomes of the queue into rows, from where its cursor in the shop's state table stands, in one transaction with it,
 *   3. discards what is queued for products that were deleted from the shop since,
 *   4. claims rows of shops whose turn it is, puts them, and marks them once the queue has them durably,
 *   5. tells of waiting retries (every ten seconds), of itself (heartbeat), and of tests that the merchant asked for.
 * Killed anywhere it repeats at its start what it may not have finished: the queue knows what it has by its key. */
#ifndef PSYNC_SOURCE_RELAY_H
#define PSYNC_SOURCE_RELAY_H

#include "base/log.h"
#include "queue/queue.h"
#include "source/shop_layers.h"

struct psync_relay; /* opaque */

/* What the relay asks of the process that runs it; called on the relay's thread, and may block for some seconds. */
struct psync_relay_port {
    /* The shop's settings, at the start and at every change. Fills each layer's `why`. OK: in force. Otherwise they are brought
     * again in the next round, and no row is taken meanwhile. */
    enum psync_result (*apply)(void *arg, const struct psync_shop_conf *shop, struct psync_shop_layers *layers);
    /* Nothing more is to leave for that destination, because of `why`; NULL: it may go on. At every change, and once at the start.
     * False: could not be done, ask again. */
    bool (*hold)(void *arg, const char *destination, const char *why);
    /* Whoever delivers is to give these messages back as far as it has not begun to send them; it may sort the ids. */
    void (*let_go)(void *arg, const char **ids, size_t n);
    /* Begin a test of that destination; psync_relay_tested brings its result. Must not block. */
    void (*test)(void *arg, struct psync_relay *relay, uint32_t id_shop, const char *id);
    psync_ms (*keep)(void *arg);     /* how long the queue remembers keys, by now: for the heartbeat */
    /* How a round went: through, or not, because of `trouble`; which may also be why rows of some shop are not taken
     * though it went through. NULL: none. Must not block. */
    void (*fared)(void *arg, bool through, const char *trouble);
    void *arg;
};
struct psync_relay_open {
    const struct psync_shop_conf *shop;   /* outlives the relay, as all here */
    struct psync_queue *queue;
    const char *queue_path;               /* absolute: with the host's name it makes the relay's own name */
    struct psync_log *log;
    struct psync_relay_port port;
};
/* Starts the thread. NOMEM, FATAL. */
PSYNC_CHECKED enum psync_result psync_relay_new(const struct psync_relay_open *open, struct psync_relay **ret_relay,
                                                struct psync_error *err);
/* For `work --drain`: until no row is due any more, or the database cannot be had, or psync_relay_stop. What waits for a former message
 * of its product, in a batch that may have taken effect, is not due. */
void psync_relay_wait_idle(struct psync_relay *r);
/* Take nothing more, but go on writing back; waits for nothing. Any thread. */
void psync_relay_stop(struct psync_relay *r);
/* Writes back what is known by now, and ends: some seconds at most, if the database does not answer. NULL is fine. */
void psync_relay_free(struct psync_relay *r);

/* An attempt failed and is tried again; any thread (the queue's), never blocks. What does not fit is left out: it is for people. */
struct psync_relay_retry {
    struct psync_subject subject;
    const char *key, *error;
    uint32_t tries;
    int32_t status;
    psync_ms not_before;
};
void psync_relay_retried(struct psync_relay *r, const struct psync_relay_retry *retry);
/* Any thread. `verdict`: "reached", "credentials", "failed". */
void psync_relay_tested(struct psync_relay *r, uint32_t id_shop, const char *id, const char *verdict, int32_t status,
                        const char *text);

#endif
