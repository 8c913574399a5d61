/* decimal - schoolbook arithmetic on digits: money needs few of them, and all of them right. */
#include "base/decimal.h"

#include <string.h>

enum { MAX = PSYNC_DECIMAL_DIGITS };

/* Makes a decimal of `n` digits (leading zeros allowed), `scale` of them after the point. A zero keeps no sign. */
static enum psync_result make(const uint8_t *digit, size_t n, long long scale, bool negative,
                              struct psync_decimal *ret_d)
{
    while (n > 0 && digit[0] == 0) {
        digit++;
        n--;
    }
    if (n == 0) /* "0e99" and "0e-99" are zero too */
        scale = scale < 0 ? 0 : scale > MAX ? MAX : scale;
    size_t zeros = scale < 0 ? (size_t)-scale : 0; /* 1e3: three more digits */
    if (n > MAX || zeros > MAX - n || scale > MAX)
        return PSYNC_REJECT;
    struct psync_decimal d = {
        .negative = negative && n > 0, .digits = (uint8_t)(n + zeros), .scale = (uint8_t)(scale < 0 ? 0 : scale)};
    memcpy(d.digit, digit, n);
    *ret_d = d;
    return PSYNC_OK;
}

/* ---- reading ---- */

struct reader {
    const char *p, *end;
    uint8_t digit[MAX];
    size_t digits;       /* significant ones */
    bool too_many;
};

static bool accept(struct reader *r, const char *any_of)
{
    if (r->p == r->end || *r->p == '\0' || strchr(any_of, *r->p) == NULL)
        return false;
    r->p++;
    return true;
}

static bool at_digit(const struct reader *r)
{
    return r->p < r->end && *r->p >= '0' && *r->p <= '9';
}

/* How many digits there were. */
static size_t read_digits(struct reader *r)
{
    const char *start = r->p;
    for (; at_digit(r); r->p++) {
        if (r->digits == 0 && *r->p == '0')
            continue;
        if (r->digits == MAX)
            r->too_many = true;
        else
            r->digit[r->digits++] = (uint8_t)(*r->p - '0');
    }
    return (size_t)(r->p - start);
}

/* The exponent, 0 when there is none. Stops counting where no mantissa can bring it back in range. */
static bool read_exponent(struct reader *r, long long *ret_exponent)
{
    enum { FAR = 1000000000 };
    long long e = 0;
    if (accept(r, "eE")) {
        bool minus = accept(r, "-");
        if (!minus)
            (void)accept(r, "+");
        if (!at_digit(r))
            return false;
        for (; at_digit(r); r->p++)
            e = e < FAR ? 10 * e + (*r->p - '0') : e;
        e = minus ? -e : e;
    }
    *ret_exponent = e;
    return true;
}

/* A number of any size, by the grammar in the header. */
static bool read_number(struct psync_span text, bool lenient, struct reader *r, bool *ret_negative,
                        long long *ret_scale)
{
    if (text.len == 0)
        return false;
    *r = (struct reader){.p = text.data, .end = text.data + text.len};
    *ret_negative = accept(r, "-");
    if (!*ret_negative && lenient)
        (void)accept(r, "+");
    bool zero_first = r->p < r->end && *r->p == '0';
    size_t whole = read_digits(r), fraction = 0;
    if (zero_first && whole > 1)
        return false;
    bool point = accept(r, ".");
    if (point)
        fraction = read_digits(r);
    bool bare_side = whole == 0 || (point && fraction == 0); /* ".5" and "5." */
    if (whole + fraction == 0 || (bare_side && !lenient))
        return false;
    long long exponent;
    if (!read_exponent(r, &exponent) || r->p != r->end)
        return false;
    *ret_scale = (long long)fraction - exponent;
    return true;
}

enum psync_result psync_decimal_parse(struct psync_span text, bool lenient, struct psync_decimal *ret_d)
{
    struct reader r;
    bool negative;
    long long scale;
    if (!read_number(text, lenient, &r, &negative, &scale) || r.too_many)
        return PSYNC_REJECT;
    return make(r.digit, r.digits, scale, negative, ret_d);
}

bool psync_decimal_is_number(struct psync_span text, bool lenient)
{
    struct reader r;
    bool negative;
    long long scale;
    return read_number(text, lenient, &r, &negative, &scale);
}

/* ---- arithmetic ---- */

