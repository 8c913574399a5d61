/* help - what --help prints, from the tables of command.h. */
#include "cmd/command.h"
#include "config/options.h"

#include <stdio.h>
#include <string.h>

static void print_flags(const struct psync_flag *flags)
{
    for (; flags && flags->name; flags++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", flags->name, flags->value ? " " : "", flags->value ? flags->value : "");
        printf(strlen(left) > 27 ? "  %s\n%31s%s\n" : "  %-27s  %s%s\n", left, "", flags->help);
    }
}

static void print_list(void)
{
    printf("productsync - tells an external API about every product a shop creates, exactly once in effect\n\n"
           "usage: productsync COMMAND [FLAGS] [...]\n\n");
    for (const struct psync_command *c = psync_commands; c->name; c++) {
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", c->name, c->operands ? " " : "", c->operands ? c->operands : "");
        printf("  %-34s %s\n", left, c->summary);
    }
    printf("\nEvery command takes:\n");
    print_flags(psync_common_flags);
    printf("\nExit codes: 0 all well; 1 something was refused or not delivered; 2 usage or configuration;\n"
           "3 storage or queue. The API's address and token come from the configuration file or from the\n"
           "environment: MY_API_URL and MY_API_TOKEN. `productsync COMMAND --help` tells more.\n");
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
    printf("\nSettings that matter here, with their defaults (all of them: productsync config reference):\n");
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        char left[96];
        if (!names_section(sections, o->section))
            continue;
        snprintf(left, sizeof left, "%s.%s = %s", o->section, o->key, o->dflt);
        printf(strlen(left) > 36 ? "  %s\n%40s%s\n" : "  %-36s  %s%s\n", left, "", o->help);
    }
}

void psync_help_print(const struct psync_command *command)
{
    if (!command) {
        print_list();
        return;
    }
    printf("usage: productsync %s [FLAGS]%s%s\n\n%s\n", command->name, command->operands ? " " : "",
           command->operands ? command->operands : "", command->summary);
    if (command->help)
        printf("\n%s", command->help);
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
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", c->name, c->operands ? " " : "", c->operands ? c->operands : "");
        printf("  %-34s %s\n", left, c->summary);
    }
    if (found)
        printf("\n`productsync %s COMMAND --help` tells more.\n", group);
    return found;
}
