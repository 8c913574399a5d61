/* When lines reach the file, what happens when they cannot, reopening, the console. Clock and write(2) are wrapped. */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EVENT(log, n) PSYNC_LOG((log), PSYNC_LOG_INFO, "e", PSYNC_F_INT("n", (n)))
#define LINE(n)       "time=2026-11-23T04:35:00.123Z level=info event=e n=" #n "\n"

/* ---- the world ---- */

static int64_t now_ms;
static size_t disk_left; /* bytes that write(2) still takes for other files than stderr */
static char folder[64], path[96], other_path[96];
static int real_stderr, captured_stderr;

int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
    (void)id;
    *ts = (struct timespec){.tv_sec = (time_t)(now_ms / 1000), .tv_nsec = (long)(now_ms % 1000) * 1000000};
    return 0;
}

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    if (fd == STDERR_FILENO)
        return __real_write(fd, bytes, n);
    if (disk_left == 0) {
        errno = ENOSPC;
        return -1;
    }
    size_t part = n < disk_left ? n : disk_left;
    if (disk_left != SIZE_MAX)
        disk_left -= part;
    return __real_write(fd, bytes, part);
}

static int set_up(void **state)
{
    (void)state;
    now_ms = INT64_C(1795408500123);
    disk_left = SIZE_MAX;
    (void)snprintf(folder, sizeof folder, "/tmp/psync-log-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/a.log", folder);
    (void)snprintf(other_path, sizeof other_path, "%s/b.log", folder);
    char stderr_path[96];
    (void)snprintf(stderr_path, sizeof stderr_path, "%s/stderr", folder);
    captured_stderr = open(stderr_path, O_RDWR | O_CREAT | O_APPEND, 0600);
    real_stderr = dup(STDERR_FILENO);
    assert_true(captured_stderr >= 0 && real_stderr >= 0);
    assert_true(dup2(captured_stderr, STDERR_FILENO) >= 0);
    assert_int_equal(unlink(stderr_path), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)dup2(real_stderr, STDERR_FILENO);
    (void)close(real_stderr);
    (void)close(captured_stderr);
    (void)unlink(path);
    (void)unlink(other_path);
    return rmdir(folder);
}

static char contents[1 << 20];

static const char *read_fd(int fd)
{
    ssize_t n = pread(fd, contents, sizeof contents - 1, 0);
    assert_true(n >= 0);
    contents[n] = '\0';
    return contents;
}

static const char *read_file(const char *name)
{
    int fd = open(name, O_RDONLY);
    assert_true(fd >= 0);
    const char *text = read_fd(fd);
    (void)close(fd);
    return text;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what))
        n++;
    return n;
}

static struct psync_log_conf at(const char *file)
{
    return (struct psync_log_conf){.path = file, .level = PSYNC_LOG_INFO};
}

static void reopen(struct psync_log *log, const char *file)
{
    struct psync_log_conf conf = at(file);
    psync_log_reopen(log, &conf);
}

static struct psync_log *open_log(void)
{
    struct psync_log_conf conf = at(path);
    struct psync_log *log = psync_log_new(&conf);
    assert_non_null(log);
    return log;
}

/* ---- when lines reach the file ---- */

static void waits_a_hundred_ms_then_writes_at_the_next_occasion(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    EVENT(log, 1);
    now_ms += 99;
    psync_log_tick(log);
    assert_string_equal(read_file(path), "");
    now_ms += 1;
    psync_log_tick(log);
    assert_string_equal(read_file(path), LINE(1));
    now_ms -= 100;
    EVENT(log, 2);
    now_ms += 100;
    PSYNC_LOG(log, PSYNC_LOG_INFO, "late", PSYNC_F_INT("n", 3)); /* an event looks at the time as well */
    assert_string_equal(read_file(path),
                        LINE(1) LINE(2) "time=2026-11-23T04:35:00.223Z level=info event=late n=3\n");
    psync_log_free(log);
}

static void writes_at_once_what_cannot_wait(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    EVENT(log, 1);
    psync_log_flush(log);
    assert_string_equal(read_file(path), LINE(1));
    psync_log_flush(log);
    EVENT(log, 2);
    PSYNC_LOG(log, PSYNC_LOG_ERROR, "broken", PSYNC_F_TEXT("none", NULL));
    assert_string_equal(read_file(path),
                        LINE(1) LINE(2) "time=2026-11-23T04:35:00.123Z level=error event=broken\n");
    EVENT(log, 3);
    now_ms -= 1000; /* a clock set back must not hold lines for long */
    psync_log_tick(log);
    assert_int_equal(count(read_file(path), "\n"), 4);
    EVENT(log, 4);
    psync_log_free(log);
    assert_int_equal(count(read_file(path), "\n"), 5);
}

