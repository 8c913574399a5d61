/* random - xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), whose state is
 * filled by SplitMix64 (Steele, Lea and Flood, 2014) so that near seeds give unrelated streams. */
#include "base/random.h"

#include "base/clock.h"

#include <openssl/rand.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15); /* so a state of all zeros, which would stay so, cannot arise */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void psync_random_init(struct psync_random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->state[i] = splitmix(&seed);
}

void psync_random_init_system(struct psync_random *r)
{
    uint64_t seed;
    /* Nothing secret rests on it: should the system give no randomness, the clock will do. */
    if (RAND_bytes((unsigned char *)&seed, sizeof seed) != 1)
        seed = psync_clock_us() ^ (uint64_t)psync_clock_wall() << 20;
    psync_random_init(r, seed);
}

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

uint64_t psync_random_next(struct psync_random *r)
{
    uint64_t *s = r->state;
    uint64_t value = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return value;
}

double psync_random_unit(struct psync_random *r)
{
    return (double)(psync_random_next(r) >> 11) * 0x1p-53; /* a double holds 53 bits */
}
