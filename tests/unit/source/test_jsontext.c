/* The grammar, told byte by byte, against json-c's; strings decoded in place; canonical text. */
#include "fixture.h"

#include "base/json.h"
#include "source/jsonmachine.h"
#include "source/jsontext.h"

#include <stdlib.h>

struct machine_case {
    const char *text;
    enum psync_json_step step;
    size_t used;
};

static const struct machine_case machine_cases[] = {
    {"{}", PSYNC_JSON_DONE, 2},
    {"{} ", PSYNC_JSON_DONE, 2},
    {"[ ]]", PSYNC_JSON_DONE, 3},
    {"\"a\\\"b\"x", PSYNC_JSON_DONE, 6},
    {"12 ", PSYNC_JSON_DONE, 2},
    {"-0.5e+10,", PSYNC_JSON_DONE, 8},
    {"0]", PSYNC_JSON_DONE, 1},
    {"true", PSYNC_JSON_DONE, 4},
    {"null}", PSYNC_JSON_DONE, 4},
    {"{\"a\":[1,2,{\"b\":null}],\"c\":-1.5E3}", PSYNC_JSON_DONE, 33},
    {"[[[]],[{}]]", PSYNC_JSON_DONE, 11},
    {"{", PSYNC_JSON_MORE, 1},
    {"12", PSYNC_JSON_MORE, 2},
    {"\"abc\\", PSYNC_JSON_MORE, 5},
    {"[1 2]", PSYNC_JSON_WRONG, 3},
    {"[1,]", PSYNC_JSON_WRONG, 3},
    {"[,1]", PSYNC_JSON_WRONG, 1},
    {"{,}", PSYNC_JSON_WRONG, 1},
    {"{\"a\":1,}", PSYNC_JSON_WRONG, 7},
    {"{\"a\" 1}", PSYNC_JSON_WRONG, 5},
    {"{a:1}", PSYNC_JSON_WRONG, 1},
    {"{\"a\":}", PSYNC_JSON_WRONG, 5},
    {"{\"a\":1]", PSYNC_JSON_WRONG, 6},
    {"[1}", PSYNC_JSON_WRONG, 2},
    {"[01]", PSYNC_JSON_WRONG, 2},
    {"[-]", PSYNC_JSON_WRONG, 2},
    {"[1.]", PSYNC_JSON_WRONG, 3},
    {"[.5]", PSYNC_JSON_WRONG, 1},
    {"[1e]", PSYNC_JSON_WRONG, 3},
    {"[+1]", PSYNC_JSON_WRONG, 1},
    {"[1.5.5]", PSYNC_JSON_WRONG, 4},
    {"[tru]", PSYNC_JSON_WRONG, 4},
    {"[True]", PSYNC_JSON_WRONG, 1},
    {"[NaN]", PSYNC_JSON_WRONG, 1},
    {"[\"\\x\"]", PSYNC_JSON_WRONG, 3},
    {"[\"\\u12g4\"]", PSYNC_JSON_WRONG, 6},
    {"[\"a\nb\"]", PSYNC_JSON_WRONG, 3},
    {"['a']", PSYNC_JSON_WRONG, 1},
    {"[1]//", PSYNC_JSON_DONE, 3},
};

static enum psync_json_step feed(const char *text, size_t n, size_t piece, size_t *ret_used)
{
    struct psync_json_machine m;
    enum psync_json_step step = PSYNC_JSON_MORE;
    size_t at = 0;
    psync_json_machine_init(&m);
    while (step == PSYNC_JSON_MORE && at < n) {
        size_t used;
        step = psync_json_machine_feed(&m, text + at, piece < n - at ? piece : n - at, &used);
        at += used;
    }
    *ret_used = at;
    return step;
}

static void machine(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof machine_cases / sizeof *machine_cases; i++) {
        const struct machine_case *c = &machine_cases[i];
        for (size_t piece = 1; piece < 8; piece++) {
            size_t used;
            enum psync_json_step step = feed(c->text, strlen(c->text), piece, &used);
            if (step != c->step || used != c->used)
                fail_msg("%s: %d at %zu", c->text, (int)step, used);
        }
    }
}

