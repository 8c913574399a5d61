/* test_restore - backups, and what may lie beside a file that is put in the place of another: the SQLite driver. */
#include "fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bytes {
    char *data;
    size_t len;
};

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

static struct bytes read_all(const char *path)
{
    struct stat st;
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &st), 0);
    struct bytes b = {malloc((size_t)st.st_size + 1), (size_t)st.st_size};
    assert_non_null(b.data);
    assert_int_equal(fread(b.data, 1, b.len, in), b.len);
    fclose(in);
    return b;
}

static void write_all(const char *path, const struct bytes *b)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(b->data, 1, b->len, out), b->len);
    assert_int_equal(fclose(out), 0);
}

/* The queue's files as a kill would leave them now. The queue is closed. */
static void kill_now(struct fixture *f)
{
    struct bytes file = read_all(f->path), log = read_all(fixture_beside(f, "-wal"));
    assert_true(log.len > 0);
    fixture_close(f);
    write_all(f->path, &file);
    write_all(fixture_beside(f, "-wal"), &log);
    free(file.data);
    free(log.data);
}

static void back_up(struct fixture *f, const char *tail)
{
    struct psync_error err = {0};
    if (psync_queue_backup(f->q, fixture_beside(f, tail), &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void expect_refused(struct fixture *f, const char *words)
{
    struct psync_error err = {0};
    struct bytes before = read_all(fixture_beside(f, "-wal"));
    enum psync_result r = psync_queue_new(&(struct psync_queue_open){.conf = &f->conf, .clock = fixture_clock}, &f->q,
                                          &err);
    assert_int_equal(r, PSYNC_REJECT);
    if (strstr(err.text, words) == NULL || strstr(err.text, f->path) == NULL || strstr(err.text, "-shm") == NULL)
        fail_msg("%s", err.text);
    struct bytes after = read_all(fixture_beside(f, "-wal")); /* and nothing was replayed */
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    free(before.data);
    free(after.data);
}

static void remove_log(const struct fixture *f)
{
    unlink(fixture_beside(f, "-wal"));
    unlink(fixture_beside(f, "-shm"));
}

static void put_many(struct fixture *f, int64_t from, int64_t to)
{
    for (int64_t p = from; p <= to; p++)
        fixture_put(f, p, 0);
}

static void a_kill_alone_refuses_nothing(void **state)
{
    struct fixture *f = *state;
    for (int64_t round = 0; round < 3; round++) {
        put_many(f, 10 * round + 1, 10 * round + 10);
        kill_now(f);
        fixture_open(f);
        assert_int_equal(fixture_counts(f).ready, 10 * (round + 1));
        fixture_check(f);
    }
}

static void a_missing_file_beside_its_log_is_not_made_anew(void **state)
{
    struct fixture *f = *state;
    put_many(f, 1, 10);
    kill_now(f);
    assert_int_equal(rename(f->path, fixture_beside(f, ".away")), 0);
    expect_refused(f, "is missing");
    assert_int_equal(access(f->path, F_OK), -1);
    fclose(fopen(f->path, "w"));
    expect_refused(f, "is missing"); /* without a byte, that is */
    assert_int_equal(rename(fixture_beside(f, ".away"), f->path), 0);
    fixture_open(f);
    assert_int_equal(fixture_counts(f).ready, 10);
}

/* Twice the same one: what it became in between is another file. */
static void a_backup_beside_a_log_that_was_left_is_refused(void **state)
{
    struct fixture *f = *state;
    put_many(f, 1, 20);
    back_up(f, ".backup");
    struct bytes backup = read_all(fixture_beside(f, ".backup"));
    for (int64_t round = 1; round <= 2; round++) {
        put_many(f, 100 * round, 100 * round + 50);
        kill_now(f);
        write_all(f->path, &backup);
        expect_refused(f, "log of another");
        remove_log(f);
        fixture_open(f);
        assert_int_equal(fixture_counts(f).ready, 20);
        fixture_check(f);
    }
    free(backup.data);
}

static int make_defensive(sqlite3 *db, char **ret_why, const void *functions)
{
    (void)ret_why;
    (void)functions;
    return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

/* As it is built on macOS: there a new schema cookie is taken in silence, and the old one kept. */
static void a_defensive_sqlite_makes_no_difference(void **state)
{
    assert_int_equal(sqlite3_auto_extension((void (*)(void))make_defensive), SQLITE_OK);
    fixture_reopen(*state);
    a_kill_alone_refuses_nothing(state);
    assert_int_equal(sqlite3_cancel_auto_extension((void (*)(void))make_defensive), 1);
}

static void the_file_put_back_goes_on(void **state)
{
    struct fixture *f = *state;
    put_many(f, 1, 20);
    back_up(f, ".backup");
    put_many(f, 21, 30);
    kill_now(f);
    assert_int_equal(rename(f->path, fixture_beside(f, ".away")), 0);
    assert_int_equal(rename(fixture_beside(f, ".backup"), f->path), 0);
    expect_refused(f, "log of another");
    assert_int_equal(rename(fixture_beside(f, ".away"), f->path), 0);
    fixture_open(f);
    assert_int_equal(fixture_counts(f).ready, 30);
}

static void what_is_damaged_names_the_log(void **state)
{
    struct fixture *f = *state;
    struct psync_error err = {0};
    put_many(f, 1, 200);
    fixture_close(f);
    struct bytes file = read_all(f->path), good = read_all(f->path);
    memset(file.data + 4096, 0x5a, file.len - 4096);
    write_all(f->path, &file);
    assert_int_equal(psync_queue_new(&(struct psync_queue_open){.conf = &f->conf}, &f->q, &err), PSYNC_FATAL);
    if (strstr(err.text, "-wal and -shm") == NULL)
        fail_msg("%s", err.text);
    remove_log(f);
    write_all(f->path, &good);
    free(file.data);
    free(good.data);
    fixture_open(f);
}

static void a_backup_is_never_put_over_a_file(void **state)
{
    struct fixture *f = *state;
    struct psync_error err = {0};
    char text[] = "mine";
    struct bytes mine = {text, 4};
    fixture_put(f, 1, 0);
    write_all(fixture_beside(f, ".backup"), &mine);
    assert_int_equal(psync_queue_backup(f->q, fixture_beside(f, ".backup"), &err), PSYNC_REJECT);
    struct bytes still = read_all(fixture_beside(f, ".backup"));
    assert_int_equal(still.len, 4);
    free(still.data);
    unlink(fixture_beside(f, ".backup"));
    assert_int_equal(symlink("nowhere", fixture_beside(f, ".backup")), 0);
    assert_int_equal(psync_queue_backup(f->q, fixture_beside(f, ".backup"), &err), PSYNC_REJECT);
}

/* Until it is complete it has another name, and what a kill left of that is no hindrance. */
static void a_backup_appears_complete(void **state)
{
    struct fixture *f = *state;
    char text[] = "half a backup";
    struct bytes rest = {text, strlen(text)};
    put_many(f, 1, 20);
    write_all(fixture_beside(f, ".backup.part"), &rest);
    back_up(f, ".backup");
    assert_int_equal(access(fixture_beside(f, ".backup.part"), F_OK), -1);
    fixture_close(f);
    assert_int_equal(rename(fixture_beside(f, ".backup"), f->path), 0);
    fixture_open(f);
    assert_int_equal(fixture_counts(f).ready, 20);
}

/* ---- while others read ---- */
struct reading {
    struct fixture *f;
    size_t rows;
    bool interrupt;
    enum psync_result r;
};

static bool maintain_meanwhile(void *arg, const struct psync_row *row)
{
    struct reading *x = arg;
    struct psync_buf report;
    struct psync_error err = {0};
    (void)row;
    if (x->rows++ > 0)
        return true;
    if (x->interrupt)
        psync_queue_interrupt(x->f->q);
    psync_buf_init(&report, 65536);
    x->r = psync_queue_check(x->f->q, &report, &err);
    psync_buf_done(&report);
    return true;
}

static enum psync_result list_all(struct reading *x)
{
    struct psync_error err = {0};
    struct psync_filter any = {.any_state = true, .cursor = ""};
    return psync_queue_list(x->f->q, &any, 1000, maintain_meanwhile, x, &err);
}

static void lists_and_checks_go_side_by_side(void **state)
{
    struct reading x = {.f = *state};
    put_many(x.f, 1, 20);
    assert_int_equal(list_all(&x), PSYNC_OK);
    assert_int_equal(x.rows, 20);
    assert_int_equal(x.r, PSYNC_OK);
}

static void an_interrupt_ends_what_reads(void **state)
{
    struct reading x = {.f = *state, .interrupt = true};
    struct psync_error err = {0};
    put_many(x.f, 1, 20);
    assert_int_equal(list_all(&x), PSYNC_RETRY);
    assert_int_equal(x.r, PSYNC_RETRY);
    assert_int_equal(psync_queue_backup(x.f->q, fixture_beside(x.f, ".backup"), &err), PSYNC_RETRY);
    assert_int_equal(access(fixture_beside(x.f, ".backup"), F_OK), -1);
    assert_int_equal(access(fixture_beside(x.f, ".backup.part"), F_OK), -1);
    x.interrupt = false;
    x.rows = 0;
    assert_int_equal(list_all(&x), PSYNC_OK); /* lists go on */
    fixture_put(x.f, 21, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_kill_alone_refuses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_file_beside_its_log_is_not_made_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backup_beside_a_log_that_was_left_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_defensive_sqlite_makes_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_file_put_back_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_damaged_names_the_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backup_is_never_put_over_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backup_appears_complete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_and_checks_go_side_by_side, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_interrupt_ends_what_reads, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
