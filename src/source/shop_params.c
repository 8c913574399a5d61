/* shop_params - see the header. The literals are those of the PHP manual, "Strings" and "Arrays". */
#include "source/shop_params.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 16 };

struct reader {
    struct psync_span php;
    size_t at;
    bool in_parameters;
    psync_shop_param *visit;
    void *arg;
    struct psync_error *err;
};

/* A value, or a key: its text is in the reader's caller's buffer. */
struct literal {
    enum { LITERAL_TEXT, LITERAL_NULL, LITERAL_ARRAY, LITERAL_NONE } kind;
    char text[PSYNC_SHOP_PARAM_MAX];
    size_t len;
};

static enum psync_result wrong(struct reader *r, const char *what)
{
    return psync_fail(r->err, PSYNC_REJECT, "byte %zu: %s", r->at + 1, what);
}

static int peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->php.len ? (unsigned char)r->php.data[r->at + ahead] : -1;
}

static bool starts(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    return r->php.len - r->at >= n && strncasecmp(r->php.data + r->at, text, n) == 0;
}

/* ---- between the tokens ---- */

static void skip_until(struct reader *r, const char *end)
{
    while (r->at < r->php.len && !starts(r, end))
        r->at++;
    r->at += r->at < r->php.len ? strlen(end) : 0;
}

static void skip_blanks(struct reader *r)
{
    for (;;) {
        int c = peek(r, 0);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            r->at++;
        else if (c == '#' || starts(r, "//"))
            skip_until(r, "\n");
        else if (starts(r, "/*"))
            skip_until(r, "*/");
        else
            return;
    }
}

static bool take(struct reader *r, const char *token)
{
    skip_blanks(r);
    if (!starts(r, token))
        return false;
    r->at += strlen(token);
    return true;
}

static bool is_name(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '\\' || c >= 0x80;
}

/* ---- strings ---- */

static enum psync_result add_byte(struct reader *r, struct literal *l, int c)
{
    if (l->len + 1 >= sizeof l->text)
        return wrong(r, "a text is too long");
    if (c == 0)
        return wrong(r, "a text has a NUL");
    l->text[l->len++] = (char)c;
    l->text[l->len] = '\0';
    return PSYNC_OK;
}

