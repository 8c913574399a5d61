/* payload - a scanner for the contract of bytes, in one pass and without memory of its own. */
#include "mock/payload.h"

#include "base/json.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_CHARACTERS = 255, INT64_DIGITS = 18 };

struct cursor {
    const char *at, *end;
};

static bool peek(const struct cursor *c, char wanted)
{
    return c->at < c->end && *c->at == wanted;
}

static bool take(struct cursor *c, char wanted)
{
    bool there = peek(c, wanted);
    c->at += there;
    return there;
}

static bool take_text(struct cursor *c, const char *text)
{
    size_t n = strlen(text);
    bool there = (size_t)(c->end - c->at) >= n && memcmp(c->at, text, n) == 0;
    c->at += there ? n : 0;
    return there;
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->end && is_one_of(*c->at, " \t\r\n"))
        c->at++;
}

static size_t skip_digits(struct cursor *c)
{
    const char *from = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - from);
}

/* ---- any JSON value: where does it end? What is not quite JSON may pass: the JSON library has the last word ---- */

static bool skip_string(struct cursor *c)
{
    if (!take(c, '"'))
        return false;
    for (; c->at < c->end; c->at++) {
        if (*c->at == '"') {
            c->at++;
            return true;
        }
        if (*c->at == '\\')
            c->at++;
    }
    return false;
}

/* Brackets are counted, not matched. False: it does not end. */
static bool skip_value(struct cursor *c)
{
    int depth = 0;
    do {
        skip_space(c);
        if (c->at >= c->end)
            return false;
        if (peek(c, '"')) {
            if (!skip_string(c))
                return false;
        } else if (is_one_of(*c->at, "{[")) {
            depth++;
            c->at++;
        } else if (is_one_of(*c->at, "}]")) {
            depth--;
            c->at++;
        } else if (depth > 0 && is_one_of(*c->at, ",:")) {
            c->at++;
        } else {
            const char *from = c->at;
            while (c->at < c->end && !is_one_of(*c->at, " \t\r\n,:\"{}[]"))
                c->at++;
            if (c->at == from)
                return false;
        }
    } while (depth > 0);
    return depth == 0;
}

/* ---- the contract; each returns what is wrong, or NULL ---- */

static bool take_integer(struct cursor *c, int64_t *ret_n)
{
    const char *from = c->at;
    size_t n = skip_digits(c);
    if (n == 0 || n > INT64_DIGITS || (n > 1 && *from == '0'))
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (from[i] - '0');
    *ret_n = value;
    return true;
}

static const char *check_price(struct cursor *c, unsigned digits)
{
    const char *from = c->at;
    size_t whole = skip_digits(c);
    if (whole == 0 || (whole > 1 && *from == '0'))
        return "price is not a plain decimal";
    if (digits == 0)
        return peek(c, '.') ? "price has digits after the point" : NULL;
    return take(c, '.') && skip_digits(c) == digits ? NULL : "price does not have the currency's digits";
}

/* One character of a normalised text: *ret_blank when it is a space. */
static const char *check_character(struct cursor *c, bool *ret_blank)
{
    size_t n;
    *ret_blank = *c->at == ' ';
    if (*c->at == '\\') { /* only what JSON demands, and control characters are none that a name may have */
        c->at++;
        return take(c, '"') || take(c, '\\') ? NULL : "name has an escape that is not needed";
    }
    uint32_t code = psync_utf8_next((struct psync_span){c->at, (size_t)(c->end - c->at)}, &n);
    if (code == UINT32_MAX)
        return "name is not UTF-8";
    if (psync_utf8_is_blank(code) && code != ' ')
        return "name has white space or control characters";
    c->at += n;
    return NULL;
}

static const char *check_name_text(struct cursor *c)
{
    bool blank = true; /* as if before the first: it must not be a space */
    size_t characters = 0;
    if (!take(c, '"'))
        return "name is not text";
    while (c->at < c->end && !peek(c, '"')) {
        bool was_blank = blank;
        const char *wrong = check_character(c, &blank);
        if (wrong)
            return wrong;
        if (blank && was_blank)
            return "name has spaces in front or side by side";
        if (++characters > NAME_CHARACTERS)
            return "name has more than 255 characters";
    }
    if (characters == 0)
        return "name is empty";
    if (blank)
        return "name has spaces at its end";
    return take(c, '"') ? NULL : "not JSON";
}

/* Byte order: a prefix comes first. */
static bool precedes(struct psync_span a, struct psync_span b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order < 0 || (order == 0 && a.len < b.len);
}

/* {"ar":"...","en":"..."}: members in byte order of the language. */
static const char *check_languages(struct cursor *c)
{
    struct psync_span last = {"", 0};
    do {
        struct psync_span language = {c->at, 0};
        if (!skip_string(c) || !take(c, ':'))
            return "name is not an object of languages";
        language.len = (size_t)(c->at - language.data) - 1;
        if (!precedes(last, language))
            return "languages are not in order";
        last = language;
        const char *wrong = check_name_text(c);
        if (wrong)
            return wrong;
    } while (take(c, ','));
    return take(c, '}') ? NULL : "name is not an object of languages";
}

