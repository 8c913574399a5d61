/* RFC 3339 out; the three HTTP-date forms in. */
#include "base/timefmt.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOW INT64_C(1795408500123) /* 2026-11-23T04:35:00.123Z */

static void formats_rfc3339(void **state)
{
    (void)state;
    static const struct {
        psync_ms t;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {NOW, "2026-11-23T04:35:00.123Z"},
        {INT64_C(951782399999), "2000-02-28T23:59:59.999Z"},
        {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
        {INT64_C(951868800000), "2000-03-01T00:00:00.000Z"},
        {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"},
        {INT64_C(4107542399999), "2100-02-28T23:59:59.999Z"},
        {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
        {INT64_C(253402300800000), "9999-12-31T23:59:59.999Z"},
        {PSYNC_MS_NEVER, "9999-12-31T23:59:59.999Z"},
        {-1, "1970-01-01T00:00:00.000Z"},
        {INT64_MIN, "1970-01-01T00:00:00.000Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PSYNC_TIME_MAX];
        assert_ptr_equal(psync_time_format(cases[i].t, text), text);
        assert_string_equal(text, cases[i].text);
        char words[PSYNC_TIME_MAX], expected[PSYNC_TIME_MAX];
        (void)snprintf(expected, sizeof expected, "%.10s %.8s UTC", text, text + 11);
        assert_ptr_equal(psync_time_words(cases[i].t, words), words);
        assert_string_equal(words, expected);
    }
}

/* Every day of the years 1970-9999 against the C library, and back through the parser. */
static void agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = 0; day <= 2932896; day++) {
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        char text[PSYNC_TIME_MAX], expected[PSYNC_TIME_MAX];
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.007Z", &tm) > 0);
        if (strcmp(psync_time_format((psync_ms)seconds * 1000 + 7, text), expected) != 0)
            fail_msg("%s instead of %s", text, expected);
        psync_ms t = -1;
        size_t n = strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        if (psync_http_date_parse((struct psync_span){text, n}, NOW, &t) != PSYNC_OK || t != (psync_ms)seconds * 1000)
            fail_msg("%s", text);
        if (strcmp(psync_http_date_format(t + 999, expected), text) != 0)
            fail_msg("%s instead of %s", expected, text);
    }
}

static void reads_the_three_http_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        psync_ms t;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", INT64_C(784111777000)}, /* the RFC's examples */
        {"Sunday, 06-Nov-94 08:49:37 GMT", INT64_C(784111777000)},
        {"Sun Nov  6 08:49:37 1994", INT64_C(784111777000)},
        {"Sun Nov 16 08:49:37 1994", INT64_C(784975777000)},
        {"Mon, 23 Nov 2026 04:35:00 GMT", NOW / 1000 * 1000},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Wed, 31 Dec 1969 23:59:59 GMT", -1000},
        {"Tue, 29 Feb 2000 00:00:00 GMT", INT64_C(951782400000)},
        {"Sat, 31 Dec 2016 23:59:60 GMT", INT64_C(1483228800000)}, /* a leap second */
        {"Mon, 06 Nov 1994 08:49:37 GMT", INT64_C(784111777000)},  /* the day's name is not checked against the date */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        psync_ms t = 77;
        if (psync_http_date_parse((struct psync_span){cases[i].text, strlen(cases[i].text)}, NOW, &t) != PSYNC_OK)
            fail_msg("'%s' refused", cases[i].text);
        assert_int_equal(t, cases[i].t);
    }
}

static void refuses_anything_else(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "120",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Mon, 29 Feb 1900 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov   08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov  0 08:49:37 1994",
        "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        psync_ms t = 77;
        if (psync_http_date_parse((struct psync_span){cases[i], strlen(cases[i])}, NOW, &t) != PSYNC_REJECT)
            fail_msg("'%s' taken", cases[i]);
        assert_int_equal(t, 77);
    }
    psync_ms t = 77; /* cut anywhere */
    const char *whole = "Sunday, 06-Nov-94 08:49:37 GMT";
    for (size_t n = 0; n < strlen(whole); n++)
        assert_int_equal(psync_http_date_parse((struct psync_span){whole, n}, NOW, &t), PSYNC_REJECT);
}

/* RFC 9110: more than 50 years ahead is in the past. */
static void gives_two_digit_years_their_century(void **state)
{
    (void)state;
    static const struct {
        psync_ms now;
        const char *text, *expected;
    } cases[] = {
        {NOW, "Monday, 23-Nov-26 04:35:00 GMT", "2026-11-23T04:35:00.000Z"},
        {NOW, "Friday, 31-Dec-99 00:00:00 GMT", "1999-12-31T00:00:00.000Z"},
        {NOW, "Saturday, 01-Jan-00 00:00:00 GMT", "2000-01-01T00:00:00.000Z"},
        {NOW / 1000 * 1000, "Monday, 23-Nov-76 04:35:00 GMT", "2076-11-23T04:35:00.000Z"}, /* 50 years, exactly */
        {NOW, "Monday, 23-Nov-76 04:35:01 GMT", "1976-11-23T04:35:01.000Z"}, /* and one second more */
        {NOW, "Monday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00.000Z"},
        {INT64_C(3786912000000), "Tuesday, 03-Jan-05 00:00:00 GMT", "2105-01-03T00:00:00.000Z"}, /* now: 2090 */
        {-5, "Tuesday, 01-Jan-80 00:00:00 GMT", "1980-01-01T00:00:00.000Z"},
        {PSYNC_MS_NEVER, "Tuesday, 01-Jan-80 00:00:00 GMT", "9980-01-01T00:00:00.000Z"},
        {NOW, "Tuesday, 29-Feb-00 00:00:00 GMT", "2000-02-29T00:00:00.000Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        psync_ms t = 77;
        char text[PSYNC_TIME_MAX];
        struct psync_span s = {cases[i].text, strlen(cases[i].text)};
        assert_int_equal(psync_http_date_parse(s, cases[i].now, &t), PSYNC_OK);
        assert_string_equal(psync_time_format(t, text), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_rfc3339),
        cmocka_unit_test(agrees_with_the_c_library),
        cmocka_unit_test(reads_the_three_http_dates),
        cmocka_unit_test(refuses_anything_else),
        cmocka_unit_test(gives_two_digit_years_their_century),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
