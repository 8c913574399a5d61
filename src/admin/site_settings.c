/* site_settings - PATCH /v1/config: settings that the dashboard may change. What may be changed, and how, is the
 * business of whoever opened the site; here a request becomes a list of changes, and what came of them an answer. */
#include "admin/site_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_MAX = 64, ANSWER_MAX = 256 << 10, LINES_MAX = 64 << 10, WHO_MAX = 160 };

struct edit {
    struct psync_job job;
    struct psync_site *site;
    struct psync_web_request *rq;
    char who[WHO_MAX];
    json_object *body;
    struct psync_site_change changes[CHANGES_MAX]; /* their texts are in `body` */
    size_t n;
};

static void free_edit(void *arg)
{
    struct edit *e = arg;
    json_object_put(e->body);
    free(e);
}

static void answer_changed(struct psync_web_request *rq, const struct psync_buf *lines)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, ANSWER_MAX);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "changed", '[');
    for (const char *line = lines->data; *line;) {
        size_t n = strcspn(line, "\n");
        psync_json_put_span(&w, NULL, (struct psync_span){line, n});
        line += n + (line[n] != '\0');
    }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    psync_answer_writer(rq, 200, &w);
}

static enum psync_job_step change(struct psync_job *job, bool ending)
{
    struct edit *e = PSYNC_CONTAINER(job, struct edit, job);
    struct psync_error err = {0};
    struct psync_buf lines;
    if (ending) {
        psync_answer_later(e->rq, "The process is about to stop", false);
        return PSYNC_JOB_DONE;
    }
    psync_buf_init(&lines, LINES_MAX);
    enum psync_result r = e->site->open.change(e->site->open.arg, e->changes, e->n, e->who, &lines, &err);
    switch (r) {
    case PSYNC_OK:
        answer_changed(e->rq, &lines);
        break;
    case PSYNC_EMPTY:
        psync_web_problem(e->rq, 403, "Not to be changed here", "%s", err.text);
        break;
    case PSYNC_REJECT:
        psync_web_problem(e->rq, 422, "The settings are wrong", "%s", err.text);
        break;
    case PSYNC_FATAL:
        psync_web_problem(e->rq, 507, "The settings cannot be stored", "%s", err.text);
        break;
    default:
        psync_answer_later(e->rq, "Not now", false);
    }
    psync_buf_done(&lines);
    return PSYNC_JOB_DONE;
}

/* REJECT: `err` says why. */
static enum psync_result read_changes(struct edit *e, struct psync_error *err)
{
    static const struct psync_member members[] = {{"settings", json_type_object, true}, {0}};
    enum psync_result r = psync_body_read(psync_web_body(e->rq), members, &e->body, err);
    if (r != PSYNC_OK)
        return r;
    json_object_object_foreach(psync_json_member(e->body, "settings"), name, value)
    {
        const char *text = value ? json_object_get_string(value) : NULL;
        if (value && !json_object_is_type(value, json_type_string))
            return psync_fail(err, PSYNC_REJECT, "%s: a value is a text, or null", name);
        if (text && strlen(text) != (size_t)json_object_get_string_len(value))
            return psync_fail(err, PSYNC_REJECT, "%s: has a control character", name);
        if (e->n == CHANGES_MAX)
            return psync_fail(err, PSYNC_REJECT, "at most %d settings at once", CHANGES_MAX);
        e->changes[e->n++] = (struct psync_site_change){name, text};
    }
    return e->n ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "\"settings\" is empty");
}

void psync_site_settings(struct psync_web_request *rq, void *arg)
{
    struct psync_site *s = arg;
    struct psync_error err = {0};
    struct psync_caller caller;
    struct edit *e = s->open.change ? calloc(1, sizeof *e) : NULL;
    if (!e) {
        psync_answer_later(rq, s->open.change ? "Out of memory" : "Nothing can be changed now", false);
        return;
    }
    e->job.run = change;
    e->site = s;
    e->rq = rq;
    psync_list_init(&e->job.link);
    psync_web_attach(rq, e, free_edit);
    psync_site_who(s, rq, &caller);
    snprintf(e->who, sizeof e->who, "%s %s", caller.kind == PSYNC_CALLER_TOKEN ? "token" : "user", caller.name);
    enum psync_result r = read_changes(e, &err);
    if (r != PSYNC_OK)
        psync_answer_failure(rq, r, &err);
    else if (psync_clerk_take(s->clerk, &e->job) != PSYNC_OK)
        psync_answer_later(rq, "Too much at once", false);
}
