/* input - tells the format from the first bytes, asks its reader for products, turns them into payloads. */
#include "source/input.h"

#include "source/jsonproduct.h"
#include "source/jsonwalk.h"
#include "source/table.h"
#include "source/webservice.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* UNTOLD: nothing was read yet. REST: the JSON has ended, products set aside are left that wait for no other input. */
enum state { UNTOLD, TABLE, JSON, REST, ENDED, FAILED };

struct psync_input {
    const char *name;
    psync_input_name *name_of;       /* if not NULL, says it instead */
    void *name_arg;
    struct psync_reading reading;
    enum state state;
    struct psync_table table;
    struct psync_json_walk walk;
    struct psync_webservice own, *join; /* `join`: perhaps `own` */
    struct psync_span object;        /* of the walk, while `has_object`: not used up, memory ran out */
    enum psync_json_content content;
    bool has_object;
    struct psync_product product;    /* while `has_product`: read, but memory for its payload ran out */
    bool has_product;
    struct psync_buf payload;
    struct psync_error failure;      /* FAILED: told again at every call */
};

struct psync_input *psync_input_new(const struct psync_input_open *open)
{
    struct psync_input *in = calloc(1, sizeof *in);
    if (in == NULL)
        return NULL;
    size_t max = psync_product_record_max(open->rules);
    in->name = open->name;
    in->reading.rules = open->rules;
    in->reading.input = open->number;
    in->reading.line = 1;
    psync_stream_init(&in->reading.stream, open, max);
    psync_table_init(&in->table, &in->reading);
    psync_json_walk_init(&in->walk, &in->reading);
    psync_webservice_init(&in->own, open->rules);
    in->join = open->join != NULL ? open->join : &in->own;
    psync_buf_init(&in->payload, max * 6 + 4096); /* every byte a \u00XX, and the members' names */
    return in;
}

struct psync_input *psync_input_new_rest(struct psync_webservice *join, const struct psync_product_rules *rules,
                                         psync_input_name *name_of, void *arg)
{
    struct psync_input *in = psync_input_new(&(struct psync_input_open){.fd = -1, .rules = rules, .join = join});
    if (in == NULL)
        return NULL;
    in->name_of = name_of;
    in->name_arg = arg;
    in->state = REST;
    return in;
}

void psync_input_free(struct psync_input *in)
{
    if (in == NULL)
        return;
    psync_table_done(&in->table);
    psync_webservice_done(&in->own);
    psync_stream_done(&in->reading.stream);
    psync_buf_done(&in->payload);
    free(in);
}

/* ---- which format ---- */

static const struct {
    const char *bytes;
    size_t len;
    const char *what;
} foreign[] = {
    {"\xff\xfe", 2, "this is UTF-16; save it as UTF-8"},
    {"\xfe\xff", 2, "this is UTF-16; save it as UTF-8"},
    {"\x1f\x8b", 2, "this is compressed with gzip; unpack it first (gzip -dc FILE | productsync ...)"},
    {"PK\x03\x04", 4, "this is a spreadsheet or an archive; save it as CSV"},
    {"<", 1, "this is XML or HTML; ask the webservice for JSON (output_format=JSON)"},
};

static bool begins_with(const struct psync_stream *s, const char *bytes, size_t len)
{
    return psync_stream_len(s) >= len && memcmp(psync_stream_at(s, 0), bytes, len) == 0;
}

/* Drops empty lines, but no tab: it may be a table's first, empty heading. */
static enum psync_result skip_empty_lines(struct psync_stream *s, struct psync_error *err)
{
    for (;;) {
        enum psync_result r = psync_stream_need(s, 1, err);
        if (r != PSYNC_OK)
            return r;
        if (psync_stream_len(s) == 0)
            return PSYNC_EMPTY;
        if (strchr(" \r\n", *psync_stream_at(s, 0)) == NULL || *psync_stream_at(s, 0) == '\0')
            return PSYNC_OK;
        psync_stream_skip(s, 1);
    }
}

/* Indented JSON may begin with tabs (RFC 8259 section 2); a table's heading does not begin with a bracket. */
static enum psync_result skip_indent(struct psync_stream *s, struct psync_error *err)
{
    for (size_t at = 0;;) {
        const char *bytes = psync_stream_at(s, 0);
        size_t len = psync_stream_seen(s);
        while (at < len && bytes[at] != '\0' && strchr(" \t\r\n", bytes[at]) != NULL)
            at++;
        if (at < len) {
            if (bytes[at] == '{' || bytes[at] == '[')
                psync_stream_skip(s, at);
            return PSYNC_OK;
        }
        enum psync_result r = psync_stream_fill(s, err);
        if (r != PSYNC_OK)
            return r == PSYNC_EMPTY || r == PSYNC_REJECT ? PSYNC_OK : r;
    }
}

/* Is the first line no JSON, but the second one? Then it is a bad line of NDJSON and no header. */
static enum psync_result second_line_is_json(struct psync_stream *s, bool *ret_yes, struct psync_error *err)
{
    *ret_yes = false;
    for (size_t at = 0;;) {
        const char *bytes = psync_stream_at(s, 0);
        size_t len = psync_stream_seen(s);
        const char *lf = memchr(bytes + at, '\n', len - at);
        at = lf != NULL ? (size_t)(lf - bytes) : len;
        if (at + 1 < len) {
            *ret_yes = bytes[at + 1] == '{';
            return PSYNC_OK;
        }
        enum psync_result r = psync_stream_fill(s, err);
        if (r != PSYNC_OK)
            return r == PSYNC_EMPTY || r == PSYNC_REJECT ? PSYNC_OK : r;
    }
}

enum { LOOK = 4 }; /* bytes at most that tell one from another */

