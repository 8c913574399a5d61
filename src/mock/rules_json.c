/* rules_json - the control document of mock.h, read by a table, and shown again. */
#include "mock/rules.h"

#include "base/timefmt.h"

#include <stdlib.h>
#include <string.h>

enum kind {
    PROBABILITY,
    COUNT,
    STATUS,
    TIME,
    SIGNED_TIME,
    RANGE,
    SIZE,
    TEXT,
    FLAG,
    CHOICE,
    MOMENT,
    SECONDS,
    FORM,
    IDS
};

struct member {
    const char *name;
    enum kind kind;
    size_t offset;
};
#define MEMBER(name_, kind_, field)                                                                                    \
    {                                                                                                                  \
        (name_), (kind_), offsetof(struct psync_mock_rule, field)                                                      \
    }

static const struct member members[] = {
    MEMBER("probability", PROBABILITY, probability),
    MEMBER("from", TIME, from_ms),
    MEMBER("to", TIME, to_ms),
    MEMBER("products", IDS, products),
    MEMBER("first", COUNT, first),
    MEMBER("times", COUNT, times),
    MEMBER("rate", COUNT, rate),
    MEMBER("latency", RANGE, latency),
    MEMBER("status", STATUS, status),
    MEMBER("title", TEXT, title),
    MEMBER("type", TEXT, type),
    MEMBER("body", TEXT, body),
    MEMBER("content_type", TEXT, content_type),
    MEMBER("location", TEXT, location),
    MEMBER("retry_after", SECONDS, retry_after_s),
    MEMBER("retry_after_as", FORM, retry_after_date),
    MEMBER("date_skew", SIGNED_TIME, date_skew_ms),
    MEMBER("reset", MOMENT, reset),
    MEMBER("close", MOMENT, close),
    MEMBER("half", FLAG, half),
    MEMBER("slow", COUNT, slow_bytes_per_s),
    MEMBER("huge", SIZE, huge_bytes),
    MEMBER("endless", FLAG, endless),
    MEMBER("endless_headers", FLAG, endless_headers),
    MEMBER("effect", CHOICE, effect),
};

/* In the order of enum kind. */
static const char *const wanted[] = {
    [PROBABILITY] = "a number from 0 to 1",
    [COUNT] = "an integer above 0",
    [STATUS] = "a status from 200 to 599",
    [TIME] = "a time such as \"10s\"",
    [SIGNED_TIME] = "a time such as \"1h\" or \"-1h\"",
    [RANGE] = "a time or a range such as \"50ms-200ms\"",
    [SIZE] = "a size such as \"10MB\"",
    [TEXT] = "text without line breaks",
    [FLAG] = "true or false",
    [CHOICE] = "true or false",
    [MOMENT] = "\"before\" or \"after\"",
    [SECONDS] = "whole seconds",
    [FORM] = "\"seconds\" or \"date\"",
    [IDS] = "an array of product ids",
};

