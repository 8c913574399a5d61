/* Where a shop's database is: its parameters.php, read and never executed, and the section above it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/shop_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/psync-place-XXXXXX";

static const char *in_folder(char *room, size_t size, const char *name)
{
    assert_true(snprintf(room, size, "%s/%s", folder, name) < (int)size);
    return room;
}

static int make_folder(void **state)
{
    char path[128];
    (void)state;
    return mkdtemp(folder) && mkdir(in_folder(path, sizeof path, "app"), 0700) == 0 &&
                   mkdir(in_folder(path, sizeof path, "app/config"), 0700) == 0
               ? 0
               : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"app/config/parameters.php", "secret", "ran", "app/config", "app", ""};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)remove(in_folder(path, sizeof path, names[i]));
    return 0;
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    FILE *f = fopen(in_folder(path, sizeof path, name), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* What stands between the brackets of 'parameters'. */
static void write_params(const char *members)
{
    char *php = malloc(strlen(members) + 64);
    assert_non_null(php);
    sprintf(php, "<?php return array('parameters' => array(%s));\n", members);
    write_file("app/config/parameters.php", php);
    free(php);
}

static struct psync_shop_conf section(void)
{
    return (struct psync_shop_conf){.name = "main", .path = folder, .host = "", .user = "", .password_file = "", .database = "",
                                    .prefix = "", .key_file = "", .ca_file = "", .destination = ""};
}

static void refused(const struct psync_shop_conf *conf, const char *why)
{
    struct psync_shop_place place = {.host = "untouched"};
    struct psync_error err = {0};
    assert_int_equal(psync_shop_place_find(conf, &place, &err), PSYNC_REJECT);
    if (!strstr(err.text, why))
        fail_msg("%s, not %s", err.text, why);
    assert_null(strstr(err.text, "hidden"));
    assert_string_equal(place.host, "untouched");
    assert_int_equal(psync_shop_place_find(conf, &place, NULL), PSYNC_REJECT);
}

