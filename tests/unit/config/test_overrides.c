/* The dashboard's file as text: what is added, replaced, taken out, refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/overrides.h"

#include <string.h>

#define HEAD "; Settings changed in the dashboard. They are stronger than those of the configuration file.\n"

static enum psync_result edit(const char *text, const char *name, const char *value, struct psync_buf *out,
                              struct psync_error *err)
{
    const struct psync_override change = {name, value};
    psync_buf_init(out, 65536);
    return psync_overrides_edit((struct psync_span){text, strlen(text)}, &change, 1, out, err);
}

static void changes_are_made(void **state)
{
    static const struct {
        const char *before, *name, *value, *after;
    } cases[] = {
        {"", "retry.attempts", "7", HEAD "[retry]\nattempts = 7\n"},
        {"[retry]\nattempts = 3\nbackoff = 2s\n", "retry.attempts", "7", HEAD "[retry]\nattempts = 7\nbackoff = 2s\n"},
        {"[retry]\nattempts = 3\n", "retry.attempts", NULL, HEAD},
        {"", "retry.attempts", NULL, HEAD},
        {"[work]\nconcurrency = 3\n", "destination.rate", "0.5", HEAD "[destination]\nrate = 0.5\n[work]\nconcurrency = 3\n"},
        {"", "destination eu.west.rate", "5", HEAD "[destination eu.west]\nrate = 5\n"},
        {"", "destination main/1.rate", "5", HEAD "[destination main/1]\nrate = 5\n"},
        {"", "http.user_agent", "a b", HEAD "[http]\nuser_agent = a b\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_buf out;
        assert_int_equal(edit(cases[i].before, cases[i].name, cases[i].value, &out, NULL), PSYNC_OK);
        assert_string_equal(out.data, cases[i].after);
        psync_buf_done(&out);
    }
}

static void others_are_refused(void **state)
{
    static const struct {
        const char *name, *value;
        enum psync_result expected;
    } cases[] = {
        {"destination.url", "https://evil.example", PSYNC_EMPTY}, {"destination eu.token", "x", PSYNC_EMPTY},
        {"destination.allow_http", "yes", PSYNC_EMPTY}, {"http.proxy", "http://evil.example", PSYNC_EMPTY},
        {"serve.tls_key", "x", PSYNC_EMPTY}, {"serve.hosts", NULL, PSYNC_EMPTY}, {"shop a.path", "/", PSYNC_EMPTY},
        {"queue.path", "x", PSYNC_EMPTY}, {"log.file", "/etc/passwd", PSYNC_EMPTY}, {"nothing.here", "1", PSYNC_REJECT},
        {"retry.nothing", "1", PSYNC_REJECT}, {"retry", "1", PSYNC_REJECT}, {".attempts", "1", PSYNC_REJECT}, {"", "1", PSYNC_REJECT},
        {"retry x.attempts", "1", PSYNC_REJECT}, {"destination a]b.rate", "1", PSYNC_REJECT},
        {"destination a\n[http].rate", "1", PSYNC_REJECT}, {"destination .rate", "1", PSYNC_REJECT},
        {"retry.attempts", "0", PSYNC_REJECT}, {"retry.attempts", "", PSYNC_REJECT}, {"retry.attempts", "7\n[http]", PSYNC_REJECT},
        {"http.user_agent", "a\nproxy = x", PSYNC_REJECT}, {"http.user_agent", " a", PSYNC_REJECT},
        {"http.user_agent", "a ; b", PSYNC_REJECT}, {"http.user_agent", "\"a\"", PSYNC_REJECT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_buf out;
        struct psync_error err = {0};
        if (edit("", cases[i].name, cases[i].value, &out, &err) != cases[i].expected)
            fail_msg("%s = %s: %s", cases[i].name, cases[i].value ? cases[i].value : "NULL", err.text);
        assert_true(err.text[0] != '\0');
        assert_int_equal(out.len, 0);
        psync_buf_done(&out);
    }
}

/* What would not be read back as it was meant is refused, whatever the reason. */
static void long_values_are_refused(void **state)
{
    char value[6000];
    (void)state;
    for (size_t n = 100; n < sizeof value; n += 100) {
        struct psync_buf out;
        memset(value, '#', n);
        value[n] = '\0';
        enum psync_result r = edit("", "http.user_agent", value, &out, NULL);
        assert_true(r == PSYNC_REJECT || (r == PSYNC_OK && strstr(out.data, value)));
        psync_buf_done(&out);
    }
}

static void all_or_nothing(void **state)
{
    const struct psync_override changes[] = {{"retry.attempts", "7"}, {"work.concurrency", "many"}};
    struct psync_buf out;
    (void)state;
    psync_buf_init(&out, 65536);
    assert_int_equal(psync_overrides_edit(PSYNC_SPAN(""), changes, 2, &out, NULL), PSYNC_REJECT);
    assert_int_equal(out.len, 0);
    assert_int_equal(psync_overrides_edit(PSYNC_SPAN("no file"), changes, 1, &out, NULL), PSYNC_REJECT);
    psync_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_made),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(long_values_are_refused),
        cmocka_unit_test(all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
