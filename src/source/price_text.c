/* price_text - the text becomes digits and separators; which separator is the decimal point is decided from these. */
#include "source/price_text.h"

#include "base/utf8.h"
#include "source/shown.h"

#include <stdint.h>
#include <string.h>

/* What a character is to a price. */
enum kind { DIGIT, POINT, COMMA, BLANK, APOSTROPHE, ARABIC_POINT, ARABIC_GROUP, MINUS, MARK, LETTER, OTHER };

enum { GROUPS_MAX = 24 };

/* "1.234,50": digits 123450; groups of 1, 3, 2 digits; separators POINT, COMMA. */
struct number {
    char digits[PSYNC_DECIMAL_DIGITS];
    size_t n_digits;
    size_t group[GROUPS_MAX];
    enum kind separator[GROUPS_MAX]; /* between group[i] and group[i + 1] */
    size_t n_groups;
    bool negative;
};

/* Of a currency's abbreviation; near enough: not the currency signs. */
static bool is_letter(uint32_t cp)
{
    return (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || (cp >= 0xC0 && (cp < 0x20A0 || cp > 0x20CF));
}

static enum kind kind_of(uint32_t cp, unsigned *ret_digit)
{
    static const uint32_t zeros[] = {'0', 0x0660, 0x06F0, 0x0966, 0x09E6};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
        if (cp >= zeros[i] && cp < zeros[i] + 10) {
            *ret_digit = cp - zeros[i];
            return DIGIT;
        }
    }
    switch (cp) {
    case '.':
        return POINT;
    case ',':
        return COMMA;
    case '\'': case 0x2019: case 0x02BC:
        return APOSTROPHE;
    case 0x066B:
        return ARABIC_POINT;
    case 0x066C:
        return ARABIC_GROUP;
    case '-': case 0x2212: case 0x2013: case '(':
        return MINUS; /* accountants write (1.00) */
    case 0x061C: case 0x200E: case 0x200F: case 0x202A: case 0x202B: case 0x202C: case 0x2066: case 0x2067: case 0x2069:
        return MARK; /* direction of writing; CLDR puts these around amounts */
    default:
        return psync_utf8_is_blank(cp) ? BLANK : is_letter(cp) ? LETTER : OTHER;
    }
}

static bool add_digit(struct number *n, unsigned digit)
{
    if (n->n_digits == sizeof n->digits)
        return false;
    n->digits[n->n_digits++] = (char)('0' + digit);
    n->group[n->n_groups - 1]++;
    return true;
}

/* What stands before a digit: characters that are no digits, marks aside. */
struct gap {
    enum kind last, before_last;
    size_t len;
};

/* Before the first digit: "Rs.99" is an abbreviation's point, "$.99" would be a fraction. */
static bool may_lead(const struct gap *gap)
{
    if (gap->len == 0 || (gap->last != POINT && gap->last != COMMA && gap->last != ARABIC_POINT))
        return true;
    return gap->last == POINT && gap->len > 1 && gap->before_last == LETTER;
}

/* Between two digits: nothing, or one separator. */
static bool add_gap(struct number *n, const struct gap *gap)
{
    if (n->n_groups == 0) {
        n->group[n->n_groups++] = 0;
        return may_lead(gap);
    }
    if (gap->len == 0)
        return true;
    if (n->n_groups == GROUPS_MAX || gap->len != 1 || gap->last == LETTER || gap->last == OTHER || gap->last == MINUS)
        return false;
    n->separator[n->n_groups - 1] = gap->last;
    n->group[n->n_groups++] = 0;
    return true;
}

static bool scan(struct psync_span text, struct number *n)
{
    struct gap gap = {OTHER, OTHER, 0};
    *n = (struct number){0};
    while (text.len > 0) {
        size_t used;
        unsigned digit = 0;
        uint32_t cp = psync_utf8_next(text, &used);
        enum kind kind = cp == UINT32_MAX ? OTHER : kind_of(cp, &digit);
        if (cp == UINT32_MAX)
            return false;
        if (kind == DIGIT) {
            if (!add_gap(n, &gap) || !add_digit(n, digit))
                return false;
            gap.len = 0;
        } else if (kind != MARK) {
            gap = (struct gap){kind, gap.last, gap.len + 1};
            n->negative |= kind == MINUS;
        }
        text = (struct psync_span){text.data + used, text.len - used};
    }
    return n->n_groups > 0;
}

/* Are the first `n` groups an integer written in groups? */
static bool is_grouped(const struct number *num, size_t n)
{
    if (n == 1)
        return true;
    if (num->digits[0] == '0' || num->group[0] > 3 || num->group[n - 1] != 3)
        return false;
    for (size_t i = 1; i + 1 < n; i++)
        if (num->group[i] != num->group[1] || num->group[i] < 2 || num->group[i] > 3 ||
            (num->group[i] == 2 && num->group[0] > 2))
            return false;
    for (size_t i = 1; i + 1 < n; i++)
        if (num->separator[i] != num->separator[0])
            return false;
    return true;
}

