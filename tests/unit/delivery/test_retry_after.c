/* test_retry_after - the fields by which an answer asks us to stay away; RFC 9110 section 10.2.3 and the RateLimit
 * draft. */
#include "delivery/retry_after.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define UNTOUCHED (-77)

static const psync_ms now = INT64_C(784111777000); /* Sun, 06 Nov 1994 08:49:37 GMT, the RFC's example */

static struct psync_span span(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *field, *date;
        enum psync_result result;
        psync_ms delay;
    } rows[] = {
        {"120", "", PSYNC_OK, 120000},
        {"0", "", PSYNC_OK, 0},
        {" 120\t", "", PSYNC_OK, 120000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "", PSYNC_OK, 60000},
        {"Sunday, 06-Nov-94 08:50:37 GMT", "", PSYNC_OK, 60000},
        {"Sun Nov  6 08:50:37 1994", "", PSYNC_OK, 60000},
        /* a clock three hours behind, and one ahead: the answer's own Date decides */
        {"Sun, 06 Nov 1994 05:50:37 GMT", "Sun, 06 Nov 1994 05:49:37 GMT", PSYNC_OK, 60000},
        {"Sun, 06 Nov 1994 11:50:37 GMT", "Sun, 06 Nov 1994 11:49:37 GMT", PSYNC_OK, 60000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "yesterday", PSYNC_OK, 60000},
        {"Sun, 06 Nov 1994 08:00:00 GMT", "", PSYNC_OK, 0},
        {"99999999999999999999999999", "", PSYNC_OK, INT64_C(10) * 366 * 24 * 3600 * 1000},
        {"", "", PSYNC_REJECT, UNTOUCHED},
        {"-1", "", PSYNC_REJECT, UNTOUCHED},
        {"+5", "", PSYNC_REJECT, UNTOUCHED},
        {"1.5", "", PSYNC_REJECT, UNTOUCHED},
        {"120 s", "", PSYNC_REJECT, UNTOUCHED},
        {"120, 60", "", PSYNC_REJECT, UNTOUCHED},
        {"soon", "", PSYNC_REJECT, UNTOUCHED},
        {"1994-11-06T08:50:37Z", "", PSYNC_REJECT, UNTOUCHED},
        {"Sun, 31 Feb 1994 08:50:37 GMT", "", PSYNC_REJECT, UNTOUCHED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        psync_ms delay = UNTOUCHED;
        assert_int_equal(psync_retry_after_parse(span(rows[i].field), span(rows[i].date), now, &delay), rows[i].result);
        assert_int_equal(delay, rows[i].delay);
    }
}

