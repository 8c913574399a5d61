/* jsonwalk - a level at a time: the top, an envelope's members, an array's items. */
#include "source/jsonwalk.h"

#include "base/json.h"
#include "base/utf8.h"
#include "source/jsontake.h"
#include "source/jsontext.h"
#include "source/shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void psync_json_walk_init(struct psync_json_walk *w, struct psync_reading *reading)
{
    *w = (struct psync_json_walk){.reading = reading, .level = PSYNC_LEVEL_TOP};
}

/* The members of an envelope that hold something for us; the singular ones hold one object instead of an array. */
static const struct envelope_member {
    const char *quoted;
    enum psync_json_content content;
    char opens;
} envelope_members[] = {
    {"\"products\"", PSYNC_CONTENT_WS_PRODUCT, '['},
    {"\"product\"", PSYNC_CONTENT_WS_PRODUCT, '{'},
    {"\"stock_availables\"", PSYNC_CONTENT_WS_STOCK, '['},
    {"\"stock_available\"", PSYNC_CONTENT_WS_STOCK, '{'},
};

static const struct envelope_member *find_member(struct psync_span quoted)
{
    for (size_t i = 0; i < sizeof envelope_members / sizeof *envelope_members; i++)
        if (psync_span_eq(quoted, envelope_members[i].quoted))
            return &envelope_members[i];
    return NULL;
}

static enum psync_result fatal(struct psync_json_walk *w, struct psync_error *err, const char *what)
{
    w->reading->line = w->reading->stream.line;
    return psync_fail(err, PSYNC_FATAL, "%s", what);
}

static size_t skip_space(const struct psync_stream *s, size_t at)
{
    for (size_t len = psync_stream_seen(s); at < len; at++)
        if (strchr(" \n\r\t", *psync_stream_at(s, at)) == NULL || *psync_stream_at(s, at) == '\0')
            break;
    return at;
}

/* Is the object at the window's beginning the webservice's? Its first member tells. RETRY: more of it must be seen. */
static enum psync_result is_envelope(const struct psync_stream *s, bool *ret_yes)
{
    enum { NAME_MAX_BYTES = 32 };
    size_t len = psync_stream_seen(s), begin = skip_space(s, 1), end = begin + 1;
    *ret_yes = false;
    if (begin < len && *psync_stream_at(s, begin) != '"')
        return PSYNC_OK;
    for (; end < len && *psync_stream_at(s, end) != '"'; end++)
        if (end - begin > NAME_MAX_BYTES)
            return PSYNC_OK;
    size_t colon = skip_space(s, end + 1), value = skip_space(s, colon + 1);
    if (value >= len)
        return PSYNC_RETRY;
    const struct envelope_member *member =
        find_member((struct psync_span){psync_stream_at(s, begin), end + 1 - begin});
    *ret_yes = member != NULL && *psync_stream_at(s, colon) == ':' && *psync_stream_at(s, value) == member->opens;
    return PSYNC_OK;
}

/* Drops the record's first line, then whatever does not begin with "{" (inner lines of pretty-printed text do not). */
static enum psync_result resync(struct psync_json_walk *w, struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    for (;;) {
        enum psync_result r = psync_stream_skip_line(s, err);
        if (r == PSYNC_OK)
            r = psync_stream_need(s, 1, err);
        if (r != PSYNC_OK)
            return r == PSYNC_EMPTY ? PSYNC_OK : r;
        if (psync_stream_len(s) == 0 || *psync_stream_at(s, 0) == '{')
            return PSYNC_OK;
    }
}

/* Refuses what stands at the top and goes on behind it; the reason is in `err`. */
static enum psync_result refuse_record(struct psync_json_walk *w, struct psync_error *err)
{
    struct psync_error reading;
    enum psync_result r = resync(w, &reading);
    return r == PSYNC_OK ? PSYNC_REJECT : psync_fail(err, r, "%s", reading.text);
}

