/* test_probe - what a test request's answer says about a destination. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/probe.h"

#include <string.h>

static void answers(void **state)
{
    static const struct {
        int status;
        bool sample;
        enum psync_probe_result result;
        const char *words;
    } rows[] = {
        {200, false, PSYNC_PROBE_REACHED, "only a delivery can prove"},
        {200, true, PSYNC_PROBE_REACHED, "was taken"},
        {400, false, PSYNC_PROBE_REACHED, "only a delivery can prove"},
        {400, true, PSYNC_PROBE_REFUSED, "refused the sample"},
        {401, false, PSYNC_PROBE_CREDENTIALS, "refuses the credentials"},
        {403, true, PSYNC_PROBE_CREDENTIALS, "refuses the credentials"},
        {404, false, PSYNC_PROBE_REACHED, "HTTP 404"},
        {405, false, PSYNC_PROBE_REACHED, "HTTP 405"},
        {410, false, PSYNC_PROBE_REFUSED, "gone for good"},
        {422, false, PSYNC_PROBE_REACHED, "HTTP 422"},
        {429, false, PSYNC_PROBE_THROTTLED, "slow down"},
        {301, false, PSYNC_PROBE_REDIRECT, "https://elsewhere.example/"},
        {500, false, PSYNC_PROBE_SERVER_FAULT, "fault of its own"},
        {503, true, PSYNC_PROBE_SERVER_FAULT, "fault of its own"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[512];
        const struct psync_response r = {.transport = PSYNC_NET_ANSWER,
                                         .status = rows[i].status,
                                         .detail = "",
                                         .location = PSYNC_SPAN("https://elsewhere.example/")};
        assert_int_equal(psync_probe_judge(&r, rows[i].sample, words, sizeof words), rows[i].result);
        assert_non_null(strstr(words, rows[i].words));
    }
}

static void failures_are_told_apart(void **state)
{
    (void)state;
    char seen[PSYNC_NETS][512];
    for (int t = PSYNC_NET_ANSWER + 1; t < PSYNC_NETS; t++) {
        const struct psync_response r = {.transport = (enum psync_transport)t, .detail = "because"};
        assert_int_equal(psync_probe_judge(&r, false, seen[t], sizeof seen[t]), PSYNC_PROBE_UNREACHABLE);
        assert_non_null(strstr(seen[t], "because"));
        for (int other = PSYNC_NET_ANSWER + 1; other < t; other++)
            assert_string_not_equal(seen[t], seen[other]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(failures_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
