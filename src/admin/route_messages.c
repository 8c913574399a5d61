/* route_messages - lists of messages, one message with its history, dead letters by cause. */
#include "admin/api_impl.h"
#include "admin/view.h"

#include <stdio.h>
#include <string.h>

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000, PAGE_BYTES = 8 << 20, GROUPS_BYTES = 4 << 20 };

/* ---- a page ---- */

struct page {
    struct psync_json_writer w;
    struct psync_buf buf;
    size_t n;
    char cursor[PSYNC_ID_MAX];
};

static bool add_row(void *arg, const struct psync_row *row)
{
    struct page *page = arg;
    psync_json_open(&page->w, NULL, '{');
    psync_view_row(&page->w, row);
    psync_json_close(&page->w, '}');
    (void)snprintf(page->cursor, sizeof(page->cursor), "%s", row->cursor);
    page->n++;
    return page->w.result == PSYNC_OK;
}

static enum psync_result read_filter(const struct psync_web_request *rq, struct psync_filter *filter,
                                     int64_t *ret_limit, struct psync_error *err)
{
    const char *state = psync_query_text(rq, "state"), *cursor = psync_query_text(rq, "cursor");
    *filter = (struct psync_filter){.destination = psync_query_text(rq, "destination"),
                                    .group = psync_query_text(rq, "group"),
                                    .shop = psync_query_text(rq, "shop"),
                                    .any_state = !state,
                                    .cursor = cursor ? cursor : ""};
    if (state && !psync_view_state_parse(state, &filter->state))
        return psync_fail(err, PSYNC_REJECT, "there is no state \"%.32s\"", state);
    if (strlen(filter->cursor) >= PSYNC_ID_MAX)
        return psync_fail(err, PSYNC_REJECT, "that is no cursor of ours");
    enum psync_result r = psync_query_int(rq, "product", 1, INT64_MAX, 0, &filter->product, err);
    if (r == PSYNC_OK && filter->shop && filter->product == 0) /* else it could mean reading the whole queue */
        r = psync_fail(err, PSYNC_REJECT, "\"shop\" goes with \"product\"");
    return r == PSYNC_OK ? psync_query_int(rq, "limit", 1, PAGE_MAX, PAGE_DEFAULT, ret_limit, err) : r;
}

static enum psync_job_step answer_page(struct psync_task *task, const struct psync_filter *filter, size_t limit)
{
    struct psync_error err = {0};
    struct page page = {0};
    psync_buf_init(&page.buf, PAGE_BYTES);
    psync_json_writer_begin(&page.w, &page.buf);
    psync_json_open(&page.w, NULL, '{');
    psync_json_open(&page.w, "messages", '[');
    enum psync_result r = psync_queue_list(task->api->open.queue, filter, limit, add_row, &page, &err);
    psync_json_close(&page.w, ']');
    psync_json_put_text(&page.w, "cursor", page.n == limit ? page.cursor : NULL);
    psync_json_close(&page.w, '}');
    if (r == PSYNC_OK || r == PSYNC_EMPTY) {
        psync_answer_writer(task->rq, 200, &page.w);
        return PSYNC_JOB_DONE;
    }
    psync_buf_done(&page.buf);
    return psync_task_fail(task, r, &err);
}

enum psync_job_step psync_route_messages(struct psync_task *task, bool ending)
{
    struct psync_error err = {0};
    struct psync_filter filter;
    int64_t limit = 0;
    (void)ending;
    enum psync_result r = read_filter(task->rq, &filter, &limit, &err);
    filter.group = NULL;
    return r == PSYNC_OK ? answer_page(task, &filter, (size_t)limit) : psync_task_fail(task, r, &err);
}

enum psync_job_step psync_route_dead(struct psync_task *task, bool ending)
{
    struct psync_error err = {0};
    struct psync_filter filter;
    int64_t limit = 0;
    (void)ending;
    enum psync_result r = read_filter(task->rq, &filter, &limit, &err);
    filter.any_state = false;
    filter.state = PSYNC_STATE_DEAD;
    return r == PSYNC_OK ? answer_page(task, &filter, (size_t)limit) : psync_task_fail(task, r, &err);
}

/* ---- one message ---- */

struct story {
    struct psync_json_writer w;
};

static bool tell_message(void *arg, const struct psync_row *row)
{
    struct story *story = arg;
    psync_json_open(&story->w, NULL, '{');
    psync_view_row(&story->w, row);
    if (row->payload.len)
        psync_json_put_raw(&story->w, "payload", row->payload);
    else
        psync_json_put_text(&story->w, "payload", NULL);
    psync_json_open(&story->w, "history", '[');
    return true;
}

static bool tell_attempt(void *arg, const struct psync_attempt *attempt)
{
    struct story *story = arg;
    psync_view_attempt(&story->w, attempt);
    return true;
}

enum psync_job_step psync_route_message(struct psync_task *task, bool ending)
{
    const char *id = psync_web_wildcard(task->rq);
    struct psync_error err = {0};
    struct psync_buf buf;
    struct story story = {0};
    (void)ending;
    if (strlen(id) >= PSYNC_ID_MAX)
        return psync_task_refuse(task, 404, "there is no such message");
    psync_buf_init(&buf, 2 * PSYNC_PAYLOAD_MAX);
    psync_json_writer_begin(&story.w, &buf);
    enum psync_result r = psync_queue_show(task->api->open.queue, id, tell_message, tell_attempt, &story, &err);
    if (r == PSYNC_OK) {
        psync_json_close(&story.w, ']');
        psync_json_close(&story.w, '}');
        psync_answer_writer(task->rq, 200, &story.w);
        return PSYNC_JOB_DONE;
    }
    psync_buf_done(&buf);
    if (r == PSYNC_EMPTY || r == PSYNC_REJECT)
        return psync_task_refuse(task, 404, "there is no message %s", id);
    return psync_task_fail(task, r, &err);
}

/* ---- causes ---- */

static bool add_group(void *arg, const struct psync_group *group)
{
    struct psync_json_writer *w = arg;
    psync_view_group(w, group);
    return w->result == PSYNC_OK;
}

enum psync_job_step psync_route_groups(struct psync_task *task, bool ending)
{
    struct psync_error err = {0};
    struct psync_json_writer w;
    struct psync_buf buf;
    (void)ending;
    psync_buf_init(&buf, GROUPS_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "groups", '[');
    enum psync_result r = psync_queue_dead_groups(task->api->open.queue, psync_query_text(task->rq, "destination"),
                                                  add_group, &w, &err);
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    if (r == PSYNC_OK || r == PSYNC_EMPTY) {
        psync_answer_writer(task->rq, 200, &w);
        return PSYNC_JOB_DONE;
    }
    psync_buf_done(&buf);
    return psync_task_fail(task, r, &err);
}
