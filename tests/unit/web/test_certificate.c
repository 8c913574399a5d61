/* What is shown over TLS: read from PEM, and exchanged while the server runs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../self_signed.h"

#include "web/certificate.h"
#include "web/listen.h"
#include "web/server.h"

#include <curl/curl.h>
#include <time.h>

static void refuses_what_cannot_be_shown(void **state)
{
    struct self_signed a, b;
    (void)state;
    self_signed_make(&a, "IP:127.0.0.1");
    self_signed_make(&b, "IP:127.0.0.1");
    const struct {
        const char *chain, *key, *says;
    } cases[] = {{a.certificate, b.key, "its key"}, {a.certificate, "", "private key"}, {a.certificate, a.certificate, "private key"},
                 {"", a.key, "no certificate"}, {a.key, a.key, "no certificate"}, {"none", "none", "private key"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_web_certificate *c = NULL;
        struct psync_error err = {{0}};
        assert_int_equal(psync_web_certificate_new(cases[i].chain, cases[i].key, &c, &err), PSYNC_REJECT);
        assert_null(c);
        if (!strstr(err.text, cases[i].says))
            fail_msg("case %zu: %s", i, err.text);
    }
    psync_web_certificate_free(NULL);
    self_signed_done(&a);
    self_signed_done(&b);
}

static void knows_its_end(void **state)
{
    struct self_signed a;
    struct psync_web_certificate *c = NULL;
    (void)state;
    self_signed_make(&a, "IP:127.0.0.1");
    assert_int_equal(psync_web_certificate_new(a.certificate, a.key, &c, NULL), PSYNC_OK);
    assert_true(psync_web_certificate_ends_at(c) > psync_clock_wall());
    psync_web_certificate_free(c);
    self_signed_done(&a);
}

static void answer(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_reply(rq, 200, "text/plain", PSYNC_SPAN("ok"));
}

/* The result of a request that trusts that certificate alone; *ret_new: how many connections it made. */
static CURLcode ask(CURL *curl, const struct psync_web_server *server, const struct self_signed *trusted, long *ret_new)
{
    char url[64];
    struct curl_blob blob = {(void *)(uintptr_t)trusted->certificate, strlen(trusted->certificate), CURL_BLOB_COPY};
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", (unsigned)psync_web_server_port(server));
    assert_int_equal(curl_easy_setopt(curl, CURLOPT_URL, url), CURLE_OK);
    assert_int_equal(curl_easy_setopt(curl, CURLOPT_NOBODY, 1L), CURLE_OK);
    assert_int_equal(curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L), CURLE_OK);
    assert_int_equal(curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob), CURLE_OK);
    CURLcode r = curl_easy_perform(curl);
    assert_int_equal(curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, ret_new), CURLE_OK);
    return r;
}

static struct psync_web_certificate *certificate(const struct self_signed *pair)
{
    struct psync_web_certificate *c = NULL;
    assert_int_equal(psync_web_certificate_new(pair->certificate, pair->key, &c, NULL), PSYNC_OK);
    return c;
}

static void shows_another_one(void **state)
{
    static const struct psync_web_route route = {"GET", "/", answer, NULL};
    struct psync_web_conf conf = {.routes = &route, .n_routes = 1};
    struct psync_web_server *server = NULL;
    struct self_signed pairs[3];
    CURL *old = curl_easy_init();
    long made = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++)
        self_signed_make(&pairs[i], "IP:127.0.0.1");
    conf.certificate = certificate(&pairs[0]);
    assert_int_equal(psync_web_listen_tcp("127.0.0.1:0", &conf.listen_fd, NULL), PSYNC_OK);
    assert_int_equal(psync_web_server_new(&conf, &server, NULL), PSYNC_OK);
    assert_int_equal(ask(old, server, &pairs[0], &made), CURLE_OK);
    assert_int_equal(made, 1);
    assert_false(psync_web_server_show(server, certificate(&pairs[0])));
    for (size_t i = 1; i < 3; i++) {
        CURL *fresh = curl_easy_init();
        assert_true(psync_web_server_show(server, certificate(&pairs[i])));
        assert_int_equal(ask(fresh, server, &pairs[i - 1], &made), CURLE_PEER_FAILED_VERIFICATION);
        assert_int_equal(ask(fresh, server, &pairs[i], &made), CURLE_OK);
        curl_easy_cleanup(fresh);
    }
    assert_int_equal(ask(old, server, &pairs[0], &made), CURLE_OK); /* who is connected goes on */
    assert_int_equal(made, 0);
    assert_true(psync_web_server_responds(server, 20000));
    curl_easy_cleanup(old);
    psync_web_server_free(server);
    for (size_t i = 0; i < 3; i++)
        self_signed_done(&pairs[i]);
}

/* TLS 1.0 and 1.1 are not spoken any more (RFC 8996). */
static void speaks_nothing_old(void **state)
{
    static const struct {
        long versions;
        const char *ciphers;
        CURLcode expected;
    } cases[] = {{CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_0, "ALL:@SECLEVEL=0", CURLE_SSL_CONNECT_ERROR},
                 {CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_1, "ALL:@SECLEVEL=0", CURLE_SSL_CONNECT_ERROR},
                 {CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_2, "ALL:@SECLEVEL=0", CURLE_OK},
                 {CURL_SSLVERSION_TLSv1_3, "ALL", CURLE_OK}};
    static const struct psync_web_route route = {"GET", "/", answer, NULL};
    struct psync_web_conf conf = {.routes = &route, .n_routes = 1};
    struct psync_web_server *server = NULL;
    struct self_signed pair;
    (void)state;
    self_signed_make(&pair, "IP:127.0.0.1");
    conf.certificate = certificate(&pair);
    assert_int_equal(psync_web_listen_tcp("127.0.0.1:0", &conf.listen_fd, NULL), PSYNC_OK);
    assert_int_equal(psync_web_server_new(&conf, &server, NULL), PSYNC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CURL *curl = curl_easy_init();
        long made;
        assert_int_equal(curl_easy_setopt(curl, CURLOPT_SSLVERSION, cases[i].versions), CURLE_OK);
        assert_int_equal(curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, cases[i].ciphers), CURLE_OK);
        CURLcode r = ask(curl, server, &pair, &made);
        if (r != cases[i].expected)
            fail_msg("case %zu: %s", i, curl_easy_strerror(r));
        curl_easy_cleanup(curl);
    }
    psync_web_server_free(server);
    self_signed_done(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_cannot_be_shown),
        cmocka_unit_test(knows_its_end),
        cmocka_unit_test(shows_another_one),
        cmocka_unit_test(speaks_nothing_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