static void accepted(const struct psync_shop_conf *conf, struct psync_shop_place *ret_place)
{
    struct psync_error err = {0};
    if (psync_shop_place_find(conf, ret_place, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void from_the_file(void **state)
{
    const struct psync_shop_conf conf = section();
    struct psync_shop_place place;
    (void)state;
    write_params("'database_host' => 'db', 'database_port' => 3307, 'database_name' => 'n', 'database_user' => 'u',"
                 "'database_password' => 'p\\'w', 'database_prefix' => 'x1_', 'new_cookie_key' => 'k', 'locale' => getenv('L')");
    accepted(&conf, &place);
    assert_string_equal(place.host, "db");
    assert_int_equal(place.port, 3307);
    assert_string_equal(place.database, "n");
    assert_string_equal(place.user, "u");
    assert_string_equal(place.password, "p'w");
    assert_string_equal(place.prefix, "x1_");
    assert_string_equal(place.key, "k");
    write_params("'database_host' => 'db', 'database_name' => 'n', 'database_password' => NULL");
    accepted(&conf, &place);
    assert_string_equal(place.prefix, "ps_");
    assert_string_equal(place.password, "");
    assert_string_equal(place.key, "");
    write_params("'database_host' => 'db', 'database_name' => 'n', 'database_prefix' => ''");
    accepted(&conf, &place);
    assert_string_equal(place.prefix, "");
}

static void the_section_wins(void **state)
{
    struct psync_shop_conf conf = section();
    struct psync_shop_place place;
    char secret[128];
    (void)state;
    write_file("secret", "from the file\nnot this\n");
    write_params("'database_host' => 'db', 'database_port' => '3307', 'database_name' => 'n', 'database_user' => 'u',"
                 "'database_password' => 'p', 'new_cookie_key' => 'k'");
    conf.host = "other";
    conf.user = "relay";
    accepted(&conf, &place);
    assert_string_equal(place.host, "other");
    assert_int_equal(place.port, 0);
    assert_string_equal(place.user, "relay");
    assert_string_equal(place.password, ""); /* the shop's own is another user's */
    conf.password_file = conf.key_file = in_folder(secret, sizeof secret, "secret");
    conf.database = "m";
    conf.prefix = "y_";
    accepted(&conf, &place);
    assert_string_equal(place.password, "from the file");
    assert_string_equal(place.key, "from the file");
    assert_string_equal(place.database, "m");
    assert_string_equal(place.prefix, "y_");
}

/* A value that only PHP could tell is refused by name, and stands in nobody's way where the section gives it. */
static void nothing_is_executed(void **state)
{
    struct psync_shop_conf conf = section();
    struct psync_shop_place place;
    char secret[128], ran[128], members[512];
    (void)state;
    write_file("secret", "s");
    in_folder(ran, sizeof ran, "ran");
    snprintf(members, sizeof members,
             "'database_host' => 'db', 'database_name' => env('N'), 'database_user' => 'u' . 'v', 'mailer' => system('touch %s'),"
             "'database_password' => file_put_contents('%s', 'hidden'), 'new_cookie_key' => \"$hidden\"", ran, ran);
    write_params(members);
    refused(&conf, "database_name is not a plain text: set shop.database");
    conf.database = "n";
    refused(&conf, "database_user is not a plain text: set shop.user");
    conf.user = "u";
    refused(&conf, "new_cookie_key is not a plain text: set shop.key_file");
    conf.key_file = in_folder(secret, sizeof secret, "secret");
    accepted(&conf, &place);
    conf.user = "";
    write_params("'database_host' => 'db', 'database_password' => getenv('hidden')");
    refused(&conf, "database_password is not a plain text: set shop.password_file");
    conf.password_file = conf.key_file;
    accepted(&conf, &place);
    assert_string_equal(place.password, "s");
    assert_int_equal(access(ran, F_OK), -1);
}

/* A value that does not fit is refused: what is left of a password is another one. */
static void nothing_is_cut(void **state)
{
    static const struct {
        const char *name;
        size_t most;
    } rows[] = {
        {"database_host", 255},  {"database_name", 64},    {"database_user", 128}, {"database_password", 1023},
        {"database_prefix", 32}, {"new_cookie_key", 1023},
    };
    const struct psync_shop_conf conf = section();
    struct psync_shop_place place;
    char text[1100], members[1300];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(text, 'h', sizeof text);
        text[rows[i].most] = '\0';
        snprintf(members, sizeof members, "'database_host' => 'db', 'database_name' => 'n', '%s' => '%s'", rows[i].name, text);
        write_params(members);
        accepted(&conf, &place);
        snprintf(members, sizeof members, "'database_host' => 'db', 'database_name' => 'n', '%s' => '%shidden'", rows[i].name, text);
        write_params(members);
        refused(&conf, strcmp(rows[i].name, "database_host") == 0 ? "too long" : rows[i].name);
    }
}

static void what_cannot_be_used(void **state)
{
    struct psync_shop_conf conf = section();
    char path[128];
    (void)state;
    write_params("'database_host' => 'db'");
    refused(&conf, "parameters.php: names no database");
    write_params("'database_host' => 'db:x', 'database_name' => 'n'");
    refused(&conf, "port is no number");
    write_params("'database_host' => 'db', 'database_name' => 'n', 'database_prefix' => 'a; DROP'");
    refused(&conf, "prefix has other characters");
    write_file("app/config/parameters.php", "<?php die();");
    refused(&conf, "parameters.php: byte");
    conf.key_file = in_folder(path, sizeof path, "none");
    write_params("'database_host' => 'db', 'database_name' => 'n'");
    refused(&conf, "none: there is no such file");
    conf.path = "/nowhere";
    refused(&conf, "/nowhere/app/config/parameters.php: there is no such file; shop.path is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_the_file),       cmocka_unit_test(the_section_wins),    cmocka_unit_test(nothing_is_executed),
        cmocka_unit_test(nothing_is_cut),      cmocka_unit_test(what_cannot_be_used),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
