/* The INI text: lines, pieces, comments, and everything inih would have dropped without a word. */
#include "fixture.h"

#include "config/ini_text.h"

/* All that was reported, as "[section]" and "section|key|value@where" lines. */
static enum psync_result collect(void *arg, const char *section, const char *key, const char *value, const char *where,
                                 struct psync_error *err)
{
    (void)err;
    if (!key)
        return psync_buf_printf(arg, "[%s]\n", section);
    return psync_buf_printf(arg, "%s|%s|%s@%s\n", section, key, value, where);
}

static enum psync_result read_text(const char *text, size_t n, struct psync_buf *out, struct psync_error *err)
{
    psync_buf_init(out, 1 << 20);
    return psync_ini_read((struct psync_span){text, n}, "f", collect, out, err);
}

struct ini_case {
    const char *text;
    const char *out;   /* NULL: refused */
    const char *error;
};

#define S50 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"

static const struct ini_case cases[] = {
    {"", "", NULL},
    {"\n\n# comment\n; comment\n   # indented comment\n", "", NULL},
    {"[a]\nx = 1\ny=2\n[b]\nz : 3", "[a]\na|x|1@f:2\na|y|2@f:3\n[b]\nb|z|3@f:5\n", NULL},
    {"\xEF\xBB\xBF[a]\r\nx = 1\r\n", "[a]\na|x|1@f:2\n", NULL},
    {"[a]\nx =\n", "[a]\na|x|@f:2\n", NULL},
    {"[a]\nx = 1 ; comment\n", "[a]\na|x|1@f:2\n", NULL},
    {"[a]\nx = 1;2 #3\n", "[a]\na|x|1;2 #3@f:2\n", NULL},
    {"[a]\nx = a = b : c\n", "[a]\na|x|a = b : c@f:2\n", NULL},
    {"[a]\nx = 1\n  2 ; comment\n\n\t3\n", "[a]\na|x|1\n2\n3@f:2\n", NULL},
    {"[a]\nx =\n  1\n  2\n", "[a]\na|x|1\n2@f:2\n", NULL},
    {"[a]\nx = 1\n# between\n  2\n", "[a]\na|x|1\n2@f:2\n", NULL},
    {"[ a ] ; comment\nx=1\n", "[a]\na|x|1@f:2\n", NULL},
    {"[destination " S50 "]\nx=1\n", "[destination " S50 "]\ndestination " S50 "|x|1@f:2\n", NULL},
    {"[a]\nx=1\n[b]\n", "[a]\na|x|1@f:2\n[b]\n", NULL},
    {"[a]\nx=\xC3\xA9\n", "[a]\na|x|\xC3\xA9@f:2\n", NULL},
    {"x = 1\n", NULL, "f:1: expected a section's title, such as [retry], before the first setting"},
    {"[a]\nword\n", NULL, "f:2: expected the name of a setting, = and its value"},
    {"[a]\nword\nx=1\n", NULL, "f:2: expected the name of a setting, = and its value"},
    {"[a]\nword", NULL, "f:2: expected the name of a setting, = and its value"},
    {"[a]\n= 1\n", NULL, "f:2: expected the name of a setting, = and its value"},
    {"[a]\n" S50 S50 " = 1\n", NULL, "f:2: expected the name of a setting, = and its value"},
    {"[a]\n  x = 1\n", NULL, "f:2: an indented line goes on with the setting above it, but there is none"},
    {"[a]\nx=1\n[b]\n y=2\n", NULL, "f:4: an indented line goes on with the setting above it, but there is none"},
    {"[a\nx=1\n", NULL, "f:1: a section's title ends with ]"},
    {"[a] x=1\n", NULL, "f:1: nothing may stand behind a section's title"},
    {"[]\n", NULL, "f:1: expected a section's title, such as [retry]"},
    {"[  ]\n", NULL, "f:1: expected a section's title, such as [retry]"},
    {"[" S50 S50 S50 S50 "]\n", NULL, "f:1: expected a section's title, such as [retry]"},
    {"[a]\nx=\x01\n", NULL, "f:2: has a control character"},
    {"[a]\n\nx=\xFF\n", NULL, "f:3: is not UTF-8"},
};

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct ini_case *c = &cases[i];
        struct psync_error err = {0};
        struct psync_buf out;
        enum psync_result r = read_text(c->text, strlen(c->text), &out, &err);

        const char *got = c->out ? out.data : err.text, *expected = c->out ? c->out : c->error;

        if (r != (c->out ? PSYNC_OK : PSYNC_REJECT) || strcmp(got, expected) != 0)
            fail_msg("case %zu: %s: %s%s", i, psync_result_name(r), out.data, err.text);
        psync_buf_done(&out);
    }
}

