/* account - what `user` and `token` share. */
#ifndef PSYNC_CMD_ACCOUNT_H
#define PSYNC_CMD_ACCOUNT_H

#include "admin/accounts.h"
#include "base/json.h"
#include "cmd/context.h"

/* Loads the settings and changes the accounts of their state folder; complains on failure. */
enum psync_exit psync_account_edit(const struct psync_invocation *inv, psync_accounts_change *edit, void *arg);
/* Reads them, for the caller to free; complains on failure. */
enum psync_exit psync_account_read(const struct psync_invocation *inv, struct psync_accounts *ret_accounts);
/* Says one object, whose list `name` is what `put` writes. */
enum psync_exit psync_account_say_json(const char *name,
                                       void (*put)(struct psync_json_writer *w, const struct psync_accounts *a),
                                       const struct psync_accounts *a);
enum psync_exit psync_account_usage(const struct psync_error *err); /* complains of it */

/* Asks twice on the terminal, without showing it; else reads a line of standard input. `ret_password` is the caller's
 * to wipe (psync_forget). REJECT: too short, not the same twice. */
PSYNC_CHECKED enum psync_result psync_account_password(const char *user, char ret_password[PSYNC_PASSWORD_MAX + 2],
                                                       struct psync_error *err);

#endif
