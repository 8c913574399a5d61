/* timefmt - RFC 3339 out, HTTP-dates in and out. The C library's functions are not used: they ask the locale and the
 * zone. */
#include "base/timefmt.h"

#include <string.h>

enum { MS_PER_SECOND = 1000, SECONDS_PER_DAY = 86400 };
#define MS_PER_DAY ((psync_ms)SECONDS_PER_DAY * MS_PER_SECOND)
#define LAST_MS    INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

struct civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01. Years are counted from March, so that the leap day is the last of its year; from there on each
 * five months have 153 days. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = (int64_t)year + 400 - (month <= 2); /* positive: the divisions below round down */
    int m = (month + 9) % 12;                       /* March: 0 */
    int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return days - 719468 - 146097; /* to 1970-01-01; the 400 years added above */
}

/* The inverse, for days from 1970 on. */
static void civil_of(int64_t days, struct civil *ret_c)
{
    int year = 1970 + (int)(days / 366); /* too early by at most a few years up to 9999 */
    while (days_of(year + 1, 1, 1) <= days)
        year++;
    int rest = (int)(days - days_of(year, 1, 1)), month = 1;
    for (; rest >= days_in_month(year, month); month++)
        rest -= days_in_month(year, month);
    *ret_c = (struct civil){.year = year, .month = month, .day = rest + 1};
}

static psync_ms clamp(psync_ms t)
{
    return t < 0 ? 0 : t > LAST_MS ? LAST_MS : t;
}

/* Writes `n` digits and `after`; where to go on. By hand: every log line has a time. */
static char *put_number(char *out, int64_t number, int n, char after)
{
    for (int i = n - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
    out[n] = after;
    return out + n + 1;
}

const char *psync_time_format(psync_ms t, char ret_text[PSYNC_TIME_MAX])
{
    t = clamp(t);
    struct civil c;
    civil_of(t / MS_PER_DAY, &c);
    int64_t ms = t % MS_PER_DAY;
    char *out = put_number(ret_text, c.year, 4, '-');
    out = put_number(out, c.month, 2, '-');
    out = put_number(out, c.day, 2, 'T');
    out = put_number(out, ms / 3600000, 2, ':');
    out = put_number(out, ms / 60000 % 60, 2, ':');
    out = put_number(out, ms / 1000 % 60, 2, '.');
    out = put_number(out, ms % 1000, 3, 'Z');
    *out = '\0';
    return ret_text;
}

const char *psync_time_words(psync_ms t, char ret_text[PSYNC_TIME_MAX])
{
    static const char zone[] = " UTC";
    psync_time_format(t, ret_text);
    ret_text[10] = ' ';
    memcpy(ret_text + 19, zone, sizeof zone);
    return ret_text;
}

/* ---- HTTP-dates ---- */

static const char *const day_names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static char *put_name(char *out, const char *name, char after)
{
    memcpy(out, name, 3);
    out[3] = after;
    return out + 4;
}

const char *psync_http_date_format(psync_ms t, char ret_text[PSYNC_TIME_MAX])
{
    struct civil c;
    int64_t days = clamp(t) / MS_PER_DAY, ms = clamp(t) % MS_PER_DAY;
    civil_of(days, &c);
    char *out = put_name(ret_text, day_names[(days + 4) % 7], ','); /* 1970-01-01 was a Thursday */
    *out++ = ' ';
    out = put_number(out, c.day, 2, ' ');
    out = put_name(out, month_names[c.month - 1], ' ');
    out = put_number(out, c.year, 4, ' ');
    out = put_number(out, ms / 3600000, 2, ':');
    out = put_number(out, ms / 60000 % 60, 2, ':');
    out = put_number(out, ms / 1000 % 60, 2, ' ');
    memcpy(out, "GMT", sizeof "GMT");
    return ret_text;
}

static bool skip_text(struct psync_span *s, const char *text, size_t n)
{
    if (s->len < n || memcmp(s->data, text, n) != 0)
        return false;
    s->data += n;
    s->len -= n;
    return true;
}

/* One of the names, by its first `letters` letters (0: all of them); its number from 1, 0 for none. */
static int skip_name(struct psync_span *s, const char *const *names, int n, size_t letters)
{
    for (int i = 0; i < n; i++) {
        if (skip_text(s, names[i], letters > 0 ? letters : strlen(names[i])))
            return i + 1;
    }
    return 0;
}

/* Exactly `n` digits; asctime pads the day with a space, which `padded` allows for the first. */
static bool skip_number(struct psync_span *s, size_t n, bool padded, int *ret_number)
{
    if (s->len < n)
        return false;
    int number = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s->data[i];
        if (padded && i == 0 && c == ' ')
            c = '0';
        if (c < '0' || c > '9')
            return false;
        number = 10 * number + (c - '0');
    }
    s->data += n;
    s->len -= n;
    *ret_number = number;
    return true;
}

