/* json_parse - RFC 8259's grammar, read by recursive descent (its depth is bounded) into json-c's values. */
#include "base/json.h"

#include "base/utf8.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *start, *p, *end;
    struct psync_buf text; /* a string without its escapes, a name with its NUL */
    struct psync_error *err;
    int depth;
};

static enum psync_result parse_value(struct parser *j, json_object **ret_v);

/* Refuses what stands at `p`. */
static enum psync_result refuse(const struct parser *j, const char *why)
{
    return psync_fail(j->err, PSYNC_REJECT, "byte %zu: %s", (size_t)(j->p - j->start) + 1, why);
}

static enum psync_result no_memory(const struct parser *j)
{
    return psync_fail(j->err, PSYNC_NOMEM, "out of memory");
}

static void skip_space(struct parser *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
        j->p++;
}

/* True, and past it, when `c` is next. */
static bool skip_char(struct parser *j, char c)
{
    if (j->p == j->end || *j->p != c)
        return false;
    j->p++;
    return true;
}

/* ---- strings ---- */

static enum psync_result add_text(struct parser *j, const char *bytes, size_t n)
{
    /* Its maximum is the source's length, which no text in it exceeds: only memory can fail. */
    return psync_buf_add(&j->text, bytes, n) == PSYNC_OK ? PSYNC_OK : no_memory(j);
}

/* The four hex digits after \u; past them. UINT32_MAX: not four. */
static uint32_t read_hex4(struct parser *j)
{
    uint32_t value = 0;
    if (j->end - j->p < 4)
        return UINT32_MAX;
    for (int i = 0; i < 4; i++) {
        char c = j->p[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A' + 10);
        else
            return UINT32_MAX;
        value = value << 4 | digit;
    }
    j->p += 4;
    return value;
}

/* After the backslash and u. */
static enum psync_result read_code_point(struct parser *j)
{
    const char *first = j->p;
    uint32_t c = read_hex4(j);
    if (c == UINT32_MAX)
        return refuse(j, "four hex digits must follow \\u");
    if (c >= 0xd800 && c <= 0xdfff) { /* half of a pair: beyond the 16 bits of one escape */
        uint32_t low = UINT32_MAX;
        if (c < 0xdc00 && j->end - j->p >= 6 && j->p[0] == '\\' && j->p[1] == 'u') {
            j->p += 2;
            low = read_hex4(j);
        }
        if (low < 0xdc00 || low > 0xdfff) {
            j->p = first;
            return refuse(j, "half of a surrogate pair");
        }
        c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
    }
    char utf8[4];
    return add_text(j, utf8, psync_utf8_encode(c, utf8));
}

static enum psync_result read_escape(struct parser *j)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    j->p++;
    if (skip_char(j, 'u'))
        return read_code_point(j);
    const char *letter = j->p < j->end && *j->p != '\0' ? strchr(letters, *j->p) : NULL;
    if (letter == NULL)
        return refuse(j, "not an escape");
    j->p++;
    return add_text(j, &meanings[letter - letters], 1);
}

/* Past the characters that stand for themselves. */
static enum psync_result skip_plain(struct parser *j)
{
    while (j->p < j->end) {
        unsigned char c = (unsigned char)*j->p;
        size_t len = 1;
        if (c == '"' || c == '\\')
            break;
        if (c < 0x20)
            return refuse(j, "a control character in a string must be escaped");
        if (c >= 0x80 && psync_utf8_next((struct psync_span){j->p, (size_t)(j->end - j->p)}, &len) == UINT32_MAX)
            return refuse(j, "not UTF-8");
        j->p += len;
    }
    return PSYNC_OK;
}