static void test_ratelimit(void **state)
{
    static const struct {
        const char *field;
        enum psync_result result;
        psync_ms delay;
    } rows[] = {
        {"\"default\";r=50;t=30", PSYNC_EMPTY, UNTOUCHED},
        {"\"default\";r=0;t=30", PSYNC_OK, 30000},
        {"\"default\" ; r=0 ;t=30", PSYNC_REJECT, UNTOUCHED}, /* no blank before a semicolon, RFC 9651 */
        {"\"default\"; r=0; t=30", PSYNC_OK, 30000},
        {"\"burst\";r=0;t=3,\"daily\";r=0;t=300", PSYNC_OK, 300000},
        {"\"burst\";r=0;t=3 , \"daily\";r=7;t=300", PSYNC_OK, 3000},
        {"\"a;r=0\";r=1", PSYNC_EMPTY, UNTOUCHED},
        {"\"a\\\"b\";r=0;t=1", PSYNC_OK, 1000},
        {"default;r=0;t=5", PSYNC_OK, 5000},
        {"\"default\";r=0", PSYNC_OK, 0},
        {"\"default\";r=0;t=30;pk=:cGFydA==:", PSYNC_OK, 30000},
        {"\"default\";r=0;t=30;x", PSYNC_OK, 30000},
        {"\"default\";r=0;t=99999999999999999999", PSYNC_OK, INT64_C(10) * 366 * 24 * 3600 * 1000},
        {"", PSYNC_REJECT, UNTOUCHED},
        {"\"default\"", PSYNC_REJECT, UNTOUCHED},
        {"\"default\";t=30", PSYNC_REJECT, UNTOUCHED},
        {"\"default\";r=none;t=30", PSYNC_REJECT, UNTOUCHED},
        {"\"default\";r=0;t=-1", PSYNC_REJECT, UNTOUCHED},
        {"\"default;r=0;t=30", PSYNC_REJECT, UNTOUCHED},
        {"\"default\";r=0;t=30,", PSYNC_REJECT, UNTOUCHED},
        {"\"default\";r=0;t=30 x", PSYNC_REJECT, UNTOUCHED},
        {"limit=100, remaining=0, reset=30", PSYNC_REJECT, UNTOUCHED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        psync_ms delay = UNTOUCHED;
        assert_int_equal(psync_ratelimit_parse(span(rows[i].field), &delay), rows[i].result);
        assert_int_equal(delay, rows[i].delay);
    }
}

static void test_x_ratelimit(void **state)
{
    static const struct {
        const char *remaining, *reset, *date;
        enum psync_result result;
        psync_ms delay;
    } rows[] = {
        {"0", "30", "", PSYNC_OK, 30000},
        {"0", "30.5", "", PSYNC_OK, 30500},
        {"1", "30", "", PSYNC_EMPTY, UNTOUCHED},
        {"0", "1700000060", "Tue, 14 Nov 2023 22:13:20 GMT", PSYNC_OK, 60000},
        {"0", "1700000060.25", "Tue, 14 Nov 2023 22:13:20 GMT", PSYNC_OK, 60250},
        {"0", "1700000060000", "Tue, 14 Nov 2023 22:13:20 GMT", PSYNC_OK, 60000},
        {"0", "1700000000", "Tue, 14 Nov 2023 22:13:21 GMT", PSYNC_OK, 0},
        {"0", "", "", PSYNC_REJECT, UNTOUCHED},
        {"", "30", "", PSYNC_REJECT, UNTOUCHED},
        {"none", "30", "", PSYNC_REJECT, UNTOUCHED},
        {"-1", "30", "", PSYNC_REJECT, UNTOUCHED},
        {"0", "30.", "", PSYNC_REJECT, UNTOUCHED},
        {"0", "30s", "", PSYNC_REJECT, UNTOUCHED},
        {"0", "99999999999999999999", "", PSYNC_REJECT, UNTOUCHED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        psync_ms delay = UNTOUCHED;
        assert_int_equal(psync_x_ratelimit_parse(span(rows[i].remaining), span(rows[i].reset), span(rows[i].date), now,
                                                 &delay),
                         rows[i].result);
        assert_int_equal(delay, rows[i].delay);
    }
}

static void test_precedence(void **state)
{
    struct psync_response r = {.transport = PSYNC_NET_ANSWER,
                               .status = 429,
                               .retry_after = PSYNC_SPAN("7"),
                               .ratelimit = PSYNC_SPAN("\"d\";r=0;t=8"),
                               .x_ratelimit_remaining = PSYNC_SPAN("0"),
                               .x_ratelimit_reset = PSYNC_SPAN("9")};

    (void)state;
    struct psync_asked asked = psync_asked_by(&r, now);
    assert_true(asked.retry_after && !asked.used_up);
    assert_int_equal(asked.delay_ms, 7000);
    assert_string_equal(asked.field, "Retry-After");

    r.retry_after = PSYNC_SPAN("later"); /* malformed: as if absent */
    asked = psync_asked_by(&r, now);
    assert_true(!asked.retry_after && asked.used_up);
    assert_int_equal(asked.delay_ms, 8000);
    assert_string_equal(asked.field, "RateLimit");

    r.ratelimit = PSYNC_SPAN("???");
    asked = psync_asked_by(&r, now);
    assert_true(asked.used_up);
    assert_int_equal(asked.delay_ms, 9000);

    r.x_ratelimit_reset = (struct psync_span){NULL, 0};
    asked = psync_asked_by(&r, now);
    assert_true(!asked.retry_after && !asked.used_up);
    assert_string_equal(asked.field, "");

    r.retry_after = PSYNC_SPAN("7");
    r.transport = PSYNC_NET_RESET; /* no whole answer: nothing it said counts */
    assert_false(psync_asked_by(&r, now).retry_after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_ratelimit),
        cmocka_unit_test(test_x_ratelimit),
        cmocka_unit_test(test_precedence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
