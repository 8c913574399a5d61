/* offer - writing to whoever may not read: a stopped terminal, a full pipe. For threads that must not wait for a
 * person. */
#ifndef PSYNC_BASE_OFFER_H
#define PSYNC_BASE_OFFER_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a few hundred bytes written now would not be waited for; waits at most `patience_ms` for it to come true. */
bool psync_offer_ready(int fd, int patience_ms);
/* Writes what the descriptor takes, waiting at most `patience_ms` for each piece; how much it took. */
size_t psync_offer(int fd, const char *data, size_t n, int patience_ms);

#endif
