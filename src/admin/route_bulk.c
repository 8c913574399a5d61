/* route_bulk - retrying and discarding many dead letters, in slices.
 *
 * A slice is a page of the dead letters' list, which is then named to the queue by ids: so every slice is one
 * commit, other requests go between two slices, and progress is known. A dead letter that dies again meanwhile is
 * behind the cursor and is not taken twice. */
#include "admin/api_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLICE = 1000,
    SLICE_NEW_KEY = 128, /* their payloads are all in memory */
    LIMIT_MAX = 10000
};

enum action { RETRY, RETRY_NEW_KEY, DISCARD };

struct bulk {
    enum action action;
    json_object *body;
    json_object *ids;          /* in `body`; NULL: by filter */
    size_t next_id;
    struct psync_filter filter;
    char cursor[PSYNC_ID_MAX]; /* filter.cursor */
    bool force;
    uint64_t limit;            /* UINT64_MAX: all in one answer */
    uint64_t handled, total;
    uint64_t changed, missing, newer;
    char slice[SLICE][PSYNC_ID_MAX];
};

static void free_bulk(void *state)
{
    struct bulk *b = state;
    json_object_put(b->body);
    free(b);
}

/* ---- the request ---- */

static enum psync_result check_ids(json_object *ids, struct psync_error *err)
{
    size_t n = json_object_array_length(ids);
    if (n == 0 || n > LIMIT_MAX)
        return psync_fail(err, PSYNC_REJECT, "\"ids\" must have 1 to %d of them", LIMIT_MAX);
    for (size_t i = 0; i < n; i++) {
        json_object *id = json_object_array_get_idx(ids, i);
        size_t len = json_object_is_type(id, json_type_string) ? (size_t)json_object_get_string_len(id) : 0;
        if (len == 0 || len >= PSYNC_ID_MAX || strlen(json_object_get_string(id)) != len)
            return psync_fail(err, PSYNC_REJECT, "\"ids\" must be the texts that lists call \"id\"");
    }
    return PSYNC_OK;
}

static enum psync_result read_selection(struct bulk *b, struct psync_error *err)
{
    bool all = psync_json_bool(b->body, "all", false);
    const char *cursor = psync_json_text(b->body, "cursor");
    b->ids = psync_json_member(b->body, "ids");
    b->filter = (struct psync_filter){.destination = psync_json_text(b->body, "destination"),
                                      .group = psync_json_text(b->body, "group"),
                                      .state = PSYNC_STATE_DEAD,
                                      .cursor = b->cursor};
    if ((b->ids != NULL) + (b->filter.group != NULL) + all != 1)
        return psync_fail(err, PSYNC_REJECT, "say which: exactly one of \"ids\", \"group\" and \"all\": true");
    if (b->ids && (cursor || b->filter.destination))
        return psync_fail(err, PSYNC_REJECT, "\"ids\" go without \"destination\" and \"cursor\"");
    if (cursor && strlen(cursor) >= sizeof(b->cursor))
        return psync_fail(err, PSYNC_REJECT, "that is no cursor of ours");
    (void)snprintf(b->cursor, sizeof(b->cursor), "%s", cursor ? cursor : "");
    return b->ids ? check_ids(b->ids, err) : PSYNC_OK;
}

static enum psync_result read_limit(struct bulk *b, struct psync_error *err)
{
    json_object *limit = psync_json_member(b->body, "limit");
    int64_t n = limit ? json_object_get_int64(limit) : 1;
    if (n < 1 || n > LIMIT_MAX)
        return psync_fail(err, PSYNC_REJECT, "\"limit\" must be from 1 to %d", LIMIT_MAX);
    b->limit = limit && !b->ids ? (uint64_t)n : UINT64_MAX;
    return PSYNC_OK;
}

static enum psync_result read_request(struct bulk *b, struct psync_web_request *rq, struct psync_error *err)
{
    static const struct psync_member retrying[] = {
        {"ids", json_type_array, false},         {"group", json_type_string, false},
        {"all", json_type_boolean, false},       {"destination", json_type_string, false},
        {"cursor", json_type_string, false},     {"limit", json_type_int, false},
        {"new_key", json_type_boolean, false},   {"force", json_type_boolean, false},
        {0},
    };
    static const struct psync_member discarding[] = {
        {"ids", json_type_array, false},     {"group", json_type_string, false},
        {"all", json_type_boolean, false},   {"destination", json_type_string, false},
        {"cursor", json_type_string, false}, {"limit", json_type_int, false},
        {0},
    };
    enum psync_result r =
        psync_body_read(psync_web_body(rq), b->action == DISCARD ? discarding : retrying, &b->body, err);
    if (r == PSYNC_OK)
        r = read_selection(b, err);
    if (r == PSYNC_OK)
        r = read_limit(b, err);
    if (r != PSYNC_OK)
        return r;
    b->force = psync_json_bool(b->body, "force", false);
    if (psync_json_bool(b->body, "new_key", false))
        b->action = RETRY_NEW_KEY;
    return PSYNC_OK;
}

