/* settlement - a verdict with all it points at, and the words for why. */
#include "delivery/dispatcher_impl.h"

#include "base/json.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct held *psync_held_new(struct psync_message *m)
{
    struct held *h = malloc(sizeof *h);

    if (h == NULL)
        return NULL;
    h->settlement = (struct psync_settlement){.message = m, .outcome = ""};
    h->settlement.settle.message = m;
    h->settlement.settle.first_active_ms = m->first_active_ms;
    h->settlement.settle.attempt.error = h->settlement.settle.attempt.problem = "";
    h->self = h;
    h->offered_at = h->lease_until = 0;
    h->unbind = false;
    h->texts = NULL;
    h->alone.held = &h->self;
    psync_list_init(&h->link);
    psync_list_init(&h->alone.link);
    return h;
}

void psync_held_free(struct held *h)
{
    if (h == NULL)
        return;
    psync_message_free(h->settlement.message);
    free(h->texts);
    free(h);
}

void psync_settlement_free(struct psync_settlement *s)
{
    if (s != NULL)
        psync_held_free(PSYNC_CONTAINER(s, struct held, settlement));
}

/* Error, problem and head in one block. Without memory for it the attempt is recorded with the status alone. */
void psync_held_describe(struct held *h, const struct words *w)
{
    struct psync_attempt *attempt = &h->settlement.settle.attempt;
    size_t error = strlen(w->error) + 1, problem = strlen(w->problem) + 1;
    char *block = malloc(error + problem + w->head_len + 1);

    if (block == NULL) {
        snprintf(h->error, sizeof h->error, "%.*s", (int)strcspn(w->error, ":"), w->error);
        attempt->error = h->error;
        return;
    }
    memcpy(block, w->error, error);
    memcpy(block + error, w->problem, problem);
    memcpy(block + error + problem, w->head, w->head_len);
    free(h->texts);
    h->texts = block;
    attempt->error = block;
    attempt->problem = block + error;
    attempt->head = (struct psync_span){block + error + problem, w->head_len};
}

/* Copies whole characters into `max` bytes with the NUL. The peer wrote them: what is not UTF-8, or a control
 * character, becomes '?'. */
static void copy_text(char *to, size_t max, struct psync_span from)
{
    size_t len = 0, n;

    for (; from.len > 0; from.data += n, from.len -= n) {
        uint32_t c = psync_utf8_next(from, &n);
        bool plain = c != UINT32_MAX && c >= 0x20 && (c < 0x7f || c > 0x9f);
        if (len + n >= max)
            break;
        memcpy(to + len, plain ? from.data : "?", plain ? n : 1);
        len += plain ? n : 1;
    }
    to[len] = '\0';
}

static struct psync_span span_of(const char *text)
{
    return (struct psync_span){text, strlen(text)};
}

static void add_head(struct words *w, struct psync_span s)
{
    size_t room = sizeof w->head - w->head_len, n = s.len < room ? s.len : room;

    if (n > 0)
        memcpy(w->head + w->head_len, s.data, n);
    w->head_len += n;
}

static void error_with(struct words *w, int32_t status, const char *between, struct psync_span more)
{
    char text[PSYNC_CAUSE_TEXT_MAX];

    copy_text(text, sizeof text, more);
    if (text[0] == '\0')
        between = "";
    int n = snprintf(w->error, sizeof w->error, "HTTP %d%s", (int)status, between);
    copy_text(w->error + n, sizeof w->error - (size_t)n, span_of(text));
}

/* RFC 9457: type and title. A type left out is about:blank, which says no more than the status. */
static void read_problem(struct words *w, const struct psync_response *r, char title[PSYNC_CAUSE_TEXT_MAX])
{
    static const char media_type[] = "application/problem+json";
    json_object *problem = NULL;

    if (r->content_type.len < sizeof media_type - 1 || r->body_cut ||
        memcmp(r->content_type.data, media_type, sizeof media_type - 1) != 0)
        return;
    if (psync_json_parse(r->body, &problem, NULL) != PSYNC_OK)
        return;
    const char *type = psync_json_text(problem, "type"), *said = psync_json_text(problem, "title");
    if (type != NULL && strcmp(type, "about:blank") != 0)
        copy_text(w->problem, sizeof w->problem, span_of(type));
    if (said != NULL)
        copy_text(title, PSYNC_CAUSE_TEXT_MAX, span_of(said));
    json_object_put(problem);
}

void psync_words_of_response(struct words *w, const struct psync_response *r)
{
    char title[PSYNC_CAUSE_TEXT_MAX] = "";

    w->error[0] = w->problem[0] = '\0';
    w->head_len = 0;
    if (r->transport != PSYNC_NET_ANSWER) {
        copy_text(w->error, sizeof w->error, span_of(psync_transport_text(r->transport)));
        add_head(w, span_of(r->detail != NULL ? r->detail : ""));
        return;
    }
    read_problem(w, r, title);
    if (r->status >= 300 && r->status <= 399)
        error_with(w, r->status, " to ", r->location);
    else
        error_with(w, r->status, ": ", span_of(title));
    add_head(w, r->head);
    add_head(w, r->body);
}

void psync_words_of_item(struct words *w, int32_t status, const char *problem, const char *title, const char *text)
{
    copy_text(w->problem, sizeof w->problem, span_of(problem));
    error_with(w, status, ": ", span_of(title));
    w->head_len = 0;
    add_head(w, span_of(text));
}
