/* test_names - a queue file goes by one name: links are refused, and its removal or replacement is noticed before
 * anything more is acknowledged. */
#include "fixture.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct psync_queue_lock *lock;
static atomic_int fatals;

static int set_up(void **state)
{
    static struct fixture f;
    fixture_init(&f, &psync_driver_sqlite);
    fixture_close(&f);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture_done(*state);
    psync_queue_lock_free(lock);
    lock = NULL;
    return 0;
}

static void on_fatal(void *arg, const char *why)
{
    (void)arg;
    (void)why;
    atomic_fetch_add(&fatals, 1);
}

/* Owns the file as a process does: lock, then queue. */
static void own(struct fixture *f)
{
    struct psync_error err = {0};
    atomic_store(&fatals, 0);
    assert_int_equal(psync_queue_lock_new(f->path, "work", &lock, &err), PSYNC_OK);
    const struct psync_queue_open open = {.conf = &f->conf, .lock = lock, .clock = fixture_clock,
                                          .on_fatal = on_fatal};
    if (psync_queue_new(&open, &f->q, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static void expect_refused(struct fixture *f, const char *path, const char *words)
{
    struct psync_error err = {0};
    struct psync_queue_conf conf = f->conf;
    struct stat before, after;
    conf.path = path;
    assert_int_equal(lstat(path, &before), 0);
    assert_int_equal(psync_queue_new(&(struct psync_queue_open){.conf = &conf}, &f->q, &err), PSYNC_REJECT);
    if (strstr(err.text, words) == NULL || strstr(err.text, path) == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(lstat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_size == after.st_size &&
                before.st_mtime == after.st_mtime);
    assert_int_equal(access(fixture_beside(f, ".link-wal"), F_OK), -1);
}

static void another_name_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[400];
    snprintf(path, sizeof path, "%s", fixture_beside(f, ".link"));
    assert_int_equal(link(f->path, path), 0);
    expect_refused(f, path, "has 2 names");
    expect_refused(f, f->path, "remove all but one");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(f->path, path), 0);
    expect_refused(f, path, "is a link");
    assert_int_equal(unlink(path), 0);
    fixture_open(f);
}

static void what_is_no_file_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[400];
    snprintf(path, sizeof path, "%s", fixture_beside(f, ".link"));
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refused(f, path, "is a folder: set queue.path to a file in it");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(f, path, "no regular file");
    assert_int_equal(unlink(path), 0);
}

/* The put is not acknowledged, nothing more is, and `name` is told. */
static void expect_noticed(struct fixture *f, const char *name)
{
    struct psync_error err = {0};
    struct psync_put put = fixture_put_of(2, 0);
    assert_int_equal(psync_queue_put(f->q, &put, 1, &err), PSYNC_FATAL);
    if (strstr(err.text, name) == NULL || strstr(err.text, "start again") == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(psync_queue_put(f->q, &put, 1, &err), PSYNC_FATAL);
    assert_int_equal(atomic_load(&fatals), 1);
    fixture_close(f);
}

static void a_removed_file_takes_nothing_more(void **state)
{
    struct fixture *f = *state;
    own(f);
    fixture_put(f, 1, 0);
    assert_int_equal(unlink(f->path), 0);
    expect_noticed(f, f->path);
}

static void a_replaced_file_takes_nothing_more(void **state)
{
    struct fixture *f = *state;
    struct stat before, after;
    struct psync_error err = {0};
    own(f);
    fixture_put(f, 1, 0);
    assert_int_equal(psync_queue_backup(f->q, fixture_beside(f, ".copy"), &err), PSYNC_OK);
    assert_int_equal(rename(fixture_beside(f, ".copy"), f->path), 0);
    assert_int_equal(stat(f->path, &before), 0);
    expect_noticed(f, f->path);
    assert_int_equal(stat(f->path, &after), 0); /* what lies there now was left alone */
    assert_true(before.st_ino == after.st_ino && before.st_mtime == after.st_mtime && before.st_size == after.st_size);
}

static void a_removed_log_takes_nothing_more(void **state)
{
    struct fixture *f = *state;
    own(f);
    assert_int_equal(unlink(fixture_beside(f, "-wal")), 0);
    expect_noticed(f, fixture_beside(f, "-wal"));
}

static void a_removed_lock_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct psync_queue_lock *other = NULL;
    struct psync_error err = {0};
    own(f);
    fixture_put(f, 1, 0);
    assert_int_equal(unlink(fixture_beside(f, ".lock")), 0);
    assert_int_equal(psync_queue_lock_new(f->path, "work", &other, &err), PSYNC_OK); /* as a second owner would */
    expect_noticed(f, fixture_beside(f, ".lock"));
    psync_queue_lock_free(other);
}

/* With nothing to do it is looked after as well. */
static void an_idle_queue_notices(void **state)
{
    struct fixture *f = *state;
    own(f);
    assert_int_equal(unlink(fixture_beside(f, ".lock")), 0);
    for (int i = 0; i < 500 && atomic_load(&fatals) == 0; i++)
        (void)poll(NULL, 0, 10);
    assert_int_equal(atomic_load(&fatals), 1);
    fixture_close(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(another_name_is_refused), T(what_is_no_file_is_refused), T(a_removed_file_takes_nothing_more),
        T(a_replaced_file_takes_nothing_more), T(a_removed_log_takes_nothing_more), T(a_removed_lock_is_noticed),
        T(an_idle_queue_notices),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
