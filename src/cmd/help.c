/* help - what --help prints, from the tables of command.h. */
#include "cmd/command.h"
#include "config/options.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 80, COMMAND_COLUMN = 28, FLAG_COLUMN = 31, SETTING_COLUMN = 32 };

/* The text from column `at` on, in lines that end before WIDTH and begin at `column`. Its own line ends count as spaces. */
static void print_wrapped(const char *text, int at, int column)
{
    while (*text) {
        int len = (int)strcspn(text, " \n");
        if (at > column && at + 1 + len >= WIDTH) {
            putchar('\n');
            at = 0;
        }
        int gap = at < column ? column - at : at > column;
        printf("%*s%.*s", gap, "", len, text);
        at += gap + len;
        text += len + (text[len] != '\0');
    }
    putchar('\n');
}

/* A row of two columns; what is too long for the first has a line of its own. */
static void print_row(const char *left, int column, const char *right)
{
    int at = printf("  %s", left);
    if (at > column - 2) {
        putchar('\n');
        at = 0;
    }
    print_wrapped(right, at, column);
}

static void print_flags(const struct psync_flag *flags)
{
    for (; flags && flags->name; flags++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", flags->name, flags->value ? " " : "", flags->value ? flags->value : "");
        print_row(left, FLAG_COLUMN, flags->help);
    }
}

static void print_summary(const struct psync_command *c)
{
    char left[64];
    snprintf(left, sizeof left, "%s%s%s", c->name, c->operands ? " " : "", c->operands ? c->operands : "");
    print_row(left, COMMAND_COLUMN, c->summary);
}

static void print_list(void)
{
    printf("productsync - tells an external API about every product a shop creates,\n"
           "exactly once in effect\n\n"
           "usage: productsync COMMAND [FLAGS] [...]\n\n");
    for (const struct psync_command *c = psync_commands; c->name; c++)
        print_summary(c);
    printf("\nEvery command takes, also before its name:\n");
    print_flags(psync_common_flags);
    print_row("--version", FLAG_COLUMN, "without a command: show the version");
    printf("\nTo begin: set MY_API_URL and MY_API_TOKEN in the environment, or url and\n"
           "token_file under [destination] in a configuration file. `productsync test` says\n"
           "whether the API can be reached, `productsync COMMAND --help` tells more.\n\n"
           "Exit codes: 0 all well; 1 something was refused or not delivered; 2 usage or\n"
           "configuration; 3 storage or queue.\n");
}

static bool names_section(const char *sections, const char *section)
{
    size_t len = strlen(section);
    for (const char *at = sections; (at = strstr(at, section)) != NULL; at += len)
        if ((at == sections || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

/* The rows of the option table that matter to a command, with their defaults. */
static void print_settings(const char *sections)
{
    printf("\nSettings that matter here, with their defaults (all: productsync config\nreference):\n");
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        char left[96];
        if (!names_section(sections, o->section))
            continue;
        snprintf(left, sizeof left, "%s.%s = %s", o->section, o->key, o->dflt);
        print_row(left, SETTING_COLUMN, o->help);
    }
}

void psync_help_print(const struct psync_command *command)
{
    if (!command) {
        print_list();
        return;
    }
    printf("usage: productsync %s [FLAGS]%s%s\n\n", command->name, command->operands ? " " : "",
           command->operands ? command->operands : "");
    print_wrapped(command->summary, 0, 0);
    if (command->help) {
        putchar('\n');
        print_wrapped(command->help, 0, 0);
    }
    if (psync_command_flags(command)) {
        printf("\nFlags:\n");
        print_flags(psync_command_flags(command));
    }
    printf("\nEvery command takes:\n");
    print_flags(psync_common_flags);
    if (command->settings)
        print_settings(command->settings);
}

bool psync_help_print_group(const char *group)
{
    size_t len = strlen(group);
    bool found = false;
    for (const struct psync_command *c = psync_commands; c->name; c++) {
        if (strncmp(c->name, group, len) != 0 || c->name[len] != ' ')
            continue;
        if (!found)
            printf("usage: productsync %s COMMAND\n\n", group);
        found = true;
        print_summary(c);
    }
    if (found)
        printf("\n`productsync %s COMMAND --help` tells more.\n", group);
    return found;
}
