/* answer - from what a rule decided to what goes over the wire. */
#include "mock/mock_impl.h"

#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = 8, FIELD_MAX = 64, FILLER = ' ', LEAST_WAIT_MS = 10 };

/* ---- bodies that are cut, slow, huge or endless ---- */

struct body {
    struct psync_buf bytes; /* then FILLER, which JSON allows behind a value */
    uint64_t length;        /* UINT64_MAX: endless */
    uint64_t cut_at;        /* the connection ends here; UINT64_MAX: it does not */
    uint64_t bytes_per_s;   /* 0: as fast as it goes */
    psync_ms started_at;
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How many bytes may have gone out by now. */
static uint64_t paced(const struct body *body)
{
    if (!body->bytes_per_s)
        return UINT64_MAX;
    uint64_t ms = (uint64_t)(psync_clock_now() - body->started_at);
    return ms / 1000 * body->bytes_per_s + ms % 1000 * body->bytes_per_s / 1000;
}

static ssize_t read_body(void *arg, uint64_t position, char *bytes, size_t max, psync_ms *ret_wait_ms)
{
    struct body *body = arg;
    uint64_t n = least(max, body->length - position), pace = paced(body);
    if (position >= body->cut_at)
        return -1;
    if (n > 0 && position >= pace) {
        psync_ms a_byte = (psync_ms)(1000 / body->bytes_per_s);
        *ret_wait_ms = a_byte > LEAST_WAIT_MS ? a_byte : LEAST_WAIT_MS;
        return 0;
    }
    n = least(n, least(body->cut_at - position, pace - position));
    uint64_t own = position < body->bytes.len ? least(n, body->bytes.len - position) : 0;
    if (own)
        memcpy(bytes, body->bytes.data + position, own);
    memset(bytes + own, FILLER, n - own);
    return (ssize_t)n;
}

static void free_body(void *arg)
{
    struct body *body = arg;
    psync_buf_done(&body->bytes);
    free(body);
}

static bool needs_stream(const struct psync_mock_rule *rule)
{
    return rule->half || rule->slow_bytes_per_s || rule->huge_bytes || rule->endless;
}

/* Takes the outcome's bytes. Leaves `ret_stream` alone when there is no memory: then the answer is a normal one. */
static void make_stream(const struct psync_mock_rule *rule, struct psync_buf *bytes,
                        struct psync_web_stream *ret_stream)
{
    struct body *body = malloc(sizeof(*body));
    if (!body)
        return;
    *body = (struct body){.bytes = *bytes,
                          .length = bytes->len,
                          .cut_at = UINT64_MAX,
                          .bytes_per_s = rule->slow_bytes_per_s,
                          .started_at = psync_clock_now()};
    psync_buf_init(bytes, bytes->max);
    if (rule->huge_bytes)
        body->length = rule->huge_bytes;
    if (rule->half) { /* of something: even an empty answer has to be cut somewhere */
        body->length += body->length < 2 ? 2 : 0;
        body->cut_at = body->length / 2;
    }
    if (rule->endless)
        body->length = UINT64_MAX;
    *ret_stream = (struct psync_web_stream){
        .read = read_body, .done = free_body, .arg = body, .length = body->length};
}

/* ---- header fields ---- */

struct fields {
    struct psync_web_header header[HEADERS];
    char text[HEADERS][FIELD_MAX];
    size_t n;
};

/* The text to fill for a field of that name. */
static char *add_field(struct fields *f, const char *name)
{
    PSYNC_INVARIANT(f->n < HEADERS);
    f->header[f->n] = (struct psync_web_header){name, f->text[f->n]};
    return f->text[f->n++];
}

static void add_rule_fields(struct fields *f, const struct psync_mock_rule *rule)
{
    psync_ms date = psync_clock_wall() + rule->date_skew_ms;
    if (rule->date_skew_ms || rule->retry_after_date)
        psync_http_date_format(date, add_field(f, "Date"));
    if (rule->has_retry_after && rule->retry_after_date)
        psync_http_date_format(date + (psync_ms)rule->retry_after_s * 1000, add_field(f, "Retry-After"));
    else if (rule->has_retry_after)
        (void)snprintf(add_field(f, "Retry-After"), FIELD_MAX, "%llu", (unsigned long long)rule->retry_after_s);
    if (rule->location)
        f->header[f->n++] = (struct psync_web_header){"Location", rule->location};
}

/* draft-ietf-httpapi-ratelimit-headers. */
static void add_rate_fields(struct fields *f, const struct psync_mock_rule *rule)
{
    (void)snprintf(add_field(f, "RateLimit-Policy"), FIELD_MAX, "\"default\";q=%llu;w=1",
                   (unsigned long long)rule->rate);
    (void)snprintf(add_field(f, "RateLimit"), FIELD_MAX, "\"default\";r=%llu;t=1", (unsigned long long)rule->tokens);
}

/* ---- the outcome ---- */

void psync_mock_outcome_problem(struct psync_mock_outcome *o, unsigned status, const char *type, const char *title,
                                const char *detail)
{
    struct psync_json_writer w;
    o->status = status;
    o->content_type = "application/problem+json";
    psync_buf_clear(&o->body);
    psync_json_writer_begin(&w, &o->body);
    psync_json_open(&w, NULL, '{');
    if (type)
        psync_json_put_text(&w, "type", type);
    psync_json_put_text(&w, "title", title);
    psync_json_put_int(&w, "status", status);
    if (detail)
        psync_json_put_text(&w, "detail", detail);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) != PSYNC_OK)
        psync_buf_clear(&o->body);
}

