/* Loading: which source wins, what a wrong value says, what depends on what, and that no secret comes out. */
#include "fixture.h"

#define SECRET_TOKEN "s3cr3t-T0ken"

/* ---- precedence ---- */

static void defaults_are_those_promised(void **state)
{
    struct psync_config *c = load_ok(NULL, NULL);

    (void)state;
    assert_int_equal(c->retry.attempts, 5);
    assert_int_equal(c->retry.backoff, 1000);
    assert_int_equal(c->retry.backoff_max, 300000);
    assert_int_equal(c->retry.jitter, PSYNC_JITTER_ADD);
    assert_int_equal(c->retry.jitter_max, 250);
    assert_int_equal(c->retry.give_up_after, (psync_ms)72 * 3600 * 1000);
    assert_int_equal(c->retry.conflict, PSYNC_CONFLICT_DONE);
    assert_int_equal(c->http.timeout, 10000);
    assert_int_equal(c->http.connect_timeout, 5000);
    assert_int_equal(c->http.max_response_bytes, 65536);
    assert_int_equal(c->queue.max_depth, 10000000);
    assert_int_equal(c->queue.reserve_bytes, 64 << 20);
    assert_int_equal(c->batch.size, 1);
    assert_int_equal(c->work.concurrency, 32);
    assert_true(c->work.adaptive);
    assert_int_equal(c->breaker.refusals, 20);
    assert_int_equal(c->payload.version, -1);
    assert_int_equal(c->payload.digits, 2);
    assert_int_equal(c->log.level, PSYNC_LOG_INFO);
    assert_string_equal(c->test_method, "GET");
    assert_int_equal(c->n_destinations, 1);
    assert_string_equal(c->destinations[0].name, "default");
    assert_string_equal(c->destinations[0].url, "");
    assert_string_equal(c->destinations[0].key_header, "Idempotency-Key");
    assert_true(c->destinations[0].operators_word);
    psync_config_free(c);
}

static void the_strongest_source_wins(void **state)
{
    static const char file[] = "[state]\nfolder = state\n[retry]\nattempts = 2\n[batch]\nsize = 2\n"
                               "[work]\nconcurrency = 2\n[destination]\nurl = https://file.example/\n";
    struct psync_config *c;
    struct wanted_row row;

    (void)state;
    assert_int_equal(mkdir("state", 0700), 0);
    write_file("state/overrides.conf",
               "[retry]\nattempts = 3\n[batch]\nsize = 3\n[destination]\nrate=3\n"
               "[destination gone]\nrate=3\n", 0600);
    setenv("MY_API_URL", "https://env.example/", 1);
    c = load_ok(file, "retry.attempts=4");
    assert_int_equal(c->retry.attempts, 4);
    assert_int_equal(c->batch.size, 3);
    assert_int_equal(c->work.concurrency, 2);
    assert_string_equal(c->destinations[0].url, "https://env.example/");
    row = row_of(c, "retry.attempts");
    assert_string_equal(row.value, "4");
    assert_string_equal(row.origin, "--set");
    assert_string_equal(row_of(c, "batch.size").origin, "state/overrides.conf:4");
    assert_int_equal(c->n_destinations, 1); /* one that was removed does not come back by a change of it */
    assert_true(c->destinations[0].rate == 3);
    assert_string_equal(row_of(c, "work.concurrency").origin, "c.conf:8");
    assert_string_equal(row_of(c, "destination.url").origin, "MY_API_URL");
    assert_string_equal(row_of(c, "retry.backoff").origin, "default");
    psync_config_free(c);
    c = load_ok(file, "destination.url=https://set.example/");
    assert_string_equal(c->destinations[0].url, "https://set.example/");
    psync_config_free(c);
}

