/* accounts - who may log in, and which API tokens there are: the file access.json in the state folder.
 *
 * It is small, holds hashes only, and is read and written as a whole: by commands, one at a time under a lock, into a
 * new file that then takes the old one's name; and read by `serve`, which looks whether it changed. */
#ifndef PSYNC_ADMIN_ACCOUNTS_H
#define PSYNC_ADMIN_ACCOUNTS_H

#include "admin/rights.h"
#include "admin/secret.h"
#include "base/clock.h"

enum { PSYNC_ACCOUNTS_MAX = 256, PSYNC_ACCOUNT_NAME = 65 };

struct psync_user {
    char name[PSYNC_ACCOUNT_NAME];
    unsigned rights;
    char hash[PSYNC_PASSWORD_HASH_MAX];
    psync_ms created_at;
};
struct psync_token {
    char id[PSYNC_TOKEN_ID];
    char name[PSYNC_ACCOUNT_NAME];
    unsigned rights;
    double rate;               /* requests a second; 0: no limit */
    unsigned char digest[PSYNC_SHA256_BYTES];
    psync_ms created_at, expires_at; /* expires_at 0: never */
};
struct psync_accounts {
    struct psync_user *users;
    size_t n_users;
    struct psync_token *tokens;
    size_t n_tokens;
};

/* No file: nobody. REJECT: it cannot be read, or is none of ours (one clear line with the path). */
PSYNC_CHECKED enum psync_result psync_accounts_read(const char *state_folder, struct psync_accounts *ret_accounts,
                                                    struct psync_error *err);
void psync_accounts_done(struct psync_accounts *a); /* {0} is fine */
/* Reads, lets `edit` change it, and writes it, durably, unless `edit` returns something else than OK, which is then the
 * result. The file belongs to whom the state folder belongs to, 0600. Makes the folder if it is missing. */
typedef enum psync_result psync_accounts_change(void *arg, struct psync_accounts *a, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_accounts_edit(const char *state_folder, psync_accounts_change *edit, void *arg,
                                                    struct psync_error *err);

/* For `edit`: room for one more, filled by the caller. NOMEM; REJECT: too many. */
PSYNC_CHECKED enum psync_result psync_accounts_add_user(struct psync_accounts *a, struct psync_user **ret_user,
                                                        struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_accounts_add_token(struct psync_accounts *a, struct psync_token **ret_token,
                                                         struct psync_error *err);
struct psync_user *psync_accounts_user(const struct psync_accounts *a, const char *name);  /* NULL: none */
struct psync_token *psync_accounts_token(const struct psync_accounts *a, const char *id_or_name);
void psync_accounts_remove_user(struct psync_accounts *a, struct psync_user *user);
void psync_accounts_remove_token(struct psync_accounts *a, struct psync_token *token);
/* [A-Za-z0-9._@-]{1,64} */
PSYNC_CHECKED enum psync_result psync_accounts_check_name(const char *name, struct psync_error *err);

/* Something that changes with the file: its identity, size and times; 0: there is none. */
uint64_t psync_accounts_stamp(const char *state_folder);

#endif
