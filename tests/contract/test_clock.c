/* test_clock - clocks that were wrong, and what background work does with time: the SQLite driver, called directly. */
#include "fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60 * 1000, DAY = 24 * 3600 * 1000 };
static const psync_ms year = 365 * (psync_ms)DAY;

/* The driver on the fixture's file, in its place. */
struct direct {
    struct fixture *f;
    void *self;
};

static int set_up(void **state)
{
    static struct fixture f;
    fixture_init(&f, &psync_driver_sqlite);
    f.conf.keep = 30 * (psync_ms)DAY;
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture_done(*state);
    return 0;
}

static struct direct open_directly(struct fixture *f)
{
    struct psync_error err = {0};
    struct direct d = {f, NULL};
    fixture_close(f);
    if (f->driver->open(&f->conf, false, fixture_now, NULL, &d.self, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    return d;
}

static void close_direct(struct direct *d)
{
    struct psync_error err;
    assert_int_equal(d->f->driver->commit(d->self, &err), PSYNC_OK);
    d->f->driver->close(d->self, true);
    fixture_open(d->f);
}

/* All the background work there is. */
static void tidy_up(struct fixture *f, psync_ms later)
{
    struct direct d = open_directly(f);
    struct psync_error err = {0};
    bool readied;
    fixture_now += later;
    enum psync_result r = PSYNC_OK;
    for (int i = 0; i < 100 && r == PSYNC_OK; i++) {
        r = f->driver->tidy(d.self, fixture_now, &readied, &err);
        assert_int_equal(f->driver->commit(d.self, &err), PSYNC_OK);
    }
    assert_int_equal(r, PSYNC_EMPTY);
    close_direct(&d);
}

static bool is_known(struct fixture *f, int64_t product)
{
    struct psync_put put = fixture_put_of(product, 0);
    f->conf.max_depth = 0; /* so nothing is put */
    fixture_reopen(f);
    enum psync_put_outcome outcome = fixture_try_put(f, &put);
    f->conf.max_depth = 1000000;
    fixture_reopen(f);
    assert_true(outcome == PSYNC_PUT_KNOWN || outcome == PSYNC_PUT_FULL);
    return outcome == PSYNC_PUT_KNOWN;
}

static void deliver(struct fixture *f, int64_t product)
{
    fixture_put(f, product, 0);
    fixture_done_with(f, product);
}

static void old_keys_are_forgotten(void **state)
{
    struct fixture *f = *state;
    deliver(f, 1);
    tidy_up(f, f->conf.keep - MINUTE);
    assert_true(is_known(f, 1));
    tidy_up(f, 2 * MINUTE);
    assert_false(is_known(f, 1));
}

/* A start of a day's work after a night: time in which nobody ran counts. */
static void a_gap_between_two_lives_counts(void **state)
{
    struct fixture *f = *state;
    deliver(f, 1);
    for (int day = 0; day < 31; day++) {
        fixture_now += DAY - MINUTE;
        tidy_up(f, MINUTE);
    }
    assert_false(is_known(f, 1));
}

static void a_clock_briefly_ahead_forgets_nothing(void **state)
{
    struct fixture *f = *state;
    deliver(f, 1);
    psync_ms right = fixture_now;
    for (int start = 0; start < 5; start++) {
        fixture_now = right + 10 * year;
        fixture_reopen(f);
        tidy_up(f, MINUTE);
    }
    fixture_now = right + MINUTE;
    tidy_up(f, 0);
    assert_true(is_known(f, 1));
}

static void what_ended_while_the_clock_was_ahead_blocks_nothing(void **state)
{
    struct fixture *f = *state;
    psync_ms right = fixture_now;
    fixture_now = right + year;
    fixture_reopen(f);
    deliver(f, 1);
    fixture_close(f);
    fixture_now = right;
    fixture_open(f);
    deliver(f, 2);
    tidy_up(f, f->conf.keep + MINUTE);
    assert_false(is_known(f, 2));
    assert_true(is_known(f, 1)); /* and is not forgotten itself before its time */
}

/* A retry's delay means something only beside the clock it was made by. */
static void a_retry_alone_stores_the_clock(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, 1, 0);
    fixture_now += 10 * 60 * MINUTE;
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now + 5000);
    fixture_close(f);
    fixture_now -= 9 * 60 * MINUTE; /* set right while nobody runs */
    fixture_open(f);
    struct leased l = fixture_lease(f, 1, fixture_now + MINUTE);
    assert_int_equal(l.n, 0);
    assert_int_equal(l.next_due, fixture_now + 5000);
}

