/* test_no_memory - every allocation fails once: the answer is NOMEM or success, and nothing acknowledged is lost. */
#include "fixture.h"
#include "model.h"
#include "scarce.h"
#include "vfs_shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 8 };

/* Every place, or a sample of about `n`. */
static long stride(long places, long n)
{
    return getenv("PSYNC_THOROUGH") != NULL || places < n ? 1 : places / n;
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

static void verify(struct model *m, long place)
{
    struct psync_error err = {0};
    scarce_fail(0);
    enum psync_result r = model_open(m, &err);
    if (r != PSYNC_OK)
        fail_msg("allocation %ld: opening again: %s %s", place, psync_result_name(r), err.text);
    unsigned violations = model_violations(m);
    if (violations != 0)
        fail_msg("allocation %ld: %u messages are not as they were acknowledged", place, violations);
    model_close(m);
}

static void any_allocation_of_the_driver(void **state)
{
    struct fixture f;
    struct psync_error err;
    struct model m;
    long undone = 0, refused = 0, tried = 0;
    (void)state;
    fixture_init(&f, &psync_driver_sqlite);
    fixture_close(&f);
    remove_files(&f);
    model_init(&m, f.driver, &f.conf);
    scarce_fail(0);
    assert_int_equal(model_open(&m, &err), PSYNC_OK);
    long opening = scarce_count();
    assert_int_equal(model_work(&m, ROUNDS), PSYNC_OK);
    model_close(&m);
    long places = scarce_count(), in_opening = stride(opening, 60), in_work = stride(places - opening, 1700);
    remove_files(&f);
        for (long place = 1; place <= places; place += place < opening ? in_opening : in_work, tried++) {
        model_init(&m, f.driver, &f.conf);
        scarce_fail(place);
        enum psync_result r = model_open(&m, &err);
        if (r == PSYNC_OK) {
            r = model_work(&m, ROUNDS);
            if (r != PSYNC_OK)
                fail_msg("allocation %ld: %s", place, psync_result_name(r));
            undone += m.undone;
            model_close(&m);
        } else {
            if (r != PSYNC_NOMEM)
                fail_msg("allocation %ld: not opened: %s %s", place, psync_result_name(r), err.text);
            refused++;
        }
        verify(&m, place);
        remove_files(&f);
    }
    print_message("%ld of %ld allocations: %ld undone and went on, %ld not opened\n", tried, places, undone, refused);
    assert_true(undone > 0 && refused > 0);
    fixture_open(&f);
    fixture_done(&f);
}

/* ---- the facade: what one call may answer ---- */
static enum psync_result put_call(struct fixture *f, int64_t product)
{
    struct psync_put put = fixture_put_of(product, 0);
    enum psync_result r = psync_queue_put(f->q, &put, 1, NULL);
    if (r == PSYNC_OK)
        assert_true(put.ret_outcome != PSYNC_PUT_FULL);
    return r;
}

static enum psync_result lease_and_settle(struct fixture *f)
{
    struct psync_want want = {"default", 4, fixture_now + 60000};
    struct psync_message **m = NULL;
    size_t n = 0;
    psync_ms due;
    enum psync_result r = psync_queue_lease(f->q, &want, 1, &m, &n, &due, NULL);
    for (size_t i = 0; i < n; i++) {
        struct psync_settle s = {.message = m[i], .verdict = i % 2 == 0 ? PSYNC_VERDICT_DONE : PSYNC_VERDICT_DEAD,
                                 .attempt = {.at = fixture_now, .status = 500, .error = "e", .problem = ""}};
        enum psync_result settled = psync_queue_settle(f->q, &s, 1, NULL);
        r = r == PSYNC_OK ? settled : r;
        psync_message_free(m[i]);
    }
    free(m);
    return r;
}

static bool see_nothing(void *arg, const struct psync_row *row)
{
    (void)arg;
    (void)row;
    return true;
}

static enum psync_result sweep_and_read(struct fixture *f)
{
    struct psync_select all = {.destination = "default"};
    struct psync_filter filter = {.any_state = true, .cursor = ""};
    char key[PSYNC_KEY_MAX];
    enum psync_result r = psync_queue_replace(f->q, "2", (struct psync_span){0}, key, NULL);
    if (r == PSYNC_OK || r == PSYNC_EMPTY)
        r = psync_queue_requeue(f->q, &all, NULL);
    return r == PSYNC_OK ? psync_queue_list(f->q, &filter, 100, see_nothing, NULL, NULL) : r;
}

static void any_allocation_of_the_facade(void **state)
{
    struct fixture f;
    long refusals = 0;
    (void)state;
    fixture_init(&f, &psync_driver_sqlite);
    int64_t product = 1;
    for (long place = 1; place < 250; place++) {
        assert_int_equal(put_call(&f, product), PSYNC_OK);
        assert_int_equal(put_call(&f, product + 1), PSYNC_OK);
        scarce_fail(place);
        enum psync_result r[] = {put_call(&f, product + 2), lease_and_settle(&f), sweep_and_read(&f)};
        scarce_fail(0);
        for (size_t i = 0; i < sizeof r / sizeof *r; i++) {
            assert_true(r[i] == PSYNC_OK || r[i] == PSYNC_EMPTY || r[i] == PSYNC_NOMEM);
            refusals += r[i] == PSYNC_NOMEM;
        }
        product += 3;
        fixture_now += 70000; /* what a failed answer left leased runs out */
        while (lease_and_settle(&f) == PSYNC_OK)
            continue;
        struct psync_counts c = fixture_counts(&f);
        assert_int_equal(c.ready + c.in_flight + c.delayed, 0); /* nothing is stuck */
    }
    print_message("%ld calls answered NOMEM\n", refusals);
    assert_true(refusals > 0);
    fixture_check(&f);
    fixture_done(&f);
}

static bool see_state(void *arg, const struct psync_row *row)
{
    *(enum psync_state *)arg = row->state;
    return true;
}

/* What was to be discarded when it comes back still is, when the verdict that brings it back is undone and made again. */
static void any_allocation_of_a_return(void **state)
{
    struct fixture f;
    struct psync_error err;
    long undone = 0;
    (void)state;
    fixture_init(&f, &psync_driver_sqlite);
    for (long place = 1; place < 60; place++) {
        enum psync_state became = PSYNC_STATES;
        char id[PSYNC_ID_MAX];
        snprintf(id, sizeof id, "%s", fixture_put(&f, place, 0));
        const char *ids[] = {id};
        struct psync_select withdraw = {.ids = ids, .n_ids = 1, .waiting = true};
        struct psync_message *m = fixture_take(&f, place);
        struct psync_settle s = {.message = m, .verdict = PSYNC_VERDICT_RELEASE, .attempt = {.error = "", .problem = ""}};
        assert_int_equal(psync_queue_discard(f.q, &withdraw, &err), PSYNC_OK);
        assert_int_equal(withdraw.ret_busy, 1);
        scarce_fail(place);
        enum psync_result r = psync_queue_settle(f.q, &s, 1, &err);
        undone += scarce_hit();
        scarce_fail(0);
        if (r != PSYNC_OK)
            assert_int_equal(psync_queue_settle(f.q, &s, 1, &err), PSYNC_OK);
        psync_message_free(m);
        assert_int_equal(psync_queue_show(f.q, id, see_state, NULL, &became, &err), PSYNC_OK);
        assert_int_equal(became, PSYNC_STATE_DISCARDED);
    }
    print_message("%ld allocations failed\n", undone);
    assert_true(undone > 0);
    fixture_check(&f);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_allocation_of_the_driver),
        cmocka_unit_test(any_allocation_of_the_facade),
        cmocka_unit_test(any_allocation_of_a_return),
    };
    scarce_install();
    vfs_shim_install(); /* spares the machine the syncs */
    return cmocka_run_group_tests_name("no memory", tests, NULL, NULL);
}
