/* stopper - see the header. */
#include "cmd/stopper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum psync_result psync_stopper_init(struct psync_stopper *s, struct psync_error *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return psync_fail(err, PSYNC_FATAL, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK); /* full of stops is stopped enough */
    *s = (struct psync_stopper){.to_read = ends[0], .to_write = ends[1]};
    return PSYNC_OK;
}

void psync_stopper_stop(struct psync_stopper *s)
{
    ssize_t written;
    do
        written = write(s->to_write, "", 1);
    while (written < 0 && errno == EINTR);
}

enum psync_result psync_stopper_wait(const struct psync_stopper *s, int fd, int ms, struct psync_error *err)
{
    struct pollfd both[] = {{.fd = s->to_read, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int n;
    while ((n = poll(both, 2, ms)) < 0)
        if (errno != EINTR && errno != EAGAIN)
            return psync_fail(err, PSYNC_FATAL, "cannot wait for input: %s", strerror(errno));
    if (n == 0)
        return PSYNC_EMPTY;
    return both[0].revents ? psync_fail(err, PSYNC_GONE, "stopped") : PSYNC_OK;
}
