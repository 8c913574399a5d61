/* alive - does a server's thread still turn? It is asked as a client asks: by a connection, which the thread has to
 * take and to close. That works over TLS too, since no word is spoken. */
#include "web/server_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
    struct sockaddr_storage room;
};

/* Who listens on every address is reached by the loopback's. */
static socklen_t find_address(int listen_fd, union address *ret_address)
{
    socklen_t len = sizeof ret_address->room;
    memset(ret_address, 0, sizeof *ret_address);
    if (getsockname(listen_fd, &ret_address->any, &len) != 0)
        return 0;
    if (ret_address->any.sa_family == AF_INET && ret_address->v4.sin_addr.s_addr == htonl(INADDR_ANY))
        ret_address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (ret_address->any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&ret_address->v6.sin6_addr))
        ret_address->v6.sin6_addr = in6addr_loopback;
    return len;
}

static bool waits_for(int fd, short what, psync_ms until)
{
    struct pollfd p = {.fd = fd, .events = what};
    for (;;) {
        psync_ms left = until - psync_clock_now();
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return true;
        if ((n < 0 && errno != EINTR) || left <= 0)
            return false;
    }
}

/* Has this machine the address still? One that went away, with its interface, is asked of others. */
static bool take_address(int fd, const union address *address, socklen_t len)
{
    union address own = *address;
    if (own.any.sa_family != AF_INET && own.any.sa_family != AF_INET6)
        return true;
    *(own.any.sa_family == AF_INET ? &own.v4.sin_port : &own.v6.sin6_port) = 0;
    return bind(fd, &own.any, len) == 0;
}

/* 0, or why there is no connection. */
static int reach(int fd, const union address *address, socklen_t len, psync_ms until)
{
    int why = 0;
    socklen_t size = sizeof why;
    if (connect(fd, &address->any, len) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!waits_for(fd, POLLOUT, until))
        return ETIMEDOUT;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == 0 ? why : errno;
}

/* Connects, says that nothing will come, and waits for the end. False: it did not come, or nobody listens, or too many
 * wait already (EAGAIN, of a unix socket). */
static bool knock(int fd, const union address *address, socklen_t len, psync_ms until)
{
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || !take_address(fd, address, len))
        return true; /* that says nothing about the server */
    int why = reach(fd, address, len, until);
    if (why != 0)
        return why != ECONNREFUSED && why != ETIMEDOUT && why != EAGAIN; /* else it is the network's doing */
    return shutdown(fd, SHUT_WR) == 0 && waits_for(fd, POLLIN, until);
}

bool psync_web_server_responds(struct psync_web_server *s, psync_ms wait_ms)
{
    union address address;
    struct psync_web_figures before, after;
    psync_web_server_figures(s, &before);
    socklen_t len = before.connections < s->max_connections ? find_address(s->listen_fd, &address) : 0;
    int fd = len ? socket(address.any.sa_family, SOCK_STREAM, 0) : -1;
    if (fd < 0)
        return true; /* nobody more is let in, or there is no descriptor left: so it cannot be told */
    bool answered = knock(fd, &address, len, psync_clock_now() + wait_ms);
    (void)close(fd);
    psync_web_server_figures(s, &after);
    return answered || after.turns != before.turns; /* in a rush of others the knock may not get through */
}
