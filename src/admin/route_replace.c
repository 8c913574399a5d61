/* route_replace - a dead letter with a corrected payload: a new message under a new key. */
#include "admin/api_impl.h"

#include <inttypes.h>
#include <string.h>

struct reading {
    int64_t product;
    struct psync_buf *payload;
    size_t records;
};

static enum psync_result take_record(void *arg, uint64_t line, int64_t product, struct psync_span text,
                                     struct psync_error *err)
{
    struct reading *reading = arg;
    (void)line;
    if (product == 0)
        return psync_fail(err, PSYNC_REJECT, "%.*s", (int)text.len, text.data);
    if (reading->records++)
        return psync_fail(err, PSYNC_REJECT, "there must be one product in the body");
    reading->product = product;
    return psync_buf_add(reading->payload, text.data, text.len);
}

/* The one product of the body, as a canonical payload. */
static enum psync_result read_product(struct psync_task *task, int64_t *ret_product, struct psync_buf *payload,
                                      struct psync_error *err)
{
    struct reading reading = {.payload = payload};
    struct psync_api *api = task->api;
    psync_api_read(api);
    enum psync_result r = api->open.reader->read(api->rules, psync_web_body(task->rq), take_record, &reading, err);
    psync_api_read_end(api);
    if (r == PSYNC_OK && reading.records == 0)
        r = psync_fail(err, PSYNC_REJECT, "there is no product in the body");
    *ret_product = reading.product;
    return r;
}

static bool note_product(void *arg, const struct psync_row *row)
{
    int64_t *product = arg;
    *product = row->subject.product;
    return true;
}

static bool skip_attempt(void *arg, const struct psync_attempt *attempt)
{
    (void)arg, (void)attempt;
    return true;
}

static enum psync_job_step answer_key(struct psync_task *task, const char *key)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, 4096);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "key", key);
    psync_json_close(&w, '}');
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}

static enum psync_job_step replace_with(struct psync_task *task, int64_t product, const struct psync_buf *payload)
{
    const char *id = psync_web_wildcard(task->rq);
    struct psync_queue *q = task->api->open.queue;
    struct psync_error err = {0};
    char key[PSYNC_KEY_MAX];
    int64_t whose = 0;
    enum psync_result r = psync_queue_show(q, id, note_product, skip_attempt, &whose, &err);
    if (r == PSYNC_OK && whose != product)
        return psync_task_refuse(task, 422, "the dead letter is of product %" PRId64 ", not of %" PRId64, whose,
                                 product);
    if (r == PSYNC_OK)
        r = psync_queue_replace(q, id, (struct psync_span){payload->data, payload->len}, key, &err);
    if (r == PSYNC_EMPTY)
        return psync_task_refuse(task, 404, "there is no dead letter %s", id);
    return r == PSYNC_OK ? answer_key(task, key) : psync_task_fail(task, r, &err);
}

enum psync_job_step psync_route_replace(struct psync_task *task, bool ending)
{
    struct psync_error err = {0};
    struct psync_buf payload;
    enum psync_job_step step;
    int64_t product = 0;
    (void)ending;
    if (strlen(psync_web_wildcard(task->rq)) >= PSYNC_ID_MAX)
        return psync_task_refuse(task, 404, "there is no such dead letter");
    psync_buf_init(&payload, PSYNC_PAYLOAD_MAX);
    enum psync_result r = read_product(task, &product, &payload, &err);
    if (r == PSYNC_REJECT)
        step = psync_task_refuse(task, 422, "%s", err.text);
    else
        step = r == PSYNC_OK ? replace_with(task, product, &payload) : psync_task_fail(task, r, &err);
    psync_buf_done(&payload);
    return step;
}
