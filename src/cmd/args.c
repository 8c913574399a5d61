/* args - from argv to an invocation, by the tables of command.h. Pure: prints nothing. */
#include "cmd/command.h"


#include "config/nearest.h"

#include <string.h>

const struct psync_flag psync_common_flags[] = {
    {"config", "FILE", "configuration file (else ./productsync.conf or /etc/productsync.conf)", false},
    {"set", "SECTION.KEY=VALUE", "one setting, stronger than the file; not for secrets", true},
    {"json", NULL, "answer in JSON, for scripts", false},
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
        if (strlen(argv[1]) != first || memcmp(argv[1], c->name, first) != 0)
            continue;
        if (space && (argc < 3 || strcmp(argv[2], space + 1) != 0))
            continue;
        *ret_words = space ? 2 : 1;
        return c;
    }
    return NULL;
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
    } else if (strcmp(name, "verbose") == 0) {
        inv->verbose = true;
    } else {
        return PSYNC_EMPTY;
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

/* One "--name", "--name=value" or "--name value" at argv[*at]; advances *at past it. */
static enum psync_result take_flag(struct psync_invocation *inv, int argc, const char *const *argv, int *at,
                                   struct psync_error *err)
{
    const char *word = argv[*at] + 2, *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct psync_flag *common = find_flag(psync_common_flags, word, len);
    const struct psync_flag *flag = common ? common : find_flag(psync_command_flags(inv->command), word, len);
    if (!flag)
        return psync_fail(err, PSYNC_REJECT, "unknown flag --%.*s; see productsync %s --help", (int)len, word,
                          inv->command->name);
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
    if (inv->json && inv->verbose)
        return psync_fail(err, PSYNC_REJECT, "--json and --verbose do not go together");
    return PSYNC_OK;
}

static enum psync_result no_command(int argc, const char *const *argv, struct psync_error *err)
{
    if (argc < 2)
        return psync_fail(err, PSYNC_REJECT, "which command? see productsync --help");
    if (is_group(argv[1])) {
        if (argc < 3 || strcmp(argv[2], "--help") == 0)
            return PSYNC_EMPTY;
        return psync_fail(err, PSYNC_REJECT, "unknown command \"%s %s\"; see productsync %s --help", argv[1], argv[2],
                          argv[1]);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "help") == 0)
        return PSYNC_EMPTY;
    const char *near = nearest_command(argv[1]);
    return psync_fail(err, PSYNC_REJECT, "unknown command \"%s\"%s%s; see productsync --help", argv[1],
                      near ? "; did you mean " : "", near ? near : "");
}

enum psync_result psync_args_parse(int argc, const char *const *argv, const char **operand_room,
                                   struct psync_invocation *ret_inv, struct psync_error *err)
{
    int at = 0;
    struct psync_invocation inv = {.operands = operand_room, .program = argc ? argv[0] : "productsync"};
    inv.command = argc > 1 ? find_command(argc, argv, &at) : NULL;
    enum psync_result r = inv.command ? PSYNC_OK : no_command(argc, argv, err);
    bool flags_end = false;
    for (at++; r == PSYNC_OK && at < argc;) {
        const char *word = argv[at];
        if (flags_end || word[0] != '-' || word[1] == '\0') {
            operand_room[inv.n_operands++] = word;
            at++;
        } else if (strcmp(word, "--") == 0) {
            flags_end = true;
            at++;
        } else if (word[1] == '-') {
            r = take_flag(&inv, argc, argv, &at, err);
        } else {
            r = psync_fail(err, PSYNC_REJECT, "unknown flag %s; see productsync %s --help", word, inv.command->name);
        }
    }
    if (r == PSYNC_OK && inv.command)
        r = check_operands(&inv, err);
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