static enum psync_result begin_object(struct psync_json_walk *w, struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    bool envelope;
    while (is_envelope(s, &envelope) == PSYNC_RETRY) {
        enum psync_result r = psync_stream_fill(s, err);
        if (r == PSYNC_EMPTY || r == PSYNC_REJECT)
            break;
        if (r != PSYNC_OK)
            return r;
    }
    w->records++;
    if (envelope)
        w->reading->format = PSYNC_FORMAT_WEBSERVICE;
    else if (w->reading->format != PSYNC_FORMAT_WEBSERVICE)
        w->reading->format = w->records == 1 ? PSYNC_FORMAT_JSON_OBJECT : PSYNC_FORMAT_NDJSON;
    if (!envelope)
        return PSYNC_OK;
    psync_stream_skip(s, 1);
    w->level = PSYNC_LEVEL_ENVELOPE;
    w->first = true;
    return PSYNC_RETRY;
}

/* The step_ functions: OK: a value of `*ret_content` begins at the window. RETRY: a step was done. Else as the walk. */
static enum psync_result step_top(struct psync_json_walk *w, enum psync_json_content *ret_content,
                                  struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    enum psync_result r = psync_stream_skip_space(s, err);
    if (r != PSYNC_OK)
        return r;
    w->reading->line = s->line;
    *ret_content = PSYNC_CONTENT_PRODUCT;
    char c = *psync_stream_at(s, 0), shown[PSYNC_SHOWN_MAX];
    bool arrays = w->reading->format == PSYNC_FORMAT_JSON_ARRAY;
    if (c == '[' && (w->records == 0 || arrays)) {
        w->reading->format = PSYNC_FORMAT_JSON_ARRAY;
        w->records++;
        psync_stream_skip(s, 1);
        w->level = PSYNC_LEVEL_ARRAY;
        w->content = PSYNC_CONTENT_PRODUCT;
        w->in_envelope = false;
        w->first = true;
        return PSYNC_RETRY;
    }
    if (arrays)
        return fatal(w, err, "there is text after the end of the array");
    if (c == '{')
        return begin_object(w, err);
    w->records++;
    struct psync_span line = psync_stream_line_from(s, 0, PSYNC_SHOWN_MAX);
    (void)psync_fail(err, PSYNC_REJECT, "this is no JSON object: %s", psync_shown(line, shown));
    return refuse_record(w, err);
}

/* Passes the comma between two members or items, or the closing bracket. OK: something else comes. RETRY: closed. */
static enum psync_result pass_comma(struct psync_json_walk *w, char closing, struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    enum psync_result r = psync_stream_skip_space(s, err);
    if (r == PSYNC_EMPTY)
        return fatal(w, err, closing == ']' ? "the array is not closed" : "the object is not closed");
    if (r != PSYNC_OK)
        return r;
    char c = *psync_stream_at(s, 0);
    if (c == closing) {
        psync_stream_skip(s, 1);
        w->level = closing == ']' && w->in_envelope ? PSYNC_LEVEL_ENVELOPE : PSYNC_LEVEL_TOP;
        w->first = false;
        return PSYNC_RETRY;
    }
    if (w->first)
        return PSYNC_OK;
    if (c != ',')
        return fatal(w, err, closing == ']' ? "the array is broken here: neither \",\" nor \"]\""
                                            : "the object is broken here: neither \",\" nor \"}\"");
    psync_stream_skip(s, 1);
    w->first = true; /* no second comma, should this be done again after NOMEM */
    r = psync_stream_skip_space(s, err);
    if (r == PSYNC_OK && *psync_stream_at(s, 0) == closing)
        return fatal(w, err, "there is a comma before the closing bracket");
    return r == PSYNC_EMPTY ? fatal(w, err, "the input ends behind a comma") : r;
}

static enum psync_result step_array(struct psync_json_walk *w, enum psync_json_content *ret_content,
                                    struct psync_error *err)
{
    enum psync_result r = pass_comma(w, ']', err);
    *ret_content = w->content;
    w->reading->line = w->reading->stream.line;
    return r;
}

