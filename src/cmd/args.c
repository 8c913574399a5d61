/* args - from argv to an invocation, by the tables of command.h. Pure: prints nothing. */
#include "cmd/command.h"

#include "config/nearest.h"

#include <string.h>

const struct psync_flag psync_common_flags[] = {
    {"config", "FILE", "configuration file (else $PRODUCTSYNC_CONFIG, ./productsync.conf or /etc/productsync.conf)",
     false},
    {"set", "SECTION.KEY=VALUE", "one setting, stronger than the file; not for secrets", true},
    {"json", NULL, "one JSON object, or one a line where it says so", false},
    {"quiet", NULL, "say only what went wrong", false},
    {"verbose", NULL, "say more", false},
    {"help", NULL, "show this help", false},
    {NULL, NULL, NULL, false},
};

static const struct psync_flag *find_flag(const struct psync_flag *flags, const char *name, size_t len)
{
    for (; flags && flags->name; flags++)
        if (strlen(flags->name) == len && memcmp(flags->name, name, len) == 0)
            return flags;
    return NULL;
}

static const char *nearest_command(const char *word)
{
    const char *best = NULL;
    size_t best_distance = 3;
    for (const struct psync_command *c = psync_commands; c->name; c++) {
        size_t d = psync_nearest_distance(word, c->name);
        if (d < best_distance) {
            best_distance = d;
            best = c->name;
        }
    }
    return best;
}