/* One conversion of a form, named as strptime(3) names them. */
static bool read_field(struct psync_span *s, char conversion, struct civil *c)
{
    switch (conversion) {
    case 'a':
        return skip_name(s, day_names, 7, 3) > 0;
    case 'A':
        return skip_name(s, day_names, 7, 0) > 0;
    case 'b':
        return (c->month = skip_name(s, month_names, 12, 3)) > 0;
    case 'd':
        return skip_number(s, 2, false, &c->day);
    case 'e':
        return skip_number(s, 2, true, &c->day);
    case 'H':
        return skip_number(s, 2, false, &c->hour);
    case 'M':
        return skip_number(s, 2, false, &c->minute);
    case 'S':
        return skip_number(s, 2, false, &c->second);
    case 'Y':
        return skip_number(s, 4, false, &c->year);
    default: /* 'y' */
        return skip_number(s, 2, false, &c->year);
    }
}

static bool read_form(struct psync_span s, const char *form, struct civil *c)
{
    for (; *form != '\0'; form++) {
        bool found = *form == '%' ? read_field(&s, *++form, c) : skip_text(&s, form, 1);
        if (!found)
            return false;
    }
    return s.len == 0;
}

/* A leap second (60) is allowed by the grammar. That the day's name fits the date is not: nothing rests on it. */
static bool is_valid(const struct civil *c)
{
    return c->day >= 1 && c->day <= days_in_month(c->year, c->month) && c->hour <= 23 && c->minute <= 59 &&
           c->second <= 60;
}

static psync_ms to_ms(const struct civil *c)
{
    int64_t seconds = c->hour * 3600 + c->minute * 60 + c->second;
    return (days_of(c->year, c->month, c->day) * SECONDS_PER_DAY + seconds) * MS_PER_SECOND;
}

/* Gives a two-digit year its century: the last that is not more than 50 years ahead of `now` (RFC 9110, 5.6.7). */
static void set_century(struct civil *c, psync_ms now)
{
    struct civil limit;
    now = clamp(now);
    civil_of(now / MS_PER_DAY, &limit);
    limit.year += 50;
    psync_ms latest = days_of(limit.year, limit.month, limit.day) * MS_PER_DAY + now % MS_PER_DAY;
    c->year += limit.year / 100 * 100;
    while (c->year > limit.year || (c->year == limit.year && to_ms(c) > latest))
        c->year -= 100;
}

enum psync_result psync_http_date_parse(struct psync_span text, psync_ms now, psync_ms *ret_t)
{
    static const struct {
        const char *form;
        bool two_digit_year;
    } forms[] = {
        {"%a, %d %b %Y %H:%M:%S GMT", false}, /* IMF-fixdate */
        {"%A, %d-%b-%y %H:%M:%S GMT", true},  /* RFC 850 */
        {"%a %b %e %H:%M:%S %Y", false},      /* asctime */
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct civil c = {0};
        if (!read_form(text, forms[i].form, &c))
            continue;
        if (forms[i].two_digit_year)
            set_century(&c, now);
        if (!is_valid(&c))
            return PSYNC_REJECT;
        *ret_t = to_ms(&c);
        return PSYNC_OK;
    }
    return PSYNC_REJECT;
}
