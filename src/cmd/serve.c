/* serve - `serve`: all that `work` does, and the API and the dashboard over TCP. */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/work.h"

static enum psync_exit open_site(struct psync_reload *reload)
{
    struct psync_error err = {0};
    const struct psync_site_open open = {.config = reload->ctx.config, .log = reload->ctx.log};
    enum psync_result r = psync_owner_serve(reload->owner, &open, &err);
    if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
        return r == PSYNC_REJECT ? PSYNC_EXIT_USAGE : PSYNC_EXIT_STORAGE;
    }
    psync_say(reload->inv, "serving at %s", psync_site_url(psync_owner_site(reload->owner)));
    return PSYNC_EXIT_OK;
}

enum psync_exit psync_cmd_serve(struct psync_invocation *inv)
{
    return psync_work_run(inv, &(struct psync_work_kind){.command = "serve", .open = open_site});
}