/* A member's name and colon: both stay in the window until its value has begun. */
static enum psync_result member_name(struct psync_json_walk *w, struct psync_span *ret_quoted, size_t *ret_value,
                                     struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    enum psync_json_taken taken;
    size_t len, value;
    enum psync_result r = psync_json_take(s, &taken, &len, err);
    if (r != PSYNC_OK)
        return r;
    if (taken != PSYNC_TAKEN || *psync_stream_at(s, 0) != '"')
        return fatal(w, err, "the webservice's answer is broken here: no member name");
    while ((value = skip_space(s, skip_space(s, len) + 1)) >= psync_stream_seen(s)) {
        r = psync_stream_fill(s, err);
        if (r == PSYNC_EMPTY || r == PSYNC_REJECT)
            return fatal(w, err, "the webservice's answer ends behind a member name");
        if (r != PSYNC_OK)
            return r;
    }
    if (*psync_stream_at(s, skip_space(s, len)) != ':')
        return fatal(w, err, "the webservice's answer is broken here: no colon");
    *ret_quoted = (struct psync_span){psync_stream_at(s, 0), len};
    *ret_value = value;
    return PSYNC_OK;
}

static enum psync_result step_envelope(struct psync_json_walk *w, enum psync_json_content *ret_content,
                                       struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    struct psync_span quoted = {0};
    size_t value = 0;
    enum psync_result r = pass_comma(w, '}', err);
    if (r == PSYNC_OK)
        r = member_name(w, &quoted, &value, err);
    if (r != PSYNC_OK)
        return r;
    const struct envelope_member *member = find_member(quoted);
    bool opens = member != NULL && *psync_stream_at(s, value) == member->opens;
    if (!opens)
        psync_left_out_add(&w->reading->left_out, (struct psync_span){quoted.data + 1, quoted.len - 2}, 1);
    psync_stream_skip(s, value);
    w->first = false;
    w->reading->line = s->line;
    *ret_content = opens ? member->content : PSYNC_CONTENT_OTHER;
    if (!opens || member->opens == '{')
        return PSYNC_OK;
    psync_stream_skip(s, 1);
    w->level = PSYNC_LEVEL_ARRAY;
    w->content = member->content;
    w->in_envelope = w->first = true;
    return PSYNC_RETRY;
}

/* Behind an object at the top only white space, another object or the line's end may stand. */
static enum psync_result check_line_end(struct psync_json_walk *w, size_t at, struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    for (;;) {
        for (size_t len = psync_stream_seen(s); at < len; at++) {
            char c = *psync_stream_at(s, at), shown[PSYNC_SHOWN_MAX];
            if (c == '\n' || c == '{')
                return PSYNC_OK;
            if (c == ' ' || c == '\t' || c == '\r')
                continue;
            struct psync_span rest = psync_stream_line_from(s, at, PSYNC_SHOWN_MAX);
            (void)psync_fail(err, PSYNC_REJECT, "there is text after the object: %s", psync_shown(rest, shown));
            return refuse_record(w, err);
        }
        enum psync_result r = psync_stream_fill(s, err);
        if (r != PSYNC_OK)
            return r == PSYNC_EMPTY || r == PSYNC_REJECT ? PSYNC_OK : r;
    }
}

