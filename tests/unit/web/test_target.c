/* Request targets and route patterns. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/target.h"

#include <stdio.h>
#include <string.h>

static void takes_targets_apart(void **state)
{
    static const struct {
        const char *text, *path, *name, *value;
    } cases[] = {
        {"/", "/", NULL, NULL},
        {"/v1/status", "/v1/status", NULL, NULL},
        {"/a%2Fb?x=1", "/a%2Fb", "x", "1"},
        {"/a?x=%41+b%2b", "/a", "x", "A b+"},
        {"/a?x", "/a", "x", ""},
        {"/a?&&x=1", "/a", "x", "1"},
        {"/a?%78=y=z", "/a", "x", "y=z"},
        {"/a?x=1#part", "/a", "x", "1"},
        {"http://host:80/a?x=1", "/a", "x", "1"},
        {"https://host/a", "/a", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];
        struct psync_web_target t;
        (void)snprintf(text, sizeof(text), "%s", cases[i].text);
        assert_int_equal(psync_web_target_parse(text, &t), PSYNC_OK);
        assert_string_equal(t.path, cases[i].path);
        assert_int_equal(t.n_parameters, cases[i].name != NULL);
        if (cases[i].name) {
            assert_string_equal(t.parameters[0].name, cases[i].name);
            assert_string_equal(t.parameters[0].value, cases[i].value);
        }
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const cases[] = {"",        "*",         "host:80",   "http://host", "http://host?x=1",
                                        "/a?x=%4", "/a?x=%4g",  "/a?x=%00",  "/a?%zz=1",    "ftp://host/a",
                                        "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17"};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];
        struct psync_web_target t = {.path = "untouched"};
        (void)snprintf(text, sizeof(text), "%s", cases[i]);
        assert_int_equal(psync_web_target_parse(text, &t), PSYNC_REJECT);
        assert_string_equal(t.path, "untouched");
    }
}

static void matches_patterns(void **state)
{
    static const struct {
        const char *pattern, *path, *wildcard; /* NULL: must not match */
    } cases[] = {
        {"/", "/", ""},
        {"/a/b", "/a/b", ""},
        {"/a/b", "/a/b/", NULL},
        {"/a/b", "/a", NULL},
        {"/a/{id}", "/a/17", "17"},
        {"/a/{id}", "/a/1%2F7", "1%2F7"},
        {"/a/{id}", "/a/", NULL},
        {"/a/{id}", "/a/17/retry", NULL},
        {"/a/{id}/retry", "/a/17/retry", "17"},
        {"/a/{id}/retry", "/a//retry", NULL},
        {"/a/{id}/retry", "/a/17/retr", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_span w;
        bool matches = psync_web_pattern_match(cases[i].pattern, cases[i].path, &w);
        assert_int_equal(matches, cases[i].wildcard != NULL);
        if (matches && w.data)
            assert_true(psync_span_eq(w, cases[i].wildcard));
        else if (matches)
            assert_string_equal(cases[i].wildcard, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_targets_apart),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(matches_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
