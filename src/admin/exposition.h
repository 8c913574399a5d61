/* exposition - the text format in which Prometheus reads metrics (version 0.0.4): families, each with its samples.
 *
 * The first failure sticks, and psync_exposition_end returns it. */
#ifndef PSYNC_ADMIN_EXPOSITION_H
#define PSYNC_ADMIN_EXPOSITION_H

#include "base/buf.h"

#define PSYNC_EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct psync_exposition {
    struct psync_buf *buf;
    enum psync_result result;
    const char *name; /* of the family */
};
struct psync_label {
    const char *name, *value; /* name NULL: none */
};

void psync_exposition_begin(struct psync_exposition *e, struct psync_buf *buf);
PSYNC_CHECKED enum psync_result psync_exposition_end(struct psync_exposition *e); /* as psync_buf_add */
/* Its samples follow, and no others until the next one. `type`: "counter", "gauge", "histogram". */
void psync_expose_family(struct psync_exposition *e, const char *name, const char *type, const char *help);
/* NAME + suffix {a, b} value. */
void psync_expose(struct psync_exposition *e, const char *suffix, struct psync_label a, struct psync_label b,
                  double value);

#endif
