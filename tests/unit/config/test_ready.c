/* What a delivery needs: each missing thing is one line with file, line and key. */
#include "fixture.h"

#include "config/ready.h"

#define URL "[destination]\nurl = https://a.example/\n"
#define TOKEN "token = abc\n"
#define NO_TOKEN "there is no token; set token_file in [destination], or MY_API_TOKEN in the environment, or auth = none " \
                 "if the API wants none"

static const struct row {
    const char *file, *error; /* "": ready */
} rows[] = {
    {URL TOKEN, ""},
    {URL "auth = none\n", ""},
    {URL, "c.conf:2: destination.token: " NO_TOKEN},
    {URL "token =\n", "c.conf:3: destination.token: " NO_TOKEN},
    {URL "auth = header\n", "c.conf:2: destination.token: " NO_TOKEN},
    {URL TOKEN "[destination eu]\nurl = https://eu.example/\n",
     "c.conf:5: destination eu.token: there is no token; set token_file in [destination eu], or auth = none if the API wants "
     "none"},
    {URL "token_file = absent\n", "c.conf:3: destination.token_file = absent: there is no such file"},
    {URL "token_file = absent\nauth = none\n", ""},
    {URL "token_file = /run/credentials/none/token\n",
     "c.conf:3: destination.token_file = /run/credentials/none/token: there is no such file: systemd has it there while the "
     "service runs"},
    {URL TOKEN "[shop main]\npath = /x\n[destination main/1]\ntoken_file = absent\n",
     "c.conf:7: destination main/1.token_file = absent: there is no such file"},
    {"[destination]\n" TOKEN,
     "where to? set MY_API_URL and MY_API_TOKEN in the environment, or destination.url in the configuration file"},
    {URL TOKEN "[http]\nca_file = /nonexistent/ca.pem\n",
     "c.conf:5: http.ca_file = /nonexistent/ca.pem: cannot be read: No such file or directory"},
    {URL TOKEN "[http]\nca_file = c.conf\n",
     "c.conf:5: http.ca_file = c.conf: holds no certificate; expected a file in PEM"},
    {URL TOKEN "[http]\nca_file = token\n",
     "c.conf:5: http.ca_file = token: holds no certificate; expected a file in PEM"},
    {URL TOKEN "[http]\nclient_key = c.conf\nclient_cert = c.conf\n",
     "c.conf:6: http.client_cert = c.conf: holds no certificate; expected a file in PEM"},
};

static void what_is_missing_is_said_with_its_place(void **state)
{
    (void)state;
    write_file("token", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n", 0600);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_error err = {""};
        struct psync_config *c = load_ok(rows[i].file, NULL);

        assert_int_equal(psync_config_ready(c, &err), rows[i].error[0] ? PSYNC_REJECT : PSYNC_OK);
        assert_string_equal(err.text, rows[i].error);
        psync_config_free(c);
    }
}

static void one_destination_by_itself(void **state)
{
    struct psync_error err = {""};
    struct psync_config *c = load_ok(URL TOKEN "[destination eu]\nurl = https://eu.example/\n", NULL);

    (void)state;
    assert_int_equal(psync_config_has_urls(c, &err), PSYNC_OK);
    assert_int_equal(psync_config_ready_one(c, 0, &err), PSYNC_OK);
    assert_int_equal(psync_config_ready_one(c, 1, &err), PSYNC_REJECT);
    psync_config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_missing_is_said_with_its_place, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(one_destination_by_itself, enter_folder, leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
