/* serve - `serve`: all that `work` does, and the API and the dashboard over TCP. */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/supervisor.h"
#include "cmd/work.h"

#include "admin/accounts.h"

enum { CHANGES_MAX = 64 };

static enum psync_result change(void *arg, const struct psync_site_change *changes, size_t n, const char *who,
                                struct psync_buf *changed, struct psync_error *err)
{
    struct psync_override overrides[CHANGES_MAX];
    if (n > CHANGES_MAX)
        return psync_fail(err, PSYNC_REJECT, "at most %d settings at once", CHANGES_MAX);
    for (size_t i = 0; i < n; i++)
        overrides[i] = (struct psync_override){changes[i].name, changes[i].value};
    return psync_reload_change(arg, overrides, n, who, changed, err);
}

static void say_who_may(const struct psync_reload *reload)
{
    struct psync_accounts accounts = {0};
    if (psync_accounts_read(reload->ctx.config->state_folder, &accounts, NULL) == PSYNC_OK && accounts.n_users == 0)
        psync_say(reload->inv, "nobody can log in yet: productsync user add NAME");
    psync_accounts_done(&accounts);
}

static enum psync_exit open_site(struct psync_reload *reload)
{
    struct psync_error err = {0};
    const struct psync_site_open open = {.config = reload->ctx.config, .log = reload->ctx.log, .change = change,
                                         .arg = reload};
    enum psync_result r = psync_owner_serve(reload->owner, &open, &err);
    if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
        return r == PSYNC_REJECT ? PSYNC_EXIT_USAGE : PSYNC_EXIT_STORAGE;
    }
    psync_say(reload->inv, "serving at %s", psync_site_url(psync_owner_site(reload->owner)));
    psync_supervisor_status("serving at %s", psync_site_url(psync_owner_site(reload->owner)));
    say_who_may(reload);
    return PSYNC_EXIT_OK;
}

enum psync_exit psync_cmd_serve(struct psync_invocation *inv)
{
    return psync_work_run(inv, &(struct psync_work_kind){.command = "serve", .open = open_site});
}
