/* test_file - the SQLite driver's file: what is refused and left alone, its mode, clocks, the reserve, backup, check.
 * */
#include "fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_up(void **state)
{
    static struct fixture f;
    fixture_init(&f, &psync_driver_sqlite);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fixture_done(f);
    return 0;
}

static enum psync_result try_open(struct fixture *f, struct psync_error *err)
{
    return psync_queue_new(&(struct psync_queue_open){.conf = &f->conf, .clock = fixture_clock}, &f->q, err);
}

static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

static void exec_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Refused with one line that has the path and `words`; nothing is written, and nothing beside it. */
static void expect_refused(struct fixture *f, const char *words)
{
    struct psync_error err = {0};
    struct stat before, after;
    char name[400];
    assert_int_equal(stat(f->path, &before), 0);
    assert_int_equal(try_open(f, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, f->path));
    if (strstr(err.text, words) == NULL)
        fail_msg("%s", err.text);
    assert_null(strchr(err.text, '\n'));
    assert_int_equal(stat(f->path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_mtime, after.st_mtime);
    snprintf(name, sizeof name, "%s-wal", f->path);
    assert_int_equal(access(name, F_OK), -1);
}

static void remove_log(const struct fixture *f)
{
    char name[400];
    snprintf(name, sizeof name, "%s-wal", f->path);
    unlink(name);
    snprintf(name, sizeof name, "%s-shm", f->path);
    unlink(name);
}

static void not_a_queue_is_refused_untouched(void **state)
{
    struct fixture *f = *state;
    static char text[4096];
    memset(text, 'x', sizeof text);
    fixture_close(f);
    remove_log(f);
    write_file(f->path, text, sizeof text);
    expect_refused(f, "not a queue of productsync");
    write_file(f->path, "short", 5);
    expect_refused(f, "not a queue of productsync");
    unlink(f->path);
    exec_sql(f->path, "CREATE TABLE theirs (x)"); /* somebody else's database */
    expect_refused(f, "not a queue of productsync");
    unlink(f->path);
    fixture_open(f);
}

static void a_newer_version_is_refused_untouched(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    exec_sql(f->path, "PRAGMA user_version = 99");
    remove_log(f);
    expect_refused(f, "newer");
    unlink(f->path);
    fixture_open(f);
}

static char *read_text(const char *name)
{
    enum { MOST = 65536 };
    static char text[MOST];
    char path[400];
    snprintf(path, sizeof path, "%s/%s", getenv("PSYNC_TESTS"), name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text - 1, in);
    assert_true(n > 0 && n < sizeof text - 1);
    text[n] = '\0';
    assert_int_equal(fclose(in), 0);
    return text;
}

static bool keep_row(void *arg, const struct psync_destination_row *row)
{
    *(struct psync_destination_row *)arg = *row;
    return true;
}

/* A file that the program of schema 1 left: all of it is there, and what is new has its neutral value. */
static void an_older_version_is_migrated(void **state)
{
    struct fixture *f = *state;
    struct psync_error err;
    struct psync_destination_row row;
    fixture_close(f);
    unlink(f->path);
    remove_log(f);
    exec_sql(f->path, read_text("vectors/queue-schema-1.sql"));
    fixture_now = 1795416000000; /* a while after */
    for (int again = 0; again < 2; again++) {
        fixture_open(f);
        fixture_check(f);
        assert_int_equal(psync_queue_destinations(f->q, keep_row, &row, &err), PSYNC_OK);
        assert_true(row.hold.suspended);
        assert_false(row.hold.proving);
        assert_string_equal(row.hold.suspended_settings, "");
        assert_string_equal(row.hold.suspended_reason, "it refuses the credentials, HTTP 401 or 403");
        struct psync_counts c = fixture_counts(f);
        assert_true(c.done == 1 && c.dead == 1 && c.delayed == 3 && c.ready == 0);
        fixture_close(f);
    }
    fixture_open(f);
    assert_int_equal(psync_queue_hold(f->q, "default", &(struct psync_hold){.proving = PSYNC_PROVING_DELIVERY}, &err), PSYNC_OK);
    for (int64_t p = 3; p <= 5; p++)
        fixture_done_with(f, p);
    assert_int_equal(psync_queue_destinations(f->q, keep_row, &row, &err), PSYNC_OK);
    assert_true(row.hold.proving);
    fixture_check(f);
}

static void an_empty_file_becomes_a_queue(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    remove_log(f);
    write_file(f->path, "", 0);
    fixture_open(f);
    fixture_put(f, 1, 0);
}

/* What opening says to a user without rights; root has them all, so a child gives them up. */
static void expect_from_nobody(struct fixture *f, const char *words)
{
    int ends[2];
    char text[PSYNC_ERROR_MAX] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct psync_error err = {0};
        bool unprivileged = geteuid() != 0 || setuid(65534) == 0;
        enum psync_result r = unprivileged ? try_open(f, &err) : PSYNC_FATAL;
        if (r != PSYNC_REJECT)
            snprintf(err.text, sizeof err.text, "result %d", r);
        _exit(write(ends[1], err.text, strlen(err.text) + 1) > 0 ? 0 : 1);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    waitpid(child, NULL, 0);
    assert_true(n > 0);
    if (strstr(text, words) == NULL || strstr(text, f->path) == NULL)
        fail_msg("%s", text);
}

static void what_cannot_be_written_is_told(void **state)
{
    struct fixture *f = *state;
    struct psync_error err = {0};
    const char *path = f->conf.path;
    fixture_close(f);
    chmod(f->folder, 0777);
    chmod(f->path, 0444);
    expect_from_nobody(f, "make it writable");
    unlink(f->path);
    remove_log(f);
    chmod(f->folder, 0555);
    expect_from_nobody(f, "is not writable");
    chmod(f->folder, 0700);
    f->conf.path = "/no/such/folder/queue.db";
    assert_int_equal(try_open(f, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "/no/such/folder does not exist"));
    f->conf.path = f->folder;
    assert_int_equal(try_open(f, &err), PSYNC_REJECT);
    f->conf.path = path;
    fixture_open(f);
}

static mode_t mode_of(const struct fixture *f, const char *tail)
{
    char name[400];
    struct stat st;
    snprintf(name, sizeof name, "%s%s", f->path, tail);
    assert_int_equal(stat(name, &st), 0);
    return st.st_mode & 07777;
}

static void only_its_owner_reads_it(void **state)
{
    struct fixture *f = *state;
    static const mode_t masks[] = {0, 0022, 0777};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        fixture_close(f);
        unlink(f->path);
        remove_log(f);
        mode_t old = umask(masks[i]);
        fixture_open(f);
        fixture_put(f, 1, 0);
        umask(old);
        assert_int_equal(mode_of(f, ""), 0600);
        assert_int_equal(mode_of(f, "-wal"), 0600);
        assert_int_equal(mode_of(f, "-shm"), 0600);
    }
}

