/* utf8 - UTF-8 as RFC 3629 defines it: what a terminal, a shop's database and a JSON parser agree on. */
#include "base/utf8.h"

#include <string.h>

enum { CONTINUATION_MASK = 0xc0, CONTINUATION = 0x80 };

static bool is_continuation(unsigned char c)
{
    return (c & CONTINUATION_MASK) == CONTINUATION;
}

/* How many bytes the character takes that starts with `lead`; 0: none starts so. C0, C1 and F5-FF never occur. */
static size_t lead_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (lead < 0xf0)
        return 3;
    return lead < 0xf5 ? 4 : 0;
}

uint32_t psync_utf8_next(struct psync_span s, size_t *ret_len)
{
    static const uint32_t lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* below it, a shorter form exists: overlong */
    const unsigned char *p = (const unsigned char *)s.data;
    size_t n = lead_length(p[0]);
    *ret_len = 1;
    if (n == 0 || n > s.len)
        return UINT32_MAX;
    uint32_t c = p[0] & lead_bits[n];
    for (size_t i = 1; i < n; i++) {
        if (!is_continuation(p[i]))
            return UINT32_MAX;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return UINT32_MAX;
    *ret_len = n;
    return c;
}

size_t psync_utf8_encode(uint32_t code_point, char ret_bytes[4])
{
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, code_point >>= 6)
        ret_bytes[i] = (char)(CONTINUATION | (code_point & 0x3f));
    ret_bytes[0] = (char)(leads[n] | code_point);
    return n;
}

/* The bytes before the first that is not ASCII, found eight at a time. */
static size_t ascii_prefix(struct psync_span s)
{
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= s.len; i += sizeof word) {
        memcpy(&word, s.data + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < s.len && (unsigned char)s.data[i] < 0x80)
        i++;
    return i;
}

bool psync_utf8_valid(struct psync_span s)
{
    while (s.len > 0) {
        size_t n = ascii_prefix(s);
        if (n == 0 && psync_utf8_next(s, &n) == UINT32_MAX)
            return false;
        s.data += n;
        s.len -= n;
    }
    return true;
}

size_t psync_utf8_cut(struct psync_span s, size_t max_bytes)
{
    size_t n = s.len < max_bytes ? s.len : max_bytes;
    for (size_t back = 1; back <= 4 && back <= n; back++) {
        unsigned char c = (unsigned char)s.data[n - back];
        if (!is_continuation(c))
            return lead_length(c) > back ? n - back : n; /* the last character is torn, or whole */
    }
    return n;
}

bool psync_utf8_is_blank(uint32_t code_point)
{
    static const struct {
        uint32_t first, last;
    } blanks[] = {
        {0x0000, 0x0020}, {0x007f, 0x00a0}, {0x1680, 0x1680}, {0x2000, 0x200a},
        {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
    };
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0] && code_point >= blanks[i].first; i++) {
        if (code_point <= blanks[i].last)
            return true;
    }
    return false;
}
