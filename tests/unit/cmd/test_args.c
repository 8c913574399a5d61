/* test_args - from argv to an invocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/command.h"

#include <string.h>

enum { WORDS = 12 };

static enum psync_result parse(const char *const *words, struct psync_invocation *inv, struct psync_error *err)
{
    static const char *operands[WORDS];
    int argc = 0;
    while (words[argc])
        argc++;
    return psync_args_parse(argc, words, operands, inv, err);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *error;
    } rows[] = {
        {{"p"}, "which command"},
        {{"p", "prodce"}, "did you mean produce"},
        {{"p", "xyzzy"}, "unknown command \"xyzzy\"; see"},
        {{"p", "dead", "lst"}, "unknown command \"dead lst\""},
        {{"p", "status", "--frob"}, "unknown flag --frob"},
        {{"p", "status", "-f"}, "unknown flag -f"},
        {{"p", "status", "extra"}, "unexpected \"extra\""},
        {{"p", "show"}, "needs PRODUCT"},
        {{"p", "show", "1", "2"}, "unexpected \"2\""},
        {{"p", "status", "--config"}, "--config needs a value"},
        {{"p", "status", "--quiet=1"}, "--quiet takes no value"},
        {{"p", "dead", "retry", "--cause", "a", "--cause", "b"}, "--cause is given twice"},
        {{"p", "status", "--json", "--verbose"}, "do not go together"},
        {{"p", "demo", "--json"}, "demo has no --json"},
        {{"p", "--json"}, "which command"},
        {{"p", "--frob", "status"}, "unknown flag --frob before the command"},
        {{"p", "--drain", "work"}, "unknown flag --drain before the command"},
        {{"p", "-x", "work"}, "unknown flag -x before the command"},
        {{"p", "--", "work"}, "unknown flag -- before the command"},
        {{"p", "--config"}, "--config needs a value"},
        {{"p", "--json=1", "status"}, "--json takes no value"},
        {{"p", "--json", "status", "--verbose"}, "do not go together"},
        {{"p", "--json", "prodce"}, "did you mean produce"},
        {{"p", "help", "prodce"}, "did you mean produce"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct psync_invocation inv;
        struct psync_error err = {0};
        assert_int_equal(parse(rows[i].words, &inv, &err), PSYNC_REJECT);
        if (!strstr(err.text, rows[i].error))
            fail_msg("%s: not in: %s", rows[i].error, err.text);
    }
}

static void help_is_found_everywhere(void **state)
{
    static const char *const rows[][WORDS] = {
        {"p", "--help"}, {"p", "--version"}, {"p", "help"}, {"p", "dead"}, {"p", "dead", "--help"},
        {"p", "-h"}, {"p", "--json", "--help"}, {"p", "--quiet", "dead"}, {"p", "help", "dead"}, {"p", "dead", "-h"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct psync_invocation inv;
        assert_int_equal(parse(rows[i], &inv, NULL), PSYNC_EMPTY);
        assert_null(inv.command);
    }
    for (const struct psync_command *c = psync_commands; c->name; c++) {
        char name[64];
        const char *words[WORDS] = {"p", name};
        struct psync_invocation inv;
        strcpy(name, c->name);
        char *space = strchr(name, ' ');
        if (space) {
            *space = '\0';
            words[2] = space + 1;
        }
        words[space ? 3 : 2] = "--help";
        assert_int_equal(parse(words, &inv, NULL), PSYNC_EMPTY);
        assert_ptr_equal(inv.command, c);
        const char *asked[WORDS] = {"p", "help", words[1], space ? words[2] : NULL};
        assert_int_equal(parse(asked, &inv, NULL), PSYNC_EMPTY);
        assert_ptr_equal(inv.command, c);
    }
}

static void flags_of_all_commands_may_stand_first(void **state)
{
    static const char *const words[] = {"p",    "--json", "--config", "a.conf", "--set=a.b=c", "dead",
                                        "list", "--each", "--set",    "d.e=f",  NULL};
    struct psync_invocation inv;
    (void)state;
    assert_int_equal(parse(words, &inv, NULL), PSYNC_OK);
    assert_string_equal(inv.command->name, "dead list");
    assert_true(inv.json);
    assert_string_equal(inv.config_file, "a.conf");
    assert_int_equal(inv.n_sets, 2);
    assert_string_equal(inv.sets[0], "a.b=c");
    assert_true(psync_invocation_has(&inv, "each"));
    assert_int_equal(inv.n_operands, 0);
}

static void flags_and_operands_mix(void **state)
{
    static const char *const words[] = {"p",     "dead", "retry", "7",  "--set", "retry.attempts=3", "8", "--new-key",
                                        "--set", "a.b=", "--",    "-9", NULL};
    struct psync_invocation inv;
    (void)state;
    assert_int_equal(parse(words, &inv, NULL), PSYNC_OK);
    assert_string_equal(inv.command->name, "dead retry");
    assert_int_equal(inv.n_operands, 3);
    assert_string_equal(inv.operands[0], "7");
    assert_string_equal(inv.operands[1], "8");
    assert_string_equal(inv.operands[2], "-9");
    assert_int_equal(inv.n_sets, 2);
    assert_string_equal(inv.sets[0], "retry.attempts=3");
    assert_true(psync_invocation_has(&inv, "new-key"));
    assert_false(psync_invocation_has(&inv, "force"));
}

static void a_dash_is_standard_input(void **state)
{
    static const char *const words[] = {"p", "produce", "-", NULL};
    struct psync_invocation inv;
    (void)state;
    assert_int_equal(parse(words, &inv, NULL), PSYNC_OK);
    assert_int_equal(inv.n_operands, 1);
    assert_string_equal(inv.operands[0], "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(help_is_found_everywhere),
        cmocka_unit_test(flags_of_all_commands_may_stand_first),
        cmocka_unit_test(flags_and_operands_mix),
        cmocka_unit_test(a_dash_is_standard_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