/* Random texts near to JSON: the machine and json-c must agree. (Seeded: the same every time.) */
static void agrees_with_json_c(void **state)
{
    static const char *const parts[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\"", "1", "-2.50", "0", "e1", "true",
                                        "null", " ", "\n", "\"", "\\", ".", "\"b\":"};
    unsigned long x = 42;
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[128] = "[";
        for (int n = 0; n < 1 + round % 9; n++) {
            x = x * 6364136223846793005UL + 1442695040888963407UL;
            (void)strcat(text, parts[(x >> 33) % (sizeof parts / sizeof *parts)]);
        }
        (void)strcat(text, "]");
        size_t used, len = strlen(text);
        bool ours = feed(text, len, len, &used) == PSYNC_JSON_DONE && used == len;
        json_object *value = NULL;
        bool theirs = psync_json_parse((struct psync_span){text, len}, &value, NULL) == PSYNC_OK;
        json_object_put(value);
        if (ours != theirs)
            fail_msg("%s: we say %d, json-c %d", text, ours, theirs);
    }
}

static const struct {
    const char *json, *canonical; /* canonical NULL: half a surrogate pair */
} canonical_cases[] = {
    {" { \"a\" : [ 1.50 , -0 , 1E+2 ] ,\n\"b\":{ } }", "{\"a\":[1.50,-0,1E+2],\"b\":{}}"},
    {"\"a b\\/c\"", "\"a b/c\""},
    {"\"\\u0041\\u00e9\\u20ac\\ud83c\\udf75\"", "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x8d\xb5\""},
    {"\"\\u0022\\u005c\\u0008\\u000c\\u000a\\u000d\\u0009\\u001f\\u0000\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u001f\\u0000\""},
    {"\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
    {"\"\x7f\\u007f\"", "\"\x7f\x7f\""},
    {"\"\"", "\"\""},
    {"null", "null"},
    {"{\"k\\u0065y\":\"\\\\\\\"\"}", "{\"key\":\"\\\\\\\"\"}"},
    {"\"\\ud83c\"", NULL},
    {"\"\\udf75\"", NULL},
    {"\"\\ud83c\\ud83c\"", NULL},
    {"\"\\ud83cx\\udf75\"", NULL},
};

static void canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof canonical_cases / sizeof *canonical_cases; i++) {
        struct psync_buf out;
        psync_buf_init(&out, 1024);
        struct psync_span json = {canonical_cases[i].json, strlen(canonical_cases[i].json)};
        enum psync_result r = psync_json_add_canonical(&out, json);
        assert_int_equal(r, canonical_cases[i].canonical == NULL ? PSYNC_REJECT : PSYNC_OK);
        if (r == PSYNC_OK)
            assert_string_equal(out.data, canonical_cases[i].canonical);
        psync_buf_done(&out);
    }
}

static void unescape(void **state)
{
    char text[] = "\"a\\n\\u00e9\\ud83c\\udf75\\\\\"";
    struct psync_span result;
    (void)state;
    assert_int_equal(psync_json_unescape((struct psync_span){text, sizeof text - 1}, &result), PSYNC_OK);
    assert_int_equal(result.len, 9);
    assert_memory_equal(result.data, "a\n\xc3\xa9\xf0\x9f\x8d\xb5\\", 9);
}

static void cursor(void **state)
{
    static const char text[] = "{ \"a\" : 1 ,\"b\\\"}\":[ {\"x\":\"]\"} ], \"c\":\"}\" }";
    static const char *const expected[] = {"\"a\"", "1", "\"b\\\"}\"", "[ {\"x\":\"]\"} ]", "\"c\"", "\"}\""};
    struct psync_json_cursor c = psync_json_cursor_of((struct psync_span){text, sizeof text - 1});
    struct psync_span name, value;
    size_t n = 0;
    (void)state;
    for (; psync_json_cursor_next(&c, &name, &value); n += 2) {
        assert_true(n + 1 < sizeof expected / sizeof *expected);
        assert_true(psync_span_eq(name, expected[n]));
        assert_true(psync_span_eq(value, expected[n + 1]));
    }
    assert_int_equal(n, 6);
    c = psync_json_cursor_of(PSYNC_SPAN("[ ]"));
    assert_false(psync_json_cursor_next(&c, NULL, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine),  cmocka_unit_test(agrees_with_json_c), cmocka_unit_test(canonical),
        cmocka_unit_test(unescape), cmocka_unit_test(cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
