/* What a shop's own settings say lies under what the operator wrote. */
#include "fixture.h"

#include "config/effective.h"
#include "config/shop.h"

static const struct psync_shop_setting full[] = {
    {"url", "https://api.example.com/p", "MY_API_URL in shop main/1"},
    {"token", "shop-token", "MY_API_TOKEN in shop main/1"},
    {"attempts", "7", "PRODUCT_SYNC_RETRY_ATTEMPTS in shop main/1"},
    {"backoff", "3s", "PRODUCT_SYNC_RETRY_BACKOFF in shop main/1"},
    {"timeout", "20s", "PRODUCT_SYNC_TIMEOUT in shop main/1"},
    {"batch", "50", "PRODUCT_SYNC_BATCH_SIZE in shop main/1"},
    {"test_method", "HEAD", "PRODUCT_SYNC_TEST_METHOD in shop main/1"},
};

/* The layer's `why` is copied into `why`. */
static struct psync_config *lay(const char *file, const struct psync_shop_setting *settings, size_t n,
                                struct psync_error *why)
{
    struct psync_shop_layer layer = {.destination = "main/1", .settings = settings, .n = n};
    struct psync_config *base = load_ok(file, NULL), *c = NULL;

    assert_int_equal(psync_config_with_shops(base, &layer, 1, NULL, &c), PSYNC_OK);
    psync_config_free(base);
    *why = layer.why;
    return c;
}

static void a_shop_gives_all(void **state)
{
    struct psync_error why;
    struct psync_config *c = lay("[shop main]\npath = /shop\n", full, 7, &why);
    const struct psync_destination_conf *d = psync_config_destination(c, "main/1");

    (void)state;
    assert_string_equal(why.text, "");
    assert_int_equal(c->n_destinations, 1); /* no "default": nobody gave it an address */
    assert_string_equal(d->url, "https://api.example.com/p");
    assert_string_equal(d->token, "shop-token");
    assert_false(d->operators_word);
    assert_int_equal(psync_effective_retry(c, d).attempts, 7);
    assert_int_equal(psync_effective_retry(c, d).backoff, 3000);
    assert_int_equal(psync_effective_timeout(&c->http, d), 20000);
    assert_int_equal(psync_effective_batch(c, d), 50);
    assert_string_equal(psync_effective_method(c, d), "HEAD");
    assert_int_equal(d->burst, 1);
    assert_string_equal(row_of(c, "destination main/1.url").origin, "MY_API_URL in shop main/1");
    assert_string_equal(row_of(c, "destination main/1.token").value, "********");
    psync_config_free(c);
}

static void the_operator_wins(void **state)
{
    struct psync_error why;
    struct psync_config *c = lay("[shop main]\npath = /shop\n[destination main/1]\nurl = https://mine/\nattempts = 2\n"
                                 "[retry]\nbackoff = 9s\n[http]\ntimeout = 4s\n",
                                 full, 7, &why);
    const struct psync_destination_conf *d = psync_config_destination(c, "main/1");

    (void)state;
    assert_string_equal(d->url, "https://mine/");
    assert_true(d->operators_word);
    assert_string_equal(d->token, "shop-token");
    assert_int_equal(psync_effective_retry(c, d).attempts, 2);
    assert_int_equal(psync_effective_retry(c, d).backoff, 9000); /* said for all, by the operator */
    assert_int_equal(psync_effective_timeout(&c->http, d), 4000);
    assert_string_equal(row_of(c, "destination main/1.url").origin, "c.conf:4");
    psync_config_free(c);
}