/* A value that is not all there. At the top it is one record's misfortune, elsewhere the end. */
static enum psync_result broken(struct psync_json_walk *w, enum psync_json_taken taken, size_t at,
                                struct psync_error *err)
{
    enum { SHOWN_BYTES = 20 };
    struct psync_stream *s = &w->reading->stream;
    uint64_t line = psync_stream_line_at(s, at);
    char shown[PSYNC_SHOWN_MAX], where[64] = "";
    if (line != w->reading->line)
        (void)snprintf(where, sizeof where, " (in line %" PRIu64 ")", line);
    struct psync_span rest = psync_stream_line_from(s, at, SHOWN_BYTES + 4);
    rest.len = psync_utf8_cut(rest, SHOWN_BYTES);
    if (taken == PSYNC_TAKEN_CUT_OFF)
        (void)psync_fail(err, PSYNC_REJECT, "this is no JSON: it ends before it is complete");
    else if (rest.len == 0)
        (void)psync_fail(err, PSYNC_REJECT, "this is no JSON: the line ends inside a value%s", where);
    else
        (void)psync_fail(err, PSYNC_REJECT, "this is no JSON from here on: %s%s", psync_shown(rest, shown), where);
    return w->level == PSYNC_LEVEL_TOP ? refuse_record(w, err) : PSYNC_FATAL;
}

/* The value taken is no broken one: is it an object that can be used? */
static enum psync_result check_object(enum psync_json_taken taken, struct psync_span value, struct psync_error *err)
{
    char shown[PSYNC_SHOWN_MAX];
    if (taken == PSYNC_TAKEN_TOO_DEEP)
        return psync_fail(err, PSYNC_REJECT, "nested deeper than %d levels", PSYNC_JSON_DEPTH);
    if (!psync_utf8_valid(value))
        return psync_fail(err, PSYNC_REJECT, "not valid UTF-8");
    if (psync_json_text_kind(value) != PSYNC_JSON_OBJECT)
        return psync_fail(err, PSYNC_REJECT, "this is no JSON object: %s", psync_shown(value, shown));
    return PSYNC_OK;
}

/* RETRY: it was a value nobody needs. */
static enum psync_result take(struct psync_json_walk *w, struct psync_span *ret_object, struct psync_error *err)
{
    struct psync_stream *s = &w->reading->stream;
    enum psync_json_taken taken;
    size_t len;
    enum psync_result r = psync_json_take(s, &taken, &len, err);
    if (r != PSYNC_OK)
        return r;
    w->first = false;
    if (taken == PSYNC_TAKEN_BROKEN || taken == PSYNC_TAKEN_CUT_OFF)
        return broken(w, taken, len, err);
    if (taken == PSYNC_TAKEN_TOO_LONG)
        return w->next == PSYNC_CONTENT_OTHER
                   ? PSYNC_RETRY
                   : psync_fail(err, PSYNC_REJECT, "the record is longer than input.max_record");
    r = w->level == PSYNC_LEVEL_TOP ? check_line_end(w, len, err) : PSYNC_OK;
    if (r != PSYNC_OK)
        return r;
    psync_stream_hold(s, len);
    if (w->next == PSYNC_CONTENT_OTHER)
        return PSYNC_RETRY;
    struct psync_span value = {psync_stream_at(s, 0), len};
    r = check_object(taken, value, err);
    if (r == PSYNC_OK)
        *ret_object = value;
    return r;
}

static enum psync_result locate(struct psync_json_walk *w, struct psync_error *err)
{
    typedef enum psync_result step(struct psync_json_walk *, enum psync_json_content *, struct psync_error *);
    static step *const steps[] = {step_top, step_envelope, step_array};
    enum psync_result r = PSYNC_RETRY;
    while (r == PSYNC_RETRY)
        r = steps[w->level](w, &w->next, err);
    return r;
}

enum psync_result psync_json_walk_next(struct psync_json_walk *w, struct psync_span *ret_object,
                                       enum psync_json_content *ret_content, struct psync_error *err)
{
    enum psync_result r;
    do {
        psync_stream_drop(&w->reading->stream);
        r = w->located ? PSYNC_OK : locate(w, err);
        if (r != PSYNC_OK)
            return r;
        w->located = true;
        r = take(w, ret_object, err);
        w->located = r == PSYNC_NOMEM;
    } while (r == PSYNC_RETRY);
    if (r == PSYNC_OK)
        *ret_content = w->next;
    return r;
}
