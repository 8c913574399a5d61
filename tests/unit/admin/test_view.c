/* Values as JSON, and a destination's standing in words. */
#include "harness.h"

#include "admin/overview.h"
#include "admin/view.h"

static void states_have_names_of_one_word(void **state)
{
    (void)state;
    for (int s = 0; s < PSYNC_STATES; s++) {
        struct psync_json_writer w;
        struct psync_buf b;
        char word[32];
        enum psync_state parsed;
        psync_buf_init(&b, 64);
        psync_json_writer_begin(&w, &b);
        psync_view_state(&w, NULL, (enum psync_state)s);
        assert_ok(psync_json_writer_end(&w));
        assert_null(strchr(b.data, ' '));
        snprintf(word, sizeof(word), "%.*s", (int)b.len - 2, b.data + 1);
        assert_true(psync_view_state_parse(word, &parsed));
        assert_int_equal(parsed, s);
        assert_true(psync_view_state_parse(psync_state_name((enum psync_state)s), &parsed));
        psync_buf_done(&b);
    }
    enum psync_state untouched = PSYNC_STATE_DEAD;
    assert_false(psync_view_state_parse("", &untouched));
    assert_false(psync_view_state_parse("in", &untouched));
    assert_false(psync_view_state_parse("in_flight_", &untouched));
    assert_int_equal(untouched, PSYNC_STATE_DEAD);
}

static void time_to_drain(void **state)
{
    (void)state;
    static const struct {
        uint64_t left;
        double rate;
        int64_t seconds;
    } cases[] = {{0, 10, 0}, {10, 10, 1}, {11, 10, 2}, {1, 1000, 1}, {5, 0, -1}, {5, -1, -1}, {UINT64_MAX, 1e-9, -1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(psync_drain_seconds(cases[i].left, cases[i].rate), cases[i].seconds);
}

static void what_the_queue_remembers(void **state)
{
    (void)state;
    static const struct {
        struct psync_hold hold;
        const char *figures;
        enum psync_destination_state state;
        psync_ms until;
        const char *words;
    } cases[] = {
        {{0}, "", PSYNC_DESTINATION_OK, 0, ""},
        {{0}, "ok", PSYNC_DESTINATION_OK, 0, ""},
        {{0}, "breaker open", PSYNC_DESTINATION_OK, 0, "when the last worker ended: breaker open"},
        {{.paused = true, .suspended = true}, "ok", PSYNC_DESTINATION_PAUSED, 0, "paused by hand"},
        {{.paused = true, .paused_reason = "tea"}, "ok", PSYNC_DESTINATION_PAUSED, 0, "paused by hand: tea"},
        {{.paused = true, .paused_reason = "the shop: paused in the shop's settings"}, "ok", PSYNC_DESTINATION_PAUSED, 0,
         "paused in the shop's settings"},
        {{.paused = true, .paused_reason = "the shop: paused in the shop's settings\ntea"}, "ok", PSYNC_DESTINATION_PAUSED, 0,
         "paused in the shop's settings, and paused by hand: tea"},
        {{.suspended = true, .suspended_reason = "401"}, "", PSYNC_DESTINATION_SUSPENDED, 0, "suspended: 401"},
        {{.throttled_until = 1000, .throttled_reason = "429"}, "", PSYNC_DESTINATION_OK, 0, ""},
        {{.throttled_until = 2000, .throttled_reason = "429"}, "", PSYNC_DESTINATION_THROTTLED, 2000,
         "throttled until 1970-01-01 00:00:02 UTC because the API answered 429"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_standing s = {.hold = cases[i].hold};
        char words[PSYNC_STANDING_WORDS];
        psync_ms until = -1;
        snprintf(s.figures.state, sizeof(s.figures.state), "%s", cases[i].figures);
        assert_int_equal(psync_standing_state(&s, 1000, words, &until), cases[i].state);
        assert_string_equal(words, cases[i].words);
        assert_int_equal(until, cases[i].until);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_names_of_one_word),
        cmocka_unit_test(time_to_drain),
        cmocka_unit_test(what_the_queue_remembers),
    };
    return cmocka_run_group_tests_name("admin/view", tests, NULL, NULL);
}
