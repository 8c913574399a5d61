/* listen - listening sockets. */
#include "web/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { HOST_MAX = 256, PORT_MAX = 8, BACKLOG = 1024 };

/* HOST:PORT or [HOST]:PORT; false when it is neither. */
static bool split_address(const char *address, char host[HOST_MAX], char port[PORT_MAX])
{
    const char *colon = strrchr(address, ':');
    if (!colon)
        return false;
    size_t host_len = (size_t)(colon - address), port_len = strlen(colon + 1);
    if (host_len > 1 && address[0] == '[' && colon[-1] == ']') {
        address++;
        host_len -= 2;
    } else if (memchr(address, ':', host_len)) {
        return false; /* an IPv6 address without brackets: where the port begins is anybody's guess */
    }
    if (host_len >= HOST_MAX || port_len == 0 || port_len >= PORT_MAX ||
        strspn(colon + 1, "0123456789") != port_len || strtol(colon + 1, NULL, 10) > UINT16_MAX)
        return false;
    memcpy(host, address, host_len);
    host[host_len] = '\0';
    memcpy(port, colon + 1, port_len + 1);
    return true;
}

static bool prepare(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* A listening socket for one address; -1 with errno. */
static int listen_at(const struct addrinfo *a)
{
    int yes = 1, fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd < 0)
        return -1;
    /* Or a restart would have to wait until the old connections' TIME_WAIT is over. */
    if (prepare(fd) && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

static enum psync_result no_address(const char *address, struct psync_error *err)
{
    return psync_fail(err, PSYNC_REJECT, "\"%s\" is not an address to listen at; write HOST:PORT", address);
}

enum psync_result psync_web_listen_check(const char *address, struct psync_error *err)
{
    char host[HOST_MAX], port[PORT_MAX];
    return split_address(address, host, port) ? PSYNC_OK : no_address(address, err);
}

enum psync_result psync_web_listen_tcp(const char *address, int *ret_fd, struct psync_error *err)
{
    char host[HOST_MAX], port[PORT_MAX];
    if (!split_address(address, host, port))
        return no_address(address, err);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found = NULL;
    int bad = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (bad)
        return psync_fail(err, bad == EAI_MEMORY ? PSYNC_NOMEM : PSYNC_REJECT, "cannot listen at %s: %s", address,
                          gai_strerror(bad));
    int fd = -1, why = 0;
    for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = listen_at(a);
        why = errno;
    }
    freeaddrinfo(found);
    if (fd < 0)
        return psync_fail(err, why == EADDRINUSE ? PSYNC_RETRY : PSYNC_FATAL, "cannot listen at %s: %s", address,
                          strerror(why));
    *ret_fd = fd;
    return PSYNC_OK;
}

bool psync_web_unix_path_fits(const char *path)
{
    return strlen(path) < sizeof((struct sockaddr_un){.sun_family = AF_UNIX}.sun_path);
}

/* Removes a socket that is in the way. False: something else is there. */
static bool make_way(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT;
    return S_ISSOCK(st.st_mode) && unlink(path) == 0;
}

enum psync_result psync_web_listen_unix(const char *path, mode_t mode, int *ret_fd, struct psync_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!psync_web_unix_path_fits(path))
        return psync_fail(err, PSYNC_REJECT, "%s: too long for a socket (%zu bytes at most)", path,
                          sizeof(address.sun_path) - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (!make_way(path))
        return psync_fail(err, PSYNC_REJECT, "%s is in the way of the socket: move it away", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return psync_fail(err, PSYNC_FATAL, "%s: no socket: %s", path, strerror(errno));
    /* Nobody can connect before listen(2), so the mode is right before anybody could. */
    if (prepare(fd) && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        if (chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0) {
            *ret_fd = fd;
            return PSYNC_OK;
        }
        int why = errno;
        (void)unlink(path);
        errno = why;
    }
    int why = errno;
    (void)close(fd);
    return psync_fail(err, PSYNC_FATAL, "cannot listen at %s: %s", path, strerror(why));
}

uint16_t psync_web_listen_port(int fd)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)(const void *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)&address)->sin6_port);
    return 0;
}
