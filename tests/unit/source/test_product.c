/* The payload's bytes: the vectors that C and PHP share, what is refused, and the rules' settings. */
#include "fixture.h"

#include "base/json.h"
#include "source/jsontext.h"

#include <stdlib.h>

/* ---- tests/vectors/payload.json, "payloads" ---- */

static char *read_vectors(void)
{
    char path[1024], *text = calloc(1, 1 << 20);
    const char *folder = getenv("PSYNC_TESTS");
    assert_non_null(text);
    assert_non_null(folder);
    (void)snprintf(path, sizeof path, "%s/vectors/payload.json", folder);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
    (void)fclose(f);
    return text;
}

static struct settings settings_of(json_object *o)
{
    uint32_t digits = (uint32_t)psync_json_int(o, "digits", 2);
    return (struct settings){.language = psync_json_text(o, "language"),
                             .tax_rate = psync_json_text(o, "tax_rate"),
                             .pass = psync_json_text(o, "pass"),
                             .zero_stock = psync_json_bool(o, "negative_stock_zero", false),
                             .has_version = psync_json_member(o, "version") != NULL,
                             .version = psync_json_int(o, "version", 0),
                             .digits = digits == 0 ? NO_DIGITS : digits};
}

/* `in` as one line of input. */
static void check_vector(struct psync_span in, struct psync_span settings, const char *payload, const char *refused)
{
    json_object *o = NULL;
    struct psync_buf input, expected;
    psync_buf_init(&input, 1 << 16);
    psync_buf_init(&expected, 1 << 16);
    assert_int_equal(psync_json_parse(settings, &o, NULL), PSYNC_OK);
    assert_int_equal(psync_buf_add(&input, in.data, in.len), PSYNC_OK);
    assert_int_equal(psync_buf_printf(&expected, refused != NULL ? "! t:1: %s\n" : "1 %s\n",
                                      refused != NULL ? refused : payload), PSYNC_OK);
    run_case(&(struct input_case){.name = input.data, .input = input.data, .expected = expected.data,
                                  .settings = settings_of(o)}, 1 << 20);
    json_object_put(o);
    psync_buf_done(&input);
    psync_buf_done(&expected);
}

static const char *text_of(struct psync_span value, char *buffer, size_t size)
{
    struct psync_span text;
    if (value.len == 0)
        return NULL;
    assert_int_equal(psync_json_unescape(value, &text), PSYNC_OK);
    assert_true(text.len < size);
    memcpy(buffer, text.data, text.len);
    buffer[text.len] = '\0';
    return buffer;
}

/* Cut out of the file as text, because a JSON library would not keep 4.50 and 1E2 as they are. */
static void vectors(void **state)
{
    char *file = read_vectors();
    struct psync_span name, value, list = {0};
    size_t n = 0;
    (void)state;
    const char *begin = strchr(file, '{'), *end = strrchr(file, '}');
    assert_true(begin != NULL && end != NULL);
    struct psync_json_cursor members = psync_json_cursor_of((struct psync_span){begin, (size_t)(end - begin) + 1});
    while (psync_json_cursor_next(&members, &name, &value))
        if (psync_span_eq(name, "\"payloads\""))
            list = value;
    assert_true(list.len > 0);
    struct psync_json_cursor items = psync_json_cursor_of(list);
    for (; psync_json_cursor_next(&items, NULL, &value); n++) {
        struct psync_span in = {0}, settings = PSYNC_SPAN("{}"), payload = {0}, refused = {0}, member;
        static char a[8192], b[8192];
        struct psync_json_cursor fields = psync_json_cursor_of(value);
        while (psync_json_cursor_next(&fields, &name, &member))
            *(psync_span_eq(name, "\"in\"")         ? &in
              : psync_span_eq(name, "\"settings\"") ? &settings
              : psync_span_eq(name, "\"payload\"")  ? &payload
                                                    : &refused) = member;
        assert_true(in.len > 0 && (payload.len > 0) != (refused.len > 0));
        check_vector(in, settings, text_of(payload, a, sizeof a), text_of(refused, b, sizeof b));
    }
    assert_true(n >= 40);
    free(file);
}

/* ---- names ---- */

/* The name that the payload of a product with this one has. */
static enum psync_result normalise(struct psync_span name, struct psync_buf *ret_name, struct psync_error *reason)
{
    struct psync_product p = {.id = 1, .name = name};
    struct psync_product_rules rules;
    struct psync_buf payload;
    json_object *o = NULL;
    init_rules(&rules, &(struct settings){0});
    psync_buf_init(&payload, 1 << 16);
    enum psync_result r = psync_product_payload(&p, &rules, &payload, reason);
    if (r == PSYNC_OK) {
        assert_int_equal(psync_json_parse((struct psync_span){payload.data, payload.len}, &o, NULL), PSYNC_OK);
        assert_int_equal(psync_buf_add_str(ret_name, psync_json_text(o, "name")), PSYNC_OK);
    }
    json_object_put(o);
    psync_buf_done(&payload);
    psync_product_rules_done(&rules);
    return r;
}

