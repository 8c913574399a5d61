/* visits - who is logged in: sessions of people, in memory. They end with the process, which costs a login and
 * nothing else. Pure but for the random texts; one thread at a time. */
#ifndef PSYNC_ADMIN_VISITS_H
#define PSYNC_ADMIN_VISITS_H

#include "admin/accounts.h"

enum { PSYNC_VISITS_MAX = 128, PSYNC_VISITS_OF_ONE = 16 };

struct psync_visit {
    unsigned char digest[PSYNC_SHA256_BYTES]; /* of the cookie */
    char csrf[PSYNC_RANDOM_TEXT];
    char user[PSYNC_ACCOUNT_NAME];
    char hash[PSYNC_PASSWORD_HASH_MAX];       /* another password ends it */
    psync_ms used_at;
};
struct psync_visits {
    struct psync_visit list[PSYNC_VISITS_MAX];
    size_t n;
};

/* With no room the one that is idle longest ends: of this user's if he has as many as one may have, so that nobody logs
 * the others out by logging in. `ret_cookie` is the only copy. NULL: no memory for a digest. */
const struct psync_visit *psync_visits_begin(struct psync_visits *v, const struct psync_user *user, psync_ms now,
                                             char ret_cookie[PSYNC_RANDOM_TEXT]);
/* NULL: none such, or over: idle for `idle_ms`, its user gone, or with another password. It was used now. */
const struct psync_visit *psync_visits_find(struct psync_visits *v, const char *cookie,
                                            const struct psync_accounts *accounts, psync_ms idle_ms, psync_ms now);
void psync_visits_end(struct psync_visits *v, const char *cookie);

#endif
