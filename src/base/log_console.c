/* log_console - see the header. */
#include "base/log_console.h"

#include "base/offer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 100 }; /* for a reader that is merely slow */

static bool offer(struct psync_log_console *c, const char *text, size_t n)
{
    size_t taken = psync_offer(STDERR_FILENO, text, n, c->stuck ? 0 : PATIENCE_MS);
    if (taken > 0)
        c->torn = taken < n;
    c->stuck = taken < n;
    return taken == n;
}

/* What has to be said before the next line. */
static bool catch_up(struct psync_log_console *c)
{
    char text[96];
    if (c->torn && !offer(c, "\n", 1))
        return false;
    if (c->lost == 0)
        return true;
    int n = snprintf(text, sizeof text, "level=warning event=\"console lines lost\" lines=%" PRIu64 "\n", c->lost);
    if (!offer(c, text, (size_t)n))
        return false;
    c->lost = 0;
    return true;
}

void psync_log_console_write(struct psync_log_console *c, struct psync_buf *line)
{
    line->data[line->len] = '\n'; /* in the place of the NUL: one write a line, where it is short */
    if (!catch_up(c) || !offer(c, line->data, line->len + 1))
        c->lost++;
    line->data[line->len] = '\0';
}
