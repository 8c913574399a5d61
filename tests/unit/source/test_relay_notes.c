/* What other threads tell the relay: bounded, and of a message the last word alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/relay_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell(struct psync_relay_notes *notes, const char *key, uint32_t tries, const char *error)
{
    const struct psync_relay_retry retry = {.subject = {20, "shop:1"}, .key = key, .error = error, .tries = tries, .status = 503,
                                            .not_before = 1000 * (psync_ms)tries};
    psync_relay_notes_add(notes, &retry);
}

static void the_last_word_counts(void **state)
{
    struct psync_relay_notes notes;
    size_t n = 7;
    (void)state;
    psync_relay_notes_init(&notes);
    assert_null(psync_relay_notes_take(&notes, &n));
    assert_int_equal(n, 0);
    tell(&notes, "a", 1, "HTTP 503");
    tell(&notes, "b", 1, "HTTP 503");
    tell(&notes, "a", 2, "timeout");
    struct psync_relay_note *taken = psync_relay_notes_take(&notes, &n);
    assert_int_equal(n, 2);
    assert_string_equal(taken[0].key, "a");
    assert_string_equal(taken[0].shop, "shop:1");
    assert_string_equal(taken[0].error, "timeout");
    assert_int_equal(taken[0].product, 20);
    assert_int_equal(taken[0].tries, 2);
    assert_int_equal(taken[0].status, 503);
    assert_int_equal(taken[0].not_before, 2000);
    assert_string_equal(taken[1].key, "b");
    tell(&notes, "a", 3, "HTTP 503"); /* what was taken is not written into any more */
    assert_int_equal(taken[0].tries, 2);
    free(taken);
    taken = psync_relay_notes_take(&notes, &n);
    assert_int_equal(n, 1);
    assert_int_equal(taken[0].tries, 3);
    free(taken);
    psync_relay_notes_done(&notes);
}

static void they_are_bounded(void **state)
{
    struct psync_relay_notes notes;
    char key[100];
    size_t n;
    (void)state;
    psync_relay_notes_init(&notes);
    for (unsigned i = 0; i < PSYNC_RELAY_NOTES_MAX + 10; i++) {
        snprintf(key, sizeof key, "product:%u:x", i);
        tell(&notes, key, 1, "e");
    }
    tell(&notes, "product:0:x", 9, "e"); /* known ones still change */
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    tell(&notes, key, 1, "e");           /* none of the module's */
    struct psync_relay_note *taken = psync_relay_notes_take(&notes, &n);
    assert_int_equal(n, PSYNC_RELAY_NOTES_MAX);
    assert_int_equal(taken[0].tries, 9);
    free(taken);
    tell(&notes, "left", 1, "e"); /* freed with the rest */
    psync_relay_notes_done(&notes);
}

static void results_of_tests(void **state)
{
    struct psync_relay_notes notes;
    struct psync_relay_result result = {.id = "before"};
    bool seen[PSYNC_RELAY_RESULTS_MAX] = {false};
    (void)state;
    psync_relay_notes_init(&notes);
    assert_false(psync_relay_notes_take_result(&notes, &result));
    assert_string_equal(result.id, "before");
    for (uint32_t i = 0; i < PSYNC_RELAY_RESULTS_MAX + 3; i++)
        psync_relay_notes_add_result(&notes, &(struct psync_relay_result){.id_shop = i, .verdict = "reached"});
    for (uint32_t i = 0; i < PSYNC_RELAY_RESULTS_MAX; i++) {
        assert_true(psync_relay_notes_take_result(&notes, &result));
        assert_false(seen[result.id_shop]);
        seen[result.id_shop] = true;
    }
    assert_false(psync_relay_notes_take_result(&notes, &result));
    psync_relay_notes_done(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_word_counts),
        cmocka_unit_test(they_are_bounded),
        cmocka_unit_test(results_of_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