static const char *title_of(const struct psync_mock_rule *rule)
{
    static const struct {
        unsigned status;
        const char *title;
    } titles[] = {{400, "Bad Request"},         {401, "Unauthorized"},          {403, "Forbidden"},
                  {404, "Not Found"},           {408, "Request Timeout"},       {409, "Conflict"},
                  {410, "Gone"},                {422, "Unprocessable Content"}, {429, "Too Many Requests"},
                  {500, "Internal Server Error"}, {502, "Bad Gateway"},         {503, "Service Unavailable"},
                  {504, "Gateway Timeout"}};
    if (rule->title)
        return rule->title;
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (titles[i].status == rule->status)
            return titles[i].title;
    return "Misbehaving as told";
}

/* What the rule says instead of the normal answer. */
static void overrule(const struct psync_mock_rule *rule, struct psync_mock_outcome *o)
{
    unsigned status = rule->status ? (unsigned)rule->status : o->status;
    if (rule->body) {
        psync_buf_clear(&o->body);
        if (psync_buf_add_str(&o->body, rule->body) != PSYNC_OK)
            psync_buf_clear(&o->body);
        o->content_type = rule->content_type ? rule->content_type : "text/plain";
    } else if (rule->status >= 400) {
        psync_mock_outcome_problem(o, status, rule->type, title_of(rule), NULL);
    } else if (rule->status >= 300 || rule->status == 204) {
        psync_buf_clear(&o->body);
        o->content_type = NULL;
    }
    if (rule->content_type)
        o->content_type = rule->content_type;
    o->status = status;
}

bool psync_mock_is_refusal(const struct psync_mock_decision *decision, const struct psync_mock_outcome *outcome)
{
    const struct psync_mock_rule *rule = decision->rule;
    unsigned status = rule && rule->status ? (unsigned)rule->status : outcome->status;
    return status >= 300 || (rule && (rule->reset || rule->close));
}

void psync_mock_answer(struct psync_web_request *rq, const struct psync_mock_decision *decision,
                       struct psync_mock_outcome *outcome)
{
    const struct psync_mock_rule *rule = decision->rule;
    struct psync_web_reply reply = {.ending = PSYNC_WEB_ANSWER};
    struct fields fields = {.n = 0};
    if (decision->rate)
        add_rate_fields(&fields, decision->rate);
    if (rule) {
        add_rule_fields(&fields, rule);
        overrule(rule, outcome);
        if (needs_stream(rule))
            make_stream(rule, &outcome->body, &reply.stream);
        if (rule->reset)
            reply.ending = PSYNC_WEB_RESET;
        else if (rule->close)
            reply.ending = PSYNC_WEB_CLOSE;
    }
    if (outcome->status == 401) /* RFC 9110 section 11.6.1 wants a challenge */
        (void)snprintf(add_field(&fields, "WWW-Authenticate"), FIELD_MAX, "Bearer");
    reply.status = outcome->status;
    reply.content_type = outcome->content_type;
    reply.buf = &outcome->body;
    reply.headers = fields.header;
    reply.n_headers = fields.n;
    psync_web_reply_with(rq, &reply);
    psync_buf_done(&outcome->body);
}