/* Whatever the file says of where tokens go and whom to trust is none of the dashboard's. */
static void the_dashboards_file_has_limits(void **state)
{
    static const char *const refused[] = {
        "[destination]\nurl = https://dash.example/\n", "[destination]\ntoken = abc\n", "[destination]\nallow_http = yes\n",
        "[http]\nproxy = http://dash.example:1\n",      "[http]\nca_file = x\n",      "[serve]\nlisten = 0.0.0.0:1\n",
        "[serve]\nhosts = dash.example\n",              "[serve]\nlogin = changes\n", "[log]\nfile = /tmp/x\n",
        "[state]\nfolder = x\n",                        "[queue]\npath = x\n",        "[shop a]\npath = /x\n"};
    struct psync_config_source source = {.file = "c.conf"};

    (void)state;
    assert_int_equal(mkdir("state", 0700), 0);
    write_file("c.conf", "[state]\nfolder = state\n", 0600);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct psync_config *c;
        struct psync_error err = {0};

        source.overrides = refused[i];
        assert_int_equal(psync_config_load(&source, &c, NULL, &err), PSYNC_REJECT);
        assert_non_null(strstr(err.text, "cannot be set in the dashboard's file"));
        assert_non_null(strstr(err.text, "state/overrides.conf:2"));
        assert_null(strstr(err.text, "abc"));
    }
}

static void without_files_the_environment_is_not_read(void **state)
{
    struct psync_config *c;

    (void)state;
    setenv("MY_API_URL", "https://env.example/", 1);
    setenv("MY_API_TOKEN", "x", 1);
    c = load_ok(NULL, NULL);
    assert_string_equal(c->destinations[0].url, "");
    assert_string_equal(c->destinations[0].token, "");
    psync_config_free(c);
}

