/* The contract of bytes, as the mock checks it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mock/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define P(name, price, stock) "{\"id\":1,\"name\":" name ",\"price\":" price ",\"stock\":" stock "}"
#define NAMED(name) P(name, "49.90", "15")

static void keeps_the_contract(void **state)
{
    static const char *const good[] = {
        NAMED("\"A\""),
        NAMED("\"\xd9\x82\xd9\x85\xd9\x8a\xd8\xb5 \xf0\x9f\x91\x95 \\\"x\\\" \\\\ <b>\""),
        NAMED("{\"ar\":\"\xd9\x82\",\"en\":\"A\",\"en-US\":\"A\"}"),
        P("\"A\"", "0.00", "0"),
        P("\"A\"", "1234567.89", "2147483648"),
        "{\"id\":999999999999999999,\"name\":\"A\",\"price\":1.00,\"stock\":1}",
        "{\"id\":1,\"name\":\"A\",\"price\":1.00,\"stock\":1,\"version\":3,\"shop\":2,\"extra\":{\"a\":[1,\" \"]}}",
    };
    struct psync_mock_payload p;
    (void)state;
    psync_mock_payload_init(&p);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(psync_mock_payload_scan(&p, (struct psync_span){good[i], strlen(good[i])}, 2), PSYNC_OK);
        assert_int_equal(p.n, 1);
        assert_false(p.batch);
        if (p.items[0].violation)
            fail_msg("%s: %s", good[i], p.items[0].violation);
        assert_true(psync_span_eq(p.items[0].bytes, good[i]));
    }
    psync_mock_payload_done(&p);
}

static void names_violations(void **state)
{
    static const struct {
        const char *text, *violation; /* it holds this */
        int64_t id;
    } cases[] = {
        {"{\"name\":\"A\",\"id\":1,\"price\":49.90,\"stock\":15}", "begin with the id", 1},
        {"{\"id\": 1,\"name\":\"A\",\"price\":49.90,\"stock\":15}", "id is not", 1},
        {" " NAMED("\"A\""), "spaces around", 1},
        {NAMED("\"A\"") "\n", "spaces around", 1},
        {"{\"id\":0,\"name\":\"A\",\"price\":49.90,\"stock\":15}", "id is not", 0},
        {"{\"id\":-1,\"name\":\"A\",\"price\":49.90,\"stock\":15}", "id is not", -1},
        {"{\"id\":\"1\",\"name\":\"A\",\"price\":49.90,\"stock\":15}", "id is not", 0},
        {P("\"A\"", "49.9", "15"), "currency's digits", 1},
        {P("\"A\"", "49.900", "15"), "currency's digits", 1},
        {P("\"A\"", "49", "15"), "currency's digits", 1},
        {P("\"A\"", "-1.00", "15"), "plain decimal", 1},
        {P("\"A\"", "\"49.90\"", "15"), "plain decimal", 1},
        {P("\"A\"", "49.90", "-1"), "stock is not", 1},
        {P("\"A\"", "49.90", "1.5"), "something follows", 1},
        {P("\"A\"", "49.90", "null"), "stock is not", 1},
        {NAMED("\"\""), "empty", 1},
        {NAMED("\" A\""), "in front", 1},
        {NAMED("\"A \""), "at its end", 1},
        {NAMED("\"A  B\""), "side by side", 1},
        {NAMED("\"A\xc2\xa0 B\""), "white space", 1},
        {NAMED("\"A\\tB\""), "escape", 1},
        {NAMED("\"\\u00e9\""), "escape", 1},
        {NAMED("\"\\/\""), "escape", 1},
        {NAMED("null"), "not text", 1},
        {NAMED("{\"en\":\"A\",\"ar\":\"B\"}"), "not in order", 1},
        {NAMED("{}"), "object of languages", 1},
        {"{\"id\":1,\"name\":\"A\",\"price\":49.90}", "stock does not follow", 1},
        {"{\"id\":1,\"name\":\"A\",\"price\":49.90,\"stock\":15, \"x\":1}", "optional member", 1},
        {"{}", "begin with the id", 0},
    };
    struct psync_mock_payload p;
    (void)state;
    psync_mock_payload_init(&p);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_span body = {cases[i].text, strlen(cases[i].text)};
        if (psync_mock_payload_scan(&p, body, 2) != PSYNC_OK || p.n != 1)
            fail_msg("%s", cases[i].text);
        if (!p.items[0].violation || !strstr(p.items[0].violation, cases[i].violation))
            fail_msg("%s: %s", cases[i].text, p.items[0].violation ? p.items[0].violation : "(none)");
        assert_int_equal(p.items[0].id, cases[i].id);
    }
    psync_mock_payload_done(&p);
}

static void refuses_what_is_not_json(void **state)
{
    static const char *const bad[] = {"",          "{",    "}",        "nonsense",         "1",
                                      "\"text\"",  "[",    "[1]",      "[{}",              "[{},]",
                                      "[{}{}]",    "{}{}", "{\"id\":", "{\"id\":1,}",      "[{\"id\":1}]]",
                                      "{\"a\":\"", "]",    "null",     "{\"name\":\"\xff\"}",
                                      P("\"A\"", "049.90", "15"),
                                      "{\"id\":1,\"name\":\"A\",\"price\":1.00,\"stock\":1,\"x\":y}"};
    struct psync_mock_payload p;
    (void)state;
    psync_mock_payload_init(&p);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (psync_mock_payload_scan(&p, (struct psync_span){bad[i], strlen(bad[i])}, 2) != PSYNC_REJECT)
            fail_msg("%s", bad[i]);
    psync_mock_payload_done(&p);
}

static void takes_batches_apart(void **state)
{
    static const char batch[] = "[" NAMED("\"A\"") "," P("\"B\"", "1.5", "1") ", " NAMED("\"C\"") "]";
    struct psync_mock_payload p;
    (void)state;
    psync_mock_payload_init(&p);
    assert_int_equal(psync_mock_payload_scan(&p, PSYNC_SPAN(batch), 2), PSYNC_OK);
    assert_true(p.batch);
    assert_int_equal(p.n, 3);
    assert_null(p.items[0].violation);
    assert_true(psync_span_eq(p.items[0].bytes, NAMED("\"A\"")));
    assert_non_null(p.items[1].violation);
    assert_non_null(strstr(p.items[2].violation, "between"));
    assert_int_equal(psync_mock_payload_scan(&p, PSYNC_SPAN("[]"), 2), PSYNC_OK);
    assert_int_equal(p.n, 0);
    psync_mock_payload_done(&p);
}

static void bounds_the_name(void **state)
{
    char text[2048];
    struct psync_mock_payload p;
    (void)state;
    psync_mock_payload_init(&p);
    for (int n = 254; n <= 256; n++) {
        size_t len = (size_t)snprintf(text, sizeof(text), "{\"id\":1,\"name\":\"");
        for (int i = 0; i < n; i++, len += 2)
            memcpy(text + len, "\xc3\xa9", 2);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "\",\"price\":1.00,\"stock\":1}");
        assert_int_equal(psync_mock_payload_scan(&p, (struct psync_span){text, len}, 2), PSYNC_OK);
        assert_int_equal(p.items[0].violation != NULL, n > 255);
    }
    psync_mock_payload_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_contract), cmocka_unit_test(names_violations),
        cmocka_unit_test(refuses_what_is_not_json), cmocka_unit_test(takes_batches_apart),
        cmocka_unit_test(bounds_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
