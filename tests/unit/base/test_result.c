/* Names, error texts that are cut and cleaned, prefixes, the panic. */
#include "base/result.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"

static void names_every_result(void **state)
{
    (void)state;
    static const char *const names[] = {"ok", "empty", "retry", "reject", "gone", "nomem", "fatal"};
    for (int r = PSYNC_OK; r < PSYNC_RESULTS; r++)
        assert_string_equal(psync_result_name((enum psync_result)r), names[r]);
    assert_string_equal(psync_result_name(PSYNC_RESULTS), "unknown");
    assert_string_equal(psync_result_name((enum psync_result)-1), "unknown");
}

static void returns_the_result_and_cleans_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"two\nlines\ttab\x1b[31m", "two?lines?tab?[31m"},
        {"del\x7f", "del?"},
        {"c1 \xc2\x9b.", "c1 ?."},
        {"caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80"},
        {"bad \xff\xc3.", "bad ??."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_error err = {{0}};
        assert_int_equal(psync_fail(&err, PSYNC_REJECT, "%s", cases[i].in), PSYNC_REJECT);
        assert_string_equal(err.text, cases[i].out);
    }
    assert_int_equal(psync_fail(NULL, PSYNC_GONE, "nobody listens"), PSYNC_GONE);
}

/* Whatever the alignment, no character is torn at the cut. */
static void cuts_between_characters(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        char in[PSYNC_ERROR_MAX * 2];
        memset(in, 'x', shift);
        for (size_t at = shift; at < sizeof in; at++)
            in[at] = "\xf0\x9f\x98\x80"[(at - shift) % 4];
        in[sizeof in - 1] = '\0';
        struct psync_error err = {{0}};
        assert_int_equal(psync_fail(&err, PSYNC_REJECT, "%s", in), PSYNC_REJECT);
        assert_int_equal(strlen(err.text), shift + (PSYNC_ERROR_MAX - 1 - shift) / 4 * 4);
        assert_true(psync_utf8_valid((struct psync_span){err.text, strlen(err.text)}));
        assert_null(strchr(err.text, '?'));
    }
}

static void prefixes(void **state)
{
    (void)state;
    struct psync_error err = {{0}};
    (void)psync_fail(&err, PSYNC_REJECT, "not a number");
    psync_error_prefix(&err, "%s:%d", "products.csv", 12);
    assert_string_equal(err.text, "products.csv:12: not a number");
    (void)psync_fail(&err, PSYNC_REJECT, "again: %s", err.text); /* its own text as an argument */
    assert_string_equal(err.text, "again: products.csv:12: not a number");
    psync_error_prefix(NULL, "nobody listens");
    char longer[2 * PSYNC_ERROR_MAX];
    memset(longer, 'y', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    psync_error_prefix(&err, "%s", longer);
    assert_int_equal(strlen(err.text), PSYNC_ERROR_MAX - 1);
}

static void panics_with_file_line_and_condition(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(fds[1], STDERR_FILENO);
        int one = 1;
        PSYNC_INVARIANT(one == 1);
        PSYNC_INVARIANT(one == 2);
        _exit(0);
    }
    (void)close(fds[1]);
    char text[512] = "";
    ssize_t n = read(fds[0], text, sizeof text - 1);
    (void)close(fds[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_true(n > 0);
    assert_non_null(strstr(text, "test_result.c:"));
    assert_non_null(strstr(text, "one == 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_result),
        cmocka_unit_test(returns_the_result_and_cleans_the_text),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(panics_with_file_line_and_condition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
