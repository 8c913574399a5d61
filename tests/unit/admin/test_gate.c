/* The gate: who passes, by what a request says of itself. Accounts are real files in a folder of the test's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "admin/gate.h"
#include "config/load.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOW = 1000000000, WALL = 2000000000 }; /* the clock was set since the process began */
#define PASSWORD "correct horse battery"

struct fixture {
    char folder[64], setting[96], token[PSYNC_TOKEN_TEXT], reader[PSYNC_TOKEN_TEXT];
    struct psync_config *config;
    struct psync_gate *gate;
};

static enum psync_result fill(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    struct fixture *f = arg;
    struct psync_user *user;
    struct psync_token *token;
    assert_int_equal(psync_accounts_add_user(a, &user, err), PSYNC_OK);
    user->rights = PSYNC_MAY_ADMIN;
    snprintf(user->name, sizeof user->name, "anna");
    assert_int_equal(psync_password_hash(PASSWORD, user->hash, err), PSYNC_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(psync_accounts_add_token(a, &token, err), PSYNC_OK);
        snprintf(token->name, sizeof token->name, "t%d", i);
        token->rights = i ? PSYNC_MAY_READ : PSYNC_MAY_INGEST;
        token->expires_at = i ? WALL + 1000 : 0;
        assert_int_equal(psync_token_make(token->id, i ? f->reader : f->token, token->digest, err), PSYNC_OK);
    }
    return PSYNC_OK;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/psync-gate-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->setting, sizeof f->setting, "state.folder=%s", f->folder);
    assert_int_equal(psync_accounts_edit(f->folder, fill, f, NULL), PSYNC_OK);
    *state = f;
    return 0;
}

static void close_gate(struct fixture *f)
{
    psync_gate_free(f->gate);
    psync_config_free(f->config);
    f->gate = NULL;
    f->config = NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char path[96];
    static const char *const names[] = {"access.json", "access.json.lock"};
    close_gate(f);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(f->folder);
    free(f);
    return 0;
}

/* `more`: up to three settings, NULL for none. */
static struct psync_gate *open_gate(struct fixture *f, const char *const more[3])
{
    const char *sets[4] = {f->setting};
    struct psync_config_source source = {.sets = sets, .n_sets = 1, .no_files = true};
    for (size_t i = 0; i < 3 && more && more[i]; i++)
        sets[source.n_sets++] = more[i];
    close_gate(f);
    assert_int_equal(psync_config_load(&source, &f->config, NULL, NULL), PSYNC_OK);
    assert_int_equal(psync_gate_new(f->config, false, &f->gate, NULL), PSYNC_OK);
    return f->gate;
}

static struct psync_knock plain(enum psync_scope scope)
{
    return (struct psync_knock){.scope = scope, .changes = scope != PSYNC_SCOPE_READ && scope != PSYNC_SCOPE_NONE,
                                .peer = "127.0.0.1", .host = "localhost:9470", .n_hosts = 1, .wall = WALL};
}

static enum psync_passage ask(struct psync_gate *g, struct psync_knock k)
{
    struct psync_caller caller;
    return psync_gate_judge(g, &k, NOW, &caller);
}

