/* The flags of `productsync mock`. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mock/options.h"

#include <string.h>

static const struct psync_mock_option *find(const char *name)
{
    for (const struct psync_mock_option *o = psync_mock_options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    fail_msg("no --%s", name);
    return NULL;
}

static void sets_what_it_says(void **state)
{
    static const struct {
        const char *name, *value, *rule; /* NULL: refused; "": no rule */
    } cases[] = {
        {"listen", "127.0.0.1:80", ""},
        {"token", "secret", ""},
        {"require-key", NULL, ""},
        {"lenient", NULL, ""},
        {"price-digits", "3", ""},
        {"price-digits", "7", NULL},
        {"price-digits", "-1", NULL},
        {"batch", "whole", ""},
        {"batch", "208", NULL},
        {"tls", "expired", ""},
        {"tls", "bad", NULL},
        {"certificate", "/tmp/x", ""},
        {"seed", "18446744073709551615", ""},
        {"seed", "99999999999999999999", NULL},
        {"max-requests", "10x", NULL},
        {"max-requests", "10", ""},
        {"fail", "500", "{\"status\":500}"},
        {"fail", "500:0.3", "{\"status\":500,\"probability\":0.3}"},
        {"fail", "50:0.3", NULL},
        {"fail", "500:2", NULL},
        {"fail", "", NULL},
        {"first", "2:503", "{\"first\":2,\"status\":503}"},
        {"throttle", "5", "{\"status\":429,\"retry_after\":5,\"probability\":1}"},
        {"throttle", "5:0.5", "{\"status\":429,\"retry_after\":5,\"probability\":0.5}"},
        {"throttle", "x", NULL},
        {"throttle", "5:{", NULL},
        {"rate", "50", "{\"rate\":50}"},
        {"poison", "7,9", "{\"status\":422,\"title\":\"The product is poison\",\"products\":[7,9]}"},
        {"poison", "7,", NULL},
        {"poison", "a", NULL},
        {"outage", "10s-20s", "{\"status\":503,\"from\":\"10s\",\"to\":\"20s\"}"},
        {"outage", "10s", NULL},
        {"outage", "10s-\"", NULL},
        {"latency", "50ms-200ms", "{\"latency\":\"50ms-200ms\"}"},
        {"latency", "50ms:0.1", "{\"latency\":\"50ms\",\"probability\":0.1}"},
        {"reset", "after:0.1", "{\"reset\":\"after\",\"probability\":0.1}"},
        {"reset", "now", NULL},
        {"half", "0.1", "{\"half\":true,\"probability\":0.1}"},
        {"slow", "10", "{\"slow\":10}"},
        {"huge", "10GB", "{\"huge\":\"10GB\"}"},
        {"endless", "1", "{\"endless\":true,\"probability\":1}"},
        {"redirect", "https://x:1/\"", "{\"location\":\"https://x:1/\\\"\"}"},
        {"rule", "{\"status\":503,\"times\":3}", "{\"status\":503,\"times\":3}"},
        {"rule", "{\"status\":503}]", NULL},
        {"rule", "nonsense", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_mock_conf c;
        struct psync_error err = {{0}};
        const struct psync_mock_option *o = find(cases[i].name);
        psync_mock_conf_init(&c);
        assert_int_equal(o->value == NULL, cases[i].value == NULL);
        enum psync_result r = o->set(&c, cases[i].value, &err);
        if (r != (cases[i].rule ? PSYNC_OK : PSYNC_REJECT))
            fail_msg("--%s %s: %s", cases[i].name, cases[i].value ? cases[i].value : "", err.text);
        assert_int_equal(err.text[0] != '\0', r != PSYNC_OK);
        assert_string_equal(c.rules.data, cases[i].rule ? cases[i].rule : "");
        psync_mock_conf_done(&c);
    }
}

static void joins_rules(void **state)
{
    struct psync_mock_conf c;
    (void)state;
    psync_mock_conf_init(&c);
    assert_int_equal(find("fail")->set(&c, "500", NULL), PSYNC_OK);
    assert_int_equal(find("fail")->set(&c, "5000", NULL), PSYNC_REJECT); /* changes nothing */
    assert_int_equal(find("rate")->set(&c, "5", NULL), PSYNC_OK);
    assert_string_equal(c.rules.data, "{\"status\":500},{\"rate\":5}");
    psync_mock_conf_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_what_it_says),
        cmocka_unit_test(joins_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
