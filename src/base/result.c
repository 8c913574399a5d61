/* result - names of results, error texts that fit and cannot harm a terminal or a log, and the panic. */
#include "base/result.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *psync_result_name(enum psync_result r)
{
    static const char *const names[] = {"ok", "empty", "retry", "reject", "gone", "nomem", "fatal"};
    _Static_assert(sizeof names / sizeof names[0] == PSYNC_RESULTS, "one name for each result");
    return (unsigned)r < PSYNC_RESULTS ? names[r] : "unknown";
}

/* Copies `from`, which may end within a character; a control character, or a byte that is not UTF-8, becomes a '?'. */
static void set_text(struct psync_error *err, const char *from)
{
    struct psync_span rest = {from, strlen(from)};
    size_t used = 0;
    rest.len = psync_utf8_cut(rest, PSYNC_ERROR_MAX - 1);
    while (rest.len > 0) {
        size_t len;
        uint32_t c = psync_utf8_next(rest, &len);
        bool bad = c == UINT32_MAX || c < 0x20 || (c >= 0x7f && c < 0xa0);
        memcpy(err->text + used, bad ? "?" : rest.data, bad ? 1 : len);
        used += bad ? 1 : len;
        rest.data += len;
        rest.len -= len;
    }
    err->text[used] = '\0';
}

enum psync_result psync_fail(struct psync_error *err, enum psync_result r, const char *fmt, ...)
{
    if (err == NULL)
        return r;
    char draft[PSYNC_ERROR_MAX] = ""; /* not straight into `err`: its old text may be one of the arguments */
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(draft, sizeof draft, fmt, args);
    va_end(args);
    set_text(err, n >= 0 ? draft : "(the error's text could not be formatted)");
    return r;
}

void psync_error_prefix(struct psync_error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    char prefix[PSYNC_ERROR_MAX] = "";
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(prefix, sizeof prefix, fmt, args);
    va_end(args);
    (void)psync_fail(err, PSYNC_OK, "%s: %s", prefix, err->text);
}

void psync_panic(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "productsync: internal error at %s:%d: %s\n", file, line, what);
    abort();
}
