/* What fits a terminal's line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/columns.h"

static void text_is_cut_between_characters(void **state)
{
    static const struct {
        const char *text;
        size_t cells;
        int bytes;
    } rows[] = {
        {"", 5, 0}, {"abc", 5, 3}, {"abcde", 5, 5}, {"abcdef", 5, 5}, {"abcdef", 0, 6},
        {"\xc3\xa4\xc3\xb6\xc3\xbc", 2, 4}, {"a\xe2\x82\xac" "b", 2, 4}, {"\xff\xff\xff", 2, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(psync_columns_fit(rows[i].text, rows[i].cells), rows[i].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(text_is_cut_between_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
