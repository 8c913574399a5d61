/* What one line looks like, and that nothing from outside can forge another. */
#include "base/log_line.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/utf8.h"

#include <string.h>

static void render(struct psync_buf *b, enum psync_log_format format, const struct psync_field *fields, size_t n)
{
    psync_buf_init(b, PSYNC_LOG_LINE_MAX);
    assert_int_equal(psync_buf_reserve(b, PSYNC_LOG_LINE_MAX), PSYNC_OK);
    psync_log_line(b, format, PSYNC_LOG_INFO, "e", fields, n);
}

static void writes_both_formats(void **state)
{
    (void)state;
    const struct psync_field fields[] = {
        PSYNC_F_INT("product", 12), PSYNC_F_TEXT("left_out", NULL), PSYNC_F_TEXT("key", "product:12:ab"),
        PSYNC_F_TEXT("why", "no answer"), {.kind = PSYNC_FIELD_END}, PSYNC_F_INT("after_end", 1),
    };
    struct psync_buf b;
    render(&b, PSYNC_LOG_LOGFMT, fields, 6);
    assert_string_equal(b.data, "level=info event=e product=12 key=product:12:ab why=\"no answer\"");
    psync_log_line(&b, PSYNC_LOG_LOGFMT, PSYNC_LOG_WARNING, "breaker opened", NULL, 0); /* empties it first */
    assert_string_equal(b.data, "level=warning event=\"breaker opened\"");
    psync_log_line(&b, PSYNC_LOG_JSON, PSYNC_LOG_ERROR, "breaker opened", fields, 6);
    assert_string_equal(b.data, "\"level\":\"error\",\"event\":\"breaker opened\",\"product\":12,"
                                "\"key\":\"product:12:ab\",\"why\":\"no answer\"");
    psync_log_line(&b, PSYNC_LOG_JSON, PSYNC_LOG_DEBUG, "e", &PSYNC_F_INT("n", INT64_MIN), 1);
    assert_string_equal(b.data, "\"level\":\"debug\",\"event\":\"e\",\"n\":-9223372036854775808");
    psync_buf_done(&b);
}

static void quotes_and_escapes(void **state)
{
    (void)state;
    static const struct {
        const char *value, *logfmt;
    } cases[] = {
        {"plain", "v=plain"},
        {"", "v=\"\""},
        {"two words", "v=\"two words\""},
        {"a=b", "v=\"a=b\""},
        {"say \"hi\"", "v=\"say \\\"hi\\\"\""},
        {"back\\slash", "v=\"back\\\\slash\""},
        {"line\nlevel=error event=forged", "v=\"line\\nlevel=error event=forged\""},
        {"cr\r tab\t esc\x1b[2J", "v=\"cr\\u000d tab\\u0009 esc\\u001b[2J\""},
        {"del\x7f", "v=\"del\\u007f\""},
        {"c1 \xc2\x9b" "2J \xc2\x85", "v=\"c1 \\u009b2J \\u0085\""},
        {"sep \xe2\x80\xa8\xe2\x80\xa9", "v=\"sep \\u2028\\u2029\""},
        {"caf\xc3\xa9", "v=\"caf\xc3\xa9\""},
        {"bad \xff\xc3", "v=\"bad \xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_buf b;
        render(&b, PSYNC_LOG_LOGFMT, &PSYNC_F_TEXT("v", cases[i].value), 1);
        assert_string_equal(b.data + strlen("level=info event=e "), cases[i].logfmt);
        psync_buf_done(&b);

        render(&b, PSYNC_LOG_JSON, &PSYNC_F_TEXT("v", cases[i].value), 1);
        assert_null(strpbrk(b.data, "\n\r\x1b\x7f"));
        struct psync_buf whole; /* and it is JSON */
        psync_buf_init(&whole, 1000);
        assert_int_equal(psync_buf_printf(&whole, "{%s}", b.data), PSYNC_OK);
        json_object *v = NULL;
        assert_int_equal(psync_json_parse((struct psync_span){whole.data, whole.len}, &v, NULL), PSYNC_OK);
        if (psync_utf8_valid((struct psync_span){cases[i].value, strlen(cases[i].value)}))
            assert_string_equal(psync_json_text(v, "v"), cases[i].value);
        json_object_put(v);
        psync_buf_done(&whole);
        psync_buf_done(&b);
    }
}

static void cuts_long_values_between_characters(void **state)
{
    (void)state;
    char value[PSYNC_LOG_VALUE_MAX * 2 + 1];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(value, 'x', shift);
        for (size_t i = shift; i < sizeof value; i++)
            value[i] = "\xe2\x82\xac"[(i - shift) % 3];
        value[sizeof value - 1] = '\0';
        struct psync_buf b;
        render(&b, PSYNC_LOG_LOGFMT, &PSYNC_F_TEXT("v", value), 1);
        size_t kept = shift + (PSYNC_LOG_VALUE_MAX - shift) / 3 * 3;
        assert_int_equal(b.len, strlen("level=info event=e v=\"...\"") + kept);
        assert_memory_equal(b.data + b.len - 4, "...\"", 4);
        assert_true(psync_utf8_valid((struct psync_span){b.data, b.len}));
        psync_buf_done(&b);
    }
}

/* Fields that do not fit are left out whole; smaller ones after them still come. */
static void bounds_the_line(void **state)
{
    (void)state;
    char value[PSYNC_LOG_VALUE_MAX + 1];
    memset(value, '\x01', sizeof value - 1); /* six bytes each when escaped */
    value[sizeof value - 1] = '\0';
    const struct psync_field fields[] = {PSYNC_F_TEXT("a", value), PSYNC_F_TEXT("b", value), PSYNC_F_INT("c", 3)};
    struct psync_buf b;
    render(&b, PSYNC_LOG_LOGFMT, fields, 3);
    assert_true(b.len <= PSYNC_LOG_LINE_MAX);
    assert_non_null(strstr(b.data, " a=\""));
    assert_null(strstr(b.data, " b="));
    assert_string_equal(b.data + b.len - 4, " c=3");
    psync_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_both_formats),
        cmocka_unit_test(quotes_and_escapes),
        cmocka_unit_test(cuts_long_values_between_characters),
        cmocka_unit_test(bounds_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
