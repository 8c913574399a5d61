/* result - what a call decided, and the text that explains it.
 *
 * A return code is a decision its caller acts on; the explanation for a person goes into a psync_error that the caller
 * owns, so that it survives without allocation and never leaks between threads. */
#ifndef PSYNC_BASE_RESULT_H
#define PSYNC_BASE_RESULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum psync_result {
    PSYNC_OK,     /* done */
    PSYNC_EMPTY,  /* nothing there: end of input, no message ready, no such thing */
    PSYNC_RETRY,  /* not now: busy, full, would block; the same call may succeed later */
    PSYNC_REJECT, /* the input is wrong; the same call will fail again */
    PSYNC_GONE,   /* it was ours and no longer is: lost lease, closed peer */
    PSYNC_NOMEM,  /* out of memory; nothing changed */
    PSYNC_FATAL,  /* storage or system failed; durability is in doubt, stop */
    PSYNC_RESULTS /* how many there are */
};

#define PSYNC_CHECKED __attribute__((warn_unused_result))
#define PSYNC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum { PSYNC_ERROR_MAX = 512 }; /* bytes, with the terminating NUL */

/* Owned by the caller; starts as {0}. A NULL pointer is accepted wherever a psync_error is taken. */
struct psync_error {
    char text[PSYNC_ERROR_MAX];
};

/* Lower-case word for logs: "ok", "empty", ... Never NULL. */
const char *psync_result_name(enum psync_result r);

/* Writes the text (cut at PSYNC_ERROR_MAX - 1 on a UTF-8 boundary, control characters shown as '?') and returns `r`, so
 * that a failing function can end with `return psync_fail(err, PSYNC_REJECT, "...")`. */
enum psync_result psync_fail(struct psync_error *err, enum psync_result r, const char *fmt, ...) PSYNC_PRINTF(3, 4);

/* Puts "prefix: " before the text that is there. */
void psync_error_prefix(struct psync_error *err, const char *fmt, ...) PSYNC_PRINTF(2, 3);

/* Broken invariants abort, in release too: prints file, line and the condition to stderr, then abort(3). */
#define PSYNC_INVARIANT(cond)                                                                                          \
    do {                                                                                                               \
        if (!(cond))                                                                                                   \
            psync_panic(__FILE__, __LINE__, #cond);                                                                    \
    } while (0)
_Noreturn void psync_panic(const char *file, int line, const char *what);

#endif