static int hex_digit(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Up to `most` digits of that base. */
static unsigned take_digits(struct reader *r, unsigned base, size_t most)
{
    unsigned n = 0;
    for (size_t i = 0; i < most && hex_digit(peek(r, 0)) >= 0 && (unsigned)hex_digit(peek(r, 0)) < base; i++)
        n = n * base + (unsigned)hex_digit(peek(r, 0)), r->at++;
    return n;
}

static enum psync_result add_code_point(struct reader *r, struct literal *l)
{
    r->at += 2; /* u{ */
    unsigned point = take_digits(r, 16, 6);
    if (peek(r, 0) != '}' || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return wrong(r, "expected \\u{...}");
    r->at++;
    unsigned char bytes[4];
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; point >>= 6)
        bytes[i] = (unsigned char)(0x80 | (point & 0x3f));
    bytes[0] = (unsigned char)(lead[n] | point);
    enum psync_result result = PSYNC_OK;
    for (size_t i = 0; i < n && result == PSYNC_OK; i++)
        result = add_byte(r, l, bytes[i]);
    return result;
}

/* Behind the backslash of a double-quoted string. */
static enum psync_result add_escape(struct reader *r, struct literal *l)
{
    static const char from[] = "nrtvef\\$\"", to[] = "\n\r\t\v\x1b\f\\$\"";
    int c = peek(r, 0);
    const char *simple = c > 0 ? strchr(from, c) : NULL;
    if (simple) {
        r->at++;
        return add_byte(r, l, to[simple - from]);
    }
    if (c >= '0' && c <= '7')
        return add_byte(r, l, (int)(take_digits(r, 8, 3) & 0xff));
    if (c == 'x' && hex_digit(peek(r, 1)) >= 0) {
        r->at++;
        return add_byte(r, l, (int)take_digits(r, 16, 2));
    }
    if (c == 'u' && peek(r, 1) == '{')
        return add_code_point(r, l);
    return add_byte(r, l, '\\'); /* none: the backslash stays, and what follows is as it is */
}

/* Behind the opening quote. A variable in a double-quoted string makes it no literal. */
static enum psync_result take_string(struct reader *r, int quote, struct literal *l)
{
    enum psync_result result = PSYNC_OK;
    l->kind = LITERAL_TEXT;
    l->len = 0;
    l->text[0] = '\0';
    while (result == PSYNC_OK && peek(r, 0) != quote) {
        int c = peek(r, 0);
        if (c < 0)
            return wrong(r, "a text has no end");
        r->at++;
        if (c == '\\' && quote == '"') {
            result = add_escape(r, l);
        } else if (c == '\\' && (peek(r, 0) == '\\' || peek(r, 0) == '\'')) {
            result = add_byte(r, l, peek(r, 0));
            r->at++;
        } else {
            if (quote == '"' && ((c == '$' && (is_name(peek(r, 0)) || peek(r, 0) == '{')) || (c == '{' && peek(r, 0) == '$')))
                l->kind = LITERAL_NONE;
            result = add_byte(r, l, c);
        }
    }
    r->at++;
    return result;
}

/* ---- values ---- */

static enum psync_result take_array(struct reader *r, char end, unsigned depth);

/* A number, NULL, true, false, or something that is no literal. */
static enum psync_result take_word(struct reader *r, struct literal *l)
{
    enum psync_result result = PSYNC_OK;
    l->kind = LITERAL_TEXT;
    l->len = 0;
    l->text[0] = '\0';
    while (result == PSYNC_OK && (is_name(peek(r, 0)) || peek(r, 0) == '-' || peek(r, 0) == '.')) {
        result = add_byte(r, l, peek(r, 0));
        r->at++;
    }
    if (strcasecmp(l->text, "null") == 0) {
        l->kind = LITERAL_NULL;
    } else if (strcasecmp(l->text, "true") == 0) {
        memcpy(l->text, "1", 2);
        l->len = 1;
    } else if (strcasecmp(l->text, "false") == 0) {
        l->text[0] = '\0';
        l->len = 0;
    } else if (l->len == 0 || l->text[strspn(l->text, "-.0123456789")] != '\0') {
        l->kind = LITERAL_NONE;
    }
    return result;
}

static bool take_array_start(struct reader *r, char *ret_end)
{
    size_t before = r->at;
    *ret_end = ']';
    if (take(r, "["))
        return true;
    *ret_end = ')';
    if (take(r, "array") && take(r, "("))
        return true;
    r->at = before;
    return false;
}

static enum psync_result take_literal(struct reader *r, struct literal *l, unsigned depth)
{
    char end;
    skip_blanks(r);
    if (take_array_start(r, &end)) {
        l->kind = LITERAL_ARRAY;
        return take_array(r, end, depth + 1);
    }
    int c = peek(r, 0);
    if (c != '\'' && c != '"')
        return take_word(r, l);
    r->at++;
    return take_string(r, c, l);
}

/* Behind a value, up to the comma or bracket that ends it: what stands there makes an expression of it. */
static enum psync_result skip_expression(struct reader *r, struct literal *l)
{
    unsigned open = 0;
    struct literal inside;
    for (;;) {
        skip_blanks(r);
        int c = peek(r, 0);
        if (c < 0)
            return wrong(r, "the file ends within an array");
        if (open == 0 && (c == ',' || c == ')' || c == ']' || starts(r, "=>")))
            return PSYNC_OK;
        l->kind = LITERAL_NONE;
        r->at++;
        if (c == '(' || c == '[')
            open++;
        else if (c == ')' || c == ']')
            open--;
        else if (c == '\'' || c == '"') {
            enum psync_result result = take_string(r, c, &inside);
            if (result != PSYNC_OK)
                return result;
        }
    }
}

static enum psync_result take_value(struct reader *r, struct literal *l, unsigned depth)
{
    enum psync_result result = take_literal(r, l, depth);
    return result == PSYNC_OK ? skip_expression(r, l) : result;
}

/* ---- arrays: 'parameters' is a member of the first, and what is asked for are its members ---- */

static enum psync_result take_member(struct reader *r, unsigned depth)
{
    struct literal key = {.kind = LITERAL_NONE}, value = {.kind = LITERAL_NONE};
    enum psync_result result = take_value(r, &key, depth);
    if (result != PSYNC_OK || !take(r, "=>"))
        return result;
    bool asked_for = depth == 2 && r->in_parameters && key.kind == LITERAL_TEXT;
    r->in_parameters = depth == 1 && key.kind == LITERAL_TEXT && strcmp(key.text, "parameters") == 0;
    result = take_value(r, &value, depth);
    if (result != PSYNC_OK || !asked_for)
        return result;
    return r->visit(r->arg, (struct psync_span){key.text, key.len}, value.kind == LITERAL_TEXT ? value.text : NULL,
                    value.kind == LITERAL_TEXT || value.kind == LITERAL_NULL);
}

static enum psync_result take_array(struct reader *r, char end, unsigned depth)
{
    const char closing[] = {end, '\0'};
    bool in_parameters = r->in_parameters;
    if (depth > DEPTH_MAX)
        return wrong(r, "arrays are nested too deeply");
    while (!take(r, closing)) {
        r->in_parameters = in_parameters;
        enum psync_result result = take_member(r, depth);
        if (result != PSYNC_OK)
            return result;
        if (!take(r, ",") && peek(r, 0) != end)
            return wrong(r, "expected a comma or the array's end");
    }
    r->in_parameters = in_parameters;
    return PSYNC_OK;
}

enum psync_result psync_shop_params_read(struct psync_span php, psync_shop_param *visit, void *arg, struct psync_error *err)
{
    struct reader r = {.php = php, .visit = visit, .arg = arg, .err = err};
    char end;
    if (!take(&r, "<?php"))
        return wrong(&r, "expected <?php");
    if (!take(&r, "return"))
        return wrong(&r, "expected `return` and an array");
    if (!take_array_start(&r, &end))
        return wrong(&r, "expected an array");
    return take_array(&r, end, 1);
}
