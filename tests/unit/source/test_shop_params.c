/* A shop's parameters.php, read and never executed; host texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/shop_params.h"
#include "source/shop_place.h"

#include <stdio.h>
#include <string.h>

/* "name=text;" for each member, NULL as "~", what is no literal as "?". */
static enum psync_result on_param(void *arg, struct psync_span name, const char *text, bool literal)
{
    return psync_buf_printf(arg, "%.*s=%s;", (int)name.len, name.data, !literal ? "?" : text ? text : "~");
}

static void literals(void **state)
{
    static const struct {
        const char *php, *members;
    } rows[] = {
        {"<?php return array ('parameters' => array ('a' => 'b', ), );", "a=b;"},
        {"<?php\nreturn ['parameters' => ['a' => 1, 'b' => -2.5, 'c' => NULL, 'd' => true, 'e' => False]];", "a=1;b=-2.5;c=~;d=1;e=;"},
        {"<?php return ['other' => ['x' => 'y'], 'parameters' => ['in' => ['deep' => 'z'], 'a' => 'b'], 'z' => ['q' => 'r']];",
         "in=?;a=b;"},
        {"<?php return ['parameters' => ['a' => 'it\\'s \\\\ \\n $x {$y}', \"b\" => \"t\\tn\\x41\\101\\u{e9}\\$x\"]];",
         "a=it's \\ \\n $x {$y};b=t\tnAA\xc3\xa9$x;"},
        {"<?php return ['parameters' => ['a' => getenv('A', [1, ')']), 'b' => 'x' . 'y', 'c' => X::Y, 'd' => \"$z\", 'e' => 'f']];",
         "a=?;b=?;c=?;d=?;e=f;"},
        {"<?php // one\n# two\n/* three => */ return array('parameters' /* four */ => array('a' => 'b' // five ' \n , 'c' => 'd'));",
         "a=b;c=d;"},
        {"<?php return ['parameters' => [1 => 'n', 'list', 'a' => 'b']];", "1=n;a=b;"},
        {"<?php return ['parameters' => []];", ""},
        {"<?PHP RETURN ARRAY('parameters' => ARRAY());", ""},
        {"<?php return ['parameters' => ['a' => \"\\q \\u\"]];", "a=\\q \\u;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_buf out;
        struct psync_error err = {0};
        psync_buf_init(&out, 4096);
        enum psync_result r = psync_shop_params_read((struct psync_span){rows[i].php, strlen(rows[i].php)}, on_param, &out, &err);
        if (r != PSYNC_OK || strcmp(out.data, rows[i].members) != 0)
            fail_msg("row %zu: %s, not %s (%s)", i, out.data, rows[i].members, err.text);
        psync_buf_done(&out);
    }
}

static void what_is_no_such_file(void **state)
{
    static const struct {
        const char *php, *error;
    } rows[] = {
        {"", "byte 1: expected <?php"},
        {"<html>", "expected <?php"},
        {"<?php define('A', 1);", "expected `return`"},
        {"<?php return require 'x.php';", "expected an array"},
        {"<?php return ['parameters' => ['a' => 'secret", "a text has no end"},
        {"<?php return ['parameters' => ['a' => 'secret'", "ends within an array"},
        {"<?php return ['parameters' => ['a' => 'b')];", "expected a comma"},
        {"<?php return ['parameters' => ['a' => \"\\u{110000}\"]];", "\\u{...}"},
        {"<?php return [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]];", "too deeply"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_buf out;
        struct psync_error err = {0};
        psync_buf_init(&out, 4096);
        assert_int_equal(psync_shop_params_read((struct psync_span){rows[i].php, strlen(rows[i].php)}, on_param, &out, &err),
                         PSYNC_REJECT);
        if (!strstr(err.text, rows[i].error))
            fail_msg("row %zu: %s", i, err.text);
        assert_null(strstr(err.text, "secret"));
        psync_buf_done(&out);
    }
}

static void hosts(void **state)
{
    static const struct {
        const char *text, *port, *host, *socket;
        unsigned number;
        bool wrong;
    } rows[] = {
        {"localhost", "", "localhost", "", 0, false},
        {"127.0.0.1", "3307", "127.0.0.1", "", 3307, false},
        {"db:3308", "", "db", "", 3308, false},
        {"db:3308", "3307", "db", "", 3308, false},
        {"localhost:/run/my.sock", "", "localhost", "/run/my.sock", 0, false},
        {"/run/my.sock", "", "localhost", "/run/my.sock", 0, false},
        {"[::1]:3306", "", "::1", "", 3306, false},
        {"[::1]", "", "::1", "", 0, false},
        {"fe80::1", "", "fe80::1", "", 0, false},
        {"db", "0", "db", "", 0, false},
        {"", "", NULL, NULL, 0, true},
        {"db:x", "", NULL, NULL, 0, true},
        {"db:70000", "", NULL, NULL, 0, true},
        {"db", "33o6", NULL, NULL, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_shop_place place = {.host = ""};
        enum psync_result r = psync_shop_host_parse(rows[i].text, rows[i].port, &place, NULL);
        assert_int_equal(r == PSYNC_REJECT, rows[i].wrong);
        if (rows[i].wrong)
            continue;
        assert_string_equal(place.host, rows[i].host);
        assert_string_equal(place.socket, rows[i].socket);
        assert_int_equal(place.port, rows[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals),
        cmocka_unit_test(what_is_no_such_file),
        cmocka_unit_test(hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
