/* test_walks - lists walk through an index and stop: none sorts, which with a million messages takes a second and much
 * memory. Each statement is looked at when it is finalized, which the linker lets us see. */
#include "fixture.h"

#include <sqlite3.h>
#include <stdio.h>

int __real_sqlite3_finalize(sqlite3_stmt *st);
int __wrap_sqlite3_finalize(sqlite3_stmt *st);

static int sorts, scans;

int __wrap_sqlite3_finalize(sqlite3_stmt *st)
{
    sorts += sqlite3_stmt_status(st, SQLITE_STMTSTATUS_SORT, 1);
    scans++;
    return __real_sqlite3_finalize(st);
}

static int set_up(void **state)
{
    static struct fixture f;
    fixture_init(&f, &psync_driver_sqlite);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture_done(*state);
    return 0;
}

static bool count_row(void *arg, const struct psync_row *row)
{
    size_t *n = arg;
    (void)row;
    ++*n;
    return true;
}

static void expect_walk(struct fixture *f, const char *what, struct psync_filter filter, size_t rows)
{
    struct psync_error err = {0};
    size_t n = 0;
    sorts = scans = 0;
    filter.cursor = "";
    assert_int_equal(psync_queue_list(f->q, &filter, 100, count_row, &n, &err), PSYNC_OK);
    if (sorts != 0 || scans == 0 || n != rows)
        fail_msg("%s: %d sorts in %d statements, %zu rows", what, sorts, scans, n);
}

static void no_list_sorts(void **state)
{
    struct fixture *f = *state;
    for (int64_t p = 1; p <= 9; p++)
        fixture_put(f, p, 0);
    fixture_done_with(f, 1);
    fixture_kill(f, 2, 422);
    fixture_settle(f, fixture_take(f, 3), PSYNC_VERDICT_RETRY, fixture_now + 1000);
    expect_walk(f, "all", (struct psync_filter){.any_state = true}, 9);
    expect_walk(f, "a destination's", (struct psync_filter){.any_state = true, .destination = "default"}, 9);
    expect_walk(f, "ready", (struct psync_filter){.state = PSYNC_STATE_READY}, 6);
    expect_walk(f, "delayed", (struct psync_filter){.state = PSYNC_STATE_DELAYED}, 1);
    expect_walk(f, "dead", (struct psync_filter){.state = PSYNC_STATE_DEAD}, 1);
    expect_walk(f, "done", (struct psync_filter){.state = PSYNC_STATE_DONE}, 1);
    expect_walk(f, "discarded", (struct psync_filter){.state = PSYNC_STATE_DISCARDED}, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(no_list_sorts, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
