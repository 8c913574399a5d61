/* fuzz_decimal - any bytes as a decimal; what is written must read back, and arithmetic must agree with itself. The
 * input is split at its first space into two numbers. */
#include "base/decimal.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exact text, read back, is the same number; rounding twice changes nothing. */
static void check_format(const struct psync_decimal *d)
{
    char text[PSYNC_DECIMAL_MAX], again[PSYNC_DECIMAL_MAX];
    for (unsigned scale = 0; scale < PSYNC_DECIMAL_MAX; scale++) {
        struct psync_decimal back;
        if (psync_decimal_format(d, scale, text) != PSYNC_OK)
            continue;
        PSYNC_INVARIANT(strlen(text) < PSYNC_DECIMAL_MAX);
        if (psync_decimal_parse((struct psync_span){text, strlen(text)}, false, &back) != PSYNC_OK)
            continue; /* padded, or rounded up, to more digits than a decimal holds */
        PSYNC_INVARIANT(psync_decimal_format(&back, scale, again) == PSYNC_OK && strcmp(text, again) == 0);
        if (scale == d->scale)
            PSYNC_INVARIANT(back.digits == d->digits && back.negative == d->negative &&
                            memcmp(back.digit, d->digit, d->digits) == 0);
    }
}

static void check_pair(const struct psync_decimal *a, const struct psync_decimal *b)
{
    struct psync_decimal ab, ba;
    enum psync_result r = psync_decimal_multiply(a, b, &ab);
    PSYNC_INVARIANT(psync_decimal_multiply(b, a, &ba) == r);
    if (r == PSYNC_OK) {
        PSYNC_INVARIANT(memcmp(&ab, &ba, sizeof ab) == 0);
        check_format(&ab);
    }
    if (a->negative || b->negative)
        return;
    r = psync_decimal_add(a, b, &ab);
    PSYNC_INVARIANT(psync_decimal_add(b, a, &ba) == r);
    if (r == PSYNC_OK)
        check_format(&ab);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *space = size > 0 ? memchr(data, ' ', size) : NULL;
    struct psync_span whole = {(const char *)data, size}, first = whole, second = {NULL, 0};
    if (space != NULL) {
        first.len = (size_t)(space - first.data);
        second = (struct psync_span){space + 1, size - first.len - 1};
    }
    struct psync_decimal a, b, strict;
    int64_t n;
    if (psync_decimal_parse(first, true, &a) != PSYNC_OK) {
        PSYNC_INVARIANT(psync_decimal_parse(first, false, &strict) != PSYNC_OK);
        return 0;
    }
    PSYNC_INVARIANT(a.digits <= PSYNC_DECIMAL_DIGITS && a.scale <= PSYNC_DECIMAL_DIGITS);
    PSYNC_INVARIANT(a.digits == 0 ? !a.negative : a.digit[0] != 0);
    check_format(&a);
    (void)psync_decimal_to_int64(&a, &n);
    if (psync_decimal_parse(second, true, &b) == PSYNC_OK)
        check_pair(&a, &b);
    return 0;
}