static void files_are_found(void **state)
{
    struct psync_config_source source = {0};
    struct psync_error err = {0};
    struct psync_config *c;

    (void)state;
    write_file("productsync.conf", "[retry]\nattempts = 6\n", 0600);
    assert_int_equal(psync_config_load(&source, &c, NULL, NULL), PSYNC_OK);
    assert_int_equal(c->retry.attempts, 6);
    psync_config_free(c);
    write_file("c.conf", "[retry]\nattempts = 7\n", 0600);
    setenv("PRODUCTSYNC_CONFIG", "c.conf", 1);
    assert_int_equal(psync_config_load(&source, &c, NULL, NULL), PSYNC_OK);
    assert_int_equal(c->retry.attempts, 7);
    psync_config_free(c);
    source.file = "absent.conf";
    assert_int_equal(psync_config_load(&source, &c, NULL, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "absent.conf: there is no such file");
    source.file = "/";
    assert_int_equal(psync_config_load(&source, &c, NULL, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "/: cannot be read: "));
}

static void several_destinations(void **state)
{
    struct psync_config *c = load_ok("[destination eu.west]\nurl = https://eu.example/\nrate = 100\n"
                                     "[destination us]\nurl = https://us.example/\nauth = header\nheader = X-Key\n"
                                     "headers =\n  X-A: 1\n  X-B: 2\n",
                                     "destination eu.west.rate=2.5");
    const struct psync_destination_conf *d = psync_config_destination(c, "eu.west");

    (void)state;
    assert_int_equal(c->n_destinations, 2); /* "default" has no URL and is not alone */
    assert_null(psync_config_destination(c, "default"));
    assert_true(d->rate > 2.49 && d->rate < 2.51);
    assert_int_equal(d->burst, 1);
    d = psync_config_destination(c, "us");
    assert_int_equal(d->auth, PSYNC_AUTH_HEADER);
    assert_string_equal(d->auth_header, "X-Key");
    assert_string_equal(d->headers, "X-A: 1\nX-B: 2");
    assert_string_equal(row_of(c, "destination eu.west.rate").origin, "--set");
    psync_config_free(c);
    c = load_ok("[destination us]\nurl = https://us.example/\n[destination]\nurl = https://x.example/\nrate = 200\n",
                NULL);
    assert_string_equal(c->destinations[0].name, "default"); /* first, whatever the file's order */
    assert_int_equal(c->destinations[0].burst, 20);
    psync_config_free(c);
    c = load_ok("[destination default]\nurl = https://x.example/\n", NULL);
    assert_int_equal(c->n_destinations, 1);
    psync_config_free(c);
}

/* ---- refusals ---- */

struct refusal {
    const char *file; /* NULL: none */
    const char *set;
    const char *error;
};

static const struct refusal refusals[] = {
    {"\n[retry]\nattempts = many\n", NULL, "c.conf:3: retry.attempts = many: expected an integer from 1 to 100"},
    {"[retry]\natempts = 3\n", NULL, "c.conf:2: unknown setting retry.atempts; did you mean retry.attempts?"},
    {"[http]\nconcurrency = 3\n", NULL, "c.conf:2: unknown setting http.concurrency; did you mean work.concurrency?"},
    {"[retry]\nzzzzzzzzzzzz = 3\n", NULL, "c.conf:2: unknown setting retry.zzzzzzzzzzzz"},
    {"[destination eu]\nurk = x\n", NULL,
     "c.conf:2: unknown setting destination eu.urk; did you mean destination eu.url?"},
    {"[destination]\nurl https://x/\n", NULL,
     "c.conf:2: unknown setting in section [destination]; a setting is a line `key = value`"},
    {"[destination]\nMY_API_TOKEN = x\n", NULL,
     "c.conf:2: MY_API_TOKEN is a name in the environment; here it is url, token or token_file"},
    {"[destination]\nurl = \"https://x/\"\n", NULL,
     "c.conf:2: destination.url: stands in quotes; write it without them"},
    {"[queue]\nsocket_group = no-such-group-here\n", NULL,
     "c.conf:2: queue.socket_group = no-such-group-here: there is no such group"},
    {"[retyr]\n", NULL, "c.conf:1: unknown section [retyr]; did you mean [retry]?"},
    {"[prestashop]\n", NULL, "c.conf:1: unknown section [prestashop]"},
    {"[retry eu]\n", NULL, "c.conf:1: unknown section [retry eu]; did you mean [retry]?"},
    {"[destinations eu]\n", NULL, "c.conf:1: unknown section [destinations]; did you mean [destination]?"},
    {"[destination EU]\n", NULL,
     "c.conf:1: the destination's name in [destination EU]: expected 1 to 64 characters out of a-z 0-9 . _ -"},
    {"[retry]\nattempts = 3\nattempts = 4\n", NULL, "c.conf:3: retry.attempts was set already at c.conf:2"},
    {"[retry]\nattempts = 3\n[retry]\nattempts = 4\n", NULL, "c.conf:4: retry.attempts was set already at c.conf:2"},
    {"[retry]\nattempts = 3\n  backoff = 4s\n", NULL,
     "c.conf:2: retry.attempts: does not go on over several lines; the next line must not be indented"},
    {"[destination]\nurl = ftp://x/\n", NULL,
     "c.conf:2: destination.url: expected an address that begins with https:// (or http://)"},
    {"[destination]\nurl = http://x.example/\n", NULL,
     "c.conf:2: destination.url: begins with http://, which protects neither token nor products; use https://, or set "
     "allow_http = yes"},
    {"[destination]\nurl = https://x/\nheaders = Idempotency-Key: 1\n", NULL,
     "c.conf:3: destination.headers: Idempotency-Key carries the idempotency key"},
    {"[destination]\nurl = https://x/\nheaders = authorization: 1\n", NULL,
     "c.conf:3: destination.headers: Authorization is set from destination.token; remove it here, or set auth = none"},
    {"[destination]\nurl = https://x/\nauth = header\nheader = Idempotency-Key\n", NULL,
     "c.conf:4: destination.header = Idempotency-Key: the token and the idempotency key cannot have the same header"},
    {"[destination]\nrate = 3\n[destination eu]\nurl = https://x/\n", NULL,
     "c.conf:2: destination.rate = 3: the destination default has no url; give it one, or remove its section"},
    {"[destination eu]\nrate = 3\n", NULL, 
     "c.conf:2: destination eu.rate = 3: the destination eu has no url; give it one, or remove its section"},
    {"\n[destination eu]\n", NULL,
     "c.conf:2: the destination eu has no url; give it one, or remove its section"},
    {"[input]\npass = ean,ref,ean\n", NULL, "c.conf:2: input.pass = ean,ref,ean: names ean twice"},
    {"[retry]\nbackoff = 10m\nbackoff_max = 5m\n", NULL,
     "c.conf:2: retry.backoff = 10m: is above retry.backoff_max, which is 5m"},
    {"[http]\nclient_cert = a.pem\n", NULL, "c.conf:2: http.client_cert = a.pem: needs http.client_key as well"},
    {"[http]\nclient_key = a.pem\n", NULL, "c.conf:2: http.client_key = a.pem: needs http.client_cert as well"},
    {"[input]\ntax = excluded\ntax_rate = 20\n", NULL,
     "c.conf:3: input.tax_rate = 20: contradicts input.tax = excluded, with which prices are sent without tax"},
    {"[batch]\nsize = 50\n[queue]\nmax_depth = 10\n", NULL,
     "c.conf:2: batch.size = 50: is above queue.max_depth, which is 10"},
    {"[http]\ntimeout = 4s\n[work]\nlease = 9s\n", NULL,
     "c.conf:2: http.timeout = 4s: work.lease must be at least 10s with http.timeout = 4s"},
    {"[work]\nlease = 2m\n[destination eu]\nurl = https://x.example/\ntimeout = 1m\n", NULL,
     "c.conf:5: destination eu.timeout = 1m: work.lease must be at least 122s with destination.timeout = 1m"},
    {"[retry]\nbackoff_max = 5m\n[destination]\nbackoff = 10m\n", NULL,
     "c.conf:4: destination.backoff = 10m: is above retry.backoff_max, which is 5m"},
    {"[queue]\nmax_depth = 10\n[destination]\nbatch = 50\n", NULL,
     "c.conf:4: destination.batch = 50: is above queue.max_depth, which is 10"},
    {"[work]\nlease = 2s\n", NULL,
     "c.conf:2: work.lease = 2s: expected a duration with its unit (ms, s, m, h, d) from 3s to 24h"},
    {"[destination]\ntoken_file = .\n", NULL, "c.conf:2: destination.token_file = .: .: cannot be read: Is a directory"},
    {NULL, "retry.attempts", "--set: expected section.key=value, such as retry.attempts=3"},
    {NULL, "attempts=3", "--set: expected section.key=value, such as retry.attempts=3"},
    {NULL, "=3", "--set: expected section.key=value, such as retry.attempts=3"},
    {NULL, "retry.attempts=0", "--set: retry.attempts = 0: expected an integer from 1 to 100"},
    {NULL, "retry.attempts=101", "--set: retry.attempts = 101: is too large; expected an integer from 1 to 100"},
    {NULL, "retry.attempts=99999999999999999999",
     "--set: retry.attempts = 99999999999999999999: is too large; expected an integer from 1 to 100"},
    {NULL, "retry.backoff=2h",
     "--set: retry.backoff = 2h: is too large; expected a duration with its unit (ms, s, m, h, d) from 10ms to 1h"},
    {NULL, "retry.attemps=0", "--set: unknown setting retry.attemps; did you mean retry.attempts?"},
    {NULL, "queue.path=a\tb", "--set: queue.path = a?b: has a control character"},
};

static void refusals_in_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *c = &refusals[i];
        struct psync_error err = {0};
        struct psync_config *config = NULL;

        if (load_text(c->file, c->set, &config, NULL, &err) != PSYNC_REJECT || strcmp(err.text, c->error) != 0)
            fail_msg("case %zu: %s\nexpected: %s", i, err.text, c->error);
        assert_null(config);
    }
}

