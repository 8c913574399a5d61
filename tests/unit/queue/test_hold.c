/* test_hold - whose pause it is, and how that is said. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "queue/hold.h"

#include <stdio.h>

static void test_words(void **state)
{
    static const struct {
        const char *stored;
        bool shops;
        const char *reason, *words;
    } rows[] = {
        {"", false, "", "paused by hand"},
        {"stocktaking", false, "stocktaking", "paused by hand: stocktaking"},
        {"the shop: paused in the shop's settings", true, "paused in the shop's settings", "paused in the shop's settings"},
        {"the shop: ", false, "the shop: ", "paused by hand: the shop: "},
        {"the shop is closed", false, "the shop is closed", "paused by hand: the shop is closed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct psync_hold hold = {.paused = true};
        char words[PSYNC_CAUSE_TEXT_MAX + 32];

        (void)snprintf(hold.paused_reason, sizeof hold.paused_reason, "%s", rows[i].stored);
        psync_hold_paused_words(&hold, words, sizeof words);
        assert_int_equal(psync_hold_is_shops(&hold), rows[i].shops);
        assert_string_equal(psync_hold_paused_reason(&hold), rows[i].reason);
        assert_string_equal(words, rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