static void a_nul_byte_is_refused(void **state)
{
    static const char text[] = "[a]\nx=1\0y=2\n";
    struct psync_error err = {0};
    struct psync_buf out;

    (void)state;
    assert_int_equal(read_text(text, sizeof text - 1, &out, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "f:2: has a control character");
    psync_buf_done(&out);
}

/* Every length from below inih's buffer to far above it: not a byte is lost or added, whatever stands at the cut. */
static void long_values_come_whole(void **state)
{
    static const char *const fillings[] = {"a",  "a b",      "a #", "ab;c", "a##",
                                          "b;;", "a\xC3\xA9", "x  y", "a ##"};
    static char value[PSYNC_INI_LINE_MAX], text[PSYNC_INI_LINE_MAX + 64], expected[PSYNC_INI_LINE_MAX + 64];

    (void)state;
    for (size_t f = 0; f < sizeof fillings / sizeof fillings[0]; f++) {
        for (size_t n = 150; n < 900; n += n < 230 ? 1 : 37) {
            struct psync_error err = {0};
            struct psync_buf out;
            size_t len = 0;

            while (len + strlen(fillings[f]) + 1 < n)
                len += (size_t)sprintf(value + len, "%s", fillings[f]);
            strcpy(value + len, "z");
            snprintf(text, sizeof text, "[a]\nx = %s\n  %s\ny = 1\n", value, "more");
            snprintf(expected, sizeof expected, "[a]\na|x|%s\nmore@f:2\na|y|1@f:4\n", value);
            assert_int_equal(read_text(text, strlen(text), &out, &err), PSYNC_OK);
            assert_string_equal(out.data, expected);
            psync_buf_done(&out);
        }
    }
}

static void what_is_too_long_is_refused(void **state)
{
    static char text[PSYNC_INI_LINE_MAX * 8];
    struct psync_error err = {0};
    struct psync_buf out;
    size_t n;

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "[a]\nx=", 6);
    assert_int_equal(read_text(text, 4 + PSYNC_INI_LINE_MAX, &out, &err), PSYNC_OK);
    psync_buf_done(&out);
    assert_int_equal(read_text(text, 4 + PSYNC_INI_LINE_MAX + 1, &out, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "f:2: the line is too long");
    psync_buf_done(&out);
    for (n = 4000; n + 4000 < sizeof text; n += 4000) /* lines that go on, together more than a value may have */
        memcpy(text + n, "\n ", 2);
    assert_int_equal(read_text(text, sizeof text, &out, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "the value is too long"));
    psync_buf_done(&out);
    memset(text + 6, ' ', 400);
    text[500] = '\n';
    assert_int_equal(read_text(text, 501, &out, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "f:2: has too long a run of white space, # or ;");
    psync_buf_done(&out);
}

static enum psync_result stop(void *arg, const char *section, const char *key, const char *value, const char *where,
                              struct psync_error *err)
{
    (void)section;
    (void)value;
    (void)where;
    ++*(int *)arg;
    return key ? psync_fail(err, PSYNC_NOMEM, "mine") : PSYNC_OK;
}

static void the_handlers_failure_ends_it(void **state)
{
    static const char text[] = "[a]\nx=1\ny=2\n[b]\nz=3\n";
    struct psync_error err = {0};
    int calls = 0;

    (void)state;
    assert_int_equal(psync_ini_read((struct psync_span){text, sizeof text - 1}, "f", stop, &calls, &err), PSYNC_NOMEM);
    assert_string_equal(err.text, "mine");
    assert_int_equal(calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(long_values_come_whole),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(the_handlers_failure_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
