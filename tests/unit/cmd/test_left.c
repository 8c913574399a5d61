/* test_left - why messages still wait, and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/left.h"

enum { NOW = 1000000 };

#define HERE PSYNC_LEFT_CONFIGURED
#define SHOPS PSYNC_LEFT_OF_SHOP
#define GONE PSYNC_LEFT_ORPHANED

static void reasons(void **state)
{
    static const struct {
        struct psync_destination_row row;
        enum psync_left_place place;
        const char *why, *until;
        psync_ms at;
    } rows[] = {
        {{.counts = {.ready = 2}}, HERE, "ready to be delivered", "the next `work`", 0},
        {{.counts = {.ready = 2}}, GONE, "not in the configuration any more", "it is configured again", 0},
        {{.counts = {.ready = 2}}, SHOPS, "its shop gave no settings that can be used", "it does", 0},
        {{.counts = {.ready = 2}, .hold = {.paused = true, .paused_reason = "tea"}}, SHOPS, "tea",
         "`destination resume`", 0},
        {{.counts = {.ready = 2}, .hold = {.paused = true}}, HERE, "paused by hand", "`destination resume`", 0},
        {{.counts = {.ready = 2}, .hold = {.paused = true, .paused_reason = "tea"}}, HERE, "tea",
         "`destination resume`", 0},
        {{.counts = {.ready = 2}, .hold = {.paused = true, .paused_reason = "the shop: paused in the shop's settings"}},
         HERE, "paused in the shop's settings", "the shop says otherwise", 0},
        {{.counts = {.ready = 2}, .hold = {.paused = true, .paused_reason = "the shop: paused in the shop's settings\ntea"}},
         HERE, "paused in the shop's settings, and paused by hand: tea",
         "the shop says otherwise and `destination resume`", 0},
        {{.counts = {.ready = 2}, .hold = {.suspended = true, .suspended_reason = "HTTP 401"}},
         HERE, "HTTP 401", "`destination resume` or changed settings", 0},
        {{.counts = {.ready = 2}, .hold = {.throttled_until = NOW + 5000, .throttled_reason = "HTTP 429"}},
         HERE, "HTTP 429", "1970-01-01 00:16:45 UTC", NOW + 5000},
        {{.counts = {.delayed = 2, .next_due_at = NOW + 1000}}, HERE, "due later",
         "1970-01-01 00:16:41 UTC", NOW + 1000},
        /* a time in the past is no time to wait for */
        {{.counts = {.delayed = 2, .next_due_at = NOW - 1}}, HERE, "due again", "the next `work`", 0},
        {{.counts = {.ready = 1}, .hold = {.throttled_until = NOW - 1, .throttled_reason = "HTTP 429"}},
         HERE, "ready to be delivered", "the next `work`", 0},
        {{.counts = {.delayed = 2, .next_due_at = NOW - 1}, .figures = {.blocked = true, .state = "breaker open"}},
         HERE, "breaker open", "the next `work`", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct psync_left left;
        psync_left_judge(&rows[i].row, rows[i].place, NOW, &left);
        assert_int_equal(left.waiting, rows[i].row.counts.ready + rows[i].row.counts.delayed);
        assert_string_equal(left.why, rows[i].why);
        assert_string_equal(left.until, rows[i].until);
        assert_int_equal(left.until_at, rows[i].at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
