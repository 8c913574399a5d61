/* Rules for texts and addresses: what is fine, what is refused, and that no reason repeats a value. */
#include "fixture.h"

#include "config/check.h"
#include "config/url.h"

typedef enum psync_result check_function(const char *value, struct psync_error *err);

struct check_case {
    check_function *check;
    const char *value;
    const char *reason; /* part of it; NULL: fine */
};

#define LONG_LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 64 */

static const struct check_case cases[] = {
    {psync_check_text, "", NULL},
    {psync_check_text, "/var/lib/\xC3\xA9t\xC3\xA9", NULL},
    {psync_check_text, "a\nb", "control character"},
    {psync_check_text, "\x7f", "control character"},
    {psync_check_text, "\xC3", "not UTF-8"},

    {psync_check_token, "", NULL},
    {psync_check_token, "abc.DEF-123_~+/=", NULL},
    {psync_check_token, "two words", NULL},
    {psync_check_token, "a#b\"c", NULL},
    {psync_check_token, "\"abc\"", "in quotes"},
    {psync_check_token, "'abc'", "in quotes"},
    {psync_check_token, "abc # mine", "behind a space"},
    {psync_check_token, "ab\tcd", "control character"},
    {psync_check_token, "ab\rcd", "control"},
    {psync_check_token, "ab\x01", "control"},
    {psync_check_token, "caf\xC3\xA9", "not ASCII"},
    {psync_check_token, " ab", "white space"},
    {psync_check_token, "ab ", "white space"},

    {psync_check_header_name, "X-API-Key", NULL},
    {psync_check_header_name, "Authorization", NULL},
    {psync_check_header_name, "", "expected a header's name"},
    {psync_check_header_name, "X API", "expected a header's name"},
    {psync_check_header_name, "X:", "expected a header's name"},
    {psync_check_header_name, "host", "Host cannot be set"},
    {psync_check_header_name, "CONTENT-LENGTH", "Content-Length cannot be set"},
    {psync_check_header_name, LONG_LABEL "a", "expected a header's name"},

    {psync_check_headers, "", NULL},
    {psync_check_headers, "X-A: 1", NULL},
    {psync_check_headers, "X-A:1\nX-B:  two words", NULL},
    {psync_check_headers, "X-A", "expected `Name: value`"},
    {psync_check_headers, "X-A: 1\nnonsense", "expected `Name: value`"},
    {psync_check_headers, "X-A:", "no value"},
    {psync_check_headers, "X-A: a\rb", "must not have"},
    {psync_check_headers, "X-A: caf\xC3\xA9", "must not have"},
    {psync_check_headers, ": 1", "expected a header's name"},
    {psync_check_headers, "X-A : 1", "expected a header's name"},
    {psync_check_headers, "Host: other", "Host cannot be set"},
    {psync_check_headers, "content-type: text/plain", "Content-Type cannot be set"},
    {psync_check_headers, "Transfer-Encoding: chunked", "Transfer-Encoding cannot be set"},
    {psync_check_headers, "Connection: close", "Connection cannot be set"},
    {psync_check_headers, "Content-Length: 5", "Content-Length cannot be set"},

    {psync_check_driver, "sqlite", NULL},
    {psync_check_driver, "redis", "expected sqlite"},
    {psync_check_group, "www-data", NULL},
    {psync_check_group, "-x", "expected a group"},
    {psync_check_group, "a b", "expected a group"},
    {psync_check_language, "pt-BR", NULL},
    {psync_check_language, "fr;", "expected a language"},
    {psync_check_percent, "", NULL},
    {psync_check_percent, "0", NULL},
    {psync_check_percent, "20", NULL},
    {psync_check_percent, "5.5", NULL},
    {psync_check_percent, "99.999999", NULL},
    {psync_check_percent, "100", NULL},
    {psync_check_percent, "100.00", NULL},
    {psync_check_percent, "100.01", "percentage"},
    {psync_check_percent, "101", "percentage"},
    {psync_check_percent, "1000", "percentage"},
    {psync_check_percent, "-1", "percentage"},
    {psync_check_percent, "20%", "percentage"},
    {psync_check_percent, "5.", "percentage"},
    {psync_check_percent, ".5", "percentage"},
    {psync_check_percent, "1e1", "percentage"},
    {psync_check_percent, "5.1234567", "percentage"},
    {psync_check_pass, "", NULL},
    {psync_check_pass, "reference", NULL},
    {psync_check_pass, "reference,description", NULL},
    {psync_check_pass, "reference,", "expected names"},
    {psync_check_pass, ",reference", "expected names"},
    {psync_check_pass, "a, b", "expected names"},
    {psync_check_pass, "a,price", "price is sent anyway"},
    {psync_check_pass, LONG_LABEL "a", "expected names"},
    {psync_check_pass, "ab,a,b", NULL},
    {psync_check_pass, "a,b,a", "names a twice"},
    {psync_check_pass, "1,2,3,4,5,6,7,8,9,0,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v", NULL},
    {psync_check_pass, "1,2,3,4,5,6,7,8,9,0,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w", "more than 32"},
    {psync_check_method, "HEAD", NULL},
    {psync_check_method, "get", "expected GET"},
    {psync_check_method, "DELETE", "expected GET"},
    {psync_check_destination, "eu-1.shop_2", NULL},
    {psync_check_destination, LONG_LABEL, NULL},
    {psync_check_destination, "shop/12", NULL},
    {psync_check_destination, LONG_LABEL "a", "expected 1 to 64"},
    {psync_check_destination, "", "expected 1 to 64"},
    {psync_check_destination, "EU", "expected 1 to 64"},
    {psync_check_destination, "a b", "expected 1 to 64"},
    {psync_check_destination, "shop/", "expected 1 to 64"},
    {psync_check_destination, "shop/x", "expected 1 to 64"},
    {psync_check_destination, "shop/1/2", "expected 1 to 64"},

    {psync_url_check, "", NULL},
    {psync_url_check, "https://api.example.com/products", NULL},
    {psync_url_check, "HTTPS://API.example.com", NULL},
    {psync_url_check, "http://localhost:8080/x?a=b&c=%20", NULL},
    {psync_url_check, "https://my_host.internal./", NULL},
    {psync_url_check, "https://[2001:db8::1]:443/", NULL},
    {psync_url_check, "https://10.0.0.1:65535?q", NULL},
    {psync_url_check, "https://xn--caf-dma.example/", NULL},
    {psync_url_check, "api.example.com", "begins with https://"},
    {psync_url_check, "ftp://api.example.com", "begins with https://"},
    {psync_url_check, "file:///etc/passwd", "begins with https://"},
    {psync_url_check, "https:/api.example.com", "begins with https://"},
    {psync_url_check, "https://", "has no host"},
    {psync_url_check, "https:///x", "has no host"},
    {psync_url_check, "https://:80/", "has no host"},
    {psync_url_check, "https://user:pass@api.example.com/", "destination.token_file"},
    {psync_url_check, "https://user@api.example.com/", "destination.token_file"},
    {psync_url_check, "https://api.example.com/#top", "fragment"},
    {psync_url_check, "https://api.example.com#top", "fragment"},
    {psync_url_check, "https://api.example.com/a b", "has a space"},
    {psync_url_check, "https://api.example.com/\xC3\xA9", "not ASCII"},
    {psync_url_check, "https://api.example.com/\n", "control character"},
    {psync_url_check, "https://api.example.com/%zz", "two hex digits"},
    {psync_url_check, "https://api.example.com/%4", "two hex digits"},
    {psync_url_check, "https://api.example.com/{id}", "written as %7B"},
    {psync_url_check, "https://api.example.com\\@evil.example/", "destination.token_file"},
    {psync_url_check, "https://api.example.com\\evil/", "neither a name nor an address"},
    {psync_url_check, "https://a..b/", "neither a name nor an address"},
    {psync_url_check, "https://.a/", "neither a name nor an address"},
    {psync_url_check, "https://" LONG_LABEL "/", "neither a name nor an address"},
    {psync_url_check, "https://[::1/", "host"},
    {psync_url_check, "https://[::g]/", "neither a name nor an address"},
    {psync_url_check, "https://[::1%25eth0]/", "neither a name nor an address"},
    {psync_url_check, "https://[::1]x/", "something else than a port"},
    {psync_url_check, "https://a:0/", "a port from 1 to 65535"},
    {psync_url_check, "https://a:65536/", "a port from 1 to 65535"},
    {psync_url_check, "https://a:000080/", "a port from 1 to 65535"},
    {psync_url_check, "https://a:/", "a port from 1 to 65535"},
    {psync_url_check, "https://a:8a/", "a port from 1 to 65535"},

    {psync_proxy_check, "", NULL},
    {psync_proxy_check, "http://proxy:3128", NULL},
    {psync_proxy_check, "http://user:p%40ss@proxy:3128/", NULL},
    {psync_proxy_check, "socks5h://[::1]:1080", NULL},
    {psync_proxy_check, "proxy:3128", "expected http://"},
    {psync_proxy_check, "http://proxy:3128/path", "something behind"},
    {psync_proxy_check, "http://u:p@:3128", "has no host"},
    {psync_proxy_check, "http://u:p q@h:3128", "has a space"},
};

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct check_case *c = &cases[i];
        struct psync_error err = {0};
        enum psync_result r = c->check(c->value, &err);

        if (r != (c->reason ? PSYNC_REJECT : PSYNC_OK) || (c->reason && !strstr(err.text, c->reason)))
            fail_msg("case %zu: %s: %s %s", i, c->value, psync_result_name(r), err.text);
    }
}

