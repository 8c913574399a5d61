/* throttle - who may go on: a token bucket for each client, and waits after wrong passwords. Pure: no clock.
 *
 * Both keep a bounded number of names; the one not heard of longest gives way. */
#ifndef PSYNC_ADMIN_THROTTLE_H
#define PSYNC_ADMIN_THROTTLE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum { PSYNC_THROTTLE_NAMES = 512, PSYNC_THROTTLE_NAME = 72 };

struct psync_throttle {
    struct psync_throttle_client {
        char name[PSYNC_THROTTLE_NAME];
        double left;
        psync_ms at;
    } clients[PSYNC_THROTTLE_NAMES];
    size_t n;
};

/* One request of that client, who may make `rate` a second and, after a pause, twice that at once (at least 20). Rate
 * 0: always true. */
bool psync_throttle_take(struct psync_throttle *t, const char *name, double rate, psync_ms now);

struct psync_attempts {
    struct psync_attempts_of {
        char name[PSYNC_THROTTLE_NAME];
        unsigned failed;
        psync_ms last, until;
    } names[PSYNC_THROTTLE_NAMES];
    size_t n;
};
enum { PSYNC_ATTEMPTS_FORGET_MS = 15 * 60 * 1000 };

/* How long that name must wait before it may try again; 0: now. */
psync_ms psync_attempts_wait(const struct psync_attempts *a, const char *name, psync_ms now);
/* The first `free` failures cost nothing; then the wait begins with a second and doubles, up to five minutes. */
void psync_attempts_failed(struct psync_attempts *a, const char *name, unsigned free, psync_ms now);
void psync_attempts_succeeded(struct psync_attempts *a, const char *name);

#endif
