/* Listening sockets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void listens_at_tcp_addresses(void **state)
{
    static const char *const good[] = {"127.0.0.1:0", "localhost:0", ":0", "[127.0.0.1]:0"};
    static const char *const bad[] = {"",      "127.0.0.1", "127.0.0.1:",    "127.0.0.1:http", "127.0.0.1:99999",
                                      "::1:0", "1.2.3:x",   "256.1.1.1.1:1", "[::1:0",         "127.0.0.1:123456789"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int fd;
        assert_int_equal(psync_web_listen_tcp(good[i], &fd, NULL), PSYNC_OK);
        assert_true(psync_web_listen_port(fd) > 0);
        close(fd);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct psync_error err = {{0}};
        int fd = -7;
        assert_int_equal(psync_web_listen_tcp(bad[i], &fd, &err), PSYNC_REJECT);
        assert_int_equal(fd, -7);
        assert_true(err.text[0]);
    }
}

static void says_when_a_port_is_taken(void **state)
{
    struct psync_error err = {{0}};
    char address[32];
    int fd, second;
    (void)state;
    assert_int_equal(psync_web_listen_tcp("127.0.0.1:0", &fd, NULL), PSYNC_OK);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%d", psync_web_listen_port(fd));
    assert_int_equal(psync_web_listen_tcp(address, &second, &err), PSYNC_RETRY);
    assert_non_null(strstr(err.text, address));
    close(fd);
}

static void makes_unix_sockets(void **state)
{
    char folder[] = "/tmp/psync-listen-XXXXXX", path[64], too_long[200];
    struct psync_error err = {{0}};
    struct stat st;
    int fd, again;
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/s", folder);
    assert_int_equal(psync_web_listen_unix(path, 0640, &fd, NULL), PSYNC_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(psync_web_listen_port(fd), 0);
    assert_int_equal(psync_web_listen_unix(path, 0600, &again, NULL), PSYNC_OK); /* a left-over is replaced */
    close(fd);
    close(again);
    assert_int_equal(unlink(path), 0);

    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(psync_web_listen_unix(path, 0600, &fd, &err), PSYNC_REJECT); /* a file is not */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(psync_web_listen_unix(path, 0600, &fd, &err), PSYNC_FATAL); /* no such folder */

    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    assert_false(psync_web_unix_path_fits(too_long));
    assert_int_equal(psync_web_listen_unix(too_long, 0600, &fd, &err), PSYNC_REJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listens_at_tcp_addresses),
        cmocka_unit_test(says_when_a_port_is_taken),
        cmocka_unit_test(makes_unix_sockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
