/* units - durations and sizes as people write them in settings (timefmt.h). */
#include "base/timefmt.h"

#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t size;
};

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR }; /* in ms */
#define TEN_YEARS ((int64_t)3650 * DAY)

/* The largest first, as the formatters need them. */
static const struct unit durations[] = {{"d", DAY}, {"h", HOUR}, {"m", MINUTE}, {"s", SECOND}, {"ms", 1}, {NULL, 0}};
static const struct unit sizes[] = {
    {"GB", INT64_C(1) << 30},  {"MB", INT64_C(1) << 20},  {"KB", INT64_C(1) << 10}, {"B", 1},
    {"GiB", INT64_C(1) << 30}, {"MiB", INT64_C(1) << 20}, {"KiB", INT64_C(1) << 10}, {NULL, 0},
};

static int64_t unit_size(const struct unit *units, const char *name)
{
    for (; units->name != NULL; units++) {
        if (strcmp(units->name, name) == 0)
            return units->size;
    }
    return 0;
}

/* A number, without sign and exponent, and its unit. `*ret_bare`: it had none, and was not multiplied. */
static enum psync_result parse(const char *text, const struct unit *units, int64_t *ret_n, bool *ret_bare)
{
    size_t digits = strspn(text, "0123456789.");
    bool bare = text[digits] == '\0';
    int64_t size = bare ? 1 : unit_size(units, text + digits);
    struct psync_decimal number;
    if (size == 0 || psync_decimal_parse((struct psync_span){text, digits}, false, &number) != PSYNC_OK)
        return PSYNC_REJECT;
    char size_text[PSYNC_DURATION_MAX];
    int len = snprintf(size_text, sizeof size_text, "%" PRId64, size);
    struct psync_decimal factor, product;
    int64_t n;
    if (psync_decimal_parse((struct psync_span){size_text, (size_t)len}, false, &factor) != PSYNC_OK ||
        psync_decimal_multiply(&number, &factor, &product) != PSYNC_OK ||
        psync_decimal_to_int64(&product, &n) != PSYNC_OK)
        return PSYNC_REJECT;
    *ret_n = n;
    *ret_bare = bare;
    return PSYNC_OK;
}

enum psync_result psync_duration_parse(const char *text, psync_ms *ret_ms)
{
    int64_t n;
    bool bare;
    if (parse(text, durations, &n, &bare) != PSYNC_OK || (bare && n != 0) || n > TEN_YEARS)
        return PSYNC_REJECT;
    *ret_ms = n;
    return PSYNC_OK;
}

enum psync_result psync_size_parse(const char *text, uint64_t *ret_bytes)
{
    int64_t n;
    bool bare;
    if (parse(text, sizes, &n, &bare) != PSYNC_OK)
        return PSYNC_REJECT;
    *ret_bytes = (uint64_t)n;
    return PSYNC_OK;
}

const char *psync_duration_format(psync_ms ms, char ret_text[PSYNC_DURATION_MAX])
{
    const struct unit *u = durations;
    if (ms <= (psync_ms)3 * DAY) /* "72h" and "24h" are what people say */
        u++;
    while (ms % u->size != 0)
        u++;
    if (ms == 0)
        (void)snprintf(ret_text, PSYNC_DURATION_MAX, "0");
    else
        (void)snprintf(ret_text, PSYNC_DURATION_MAX, "%" PRId64 "%s", ms / u->size, u->name);
    return ret_text;
}

const char *psync_size_format(uint64_t bytes, char ret_text[PSYNC_DURATION_MAX])
{
    const struct unit *u = sizes;
    while (bytes % (uint64_t)u->size != 0 || (bytes == 0 && u->size > 1))
        u++;
    (void)snprintf(ret_text, PSYNC_DURATION_MAX, "%" PRIu64 "%s", bytes / (uint64_t)u->size, u->name);
    return ret_text;
}

const char *psync_duration_words(psync_ms ms, char ret_text[PSYNC_DURATION_MAX])
{
    static const struct {
        int64_t size;
        const char *one, *many;
    } words[] = {{DAY, "day", "days"}, {HOUR, "h", "h"}, {MINUTE, "min", "min"}, {SECOND, "s", "s"}, {1, "ms", "ms"}};
    if (ms < 0)
        ms = 0;
    size_t i = 0;
    while (i < 3 && ms < words[i].size)
        i++;
    if (ms > 0 && ms < SECOND)
        i = 4;
    int64_t n = ms / words[i].size;
    const char *word = n == 1 ? words[i].one : words[i].many;
    int64_t rest = i < 3 ? ms % words[i].size / words[i + 1].size : 0; /* no milliseconds beside seconds */
    int len = snprintf(ret_text, PSYNC_DURATION_MAX, "%" PRId64 " %s", n, word);
    if (rest > 0)
        (void)snprintf(ret_text + len, PSYNC_DURATION_MAX - (size_t)len, " %" PRId64 " %s", rest, words[i + 1].one);
    return ret_text;
}
