/* decimal - money as digits: exact, never through binary floating point.
 *
 * A decimal is non-negative or negative, with at most PSYNC_DECIMAL_DIGITS digits in all; longer input is refused, not
 * rounded; so is a scale above that. Pure. */
#ifndef PSYNC_BASE_DECIMAL_H
#define PSYNC_BASE_DECIMAL_H

#include "base/buf.h"

#include <stdint.h>

enum { PSYNC_DECIMAL_DIGITS = 60, PSYNC_DECIMAL_MAX = 80 }; /* digits; bytes of text with the NUL */

struct psync_decimal {
    bool negative;                        /* never with value zero */
    uint8_t digits, scale;                /* the digits are an integer, times 10^-scale; 0.05: one digit, scale 2 */
    uint8_t digit[PSYNC_DECIMAL_DIGITS];  /* 0-9, most significant first, no leading zeros; zero has none */
};

/* The grammar of a JSON number (RFC 8259 section 6), and nothing else: "49.90", "-0.5", "1e3", "1.5E-2"; also "+5",
 * ".5" and "5." when `lenient` (CSV). PSYNC_REJECT: not a number, or too many digits, be it by its exponent; `*ret_d`
 * untouched. */
PSYNC_CHECKED enum psync_result psync_decimal_parse(struct psync_span text, bool lenient, struct psync_decimal *ret_d);

/* Is it one by that grammar, of however many digits? */
bool psync_decimal_is_number(struct psync_span text, bool lenient);

/* Exact product. PSYNC_REJECT: too many digits. */
PSYNC_CHECKED enum psync_result psync_decimal_multiply(const struct psync_decimal *a, const struct psync_decimal *b,
                                                       struct psync_decimal *ret_d);
PSYNC_CHECKED enum psync_result psync_decimal_add(const struct psync_decimal *a, const struct psync_decimal *b,
                                                  struct psync_decimal *ret_d); /* both non-negative */

/* Rounds half up (away from zero) to `scale` digits after the point and writes exactly that many: 49.9 -> "49.90". A
 * scale of 0 writes no point. PSYNC_REJECT: does not fit. */
PSYNC_CHECKED enum psync_result psync_decimal_format(const struct psync_decimal *d, unsigned scale,
                                                     char ret_text[PSYNC_DECIMAL_MAX]);

bool psync_decimal_is_zero(const struct psync_decimal *d);
/* The value as an integer; PSYNC_REJECT: has a fraction other than zeros ("15.00" is 15), or does not fit. */
PSYNC_CHECKED enum psync_result psync_decimal_to_int64(const struct psync_decimal *d, int64_t *ret_n);

#endif
