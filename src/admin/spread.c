/* spread - see the header. */
#include "admin/spread.h"

#include <math.h>

enum { EXACT = 8, SUB_BITS = 3, SUBS = 1 << SUB_BITS };

static unsigned bucket_of(psync_ms ms)
{
    if (ms < EXACT)
        return ms > 0 ? (unsigned)ms : 0;
    unsigned shift = 0;
    while (ms >> shift >= 2 * SUBS)
        shift++;
    unsigned bucket = EXACT + shift * SUBS + (unsigned)(ms >> shift) - SUBS;
    return bucket < PSYNC_SPREAD_BUCKETS ? bucket : PSYNC_SPREAD_BUCKETS - 1;
}

/* The middle of what a bucket holds. */
static double middle_of(unsigned bucket)
{
    if (bucket < EXACT)
        return bucket;
    unsigned shift = (bucket - EXACT) / SUBS;
    double first = ldexp(SUBS + (bucket - EXACT) % SUBS, (int)shift);
    return first + (ldexp(1, (int)shift) - 1) / 2;
}

void psync_spread_add(struct psync_spread *s, psync_ms ms)
{
    s->counts[bucket_of(ms)]++;
    s->n++;
}

void psync_spread_merge(struct psync_spread *to, const struct psync_spread *from)
{
    for (unsigned i = 0; from->n && i < PSYNC_SPREAD_BUCKETS; i++)
        to->counts[i] += from->counts[i];
    to->n += from->n;
}

double psync_spread_quantile(const struct psync_spread *s, double q)
{
    uint64_t below = 0, rank = (uint64_t)ceil(q * (double)s->n);
    for (unsigned i = 0; i < PSYNC_SPREAD_BUCKETS; i++) {
        below += s->counts[i];
        if (s->counts[i] && below >= rank)
            return middle_of(i);
    }
    return -1;
}