static void knows_its_hosts(void **state)
{
    static const struct {
        const char *host;
        enum psync_passage expected;
    } cases[] = {
        {"localhost", PSYNC_PASS}, {"LocalHost:1", PSYNC_PASS}, {"127.0.0.1:9470", PSYNC_PASS}, {"127.9.9.9", PSYNC_PASS},
        {"[::1]", PSYNC_PASS}, {"[::1]:9470", PSYNC_PASS}, {"[::ffff:127.0.0.1]", PSYNC_PASS},
        {"10.0.0.1", PSYNC_REFUSE_UNKNOWN}, {"shop.example:443", PSYNC_REFUSE_UNKNOWN}, {"SHOP.example", PSYNC_REFUSE_UNKNOWN},
        {"b.example", PSYNC_REFUSE_UNKNOWN}, {"shop.example.", PSYNC_REFUSE_HOST}, {"example", PSYNC_REFUSE_HOST},
        {"shop", PSYNC_REFUSE_HOST}, {"shop.example,b.example", PSYNC_REFUSE_HOST}, {"localhost.", PSYNC_REFUSE_HOST},
        {"xlocalhost", PSYNC_REFUSE_HOST}, {"127.0.0.1.example", PSYNC_REFUSE_HOST}, {"127.0.0.1:x", PSYNC_REFUSE_HOST},
        {"[::1", PSYNC_REFUSE_HOST}, {"[::1]x", PSYNC_REFUSE_HOST}, {"", PSYNC_REFUSE_HOST}, {":9470", PSYNC_REFUSE_HOST},
        {"[]", PSYNC_REFUSE_HOST}, {"0x7f.1", PSYNC_REFUSE_HOST}, {NULL, PSYNC_REFUSE_HOST}};
    struct psync_gate *g = open_gate(*state, (const char *const[3]){"serve.hosts=shop.example,b.example", "serve.rate=0"});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_knock k = plain(PSYNC_SCOPE_READ);
        k.host = cases[i].host;
        if (ask(g, k) != cases[i].expected)
            fail_msg("%s: %d, expected %d", cases[i].host ? cases[i].host : "NULL", (int)ask(g, k), (int)cases[i].expected);
    }
    struct psync_knock twice = plain(PSYNC_SCOPE_NONE);
    twice.n_hosts = 2;
    assert_int_equal(ask(g, twice), PSYNC_REFUSE_HOST);
}

