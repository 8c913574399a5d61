/* utf8 - valid or not, characters in and out, white space. RFC 3629 (no surrogates, no overlong forms), Unicode 15.
 * Pure. */
#ifndef PSYNC_BASE_UTF8_H
#define PSYNC_BASE_UTF8_H

#include "base/buf.h"

#include <stdint.h>

bool psync_utf8_valid(struct psync_span s);
/* The longest prefix of whole characters that is at most `max_bytes`; a character torn at the end of `s` is not one. */
size_t psync_utf8_cut(struct psync_span s, size_t max_bytes);
/* The code point at `s`; *ret_len its bytes. UINT32_MAX and 1: not valid there. `s.len` > 0. */
uint32_t psync_utf8_next(struct psync_span s, size_t *ret_len);
/* The bytes of a code point (at most U+10FFFF, no surrogate); how many. */
size_t psync_utf8_encode(uint32_t code_point, char ret_bytes[4]);
/* White_Space=yes in Unicode's PropList (U+0009-000D, 0020, 0085, 00A0, 1680, 2000-200A, 2028, 2029, 202F, 205F, 3000),
 * or a control character (Cc: U+0000-001F, 007F-009F). */
bool psync_utf8_is_blank(uint32_t code_point);

#endif