static void what_does_not_suffice_does_not_stand(void **state)
{
    static const struct {
        const char *file;
        struct psync_shop_setting settings[3];
        size_t n;
        const char *why; /* begins with, or holds */
    } rows[] = {
        {"", {{0}}, 0, "no address"},
        {"", {{"url", "https://x/", "U"}}, 1, "no token"},
        {"", {{"url", "http://x.example/", "U"}, {"token", "t", "T"}}, 2, "http://"},
        {"", {{"url", "https://user:secret-word@x/", "U"}, {"token", "t", "T"}}, 2, "U: "},
        {"", {{"url", "https://x/", "U"}, {"token", "secret\nword", "T"}}, 2, "T: "},
        {"", {{"url", "https://x/", "U"}, {"token", "t", "T"}, {"timeout", "100m", "S"}}, 3, "S: "},
        {"[work]\nlease = 10s\n[http]\nconnect_timeout = 1s\n",
         {{"url", "https://x/", "U"}, {"token", "t", "T"}, {"timeout", "9s", "S"}}, 3, "work.lease"},
        {"[destination main/1]\nauth = none\n", {{"url", "https://x/", "U"}}, 1, ""},
        {"", {{"url", "http://127.0.0.1:8000/", "U"}, {"token", "t", "T"}}, 2, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_error why;
        char file[512];
        snprintf(file, sizeof file, "[shop main]\npath = /shop\n%s", rows[i].file);
        struct psync_config *c = lay(file, rows[i].settings, rows[i].n, &why);

        if (!strstr(why.text, rows[i].why) || (why.text[0] == '\0') != (rows[i].why[0] == '\0'))
            fail_msg("row %zu: %s", i, why.text);
        assert_null(strstr(why.text, "secret"));
        assert_int_equal(c->n_destinations, rows[i].why[0] == '\0');
        psync_config_free(c);
    }
}

static enum psync_result not_in_capitals(const struct psync_config *config, const struct psync_destination_conf *d,
                                         struct psync_error *why)
{
    assert_ptr_equal(psync_config_destination(config, d->name), d);
    return strstr(d->url, "API") ? psync_fail(why, PSYNC_REJECT, "the URL cannot be used") : PSYNC_OK;
}

/* What only the code that delivers can judge stops one shop, and no other. */
static void what_cannot_be_used_stops_that_shop_alone(void **state)
{
    static const struct psync_shop_setting refused[] = {{"url", "https://API.example.com/", "MY_API_URL in shop main/2"},
                                                        {"token", "t", "T"}};
    struct psync_shop_layer layers[] = {{.destination = "main/2", .settings = refused, .n = 2},
                                        {.destination = "main/1", .settings = full, .n = 7}};
    struct psync_config *base = load_ok("[shop main]\npath = /shop\n", NULL), *c = NULL;

    (void)state;
    assert_int_equal(psync_config_with_shops(base, layers, 2, not_in_capitals, &c), PSYNC_OK);
    assert_string_equal(layers[0].why.text, "the URL cannot be used");
    assert_false(layers[0].no_token);
    assert_string_equal(layers[1].why.text, "");
    assert_null(psync_config_destination(c, "main/2"));
    assert_non_null(psync_config_destination(c, "main/1"));
    psync_config_free(c);
    psync_config_free(base);
}

static void others_stay_and_private_addresses_are_the_operators_to_allow(void **state)
{
    struct psync_error why;
    struct psync_config *c = lay("[destination]\nurl = https://x/\n[shop main]\npath = /shop\nallow_private = yes\n"
                                 "[destination main/2]\nurl = https://two/\ntoken = t\n[destination main/3]\nrate = 5\n",
                                 full, 7, &why);

    (void)state;
    assert_int_equal(c->n_destinations, 3); /* main/3 has no address from anybody */
    assert_non_null(psync_config_destination(c, "default"));
    assert_non_null(psync_config_destination(c, "main/2"));
    assert_true(psync_config_destination(c, "main/1")->allow_private);
    assert_false(psync_config_destination(c, "main/2")->allow_private);
    assert_ptr_equal(psync_config_shop_of(c, "main/1"), &c->shops[0]);
    assert_null(psync_config_shop_of(c, "default"));
    assert_null(psync_config_shop_of(c, "mainland/1"));
    psync_config_drop_shops(c);
    assert_int_equal(c->n_destinations, 1);
    psync_config_free(c);
}

/* A reload keeps the shops of the start, and who wrote an address. */
static void a_copy_keeps_everything(void **state)
{
    struct psync_error why;
    struct psync_config *c = lay("[shop main]\npath = /shop\n", full, 7, &why), *copy = NULL;
    struct psync_buf kept;

    (void)state;
    psync_buf_init(&kept, 1 << 16);
    assert_int_equal(psync_config_merge_reload(c, c, &copy, NULL, &kept), PSYNC_OK);
    assert_string_equal(kept.data, "");
    assert_false(copy->destinations[0].operators_word);
    assert_string_equal(copy->shops[0].path, "/shop");
    psync_config_free(c);
    c = load_ok("[shop other]\npath = /b\n[shop main]\npath = /c\n", NULL);
    struct psync_config *merged = NULL;
    assert_int_equal(psync_config_merge_reload(copy, c, &merged, NULL, &kept), PSYNC_OK);
    assert_int_equal(merged->n_shops, 1);
    assert_string_equal(merged->shops[0].path, "/shop");
    assert_string_equal(kept.data, "shop main.path: /shop stays; a restart makes it /c\n"
                                   "shop other: comes with a restart\n");
    psync_buf_done(&kept);
    psync_config_free(merged);
    psync_config_free(copy);
    psync_config_free(c);
}

static void sections_are_checked(void **state)
{
    static const struct {
        const char *file, *error;
    } rows[] = {
        {"[shop]\npath = /x\n", "a shop needs a name"},
        {"[shop a/1]\npath = /x\n", "the shop's name"},
        {"[shop a]\nhost = db\n", "[shop a] needs path, or host, user and database"},
        {"[shop a]\npath = /x\nprefix = ps-\n", "letters, digits or _"},
        {"[shop a]\npath = /x\ndestination = b\n", "there is no destination b"},
        {"[shop a]\npath = /x\ndestination = b,,c\n", "separated by commas"},
        {"[shop a]\npth = /x\n", "did you mean shop a.path"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_config *c = NULL;
        struct psync_error err = {0};

        assert_int_equal(load_text(rows[i].file, NULL, &c, NULL, &err), PSYNC_REJECT);
        if (!strstr(err.text, rows[i].error))
            fail_msg("row %zu: %s", i, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_shop_gives_all, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(the_operator_wins, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_does_not_suffice_does_not_stand, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_used_stops_that_shop_alone, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(others_stay_and_private_addresses_are_the_operators_to_allow, enter_folder,
                                        leave_folder),
        cmocka_unit_test_setup_teardown(a_copy_keeps_everything, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(sections_are_checked, enter_folder, leave_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
