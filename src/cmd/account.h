/* account - what `user` and `token` share. */
#ifndef PSYNC_CMD_ACCOUNT_H
#define PSYNC_CMD_ACCOUNT_H

#include "admin/accounts.h"
#include "cmd/context.h"

/* Loads the settings and changes the accounts of their state folder; complains on failure. */
enum psync_exit psync_account_edit(const struct psync_invocation *inv, psync_accounts_change *edit, void *arg);
/* Lists them: `line` is called with a writer for JSON, or NULL for lines. */
enum psync_exit psync_account_read(const struct psync_invocation *inv, struct psync_accounts *ret_accounts);

/* Asks twice on the terminal, without showing it; else reads a line of standard input. `ret_password` is the caller's
 * to wipe (psync_forget). REJECT: too short, not the same twice. */
PSYNC_CHECKED enum psync_result psync_account_password(const char *user, char ret_password[PSYNC_PASSWORD_MAX + 2],
                                                       struct psync_error *err);

#endif
