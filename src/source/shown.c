/* shown - values in messages. */
#include "source/shown.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ONE_MAX = 8 }; /* bytes one character takes at most, with the NUL */

/* Left-to-right marks and overrides: they would show the line in another order than it is written in. */
static bool turns_direction(uint32_t cp)
{
    return cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

static size_t show_one(struct psync_span rest, char out[ONE_MAX], size_t *ret_used)
{
    uint32_t cp = psync_utf8_next(rest, ret_used);
    if (cp == UINT32_MAX)
        return (size_t)snprintf(out, ONE_MAX, "\\x%02x", (unsigned char)rest.data[0]);
    if (cp == '\n' || cp == '\r' || cp == '\t')
        return (size_t)snprintf(out, ONE_MAX, "\\%c", cp == '\n' ? 'n' : cp == '\r' ? 'r' : 't');
    if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F))
        return (size_t)snprintf(out, ONE_MAX, "\\x%02x", (unsigned)cp);
    if (turns_direction(cp) || (cp != ' ' && psync_utf8_is_blank(cp)))
        return (size_t)snprintf(out, ONE_MAX, "\\u%04x", (unsigned)cp);
    memcpy(out, rest.data, *ret_used);
    return *ret_used;
}

const char *psync_shown(struct psync_span value, char ret_text[PSYNC_SHOWN_MAX])
{
    if (value.len == 0)
        return memcpy(ret_text, "\"\"", sizeof "\"\"");
    size_t len = 0;
    while (value.len > 0) {
        char one[ONE_MAX];
        size_t used, n = show_one(value, one, &used);
        if (len + n + sizeof "..." > PSYNC_SHOWN_MAX) {
            memcpy(ret_text + len, "...", 3);
            len += 3;
            break;
        }
        memcpy(ret_text + len, one, n);
        len += n;
        value = (struct psync_span){value.data + used, value.len - used};
    }
    ret_text[len] = '\0';
    return ret_text;
}
