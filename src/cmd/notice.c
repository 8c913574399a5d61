/* notice - see the header. No stdio: whoever waits for the reader holds its lock. */
#include "cmd/notice.h"

#include "cmd/console.h"

#include "base/offer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 1024, PATIENCE_MS = 100 };

void psync_notice(const char *fmt, ...)
{
    char text[TEXT_MAX], line[TEXT_MAX + 32];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    /* On a terminal there may be a progress bar, or the ^C that a signal was made of. */
    const char *clear = isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "";
    int n = snprintf(line, sizeof line, "%sproductsync: %s\n", clear, psync_printable(text));
    (void)psync_offer(STDERR_FILENO, line, (size_t)n, PATIENCE_MS);
}
