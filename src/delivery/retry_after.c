/* retry_after - see retry_after.h. */
#include "delivery/retry_after.h"

#include "base/timefmt.h"

#include <string.h>

/* Longer is not meant seriously, and keeps the sums far from overflow. */
#define LONGEST_S (INT64_C(10) * 366 * 24 * 3600)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct psync_span trim(struct psync_span s)
{
    while (s.len > 0 && is_blank(s.data[0]))
        s.data++, s.len--;
    while (s.len > 0 && is_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

/* Takes digits from the front of `*s`; a value that does not fit is the greatest that does (RFC 9111 section 1.2.2). */
static bool take_number(struct psync_span *s, int64_t *ret_n)
{
    int64_t n = 0;

    if (s->len == 0 || !is_digit(s->data[0]))
        return false;
    for (; s->len > 0 && is_digit(s->data[0]); s->data++, s->len--) {
        int digit = s->data[0] - '0';
        n = n > (INT64_MAX - digit) / 10 ? INT64_MAX : n * 10 + digit;
    }
    *ret_n = n;
    return true;
}

static bool whole_number(struct psync_span s, int64_t *ret_n)
{
    struct psync_span rest = trim(s);
    int64_t n;

    if (!take_number(&rest, &n) || rest.len > 0)
        return false;
    *ret_n = n;
    return true;
}

static psync_ms seconds(int64_t s)
{
    return (s < LONGEST_S ? s : LONGEST_S) * 1000;
}

/* The answer's own idea of the time. */
static psync_ms answered_at(struct psync_span date, psync_ms now)
{
    psync_ms t;

    return psync_http_date_parse(trim(date), now, &t) == PSYNC_OK ? t : now;
}

/* From `from` to `to`, never negative. */
static psync_ms between(psync_ms from, psync_ms to)
{
    return to <= from ? 0 : to - from < seconds(LONGEST_S) ? to - from : seconds(LONGEST_S);
}

enum psync_result psync_retry_after_parse(struct psync_span field, struct psync_span date, psync_ms now,
                                          psync_ms *ret_delay_ms)
{
    int64_t n;
    psync_ms until;

    if (whole_number(field, &n)) {
        *ret_delay_ms = seconds(n);
        return PSYNC_OK;
    }
    if (psync_http_date_parse(trim(field), now, &until) != PSYNC_OK)
        return PSYNC_REJECT;
    *ret_delay_ms = between(answered_at(date, now), until);
    return PSYNC_OK;
}

/* ---- RateLimit: a List of Items with parameters, RFC 9651 (Structured Field Values) ---- */
struct item {
    bool has_r, has_t;
    int64_t r, t;
};

static void skip_blanks(struct psync_span *s)
{
    while (s->len > 0 && is_blank(s->data[0]))
        s->data++, s->len--;
}

static bool take_char(struct psync_span *s, char c)
{
    if (s->len == 0 || s->data[0] != c)
        return false;
    s->data++, s->len--;
    return true;
}

/* sf-string: visible ASCII and space, with \" and \\ . */
static bool take_string(struct psync_span *s)
{
    if (!take_char(s, '"'))
        return false;
    while (s->len > 0 && s->data[0] != '"') {
        if (s->data[0] < ' ' || s->data[0] > '~')
            return false;
        if (take_char(s, '\\') && (s->len == 0 || (s->data[0] != '"' && s->data[0] != '\\')))
            return false;
        s->data++, s->len--;
    }
    return take_char(s, '"');
}

static bool is_token(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~:/", c) != NULL);
}

static bool take_token(struct psync_span *s, struct psync_span *ret_token)
{
    struct psync_span token = {s->data, 0};

    for (; s->len > 0 && is_token(s->data[0]); s->data++, s->len--)
        token.len++;
    *ret_token = token;
    return token.len > 0;
}

/* Base64 between colons. */
static bool take_bytes(struct psync_span *s)
{
    if (!take_char(s, ':'))
        return false;
    while (s->len > 0 && s->data[0] != ':')
        s->data++, s->len--;
    return take_char(s, ':');
}

/* A parameter's value: a string, bytes, or the characters of tokens and numbers. Only the integers matter here. */
static bool take_value(struct psync_span *s, bool *ret_is_number, int64_t *ret_n)
{
    struct psync_span token;

    *ret_is_number = false;
    if (s->len > 0 && s->data[0] == '"')
        return take_string(s);
    if (s->len > 0 && s->data[0] == ':')
        return take_bytes(s);
    if (!take_token(s, &token))
        return false;
    *ret_is_number = whole_number(token, ret_n);
    return true;
}

static bool take_parameter(struct psync_span *s, struct item *item)
{
    struct psync_span name;
    bool is_number = false;
    int64_t n = 0;

    skip_blanks(s);
    if (!take_token(s, &name) || (take_char(s, '=') && !take_value(s, &is_number, &n)))
        return false;
    bool r = psync_span_eq(name, "r"), t = psync_span_eq(name, "t");
    if ((r || t) && !is_number)
        return false;
    if (r)
        item->has_r = true, item->r = n;
    if (t)
        item->has_t = true, item->t = n;
    return true;
}

static bool take_item(struct psync_span *s, struct item *ret_item)
{
    struct psync_span token;

    *ret_item = (struct item){0};
    skip_blanks(s);
    if (s->len > 0 && s->data[0] == '"' ? !take_string(s) : !take_token(s, &token))
        return false;
    while (take_char(s, ';')) {
        if (!take_parameter(s, ret_item))
            return false;
    }
    skip_blanks(s);
    return ret_item->has_r; /* which the draft demands */
}

enum psync_result psync_ratelimit_parse(struct psync_span field, psync_ms *ret_delay_ms)
{
    struct psync_span s = trim(field);
    bool used_up = false;
    psync_ms longest = 0;
    struct item item;

    do {
        if (!take_item(&s, &item))
            return PSYNC_REJECT;
        if (item.r == 0) {
            used_up = true;
            longest = item.has_t && seconds(item.t) > longest ? seconds(item.t) : longest;
        }
    } while (take_char(&s, ','));
    if (s.len > 0)
        return PSYNC_REJECT;
    if (!used_up)
        return PSYNC_EMPTY;
    *ret_delay_ms = longest;
    return PSYNC_OK;
}

/* ---- X-RateLimit-*: no standard; what large APIs send ---- */
enum { FRACTION_DIGITS = 3 };

/* "30" or "30.5", as milliseconds. */
static bool decimal_seconds(struct psync_span s, int64_t *ret_ms)
{
    struct psync_span rest = trim(s);
    int64_t whole, ms = 0;

    if (!take_number(&rest, &whole) || whole > INT64_MAX / 1000 - 1)
        return false;
    if (take_char(&rest, '.')) {
        if (rest.len == 0)
            return false;
        for (int i = 0, unit = 100; rest.len > 0; rest.data++, rest.len--, i++, unit /= 10) {
            if (!is_digit(rest.data[0]))
                return false;
            ms += i < FRACTION_DIGITS ? (rest.data[0] - '0') * unit : 0;
        }
    }
    if (rest.len > 0)
        return false;
    *ret_ms = whole * 1000 + ms;
    return true;
}

enum psync_result psync_x_ratelimit_parse(struct psync_span remaining, struct psync_span reset, struct psync_span date,
                                          psync_ms now, psync_ms *ret_delay_ms)
{
    /* As a delay these would be thirty years, as a time in seconds the year 33658: nobody means either. */
    static const int64_t epoch_from_s = 1000000000, epoch_from_ms = 1000000000000;
    int64_t left, ms;

    if (!whole_number(remaining, &left) || !decimal_seconds(reset, &ms))
        return PSYNC_REJECT;
    if (left > 0)
        return PSYNC_EMPTY;
    if (ms / 1000 >= epoch_from_ms)
        *ret_delay_ms = between(answered_at(date, now), ms / 1000);
    else if (ms / 1000 >= epoch_from_s)
        *ret_delay_ms = between(answered_at(date, now), ms);
    else
        *ret_delay_ms = ms;
    return PSYNC_OK;
}

struct psync_asked psync_asked_by(const struct psync_response *r, psync_ms now)
{
    struct psync_asked asked = {.field = ""};
    psync_ms delay;

    if (r->transport != PSYNC_NET_ANSWER)
        return asked;
    if (r->retry_after.len > 0 && psync_retry_after_parse(r->retry_after, r->date, now, &delay) == PSYNC_OK) {
        asked = (struct psync_asked){.retry_after = true, .delay_ms = delay, .field = "Retry-After"};
        return asked;
    }
    enum psync_result found = PSYNC_REJECT;
    if (r->ratelimit.len > 0) {
        found = psync_ratelimit_parse(r->ratelimit, &delay);
        asked.field = "RateLimit";
    }
    if (found == PSYNC_REJECT && r->x_ratelimit_remaining.len > 0) {
        found = psync_x_ratelimit_parse(r->x_ratelimit_remaining, r->x_ratelimit_reset, r->date, now, &delay);
        asked.field = "X-RateLimit-Reset";
    }
    if (found != PSYNC_OK)
        return (struct psync_asked){.field = ""};
    asked.used_up = true;
    asked.delay_ms = delay;
    return asked;
}