static void a_damaged_file_is_told(void **state)
{
    struct fixture *f = *state;
    struct psync_error err = {0};
    char junk[3000];
    for (int64_t p = 1; p <= 200; p++)
        fixture_put(f, p, 0);
    fixture_close(f);
    memset(junk, 0x5a, sizeof junk);
    FILE *file = fopen(f->path, "r+b");
    assert_non_null(file);
    for (long page = 1; page < 60; page++) {
        fseek(file, page * 4096L, SEEK_SET);
        fwrite(junk, 1, sizeof junk, file);
    }
    fclose(file);
    enum psync_result r = try_open(f, &err);
    assert_int_equal(r, PSYNC_FATAL);
    assert_non_null(strstr(err.text, "damaged"));
    unlink(f->path);
    remove_log(f);
    fixture_open(f);
}

/* Delays keep what they had left, whatever the clock did while nobody ran. */
static void a_clock_set_back_delays_nothing_for_long(void **state)
{
    struct fixture *f = *state;
    struct psync_error err;
    fixture_put(f, 1, 0);
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now + 5000);
    struct psync_hold hold = {.throttled_until = fixture_now + 9000};
    assert_int_equal(psync_queue_hold(f->q, "default", &hold, &err), PSYNC_OK);
    fixture_close(f);
    fixture_now -= 10 * 3600 * 1000;
    fixture_open(f);
    struct leased l = fixture_lease(f, 1, fixture_now + 60000);
    assert_int_equal(l.n, 0);
    assert_int_equal(l.next_due, fixture_now + 5000);
    fixture_close(f);
    fixture_now += 20 * 3600 * 1000; /* forward: it is due */
    fixture_open(f);
    fixture_done_with(f, 1);
}

static void the_reserve_stops_puts_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    f->conf.reserve_bytes = 1;
    fixture_reopen(f);
    fixture_put(f, 1, 0);
    fixture_put(f, 2, 0);
    f->conf.reserve_bytes = UINT64_MAX; /* more than any disk has free */
    fixture_reopen(f);
    struct psync_put put = fixture_put_of(3, 0), known = fixture_put_of(1, 0);
    assert_int_equal(fixture_try_put(f, &put), PSYNC_PUT_FULL);
    assert_non_null(strstr(put.ret_why, "queue.reserve"));
    assert_int_equal(fixture_try_put(f, &known), PSYNC_PUT_KNOWN);
    fixture_done_with(f, 1);
    fixture_kill(f, 2, 422);
    f->conf.reserve_bytes = 1;
    fixture_reopen(f);
    assert_int_equal(fixture_try_put(f, &put), PSYNC_PUT_NEW);
}

