/* listen - listening sockets: TCP, and unix sockets with a mode.
 *
 * The descriptor is the caller's until it hands it to a server. Close-on-exec and non-blocking. */
#ifndef PSYNC_WEB_LISTEN_H
#define PSYNC_WEB_LISTEN_H

#include "base/result.h"

#include <stdint.h>
#include <sys/types.h>

/* `address` is HOST:PORT, "[::1]:9470" for IPv6, ":9470" for every address; port 0 picks a free one. PSYNC_REJECT: not
 * an address; PSYNC_RETRY: in use; PSYNC_FATAL: the system refused. */
PSYNC_CHECKED enum psync_result psync_web_listen_tcp(const char *address, int *ret_fd, struct psync_error *err);
/* Whether it is written like an address; the same REJECT. */
PSYNC_CHECKED enum psync_result psync_web_listen_check(const char *address, struct psync_error *err);

/* A unix socket at `path` with the permissions `mode`. A socket file that is there already is replaced, so the caller
 * must know (by a lock) that nobody owns it; any other kind of file is left alone. PSYNC_REJECT: the path is too long
 * for a socket address (psync_web_unix_path_fits), or is something else; PSYNC_FATAL: the system refused. */
PSYNC_CHECKED enum psync_result psync_web_listen_unix(const char *path, mode_t mode, int *ret_fd,
                                                      struct psync_error *err);
bool psync_web_unix_path_fits(const char *path);

/* The port a TCP socket is bound to; 0 for others. */
uint16_t psync_web_listen_port(int fd);

#endif
