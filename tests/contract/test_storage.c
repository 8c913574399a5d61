/* test_storage - every write and sync fails once; the power goes at every sync. What was acknowledged is there again.
 * */
#include "fixture.h"
#include "model.h"
#include "vfs_shim.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 12 };

/* Every place, or a sample of about 120 of them. */
static long stride(long places)
{
    return getenv("PSYNC_THOROUGH") != NULL || places < 120 ? 1 : places / 120;
}

static void remove_files(const struct fixture *f)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".new", ".new-journal", ".new-wal", ".new-shm"};
    char name[400];
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", f->path, tails[i]);
        unlink(name);
    }
}

/* A fixture whose queue is closed and whose files are gone. */
static void begin(struct fixture *f)
{
    vfs_shim_install();
    fixture_init(f, &psync_driver_sqlite);
    fixture_close(f);
    remove_files(f);
}

static void end(struct fixture *f)
{
    fixture_open(f);
    fixture_done(f);
}

static void reopen_and_verify(struct model *m, long place)
{
    struct psync_error err = {0};
    enum psync_result r = model_open(m, &err);
    if (r != PSYNC_OK)
        fail_msg("place %ld: opening again: %s %s", place, psync_result_name(r), err.text);
    unsigned violations = model_violations(m);
    if (violations != 0)
        fail_msg("place %ld: %u messages are not as they were acknowledged", place, violations);
    model_close(m);
}

/* Counts the writing calls of a whole life: creation, work, closing. */
static long count_places(struct fixture *f)
{
    struct model m;
    struct psync_error err;
    model_init(&m, f->driver, &f->conf);
    vfs_shim_fail(0, 0, false);
    assert_int_equal(model_open(&m, &err), PSYNC_OK);
    assert_int_equal(model_work(&m, ROUNDS), PSYNC_OK);
    model_close(&m);
    long places = vfs_shim_calls();
    reopen_and_verify(&m, 0);
    remove_files(f);
    return places;
}

static void fail_everywhere(int code, bool forever)
{
    struct fixture f;
    begin(&f);
    long places = count_places(&f), step = stride(places), undone = 0, fatal = 0, refused = 0;
    for (long place = 1; place <= places; place += step) {
        struct model m;
        struct psync_error err = {0};
        model_init(&m, f.driver, &f.conf);
        vfs_shim_fail(place, code, forever);
        enum psync_result r = model_open(&m, &err);
        if (r == PSYNC_OK) {
            r = model_work(&m, ROUNDS);
            assert_true(r == PSYNC_OK || r == PSYNC_FATAL);
            fatal += r == PSYNC_FATAL;
            undone += m.undone;
            model_close(&m);
        } else {
            assert_true(r == PSYNC_FATAL || r == PSYNC_REJECT);
            assert_non_null(strstr(err.text, f.path));
            refused++;
        }
        vfs_shim_fail(0, 0, false);
        reopen_and_verify(&m, place);
        remove_files(&f);
    }
    print_message("%ld of %ld places: %ld stopped, %ld undone and went on, %ld not opened\n", places / step, places,
                  fatal, undone, refused);
    if (code == SQLITE_FULL)
        assert_true(undone > 0); /* a full disk stops nothing */
    else
        assert_true(fatal > 0 && undone == 0);
    end(&f);
}

static void an_io_error_anywhere(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_IOERR, false);
}

static void io_errors_from_anywhere_on(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_IOERR, true);
}

static void a_full_disk_anywhere(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_FULL, false);
}

