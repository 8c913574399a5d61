/* columns - see the header. */
#include "cmd/columns.h"

#include "base/utf8.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t psync_columns_width(void)
{
#ifdef TIOCGWINSZ /* all systems have it, POSIX only since 2024 as tcgetwinsize */
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        return size.ws_col;
#endif
    return 0;
}

int psync_columns_fit(const char *text, size_t cells)
{
    size_t len = strlen(text), at = 0, n;
    for (size_t used = 0; at < len && (cells == 0 || used < cells); used++) {
        (void)psync_utf8_next((struct psync_span){text + at, len - at}, &n);
        at += n;
    }
    return (int)at;
}
