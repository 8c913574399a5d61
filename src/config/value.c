/* value - parsing, printing and storing by type. */
#include "config/value.h"

#include "base/timefmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { REAL_DIGITS = 6, REAL_UNIT = 1000000 };

/* ---- text to number ---- */

static bool parse_digits(const char **at, int64_t *number)
{
    const char *s = *at;

    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9'; s++) {
        int digit = *s - '0';

        if (*number > (INT64_MAX - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    *at = s;
    return true;
}

static bool parse_integer(const char *text, int64_t *ret_number)
{
    bool negative = *text == '-';
    int64_t number = 0;

    text += negative;
    if (!parse_digits(&text, &number) || *text != '\0')
        return false;
    *ret_number = negative ? -number : number;
    return true;
}

static bool parse_real(const char *text, int64_t *ret_number)
{
    int64_t number = 0;
    size_t fraction = 0;

    if (!parse_digits(&text, &number))
        return false;
    if (*text == '.') {
        fraction = strspn(++text, "0123456789");
        if (fraction == 0 || fraction > REAL_DIGITS || !parse_digits(&text, &number))
            return false;
    }
    for (; fraction < REAL_DIGITS; fraction++) {
        if (number > INT64_MAX / 10)
            return false;
        number *= 10;
    }
    *ret_number = number;
    return *text == '\0';
}

static bool parse_duration(const char *text, int64_t *ret_number)
{
    return psync_duration_parse(text, ret_number) == PSYNC_OK;
}

static bool parse_size(const char *text, int64_t *ret_number)
{
    uint64_t bytes;

    if (psync_size_parse(text, &bytes) != PSYNC_OK || bytes > INT64_MAX)
        return false;
    *ret_number = (int64_t)bytes;
    return true;
}

static bool parse_bool(const char *text, int64_t *ret_number)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret_number = i % 2;
            return true;
        }
    }
    return false;
}

/* ---- number to text ---- */

static void format_integer(int64_t number, char ret_text[PSYNC_VALUE_MAX])
{
    snprintf(ret_text, PSYNC_VALUE_MAX, "%" PRId64, number);
}

static void format_real(int64_t number, char ret_text[PSYNC_VALUE_MAX])
{
    int n = snprintf(ret_text, PSYNC_VALUE_MAX, "%" PRId64 ".%06" PRId64, number / REAL_UNIT, number % REAL_UNIT);

    while (ret_text[n - 1] == '0')
        n--;
    if (ret_text[n - 1] == '.')
        n--;
    ret_text[n] = '\0';
}

static void format_duration(int64_t number, char ret_text[PSYNC_VALUE_MAX])
{
    psync_duration_format(number, ret_text);
}

static void format_size(int64_t number, char ret_text[PSYNC_VALUE_MAX])
{
    psync_size_format((uint64_t)number, ret_text);
}

static void format_bool(int64_t number, char ret_text[PSYNC_VALUE_MAX])
{
    snprintf(ret_text, PSYNC_VALUE_MAX, "%s", number ? "yes" : "no");
}

/* ---- number to field ---- */

static void store_bool(void *field, int64_t number)
{
    *(bool *)field = number != 0;
}

static void store_u32(void *field, int64_t number)
{
    *(uint32_t *)field = (uint32_t)number;
}

static void store_u64(void *field, int64_t number)
{
    *(uint64_t *)field = (uint64_t)number;
}

static void store_i64(void *field, int64_t number)
{
    *(int64_t *)field = number;
}

static void store_real(void *field, int64_t number)
{
    *(double *)field = (double)number / REAL_UNIT;
}

/* The fields are enums of several types; C leaves an enum's integer type to the compiler, so its bytes are copied. */
_Static_assert(sizeof(enum psync_auth_kind) == sizeof(unsigned), "an enum is stored as an unsigned");

static void store_choice(void *field, int64_t number)
{
    unsigned index = (unsigned)number;

    memcpy(field, &index, sizeof index);
}

/* ---- the types ---- */