/* Cuts the power at sync `place`; how many messages are not as they were acknowledged. */
static unsigned cut_power(struct fixture *f, long place, bool after, bool deaf, uint64_t seed, long *ret_syncs)
{
    struct model m;
    struct psync_error err = {0};
    model_init(&m, f->driver, &f->conf);
    vfs_shim_fail(0, 0, false);
    assert_int_equal(model_open(&m, &err), PSYNC_OK); /* creation, and a first life */
    assert_int_equal(model_work(&m, 2), PSYNC_OK);
    model_close(&m);
    vfs_shim_power(place, after, deaf);
    enum psync_result r = model_open(&m, &err);
    if (r == PSYNC_OK)
        r = model_work(&m, ROUNDS);
    assert_true(r == PSYNC_OK || vfs_shim_is_off());
    model_close(&m);
    *ret_syncs = vfs_shim_syncs();
    vfs_shim_restore(seed);
    unsigned violations = 1;
    if (model_open(&m, &err) == PSYNC_OK) {
        violations = model_violations(&m);
        model_close(&m);
    }
    remove_files(f);
    return violations;
}

static void a_power_cut_at_any_sync(void **state)
{
    struct fixture f;
    long syncs = 0, cuts = 0;
    (void)state;
    begin(&f);
    assert_int_equal(cut_power(&f, 0, false, false, 1, &syncs), 0);
    uint64_t chances = getenv("PSYNC_THOROUGH") != NULL ? 20 : 3;
    for (long place = 1, last = syncs; place <= last; place++)
        for (uint64_t chance = 0; chance < chances; chance++)
            for (int after = 0; after < 2; after++, cuts++) {
                unsigned violations = cut_power(&f, place, after != 0, false, (uint64_t)place * 100 + chance, &syncs);
                if (violations != 0)
                    fail_msg("cut %s sync %ld, chance %d: %u messages lost or back", after ? "after" : "before", place,
                             (int)chance, violations);
            }
    print_message("%ld power cuts\n", cuts);
    end(&f);
}

/* The test above can fail: where syncs do nothing, as with synchronous=OFF, it finds losses. */
static void without_syncs_the_losses_are_seen(void **state)
{
    struct fixture f;
    long syncs = 0;
    unsigned runs_with_loss = 0;
    (void)state;
    begin(&f);
    for (long place = 5; place < 20; place++)
        runs_with_loss += cut_power(&f, place, false, true, (uint64_t)place, &syncs) != 0;
    print_message("losses seen in %u of 15 runs\n", runs_with_loss);
    assert_true(runs_with_loss > 0);
    end(&f);
}

/* ---- through the facade ---- */
static char fatal_why[PSYNC_ERROR_MAX];
static void on_fatal(void *arg, const char *why)
{
    ++*(int *)arg;
    snprintf(fatal_why, sizeof fatal_why, "%s", why);
}

static void open_facade(struct fixture *f, int *fatals)
{
    struct psync_error err;
    begin(f);
    vfs_shim_fail(0, 0, false);
    *fatals = 0;
    assert_int_equal(psync_queue_new(&(struct psync_queue_open){.conf = &f->conf, .clock = fixture_clock,
                                                                .on_fatal = on_fatal,
                                                                .arg = fatals}, &f->q, &err), PSYNC_OK);
}

static void no_space_for_puts_is_full_and_deliveries_go_on(void **state)
{
    struct fixture f;
    int fatals;
    (void)state;
    open_facade(&f, &fatals);
    fixture_put(&f, 1, 0);
    struct psync_put put = fixture_put_of(2, 0);
    vfs_shim_fail(1, SQLITE_FULL, true);
    assert_int_equal(fixture_try_put(&f, &put), PSYNC_PUT_FULL);
    assert_string_equal(put.ret_why, "the disk is full");
    vfs_shim_fail(0, 0, false);
    fixture_done_with(&f, 1);
    assert_int_equal(fixture_try_put(&f, &put), PSYNC_PUT_NEW);
    assert_int_equal(fatals, 0);
    fixture_done(&f);
}