/* ---- leases that run out ---- */
static struct psync_message *take_directly(struct direct *d, psync_ms until)
{
    struct psync_message *m = NULL;
    struct psync_error err;
    struct psync_want want = {"default", 1, until};
    size_t n;
    psync_ms due;
    assert_int_equal(d->f->driver->lease(d->self, &want, fixture_now, &m, &n, &due, &err), PSYNC_OK);
    assert_int_equal(n, 1);
    return m;
}

/* An older message came back meanwhile and goes first: that is written, so it has to be committed. */
static void tidying_tells_what_it_wrote(void **state)
{
    struct fixture *f = *state;
    struct psync_error err;
    struct psync_select all = {.cursor = "", .max = 10};
    bool readied = false;
    fixture_put(f, 1, 0);
    fixture_kill(f, 1, 422);
    fixture_put(f, 1, 1);
    struct direct d = open_directly(f);
    struct psync_message *m = take_directly(&d, fixture_now + MINUTE);
    assert_int_equal(f->driver->requeue(d.self, &all, fixture_now, &err), PSYNC_OK);
    assert_int_equal(all.ret_changed, 1);
    assert_int_equal(f->driver->commit(d.self, &err), PSYNC_OK);
    assert_int_equal(f->driver->tidy(d.self, fixture_now, &readied, &err), PSYNC_EMPTY);
    assert_false(readied);
    fixture_now += 2 * MINUTE;
    assert_int_equal(f->driver->tidy(d.self, fixture_now, &readied, &err), PSYNC_OK);
    assert_true(readied);
    psync_message_free(m);
    close_direct(&d);
    fixture_check(f);
}

static void without_room_the_first_lease_to_end_is_waited_for(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, 1, 0);
    fixture_put(f, 2, 0);
    psync_ms now = fixture_now;
    struct psync_message *m = fixture_take(f, 1);
    struct leased l = fixture_lease(f, 0, now + MINUTE);
    assert_int_equal(l.n, 0);
    assert_int_equal(l.next_due, now + MINUTE);
    psync_message_free(m);
}

/* ---- lists ---- */
struct page {
    size_t n;
    char cursor[PSYNC_ID_MAX], id[PSYNC_ID_MAX];
};

static bool see_row(void *arg, const struct psync_row *row)
{
    struct page *page = arg;
    page->n++;
    snprintf(page->cursor, sizeof page->cursor, "%s", row->cursor);
    snprintf(page->id, sizeof page->id, "%s", row->id);
    return true;
}

static void a_list_goes_on_behind_a_purged_row(void **state)
{
    struct fixture *f = *state;
    struct page first = {0}, rest = {0};
    struct psync_error err;
    struct psync_filter ready = {.state = PSYNC_STATE_READY, .cursor = ""};
    char sql[128];
    sqlite3 *db;
    for (int64_t p = 1; p <= 5; p++)
        fixture_put(f, p, 0);
    assert_int_equal(psync_queue_list(f->q, &ready, 2, see_row, &first, &err), PSYNC_OK);
    assert_int_equal(first.n, 2);
    snprintf(sql, sizeof sql, "DELETE FROM message WHERE id = %s", first.id);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    ready.cursor = first.cursor;
    assert_int_equal(psync_queue_list(f->q, &ready, 10, see_row, &rest, &err), PSYNC_OK);
    assert_int_equal(rest.n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(old_keys_are_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_between_two_lives_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_briefly_ahead_forgets_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_ended_while_the_clock_was_ahead_blocks_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_retry_alone_stores_the_clock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tidying_tells_what_it_wrote, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_room_the_first_lease_to_end_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_goes_on_behind_a_purged_row, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
