/* trace - see the header. */
#include "base/trace.h"

#include <string.h>

enum { TRACE_AT = 3, TRACE_LEN = 32, PARENT_AT = 36, PARENT_LEN = 16, FLAGS_AT = 53, LEN = PSYNC_TRACE_BYTES - 1 };

static const char digits[] = "0123456789abcdef"; /* capitals are not valid */

static bool is_hex(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0' || !strchr(digits, text[i]))
            return false;
    return true;
}

static bool is_zero(const char *text, size_t n)
{
    return strspn(text, "0") >= n;
}

enum psync_result psync_trace_read(struct psync_span header, char ret_trace[PSYNC_TRACE_BYTES])
{
    char t[PSYNC_TRACE_BYTES];
    if (header.len < LEN)
        return PSYNC_REJECT;
    memcpy(t, header.data, LEN);
    t[LEN] = '\0';
    bool hex = is_hex(t, 2) && is_hex(t + TRACE_AT, TRACE_LEN) && is_hex(t + PARENT_AT, PARENT_LEN) &&
               is_hex(t + FLAGS_AT, 2);
    bool dashes = t[TRACE_AT - 1] == '-' && t[PARENT_AT - 1] == '-' && t[FLAGS_AT - 1] == '-';
    bool known = memcmp(t, "00", 2) == 0;
    bool ends = header.len == LEN || (!known && header.data[LEN] == '-');
    if (!hex || !dashes || !ends || memcmp(t, "ff", 2) == 0 || is_zero(t + TRACE_AT, TRACE_LEN) ||
        is_zero(t + PARENT_AT, PARENT_LEN))
        return PSYNC_REJECT;
    memcpy(t, "00", 2);
    memcpy(ret_trace, t, sizeof t);
    return PSYNC_OK;
}

void psync_trace_child(const char *trace, uint64_t parent, char ret_trace[PSYNC_TRACE_BYTES])
{
    char t[PSYNC_TRACE_BYTES] = "";
    if (psync_trace_read((struct psync_span){trace, strlen(trace)}, t) != PSYNC_OK) {
        ret_trace[0] = '\0';
        return;
    }
    parent = parent ? parent : 1;
    for (size_t i = PARENT_LEN; i > 0; i--, parent >>= 4)
        t[PARENT_AT + i - 1] = digits[parent & 15];
    memcpy(ret_trace, t, sizeof t);
}