static void no_space_for_verdicts_is_fatal(void **state)
{
    struct fixture f;
    int fatals;
    struct psync_error err = {0};
    struct psync_counts c;
    (void)state;
    open_facade(&f, &fatals);
    fixture_put(&f, 1, 0);
    struct psync_message *m = fixture_take(&f, 1);
    struct psync_settle s = {.message = m, .verdict = PSYNC_VERDICT_DONE, .attempt = {.error = "", .problem = ""}};
    vfs_shim_fail(1, SQLITE_FULL, true);
    assert_int_equal(psync_queue_settle(f.q, &s, 1, &err), PSYNC_FATAL);
    assert_non_null(strstr(err.text, f.path));
    assert_int_equal(fatals, 1);
    vfs_shim_fail(0, 0, false);
    assert_int_equal(psync_queue_counts(f.q, "default", &c, &err), PSYNC_FATAL); /* it serves nobody any more */
    assert_int_equal(psync_queue_list(f.q, &(struct psync_filter){.any_state = true, .cursor = ""}, 1, NULL, NULL,
                                      &err),
                     PSYNC_FATAL);
    psync_message_free(m);
    fixture_reopen(&f);
    fixture_done_with(&f, 1);
    fixture_done(&f);
}

static void a_failed_sync_ends_it(void **state)
{
    struct fixture f;
    int fatals;
    (void)state;
    open_facade(&f, &fatals);
    fixture_put(&f, 1, 0);
    struct psync_put put = fixture_put_of(2, 0);
    struct psync_error err;
    vfs_shim_fail(1, SQLITE_IOERR, false);
    assert_int_equal(psync_queue_put(f.q, &put, 1, &err), PSYNC_FATAL);
    assert_int_equal(psync_queue_put(f.q, &put, 1, &err), PSYNC_FATAL);
    assert_int_equal(fatals, 1);
    assert_non_null(strstr(fatal_why, f.path));
    fixture_reopen(&f);
    fixture_done_with(&f, 1);
    fixture_done(&f);
}

/* ---- the driver, called directly ---- */
static enum psync_result tidy(const struct fixture *f, void *self)
{
    struct psync_error err;
    bool readied;
    return f->driver->tidy(self, fixture_now, &readied, &err);
}

/* What is old goes again when the commit that forgot it was undone. */
static void a_full_disk_keeps_nothing_for_ever(void **state)
{
    struct fixture f;
    struct psync_error err;
    int fatals;
    void *self = NULL;
    (void)state;
    open_facade(&f, &fatals);
    fixture_put(&f, 1, 0);
    fixture_done_with(&f, 1);
    fixture_close(&f);
    f.conf.keep = 1000;
    assert_int_equal(f.driver->open(&f.conf, false, fixture_now, NULL, &self, &err), PSYNC_OK);
    fixture_now += 2000;
    assert_int_equal(tidy(&f, self), PSYNC_OK);
    vfs_shim_fail(1, SQLITE_FULL, false);
    assert_int_equal(f.driver->commit(self, &err), PSYNC_RETRY);
    vfs_shim_fail(0, 0, false);
    assert_int_equal(tidy(&f, self), PSYNC_OK);
    assert_int_equal(f.driver->commit(self, &err), PSYNC_OK);
    struct psync_put put = fixture_put_of(1, 0);
    assert_int_equal(f.driver->put(self, &put, 1, fixture_now, &err), PSYNC_OK);
    assert_int_equal(put.ret_outcome, PSYNC_PUT_NEW);
    f.driver->close(self, true);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_io_error_anywhere),     cmocka_unit_test(io_errors_from_anywhere_on),
        cmocka_unit_test(a_full_disk_anywhere),     cmocka_unit_test(a_power_cut_at_any_sync),
        cmocka_unit_test(without_syncs_the_losses_are_seen),
        cmocka_unit_test(no_space_for_puts_is_full_and_deliveries_go_on),
        cmocka_unit_test(no_space_for_verdicts_is_fatal), cmocka_unit_test(a_failed_sync_ends_it),
        cmocka_unit_test(a_full_disk_keeps_nothing_for_ever),
    };
    return cmocka_run_group_tests_name("storage", tests, NULL, NULL);
}
