/* RFC 8259 and nothing else; positions of errors; numbers exact; looking into values. */
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct psync_span span(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static json_object *parse(struct psync_span text)
{
    json_object *v = NULL;
    struct psync_error err = {{0}};
    if (psync_json_parse(text, &v, &err) != PSYNC_OK)
        fail_msg("'%.*s': %s", (int)text.len, text.data, err.text);
    return v;
}

static void takes_what_the_rfc_allows(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain; /* as json-c writes it */
    } cases[] = {
        {"null", "null"},
        {"true", "true"},
        {" \t\r\nfalse \t\r\n", "false"},
        {"0", "0"},
        {"-0", "-0"},
        {"49.90", "49.90"},
        {"1E+2", "1E+2"},
        {"-1.5e-3", "-1.5e-3"},
        {"\"\"", "\"\""},
        {"[]", "[]"},
        {"{}", "{}"},
        {"[ ]", "[]"},
        {"{ }", "{}"},
        {"[1,[2,[3]],{}]", "[1,[2,[3]],{}]"},
        {"{\"a\":{\"b\":[null,true]},\"c\":\"d\"}", "{\"a\":{\"b\":[null,true]},\"c\":\"d\"}"},
        {" { \"a\" : 1 , \"b\" : [ 1 , 2 ] } ", "{\"a\":1,\"b\":[1,2]}"},
        {"{\"a\":1,\"a\":2}", "{\"a\":2}"}, /* the last one counts */
        {"{\"\":1}", "{\"\":1}"},
        {"{\"\\u0061\\n\":1}", "{\"a\\n\":1}"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
        {"\"\\u00e9\\u20AC\\ud83d\\uDE00\"", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\"caf\xc3\xa9 \xd8\xa7\x7f\"", "\"caf\xc3\xa9 \xd8\xa7\x7f\""},
        {"\"\\uFFFF\\ud7ff\\ue000\"", "\"\xef\xbf\xbf\xed\x9f\xbf\xee\x80\x80\""},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"-9223372036854775809", "-9223372036854775809"},
        {"1e999", "1e999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_object *v = parse(span(cases[i].text));
        int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
        assert_string_equal(json_object_to_json_string_ext(v, flags), cases[i].plain);
        json_object_put(v);
    }
}

static const struct {
    struct psync_span text;
    int byte; /* where the error is; 0: only that it is one */
} refused[] = {
    {PSYNC_SPAN_INIT(""), 1},
    {PSYNC_SPAN_INIT("  "), 3},
    {PSYNC_SPAN_INIT("nul"), 1},
    {PSYNC_SPAN_INIT("Null"), 1},
    {PSYNC_SPAN_INIT("TRUE"), 1},
    {PSYNC_SPAN_INIT("nullx"), 5},
    {PSYNC_SPAN_INIT("NaN"), 1},
    {PSYNC_SPAN_INIT("nan"), 1},
    {PSYNC_SPAN_INIT("Infinity"), 1},
    {PSYNC_SPAN_INIT("-Infinity"), 2},
    {PSYNC_SPAN_INIT("[NaN]"), 2},
    {PSYNC_SPAN_INIT("01"), 1},
    {PSYNC_SPAN_INIT("-01"), 2},
    {PSYNC_SPAN_INIT("+1"), 1},
    {PSYNC_SPAN_INIT("-"), 2},
    {PSYNC_SPAN_INIT(".5"), 1},
    {PSYNC_SPAN_INIT("5."), 3},
    {PSYNC_SPAN_INIT("1e"), 3},
    {PSYNC_SPAN_INIT("1e+"), 4},
    {PSYNC_SPAN_INIT("0x10"), 2},
    {PSYNC_SPAN_INIT("1 2"), 3},
    {PSYNC_SPAN_INIT("[1,2] x"), 7},
    {PSYNC_SPAN_INIT("{}{}"), 3},
    {PSYNC_SPAN_INIT("1\0"), 2},
    {PSYNC_SPAN_INIT("'a'"), 1},
    {PSYNC_SPAN_INIT("{'a':1}"), 2},
    {PSYNC_SPAN_INIT("{a:1}"), 2},
    {PSYNC_SPAN_INIT("[1,]"), 4},
    {PSYNC_SPAN_INIT("[,1]"), 2},
    {PSYNC_SPAN_INIT("[1 2]"), 4},
    {PSYNC_SPAN_INIT("[1"), 3},
    {PSYNC_SPAN_INIT("["), 2},
    {PSYNC_SPAN_INIT("]"), 1},
    {PSYNC_SPAN_INIT("[1}"), 3},
    {PSYNC_SPAN_INIT("{\"a\":1]"), 7},
    {PSYNC_SPAN_INIT("{\"a\":1,}"), 8},
    {PSYNC_SPAN_INIT("{\"a\" 1}"), 6},
    {PSYNC_SPAN_INIT("{\"a\":}"), 6},
    {PSYNC_SPAN_INIT("{\"a\"}"), 5},
    {PSYNC_SPAN_INIT("{1:2}"), 2},
    {PSYNC_SPAN_INIT("{"), 2},
    {PSYNC_SPAN_INIT("{\"a\":1"), 7},
    {PSYNC_SPAN_INIT("// comment\n1"), 1},
    {PSYNC_SPAN_INIT("/* comment */ 1"), 1},
    {PSYNC_SPAN_INIT("1 # comment"), 3},
    {PSYNC_SPAN_INIT("\"open"), 6},
    {PSYNC_SPAN_INIT("\"open\\"), 7},
    {PSYNC_SPAN_INIT("\"open\\\""), 8},
    {PSYNC_SPAN_INIT("\"line\nbreak\""), 6},
    {PSYNC_SPAN_INIT("\"tab\t\""), 5},
    {PSYNC_SPAN_INIT("\"nul\0\""), 5},
    {PSYNC_SPAN_INIT("\"\x1f\""), 2},
    {PSYNC_SPAN_INIT("\"\\x41\""), 3},
    {PSYNC_SPAN_INIT("\"\\'\""), 3},
    {PSYNC_SPAN_INIT("\"\\U0041\""), 3},
    {PSYNC_SPAN_INIT("\"\\\0\""), 3},
    {PSYNC_SPAN_INIT("\"\\u12\""), 4},
    {PSYNC_SPAN_INIT("\"\\u12G4\""), 4},
    {PSYNC_SPAN_INIT("\"\\u 123\""), 4},
    {PSYNC_SPAN_INIT("\"\\uD800\""), 4}, /* lone surrogates */
    {PSYNC_SPAN_INIT("\"\\uDC00\""), 4},
    {PSYNC_SPAN_INIT("\"\\uD83D\\u0041\""), 4},
    {PSYNC_SPAN_INIT("\"\\uD83D\\uD83D\""), 4},
    {PSYNC_SPAN_INIT("\"\\uD83Dx\""), 4},
    {PSYNC_SPAN_INIT("\"\\uD83D\\n\""), 4},
    {PSYNC_SPAN_INIT("\"\\uD83D\\uDE\""), 4},
    {PSYNC_SPAN_INIT("\"\xff\""), 2}, /* not UTF-8 */
    {PSYNC_SPAN_INIT("\"ab\xc3\""), 4},
    {PSYNC_SPAN_INIT("\"\xc0\x80\""), 2},
    {PSYNC_SPAN_INIT("\"\xed\xa0\x80\""), 2},
    {PSYNC_SPAN_INIT("\"\xf4\x90\x80\x80\""), 2},
    {PSYNC_SPAN_INIT("{\"\xff\":1}"), 3},
    {PSYNC_SPAN_INIT("\xef\xbb\xbf{}"), 1}, /* a byte order mark: the caller's to skip */
    {PSYNC_SPAN_INIT("\xc2\xa0 1"), 1},
    {PSYNC_SPAN_INIT("\f1"), 1},
    {PSYNC_SPAN_INIT("{\"a\\u0000b\":1}"), 2}, /* a name a C string cannot hold */
};

static void refuses_the_rest_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        json_object *v = (json_object *)state;
        struct psync_error err = {{0}};
        /* A copy of just that size, so that a byte read too far is found. */
        char *text = psync_span_dup(refused[i].text);
        assert_non_null(text);
        if (psync_json_parse((struct psync_span){text, refused[i].text.len}, &v, &err) != PSYNC_REJECT)
            fail_msg("'%s' taken", text);
        assert_ptr_equal(v, state);
        if (strncmp(err.text, "byte ", 5) != 0 || atoi(err.text + 5) != refused[i].byte)
            fail_msg("'%s': %s, not byte %d", text, err.text, refused[i].byte);
        free(text);
        assert_int_equal(psync_json_parse(refused[i].text, &v, NULL), PSYNC_REJECT);
    }
}