static bool add_count(void *arg, const struct psync_group *group)
{
    struct bulk *b = arg;
    if (!b->filter.group || strcmp(b->filter.group, group->id) == 0)
        b->total += group->count;
    return true;
}

static enum psync_result count_total(struct bulk *b, struct psync_queue *q, struct psync_error *err)
{
    if (b->ids) {
        b->total = json_object_array_length(b->ids);
        return PSYNC_OK;
    }
    enum psync_result r = psync_queue_dead_groups(q, b->filter.destination, add_count, b, err);
    if (r != PSYNC_OK && r != PSYNC_EMPTY)
        return r;
    if (b->total == 0 && b->filter.group && b->cursor[0] == '\0')
        return psync_fail(err, PSYNC_EMPTY, "no dead letter has the cause %.32s", b->filter.group);
    return PSYNC_OK;
}

/* ---- a slice ---- */

struct gathering {
    struct bulk *bulk;
    size_t n;
};

static bool gather(void *arg, const struct psync_row *row)
{
    struct gathering *g = arg;
    (void)snprintf(g->bulk->slice[g->n++], PSYNC_ID_MAX, "%s", row->id);
    (void)snprintf(g->bulk->cursor, sizeof(g->bulk->cursor), "%s", row->cursor);
    return true;
}

/* The next ids, at most `max`; fewer: there are no more. */
static enum psync_result next_slice(struct bulk *b, struct psync_queue *q, size_t max, size_t *ret_n,
                                    struct psync_error *err)
{
    struct gathering g = {b, 0};
    enum psync_result r = PSYNC_OK;
    if (!b->ids)
        r = psync_queue_list(q, &b->filter, max, gather, &g, err);
    for (; b->ids && g.n < max && b->next_id < b->total; g.n++, b->next_id++)
        (void)snprintf(b->slice[g.n], PSYNC_ID_MAX, "%s",
                       json_object_get_string(json_object_array_get_idx(b->ids, b->next_id)));
    *ret_n = g.n;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result do_slice(struct bulk *b, struct psync_queue *q, size_t n, struct psync_error *err)
{
    const char *ids[SLICE];
    struct psync_select select = {.ids = ids, .n_ids = n, .max = SLICE, .force = b->force, .cursor = ""};
    enum psync_result r;
    for (size_t i = 0; i < n; i++)
        ids[i] = b->slice[i];
    if (b->action == RETRY_NEW_KEY)
        r = psync_queue_replace_all(q, ids, n, &select.ret_changed, &select.ret_missing, err);
    else
        r = b->action == DISCARD ? psync_queue_discard(q, &select, err) : psync_queue_requeue(q, &select, err);
    b->changed += select.ret_changed;
    b->missing += select.ret_missing;
    b->newer += select.ret_newer;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_job_step answer(struct psync_task *task, const struct bulk *b, bool more)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, 1024);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_int(&w, "changed", (int64_t)b->changed);
    psync_json_put_int(&w, "missing", (int64_t)b->missing);
    psync_json_put_int(&w, "newer", (int64_t)b->newer);
    psync_json_put_int(&w, "total", (int64_t)b->total);
    psync_json_put_text(&w, "cursor", more ? b->cursor : NULL);
    psync_json_close(&w, '}');
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}

/* When the owner is ending, what is left is left: the cursor says where to go on. Ids are few; they are done to the
 * end. */
static enum psync_job_step go_on(struct psync_task *task, struct bulk *b, bool ending)
{
    struct psync_error err = {0};
    size_t max = b->action == RETRY_NEW_KEY ? SLICE_NEW_KEY : SLICE, n = 0;
    if (max > b->limit - b->handled)
        max = (size_t)(b->limit - b->handled);
    enum psync_result r = next_slice(b, task->api->open.queue, max, &n, &err);
    if (r == PSYNC_OK && n > 0)
        r = do_slice(b, task->api->open.queue, n, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    b->handled += n;
    if (n < max)
        return answer(task, b, false);
    if (b->handled == b->limit || (ending && !b->ids))
        return answer(task, b, true);
    return PSYNC_JOB_MORE;
}

static enum psync_job_step run(struct psync_task *task, enum action action, bool ending)
{
    struct psync_error err = {0};
    struct bulk *b = task->state;
    if (b)
        return go_on(task, b, ending);
    b = calloc(1, sizeof(*b));
    if (!b)
        return psync_task_fail(task, PSYNC_NOMEM, &err);
    b->action = action;
    task->state = b;
    task->state_free = free_bulk;
    enum psync_result r = read_request(b, task->rq, &err);
    if (r == PSYNC_OK)
        r = count_total(b, task->api->open.queue, &err);
    return r == PSYNC_OK ? go_on(task, b, ending) : psync_task_fail(task, r, &err);
}

enum psync_job_step psync_route_retry(struct psync_task *task, bool ending)
{
    return run(task, RETRY, ending);
}

enum psync_job_step psync_route_discard(struct psync_task *task, bool ending)
{
    return run(task, DISCARD, ending);
}