static void writes_whole_lines_when_its_buffer_is_full(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    enum { LINES = 5000 };
    for (int i = 0; i < LINES; i++)
        EVENT(log, i);
    const char *text = read_file(path);
    assert_true(strlen(text) > 64 * 1024);
    assert_int_equal(text[strlen(text) - 1], '\n');
    psync_log_free(log);
    text = read_file(path);
    assert_int_equal(count(text, "\n"), LINES);
    for (int i = 0; i < LINES; i++) {
        int n = -1;
        assert_int_equal(sscanf(text, "time=2026-11-23T04:35:00.123Z level=info event=e n=%d", &n), 1);
        assert_int_equal(n, i);
        text = strchr(text, '\n') + 1;
    }
}

static void leaves_out_what_is_below_its_level(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    PSYNC_LOG(log, PSYNC_LOG_DEBUG, "detail", PSYNC_F_INT("n", 1));
    PSYNC_LOG(log, PSYNC_LOG_WARNING, "odd", PSYNC_F_INT("n", 2));
    psync_log_free(log);
    assert_string_equal(read_file(path), "time=2026-11-23T04:35:00.123Z level=warning event=odd n=2\n");
}

static void appends_and_creates_for_owner_and_group(void **state)
{
    (void)state;
    mode_t old = umask(0);
    struct psync_log *log = open_log();
    EVENT(log, 1);
    psync_log_free(log);
    (void)umask(old);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    log = open_log();
    EVENT(log, 2);
    psync_log_free(log);
    assert_string_equal(read_file(path), LINE(1) LINE(2));
}

static void writes_json_lines(void **state)
{
    (void)state;
    struct psync_log *log = psync_log_new(&(struct psync_log_conf){.path = path, .format = PSYNC_LOG_JSON});
    assert_non_null(log);
    EVENT(log, 1);
    psync_log_free(log);
    assert_string_equal(read_file(path),
                        "{\"time\":\"2026-11-23T04:35:00.123Z\",\"level\":\"info\",\"event\":\"e\",\"n\":1}\n");
}

/* ---- when they cannot ---- */

static void reports_a_file_it_cannot_open_once(void **state)
{
    (void)state;
    char missing[128];
    (void)snprintf(missing, sizeof missing, "%s/none/x.log", folder);
    const char *const bad[] = {missing, folder};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ftruncate(captured_stderr, 0), 0);
        struct psync_log *log = psync_log_new(&(struct psync_log_conf){.path = bad[i]});
        assert_non_null(log);
        for (int n = 0; n < 100; n++)
            PSYNC_LOG(log, PSYNC_LOG_ERROR, "e", PSYNC_F_INT("n", n));
        psync_log_flush(log);
        assert_int_equal(count(read_fd(captured_stderr), "\n"), 1);
        assert_non_null(strstr(contents, "cannot write the log"));
        assert_non_null(strstr(contents, bad[i]));
        reopen(log, bad[i]); /* tried again, but not said again */
        PSYNC_LOG(log, PSYNC_LOG_ERROR, "e", PSYNC_F_INT("n", 0));
        assert_int_equal(count(read_fd(captured_stderr), "\n"), 1);
        reopen(log, bad[1 - i]); /* another file is another matter */
        assert_int_equal(count(read_fd(captured_stderr), "\n"), 2);
        psync_log_free(log);
    }
}

static void reports_a_full_disk_once_and_goes_on_when_there_is_space(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    EVENT(log, 1);
    disk_left = strlen(LINE(1)) + 10;
    psync_log_flush(log);
    for (int n = 0; n < 5; n++) {
        EVENT(log, 2);
        psync_log_flush(log); /* ten bytes of the first fit */
    }
    assert_int_equal(count(read_fd(captured_stderr), "\n"), 1);
    assert_non_null(strstr(contents, path));
    disk_left = SIZE_MAX;
    EVENT(log, 3);
    psync_log_free(log);
    assert_string_equal(read_file(path), LINE(1) "time=2026-\n" LINE(3)); /* not glued to the torn line */
    assert_int_equal(count(read_fd(captured_stderr), "\n"), 1);
}