static void a_backup_is_a_queue(void **state)
{
    struct fixture *f = *state, copy = *f;
    struct psync_error err = {0};
    for (int64_t p = 1; p <= 20; p++)
        fixture_put(f, p, 0);
    fixture_done_with(f, 1);
    snprintf(copy.path, sizeof copy.path, "%s/copy.db", f->folder);
    copy.conf.path = copy.path;
    enum psync_result r = psync_queue_backup(f->q, copy.path, &err);
    if (r != PSYNC_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mode_of(&copy, ""), 0600);
    assert_int_equal(psync_queue_backup(f->q, copy.path, &err), PSYNC_REJECT); /* never over something */
    fixture_open(&copy);
    assert_int_equal(fixture_counts(&copy).ready, 19);
    assert_int_equal(fixture_counts(&copy).done, 1);
    fixture_done_with(&copy, 2);
    fixture_check(&copy);
    fixture_close(&copy);
    assert_int_equal(fixture_counts(f).ready, 19);
}

static void check_finds_what_disagrees(void **state)
{
    static const char *const harm[] = {
        "UPDATE destination SET ready = ready + 1",
        "UPDATE destination SET done = 7",
        "UPDATE message SET waits = 1 WHERE state = 0",
        "UPDATE cause SET count = 9",
        "DELETE FROM cause",
        "UPDATE message SET destination = 4711 WHERE state = 3",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        struct psync_buf report;
        struct psync_error err;
        fixture_put(f, 1, (uint32_t)i);
        fixture_kill(f, 1, 422);
        fixture_put(f, 2, (uint32_t)i);
        fixture_check(f);
        exec_sql(f->path, harm[i]);
        psync_buf_init(&report, 65536);
        assert_int_equal(psync_queue_check(f->q, &report, &err), PSYNC_REJECT);
        assert_true(report.len > 0);
        psync_buf_done(&report);
        fixture_close(f);
        unlink(f->path);
        remove_log(f);
        fixture_open(f);
    }
}

static void one_process_owns_it(void **state)
{
    struct fixture *f = *state;
    struct psync_queue_lock *lock = NULL, *second = NULL;
    struct psync_error err = {0};
    int status = 0;
    assert_int_equal(psync_queue_lock_new(f->path, "work", &lock, &err), PSYNC_OK);
    assert_int_equal(psync_queue_lock_new(f->path, "produce", &second, &err), PSYNC_RETRY);
    pid_t child = fork();
    if (child == 0) {
        enum psync_result r = psync_queue_lock_new(f->path, "produce", &second, &err);
        _exit(r == PSYNC_RETRY && strstr(err.text, "productsync work") != NULL ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 0);
    psync_queue_lock_free(lock);
    child = fork();
    if (child == 0) /* dies without giving it back */
        _exit(psync_queue_lock_new(f->path, "work", &second, &err) == PSYNC_OK ? 0 : 1);
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(psync_queue_lock_new(f->path, "work", &lock, &err), PSYNC_OK);
    psync_queue_lock_free(lock);
}

static void put_a_batch(struct fixture *f)
{
    struct psync_error err;
    fixture_put(f, 1, 0);
    fixture_put(f, 2, 0);
    struct leased l = fixture_lease(f, 2, fixture_now + 60000);
    assert_int_equal(psync_queue_bind(f->q, l.m, 2, "batch:0123456789abcdef0123456789abcdef", &err), PSYNC_OK);
    for (size_t i = 0; i < l.n; i++)
        fixture_settle(f, l.m[i], PSYNC_VERDICT_RELEASE, 0);
}

/* Leases the batch: may it have been sent? */
static bool is_in_doubt(struct fixture *f, bool gives_it_back)
{
    struct leased l = fixture_lease(f, 2, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2");
    bool in_doubt = l.m[0]->last_unanswered && l.m[1]->last_unanswered;
    for (size_t i = 0; i < l.n && gives_it_back; i++)
        fixture_settle(f, l.m[i], PSYNC_VERDICT_RELEASE, 0);
    if (!gives_it_back)
        fixture_free(&l);
    return in_doubt;
}

/* What was recorded is all there is, if nothing was leased when the process ended. Once in doubt a batch stays so. */
static void a_batch_is_in_doubt_after_an_end_with_leases(void **state)
{
    struct fixture *f = *state;
    put_a_batch(f);
    fixture_reopen(f);
    assert_false(is_in_doubt(f, true));
    fixture_reopen(f);
    assert_false(is_in_doubt(f, false));
    fixture_reopen(f);
    assert_true(is_in_doubt(f, true));
    fixture_reopen(f);
    assert_true(is_in_doubt(f, true));
}

static void a_batch_is_in_doubt_after_a_kill(void **state)
{
    struct fixture *f = *state;
    int status = 0;
    fixture_close(f);
    pid_t child = fork();
    if (child == 0) {
        fixture_open(f);
        put_a_batch(f);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 0);
    fixture_open(f);
    assert_true(is_in_doubt(f, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(not_a_queue_is_refused_untouched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_version_is_refused_untouched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_version_is_migrated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_becomes_a_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_its_owner_reads_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_set_back_delays_nothing_for_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_reserve_stops_puts_and_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backup_is_a_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(check_finds_what_disagrees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_process_owns_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_is_in_doubt_after_an_end_with_leases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_is_in_doubt_after_a_kill, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