static void a_long_value_does_not_hide_the_reason(void **state)
{
    char set[3000] = "retry.attempts=";
    struct psync_error err = {0};
    struct psync_config *c;

    (void)state;
    for (size_t n = strlen(set); n + 3 < sizeof set; n += 2)
        memcpy(set + n, "\xC3\xA9", 3);
    assert_int_equal(load_text(NULL, set, &c, NULL, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "\xC3\xA9...: expected an integer from 1 to 100"));
}

static void defaults_give_way(void **state)
{
    struct psync_config *c = load_ok(NULL, "http.timeout=2s");

    (void)state;
    assert_int_equal(c->http.connect_timeout, 2000);
    psync_config_free(c);
    c = load_ok(NULL, "retry.backoff=10m");
    assert_int_equal(c->retry.backoff_max, 600000);
    psync_config_free(c);
    c = load_ok(NULL, "work.lease=3s");
    assert_int_equal(c->http.timeout, 500);
    assert_int_equal(c->http.connect_timeout, 500);
    psync_config_free(c);
    c = load_ok(NULL, "http.connect_timeout=8m");
    assert_int_equal(c->http.timeout, 480000);
    assert_int_equal(c->work.lease, 962000);
    psync_config_free(c);
    c = load_ok("[destination]\nurl = https://x.example/\ntimeout = 5m\nbackoff = 10m\n", NULL);
    assert_int_equal(c->work.lease, 602000);
    assert_int_equal(c->retry.backoff_max, 600000);
    psync_config_free(c);
    c = load_ok("[http]\ntimeout = 4s\n[work]\nlease = 10s\n", NULL); /* just enough */
    psync_config_free(c);
    c = load_ok("[destination]\nurl = http://127.0.0.1:1/\n", NULL);
    psync_config_free(c);
    c = load_ok("[destination]\nallow_http = yes\nurl = http://x.example/\n", NULL);
    psync_config_free(c);
}