/* A document cut anywhere is not one. */
static void refuses_every_prefix(void **state)
{
    (void)state;
    static const char whole[] = "{\"id\":12,\"name\":\"caf\\u00e9 \xc3\xa9 \\ud83d\\ude00\",\"price\":-4.90e1,"
                                "\"x\":[true,null,{}]}";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *text = psync_span_dup((struct psync_span){whole, n});
        json_object *v;
        assert_non_null(text);
        assert_int_equal(psync_json_parse((struct psync_span){text, n}, &v, NULL), PSYNC_REJECT);
        free(text);
    }
    json_object_put(parse(span(whole)));
}

static void bounds_depth_and_numbers(void **state)
{
    (void)state;
    for (size_t depth = 1; depth <= 100; depth++) {
        for (int objects = 0; objects < 2; objects++) {
            struct psync_buf b;
            psync_buf_init(&b, 10000);
            for (size_t i = 0; i < depth; i++)
                assert_int_equal(psync_buf_add_str(&b, objects ? "{\"a\":" : "["), PSYNC_OK);
            assert_int_equal(psync_buf_add_str(&b, "1"), PSYNC_OK);
            for (size_t i = 0; i < depth; i++)
                assert_int_equal(psync_buf_add_char(&b, objects ? '}' : ']'), PSYNC_OK);
            json_object *v = NULL;
            enum psync_result r = psync_json_parse((struct psync_span){b.data, b.len}, &v, NULL);
            assert_int_equal(r, depth <= PSYNC_JSON_DEPTH ? PSYNC_OK : PSYNC_REJECT);
            json_object_put(v);
            psync_buf_done(&b);
        }
    }
    /* Side by side is not deep. */
    json_object *v = parse(span("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
                                "[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]"));
    json_object_put(v);
    char digits[PSYNC_JSON_NUMBER_MAX + 1];
    memset(digits, '7', sizeof digits);
    v = parse((struct psync_span){digits, PSYNC_JSON_NUMBER_MAX});
    assert_int_equal(psync_json_number(v).len, PSYNC_JSON_NUMBER_MAX);
    json_object_put(v);
    assert_int_equal(psync_json_parse((struct psync_span){digits, sizeof digits}, &v, NULL), PSYNC_REJECT);
}