static void begins_a_line_of_its_own_in_a_file_that_ends_within_one(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    EVENT(log, 1);
    disk_left = strlen(LINE(1)) + 10;
    EVENT(log, 2);
    psync_log_flush(log);
    disk_left = SIZE_MAX;
    reopen(log, path); /* the same file, as it was left */
    EVENT(log, 3);
    psync_log_free(log);
    log = open_log(); /* ends with a line: nothing is added */
    EVENT(log, 4);
    psync_log_free(log);
    assert_string_equal(read_file(path), LINE(1) "time=2026-\n" LINE(3) LINE(4));
}

static void does_not_wait_for_a_fifo(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    struct psync_log *log = open_log(); /* nobody reads it */
    assert_int_equal(count(read_fd(captured_stderr), "cannot write the log"), 1);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    reopen(log, path);
    for (int n = 0; n < 10000; n++) /* more than any pipe takes */
        EVENT(log, n);
    psync_log_free(log);
    char byte;
    assert_int_equal(read(reader, &byte, 1), 1);
    (void)close(reader);
}

/* ---- reopening ---- */

static void reopens_after_a_rotation(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    EVENT(log, 1);
    assert_int_equal(rename(path, other_path), 0);
    EVENT(log, 2);
    reopen(log, path);
    EVENT(log, 3);
    psync_log_free(log);
    assert_string_equal(read_file(other_path), LINE(1) LINE(2));
    assert_string_equal(read_file(path), LINE(3));
}

static void reopens_with_other_settings(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    EVENT(log, 1);
    char name[96]; /* the log keeps a copy */
    (void)snprintf(name, sizeof name, "%s", other_path);
    psync_log_reopen(log, &(struct psync_log_conf){.path = name, .format = PSYNC_LOG_JSON, .level = PSYNC_LOG_WARNING});
    memset(name, 'x', sizeof name - 1);
    EVENT(log, 2);
    PSYNC_LOG(log, PSYNC_LOG_WARNING, "odd", PSYNC_F_INT("n", 3));
    psync_log_reopen(log, &(struct psync_log_conf){.path = other_path, .format = PSYNC_LOG_JSON, .level = PSYNC_LOG_WARNING});
    PSYNC_LOG(log, PSYNC_LOG_WARNING, "odd", PSYNC_F_INT("n", 4));
    psync_log_reopen(log, &(struct psync_log_conf){.path = "-"});
    EVENT(log, 5);
    psync_log_free(log);
    assert_string_equal(read_file(path), LINE(1));
    assert_int_equal(count(read_file(other_path), "\"event\":\"odd\""), 2);
    assert_int_equal(count(contents, "\n"), 2);
    assert_string_equal(read_fd(captured_stderr), "");
}

