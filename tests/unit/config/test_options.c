/* The table itself: complete rows, defaults that parse and come back, ranges, and the reference made from it. */
#include "fixture.h"

#include "config/value.h"

static void every_row_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        bool number = o->type >= PSYNC_OPTION_COUNT32 && o->type <= PSYNC_OPTION_SIZE;

        assert_true(psync_option_find(o->section, o->key) == o); /* no name twice */
        assert_int_equal(o->type == PSYNC_OPTION_TEXT, o->check != NULL);
        assert_int_equal(o->type == PSYNC_OPTION_CHOICE, o->choices != NULL);
        assert_int_equal(number, o->min != NULL && o->max != NULL);
        assert_int_equal((o->flags & PSYNC_OPTION_DESTINATION) != 0, strcmp(o->section, "destination") == 0);
        assert_int_equal((o->flags & PSYNC_OPTION_SHOP) != 0, strcmp(o->section, "shop") == 0);
        assert_non_null(o->help);
        assert_true(o->help[strlen(o->help) - 1] != '.');
    }
}

static void every_section_is_described(void **state)
{
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < psync_options_count; i++) {
        if (strcmp(psync_options[i].section, psync_sections[at].name) != 0)
            at++;
        assert_true(at < psync_sections_count);
        assert_string_equal(psync_options[i].section, psync_sections[at].name);
    }
    assert_int_equal(at, psync_sections_count - 1);
}

/* What a value is spelled as is read back as the same; so it is for defaults and for both ends of a range. */
static void round_trip(const struct psync_option *o, const char *text)
{
    char spelling[PSYNC_VALUE_MAX];
    struct psync_error err = {0};
    int64_t number;

    assert_int_equal(psync_value_parse(o, text, &number, &err), PSYNC_OK);
    if (o->type != PSYNC_OPTION_TEXT && strcmp(psync_value_format(o, number, spelling), text) != 0)
        fail_msg("%s.%s: %s is spelled %s", o->section, o->key, text, spelling);
}

static void defaults_and_ends_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < psync_options_count; i++) {
        const struct psync_option *o = &psync_options[i];
        int64_t number, end;

        round_trip(o, o->dflt);
        if (!o->min)
            continue;
        assert_int_equal(psync_value_parse(o, o->min, &number, NULL), PSYNC_OK);
        assert_int_equal(psync_value_parse(o, o->max, &end, NULL), PSYNC_OK);
        assert_true(number < end);
    }
}

struct value_case {
    const char *section, *key, *text;
    const char *spelling; /* NULL: refused */
};

static const struct value_case value_cases[] = {
    {"retry", "attempts", "1", "1"},
    {"retry", "attempts", "100", "100"},
    {"retry", "attempts", "007", "7"},
    {"retry", "attempts", "0", NULL},
    {"retry", "attempts", "101", NULL},
    {"retry", "attempts", "-1", NULL},
    {"retry", "attempts", "", NULL},
    {"retry", "attempts", "5x", NULL},
    {"retry", "attempts", "5 ", NULL},
    {"retry", "attempts", "+5", NULL},
    {"retry", "attempts", "99999999999999999999", NULL},
    {"queue", "max_depth", "1000000000", "1000000000"},
    {"queue", "max_depth", "1000000001", NULL},
    {"payload", "version", "-1", "-1"},
    {"payload", "version", "9223372036854775807", "9223372036854775807"},
    {"payload", "version", "9223372036854775808", NULL},
    {"payload", "version", "-2", NULL},
    {"payload", "version", "--1", NULL},
    {"destination", "rate", "0", "0"},
    {"destination", "rate", "12.50", "12.5"},
    {"destination", "rate", "0.000001", "0.000001"},
    {"destination", "rate", "100000", "100000"},
    {"destination", "rate", "100000.1", NULL},
    {"destination", "rate", "0.0000001", NULL},
    {"destination", "rate", "1.", NULL},
    {"destination", "rate", ".5", NULL},
    {"destination", "rate", "1e3", NULL},
    {"destination", "rate", "1,5", NULL},
    {"destination", "rate", "9223372036854775807", NULL},
    {"http", "timeout", "60s", "1m"},
    {"http", "timeout", "1500ms", "1500ms"},
    {"http", "timeout", "9ms", NULL},
    {"http", "timeout", "11m", NULL},
    {"http", "timeout", "10", NULL},
    {"http", "timeout", "-1s", NULL},
    {"queue", "reserve", "1024KB", "1MB"},
    {"queue", "reserve", "0", "0B"},
    {"queue", "reserve", "2000GB", NULL},
    {"queue", "reserve", "64XB", NULL},
    {"work", "adaptive", "on", "yes"},
    {"work", "adaptive", "true", "yes"},
    {"work", "adaptive", "off", "no"},
    {"work", "adaptive", "false", "no"},
    {"work", "adaptive", "Yes", NULL},
    {"work", "adaptive", "1", NULL},
    {"retry", "jitter", "full", "full"},
    {"retry", "jitter", "Full", NULL},
    {"retry", "jitter", "", NULL},
    {"http", "version", "1.1", "1.1"},
    {"http", "version", "3", NULL},
};