static void reading_is_free_at_home_alone(void **state)
{
    static const struct {
        const char *sets[3];
        const char *peer;
        bool forwarded;
        enum psync_passage expected;
    } cases[] = {
        {{NULL}, "127.0.0.1", false, PSYNC_PASS},
        {{NULL}, "::1", false, PSYNC_PASS},
        {{NULL}, "10.0.0.9", false, PSYNC_REFUSE_UNKNOWN},
        {{NULL}, "127.0.0.1", true, PSYNC_REFUSE_PROXY},
        {{"serve.login=always"}, "127.0.0.1", false, PSYNC_REFUSE_UNKNOWN},
        {{"serve.listen=0.0.0.0:1"}, "127.0.0.1", false, PSYNC_REFUSE_UNKNOWN},
        {{"serve.listen=[::1]:1"}, "::1", false, PSYNC_PASS},
        {{"serve.proxy=127.0.0.1"}, "127.0.0.1", false, PSYNC_REFUSE_UNKNOWN},
        {{"serve.proxy=127.0.0.1"}, "127.0.0.1", true, PSYNC_REFUSE_UNKNOWN},
        {{"serve.proxy=10.0.0.1"}, "127.0.0.1", false, PSYNC_REFUSE_PROXY},
        {{"serve.proxy=0:0::1"}, "::1", true, PSYNC_REFUSE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_gate *g = open_gate(*state, cases[i].sets);
        struct psync_knock k = plain(PSYNC_SCOPE_READ);
        k.peer = cases[i].peer;
        k.forwarded = cases[i].forwarded;
        if (ask(g, k) != cases[i].expected)
            fail_msg("case %zu: %d", i, (int)ask(g, k));
        k.scope = PSYNC_SCOPE_SOCKET;
        assert_int_not_equal(ask(g, k), PSYNC_PASS);
    }
}

static void tokens_have_scopes(void **state)
{
    static const enum psync_scope scopes[] = {PSYNC_SCOPE_READ, PSYNC_SCOPE_INGEST, PSYNC_SCOPE_ADMIN, PSYNC_SCOPE_SOCKET};
    struct fixture *f = *state;
    struct psync_gate *g = open_gate(f, NULL);
    char field[2][100];
    snprintf(field[0], sizeof field[0], "Bearer %s", f->token);
    snprintf(field[1], sizeof field[1], "bearer  %s", f->reader);
    for (size_t i = 0; i < 4; i++)
        for (size_t t = 0; t < 2; t++) {
            struct psync_knock k = plain(scopes[i]);
            k.authorization = field[t];
            bool may = t ? scopes[i] == PSYNC_SCOPE_READ : scopes[i] == PSYNC_SCOPE_INGEST;
            assert_int_equal(ask(g, k), may ? PSYNC_PASS : PSYNC_REFUSE_SCOPE);
        }
    struct psync_knock k = plain(PSYNC_SCOPE_READ);
    k.authorization = field[1];
    k.wall = WALL + 999;
    assert_int_equal(ask(g, k), PSYNC_PASS);
    k.wall = WALL + 1000;
    assert_int_equal(ask(g, k), PSYNC_REFUSE_UNKNOWN); /* it has ended */
    k.authorization = "Bearer nonsense";
    assert_int_equal(ask(g, k), PSYNC_REFUSE_UNKNOWN); /* also where no token would do */
}

static const char *log_in(struct psync_gate *g, char ret_cookie[160], char ret_csrf[PSYNC_RANDOM_TEXT])
{
    struct psync_caller caller;
    char value[PSYNC_RANDOM_TEXT];
    assert_int_equal(psync_gate_login(g, "anna", PASSWORD, "127.0.0.1", NOW, &caller, value), PSYNC_OK);
    snprintf(ret_cookie, 160, "a=b; %s=%s; c=d", psync_gate_cookie_name(g), value);
    strcpy(ret_csrf, caller.csrf);
    return ret_cookie;
}

static void changes_with_a_cookie_come_from_our_page(void **state)
{
    static const struct {
        const char *origin, *site;
        bool text;
        enum psync_passage expected;
    } cases[] = {
        {NULL, NULL, true, PSYNC_PASS},
        {"http://localhost:9470", "same-origin", true, PSYNC_PASS},
        {NULL, "none", true, PSYNC_PASS},
        {NULL, NULL, false, PSYNC_REFUSE_FORGED},
        {"http://localhost:9471", NULL, true, PSYNC_REFUSE_FORGED},
        {"http://evil.example", NULL, true, PSYNC_REFUSE_FORGED},
        {"null", NULL, true, PSYNC_REFUSE_FORGED},
        {"", NULL, true, PSYNC_REFUSE_FORGED},
        {NULL, "cross-site", true, PSYNC_REFUSE_FORGED},
        {NULL, "same-site", true, PSYNC_REFUSE_FORGED},
    };
    struct psync_gate *g = open_gate(*state, NULL);
    char cookie[160], csrf[PSYNC_RANDOM_TEXT];
    log_in(g, cookie, csrf);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_knock k = plain(PSYNC_SCOPE_ADMIN);
        k.cookie = cookie;
        k.origin = cases[i].origin;
        k.fetch_site = cases[i].site;
        k.csrf = cases[i].text ? csrf : NULL;
        if (ask(g, k) != cases[i].expected)
            fail_msg("case %zu: %d", i, (int)ask(g, k));
    }
    psync_gate_logout(g, cookie);
    struct psync_knock k = plain(PSYNC_SCOPE_ADMIN);
    k.cookie = cookie;
    k.csrf = csrf;
    assert_int_equal(ask(g, k), PSYNC_REFUSE_UNKNOWN);
}

static void sessions_end(void **state)
{
    struct psync_gate *g = open_gate(*state, (const char *const[3]){"serve.session=1h"});
    char cookie[160], csrf[PSYNC_RANDOM_TEXT];
    struct psync_caller caller;
    struct psync_knock k = plain(PSYNC_SCOPE_READ);
    k.cookie = log_in(g, cookie, csrf);
    psync_ms now = NOW;
    for (int i = 0; i < 5; i++) { /* used, it goes on */
        now += 3600 * 1000;
        psync_gate_recognize(g, &k, now, &caller);
        assert_int_equal(caller.kind, PSYNC_CALLER_USER);
        assert_int_equal(caller.expires_at, now + 3600 * 1000);
    }
    psync_gate_recognize(g, &k, now + 3600 * 1000 + 1, &caller);
    assert_int_equal(caller.kind, PSYNC_CALLER_NOBODY);
}

