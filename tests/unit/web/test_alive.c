/* Whether a server turns, where it cannot be asked: only what is its own doing counts against it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/listen.h"
#include "web/server.h"

#include <errno.h>
#include <sys/socket.h>

static int bind_fails, connect_fails; /* with that errno; 0: they do not */

int __real_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len);
int __real_connect(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len);

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len)
{
    errno = bind_fails;
    return bind_fails ? -1 : __real_bind(fd, address, len);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    errno = connect_fails;
    return connect_fails ? -1 : __real_connect(fd, address, len);
}

static void what_the_network_does_is_not_the_servers(void **state)
{
    static const struct {
        const char *listen;
        int bind, connect;
        bool responds;
    } rows[] = {
        {"127.0.0.1:0", 0, 0, true},
        {":0", 0, 0, true},
        {"127.0.0.1:0", 0, ECONNREFUSED, false}, /* nobody listens any more */
        {"127.0.0.1:0", 0, EAGAIN, false},       /* nobody is let in any more */
        {"127.0.0.1:0", 0, ENETUNREACH, true},
        {"127.0.0.1:0", 0, EHOSTUNREACH, true},
        {"127.0.0.1:0", 0, EPERM, true},         /* a packet filter */
        {"127.0.0.1:0", EADDRNOTAVAIL, ECONNREFUSED, true}, /* another machine has the address by now */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_web_conf conf = {.n_routes = 0};
        struct psync_web_server *server = NULL;
        assert_int_equal(psync_web_listen_tcp(rows[i].listen, &conf.listen_fd, NULL), PSYNC_OK);
        assert_int_equal(psync_web_server_new(&conf, &server, NULL), PSYNC_OK);
        bind_fails = rows[i].bind;
        connect_fails = rows[i].connect;
        bool responds = psync_web_server_responds(server, 20000);
        bind_fails = connect_fails = 0;
        psync_web_server_free(server);
        if (responds != rows[i].responds)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_network_does_is_not_the_servers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
