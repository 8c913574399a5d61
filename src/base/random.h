/* random - where random values come from; policies take them as arguments.
 *
 * A psync_random is a xoshiro256** stream: fast, reproducible from its seed, not for secrets. One thread at a time. */
#ifndef PSYNC_BASE_RANDOM_H
#define PSYNC_BASE_RANDOM_H

#include <stdint.h>

struct psync_random {
    uint64_t state[4];
};

void psync_random_init(struct psync_random *r, uint64_t seed); /* the same seed, the same stream */
void psync_random_init_system(struct psync_random *r);         /* seeded by the operating system */
uint64_t psync_random_next(struct psync_random *r);
double psync_random_unit(struct psync_random *r); /* uniform in [0, 1) */

#endif