/* What may stand before everything: a mark of UTF-8, empty lines, a spreadsheet's line "sep=;" (the header tells
 * that). */
static enum psync_result skip_preface(struct psync_stream *s, struct psync_error *err)
{
    enum psync_result r = psync_stream_need(s, LOOK, err);
    if (r == PSYNC_OK && begins_with(s, "\xef\xbb\xbf", 3))
        psync_stream_skip(s, 3);
    if (r == PSYNC_OK)
        r = skip_empty_lines(s, err);
    if (r == PSYNC_OK)
        r = psync_stream_need(s, LOOK, err);
    if (r == PSYNC_OK && begins_with(s, "sep=", 4))
        r = psync_stream_skip_line(s, err);
    return r == PSYNC_OK ? psync_stream_need(s, LOOK, err) : r;
}

static enum psync_result tell_format(struct psync_input *in, struct psync_error *err)
{
    struct psync_stream *s = &in->reading.stream;
    enum psync_result r = skip_preface(s, err);
    if (r == PSYNC_OK && psync_stream_len(s) == 0)
        r = PSYNC_EMPTY;
    if (r != PSYNC_OK)
        return r;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (begins_with(s, foreign[i].bytes, foreign[i].len))
            return psync_fail(err, PSYNC_FATAL, "%s", foreign[i].what);
    r = skip_indent(s, err);
    if (r != PSYNC_OK)
        return r;
    char c = *psync_stream_at(s, 0);
    bool json = c == '{' || c == '[';
    if (!json)
        r = second_line_is_json(s, &json, err);
    if (r == PSYNC_OK)
        in->state = json ? JSON : TABLE;
    return r;
}

/* ---- one product ---- */

static enum psync_result use_object(struct psync_input *in, struct psync_error *err)
{
    switch (in->content) {
    case PSYNC_CONTENT_WS_STOCK: {
        enum psync_result r = psync_webservice_stock(in->join, in->object, err);
        return r == PSYNC_OK ? PSYNC_RETRY : r;
    }
    case PSYNC_CONTENT_WS_PRODUCT:
        return psync_webservice_product(in->join, &in->reading, in->object, &in->product, err);
    default:
        return psync_json_product(in->object, PSYNC_SHAPE_PRODUCT, in->reading.rules, &in->reading.left_out,
                                  &in->product, err);
    }
}

/* RETRY: no product yet. */
static enum psync_result step_json(struct psync_input *in, struct psync_error *err)
{
    if (!in->has_object) {
        enum psync_result r = psync_json_walk_next(&in->walk, &in->object, &in->content, err);
        if (r == PSYNC_EMPTY) {
            in->state = in->join == &in->own ? REST : ENDED;
            return PSYNC_RETRY;
        }
        if (r != PSYNC_OK)
            return r;
    }
    enum psync_result r = use_object(in, err);
    in->has_object = r == PSYNC_NOMEM;
    return r;
}

static enum psync_result step(struct psync_input *in, struct psync_error *err)
{
    switch (in->state) {
    case UNTOLD: {
        enum psync_result r = tell_format(in, err);
        return r == PSYNC_OK ? PSYNC_RETRY : r;
    }
    case TABLE:
        return psync_table_next(&in->table, &in->product, err);
    case JSON:
        return step_json(in, err);
    case REST:
        return psync_webservice_rest(in->join, &in->reading, &in->product, err);
    default:
        return PSYNC_EMPTY;
    }
}

static enum psync_result next_product(struct psync_input *in, struct psync_error *err)
{
    enum psync_result r = PSYNC_RETRY;
    while (r == PSYNC_RETRY)
        r = step(in, err);
    return r;
}

static const char *name_of(const struct psync_input *in)
{
    return in->name_of != NULL ? in->name_of(in->name_arg, in->reading.input) : in->name;
}

/* Gives `err` its file and line, and remembers an end. */
static enum psync_result conclude(struct psync_input *in, enum psync_result r, struct psync_error *err)
{
    switch (r) {
    case PSYNC_NOMEM:
        return psync_fail(err, r, "%s: out of memory", name_of(in));
    case PSYNC_EMPTY:
        in->state = ENDED;
        return r;
    case PSYNC_FATAL:
        in->state = FAILED;
        psync_error_prefix(err, "%s:%" PRIu64, name_of(in), in->reading.line);
        in->failure = *err;
        return r;
    default:
        psync_error_prefix(err, "%s:%" PRIu64, name_of(in), in->reading.line);
        return r;
    }
}

enum psync_result psync_input_next(struct psync_input *in, int64_t *ret_id, struct psync_span *ret_payload,
                                   struct psync_error *err)
{
    struct psync_error own;
    if (err == NULL)
        err = &own;
    if (in->state == FAILED)
        return psync_fail(err, PSYNC_FATAL, "%s", in->failure.text);
    enum psync_result r = in->has_product ? PSYNC_OK : next_product(in, err);
    if (r == PSYNC_OK) {
        psync_buf_clear(&in->payload);
        r = psync_product_payload(&in->product, in->reading.rules, &in->payload, err);
        in->has_product = r == PSYNC_NOMEM;
    }
    if (r != PSYNC_OK)
        return conclude(in, r, err);
    *ret_id = in->product.id;
    *ret_payload = (struct psync_span){in->payload.data, in->payload.len};
    return PSYNC_OK;
}

uint64_t psync_input_line(const struct psync_input *in)
{
    return in->reading.line;
}

size_t psync_input_number(const struct psync_input *in)
{
    return in->reading.input;
}

uint64_t psync_input_left_out(const struct psync_input *in, const char *const **ret_names, size_t *ret_n)
{
    *ret_names = in->reading.left_out.pointers;
    *ret_n = in->reading.left_out.n;
    return in->reading.left_out.values;
}
