/* route_process - the owner as a process: who it is, how it is, its settings; copies and checks of its queue file. */
#include "admin/api_impl.h"

#include "config/load.h"

#include <string.h>
#include <sys/stat.h>

enum { SMALL_BYTES = 8 << 10, CONFIG_BYTES = 4 << 20, REPORT_BYTES = 256 << 10, PATH_BYTES = 4096 };

/* ---- on the server's thread ---- */

void psync_route_owner(struct psync_api *api, struct psync_web_request *rq)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_web_attach(rq, api, psync_api_uncount);
    psync_buf_init(&buf, SMALL_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_write_owner(&w, api);
    psync_json_put_text(&w, "version", PSYNC_VERSION);
    psync_api_read(api);
    psync_json_put_text(&w, "queue", api->config->queue.path);
    psync_api_read_end(api);
    psync_json_close(&w, '}');
    psync_answer_writer(rq, 200, &w);
}

static void answer_state(struct psync_web_request *rq, const char *state)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, SMALL_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "state", state);
    psync_json_close(&w, '}');
    psync_answer_writer(rq, 200, &w);
}

void psync_route_health(struct psync_api *api, struct psync_web_request *rq)
{
    psync_web_attach(rq, api, psync_api_uncount);
    if (atomic_load(&api->failed))
        psync_web_problem(rq, 500, "Storage failed", "the process is about to stop");
    else
        answer_state(rq, "alive");
}

void psync_route_ready(struct psync_api *api, struct psync_web_request *rq)
{
    psync_web_attach(rq, api, psync_api_uncount);
    if (atomic_load(&api->failed))
        psync_answer_later(rq, "Storage failed", false);
    else if (atomic_load(&api->closing))
        psync_answer_later(rq, "The queue is handed over to another process", true);
    else
        answer_state(rq, "ready");
}

void psync_route_handover(struct psync_api *api, struct psync_web_request *rq)
{
    psync_web_attach(rq, api, psync_api_uncount);
    if (!api->open.temporary) {
        psync_web_problem(rq, 409, "Not in this state", "a worker keeps the queue until it ends");
        return;
    }
    psync_web_reply(rq, 202, "application/json", PSYNC_SPAN("{\"handover\":true}"));
    psync_api_yield(api);
    if (api->open.on_handover)
        api->open.on_handover(api->open.arg);
}

/* ---- on the clerk's ---- */

static const char *origin_word(enum psync_origin origin)
{
    switch (origin) {
    case PSYNC_ORIGIN_SHOP:
        return "shop";
    case PSYNC_ORIGIN_FILE:
        return "file";
    case PSYNC_ORIGIN_DASHBOARD:
        return "dashboard";
    case PSYNC_ORIGIN_ENVIRONMENT:
        return "environment";
    case PSYNC_ORIGIN_SET:
        return "command line";
    default:
        return "default";
    }
}

static bool add_setting(void *arg, const struct psync_config_row *row)
{
    struct psync_json_writer *w = arg;
    psync_json_open(w, NULL, '{');
    psync_json_put_text(w, "name", row->name);
    psync_json_put_text(w, "value", row->value);
    psync_json_put_text(w, "from", origin_word(row->origin));
    psync_json_put_text(w, "origin", row->origin_text);
    psync_json_put_bool(w, "secret", row->secret);
    psync_json_put_bool(w, "reloadable", row->reloadable);
    psync_json_put_bool(w, "changeable", row->changeable);
    psync_json_put_text(w, "help", row->help);
    psync_json_close(w, '}');
    return w->result == PSYNC_OK;
}

enum psync_job_step psync_route_config(struct psync_task *task, bool ending)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    (void)ending;
    psync_buf_init(&buf, CONFIG_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "settings", '[');
    psync_api_read(task->api);
    psync_config_show(task->api->config, add_setting, &w);
    psync_api_read_end(task->api);
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}

static enum psync_job_step back_up(struct psync_task *task, const char *path)
{
    struct psync_error err = {0};
    struct psync_json_writer w;
    struct psync_buf buf;
    struct stat st;
    if (path[0] != '/' || strlen(path) >= PATH_BYTES)
        return psync_task_refuse(task, 400, "\"path\" must be an absolute path of less than %d bytes", PATH_BYTES);
    enum psync_result r = psync_queue_backup(task->api->open.queue, path, &err);
    if (r == PSYNC_REJECT)
        return psync_task_refuse(task, 507, "%s", err.text);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    psync_buf_init(&buf, 2 * PATH_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "path", path);
    psync_json_put_int(&w, "size_bytes", stat(path, &st) == 0 ? (int64_t)st.st_size : 0);
    psync_json_close(&w, '}');
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}

enum psync_job_step psync_route_backup(struct psync_task *task, bool ending)
{
    static const struct psync_member members[] = {{"path", json_type_string, true}, {0}};
    struct psync_error err = {0};
    json_object *body = NULL;
    (void)ending;
    enum psync_result r = psync_body_read(psync_web_body(task->rq), members, &body, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    enum psync_job_step step = back_up(task, psync_json_text(body, "path"));
    json_object_put(body);
    return step;
}

enum psync_job_step psync_route_check(struct psync_task *task, bool ending)
{
    struct psync_error err = {0};
    struct psync_json_writer w;
    struct psync_buf report, buf;
    (void)ending;
    psync_buf_init(&report, REPORT_BYTES);
    enum psync_result r = psync_queue_check(task->api->open.queue, &report, &err);
    if (r != PSYNC_OK && r != PSYNC_REJECT) {
        psync_buf_done(&report);
        return psync_task_fail(task, r, &err);
    }
    psync_buf_init(&buf, 2 * REPORT_BYTES);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_put_bool(&w, "sound", r == PSYNC_OK);
    psync_json_put_text(&w, "report", report.len || r == PSYNC_OK ? report.data : err.text);
    psync_json_close(&w, '}');
    psync_buf_done(&report);
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}
