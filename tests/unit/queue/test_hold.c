/* test_hold - whose pause it is, how it begins and ends, and how that is said. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "queue/hold.h"

#include <stdio.h>
#include <string.h>

enum { THEN = 1000, NOW = 5000 };

#define SETTINGS "paused in the shop's settings"
#define OFF "paused: the module is off in the shop"

/* NULL: not paused. */
static struct psync_hold stored(const char *text)
{
    struct psync_hold hold = {.paused = text != NULL, .paused_since = text ? THEN : 0};
    (void)snprintf(hold.paused_reason, sizeof hold.paused_reason, "%s", text ? text : "");
    return hold;
}

static void assert_stored(const struct psync_hold *h, const char *text)
{
    assert_int_equal(h->paused, text != NULL);
    assert_string_equal(h->paused_reason, text ? text : "");
}

static void test_words(void **state)
{
    static const struct {
        const char *stored;
        enum psync_hold_by by;
        const char *shop, *hand, *reason, *words;
    } rows[] = {
        {"", PSYNC_HOLD_BY_HAND, "", "", "", "paused by hand"},
        {"stocktaking", PSYNC_HOLD_BY_HAND, "", "stocktaking", "stocktaking", "paused by hand: stocktaking"},
        {"the shop: " SETTINGS, PSYNC_HOLD_BY_SHOP, SETTINGS, NULL, SETTINGS, SETTINGS},
        {"the shop: ", PSYNC_HOLD_BY_HAND, "", "the shop: ", "the shop: ", "paused by hand: the shop: "},
        {"the shop is closed", PSYNC_HOLD_BY_HAND, "", "the shop is closed", "the shop is closed",
         "paused by hand: the shop is closed"},
        {"the shop: " SETTINGS "\n", PSYNC_HOLD_BY_BOTH, SETTINGS, "", SETTINGS, SETTINGS ", and paused by hand"},
        {"the shop: " SETTINGS "\ntea\nand cake", PSYNC_HOLD_BY_BOTH, SETTINGS, "tea\nand cake", SETTINGS,
         SETTINGS ", and paused by hand: tea\nand cake"},
        {"the shop: \nthe shop: burns", PSYNC_HOLD_BY_HAND, "", "the shop: burns", "the shop: burns",
         "paused by hand: the shop: burns"},
        {NULL, PSYNC_HOLD_BY_NOBODY, "", NULL, "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct psync_hold hold = stored(rows[i].stored);
        char words[PSYNC_HOLD_PAUSED_MAX + 32], reason[PSYNC_CAUSE_TEXT_MAX];
        struct psync_span shop = psync_hold_shop_says(&hold);

        assert_int_equal(psync_hold_by(&hold), rows[i].by);
        assert_int_equal(psync_hold_is_shops(&hold), rows[i].shop[0] != '\0');
        assert_int_equal(shop.len, strlen(rows[i].shop));
        if (shop.len > 0)
            assert_memory_equal(shop.data, rows[i].shop, shop.len);
        if (rows[i].hand)
            assert_string_equal(psync_hold_hand_says(&hold), rows[i].hand);
        else
            assert_null(psync_hold_hand_says(&hold));
        psync_hold_paused_reason(&hold, reason, sizeof reason);
        assert_string_equal(reason, rows[i].reason);
        psync_hold_paused_words(&hold, words, sizeof words);
        if (rows[i].words)
            assert_string_equal(words, rows[i].words);
    }
    struct psync_hold over = stored("the shop: " SETTINGS);
    over.paused = false; /* whatever is left behind it */
    assert_int_equal(psync_hold_by(&over), PSYNC_HOLD_BY_NOBODY);
}

/* What each does to each, from NULL: not paused. */
static void test_changes(void **state)
{
    static const struct {
        const char *before, *paused, *resumed, *forced, *held, *released;
        bool ends; /* resuming without force */
    } rows[] = {
        {NULL, "tea", NULL, NULL, "the shop: " OFF, NULL, true},
        {"", "tea", NULL, NULL, "the shop: " OFF "\n", "", true},
        {"cake", "tea", NULL, NULL, "the shop: " OFF "\ncake", "cake", true},
        {"the shop: ", "tea", NULL, NULL, "the shop: " OFF "\nthe shop: ", "the shop: \nthe shop: ", true},
        {"the shop: " SETTINGS, "the shop: " SETTINGS "\ntea", "the shop: " SETTINGS, NULL, "the shop: " OFF, NULL, false},
        {"the shop: " SETTINGS "\ncake", "the shop: " SETTINGS "\ntea", "the shop: " SETTINGS, NULL,
         "the shop: " OFF "\ncake", "cake", false},
        {"the shop: \nthe shop: burns", "tea", NULL, NULL, "the shop: " OFF "\nthe shop: burns",
         "the shop: \nthe shop: burns", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        psync_ms since = rows[i].before ? THEN : NOW;
        struct psync_hold h = stored(rows[i].before);
        psync_hold_pause(&h, "tea", NOW);
        assert_stored(&h, rows[i].paused);
        assert_int_equal(h.paused_since, since); /* nothing was sent since then */
        h = stored(rows[i].before);
        assert_int_equal(psync_hold_resume(&h, false), rows[i].ends);
        assert_stored(&h, rows[i].resumed);
        assert_int_equal(h.paused_since, rows[i].ends ? 0 : THEN);
        h = stored(rows[i].before);
        assert_true(psync_hold_resume(&h, true));
        assert_stored(&h, rows[i].forced);
        h = stored(rows[i].before);
        psync_hold_shop(&h, OFF, NOW);
        assert_stored(&h, rows[i].held);
        assert_int_equal(h.paused_since, since);
        h = stored(rows[i].before);
        psync_hold_shop(&h, i % 2 ? NULL : "", NOW);
        assert_stored(&h, rows[i].released);
    }
}

/* A reason is never taken for the shop's word, and comes back whole. */
static void test_reasons_come_back(void **state)
{
    char longest[PSYNC_CAUSE_TEXT_MAX], marked[PSYNC_CAUSE_TEXT_MAX], says[2 * PSYNC_HOLD_PAUSED_MAX];
    const char *reasons[] = {"", "tea", "\n", "the shop: ", "the shop: " SETTINGS, "the shop: \n", "the shop: x\ny", longest, marked};

    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    (void)snprintf(marked, sizeof marked, "%s%s", PSYNC_HOLD_SHOPS, longest + sizeof PSYNC_HOLD_SHOPS - 1);
    memset(says, 's', sizeof says - 1);
    says[sizeof says - 1] = '\0';
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct psync_hold h = stored(NULL);
        psync_hold_pause(&h, reasons[i], NOW);
        assert_int_equal(psync_hold_by(&h), PSYNC_HOLD_BY_HAND);
        assert_string_equal(psync_hold_hand_says(&h), reasons[i]);
        psync_hold_shop(&h, says, NOW);
        assert_int_equal(psync_hold_by(&h), PSYNC_HOLD_BY_BOTH);
        assert_string_equal(psync_hold_hand_says(&h), reasons[i]);
        psync_hold_shop(&h, SETTINGS "\nand more", NOW); /* a line */
        assert_int_equal(psync_hold_shop_says(&h).len, strlen(SETTINGS));
        assert_string_equal(psync_hold_hand_says(&h), reasons[i]);
        psync_hold_shop(&h, NULL, NOW);
        assert_string_equal(psync_hold_hand_says(&h), reasons[i]);
        assert_true(psync_hold_resume(&h, false));
        assert_stored(&h, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_reasons_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
