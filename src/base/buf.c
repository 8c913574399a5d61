/* buf - a growing byte buffer that always has a maximum. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

static char no_bytes[1]; /* what an empty buffer points at; never written */

void psync_buf_init(struct psync_buf *b, size_t max)
{
    /* Half the address space is more than there can be, and keeps every sum below from wrapping. */
    *b = (struct psync_buf){.data = no_bytes, .max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2};
}

void psync_buf_done(struct psync_buf *b)
{
    if (b->cap > 0)
        free(b->data);
    *b = (struct psync_buf){.data = no_bytes, .max = 0};
}

void psync_buf_clear(struct psync_buf *b)
{
    b->len = 0;
    if (b->cap > 0)
        b->data[0] = '\0';
}

enum psync_result psync_buf_reserve(struct psync_buf *b, size_t n)
{
    if (n > b->max - b->len)
        return PSYNC_REJECT;
    size_t need = b->len + n + 1; /* the NUL */
    if (need <= b->cap)
        return PSYNC_OK;
    size_t cap = b->cap > 0 ? b->cap : FIRST_CAP;
    while (cap < need)
        cap *= 2;
    if (cap > b->max + 1)
        cap = b->max + 1;
    char *data = realloc(b->cap > 0 ? b->data : NULL, cap);
    if (data == NULL)
        return PSYNC_NOMEM;
    data[b->len] = '\0';
    b->data = data;
    b->cap = cap;
    return PSYNC_OK;
}

enum psync_result psync_buf_add(struct psync_buf *b, const void *bytes, size_t n)
{
    if (n == 0)
        return PSYNC_OK;
    enum psync_result r = psync_buf_reserve(b, n);
    if (r != PSYNC_OK)
        return r;
    memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
    return PSYNC_OK;
}

enum psync_result psync_buf_add_str(struct psync_buf *b, const char *s)
{
    return psync_buf_add(b, s, strlen(s));
}

enum psync_result psync_buf_add_char(struct psync_buf *b, char c)
{
    return psync_buf_add(b, &c, 1);
}

enum psync_result psync_buf_printf(struct psync_buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    enum psync_result r = PSYNC_REJECT;
    size_t room = b->cap > 0 ? b->cap - b->len : 0; /* most often enough: then one pass will do */
    int n = vsnprintf(room > 0 ? b->data + b->len : NULL, room, fmt, args);
    if (n >= 0)
        r = psync_buf_reserve(b, (size_t)n);
    if (r == PSYNC_OK && (size_t)n >= room)
        (void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
    if (r == PSYNC_OK)
        b->len += (size_t)n;
    else
        psync_buf_truncate(b, b->len); /* takes back what did not fit */
    va_end(again);
    va_end(args);
    return r;
}

size_t psync_int_format(int64_t n, char ret_text[PSYNC_INT_BYTES])
{
    char text[PSYNC_INT_BYTES];
    size_t at = sizeof text - 1;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    text[at] = '\0';
    do
        text[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (n < 0)
        text[--at] = '-';
    memcpy(ret_text, text + at, sizeof text - at);
    return sizeof text - 1 - at;
}

enum psync_result psync_buf_add_int(struct psync_buf *b, int64_t n)
{
    char text[PSYNC_INT_BYTES];
    size_t len = psync_int_format(n, text);
    return psync_buf_add(b, text, len);
}

void psync_buf_drop(struct psync_buf *b, size_t n)
{
    PSYNC_INVARIANT(n <= b->len);
    if (n == 0)
        return;
    b->len -= n;
    memmove(b->data, b->data + n, b->len + 1);
}

void psync_buf_truncate(struct psync_buf *b, size_t len)
{
    PSYNC_INVARIANT(len <= b->len);
    b->len = len;
    if (b->cap > 0)
        b->data[len] = '\0';
}

char *psync_span_dup(struct psync_span s)
{
    char *text = malloc(s.len + 1);
    if (text == NULL)
        return NULL;
    if (s.len > 0)
        memcpy(text, s.data, s.len);
    text[s.len] = '\0';
    return text;
}

bool psync_span_eq(struct psync_span s, const char *text)
{
    size_t n = strlen(text);
    return s.len == n && (n == 0 || memcmp(s.data, text, n) == 0);
}
