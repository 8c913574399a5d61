/* scope - what somebody must be allowed to, for a route over TCP. Over the unix socket there are no scopes: who may
 * open it may do everything. */
#ifndef PSYNC_ADMIN_SCOPE_H
#define PSYNC_ADMIN_SCOPE_H

enum psync_scope {
    PSYNC_SCOPE_SOCKET, /* not over TCP at all; also what a route is of which nobody said anything */
    PSYNC_SCOPE_ADMIN,  /* changes */
    PSYNC_SCOPE_INGEST, /* puts products */
    PSYNC_SCOPE_READ,   /* looks; on loopback this needs no login, unless serve.login says so */
    PSYNC_SCOPE_NONE    /* everybody: what holds nothing of the shop's, such as the page itself, and logging in */
};

#endif
