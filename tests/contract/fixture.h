/* fixture - a queue in a folder of its own, with a clock that moves when told, and short ways to do the usual things.
 *
 * Every helper fails the running test where something unexpected comes back. */
#ifndef PSYNC_TESTS_CONTRACT_FIXTURE_H
#define PSYNC_TESTS_CONTRACT_FIXTURE_H

#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    const struct psync_queue_driver *driver;
    struct psync_queue_conf conf;
    struct psync_queue *q;
    char folder[256], path[300];
};

/* The clock of every fixture's queue: set before an operation, read by the queue's thread within it. */
extern _Atomic psync_ms fixture_now;
psync_ms fixture_clock(void);

void fixture_init(struct fixture *f, const struct psync_queue_driver *driver); /* folder, settings, open queue */
void fixture_done(struct fixture *f);                                          /* closes and removes all */
/* The queue's path and `tail`; valid until the 4th next call. */
const char *fixture_beside(const struct fixture *f, const char *tail);
void fixture_close(struct fixture *f);
void fixture_open(struct fixture *f);
void fixture_reopen(struct fixture *f);

/* A message of `product` under a key of our form, made of product and revision. */
struct psync_put fixture_put_of(int64_t product, uint32_t revision);
const char *fixture_put(struct fixture *f, int64_t product, uint32_t revision); /* NEW; its id, static */
enum psync_put_outcome fixture_try_put(struct fixture *f, struct psync_put *put);

struct leased {
    struct psync_message *m[64];
    size_t n;
    psync_ms next_due;
};
struct leased fixture_lease(struct fixture *f, size_t max, psync_ms until);
void fixture_free(struct leased *l);
/* The product ids of what is leased now, as "1 2 3"; given back to nobody. Static. */
const char *fixture_products(const struct leased *l);
/* Leases one, which must be of `product`. */
struct psync_message *fixture_take(struct fixture *f, int64_t product);

/* One verdict; its `ret`. Frees the message. */
enum psync_result fixture_settle(struct fixture *f, struct psync_message *m, enum psync_verdict verdict,
                                 psync_ms not_before);
void fixture_done_with(struct fixture *f, int64_t product);                /* lease and DONE */
void fixture_kill(struct fixture *f, int64_t product, int32_t status);     /* lease and DEAD */
struct psync_counts fixture_counts(struct fixture *f);
void fixture_check(struct fixture *f); /* psync_queue_check finds nothing */

#endif
