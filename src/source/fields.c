/* fields - texts to numbers. */
#include "source/fields.h"

#include "source/shown.h"

#include <inttypes.h>

enum { FAST_DIGITS = 18 }; /* so many decimal digits always fit an int64_t */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct psync_span psync_trimmed(struct psync_span text)
{
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

static bool parse_digits(struct psync_span text, int64_t *ret_n)
{
    if (text.len == 0 || text.len > FAST_DIGITS)
        return false;
    int64_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        n = n * 10 + (text.data[i] - '0');
    }
    *ret_n = n;
    return true;
}

/* A whole number of more digits than an int64_t has. */
static bool is_far(struct psync_span text)
{
    struct psync_decimal d;
    if (psync_decimal_parse(text, true, &d) == PSYNC_OK)
        return d.digits - d.scale > FAST_DIGITS;
    return psync_decimal_is_number(text, true);
}

enum psync_result psync_field_integer(const char *what, struct psync_span text, int64_t *ret_n,
                                      struct psync_error *reason)
{
    struct psync_span t = psync_trimmed(text);
    if (parse_digits(t, ret_n))
        return PSYNC_OK;
    if (t.len == 0)
        return psync_fail(reason, PSYNC_REJECT, "%s is empty", what);
    struct psync_decimal d;
    if (psync_decimal_parse(t, true, &d) == PSYNC_OK && psync_decimal_to_int64(&d, ret_n) == PSYNC_OK)
        return PSYNC_OK;
    char shown[PSYNC_SHOWN_MAX];
    if (is_far(t))
        return t.data[0] == '-' ? psync_fail(reason, PSYNC_REJECT, "%s is too small, at least 0: %s", what,
                                             psync_shown(t, shown))
                                : psync_fail(reason, PSYNC_REJECT, "%s is too large, at most %" PRId64 ": %s", what,
                                             INT64_MAX, psync_shown(t, shown));
    return psync_fail(reason, PSYNC_REJECT, "%s is not an integer: %s", what, psync_shown(t, shown));
}

enum psync_result psync_field_id(struct psync_span text, struct psync_product *p, struct psync_error *reason)
{
    return psync_field_integer("id", text, &p->id, reason);
}

enum psync_result psync_field_stock(struct psync_span text, struct psync_product *p, struct psync_error *reason)
{
    return psync_field_integer("stock", text, &p->stock, reason);
}

enum psync_result psync_field_price(struct psync_span text, struct psync_product *p, struct psync_error *reason)
{
    struct psync_span t = psync_trimmed(text);
    if (t.len == 0)
        return psync_fail(reason, PSYNC_REJECT, "price is empty");
    if (psync_decimal_parse(t, true, &p->price) == PSYNC_OK)
        return PSYNC_OK;
    char shown[PSYNC_SHOWN_MAX];
    const char *wrong = psync_decimal_is_number(t, true) ? "has too many digits" : "is not a number";
    return psync_fail(reason, PSYNC_REJECT, "price %s: %s", wrong, psync_shown(t, shown));
}