/* A string; its text is a part of the source, or in `j->text` until the next string. */
static enum psync_result read_string(struct parser *j, struct psync_span *ret_s)
{
    const char *run = ++j->p;
    psync_buf_clear(&j->text);
    for (;;) {
        enum psync_result r = skip_plain(j);
        if (r != PSYNC_OK)
            return r;
        if (j->p == j->end)
            return refuse(j, "the text ends within a string");
        size_t n = (size_t)(j->p - run);
        if (*j->p == '"' && j->text.len == 0) {
            *ret_s = (struct psync_span){run, n};
            break;
        }
        r = add_text(j, run, n);
        if (*j->p == '"' && r == PSYNC_OK) {
            *ret_s = (struct psync_span){j->text.data, j->text.len};
            break;
        }
        if (r == PSYNC_OK)
            r = read_escape(j);
        if (r != PSYNC_OK)
            return r;
        run = j->p;
    }
    j->p++;
    return PSYNC_OK;
}

static enum psync_result parse_string(struct parser *j, json_object **ret_v)
{
    struct psync_span s = {NULL, 0};
    enum psync_result r = read_string(j, &s);
    if (r != PSYNC_OK)
        return r;
    *ret_v = json_object_new_string_len(s.data, (int)s.len);
    return *ret_v != NULL ? PSYNC_OK : no_memory(j);
}

/* ---- numbers ---- */

static bool skip_digits(struct parser *j)
{
    const char *first = j->p;
    while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
        j->p++;
    return j->p > first;
}

static bool begins_number(const struct parser *j)
{
    return j->p < j->end && (*j->p == '-' || (*j->p >= '0' && *j->p <= '9'));
}

/* Past a number of the RFC's grammar; `*ret_integer`: it has neither a fraction nor an exponent. */
static enum psync_result skip_number(struct parser *j, bool *ret_integer)
{
    (void)skip_char(j, '-');
    bool zero = j->p < j->end && *j->p == '0';
    const char *first = j->p;
    if (!skip_digits(j))
        return refuse(j, "a digit must follow");
    if (zero && j->p > first + 1) {
        j->p = first;
        return refuse(j, "a number may not begin with 0");
    }
    bool fraction = skip_char(j, '.');
    if (fraction && !skip_digits(j))
        return refuse(j, "a digit must follow the point");
    bool exponent = skip_char(j, 'e') || skip_char(j, 'E');
    if (exponent && !skip_char(j, '-'))
        (void)skip_char(j, '+');
    if (exponent && !skip_digits(j))
        return refuse(j, "an exponent must have digits");
    *ret_integer = !fraction && !exponent;
    return PSYNC_OK;
}

/* The value of an integer; false: beyond 64 bits. */
static bool to_int64(const char *text, int64_t *ret_n)
{
    bool negative = *text == '-';
    int64_t n = 0;
    for (text += negative; *text != '\0'; text++) {
        int digit = *text - '0';
        if (n < (INT64_MIN + digit) / 10)
            return false;
        n = 10 * n - digit;
    }
    if (!negative && n == INT64_MIN)
        return false;
    *ret_n = negative ? n : -n;
    return true;
}

/* Each number carries its text, which json-c frees with it: "49.90", and "-0", and integers of any size. */
static enum psync_result parse_number(struct parser *j, json_object **ret_v)
{
    const char *first = j->p;
    bool integer = false;
    enum psync_result r = skip_number(j, &integer);
    if (r != PSYNC_OK)
        return r;
    struct psync_span s = {first, (size_t)(j->p - first)};
    if (s.len > PSYNC_JSON_NUMBER_MAX) {
        j->p = first;
        return refuse(j, "a number this long is not taken");
    }
    char *text = psync_span_dup(s);
    if (text == NULL)
        return no_memory(j);
    int64_t n;
    bool fits = integer && to_int64(text, &n);
    /* The double is json-c's picture of it, which nothing here reads: it asks the locale, and money is no double. */
    json_object *v = fits ? json_object_new_int64(n) : json_object_new_double(strtod(text, NULL));
    if (v == NULL) {
        free(text);
        return no_memory(j);
    }
    json_object_set_serializer(v, json_object_userdata_to_json_string, text, json_object_free_userdata);
    *ret_v = v;
    return PSYNC_OK;
}

/* ---- the rest ---- */