/* The value with `groups` groups before the decimal point. */
static bool value_of(const struct number *n, size_t groups, struct psync_decimal *ret_d)
{
    char text[PSYNC_DECIMAL_DIGITS + 3];
    size_t len = 0, integer = 0;
    for (size_t i = 0; i < groups; i++)
        integer += n->group[i];
    size_t leading = 0; /* JSON's grammar allows no "007" */
    while (leading + 1 < integer && n->digits[leading] == '0')
        leading++;
    if (n->negative)
        text[len++] = '-';
    memcpy(text + len, n->digits + leading, integer - leading);
    len += integer - leading;
    if (integer < n->n_digits) {
        text[len++] = '.';
        memcpy(text + len, n->digits + integer, n->n_digits - integer);
        len += n->n_digits - integer;
    }
    return psync_decimal_parse((struct psync_span){text, len}, false, ret_d) == PSYNC_OK;
}

enum reading { NO_NUMBER, ALL_GROUPS, LAST_IS_FRACTION, UNDECIDED };

/* Rules 1 and 2 of the header. */
static enum reading read_separators(const struct number *n)
{
    size_t last = n->n_groups - 1;
    if (last == 0)
        return ALL_GROUPS;
    enum kind point = n->separator[last - 1];
    bool alone = true; /* no other separator of that kind before it */
    for (size_t i = 0; i + 1 < last; i++)
        alone = alone && n->separator[i] != point;
    bool may_be_groups = is_grouped(n, n->n_groups);
    if (point == BLANK || point == APOSTROPHE || point == ARABIC_GROUP)
        return may_be_groups ? ALL_GROUPS : NO_NUMBER;
    bool may_be_fraction = alone && is_grouped(n, last);
    if (point == ARABIC_POINT)
        may_be_groups = false;
    if (last > 1 && may_be_fraction) /* another kind separates the groups */
        return LAST_IS_FRACTION;
    if (may_be_groups && may_be_fraction)
        return UNDECIDED;
    return may_be_groups ? ALL_GROUPS : may_be_fraction ? LAST_IS_FRACTION : NO_NUMBER;
}

/* -1, 0, 1 for non-negative decimals. */
static int compare(const struct psync_decimal *a, const struct psync_decimal *b)
{
    int whole_a = a->digits - a->scale, whole_b = b->digits - b->scale;
    if (psync_decimal_is_zero(a) || psync_decimal_is_zero(b))
        return !psync_decimal_is_zero(a) - !psync_decimal_is_zero(b);
    if (whole_a != whole_b)
        return whole_a < whole_b ? -1 : 1;
    for (int i = 0; i < a->digits || i < b->digits; i++) {
        int x = i < a->digits ? a->digit[i] : 0, y = i < b->digits ? b->digit[i] : 0;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

/* Half to twice: taxes add less than that, rounding less still, and the two readings differ by a thousand. */
static bool is_near(const struct psync_decimal *price, const struct psync_decimal *untaxed)
{
    struct psync_decimal twice_price, twice_untaxed;
    return psync_decimal_add(price, price, &twice_price) == PSYNC_OK &&
           psync_decimal_add(untaxed, untaxed, &twice_untaxed) == PSYNC_OK && compare(&twice_price, untaxed) >= 0 &&
           compare(price, &twice_untaxed) <= 0;
}

/* Rule 3. */
static enum psync_result decide(const struct number *n, const struct psync_decimal *untaxed,
                                struct psync_decimal *ret_price)
{
    struct psync_decimal whole, fraction;
    if (untaxed == NULL || untaxed->negative || n->negative || !value_of(n, n->n_groups, &whole) ||
        !value_of(n, n->n_groups - 1, &fraction))
        return PSYNC_REJECT;
    bool is_whole = is_near(&whole, untaxed);
    if (is_whole == is_near(&fraction, untaxed))
        return PSYNC_REJECT;
    *ret_price = is_whole ? whole : fraction;
    return PSYNC_OK;
}

enum psync_result psync_price_text_parse(struct psync_span text, const struct psync_decimal *untaxed,
                                         struct psync_decimal *ret_price, struct psync_error *reason)
{
    struct number n;
    char shown[PSYNC_SHOWN_MAX];
    enum reading reading = scan(text, &n) ? read_separators(&n) : NO_NUMBER;
    if (reading == UNDECIDED) {
        if (decide(&n, untaxed, ret_price) == PSYNC_OK)
            return PSYNC_OK;
        return psync_fail(reason, PSYNC_REJECT, "price can be read in two ways: %s", psync_shown(text, shown));
    }
    if (reading == NO_NUMBER || !value_of(&n, n.n_groups - (reading == LAST_IS_FRACTION), ret_price))
        return psync_fail(reason, PSYNC_REJECT, "price is not an amount: %s", psync_shown(text, shown));
    return PSYNC_OK;
}
