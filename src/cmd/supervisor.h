/* supervisor - tells whoever started the process how it is: systemd's notification protocol (sd_notify(3)), which is
 * a datagram to the socket named in NOTIFY_SOCKET, spoken by hand so that nothing depends on systemd. Without that
 * name nothing happens. */
#ifndef PSYNC_CMD_SUPERVISOR_H
#define PSYNC_CMD_SUPERVISOR_H

#include "base/result.h"

/* Reads the environment, and takes its names out of it: they are not for our children. Once, before any thread. */
void psync_supervisor_init(void);

void psync_supervisor_ready(void);     /* started */
/* A reload begins, and is over; between ready and stopping, else nothing is told. Any thread, these and the next. */
void psync_supervisor_reloading(void);
void psync_supervisor_reloaded(void);
void psync_supervisor_stopping(void);
void psync_supervisor_status(const char *fmt, ...) PSYNC_PRINTF(1, 2); /* a line for `systemctl status` */
void psync_supervisor_note(const char *fmt, ...) PSYNC_PRINTF(1, 2);   /* added to that line, until the next note */

/* Where a watchdog is wanted: from now on `is_alive` is asked on a thread of its own, several times in the watchdog's
 * time; when it says no, or does not come back, systemd ends the process, and starts it anew. */
void psync_supervisor_watch(bool (*is_alive)(void *arg), void *arg);
void psync_supervisor_unwatch(void); /* it is not asked any more when this returns */

#endif