static enum psync_result parse_word(struct parser *j, json_object **ret_v)
{
    static const struct psync_span words[] = {PSYNC_SPAN_INIT("null"), PSYNC_SPAN_INIT("false"),
                                              PSYNC_SPAN_INIT("true")};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((size_t)(j->end - j->p) < words[i].len || memcmp(j->p, words[i].data, words[i].len) != 0)
            continue;
        j->p += words[i].len;
        *ret_v = i == 0 ? NULL : json_object_new_boolean(i == 2);
        return i == 0 || *ret_v != NULL ? PSYNC_OK : no_memory(j);
    }
    return refuse(j, j->p == j->end ? "the text ends where a value must stand" : "not a value");
}

static enum psync_result parse_element(struct parser *j, json_object *array)
{
    json_object *v = NULL;
    enum psync_result r = parse_value(j, &v);
    if (r != PSYNC_OK)
        return r;
    if (json_object_array_add(array, v) != 0) {
        json_object_put(v);
        return no_memory(j);
    }
    return PSYNC_OK;
}

static enum psync_result parse_member(struct parser *j, json_object *object)
{
    if (j->p == j->end || *j->p != '"')
        return refuse(j, "a member's name must follow");
    struct psync_span name = PSYNC_SPAN("");
    const char *at = j->p;
    enum psync_result r = read_string(j, &name);
    if (r != PSYNC_OK)
        return r;
    if (memchr(name.data, '\0', name.len) != NULL) {
        j->p = at;
        return refuse(j, "a NUL in a member's name");
    }
    char *key = psync_span_dup(name); /* the value's strings will need `text` */
    if (key == NULL)
        return no_memory(j);
    json_object *v = NULL;
    skip_space(j);
    r = skip_char(j, ':') ? parse_value(j, &v) : refuse(j, "':' must follow a member's name");
    if (r == PSYNC_OK && json_object_object_add(object, key, v) != 0) {
        json_object_put(v);
        r = no_memory(j);
    }
    free(key);
    return r;
}

/* An object or an array: they differ in what stands between the commas. */
static enum psync_result parse_compound(struct parser *j, json_object **ret_v)
{
    bool is_object = *j->p++ == '{';
    char closing = is_object ? '}' : ']';
    json_object *v = is_object ? json_object_new_object() : json_object_new_array();
    if (v == NULL)
        return no_memory(j);
    enum psync_result r = PSYNC_OK;
    skip_space(j);
    if (skip_char(j, closing))
        goto done;
    do {
        skip_space(j);
        r = is_object ? parse_member(j, v) : parse_element(j, v);
        if (r != PSYNC_OK)
            break;
        skip_space(j);
    } while (skip_char(j, ','));
    if (r == PSYNC_OK && !skip_char(j, closing))
        r = refuse(j, is_object ? "',' or '}' must follow" : "',' or ']' must follow");
done:
    if (r != PSYNC_OK) {
        json_object_put(v);
        return r;
    }
    *ret_v = v;
    return PSYNC_OK;
}

static enum psync_result parse_value(struct parser *j, json_object **ret_v)
{
    skip_space(j);
    switch (j->p < j->end ? *j->p : '\0') {
    case '{':
    case '[':
        if (j->depth == PSYNC_JSON_DEPTH)
            return refuse(j, "nested too deep");
        j->depth++;
        enum psync_result r = parse_compound(j, ret_v);
        j->depth--;
        return r;
    case '"':
        return parse_string(j, ret_v);
    default:
        return begins_number(j) ? parse_number(j, ret_v) : parse_word(j, ret_v);
    }
}

enum psync_result psync_json_parse(struct psync_span text, json_object **ret_value, struct psync_error *err)
{
    if (text.len > INT_MAX) /* json-c counts in int */
        return psync_fail(err, PSYNC_REJECT, "more than 2 GB of JSON");
    const char *start = text.len > 0 ? text.data : "";
    struct parser j = {.start = start, .p = start, .end = start + text.len, .err = err};
    psync_buf_init(&j.text, text.len);
    json_object *v = NULL;
    enum psync_result r = parse_value(&j, &v);
    skip_space(&j);
    if (r == PSYNC_OK && j.p != j.end) {
        r = refuse(&j, "the text must end after its value");
        json_object_put(v);
    }
    psync_buf_done(&j.text);
    if (r == PSYNC_OK)
        *ret_value = v;
    return r;
}
