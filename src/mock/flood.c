/* flood - header fields without end. libmicrohttpd cannot send them, so the connection is taken away from it, and a
 * thread writes until the client closes it or the mock stops. */
#include "mock/mock_impl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FLOODS = 64, LINE_MAX_BYTES = 64 };

struct flood {
    struct psync_mock *mock;
    struct psync_link link;
    int fd;
    unsigned status;
};

/* False: the connection is over. */
static bool send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, 0); /* SIGPIPE is blocked in this thread */
        struct pollfd writable = {.fd = fd, .events = POLLOUT};
        if (sent >= 0) {
            bytes += sent;
            n -= (size_t)sent;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            (void)poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* The descriptor is closed under the lock too: psync_mock_flood_stop uses it. */
static void end_flood(struct flood *flood)
{
    struct psync_mock *mock = flood->mock;
    psync_mock_lock(mock);
    psync_list_remove(&flood->link);
    if (flood->fd >= 0)
        (void)close(flood->fd);
    mock->n_floods--;
    PSYNC_INVARIANT(pthread_cond_broadcast(&mock->flood_over) == 0);
    psync_mock_unlock(mock);
    free(flood);
}

static void *flood_main(void *arg)
{
    struct flood *flood = arg;
    char line[LINE_MAX_BYTES];
    int n = snprintf(line, sizeof(line), "HTTP/1.1 %u OK\r\n", flood->status);
    for (unsigned long i = 1; send_all(flood->fd, line, (size_t)n); i++)
        n = snprintf(line, sizeof(line), "X-Field-%lu: and another\r\n", i);
    end_flood(flood);
    return NULL;
}

static bool start_thread(struct flood *flood)
{
    pthread_t thread;
    pthread_attr_t detached;
    sigset_t all, before;
    if (pthread_attr_init(&detached) != 0)
        return false;
    (void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool runs = pthread_create(&thread, &detached, flood_main, flood) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&detached);
    return runs;
}

/* NULL: there are too many, or no memory. */
static struct flood *new_flood(struct psync_mock *mock, unsigned status)
{
    struct flood *flood = calloc(1, sizeof(*flood));
    if (!flood)
        return NULL;
    *flood = (struct flood){.mock = mock, .fd = -1, .status = status};
    psync_mock_lock(mock);
    bool room = mock->n_floods < FLOODS;
    mock->n_floods += room;
    if (room)
        psync_list_push(&mock->floods, &flood->link);
    psync_mock_unlock(mock);
    if (room)
        return flood;
    free(flood);
    return NULL;
}

bool psync_mock_flood(struct psync_mock *mock, struct psync_web_request *rq, unsigned status)
{
    struct flood *flood = new_flood(mock, status);
    if (!flood)
        return false;
    flood->fd = psync_web_take_over(rq);
    bool taken = flood->fd >= 0;
    if (!taken || !start_thread(flood))
        end_flood(flood);
    return taken;
}

/* The server has stopped before, so no flood begins any more. */
void psync_mock_flood_stop(struct psync_mock *mock)
{
    psync_mock_lock(mock);
    for (struct psync_link *link = mock->floods.next; link != &mock->floods; link = link->next)
        (void)shutdown(PSYNC_CONTAINER(link, struct flood, link)->fd, SHUT_RDWR);
    while (mock->n_floods > 0)
        PSYNC_INVARIANT(pthread_cond_wait(&mock->flood_over, &mock->lock) == 0);
    psync_mock_unlock(mock);
}
