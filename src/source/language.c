/* language - every name is scored against the language asked for; the best score wins. */
#include "source/language.h"

#include "base/utf8.h"
#include "source/jsontext.h"
#include "source/shown.h"

#include <string.h>

enum score { NONE, ANY, ENGLISH, OTHER_REGION, WITHOUT_REGION, EXACT };

struct choice {
    enum score score;
    struct psync_span code, name;
};

static char folded(char c)
{
    if (c == '_')
        return '-';
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_code(struct psync_span a, struct psync_span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (folded(a.data[i]) != folded(b.data[i]))
            return false;
    return true;
}

static struct psync_span without_region(struct psync_span code)
{
    size_t i = 0;
    while (i < code.len && folded(code.data[i]) != '-')
        i++;
    return (struct psync_span){code.data, i};
}

static enum score score_of(struct psync_span code, struct psync_span wanted)
{
    if (wanted.len > 0) {
        struct psync_span base = without_region(wanted);
        if (same_code(code, wanted))
            return EXACT;
        if (same_code(code, base))
            return WITHOUT_REGION;
        if (same_code(without_region(code), base))
            return OTHER_REGION;
    }
    return same_code(code, PSYNC_SPAN("en")) ? ENGLISH : ANY;
}

static bool is_number(struct psync_span code)
{
    for (size_t i = 0; i < code.len; i++)
        if (code.data[i] < '0' || code.data[i] > '9')
            return false;
    return code.len > 0;
}

static bool comes_before(struct psync_span a, struct psync_span b)
{
    if (is_number(a) && is_number(b) && a.len != b.len)
        return a.len < b.len;
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.data, b.data, n);
    return order != 0 ? order < 0 : a.len < b.len;
}

static bool is_blank(struct psync_span text)
{
    while (text.len > 0) {
        size_t used;
        if (!psync_utf8_is_blank(psync_utf8_next(text, &used)))
            return false;
        text = (struct psync_span){text.data + used, text.len - used};
    }
    return true;
}

static enum psync_result consider(struct choice *best, struct psync_span code, struct psync_span value,
                                  struct psync_span wanted, struct psync_error *reason)
{
    char shown[PSYNC_SHOWN_MAX];
    enum psync_json_kind kind = psync_json_text_kind(value);
    if (kind == PSYNC_JSON_NULL)
        return PSYNC_OK;
    if (kind != PSYNC_JSON_STRING)
        return psync_fail(reason, PSYNC_REJECT, "name is not text in language %s", psync_shown(code, shown));
    struct psync_span name;
    if (psync_json_unescape(value, &name) != PSYNC_OK)
        return psync_fail(reason, PSYNC_REJECT, "name holds half a surrogate pair in language %s",
                          psync_shown(code, shown));
    if (is_blank(name))
        return PSYNC_OK;
    enum score score = score_of(code, wanted);
    if (score > best->score || (score == best->score && comes_before(code, best->code)))
        *best = (struct choice){score, code, name};
    return PSYNC_OK;
}

/* One item of PrestaShop's list. An id comes as a number or as text. */
static enum psync_result consider_item(struct choice *best, struct psync_span item, struct psync_span wanted,
                                       struct psync_error *reason)
{
    struct psync_span code = {0}, value = {0}, name, member;
    if (psync_json_text_kind(item) == PSYNC_JSON_OBJECT) {
        struct psync_json_cursor members = psync_json_cursor_of(item);
        while (psync_json_cursor_next(&members, &name, &member)) {
            if (psync_span_eq(name, "\"id\""))
                code = member;
            else if (psync_span_eq(name, "\"value\""))
                value = member;
        }
    }
    if (code.len > 0 && psync_json_text_kind(code) == PSYNC_JSON_STRING)
        code = (struct psync_span){code.data + 1, code.len - 2};
    if (code.len == 0 || value.len == 0)
        return psync_fail(reason, PSYNC_REJECT, "name is a list of something else than {id, value}");
    return consider(best, code, value, wanted, reason);
}

enum psync_result psync_language_choose(struct psync_span names, const char *language, struct psync_span *ret_name,
                                        struct psync_error *reason)
{
    struct psync_span wanted = {language, strlen(language)}, code, value;
    struct choice best = {NONE, {0}, {0}};
    bool object = psync_json_text_kind(names) == PSYNC_JSON_OBJECT;
    struct psync_json_cursor members = psync_json_cursor_of(names);
    enum psync_result r = PSYNC_OK;
    while (r == PSYNC_OK && psync_json_cursor_next(&members, object ? &code : NULL, &value)) {
        if (!object)
            r = consider_item(&best, value, wanted, reason);
        else if (psync_json_unescape(code, &code) != PSYNC_OK)
            r = psync_fail(reason, PSYNC_REJECT, "name has a language code with half a surrogate pair");
        else
            r = consider(&best, code, value, wanted, reason);
    }
    if (r != PSYNC_OK)
        return r;
    if (best.score == NONE)
        return psync_fail(reason, PSYNC_REJECT, "name is empty in every language");
    *ret_name = best.name;
    return PSYNC_OK;
}
