/* bare_log - a group-committing log behind HTTP on a unix socket: the yardstick for `put`.
 *
 * The least that a durable put can cost: it takes the same requests as the queue's owner over the same kind of socket,
 * appends their bodies to a file, makes all that came together durable with one fdatasync, and answers. No checks, no
 * keys, no index.
 *
 * usage: bare_log SOCKET FILE */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, REQUEST_MAX = 16384 };

struct client {
    char request[REQUEST_MAX];
    size_t len;
};

static struct client clients[CLIENTS_MAX];
static struct pollfd fds[CLIENTS_MAX + 1];
static nfds_t n_fds = 1;

static void die(const char *what)
{
    fprintf(stderr, "bare_log: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        die("socket");
    strcpy(address.sun_path, path);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, CLIENTS_MAX) != 0)
        die(path);
    return fd;
}

static void drop(nfds_t i)
{
    close(fds[i].fd);
    n_fds--;
    fds[i] = fds[n_fds];
    clients[i - 1] = clients[n_fds - 1];
}

/* The body of a whole request goes to the log; 1 when it did. */
static int take_request(struct client *c, int log)
{
    c->request[c->len] = '\0';
    char *end = strstr(c->request, "\r\n\r\n"), *length = strstr(c->request, "Content-Length: ");
    if (!end || !length)
        return 0;
    size_t body = strtoul(length + 16, NULL, 10), head = (size_t)(end + 4 - c->request);
    if (c->len < head + body)
        return 0;
    end[4 + body] = '\n';
    if (write(log, end + 4, body + 1) != (ssize_t)body + 1)
        die("write");
    c->len = 0;
    return 1;
}

int main(int argc, char **argv)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"new\":1}";
    if (argc != 3) {
        fprintf(stderr, "usage: bare_log SOCKET FILE\n");
        return EXIT_FAILURE;
    }
    int log = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
    if (log < 0)
        die(argv[2]);
    fds[0] = (struct pollfd){.fd = listen_on(argv[1]), .events = POLLIN};
    for (;;) {
        nfds_t ready[CLIENTS_MAX], n_ready = 0;
        if (poll(fds, n_fds, -1) < 0)
            die("poll");
        for (nfds_t i = n_fds - 1; i > 0; i--) {
            struct client *c = &clients[i - 1];
            if (!fds[i].revents)
                continue;
            ssize_t got = read(fds[i].fd, c->request + c->len, REQUEST_MAX - 2 - c->len);
            if (got <= 0) {
                drop(i);
                continue;
            }
            c->len += (size_t)got;
            if (take_request(c, log))
                ready[n_ready++] = (nfds_t)fds[i].fd;
        }
        if (n_ready && fdatasync(log) != 0)
            die("fdatasync");
        for (nfds_t i = 0; i < n_ready; i++)
            if (write((int)ready[i], answer, sizeof answer - 1) < 0 && errno != EPIPE)
                die("write");
        if (fds[0].revents && n_fds <= CLIENTS_MAX) {
            int fd = accept(fds[0].fd, NULL, NULL);
            if (fd >= 0)
                fds[n_fds++] = (struct pollfd){.fd = fd, .events = POLLIN};
        }
    }
}
