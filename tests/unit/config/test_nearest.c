/* The name a person may have meant. */
#include "fixture.h"

#include "config/nearest.h"

static void settings(void **state)
{
    static const struct {
        const char *section, *key, *nearest; /* NULL: nothing is near */
    } cases[] = {
        {"retry", "atempts", "retry.attempts"},     {"retry", "attemtps", "retry.attempts"},
        {"retry", "max_backoff", "retry.backoff"},  {"destination", "URL", "destination.url"},
        {"http", "concurrency", "work.concurrency"}, {"queue", "max_dept", "queue.max_depth"},
        {"http", "time_out", "http.timeout"},       {"retry", "zzzzzzzzzzzz", NULL},
        {"log", "fiel", "log.file"},
        {"retry", "a_name_that_is_a_good_deal_longer_than_any_setting_could_ever_be_without_end", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct psync_option *o = psync_nearest_option(cases[i].section, cases[i].key);
        char name[64] = "";

        if (o)
            snprintf(name, sizeof name, "%s.%s", o->section, o->key);
        assert_string_equal(name, cases[i].nearest ? cases[i].nearest : "");
    }
}

static void sections(void **state)
{
    (void)state;
    assert_string_equal(psync_nearest_section("destinations"), "destination");
    assert_string_equal(psync_nearest_section("retyr"), "retry");
    assert_null(psync_nearest_section("prestashop"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings),
        cmocka_unit_test(sections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
