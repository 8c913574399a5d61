/* user - `user`: who may log in to the dashboard. */
#include "cmd/account.h"
#include "cmd/commands.h"
#include "cmd/console.h"

#include <stdio.h>
#include <string.h>

struct change {
    const char *name;
    unsigned rights;       /* 0: as they are */
    char hash[PSYNC_PASSWORD_HASH_MAX];
};

static enum psync_result no_user(const char *name, struct psync_error *err)
{
    return psync_fail(err, PSYNC_EMPTY, "there is no user %s; see `productsync user list`", name);
}

/* Asks for the password before the file is locked. */
static enum psync_result read_password(struct change *c, struct psync_error *err)
{
    char password[PSYNC_PASSWORD_MAX + 2];
    enum psync_result r = psync_account_password(c->name, password, err);
    if (r == PSYNC_OK)
        r = psync_password_hash(password, c->hash, err);
    psync_forget(password, sizeof password);
    return r;
}

/* ---- user add ---- */

static enum psync_result add(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const struct change *c = arg;
    struct psync_user *user;
    if (psync_accounts_user(a, c->name))
        return psync_fail(err, PSYNC_EMPTY, "there is a user %s already; `productsync user password %s` changes the "
                                            "password", c->name, c->name);
    enum psync_result r = psync_accounts_add_user(a, &user, err);
    if (r != PSYNC_OK)
        return r;
    *user = (struct psync_user){.rights = c->rights, .created_at = psync_clock_wall()};
    snprintf(user->name, sizeof user->name, "%s", c->name);
    memcpy(user->hash, c->hash, sizeof user->hash);
    return PSYNC_OK;
}

enum psync_exit psync_cmd_user_add(struct psync_invocation *inv)
{
    struct psync_error err = {0};
    struct change c = {.name = inv->operands[0]};
    const char *scope = psync_invocation_value(inv, "scope");
    enum psync_result r = psync_accounts_check_name(c.name, &err);
    if (r == PSYNC_OK)
        r = psync_rights_parse(scope ? scope : "admin", &c.rights, &err);
    if (r == PSYNC_OK)
        r = read_password(&c, &err);
    if (r != PSYNC_OK)
        return psync_account_usage(&err);
    enum psync_exit code = psync_account_edit(inv, add, &c);
    if (code == PSYNC_EXIT_OK)
        psync_say(inv, "%s may log in", c.name);
    return code;
}

/* ---- user password ---- */

static enum psync_result change_password(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const struct change *c = arg;
    struct psync_user *user = psync_accounts_user(a, c->name);
    if (!user)
        return no_user(c->name, err);
    memcpy(user->hash, c->hash, sizeof user->hash);
    return PSYNC_OK;
}

enum psync_exit psync_cmd_user_password(struct psync_invocation *inv)
{
    struct psync_error err = {0};
    struct change c = {.name = inv->operands[0]};
    struct psync_accounts accounts = {0};
    enum psync_exit code = psync_account_read(inv, &accounts);
    bool known = psync_accounts_user(&accounts, c.name) != NULL;
    psync_accounts_done(&accounts);
    if (code != PSYNC_EXIT_OK)
        return code;
    if (!known) {
        (void)no_user(c.name, &err);
        psync_complain("%s", err.text);
        return PSYNC_EXIT_REFUSED;
    }
    if (read_password(&c, &err) != PSYNC_OK)
        return psync_account_usage(&err);
    code = psync_account_edit(inv, change_password, &c);
    if (code == PSYNC_EXIT_OK)
        psync_say(inv, "%s has a new password, and is logged out everywhere", c.name);
    return code;
}

/* ---- user remove ---- */

static enum psync_result remove_user(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const struct change *c = arg;
    struct psync_user *user = psync_accounts_user(a, c->name);
    if (!user)
        return no_user(c->name, err);
    psync_accounts_remove_user(a, user);
    return PSYNC_OK;
}

enum psync_exit psync_cmd_user_remove(struct psync_invocation *inv)
{
    struct change c = {.name = inv->operands[0]};
    enum psync_exit code = psync_account_edit(inv, remove_user, &c);
    if (code == PSYNC_EXIT_OK)
        psync_say(inv, "%s may not log in any more, and is logged out", c.name);
    return code;
}

/* ---- user list ---- */

static void put_users(struct psync_json_writer *w, const struct psync_accounts *a)
{
    char scopes[PSYNC_RIGHTS_TEXT];
    for (const struct psync_user *u = a->users; u < a->users + a->n_users; u++) {
        psync_json_open(w, NULL, '{');
        psync_json_put_text(w, "name", u->name);
        psync_json_put_text(w, "scopes", psync_rights_text(u->rights, scopes));
        psync_json_put_time(w, "created_at", u->created_at);
        psync_json_close(w, '}');
    }
}

enum psync_exit psync_cmd_user_list(struct psync_invocation *inv)
{
    struct psync_accounts a = {0};
    char scopes[PSYNC_RIGHTS_TEXT];
    enum psync_exit code = psync_account_read(inv, &a);
    if (code == PSYNC_EXIT_OK && inv->json)
        code = psync_account_say_json("users", put_users, &a);
    for (size_t i = 0; code == PSYNC_EXIT_OK && i < a.n_users; i++)
        psync_say(inv, "%-32s %s", a.users[i].name, psync_rights_text(a.users[i].rights, scopes));
    if (code == PSYNC_EXIT_OK && a.n_users == 0)
        psync_say(inv, "there is no user yet: productsync user add NAME");
    psync_accounts_done(&a);
    return code;
}
