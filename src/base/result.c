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

/* Copies whole characters while they fit, each control character and each byte that is not UTF-8 as one '?'. */
static void set_text(struct psync_error *err, struct psync_span from)
{
    size_t used = 0;
    while (from.len > 0) {
        size_t len;
        uint32_t c = psync_utf8_next(from, &len);
        bool bad = c == UINT32_MAX || c < 0x20 || (c >= 0x7f && c < 0xa0);
        size_t need = bad ? 1 : len;
        if (used + need > PSYNC_ERROR_MAX - 1)
            break;
        memcpy(err->text + used, bad ? "?" : from.data, need);
        used += need;
        from.data += len;
        from.len -= len;
    }
    err->text[used] = '\0';
}

/* The text of `fmt`, cut so that no character is torn. Longer than an error by one character, to see where it ends. */
struct draft {
    char text[PSYNC_ERROR_MAX + 4];
};

static struct psync_span format_draft(struct draft *d, const char *fmt, va_list args) PSYNC_PRINTF(2, 0);
static struct psync_span format_draft(struct draft *d, const char *fmt, va_list args)
{
    if (vsnprintf(d->text, sizeof d->text, fmt, args) < 0)
        return PSYNC_SPAN("(the error's text could not be formatted)");
    struct psync_span all = {d->text, strlen(d->text)};
    return (struct psync_span){d->text, psync_utf8_cut(all, PSYNC_ERROR_MAX - 1)};
}

enum psync_result psync_fail(struct psync_error *err, enum psync_result r, const char *fmt, ...)
{
    if (err == NULL)
        return r;
    struct draft d; /* not straight into `err`: its old text may be one of the arguments */
    va_list args;
    va_start(args, fmt);
    struct psync_span text = format_draft(&d, fmt, args);
    va_end(args);
    set_text(err, text);
    return r;
}

void psync_error_prefix(struct psync_error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    struct draft d;
    va_list args;
    va_start(args, fmt);
    struct psync_span prefix = format_draft(&d, fmt, args);
    va_end(args);
    (void)psync_fail(err, PSYNC_OK, "%.*s: %s", (int)prefix.len, prefix.data, err->text);
}

void psync_panic(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "productsync: internal error at %s:%d: %s\n", file, line, what);
    abort();
}