static void values_by_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof value_cases / sizeof value_cases[0]; i++) {
        const struct value_case *c = &value_cases[i];
        const struct psync_option *o = psync_option_find(c->section, c->key);
        char spelling[PSYNC_VALUE_MAX];
        int64_t number = -77;
        enum psync_result r = psync_value_parse(o, c->text, &number, NULL);

        if ((r == PSYNC_OK) != (c->spelling != NULL))
            fail_msg("%s.%s = %s: %s", c->section, c->key, c->text, psync_result_name(r));
        if (c->spelling && strcmp(psync_value_format(o, number, spelling), c->spelling) != 0)
            fail_msg("%s.%s = %s is spelled %s", c->section, c->key, c->text, spelling);
        if (!c->spelling)
            assert_int_equal(number, -77); /* untouched */
    }
}

static void refusals_say_what_is_expected(void **state)
{
    static const struct {
        const char *section, *key, *text, *expected;
    } cases[] = {
        {"retry", "attempts", "many", "expected an integer from 1 to 100"},
        {"work", "adaptive", "maybe", "expected yes or no"},
        {"retry", "jitter", "some", "expected add or full"},
        {"log", "level", "loud", "expected debug, info, warning or error"},
        {"http", "timeout", "10", "expected a duration with its unit (ms, s, m, h, d) from 10ms to 10m"},
        {"batch", "max_bytes", "1", "expected a size with its unit (B, KB, MB, GB) from 1KB to 64MB"},
        {"destination", "rate", "fast", "expected a number from 0 to 100000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct psync_option *o = psync_option_find(cases[i].section, cases[i].key);
        struct psync_error err = {0};
        int64_t number;

        assert_int_equal(psync_value_parse(o, cases[i].text, &number, &err), PSYNC_REJECT);
        assert_string_equal(err.text, cases[i].expected);
    }
}

static void reload_rules_are_those_promised(void **state)
{
    static const char *const fixed[] = {"queue.driver", "queue.path",   "queue.socket", "queue.socket_group",
                                        "state.folder", "source.shop",  "shop.path",    "shop.host",
                                        "shop.user",    "shop.password_file", "shop.database", "shop.prefix",
                                        "shop.key_file", "shop.ca_file", "shop.destination", "shop.allow_private",
                                        "serve.listen", "serve.tls_cert", "serve.tls_key", "serve.proxy",
                                        "serve.max_connections"};
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i < psync_options_count; i++) {
        char name[64];
        bool restart = false;

        snprintf(name, sizeof name, "%s.%s", psync_options[i].section, psync_options[i].key);
        for (size_t j = 0; j < sizeof fixed / sizeof fixed[0]; j++)
            restart = restart || strcmp(name, fixed[j]) == 0;
        found += restart;
        assert_int_equal(restart, (psync_options[i].flags & PSYNC_OPTION_RELOAD) == 0);
    }
    assert_int_equal(found, sizeof fixed / sizeof fixed[0]);
}

static void the_reference_is_up_to_date(void **state)
{
    const char *tests = getenv("PSYNC_TESTS");
    char path[4096];
    struct psync_buf expected, actual;
    char chunk[4096];
    size_t n;
    FILE *f;

    (void)state;
    assert_non_null(tests);
    snprintf(path, sizeof path, "%s/../docs/configuration.md", tests);
    f = fopen(path, "r");
    assert_non_null(f);
    psync_buf_init(&expected, 1 << 20);
    psync_buf_init(&actual, 1 << 20);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        assert_int_equal(psync_buf_add(&actual, chunk, n), PSYNC_OK);
    fclose(f);
    assert_int_equal(psync_options_markdown(&expected), PSYNC_OK);
    if (strcmp(actual.data, expected.data) != 0)
        fail_msg("docs/configuration.md is old: productsync config reference > docs/configuration.md");
    psync_buf_done(&expected);
    psync_buf_done(&actual);
}

static void help_names_every_setting(void **state)
{
    struct psync_buf help;

    (void)state;
    psync_buf_init(&help, 1 << 20);
    assert_int_equal(psync_options_help(&help), PSYNC_OK);
    for (size_t i = 0; i < psync_options_count; i++) {
        char name[64];

        snprintf(name, sizeof name, "  %s.%s", psync_options[i].section, psync_options[i].key);
        assert_non_null(strstr(help.data, name));
    }
    psync_buf_done(&help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(every_section_is_described),
        cmocka_unit_test(defaults_and_ends_round_trip),
        cmocka_unit_test(values_by_type),
        cmocka_unit_test(refusals_say_what_is_expected),
        cmocka_unit_test(reload_rules_are_those_promised),
        cmocka_unit_test(the_reference_is_up_to_date),
        cmocka_unit_test(help_names_every_setting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