static const char *text_of(json_object *v)
{
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

static bool read_count(json_object *v, int64_t min, int64_t max, uint64_t *ret_n)
{
    int64_t n = json_object_get_int64(v);
    if (!json_object_is_type(v, json_type_int) || n < min || n > max)
        return false;
    *ret_n = (uint64_t)n;
    return true;
}

static bool read_time(const char *text, bool with_sign, psync_ms *ret_ms)
{
    bool negative = with_sign && text && *text == '-';
    if (!text || psync_duration_parse(text + negative, ret_ms) != PSYNC_OK)
        return false;
    if (negative)
        *ret_ms = -*ret_ms;
    return true;
}

static bool read_range(const char *text, struct psync_mock_range *ret_range)
{
    char first[PSYNC_DURATION_MAX];
    size_t n = text ? strcspn(text, "-") : sizeof(first);
    if (n >= sizeof(first))
        return false;
    memcpy(first, text, n);
    first[n] = '\0';
    return read_time(first, false, &ret_range->min_ms) &&
           read_time(text[n] ? text + n + 1 : first, false, &ret_range->max_ms) &&
           ret_range->min_ms <= ret_range->max_ms;
}

/* Fit for a header field, since some become one. */
static bool read_line(json_object *v, const char **ret_text)
{
    const char *text = text_of(v);
    if (!text || strpbrk(text, "\r\n"))
        return false;
    *ret_text = text;
    return true;
}

/* One of two words. */
static bool read_word(const char *text, const char *no, const char *yes, bool *ret_yes)
{
    if (!text || (strcmp(text, no) != 0 && strcmp(text, yes) != 0))
        return false;
    *ret_yes = strcmp(text, yes) == 0;
    return true;
}

static bool read_ids(json_object *v, json_object **ret_ids)
{
    uint64_t id;
    if (!json_object_is_type(v, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(v); i++)
        if (!read_count(json_object_array_get_idx(v, i), 1, INT64_MAX, &id))
            return false;
    *ret_ids = v;
    return true;
}

static bool read_probability(json_object *v, double *ret_p)
{
    double p = json_object_get_double(v);
    if (!json_object_is_type(v, json_type_double) && !json_object_is_type(v, json_type_int))
        return false;
    *ret_p = p;
    return p >= 0 && p <= 1;
}

static bool read_moment(json_object *v, enum psync_mock_moment *ret_moment)
{
    bool after = false;
    if (!read_word(text_of(v), "before", "after", &after))
        return false;
    *ret_moment = after ? PSYNC_MOCK_AFTER : PSYNC_MOCK_BEFORE;
    return true;
}

static bool read_flag(json_object *v, bool *ret_flag)
{
    *ret_flag = json_object_get_boolean(v);
    return json_object_is_type(v, json_type_boolean);
}

static bool read_choice(json_object *v, enum psync_mock_choice *ret_choice)
{
    bool yes;
    if (!read_flag(v, &yes))
        return false;
    *ret_choice = yes ? PSYNC_MOCK_YES : PSYNC_MOCK_NO;
    return true;
}

static bool read_member(const struct member *m, json_object *v, struct psync_mock_rule *rule)
{
    void *field = (char *)rule + m->offset;
    switch (m->kind) {
    case PROBABILITY:
        return read_probability(v, field);
    case COUNT:
        return read_count(v, 1, INT64_MAX, field);
    case STATUS:
        return read_count(v, 200, 599, field);
    case TIME:
    case SIGNED_TIME:
        return read_time(text_of(v), m->kind == SIGNED_TIME, field);
    case RANGE:
        return read_range(text_of(v), field);
    case SIZE:
        return text_of(v) && psync_size_parse(text_of(v), field) == PSYNC_OK;
    case TEXT:
        return read_line(v, field);
    case FLAG:
        return read_flag(v, field);
    case CHOICE:
        return read_choice(v, field);
    case MOMENT:
        return read_moment(v, field);
    case SECONDS:
        rule->has_retry_after = true;
        return read_count(v, 0, INT32_MAX, field);
    case FORM:
        return read_word(text_of(v), "seconds", "date", field);
    case IDS:
        return read_ids(v, field);
    }
    return false;
}

static const struct member *find_member(const char *name)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

/* What is implied by what is said. */
static void complete(struct psync_mock_rule *rule, psync_ms now)
{
    if (rule->rate && !rule->status)
        rule->status = 429;
    if (rule->rate && !rule->has_retry_after) {
        rule->has_retry_after = true;
        rule->retry_after_s = 1;
    }
    if (rule->location && !rule->status)
        rule->status = 302;
    rule->tokens = (double)rule->rate;
    rule->refilled_at = now;
}

static enum psync_result read_rule(json_object *o, psync_ms now, struct psync_mock_rule *ret_rule,
                                   struct psync_error *err)
{
    struct psync_mock_rule rule = {.probability = 1, .to_ms = PSYNC_MS_NEVER};
    if (!json_object_is_type(o, json_type_object))
        return psync_fail(err, PSYNC_REJECT, "a rule is an object");
    struct json_object_iterator at = json_object_iter_begin(o), end = json_object_iter_end(o);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        const char *name = json_object_iter_peek_name(&at);
        const struct member *m = find_member(name);
        if (!m)
            return psync_fail(err, PSYNC_REJECT, "\"%s\" is unknown", name);
        if (!read_member(m, json_object_iter_peek_value(&at), &rule))
            return psync_fail(err, PSYNC_REJECT, "\"%s\" must be %s", name, wanted[m->kind]);
    }
    complete(&rule, now);
    *ret_rule = rule;
    return PSYNC_OK;
}

static enum psync_result read_rules(struct psync_mock_rules *rules, struct psync_error *err)
{
    json_object *list = psync_json_member(rules->document, "rules");
    size_t n = list && json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    if (!json_object_is_type(rules->document, json_type_object) ||
        (list && !json_object_is_type(list, json_type_array)))
        return psync_fail(err, PSYNC_REJECT, "it must be an object with \"rules\", an array");
    rules->rules = calloc(n + 1, sizeof(*rules->rules));
    if (!rules->rules)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    for (; rules->n < n; rules->n++) {
        enum psync_result r =
            read_rule(json_object_array_get_idx(list, rules->n), rules->set_at, &rules->rules[rules->n], err);
        if (r != PSYNC_OK) {
            psync_error_prefix(err, "rule %zu", rules->n + 1);
            return r;
        }
    }
    return PSYNC_OK;
}

enum psync_result psync_mock_rules_new(struct psync_span json, uint64_t seed, psync_ms now,
                                       struct psync_mock_rules **ret_rules, struct psync_error *err)
{
    struct psync_mock_rules *rules = calloc(1, sizeof(*rules));
    if (!rules)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    rules->owners = 1;
    rules->set_at = now;
    enum psync_result r = psync_json_parse(json, &rules->document, err);
    if (r == PSYNC_OK)
        r = read_rules(rules, err);
    if (r != PSYNC_OK) {
        psync_mock_rules_release(rules);
        return r;
    }
    psync_random_init(&rules->random, (uint64_t)psync_json_int(rules->document, "seed", (int64_t)seed));
    *ret_rules = rules;
    return PSYNC_OK;
}

enum psync_result psync_mock_rules_show(const struct psync_mock_rules *rules, struct psync_buf *b)
{
    json_object *list = psync_json_member(rules->document, "rules");
    struct psync_json_writer w;
    psync_json_writer_begin(&w, b);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "rules", '[');
    for (size_t i = 0; i < rules->n; i++) {
        const char *text =
            json_object_to_json_string_ext(json_object_array_get_idx(list, i), JSON_C_TO_STRING_PLAIN);
        psync_json_open(&w, NULL, '{');
        psync_json_put_raw(&w, "rule", (struct psync_span){text ? text : "null", text ? strlen(text) : 4});
        psync_json_put_int(&w, "fired", (int64_t)rules->rules[i].fired);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    return psync_json_writer_end(&w);
}
