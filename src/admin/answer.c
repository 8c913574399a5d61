/* answer - what the routes share: answers, problems, and reading what was asked. */
#include "admin/api_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plain_type[] = "application/json", problem_type[] = "application/problem+json";

/* ---- answers ---- */

void psync_answer_json(struct psync_web_request *rq, unsigned status, struct psync_buf *json)
{
    psync_web_reply_buf(rq, status, status < 400 ? plain_type : problem_type, json);
}

void psync_answer_writer(struct psync_web_request *rq, unsigned status, struct psync_json_writer *w)
{
    enum psync_result r = psync_json_writer_end(w);
    if (r == PSYNC_OK)
        psync_answer_json(rq, status, w->buf);
    else if (r == PSYNC_REJECT)
        psync_web_problem(rq, 500, "The answer would be too long", "ask for fewer at a time");
    else
        psync_answer_later(rq, "Out of memory", false);
    psync_buf_done(w->buf);
}

void psync_answer_later(struct psync_web_request *rq, const char *title, bool handover)
{
    const struct psync_web_header header = {"Retry-After", "1"};
    struct psync_web_reply reply = {.ending = PSYNC_WEB_ANSWER, .status = 503, .content_type = problem_type,
                                    .headers = &header, .n_headers = 1};
    struct psync_json_writer w;
    struct psync_buf b;
    psync_buf_init(&b, 1024);
    psync_json_writer_begin(&w, &b);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "type", "about:blank");
    psync_json_put_int(&w, "status", 503);
    psync_json_put_text(&w, "title", title);
    if (handover)
        psync_json_put_bool(&w, "handover", true);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        reply.body = (struct psync_span){b.data, b.len};
    psync_web_reply_with(rq, &reply);
    psync_buf_done(&b);
}

static const char *title_of(unsigned status)
{
    switch (status) {
    case 404:
        return "No such thing";
    case 409:
        return "Not in this state";
    case 422:
        return "The product is refused";
    case 507:
        return "It cannot be stored";
    default:
        return "The request is wrong";
    }
}

void psync_answer_failure(struct psync_web_request *rq, enum psync_result r, const struct psync_error *err)
{
    const char *why = err->text[0] ? err->text : psync_result_name(r);
    switch (r) {
    case PSYNC_EMPTY:
        psync_web_problem(rq, 404, title_of(404), "%s", why);
        return;
    case PSYNC_REJECT:
        psync_web_problem(rq, 400, title_of(400), "%s", why);
        return;
    case PSYNC_GONE:
        psync_web_problem(rq, 409, title_of(409), "%s", why);
        return;
    case PSYNC_RETRY:
    case PSYNC_NOMEM:
        psync_answer_later(rq, why, false);
        return;
    default:
        psync_web_problem(rq, 500, "Storage failed", "%s", why);
    }
}

/* What was cut short, because a worker waits for the file or it closes, is to be asked of the next owner. */
enum psync_job_step psync_task_fail(struct psync_task *task, enum psync_result r, const struct psync_error *err)
{
    if (r == PSYNC_RETRY && atomic_load(&task->api->yielding))
        psync_answer_later(task->rq, "The queue is handed over to another process", true);
    else
        psync_answer_failure(task->rq, r, err);
    return PSYNC_JOB_DONE;
}

enum psync_job_step psync_task_refuse(struct psync_task *task, unsigned status, const char *fmt, ...)
{
    char detail[PSYNC_ERROR_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(detail, sizeof(detail), fmt, args);
    va_end(args);
    psync_web_problem(task->rq, status, title_of(status), "%s", detail);
    return PSYNC_JOB_DONE;
}

/* ---- reading requests ---- */

static const char *type_words(enum json_type type)
{
    switch (type) {
    case json_type_boolean:
        return "true or false";
    case json_type_int:
        return "a whole number";
    case json_type_array:
        return "a list";
    case json_type_object:
        return "an object";
    default:
        return "a text";
    }
}

static const struct psync_member *find_member(const struct psync_member *members, const char *name)
{
    for (const struct psync_member *m = members; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

/* Texts are C strings from here on: one with a NUL in it would be half of itself, or nothing. */
static bool is_whole(json_object *value)
{
    return !json_object_is_type(value, json_type_string) ||
           strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

/* Every member known and of its type; null ones are removed, so that they count as absent. */
static enum psync_result check_members(json_object *body, const struct psync_member *members, struct psync_error *err)
{
    json_object_object_foreach(body, name, value)
    {
        const struct psync_member *m = find_member(members, name);
        if (!m)
            return psync_fail(err, PSYNC_REJECT, "there is no member \"%.64s\" here", name);
        if (value && json_object_get_type(value) != m->type)
            return psync_fail(err, PSYNC_REJECT, "\"%s\" must be %s", name, type_words(m->type));
        if (!is_whole(value))
            return psync_fail(err, PSYNC_REJECT, "\"%s\" must not have a NUL in it", name);
    }
    for (const struct psync_member *m = members; m->name; m++) {
        if (psync_json_member(body, m->name))
            continue;
        if (m->required)
            return psync_fail(err, PSYNC_REJECT, "\"%s\" is missing", m->name);
        json_object_object_del(body, m->name);
    }
    return PSYNC_OK;
}

enum psync_result psync_body_read(struct psync_span text, const struct psync_member *members, json_object **ret_body,
                                  struct psync_error *err)
{
    json_object *body = NULL;
    if (text.len == 0)
        text = PSYNC_SPAN("{}");
    enum psync_result r = psync_json_parse(text, &body, err);
    if (r != PSYNC_OK)
        return r;
    if (!json_object_is_type(body, json_type_object))
        r = psync_fail(err, PSYNC_REJECT, "the body must be a JSON object");
    else
        r = check_members(body, members, err);
    if (r != PSYNC_OK) {
        json_object_put(body);
        return r;
    }
    *ret_body = body;
    return PSYNC_OK;
}

const char *psync_query_text(const struct psync_web_request *rq, const char *name)
{
    const char *text = psync_web_query(rq, name);
    return text && text[0] ? text : NULL;
}

enum psync_result psync_query_int(const struct psync_web_request *rq, const char *name, int64_t min, int64_t max,
                                  int64_t dflt, int64_t *ret_n, struct psync_error *err)
{
    const char *text = psync_query_text(rq, name);
    char *end = NULL;
    if (!text) {
        *ret_n = dflt;
        return PSYNC_OK;
    }
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (text[strspn(text, "0123456789")] != '\0' || errno != 0 || n < min || n > max)
        return psync_fail(err, PSYNC_REJECT, "%s must be a whole number from %" PRId64 " to %" PRId64, name, min, max);
    *ret_n = n;
    return PSYNC_OK;
}
