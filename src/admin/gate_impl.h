/* gate_impl - what the files of the gate share. */
#ifndef PSYNC_ADMIN_GATE_IMPL_H
#define PSYNC_ADMIN_GATE_IMPL_H

#include "admin/gate.h"
#include "admin/thread.h"
#include "admin/throttle.h"
#include "admin/visits.h"

struct psync_gate {
    pthread_mutex_t lock;    /* of everything below */
    char *state_folder, *hosts;
    char proxy[PSYNC_CLIENT_MAX];
    bool loopback, encrypted, login_always;
    psync_ms session_ms;
    double rate;
    struct psync_accounts accounts;
    uint64_t stamp;
    bool unread;             /* the file of that stamp could not be read */
    psync_ms looked_at;
    struct psync_visits visits;
    struct psync_throttle throttle;
    struct psync_attempts attempts;
};

/* Both under the lock. Reads the accounts anew if they changed; asked once a second, or, with `looked_at` 0, now. */
void psync_gate_look(struct psync_gate *g, psync_ms now);
/* The value of our cookie (RFC 6265 section 4.2.1); false: there is none. */
bool psync_gate_find_cookie(const struct psync_gate *g, const char *field, char ret_value[PSYNC_RANDOM_TEXT]);

#endif