static void cookies_are_read_exactly(void **state)
{
    struct psync_gate *g = open_gate(*state, NULL);
    char cookie[160], csrf[PSYNC_RANDOM_TEXT], value[PSYNC_RANDOM_TEXT], text[512];
    static const struct {
        const char *format;
        bool known;
    } cases[] = {{"productsync=%s", true},    {"x=y; productsync=%s", true}, {"productsync=%s;", true}, {";; productsync=%s ", false},
                 {"productsync=%s0", false},  {"productsync =%s", false},   {"xproductsync=%s", false}, {"productsync=\"%s\"", false},
                 {"productsyncs=%s", false},  {"Productsync=%s", false},    {"productsync=", false}};
    log_in(g, cookie, csrf);
    snprintf(value, sizeof value, "%.64s", strchr(cookie + 4, '=') + 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_caller caller;
        struct psync_knock k = plain(PSYNC_SCOPE_READ);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, cases[i].format, value);
#pragma GCC diagnostic pop
        k.cookie = text;
        psync_gate_recognize(g, &k, NOW, &caller);
        if ((caller.kind == PSYNC_CALLER_USER) != cases[i].known)
            fail_msg("%s", cases[i].format);
    }
}

static void the_client_is_whom_the_proxy_saw(void **state)
{
    static const struct {
        const char *field, *expected;
    } cases[] = {{"9.9.9.9", "9.9.9.9"}, {"1.1.1.1, 9.9.9.9", "9.9.9.9"}, {"spoofed,\t9.9.9.9 ", "9.9.9.9"}, {"2001:db8::1", "2001:db8::1"},
                 {"unknown", "10.0.0.1"}, {"", "10.0.0.1"}, {"9.9.9.9,", "10.0.0.1"}, {NULL, "10.0.0.1"}};
    struct psync_gate *g = open_gate(*state, (const char *const[3]){"serve.proxy=10.0.0.1", "serve.listen=0.0.0.0:1"});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct psync_caller caller;
        struct psync_knock k = plain(PSYNC_SCOPE_NONE);
        k.peer = "10.0.0.1";
        k.forwarded_for = cases[i].field;
        k.forwarded = true;
        assert_int_equal(psync_gate_judge(g, &k, NOW, &caller), PSYNC_PASS);
        assert_string_equal(caller.client, cases[i].expected);
    }
}

static void a_client_beyond_its_rate_waits(void **state)
{
    struct psync_gate *g = open_gate(*state, (const char *const[3]){"serve.rate=10"});
    struct psync_knock k = plain(PSYNC_SCOPE_READ);
    struct psync_caller caller;
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask(g, k), PSYNC_PASS);
    assert_int_equal(ask(g, k), PSYNC_REFUSE_RATE);
    k.peer = "127.0.0.2";
    assert_int_equal(ask(g, k), PSYNC_PASS);
    k.peer = "127.0.0.1";
    assert_int_equal(psync_gate_judge(g, &k, NOW + 100, &caller), PSYNC_PASS);
    assert_int_equal(psync_gate_judge(g, &k, NOW + 100, &caller), PSYNC_REFUSE_RATE);
}