static void keeps_a_numbers_text(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0",       "-0",    "15",        "49.90",   "1234567.89",
                                          "1e3",     "1E-05", "0.10",      "1e400",   "-9223372036854775808",
                                          "9223372036854775807",           "9223372036854775808",
                                          "18446744073709551616",          "0.1000000000000000055511151231257827"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_object *v = parse(span(numbers[i]));
        struct psync_span text = psync_json_number(v);
        assert_true(psync_span_eq(text, numbers[i]));
        assert_int_equal(text.data[text.len], '\0');
        json_object_put(v);
    }
    json_object *v = parse(span("[\"1\",true,null,[1],{}]"));
    for (size_t i = 0; i < 5; i++)
        assert_null(psync_json_number(json_object_array_get_idx(v, i)).data);
    json_object_put(v);
    v = json_object_new_int64(7); /* not from the parser */
    assert_true(psync_span_eq(psync_json_number(v), "7"));
    json_object_put(v);
}

static void looks_into_objects(void **state)
{
    (void)state;
    json_object *o = parse(span("{\"text\":\"caf\xc3\xa9\",\"empty\":\"\",\"nul\":\"a\\u0000b\",\"int\":15,"
                                "\"real\":15.0,\"exp\":1.5e1,\"part\":15.5,\"big\":9223372036854775808,"
                                "\"max\":9223372036854775807,\"min\":-9223372036854775808,\"neg\":-0,\"yes\":true,"
                                "\"no\":false,\"null\":null,\"digits\":\"15\"}"));
    assert_string_equal(psync_json_text(o, "text"), "caf\xc3\xa9");
    assert_string_equal(psync_json_text(o, "empty"), "");
    static const char *const not_texts[] = {"nul", "int", "real", "yes", "null", "absent"};
    for (size_t i = 0; i < sizeof not_texts / sizeof not_texts[0]; i++)
        assert_null(psync_json_text(o, not_texts[i]));
    assert_int_equal(json_object_get_string_len(psync_json_member(o, "nul")), 3); /* its bytes are all there */
    static const struct {
        const char *name;
        int64_t n;
    } ints[] = {
        {"int", 15},         {"real", 15},        {"exp", 15}, {"part", 77},   {"big", 77},  {"max", INT64_MAX},
        {"min", INT64_MIN},  {"neg", 0},          {"yes", 77}, {"digits", 77}, {"null", 77}, {"absent", 77},
    };
    for (size_t i = 0; i < sizeof ints / sizeof ints[0]; i++)
        assert_int_equal(psync_json_int(o, ints[i].name, 77), ints[i].n);
    assert_true(psync_json_bool(o, "yes", false));
    assert_false(psync_json_bool(o, "no", true));
    assert_true(psync_json_bool(o, "int", true));
    assert_true(psync_json_bool(o, "absent", true));
    assert_false(psync_json_bool(o, "null", false));
    assert_null(psync_json_member(o, "absent"));
    assert_null(psync_json_member(o, "null"));
    assert_null(psync_json_member(NULL, "text"));
    assert_null(psync_json_member(psync_json_member(o, "text"), "text"));
    assert_null(psync_json_text(NULL, "text"));
    assert_int_equal(psync_json_int(NULL, "int", 77), 77);
    json_object_put(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_the_rfc_allows),
        cmocka_unit_test(refuses_the_rest_and_says_where),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(bounds_depth_and_numbers),
        cmocka_unit_test(keeps_a_numbers_text),
        cmocka_unit_test(looks_into_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
