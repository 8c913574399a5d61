/* test_recall - rows are kept whatever else is counted, until the table is full; then they seem shorter. */
#include "delivery/recall.h"

#include <stdbool.h>
#include <stdio.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static struct psync_recall recall;

static const char *name_of(unsigned i)
{
    static char text[32];

    snprintf(text, sizeof text, "message-%u", i);
    return text;
}

static uint32_t times(const char *name)
{
    return psync_recall_again(&recall, name, 1).times;
}

static void begin(void)
{
    recall = (struct psync_recall){0};
}

static void test_counts_in_a_row(void **state)
{
    (void)state;
    begin();
    psync_recall_forget(&recall, "a");
    for (uint32_t i = 1; i <= 5; i++)
        assert_int_equal(times("a"), i);
    psync_recall_forget(&recall, "a");
    assert_int_equal(times("a"), 1);
}

/* Since the first of them. A clock that is set back makes a row shorter. */
static void test_length_of_a_row(void **state)
{
    static const struct {
        psync_ms now, length;
    } rows[] = {{1000, 0}, {1000, 0}, {4500, 3500}, {500, 0}, {900, 400}};

    (void)state;
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(psync_recall_again(&recall, "a", rows[i].now).length, rows[i].length);
    psync_recall_forget(&recall, "a");
    assert_int_equal(psync_recall_again(&recall, "a", 7000).length, 0);
}

/* Many of these names share a slot: none takes another's count, and none loses its own when another is forgotten. */
static void test_names_do_not_disturb_each_other(void **state)
{
    (void)state;
    begin();
    for (uint32_t round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < PSYNC_RECALL_MOST; i++)
            assert_int_equal(times(name_of(i)), round);
    }
    for (unsigned i = 0; i < PSYNC_RECALL_MOST; i += 2)
        psync_recall_forget(&recall, name_of(i));
    for (unsigned i = 0; i < PSYNC_RECALL_MOST; i++)
        assert_int_equal(times(name_of(i)), i % 2 == 0 ? 1 : 4);
    for (unsigned i = 0; i < PSYNC_RECALL_MOST; i++)
        psync_recall_forget(&recall, name_of(i));
    assert_int_equal(recall.used, 0);
    for (size_t i = 0; i < PSYNC_RECALL_SLOTS; i++)
        assert_int_equal(recall.slots[i].name, 0);
}

/* More names in turn than it holds: each comes to its second time in the end. */
static void test_more_than_it_holds(void **state)
{
    enum { NAMES = 5000 };
    static bool ended[NAMES];
    unsigned left = NAMES;

    (void)state;
    begin();
    for (unsigned round = 0; left > 0; round++) {
        assert_true(round < 50);
        for (unsigned i = 0; i < NAMES; i++) {
            if (ended[i] || times(name_of(i)) < 2)
                continue;
            ended[i] = true;
            left--;
            psync_recall_forget(&recall, name_of(i));
        }
    }
}

/* It is full of names that never come back: a new one is counted all the same, in the end. */
static void test_stale_names_make_room(void **state)
{
    unsigned tries = 0;

    (void)state;
    begin();
    for (unsigned i = 0; i < PSYNC_RECALL_MOST; i++)
        (void)times(name_of(i));
    while (times("new") < 2)
        assert_true(++tries <= PSYNC_RECALL_PATIENCE);
    assert_int_equal(recall.used, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_in_a_row),
        cmocka_unit_test(test_length_of_a_row),
        cmocka_unit_test(test_names_do_not_disturb_each_other),
        cmocka_unit_test(test_more_than_it_holds),
        cmocka_unit_test(test_stale_names_make_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