enum psync_result psync_decimal_multiply(const struct psync_decimal *a, const struct psync_decimal *b,
                                         struct psync_decimal *ret_d)
{
    uint8_t product[2 * MAX] = {0};
    for (size_t i = a->digits; i-- > 0;) {
        unsigned carry = 0;
        for (size_t j = b->digits; j-- > 0;) {
            carry += product[i + j + 1] + (unsigned)a->digit[i] * b->digit[j];
            product[i + j + 1] = (uint8_t)(carry % 10);
            carry /= 10;
        }
        product[i] = (uint8_t)carry;
    }
    return make(product, (size_t)a->digits + b->digits, a->scale + b->scale, a->negative != b->negative, ret_d);
}

/* The digit that stands for 10^power. */
static unsigned digit_at(const struct psync_decimal *d, int power)
{
    int index = d->digits - 1 - d->scale - power;
    return index >= 0 && index < d->digits ? d->digit[index] : 0;
}

enum psync_result psync_decimal_add(const struct psync_decimal *a, const struct psync_decimal *b,
                                    struct psync_decimal *ret_d)
{
    PSYNC_INVARIANT(!a->negative && !b->negative);
    enum { ROOM = 2 * MAX + 1 }; /* MAX digits on each side of the point, and a carry */
    uint8_t sum[ROOM];
    int scale = a->scale > b->scale ? a->scale : b->scale;
    unsigned carry = 0;
    for (int i = 0; i < ROOM; i++) {
        carry += digit_at(a, i - scale) + digit_at(b, i - scale);
        sum[ROOM - 1 - i] = (uint8_t)(carry % 10);
        carry /= 10;
    }
    return make(sum, ROOM, scale, false, ret_d);
}

/* ---- writing ---- */

/* Half up, away from zero, to `scale` digits after the point, which is at most that of `d`. */
static enum psync_result round_to(const struct psync_decimal *d, int scale, struct psync_decimal *ret_d)
{
    uint8_t digit[MAX + 1] = {0}; /* the first for a carry */
    int kept = d->digits - (d->scale - scale);
    bool up = digit_at(d, -scale - 1) >= 5;
    if (kept < 0)
        kept = 0;
    memcpy(digit + 1, d->digit, (size_t)kept);
    for (int i = kept; up; i--) {
        up = digit[i] == 9;
        digit[i] = (uint8_t)(up ? 0 : digit[i] + 1);
    }
    return make(digit, (size_t)kept + 1, scale, d->negative, ret_d);
}

enum psync_result psync_decimal_format(const struct psync_decimal *d, unsigned scale, char ret_text[PSYNC_DECIMAL_MAX])
{
    struct psync_decimal r = *d;
    if (scale < d->scale && round_to(d, (int)scale, &r) != PSYNC_OK)
        return PSYNC_REJECT;
    int whole = r.digits > r.scale ? r.digits - r.scale : 1; /* at least "0" */
    size_t need = (size_t)r.negative + (size_t)whole + (scale > 0) + 1;
    if (scale >= PSYNC_DECIMAL_MAX || need + scale > PSYNC_DECIMAL_MAX)
        return PSYNC_REJECT;
    char *out = ret_text;
    if (r.negative)
        *out++ = '-';
    for (int power = whole - 1; power >= 0; power--)
        *out++ = (char)('0' + digit_at(&r, power));
    if (scale > 0)
        *out++ = '.';
    for (int power = -1; power >= -(int)scale; power--)
        *out++ = (char)('0' + digit_at(&r, power));
    *out = '\0';
    return PSYNC_OK;
}

bool psync_decimal_is_zero(const struct psync_decimal *d)
{
    return d->digits == 0;
}

enum psync_result psync_decimal_to_int64(const struct psync_decimal *d, int64_t *ret_n)
{
    for (int power = -1; power >= -(int)d->scale; power--) {
        if (digit_at(d, power) != 0)
            return PSYNC_REJECT;
    }
    int64_t n = 0; /* counted downwards: the most negative number has no positive twin */
    for (int power = d->digits - d->scale - 1; power >= 0; power--) {
        int digit = (int)digit_at(d, power);
        if (n < (INT64_MIN + digit) / 10)
            return PSYNC_REJECT;
        n = 10 * n - digit;
    }
    if (!d->negative && n == INT64_MIN)
        return PSYNC_REJECT;
    *ret_n = d->negative ? n : -n;
    return PSYNC_OK;
}
