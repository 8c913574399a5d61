/* The bytes that are written are a contract. */
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    struct psync_span in;
    const char *out;
} strings[] = {
    {PSYNC_SPAN_INIT(""), "\"\""},
    {PSYNC_SPAN_INIT("Product name"), "\"Product name\""},
    {PSYNC_SPAN_INIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
    {PSYNC_SPAN_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
    {PSYNC_SPAN_INIT("\0\x01\x0b\x1a\x1f"), "\"\\u0000\\u0001\\u000b\\u001a\\u001f\""},
    {PSYNC_SPAN_INIT("\x7f<b>&'"), "\"\x7f<b>&'\""},
    {PSYNC_SPAN_INIT("caf\xc3\xa9 \xd8\xa7\xd9\x84 \xe2\x82\xac \xf0\x9f\x98\x80"),
     "\"caf\xc3\xa9 \xd8\xa7\xd9\x84 \xe2\x82\xac \xf0\x9f\x98\x80\""},
    {PSYNC_SPAN_INIT("\xe2\x80\xa8"), "\"\xe2\x80\xa8\""}, /* U+2028 is JSON as it is */
    {PSYNC_SPAN_INIT("bad \xff, \xc3"), "\"bad \xef\xbf\xbd, \xef\xbf\xbd\""},
    {PSYNC_SPAN_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
};

static void escapes_only_what_json_demands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        struct psync_buf b;
        psync_buf_init(&b, 1000);
        assert_int_equal(psync_json_add_string(&b, strings[i].in), PSYNC_OK);
        assert_string_equal(b.data, strings[i].out);
        psync_buf_done(&b);
    }
}

static void adds_a_string_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        size_t need = strlen(strings[i].out);
        for (size_t max = 3; max <= 3 + need; max++) {
            struct psync_buf b;
            psync_buf_init(&b, max);
            assert_int_equal(psync_buf_add_str(&b, "abc"), PSYNC_OK);
            enum psync_result r = psync_json_add_string(&b, strings[i].in);
            assert_int_equal(r, max == 3 + need ? PSYNC_OK : PSYNC_REJECT);
            assert_string_equal(b.data + 3, r == PSYNC_OK ? strings[i].out : "");
            psync_buf_done(&b);
        }
    }
}

/* Each ASCII character comes back from the parser. */
static void reads_back_what_it_wrote(void **state)
{
    (void)state;
    char raw[128];
    for (size_t i = 0; i < 128; i++)
        raw[i] = (char)i;
    struct psync_buf b;
    psync_buf_init(&b, 10000);
    assert_int_equal(psync_json_add_string(&b, (struct psync_span){raw, 128}), PSYNC_OK);
    json_object *v = NULL;
    assert_int_equal(psync_json_parse((struct psync_span){b.data, b.len}, &v, NULL), PSYNC_OK);
    assert_int_equal(json_object_get_string_len(v), 128);
    assert_memory_equal(json_object_get_string(v), raw, 128);
    json_object_put(v);
    psync_buf_done(&b);
}

static void write_sample(struct psync_json_writer *w)
{
    psync_json_open(w, NULL, '{');
    psync_json_put_int(w, "id", 123);
    psync_json_put_text(w, "name", "a\"b");
    psync_json_put_span(w, "cut", (struct psync_span){"abcdef", 2});
    psync_json_put_raw(w, "price", PSYNC_SPAN("49.90"));
    psync_json_put_text(w, "none", NULL);
    psync_json_put_bool(w, "yes", true);
    psync_json_put_bool(w, "no", false);
    psync_json_put_int(w, "min", INT64_MIN);
    psync_json_put_time(w, "at", INT64_C(1795408500123));
    psync_json_put_time(w, "unset", 0);
    psync_json_put_time(w, "never", PSYNC_MS_NEVER);
    psync_json_open(w, "list", '[');
    psync_json_put_int(w, NULL, 1);
    psync_json_open(w, NULL, '[');
    psync_json_close(w, ']');
    psync_json_open(w, NULL, '{');
    psync_json_close(w, '}');
    psync_json_put_text(w, NULL, "x");
    psync_json_close(w, ']');
    psync_json_put_int(w, "q\"", 2);
    psync_json_close(w, '}');
}

static const char sample[] =
    "{\"id\":123,\"name\":\"a\\\"b\",\"cut\":\"ab\",\"price\":49.90,\"none\":null,\"yes\":true,\"no\":false,"
    "\"min\":-9223372036854775808,\"at\":\"2026-11-23T04:35:00.123Z\",\"unset\":null,\"never\":null,"
    "\"list\":[1,[],{},\"x\"],\"q\\\"\":2}";

static void puts_the_commas(void **state)
{
    (void)state;
    struct psync_buf b;
    struct psync_json_writer w;
    psync_buf_init(&b, 10000);
    psync_json_writer_begin(&w, &b);
    write_sample(&w);
    assert_int_equal(psync_json_writer_end(&w), PSYNC_OK);
    assert_string_equal(b.data, sample);
    psync_buf_done(&b);
}

static void the_first_failure_sticks(void **state)
{
    (void)state;
    for (size_t max = 0; max < sizeof sample - 1; max++) {
        struct psync_buf b;
        struct psync_json_writer w;
        psync_buf_init(&b, max);
        psync_json_writer_begin(&w, &b);
        write_sample(&w);
        assert_int_equal(psync_json_writer_end(&w), PSYNC_REJECT);
        assert_memory_equal(b.data, sample, b.len); /* what is there is a prefix: nothing was added after */
        psync_buf_done(&b);
    }
}

static void writes_reals_that_json_has(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0, "0"},           {0.5, "0.5"},     {1.0 / 3, "0.333333"}, {1234567, "1.23457e+06"}, {-2, "-2"},
        {1e-7, "1e-07"},    {NAN, "null"},    {INFINITY, "null"},    {-INFINITY, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_buf b;
        struct psync_json_writer w;
        psync_buf_init(&b, 100);
        psync_json_writer_begin(&w, &b);
        psync_json_put_real(&w, NULL, cases[i].x);
        assert_int_equal(psync_json_writer_end(&w), PSYNC_OK);
        assert_string_equal(b.data, cases[i].text);
        json_object *v = NULL;
        assert_int_equal(psync_json_parse((struct psync_span){b.data, b.len}, &v, NULL), PSYNC_OK);
        json_object_put(v);
        psync_buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_only_what_json_demands), cmocka_unit_test(adds_a_string_whole_or_not_at_all),
        cmocka_unit_test(reads_back_what_it_wrote),       cmocka_unit_test(puts_the_commas),
        cmocka_unit_test(the_first_failure_sticks),       cmocka_unit_test(writes_reals_that_json_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