/* ---- secrets ---- */

static const struct refusal secret_refusals[] = {
    {NULL, "destination.token=" SECRET_TOKEN, "destination.token_file or MY_API_TOKEN"},
    {NULL, "destination.headers=X-Key: " SECRET_TOKEN, "the configuration file"},
    {NULL, "http.proxy=http://u:" SECRET_TOKEN "@p:1", "the configuration file"},
    {NULL, "destination.tokn=" SECRET_TOKEN, "did you mean destination.token?"},
    {NULL, "destination.url=https://u:" SECRET_TOKEN "@x/", "destination.token_file"},
    {"[destination]\ntoken = " SECRET_TOKEN "\x01\n", NULL, "control character"},
    {"[destination]\ntoken = " SECRET_TOKEN "\xC3\xA9\n", NULL, "not ASCII"},
    {"[destination]\ntoken " SECRET_TOKEN "\n", NULL, "c.conf:2: expected the name of a setting"},
    {"[destination]\n" SECRET_TOKEN SECRET_TOKEN SECRET_TOKEN "==\n", NULL, "unknown setting in section [destination]"},
    {"[destination]\nauth = none\n  token = " SECRET_TOKEN "\n", NULL, "must not be indented"},
    {"[destination]\nheaders = X-A: 1\n  token = " SECRET_TOKEN "\n", NULL, "expected `Name: value`"},
    {"[destination]\ntoken = " SECRET_TOKEN "\ntoken = " SECRET_TOKEN "\n", NULL, "set already at c.conf:2"},
    {"[destination]\ntoken = " SECRET_TOKEN "\ntoken_file = x\n", NULL, "there is a token as well"},
    {"[destination]\nurl = https://x/?key=" SECRET_TOKEN "#x\n", NULL, "fragment"},
    {"[destination]\nurl = http://x/?key=" SECRET_TOKEN "\n", NULL, "begins with http://"},
    {"[http]\nproxy = http://u:" SECRET_TOKEN "@/\n", NULL, "no host"},
};

static void no_error_repeats_a_secret(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof secret_refusals / sizeof secret_refusals[0]; i++) {
        const struct refusal *c = &secret_refusals[i];
        struct psync_error err = {0};
        struct psync_config *config;

        if (load_text(c->file, c->set, &config, NULL, &err) != PSYNC_REJECT || !strstr(err.text, c->error) ||
            strstr(err.text, SECRET_TOKEN))
            fail_msg("case %zu: %s", i, err.text);
    }
}

static void bad_tokens_from_elsewhere_are_not_repeated(void **state)
{
    struct psync_error err = {0};
    struct psync_config *c;

    (void)state;
    setenv("MY_API_TOKEN", SECRET_TOKEN "\n", 1);
    assert_int_equal(load_text("", NULL, &c, NULL, &err), PSYNC_REJECT);
    assert_null(strstr(err.text, SECRET_TOKEN));
    assert_non_null(strstr(err.text, "MY_API_TOKEN: destination.token: "));
    unsetenv("MY_API_TOKEN");
    write_file("token", SECRET_TOKEN "\x02\n", 0600);
    assert_int_equal(load_text("[destination]\ntoken_file = token\n", NULL, &c, NULL, &err), PSYNC_REJECT);
    assert_null(strstr(err.text, SECRET_TOKEN));
    assert_non_null(strstr(err.text, "c.conf:2: destination.token_file = token: has a character"));
    write_file("token", "\n" SECRET_TOKEN, 0600);
    assert_int_equal(load_text("[destination]\ntoken_file = token\n", NULL, &c, NULL, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "the first line is empty"));
}