static void keeps_the_old_file_when_the_new_one_cannot_be_opened(void **state)
{
    (void)state;
    struct psync_error err = {0};
    struct psync_log *log = open_log();
    struct psync_log_conf bad = at(folder), good = at(other_path), same = at(path);
    assert_int_equal(psync_log_can_reopen(log, &bad, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "cannot be opened for writing: "));
    assert_int_equal(psync_log_can_reopen(log, &good, &err), PSYNC_OK);
    EVENT(log, 1);
    for (int i = 0; i < 3; i++)
        reopen(log, folder);
    EVENT(log, 2);
    assert_int_equal(count(read_fd(captured_stderr), "cannot write the log"), 1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(psync_log_can_reopen(log, &same, &err), PSYNC_OK); /* it is the file of now, whatever became of it */
    assert_int_equal(rmdir(path), 0);
    reopen(log, path);
    EVENT(log, 3);
    psync_log_free(log);
    assert_string_equal(read_file(path), LINE(3));
    assert_int_equal(count(read_fd(captured_stderr), "\n"), 1);
}

static void says_once_what_fails_across_reopenings(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    disk_left = 0;
    for (int i = 0; i < 3; i++) {
        EVENT(log, i);
        psync_log_flush(log);
        reopen(log, path);
    }
    assert_int_equal(count(read_fd(captured_stderr), "\n"), 1);
    disk_left = SIZE_MAX;
    EVENT(log, 4);
    psync_log_flush(log);
    reopen(log, path);
    disk_left = 0;
    EVENT(log, 5);
    psync_log_free(log);
    assert_int_equal(count(read_fd(captured_stderr), "\n"), 2); /* it was well in between */
    disk_left = SIZE_MAX;
}

static void says_of_each_file_that_it_fails(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    disk_left = 0;
    EVENT(log, 1);
    reopen(log, other_path); /* which finds that line 1 cannot be written */
    EVENT(log, 2);
    psync_log_free(log);
    assert_int_equal(count(read_fd(captured_stderr), "\n"), 2);
    assert_int_equal(count(read_fd(captured_stderr), other_path), 1);
    disk_left = SIZE_MAX;
}

/* ---- the console, and many at once ---- */

/* A stopped terminal is such a reader: one line waits for it for a moment, the others do not. */
static void a_console_that_nobody_reads_stops_nothing(void **state)
{
    enum { LINES = 5000 };
    static char text[1 << 20];
    int ends[2];
    size_t n = 0;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    struct psync_log *log = psync_log_new(&(struct psync_log_conf){.console = true, .console_level = PSYNC_LOG_INFO});
    for (int i = 0; i < LINES; i++)
        EVENT(log, i);
    for (size_t chunk = 1; n < sizeof text - 1 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0; n += chunk) {
        ssize_t got = read(ends[0], text + n, sizeof text - 1 - n);
        if (got <= 0)
            break;
        chunk = (size_t)got;
    }
    text[n] = '\0';
    int shown = count(text, "event=e");
    assert_in_range(shown, 10, LINES - 1);
    EVENT(log, LINES);
    ssize_t got = read(ends[0], text, sizeof text - 1);
    assert_true(got > 0);
    text[got] = '\0';
    char lost[64];
    (void)snprintf(lost, sizeof lost, "lines=%d\n", LINES - shown);
    assert_non_null(strstr(text, "event=\"console lines lost\""));
    assert_non_null(strstr(text, lost));
    assert_non_null(strstr(text, "n=5000\n"));
    psync_log_free(log);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void writes_the_console_without_the_time(void **state)
{
    (void)state;
    static const enum psync_log_format formats[] = {PSYNC_LOG_LOGFMT, PSYNC_LOG_JSON};
    for (int i = 0; i < 2; i++) {
        const char *const paths[] = {path, "-", "", NULL};
        for (int p = 0; p < 4; p++) {
            assert_int_equal(ftruncate(captured_stderr, 0), 0);
            struct psync_log *log = psync_log_new(&(struct psync_log_conf){
                .path = paths[p], .format = formats[i], .console = true, .console_level = PSYNC_LOG_WARNING});
            assert_non_null(log);
            EVENT(log, 1);
            PSYNC_LOG(log, PSYNC_LOG_WARNING, "odd", PSYNC_F_TEXT("why", "a b"));
            assert_string_equal(read_fd(captured_stderr), "level=warning event=odd why=\"a b\"\n"); /* at once */
            psync_log_free(log);
        }
    }
    assert_int_equal(count(read_file(path), "\n"), 4);
    assert_int_equal(access("-", F_OK), -1);
}

static void takes_no_log_at_all(void **state)
{
    (void)state;
    EVENT(NULL, 1);
    psync_log_flush(NULL);
    psync_log_tick(NULL);
    psync_log_reopen(NULL, NULL);
    psync_log_free(NULL);
}

enum { THREADS = 4, LINES_EACH = 3000 };

static void *write_many(void *log)
{
    for (int i = 0; i < LINES_EACH; i++) {
        EVENT(log, i);
        psync_log_tick(log);
        if (i % 500 == 0)
            reopen(log, path);
    }
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
    (void)state;
    struct psync_log *log = open_log();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, log), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    psync_log_free(log);
    const char *text = read_file(path);
    int lines = 0;
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1, lines++) {
        int n, len = 0;
        assert_int_equal(sscanf(text, "time=2026-11-23T04:35:00.123Z level=info event=e n=%d%n", &n, &len), 1);
        assert_ptr_equal(text + len, end);
    }
    assert_int_equal(lines, THREADS * LINES_EACH);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waits_a_hundred_ms_then_writes_at_the_next_occasion),
        TEST(writes_at_once_what_cannot_wait),
        TEST(writes_whole_lines_when_its_buffer_is_full),
        TEST(leaves_out_what_is_below_its_level),
        TEST(appends_and_creates_for_owner_and_group),
        TEST(writes_json_lines),
        TEST(reports_a_file_it_cannot_open_once),
        TEST(reports_a_full_disk_once_and_goes_on_when_there_is_space),
        TEST(begins_a_line_of_its_own_in_a_file_that_ends_within_one),
        TEST(does_not_wait_for_a_fifo),
        TEST(reopens_after_a_rotation),
        TEST(reopens_with_other_settings),
        TEST(keeps_the_old_file_when_the_new_one_cannot_be_opened),
        TEST(says_once_what_fails_across_reopenings),
        TEST(says_of_each_file_that_it_fails),
        TEST(writes_the_console_without_the_time),
        TEST(a_console_that_nobody_reads_stops_nothing),
        TEST(takes_no_log_at_all),
        TEST(threads_do_not_mix_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
