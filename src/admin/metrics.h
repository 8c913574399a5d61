/* metrics - every figure of /metrics: its name, what it means, where it comes from. docs/metrics.md lists them.
 *
 * Labelled by destination, state and class only, so that there are as many series as the configuration asks for. Every
 * counter of a configured destination is there from the start, at 0, so that its first rise is seen. */
#ifndef PSYNC_ADMIN_METRICS_H
#define PSYNC_ADMIN_METRICS_H

#include "admin/exposition.h"
#include "admin/meters.h"
#include "admin/overview.h"

struct psync_metrics {
    psync_ms now, begun;
    const char *driver;
    const struct psync_overview *overview;
    const struct psync_meter *meters;
    size_t n_meters;
    const struct psync_relay_meter *relays;
    size_t n_relays;
    int64_t queue_bytes, disk_free_bytes /* -1: not known */, disk_reserve_bytes, messages_limit;
    int64_t connections;        /* to destinations; -1: no worker */
    int64_t server_connections; /* to the listener that was asked */
    double cpu_seconds;
};

PSYNC_CHECKED enum psync_result psync_metrics_write(const struct psync_metrics *m, struct psync_buf *buf);

#endif
