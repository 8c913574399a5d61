/* main - where the process starts and ends. The commands are in table.c. */
#include "cmd/command.h"
#include "cmd/console.h"
#include "cmd/signals.h"

#include "delivery/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static enum psync_exit help_or_version(const struct psync_invocation *inv)
{
    if (inv->version)
        printf("productsync %s\n", PSYNC_VERSION);
    else if (!inv->group || !psync_help_print_group(inv->group))
        psync_help_print(inv->command);
    return PSYNC_EXIT_OK;
}

/* A core would hold tokens, and products. Where it cannot be forbidden nothing is worse than before. */
static void forbid_core_dumps(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0)
        return;
    limit.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, &limit);
}

/* A standard descriptor that was closed (`<&-`) would go to the next file that is opened - the log, a socket - and
 * products would be read from there, or a report printed into it. Held open the wrong way round, its use fails as that of
 * a closed one does. */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* What was printed but never arrived (a full disk, a closed pipe) was not said. */
static enum psync_exit flush_output(enum psync_exit code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    psync_complain("not all could be written to standard output");
    return code == PSYNC_EXIT_OK ? PSYNC_EXIT_REFUSED : code;
}

int main(int argc, char **argv)
{
    struct psync_error err = {0};
    struct psync_invocation inv;
    hold_standard_descriptors();
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (!operands) {
        psync_complain("out of memory");
        return PSYNC_EXIT_STORAGE;
    }
    enum psync_exit code = PSYNC_EXIT_USAGE;
    forbid_core_dumps();
    enum psync_result r = psync_args_parse(argc, (const char *const *)argv, operands, &inv, &err);
    if (r == PSYNC_EMPTY) {
        code = help_or_version(&inv);
    } else if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
    } else {
        psync_signals_prepare((inv.command->traits & PSYNC_COMMAND_SIGNALS) != 0);
        r = psync_http_global_init(&err);
        if (r == PSYNC_OK)
            code = inv.command->run(&inv);
        else
            psync_complain("%s", err.text);
    }
    code = flush_output(code);
    free(operands);
    return code;
}