static const struct {
    bool (*parse)(const char *text, int64_t *ret_number);
    void (*format)(int64_t number, char ret_text[PSYNC_VALUE_MAX]);
    void (*store)(void *field, int64_t number);
    const char *noun; /* "expected NOUN from MIN to MAX" */
} types[] = {
    [PSYNC_OPTION_TEXT] = {0},
    [PSYNC_OPTION_BOOL] = {parse_bool, format_bool, store_bool, NULL},
    [PSYNC_OPTION_COUNT32] = {parse_integer, format_integer, store_u32, "an integer"},
    [PSYNC_OPTION_COUNT64] = {parse_integer, format_integer, store_u64, "an integer"},
    [PSYNC_OPTION_INT64] = {parse_integer, format_integer, store_i64, "an integer"},
    [PSYNC_OPTION_REAL] = {parse_real, format_real, store_real, "a number"},
    [PSYNC_OPTION_DURATION] = {parse_duration, format_duration, store_i64, "a duration with its unit (ms, s, m, h, d)"},
    [PSYNC_OPTION_SIZE] = {parse_size, format_size, store_u64, "a size with its unit (B, KB, MB, GB)"},
    [PSYNC_OPTION_CHOICE] = {NULL, NULL, store_choice, NULL},
};

static bool parse_choice(const struct psync_option *o, const char *text, int64_t *ret_number)
{
    for (size_t i = 0; o->choices[i]; i++) {
        if (strcmp(text, o->choices[i]) == 0) {
            *ret_number = (int64_t)i;
            return true;
        }
    }
    return false;
}

static bool in_range(const struct psync_option *o, int64_t number)
{
    int64_t min, max;

    if (!o->min)
        return true;
    PSYNC_INVARIANT(types[o->type].parse(o->min, &min) && types[o->type].parse(o->max, &max));
    return number >= min && number <= max;
}

/* Not in range: because it is above it? A number that was not `read` may have more digits than any type takes. */
static bool is_too_large(const struct psync_option *o, const char *text, bool read, int64_t number)
{
    int64_t min;

    if (!o->min)
        return false;
    PSYNC_INVARIANT(types[o->type].parse(o->min, &min));
    return read ? number >= min : *text != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) > 18;
}

enum psync_result psync_value_parse(const struct psync_option *o, const char *text, int64_t *ret_number,
                                    struct psync_error *err)
{
    char expects[PSYNC_OPTION_EXPECTS_MAX];
    int64_t number = 0;
    bool ok;

    if (o->type == PSYNC_OPTION_TEXT) {
        enum psync_result r = o->check(text, err);

        if (r == PSYNC_OK)
            *ret_number = 0;
        return r;
    }
    ok = o->type == PSYNC_OPTION_CHOICE ? parse_choice(o, text, &number) : types[o->type].parse(text, &number);
    if (!ok || !in_range(o, number))
        return psync_fail(err, PSYNC_REJECT, "%sexpected %s", is_too_large(o, text, ok, number) ? "is too large; " : "",
                          psync_option_expects(o, expects));
    *ret_number = number;
    return PSYNC_OK;
}

const char *psync_value_format(const struct psync_option *o, int64_t number, char ret_text[PSYNC_VALUE_MAX])
{
    if (o->type == PSYNC_OPTION_CHOICE)
        return o->choices[number];
    types[o->type].format(number, ret_text);
    return ret_text;
}

void psync_value_store(const struct psync_option *o, int64_t number, void *fields)
{
    types[o->type].store((char *)fields + o->offset, number);
}

const char *psync_option_expects(const struct psync_option *o, char ret_text[PSYNC_OPTION_EXPECTS_MAX])
{
    size_t n = 0;

    if (o->type == PSYNC_OPTION_TEXT)
        return "text";
    if (o->type == PSYNC_OPTION_BOOL)
        return "yes or no";
    if (o->type != PSYNC_OPTION_CHOICE) {
        snprintf(ret_text, PSYNC_OPTION_EXPECTS_MAX, "%s from %s to %s", types[o->type].noun, o->min, o->max);
        return ret_text;
    }
    for (size_t i = 0; o->choices[i] && n < PSYNC_OPTION_EXPECTS_MAX; i++) {
        const char *before = i == 0 ? "" : o->choices[i + 1] ? ", " : " or ";

        n += (size_t)snprintf(ret_text + n, PSYNC_OPTION_EXPECTS_MAX - n, "%s%s", before, o->choices[i]);
    }
    return ret_text;
}
