/* http_reply - a response's head and body, bounded. */
#include "delivery/http_reply.h"

#include <string.h>
#include <strings.h>

enum { KEEP_CAP = 16 * 1024 }; /* buffers that grew beyond it are not kept for the next response */

/* The fields that decisions need, and where each goes. */
static const struct known_field {
    const char *name;
    size_t len;
    size_t offset;
} known[PSYNC_REPLY_FIELDS] = {
#define FIELD(text, member) {text, sizeof(text) - 1, offsetof(struct psync_response, member)}
    FIELD("Retry-After", retry_after),
    FIELD("Date", date),
    FIELD("RateLimit", ratelimit),
    FIELD("RateLimit-Policy", ratelimit_policy),
    FIELD("X-RateLimit-Remaining", x_ratelimit_remaining),
    FIELD("X-RateLimit-Reset", x_ratelimit_reset),
    FIELD("Location", location),
    FIELD("Content-Type", content_type),
#undef FIELD
};

void psync_reply_init(struct psync_reply *r, uint64_t max_body)
{
    *r = (struct psync_reply){0};
    psync_buf_init(&r->head, PSYNC_REPLY_HEADER_MAX);
    psync_buf_init(&r->body, max_body < SIZE_MAX ? (size_t)max_body : SIZE_MAX);
}

void psync_reply_done(struct psync_reply *r)
{
    psync_buf_done(&r->head);
    psync_buf_done(&r->body);
}

static void empty(struct psync_buf *b)
{
    size_t max = b->max;
    if (b->cap <= KEEP_CAP) {
        psync_buf_clear(b);
        return;
    }
    psync_buf_done(b);
    psync_buf_init(b, max);
}

void psync_reply_reset(struct psync_reply *r)
{
    struct psync_buf head, body;
    empty(&r->head);
    empty(&r->body);
    head = r->head;
    body = r->body;
    *r = (struct psync_reply){.head = head, .body = body};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Remembers where the value of a known field lies in `head`, which ends with that line. */
static void note_field(struct psync_reply *r, size_t line_at, size_t len)
{
    const char *line = r->head.data + line_at;
    const char *colon = memchr(line, ':', len);
    size_t name_len = colon ? (size_t)(colon - line) : 0;
    for (size_t i = 0; name_len > 0 && i < PSYNC_REPLY_FIELDS; i++) {
        if (known[i].len != name_len || r->field[i].len > 0 || strncasecmp(line, known[i].name, name_len) != 0)
            continue;
        size_t from = name_len + 1, to = len;
        while (from < to && is_blank(line[from]))
            from++;
        while (to > from && is_blank(line[to - 1]))
            to--;
        r->field[i].at = line_at + from;
        r->field[i].len = to - from;
        return;
    }
}

/* "HTTP/1.1 200 OK" -> 200; libcurl has refused anything else. */
static int status_of(const char *line, size_t len)
{
    const char *p = memchr(line, ' ', len);
    int status = 0;
    for (size_t i = 1; p && p + i < line + len && i <= 3 && p[i] >= '0' && p[i] <= '9'; i++)
        status = status * 10 + (p[i] - '0');
    return status;
}

static void begin_head(struct psync_reply *r, const char *line, size_t len)
{
    psync_buf_clear(&r->head);
    memset(r->field, 0, sizeof r->field);
    r->status = status_of(line, len);
    r->head_complete = false;
}

bool psync_reply_add_line(struct psync_reply *r, const char *line, size_t len)
{
    r->header_bytes += len;
    if (r->header_bytes > PSYNC_REPLY_HEADER_MAX) {
        r->head_too_long = true;
        return false;
    }
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0 && (!r->head_complete || r->status < 200))
        begin_head(r, line, len);
    else if (r->head_complete)
        return true; /* a trailer */
    if (len > 0 && (line[0] == '\r' || line[0] == '\n')) {
        r->head_complete = true;
        return true;
    }
    size_t at = r->head.len;
    if (psync_buf_add(&r->head, line, len) != PSYNC_OK) {
        r->no_memory = true;
        return false;
    }
    note_field(r, at, len);
    return true;
}

bool psync_reply_add_body(struct psync_reply *r, const char *bytes, size_t len)
{
    size_t room = r->body.max - r->body.len;
    if (len > room)
        r->body_cut = true;
    if (psync_buf_add(&r->body, bytes, len < room ? len : room) != PSYNC_OK) {
        r->no_memory = true;
        return false;
    }
    return !r->body_cut;
}

void psync_reply_describe(const struct psync_reply *r, struct psync_response *response)
{
    for (size_t i = 0; i < PSYNC_REPLY_FIELDS; i++) {
        struct psync_span value = {r->head.data + r->field[i].at, r->field[i].len};
        memcpy((char *)response + known[i].offset, &value, sizeof value);
    }
    response->head = (struct psync_span){r->head.data, r->head.len};
    response->body = (struct psync_span){r->body.data, r->body.len};
    response->body_cut = r->body_cut;
}