/* Whoever has one address of IPv6 has 2^64 of them. */
static void one_network_is_one_client(void **state)
{
    static const char *const same[] = {"2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"},
                      *const others[] = {"2001:db8:0:1::1", "::ffff:10.0.0.1", "::ffff:10.0.0.2", "10.0.0.3"};
    struct psync_gate *g = open_gate(*state, (const char *const[3]){"serve.rate=10", "serve.listen=0.0.0.0:1", "serve.proxy=127.0.0.1"});
    struct psync_knock k = plain(PSYNC_SCOPE_NONE);
    struct psync_caller caller;
    char cookie[PSYNC_RANDOM_TEXT];
    k.forwarded = true;
    for (int i = 0; i < 20; i++) {
        k.forwarded_for = same[i % 3];
        assert_int_equal(ask(g, k), PSYNC_PASS);
    }
    for (size_t i = 0; i < 3; i++) {
        k.forwarded_for = same[i];
        assert_int_equal(ask(g, k), PSYNC_REFUSE_RATE);
    }
    for (size_t i = 0; i < 4; i++) {
        k.forwarded_for = others[i];
        for (int n = 0; n < 20; n++)
            assert_int_equal(ask(g, k), PSYNC_PASS);
        assert_int_equal(ask(g, k), PSYNC_REFUSE_RATE);
    }
    for (int i = 0; i < 5; i++)
        assert_int_equal(psync_gate_login(g, "anna", "wrong", same[i % 3], NOW, &caller, cookie), PSYNC_EMPTY);
    for (size_t i = 0; i < 3; i++)
        assert_true(psync_gate_login_wait(g, "anna", same[i], NOW) > 0);
    assert_int_equal(psync_gate_login_wait(g, "anna", others[0], NOW), 0);
}

static void set_descriptors(rlim_t n)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A file that cannot be read for a moment lets nobody in for that moment. */
static void accounts_are_looked_at_again(void **state)
{
    struct fixture *f = *state;
    struct psync_gate *g = open_gate(f, NULL);
    struct psync_knock k = plain(PSYNC_SCOPE_INGEST);
    struct psync_caller caller;
    struct rlimit before;
    char field[100], path[96];
    snprintf(field, sizeof field, "Bearer %s", f->token);
    snprintf(path, sizeof path, "%s/access.json", f->folder);
    k.authorization = field;
    assert_int_equal(psync_gate_judge(g, &k, NOW, &caller), PSYNC_PASS);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
    set_descriptors(0);
    assert_int_equal(psync_gate_judge(g, &k, NOW + 2000, &caller), PSYNC_REFUSE_UNKNOWN);
    set_descriptors(before.rlim_cur);
    assert_int_equal(psync_gate_judge(g, &k, NOW + 4000, &caller), PSYNC_PASS);
}

static void refuses_to_listen_to_the_world_unprotected(void **state)
{
    static const struct {
        const char *sets[3];
        bool fine;
    } cases[] = {
        {{NULL}, true}, {{"serve.listen=localhost:1"}, true}, {{"serve.listen=127.1.2.3:1"}, true}, {{"serve.listen=[::1]:1"}, true},
        {{"serve.listen=:1"}, false}, {{"serve.listen=0.0.0.0:1"}, false}, {{"serve.listen=[::]:1"}, false},
        {{"serve.listen=10.0.0.1:1"}, false}, {{"serve.listen=shop.example:1"}, false}, {{"serve.listen=localhost.example:1"}, false},
        {{"serve.listen=0.0.0.0:1", "serve.proxy=10.0.0.1"}, true},
        {{"serve.listen=0.0.0.0:1", "serve.tls_cert=a", "serve.tls_key=b"}, true}, {{"serve.tls_cert=a"}, false},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)open_gate(f, cases[i].sets);
        if ((psync_gate_check_config(f->config, NULL) == PSYNC_OK) != cases[i].fine)
            fail_msg("case %zu", i);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(knows_its_hosts),
        TEST(reading_is_free_at_home_alone),
        TEST(tokens_have_scopes),
        TEST(changes_with_a_cookie_come_from_our_page),
        TEST(sessions_end),
        TEST(cookies_are_read_exactly),
        TEST(the_client_is_whom_the_proxy_saw),
        TEST(a_client_beyond_its_rate_waits),
        TEST(accounts_are_looked_at_again),
        TEST(one_network_is_one_client),
        TEST(refuses_to_listen_to_the_world_unprotected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