static void too_long(void **state)
{
    static char text[8192];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(psync_check_group(text, NULL), PSYNC_REJECT);
    assert_int_equal(psync_check_language(text, NULL), PSYNC_REJECT);
    memcpy(text, "X-A: ", 5);
    assert_int_equal(psync_check_headers(text, NULL), PSYNC_REJECT);
    memcpy(text, "https://a/", 10);
    assert_int_equal(psync_url_check(text, NULL), PSYNC_REJECT);
    text[2048] = '\0';
    assert_int_equal(psync_url_check(text, NULL), PSYNC_OK);
    text[PSYNC_SOCKET_PATH_MAX + 1] = '\0';
    assert_int_equal(psync_check_socket(text, NULL), PSYNC_REJECT);
    text[PSYNC_SOCKET_PATH_MAX] = '\0';
    assert_int_equal(psync_check_socket(text, NULL), PSYNC_OK);
}

static void loopback_is_told_by_address(void **state)
{
    static const struct {
        const char *url;
        bool loopback;
    } hosts[] = {
        {"http://localhost/", true},        {"http://LOCALHOST:80", true},
        {"http://127.0.0.1", true},         {"http://127.255.3.4/", true},
        {"http://[::1]/", true},            {"http://[0:0:0:0:0:0:0:1]/", true},
        {"http://128.0.0.1/", false},       {"http://localhost.example.com/", false},
        {"http://127.0.0.1.example/", false}, {"http://[::2]/", false},
        {"http://2130706433/", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct psync_url url;

        assert_int_equal(psync_url_parse(hosts[i].url, &url, NULL), PSYNC_OK);
        assert_int_equal(url.loopback, hosts[i].loopback);
        assert_false(url.https);
    }
}

static void headers_are_found_in_any_case(void **state)
{
    (void)state;
    assert_true(psync_headers_have("X-A: 1\nauthorization: x", "Authorization"));
    assert_true(psync_headers_have("X-A: 1", "x-a"));
    assert_false(psync_headers_have("X-AB: 1", "X-A"));
    assert_false(psync_headers_have("X-B: X-A: 1", "X-A"));
    assert_false(psync_headers_have("", "X-A"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(too_long),
        cmocka_unit_test(loopback_is_told_by_address),
        cmocka_unit_test(headers_are_found_in_any_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