static const char *check_others(struct cursor *c)
{
    while (take(c, ',')) {
        const char *from = c->at;
        if (!skip_string(c) || !take(c, ':') || peek(c, ' '))
            return "an optional member is malformed";
        if (!skip_value(c))
            return "not JSON";
        if (memchr(from, '\n', (size_t)(c->at - from)))
            return "line feeds between members";
    }
    return take(c, '}') && c->at == c->end ? NULL : "something follows the members";
}

/* *ret_plain: it has neither languages nor optional members, so every byte of it was looked at. */
static const char *check_product(struct psync_span bytes, unsigned price_digits, int64_t *ret_id, bool *ret_plain)
{
    struct cursor c = {bytes.data, bytes.data + bytes.len};
    int64_t id, stock;
    const char *wrong;
    if (!take_text(&c, "{\"id\":"))
        return "it does not begin with the id";
    if (!take_integer(&c, &id) || id <= 0)
        return "id is not a positive integer";
    if (!take_text(&c, ",\"name\":"))
        return "name does not follow the id";
    bool languages = take(&c, '{');
    wrong = languages ? check_languages(&c) : check_name_text(&c);
    if (wrong)
        return wrong;
    if (!take_text(&c, ",\"price\":"))
        return "price does not follow the name";
    wrong = check_price(&c, price_digits);
    if (wrong)
        return wrong;
    if (!take_text(&c, ",\"stock\":"))
        return "stock does not follow the price";
    if (!take_integer(&c, &stock))
        return "stock is not an integer of 0 or more";
    bool others = peek(&c, ',');
    wrong = check_others(&c);
    if (wrong)
        return wrong;
    *ret_id = id;
    *ret_plain = !languages && !others;
    return NULL;
}

/* ---- the body ---- */

void psync_mock_payload_init(struct psync_mock_payload *p)
{
    *p = (struct psync_mock_payload){.items = NULL};
}

void psync_mock_payload_done(struct psync_mock_payload *p)
{
    free(p->items);
    psync_mock_payload_init(p);
}

static enum psync_result add_item(struct psync_mock_payload *p, const struct psync_mock_item *item)
{
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 1; /* mostly it is one */
        struct psync_mock_item *items = realloc(p->items, cap * sizeof(*items));
        if (!items)
            return PSYNC_NOMEM;
        p->items = items;
        p->cap = cap;
    }
    p->items[p->n++] = *item;
    return PSYNC_OK;
}

/* What breaks the contract may still be JSON with an id; and the JSON library has the last word on optional members. */
static enum psync_result identify(struct psync_mock_item *item)
{
    json_object *o = NULL;
    enum psync_result r = psync_json_parse(item->bytes, &o, NULL);
    if (r == PSYNC_OK && !json_object_is_type(o, json_type_object))
        r = PSYNC_REJECT;
    if (r == PSYNC_OK && item->violation)
        item->id = psync_json_int(o, "id", 0);
    json_object_put(o);
    return r;
}

static enum psync_result scan_item(struct psync_mock_payload *p, struct cursor *c, unsigned price_digits)
{
    struct psync_mock_item item = {.bytes = {c->at, 0}};
    bool plain = false;
    if (!skip_value(c))
        return PSYNC_REJECT;
    item.bytes.len = (size_t)(c->at - item.bytes.data);
    item.violation = check_product(item.bytes, price_digits, &item.id, &plain);
    enum psync_result r = plain ? PSYNC_OK : identify(&item);
    return r == PSYNC_OK ? add_item(p, &item) : r;
}

static enum psync_result scan_array(struct psync_mock_payload *p, struct cursor *c, unsigned price_digits)
{
    enum psync_result r = PSYNC_OK;
    bool more = !peek(c, ']');
    while (more && r == PSYNC_OK) {
        const char *before = c->at;
        skip_space(c);
        bool spaced = c->at != before;
        r = scan_item(p, c, price_digits);
        before = c->at;
        skip_space(c);
        if (r == PSYNC_OK && (spaced || c->at != before) && !p->items[p->n - 1].violation)
            p->items[p->n - 1].violation = "spaces between the items";
        more = take(c, ',');
    }
    return r == PSYNC_OK && !take(c, ']') ? PSYNC_REJECT : r;
}

enum psync_result psync_mock_payload_scan(struct psync_mock_payload *p, struct psync_span body, unsigned price_digits)
{
    struct cursor c = {body.data, body.data + body.len};
    p->n = 0;
    skip_space(&c);
    bool spaced = c.at != body.data;
    p->batch = take(&c, '[');
    enum psync_result r = p->batch ? scan_array(p, &c, price_digits) : scan_item(p, &c, price_digits);
    if (r != PSYNC_OK)
        return r;
    const char *end = c.at;
    skip_space(&c);
    if (c.at != c.end)
        return PSYNC_REJECT;
    if ((spaced || end != c.at) && p->n && !p->items[0].violation)
        p->items[0].violation = "spaces around the payload";
    return PSYNC_OK;
}
