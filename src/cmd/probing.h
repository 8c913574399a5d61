/* probing - one test request to one destination, through the code that delivers. */
#ifndef PSYNC_CMD_PROBING_H
#define PSYNC_CMD_PROBING_H

#include "cmd/probe.h"
#include "config/config.h"

#include <stdatomic.h>

enum { PSYNC_PROBING_WORDS_MAX = 1024 };

struct psync_probing {
    const struct psync_config *config;
    const struct psync_destination_conf *destination; /* one of config's */
    bool sample;                                      /* send a product, instead of asking with the test method */
    const atomic_bool *stop;                          /* true: give up; may be NULL */
    /* filled */
    bool done;
    enum psync_probe_result result;
    int32_t status;                                   /* 0: no answer */
    int64_t latency_ms;
    char words[PSYNC_PROBING_WORDS_MAX];
};

/* Waits for the answer. Other results than PSYNC_OK: no request could be made, `err` says why; RETRY: stopped. */
PSYNC_CHECKED enum psync_result psync_probing_run(struct psync_probing *p, struct psync_error *err);

#endif
