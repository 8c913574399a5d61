/* model - a workload on a driver, and what must be true of the queue whatever happened meanwhile.
 *
 * Of each message it knows the set of fates it may have: one after a commit that worked, several while one is in doubt.
 * */
#ifndef PSYNC_TESTS_CONTRACT_MODEL_H
#define PSYNC_TESTS_CONTRACT_MODEL_H

#include "queue/driver.h"

enum fate { FATE_ABSENT = 1, FATE_OPEN = 2, FATE_DONE = 4, FATE_DEAD = 8 };
enum { MODEL_PRODUCTS = 200 };

struct model {
    const struct psync_queue_driver *driver;
    const struct psync_queue_conf *conf;
    void *self;
    psync_ms now;
    int64_t next;                          /* product to be put */
    char latest[PSYNC_ID_MAX];             /* the one before, by its id */
    unsigned fates[MODEL_PRODUCTS + 1];    /* what may be, by product */
    unsigned pending[MODEL_PRODUCTS + 1];  /* what it will be when the commit works; 0: unchanged */
    bool failed;                           /* the driver answered FATAL */
    unsigned undone;                       /* how often the driver undid a transaction */
};

void model_init(struct model *m, const struct psync_queue_driver *driver, const struct psync_queue_conf *conf);
enum psync_result model_open(struct model *m, struct psync_error *err);
void model_close(struct model *m);
/* Puts, withdraws, leases, settles, requeues, tidies. OK: all of it; FATAL: the driver stopped. NOMEM and RETRY are borne: what
 * they undid is forgotten, and the work goes on. */
enum psync_result model_work(struct model *m, int rounds);
/* After a (re)opening: how many messages have a fate they may not have, or 1 where the file is damaged. */
unsigned model_violations(struct model *m);

#endif
