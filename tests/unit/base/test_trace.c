/* test_trace - traceparent against the rules and examples of the W3C's recommendation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/trace.h"

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static const struct {
    const char *header, *want; /* NULL: not valid */
} rows[] = {
    {"00-" ID "-" PARENT "-01", "00-" ID "-" PARENT "-01"},
    {"00-" ID "-" PARENT "-00", "00-" ID "-" PARENT "-00"},
    {"00-" ID "-" PARENT "-ff", "00-" ID "-" PARENT "-ff"},
    {"cc-" ID "-" PARENT "-01", "00-" ID "-" PARENT "-01"}, /* a later version */
    {"cc-" ID "-" PARENT "-01-what-the-future-holds", "00-" ID "-" PARENT "-01"},
    {"cc-" ID "-" PARENT "-01.what", NULL},
    {"00-" ID "-" PARENT "-01-more", NULL}, /* this version has no more */
    {"ff-" ID "-" PARENT "-01", NULL},
    {"00-00000000000000000000000000000000-" PARENT "-01", NULL},
    {"00-" ID "-0000000000000000-01", NULL},
    {"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", NULL},
    {"00-" ID "-" PARENT "-0g", NULL},
    {"0-" ID "-" PARENT "-001", NULL},
    {"00-" ID "_" PARENT "-01", NULL},
    {"00-" ID "-" PARENT, NULL},
    {"", NULL},
};

static void test_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char trace[PSYNC_TRACE_BYTES] = "untouched";
        struct psync_span header = {rows[i].header, strlen(rows[i].header)};
        enum psync_result r = psync_trace_read(header, trace);
        assert_int_equal(r, rows[i].want ? PSYNC_OK : PSYNC_REJECT);
        assert_string_equal(trace, rows[i].want ? rows[i].want : "untouched");
    }
    char with_nul[] = "00-" ID "-" PARENT "-01", trace[PSYNC_TRACE_BYTES];
    with_nul[10] = '\0';
    assert_int_equal(psync_trace_read((struct psync_span){with_nul, sizeof with_nul - 1}, trace), PSYNC_REJECT);
}

static void test_child(void **state)
{
    (void)state;
    char trace[PSYNC_TRACE_BYTES];
    psync_trace_child("00-" ID "-" PARENT "-01", UINT64_C(0xfedcba9876543210), trace);
    assert_string_equal(trace, "00-" ID "-fedcba9876543210-01");
    psync_trace_child("00-" ID "-" PARENT "-01", 0, trace);
    assert_string_equal(trace, "00-" ID "-0000000000000001-01");
    psync_trace_child("", 7, trace);
    assert_string_equal(trace, "");
    psync_trace_child("no trace", 7, trace);
    assert_string_equal(trace, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
