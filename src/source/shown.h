/* shown - a value from outside as a person may see it: short, one line, nothing invisible. Pure. */
#ifndef PSYNC_SOURCE_SHOWN_H
#define PSYNC_SOURCE_SHOWN_H

#include "base/buf.h"

enum { PSYNC_SHOWN_MAX = 96 };

/* At most some 80 bytes of it, "..." if that is not all; control characters, marks that turn the direction of text, and
 * bytes that are not UTF-8 as \n, \x1b, \u202e, \xff; nothing at all as "". Returns `ret_text`. */
const char *psync_shown(struct psync_span value, char ret_text[PSYNC_SHOWN_MAX]);

#endif
