/* test_auth - header lines with secrets. */
#include "delivery/auth.h"
#include "http_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct {
    enum psync_auth_kind auth;
    const char *header, *token, *line; /* line NULL: refused */
} lines[] = {
    {PSYNC_AUTH_BEARER, "", "abc", "Authorization: Bearer abc"},
    {PSYNC_AUTH_BEARER, "X-API-Key", "abc", "Authorization: Bearer abc"},
    {PSYNC_AUTH_HEADER, "X-API-Key", "abc", "X-API-Key: abc"},
    {PSYNC_AUTH_NONE, "", "", ""},
    {PSYNC_AUTH_NONE, "", "abc", ""},
    {PSYNC_AUTH_BEARER, "", "", NULL},
    {PSYNC_AUTH_BEARER, "", "abc\ndef", NULL},
    {PSYNC_AUTH_BEARER, "", "abc\r", NULL},
    {PSYNC_AUTH_BEARER, "", "abc\tdef", NULL},
    {PSYNC_AUTH_BEARER, "", "abc\x7f", NULL},
    {PSYNC_AUTH_HEADER, "", "abc", NULL},
    {PSYNC_AUTH_HEADER, "X API", "abc", NULL},
    {PSYNC_AUTH_HEADER, "X-API:", "abc", NULL},
    {PSYNC_AUTH_HEADER, "X-API\r\nEvil", "abc", NULL},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct psync_destination_conf d = test_destination("https://x/");
        struct psync_error err = {0};
        struct psync_buf line;
        d.auth = lines[i].auth;
        d.auth_header = lines[i].header;
        d.token = lines[i].token;
        psync_buf_init(&line, 1000);
        enum psync_result r = psync_auth_add_line(&d, &line, &err);
        assert_int_equal(r, lines[i].line ? PSYNC_OK : PSYNC_REJECT);
        assert_string_equal(line.data, lines[i].line ? lines[i].line : "");
        if (!lines[i].line) {
            assert_string_not_equal(err.text, "");
            assert_true(lines[i].token[0] == '\0' || strstr(err.text, "abc") == NULL);
        }
        psync_secret_done(&line);
    }
}

static void test_too_long(void **state)
{
    struct psync_destination_conf d = test_destination("https://x/");
    struct psync_buf line;
    (void)state;
    psync_buf_init(&line, 10);
    assert_int_equal(psync_auth_add_line(&d, &line, NULL), PSYNC_REJECT);
    assert_int_equal(line.len, 0);
    psync_secret_done(&line);
}

static void test_mask(void **state)
{
    static const struct {
        const char *text, *secret, *masked;
    } rows[] = {
        {"token abcd here", "abcd", "token **** here"},
        {"abcdabcd", "abcd", "********"},
        {"ababcd", "abcd", "ab****"},
        {"abc", "abcd", "abc"},
        {"", "abcd", ""},
        {"abc abc", "abc", "abc abc"}, /* too short to tell from a word */
        {"anything", "", "anything"},
        {"{\"t\":\"a\\/b+c\\\"d\"}", "a/b+c\"d", "{\"t\":\"*********\"}"},
        {"a\\\\b\\u002fc.", "a\\b/c", "***********."},
        {"?t=a%2Fb%2bc%3D5&x", "a/b+c=5", "?t=*************&x"},
        {"?t=a+b%20c!", "a b c", "?t=*******!"},
        {"<b>a&amp;b&lt;&quot;c&#39;&#x2F;d</b>", "a&b<\"c'/d", "<b>******************************</b>"},
        {"a%25b%2", "a%25", "****b%2"}, /* as it is comes first */
        {"a%2Fb%2", "a/b/", "a%2Fb%2"}, /* cut */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        strcpy(text, rows[i].text);
        psync_secret_mask(text, strlen(text), rows[i].secret);
        assert_string_equal(text, rows[i].masked);
    }
}

static void test_wipe(void **state)
{
    char bytes[] = "secret";
    (void)state;
    psync_secret_wipe(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    psync_secret_wipe(NULL, 0);
}

static void test_header_names(void **state)
{
    char name[200];
    (void)state;
    assert_true(psync_header_name_valid("X-API-Key"));
    assert_false(psync_header_name_valid(""));
    assert_false(psync_header_name_valid("a b"));
    assert_false(psync_header_name_valid("caf\xc3\xa9"));
    memset(name, 'a', sizeof name);
    name[127] = '\0';
    assert_true(psync_header_name_valid(name));
    name[127] = 'a';
    name[128] = '\0';
    assert_false(psync_header_name_valid(name));
    assert_true(psync_header_value_valid("a\tb \xc3\xa9"));
    assert_false(psync_header_value_valid("a\nb"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_too_long),     cmocka_unit_test(test_mask),
        cmocka_unit_test(test_wipe),  cmocka_unit_test(test_header_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