static bool look_for_secret(void *arg, const struct psync_config_row *row)
{
    if (strstr(row->value, SECRET_TOKEN) || strstr(row->origin_text, SECRET_TOKEN))
        ++*(int *)arg;
    return true;
}

static void show_masks_secrets(void **state)
{
    struct psync_config *c = load_ok("[destination]\nurl = https://x/p?key=" SECRET_TOKEN "\ntoken = " SECRET_TOKEN
                                     "\nheaders = X-Key: " SECRET_TOKEN "\n[http]\n"
                                     "proxy = http://u:" SECRET_TOKEN "@p:1\n",
                                     NULL);
    int seen = 0;

    (void)state;
    assert_string_equal(c->destinations[0].token, SECRET_TOKEN);
    psync_config_show(c, look_for_secret, &seen);
    assert_int_equal(seen, 0);
    assert_string_equal(row_of(c, "destination.token").value, "********");
    assert_string_equal(row_of(c, "destination.url").value, "https://x/p?********");
    psync_config_free(c);
    c = load_ok("", NULL);
    assert_string_equal(row_of(c, "destination.token").value, "");
    psync_config_free(c);
}

static void token_files(void **state)
{
    static const char file[] = "[destination]\nurl = https://x/\ntoken_file = token\n";
    struct psync_config *c;

    (void)state;
    write_file("token", " \t" SECRET_TOKEN "  \r\nsecond line\n", 0600);
    c = load_ok(file, NULL);
    assert_string_equal(c->destinations[0].token, SECRET_TOKEN);
    assert_string_equal(row_of(c, "destination.token").origin, "token");
    psync_config_free(c);
    setenv("MY_API_TOKEN", "stronger", 1);
    c = load_ok(file, NULL);
    assert_string_equal(c->destinations[0].token, "stronger");
    psync_config_free(c);
    c = load_ok("[destination]\nurl = https://x/\ntoken_file = absent\n", NULL); /* not needed, so not read */
    psync_config_free(c);
    unsetenv("MY_API_TOKEN");
    c = load_ok("[destination]\nurl = https://x/\ntoken_file = absent\n", NULL); /* not there: no token */
    assert_string_equal(c->destinations[0].token, "");
    psync_config_free(c);
    c = load_ok("[destination]\nurl = https://x/\n", "destination.token_file=token");
    assert_string_equal(c->destinations[0].token, SECRET_TOKEN);
    psync_config_free(c);
}

static void a_token_file_has_a_limit(void **state)
{
    static char text[8194];
    struct psync_error err = {0};
    struct psync_config *c;

    (void)state;
    memset(text, 'a', 8192);
    write_file("token", text, 0600);
    c = load_ok("[destination]\ntoken_file = token\n", NULL);
    assert_int_equal(strlen(c->destinations[0].token), 8192);
    psync_config_free(c);
    text[8192] = 'a';
    write_file("token", text, 0600);
    assert_int_equal(load_text("[destination]\ntoken_file = token\n", NULL, &c, NULL, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "is longer than 8192 bytes"));
}

/* ---- warnings ---- */

static void warn(const char *file, mode_t mode, mode_t token_mode, const char *expected)
{
    struct psync_config_source source = {.file = "c.conf"};
    struct psync_config *c;
    struct psync_buf warnings;

    write_file("c.conf", file, mode);
    write_file("token", "abc\n", token_mode);
    psync_buf_init(&warnings, 4096);
    assert_int_equal(psync_config_load(&source, &c, &warnings, NULL), PSYNC_OK);
    assert_string_equal(warnings.data, expected);
    psync_buf_done(&warnings);
    psync_config_free(c);
}

