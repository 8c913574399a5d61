/* offer - see the header. The descriptor is shared with other processes, so O_NONBLOCK is not ours to set: poll(2) is
 * asked before each piece, and a piece is short enough for whatever poll calls writable. */
#include "base/offer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { PIECE = 512 }; /* _POSIX_PIPE_BUF: what every pipe that is ready takes whole */

bool psync_offer_ready(int fd, int patience_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int n;
    while ((n = poll(&p, 1, patience_ms)) < 0 && errno == EINTR)
        continue;
    return n != 0; /* an error, too: write(2) will tell it at once */
}

size_t psync_offer(int fd, const char *data, size_t n, int patience_ms)
{
    size_t done = 0;
    while (done < n && psync_offer_ready(fd, patience_ms)) {
        ssize_t w = write(fd, data + done, n - done < PIECE ? n - done : PIECE);
        if (w > 0)
            done += (size_t)w;
        else if (w == 0 || errno != EINTR)
            break;
    }
    return done;
}