static void names(void **state)
{
    static const struct {
        const char *name, *expected; /* expected "!": and the reason */
    } cases[] = {
        {"Cup", "Cup"},
        {" \t Cup \r\n of\v\f tea ", "Cup of tea"},
        {"a\xc2\xa0\xe2\x80\xaf\xe3\x80\x80" "b\xc2\x85\xe2\x80\xa8", "a b"},
        {"a\x01\x7f\xc2\x9f" "b", "a b"},
        {"<b>a &amp; b</b>", "<b>a &amp; b</b>"},
        {"\xe2\x80\x8b", "\xe2\x80\x8b"}, /* ZERO WIDTH SPACE is no white space to Unicode */
        {"", "!name is empty"},
        {" \xe3\x80\x80\x01", "!name is empty"},
        {"a\xed\xa0\x80", "!name is not valid UTF-8 at byte 2 (\\xed)"},
        {"a\xc0\x80", "!name is not valid UTF-8 at byte 2 (\\xc0)"},
        {"ab\xe2\x82", "!name is not valid UTF-8 at byte 3 (\\xe2)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct psync_buf out;
        struct psync_error reason = {{0}};
        psync_buf_init(&out, 4096);
        enum psync_result r = normalise((struct psync_span){cases[i].name, strlen(cases[i].name)}, &out, &reason);
        bool refused = *cases[i].expected == '!';
        assert_int_equal(r, refused ? PSYNC_REJECT : PSYNC_OK);
        assert_string_equal(refused ? reason.text : out.data, cases[i].expected + refused);
        psync_buf_done(&out);
    }
}

static void name_length(void **state)
{
    char text[PSYNC_NAME_CHARACTERS * 3 + 8] = "";
    struct psync_buf out;
    struct psync_error reason;
    (void)state;
    psync_buf_init(&out, 4096);
    for (int i = 0; i < PSYNC_NAME_CHARACTERS; i++)
        (void)strcat(text, "\xe2\x82\xac");
    (void)strcat(text, "  ");
    assert_int_equal(normalise((struct psync_span){text, strlen(text)}, &out, &reason), PSYNC_OK);
    assert_int_equal(out.len, PSYNC_NAME_CHARACTERS * 3);
    (void)strcat(text, "x");
    assert_int_equal(normalise((struct psync_span){text, strlen(text)}, &out, &reason), PSYNC_REJECT);
    assert_string_equal(reason.text, "name is longer than 255 characters");
    psync_buf_done(&out);
}

static void nothing_is_left_of_a_payload_that_does_not_fit(void **state)
{
    struct psync_product_rules rules;
    struct psync_buf out;
    struct psync_error reason;
    struct psync_product p = {.id = 1, .name = PSYNC_SPAN("Cup"), .n_pass = 0};
    (void)state;
    init_rules(&rules, &(struct settings){0});
    psync_buf_init(&out, 30);
    assert_int_equal(psync_buf_add_str(&out, "abc"), PSYNC_OK);
    assert_int_equal(psync_product_payload(&p, &rules, &out, &reason), PSYNC_REJECT);
    assert_string_equal(out.data, "abc");
    psync_buf_done(&out);
    psync_product_rules_done(&rules);
}

static void rules(void **state)
{
    static const struct {
        struct settings settings;
        const char *reason; /* NULL: taken */
    } cases[] = {
        {{.pass = " a , b ,,c"}, NULL},
        {{.tax_rate = "5.5"}, NULL},
        {{.pass = "a,b,a"}, "input.pass: a stands there twice"},
        {{.pass = "a,price"}, "input.pass: price is a member of its own"},
        {{.pass = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33"},
         "input.pass: more than 32 names"},
        {{.tax_rate = "20%"}, "input.tax_rate is not a percentage such as 20 or 5.5: 20%"},
        {{.tax_rate = "-1"}, "input.tax_rate is not a percentage such as 20 or 5.5: -1"},
        {{.tax_rate = "20", .excluded = true},
         "input.tax_rate adds the tax, input.tax = excluded leaves it out: set one of them"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct psync_product_rules r = {0};
        struct psync_error err = {{0}};
        struct psync_config c = config_of(&cases[i].settings);
        assert_int_equal(psync_product_rules_init(&r, &c, &err), cases[i].reason == NULL ? PSYNC_OK : PSYNC_REJECT);
        assert_string_equal(err.text, cases[i].reason == NULL ? "" : cases[i].reason);
        psync_product_rules_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(names),
        cmocka_unit_test(name_length),
        cmocka_unit_test(nothing_is_left_of_a_payload_that_does_not_fit),
        cmocka_unit_test(rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