static void warnings(void **state)
{
    static const char with_token[] = "[destination]\nurl = https://x/\ntoken = abc\n";
    static const char with_file[] = "[destination]\nurl = https://x/\ntoken_file = token\n";

    (void)state;
    warn(with_token, 0600, 0600, "");
    warn(with_token, 0640, 0600, "c.conf: holds a token and can be read by others: chmod 600 c.conf\n");
    warn(with_token, 0604, 0600, "c.conf: holds a token and can be read by others: chmod 600 c.conf\n");
    warn(with_file, 0644, 0600, "");
    warn(with_file, 0644, 0644, "token: holds a token and can be read by others: chmod 600 token\n");
    warn("[destination]\nurl = https://x/\n", 0644, 0600,
         "");
    warn("[destination]\nurl = https://x/\nauth = none\n", 0644, 0600, "");
}

/* ---- what depends on the surroundings ---- */

static void derived_paths(void **state)
{
    struct psync_config *c = load_ok(NULL, NULL);

    (void)state;
    assert_string_equal(c->state_folder, "/var/lib/test");
    assert_string_equal(c->queue.path, "/var/lib/test/queue.db");
    assert_string_equal(c->queue.socket, "/var/lib/test/queue.db.sock");
    assert_string_equal(c->http.user_agent, "productsync/" PSYNC_VERSION);
    psync_config_free(c);
    setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
    c = load_ok(NULL, "queue.path=/q/x.db");
    assert_string_equal(c->state_folder, "/var/lib/one");
    assert_string_equal(c->queue.socket, "/q/x.db.sock");
    psync_config_free(c);
    unsetenv("STATE_DIRECTORY");
    if (geteuid() == 0) {
        c = load_ok(NULL, NULL);
        assert_string_equal(c->state_folder, "/var/lib/productsync");
        psync_config_free(c);
    }
}

static void a_long_path_moves_the_socket(void **state)
{
    char set[256] = "queue.path=/", path[256];
    struct psync_config *c;

    (void)state;
    memset(set + 12, 'a', 97);
    c = load_ok(NULL, set); /* 98 bytes and .sock: 103 */
    snprintf(path, sizeof path, "%s.sock", c->queue.path);
    assert_string_equal(c->queue.socket, path);
    psync_config_free(c);
    set[12 + 97] = 'a';
    setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    c = load_ok(NULL, set);
    strcpy(path, c->queue.socket);
    assert_memory_equal(path, "/run/user/1/productsync-", 24);
    assert_int_equal(strlen(path), 24 + 16 + 5);
    psync_config_free(c);
    c = load_ok(NULL, set); /* the same queue, the same socket */
    assert_string_equal(c->queue.socket, path);
    psync_config_free(c);
    unsetenv("XDG_RUNTIME_DIR");
    c = load_ok(NULL, set);
    assert_true(strncmp(c->queue.socket, "/run/productsync/", 17) == 0 ||
                strncmp(c->queue.socket, "/tmp/productsync-", 17) == 0);
    psync_config_free(c);
}

static bool stop_at_third(void *arg, const struct psync_config_row *row)
{
    assert_non_null(row->help);
    return ++*(int *)arg < 3;
}

static void show_can_be_stopped(void **state)
{
    struct psync_config *c = load_ok(NULL, NULL);
    int rows = 0;

    (void)state;
    psync_config_show(c, stop_at_third, &rows);
    assert_int_equal(rows, 3);
    psync_config_free(c);
    psync_config_free(NULL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(defaults_are_those_promised),
        IN_FOLDER(the_strongest_source_wins),
        IN_FOLDER(the_dashboards_file_has_limits),
        IN_FOLDER(without_files_the_environment_is_not_read),
        IN_FOLDER(files_are_found),
        IN_FOLDER(several_destinations),
        IN_FOLDER(refusals_in_one_line),
        IN_FOLDER(a_long_value_does_not_hide_the_reason),
        IN_FOLDER(defaults_give_way),
        IN_FOLDER(no_error_repeats_a_secret),
        IN_FOLDER(bad_tokens_from_elsewhere_are_not_repeated),
        IN_FOLDER(show_masks_secrets),
        IN_FOLDER(token_files),
        IN_FOLDER(a_token_file_has_a_limit),
        IN_FOLDER(warnings),
        IN_FOLDER(derived_paths),
        IN_FOLDER(a_long_path_moves_the_socket),
        IN_FOLDER(show_can_be_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
