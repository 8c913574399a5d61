/* main - where the process starts and ends. The commands are in table.c. */
#include "cmd/command.h"
#include "cmd/console.h"
#include "cmd/signals.h"

#include "delivery/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum psync_exit help_or_version(int argc, const char *const *argv, const struct psync_invocation *inv)
{
    if (!inv->command && argc > 1 && strcmp(argv[1], "--version") == 0)
        printf("productsync %s\n", PSYNC_VERSION);
    else if (inv->command || argc < 2 || !psync_help_print_group(argv[1]))
        psync_help_print(inv->command);
    return PSYNC_EXIT_OK;
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
    const char *const *words = (const char *const *)argv;
    struct psync_error err = {0};
    struct psync_invocation inv;
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (!operands) {
        psync_complain("out of memory");
        return PSYNC_EXIT_STORAGE;
    }
    enum psync_exit code = PSYNC_EXIT_USAGE;
    enum psync_result r = psync_args_parse(argc, words, operands, &inv, &err);
    if (r == PSYNC_EMPTY) {
        code = help_or_version(argc, words, &inv);
    } else if (r != PSYNC_OK) {
        psync_complain("%s", err.text);
    } else {
        psync_signals_prepare(inv.command->takes_signals);
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
