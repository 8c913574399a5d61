/* left_out - what the input had and no payload takes: how many values, under which names. */
#ifndef PSYNC_SOURCE_LEFT_OUT_H
#define PSYNC_SOURCE_LEFT_OUT_H

#include "base/buf.h"
#include "source/shown.h"

#include <stdint.h>

enum { PSYNC_LEFT_OUT_NAMES = 32 };

/* Starts as {0}. */
struct psync_left_out {
    uint64_t values;
    size_t n, next;         /* names kept; where the next one is likely to stand, as objects repeat their order */
    struct {
        size_t len;         /* of the name in the input */
        char raw[PSYNC_SHOWN_MAX], shown[PSYNC_SHOWN_MAX];
    } names[PSYNC_LEFT_OUT_NAMES];
    const char *pointers[PSYNC_LEFT_OUT_NAMES];
};

/* One value under `name`, or `values` of them (0: the name alone is kept). Names past the 32nd are only counted. */
void psync_left_out_add(struct psync_left_out *l, struct psync_span name, uint64_t values);

#endif
