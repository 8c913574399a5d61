/* command - the command line, described by tables: each command documents itself.
 *
 * A command is one row of psync_commands (main.c): its name, what it takes, its help, its flags and the function that runs
 * it. Parsing, `--help`, "unknown flag" and "did you mean" come from the table alone. */
#ifndef PSYNC_CMD_COMMAND_H
#define PSYNC_CMD_COMMAND_H

#include "base/buf.h"
#include "cmd/exit.h"

#include <stddef.h>

struct psync_flag {
    const char *name;  /* without the dashes */
    const char *value; /* what it takes, for the help ("FILE"); NULL: nothing */
    const char *help;
    bool repeated;     /* may be given more than once */
};
enum { PSYNC_FLAGS_MAX = 40, PSYNC_SETS_MAX = 64 };

struct psync_invocation;

enum psync_command_traits {
    PSYNC_COMMAND_SIGNALS = 1, /* SIGINT, SIGTERM, SIGHUP are blocked and waited for (cmd/signals.h); else they end it */
    PSYNC_COMMAND_NO_JSON = 2, /* has nothing to say in JSON, and refuses --json */
};

struct psync_command {
    const char *name;      /* "produce", "dead list" */
    const char *operands;  /* "[FILE...]"; NULL: none */
    size_t operands_min, operands_max;
    const char *summary;   /* one line for the list of commands */
    const char *help;      /* further paragraphs; NULL */
    const struct psync_flag *flags; /* ended by a NULL name; NULL: none of its own */
    enum psync_exit (*run)(struct psync_invocation *inv);
    const struct psync_flag *(*more_flags)(void); /* instead of `flags`, where another room keeps the table */
    const char *settings;  /* sections of the configuration that matter to it, for the help: "retry,work"; NULL */
    unsigned traits;       /* of enum psync_command_traits */
};

static inline const struct psync_flag *psync_command_flags(const struct psync_command *c)
{
    return c->more_flags ? c->more_flags() : c->flags;
}

/* What the user typed, taken apart. */
struct psync_invocation {
    const struct psync_command *command;
    const char *const *operands;
    size_t n_operands;
    const char *program; /* argv[0] */
    /* where help was asked for (EMPTY) and no command was named */
    bool version;        /* its version was asked for instead */
    const char *group;   /* of the commands that begin with this word; NULL: of all */
    /* flags every command has */
    const char *config_file;              /* NULL: not given */
    const char *sets[PSYNC_SETS_MAX];
    size_t n_sets;
    bool json, quiet, verbose;
    /* flags of its own: values in the order given; a flag without value has "" */
    struct psync_flag_given {
        const char *name, *value;
    } given[PSYNC_SETS_MAX];
    size_t n_given;
};

/* NULL: not given. */
const char *psync_invocation_value(const struct psync_invocation *inv, const char *flag);
static inline bool psync_invocation_has(const struct psync_invocation *inv, const char *flag)
{
    return psync_invocation_value(inv, flag) != NULL;
}

extern const struct psync_command psync_commands[]; /* ended by a NULL name */
extern const struct psync_flag psync_common_flags[]; /* ended by a NULL name */

/* `operand_room` has room for argc pointers and outlives the invocation. Flags may stand anywhere, a command's own ones
 * after it; "--" ends them. REJECT: `err` is the line for the user. EMPTY: help or version was asked for: print psync_help and leave with 0. */
PSYNC_CHECKED enum psync_result psync_args_parse(int argc, const char *const *argv, const char **operand_room,
                                                 struct psync_invocation *ret_inv, struct psync_error *err);

/* `command` NULL: the list of commands; else that command's help. */
void psync_help_print(const struct psync_command *command);
/* The help of a group: "dead" lists "dead list", "dead show" ... false: there is no such group. */
bool psync_help_print_group(const char *group);

#endif