/* "dead" begins "dead list"; *ret_words is how many words of argv a command's name takes. */
static const struct psync_command *find_command(int argc, const char *const *argv, int *ret_words)
{
    for (const struct psync_command *c = psync_commands; c->name; c++) {
        const char *space = strchr(c->name, ' ');
        size_t first = space ? (size_t)(space - c->name) : strlen(c->name);
        if (argc < 1 || strlen(argv[0]) != first || memcmp(argv[0], c->name, first) != 0)
            continue;
        if (space && (argc < 2 || strcmp(argv[1], space + 1) != 0))
            continue;
        *ret_words = space ? 2 : 1;
        return c;
    }
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool is_group(const char *word)
{
    size_t len = strlen(word);
    for (const struct psync_command *c = psync_commands; c->name; c++)
        if (strncmp(c->name, word, len) == 0 && c->name[len] == ' ')
            return true;
    return false;
}

static enum psync_result take_common(struct psync_invocation *inv, const char *name, const char *value,
                                     struct psync_error *err)
{
    if (strcmp(name, "config") == 0) {
        inv->config_file = value;
    } else if (strcmp(name, "set") == 0) {
        if (inv->n_sets == PSYNC_SETS_MAX)
            return psync_fail(err, PSYNC_REJECT, "--set is given more than %d times", PSYNC_SETS_MAX);
        inv->sets[inv->n_sets++] = value;
    } else if (strcmp(name, "json") == 0) {
        inv->json = true;
    } else if (strcmp(name, "quiet") == 0) {
        inv->quiet = true;
    } else {
        PSYNC_INVARIANT(strcmp(name, "verbose") == 0);
        inv->verbose = true;
    }
    return PSYNC_OK;
}

static enum psync_result take_own(struct psync_invocation *inv, const struct psync_flag *flag, const char *value,
                                  struct psync_error *err)
{
    if (!flag->repeated && psync_invocation_has(inv, flag->name))
        return psync_fail(err, PSYNC_REJECT, "--%s is given twice", flag->name);
    if (inv->n_given == PSYNC_SETS_MAX)
        return psync_fail(err, PSYNC_REJECT, "too many flags");
    inv->given[inv->n_given++] = (struct psync_flag_given){flag->name, value ? value : ""};
    return PSYNC_OK;
}

/* None before the command is known. */
static const struct psync_flag *own_flags(const struct psync_invocation *inv)
{
    return inv->command ? psync_command_flags(inv->command) : NULL;
}

static enum psync_result unknown_flag(const struct psync_invocation *inv, const char *flag, size_t len,
                                      struct psync_error *err)
{
    if (inv->command)
        return psync_fail(err, PSYNC_REJECT, "unknown flag %.*s; see productsync %s --help", (int)len, flag,
                          inv->command->name);
    return psync_fail(err, PSYNC_REJECT, "unknown flag %.*s before the command; see productsync --help", (int)len, flag);
}

/* One "--name", "--name=value" or "--name value" at argv[*at]; advances *at past it. */
static enum psync_result take_flag(struct psync_invocation *inv, int argc, const char *const *argv, int *at,
                                   struct psync_error *err)
{
    const char *word = argv[*at] + 2, *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct psync_flag *common = find_flag(psync_common_flags, word, len);
    const struct psync_flag *flag = common ? common : find_flag(own_flags(inv), word, len);
    if (!flag)
        return unknown_flag(inv, argv[*at], equals ? len + 2 : strlen(argv[*at]), err);
    const char *value = equals ? equals + 1 : NULL;
    if (!flag->value && value)
        return psync_fail(err, PSYNC_REJECT, "--%s takes no value", flag->name);
    if (flag->value && !value) {
        if (*at + 1 >= argc)
            return psync_fail(err, PSYNC_REJECT, "--%s needs a value: --%s %s", flag->name, flag->name, flag->value);
        value = argv[++*at];
    }
    ++*at;
    return common ? take_common(inv, flag->name, value, err) : take_own(inv, flag, value, err);
}

static enum psync_result check_operands(const struct psync_invocation *inv, struct psync_error *err)
{
    const struct psync_command *c = inv->command;
    if (inv->n_operands < c->operands_min)
        return psync_fail(err, PSYNC_REJECT, "productsync %s needs %s; see productsync %s --help", c->name, c->operands,
                          c->name);
    if (inv->n_operands > c->operands_max)
        return psync_fail(err, PSYNC_REJECT, "productsync %s: unexpected \"%s\"; see productsync %s --help", c->name,
                          inv->operands[c->operands_max], c->name);
    if (inv->json && (c->traits & PSYNC_COMMAND_NO_JSON))
        return psync_fail(err, PSYNC_REJECT, "productsync %s has no --json", c->name);
    if (inv->json && inv->verbose)
        return psync_fail(err, PSYNC_REJECT, "--json and --verbose do not go together");
    return PSYNC_OK;
}

/* `argv` begins where the command should stand. EMPTY: help is wanted. */
static enum psync_result no_command(struct psync_invocation *inv, int argc, const char *const *argv,
                                    struct psync_error *err)
{
    if (argc < 1)
        return psync_fail(err, PSYNC_REJECT, "which command? see productsync --help");
    if (is_group(argv[0])) {
        inv->group = argv[0];
        if (argc < 2 || is_help(argv[1]))
            return PSYNC_EMPTY;
        return psync_fail(err, PSYNC_REJECT, "unknown command \"%s %s\"; see productsync %s --help", argv[0], argv[1],
                          argv[0]);
    }
    const char *near = nearest_command(argv[0]);
    return psync_fail(err, PSYNC_REJECT, "unknown command \"%s\"%s%s; see productsync --help", argv[0],
                      near ? "; did you mean " : "", near ? near : "");
}

/* What no command takes: "help", "help dead list". */
static enum psync_result ask_for_help(struct psync_invocation *inv, int argc, const char *const *argv,
                                      struct psync_error *err)
{
    int words;
    inv->command = find_command(argc, argv, &words);
    return inv->command || argc < 1 ? PSYNC_EMPTY : no_command(inv, argc, argv, err);
}

/* Flags before the command: those that every command takes, and --version. */
static enum psync_result take_leading(struct psync_invocation *inv, int argc, const char *const *argv, int *at,
                                      struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    while (r == PSYNC_OK && *at < argc && argv[*at][0] == '-') {
        inv->version = strcmp(argv[*at], "--version") == 0;
        if (inv->version || is_help(argv[*at]))
            return PSYNC_EMPTY;
        if (argv[*at][1] != '-' || argv[*at][2] == '\0')
            return unknown_flag(inv, argv[*at], strlen(argv[*at]), err);
        r = take_flag(inv, argc, argv, at, err);
    }
    return r;
}

/* What stands behind the command. */
static enum psync_result take_rest(struct psync_invocation *inv, int argc, const char *const *argv, int at,
                                   const char **operand_room, struct psync_error *err)
{
    bool flags_end = false;
    enum psync_result r = PSYNC_OK;
    while (r == PSYNC_OK && at < argc) {
        const char *word = argv[at];
        if (flags_end || word[0] != '-' || word[1] == '\0') {
            operand_room[inv->n_operands++] = word;
            at++;
        } else if (strcmp(word, "--") == 0) {
            flags_end = true;
            at++;
        } else if (is_help(word)) {
            r = PSYNC_EMPTY;
        } else if (word[1] == '-') {
            r = take_flag(inv, argc, argv, &at, err);
        } else {
            r = unknown_flag(inv, word, strlen(word), err);
        }
    }
    return r == PSYNC_OK ? check_operands(inv, err) : r;
}

enum psync_result psync_args_parse(int argc, const char *const *argv, const char **operand_room,
                                   struct psync_invocation *ret_inv, struct psync_error *err)
{
    int at = 1, words = 0;
    struct psync_invocation inv = {.operands = operand_room, .program = argc ? argv[0] : "productsync"};
    enum psync_result r = take_leading(&inv, argc, argv, &at, err);
    if (r == PSYNC_OK && at < argc && strcmp(argv[at], "help") == 0) {
        r = ask_for_help(&inv, argc - at - 1, argv + at + 1, err);
    } else if (r == PSYNC_OK) {
        inv.command = find_command(argc - at, argv + at, &words);
        r = inv.command ? take_rest(&inv, argc, argv, at + words, operand_room, err)
                        : no_command(&inv, argc - at, argv + at, err);
    }
    *ret_inv = inv;
    return r;
}

const char *psync_invocation_value(const struct psync_invocation *inv, const char *flag)
{
    for (size_t i = 0; i < inv->n_given; i++)
        if (strcmp(inv->given[i].name, flag) == 0)
            return inv->given[i].value;
    return NULL;
}
