/* route_destination - pause and resume by hand. */
#include "admin/overview.h"

#include <stdio.h>
#include <string.h>

/* NAME means NAME itself and, as the name of an installation, every NAME/ID. */
static bool is_meant(const char *asked, const char *name)
{
    size_t n = strlen(asked);
    return strncmp(asked, name, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

struct change {
    bool pause;
    const char *reason;
    psync_ms now;
};

/* Without a worker the queue remembers it; the next worker finds it there. Resuming does what it does with a worker: it
 * ends whatever holds the destination, a wait that the API asked for too, and after a suspension the next delivery is
 * the trial. What the last worker said of it is out of date then. */
static enum psync_result change_hold(struct psync_api *api, const struct psync_standing *s, const struct change *change,
                                     struct psync_error *err)
{
    struct psync_hold hold = {.proving = s->hold.proving};
    struct psync_figures figures = s->figures;
    if (change->pause) {
        hold = s->hold;
        hold.paused = true;
        hold.paused_since = change->now;
        (void)snprintf(hold.paused_reason, sizeof(hold.paused_reason), "%s", change->reason);
        return psync_queue_hold(api->open.queue, s->name, &hold, err);
    }
    if (s->hold.suspended && !hold.proving)
        hold.proving = PSYNC_PROVING_DELIVERY;
    figures.state[0] = '\0';
    enum psync_result r = psync_queue_note(api->open.queue, s->name, &figures);
    return r == PSYNC_OK ? psync_queue_hold(api->open.queue, s->name, &hold, err) : r;
}

/* The worker knows the destinations of its own configuration (else REJECT), and only while it runs (else RETRY). */
static enum psync_result change_one(struct psync_api *api, const struct psync_standing *s, const struct change *change,
                                    struct psync_error *err)
{
    enum psync_result r = PSYNC_REJECT;
    psync_api_read(api);
    if (api->worker && s->working)
        r = change->pause ? psync_worker_pause(api->worker, s->name, change->reason, err)
                          : psync_worker_resume(api->worker, s->name, err);
    psync_api_read_end(api);
    return r == PSYNC_REJECT || r == PSYNC_RETRY ? change_hold(api, s, change, err) : r;
}

static enum psync_job_step change_all(struct psync_task *task, const struct psync_overview *o,
                                      const struct change *change)
{
    const char *asked = psync_web_wildcard(task->rq);
    struct psync_error err = {0};
    struct psync_json_writer w;
    struct psync_buf buf;
    size_t n = 0;
    enum psync_result r = PSYNC_OK;
    psync_buf_init(&buf, 1 << 20);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "destinations", '[');
    for (size_t i = 0; i < o->n && r == PSYNC_OK; i++)
        if (is_meant(asked, o->standings[i].name)) {
            r = change_one(task->api, &o->standings[i], change, &err);
            psync_json_put_text(&w, NULL, o->standings[i].name);
            n++;
        }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    if (r == PSYNC_OK && n > 0) {
        psync_answer_writer(task->rq, 200, &w);
        return PSYNC_JOB_DONE;
    }
    psync_buf_done(&buf);
    return n ? psync_task_fail(task, r, &err) : psync_task_refuse(task, 404, "there is no destination %s", asked);
}

static enum psync_job_step change_destination(struct psync_task *task, bool pause)
{
    static const struct psync_member pausing[] = {{"reason", json_type_string, false}, {0}}, resuming[] = {{0}};
    struct psync_overview o;
    struct psync_error err = {0};
    json_object *body = NULL;
    enum psync_result r = psync_body_read(psync_web_body(task->rq), pause ? pausing : resuming, &body, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    const char *reason = psync_json_text(body, "reason");
    enum psync_job_step step = PSYNC_JOB_DONE;
    if (reason && strlen(reason) >= PSYNC_CAUSE_TEXT_MAX)
        step = psync_task_refuse(task, 400, "\"reason\" may have at most %d bytes", PSYNC_CAUSE_TEXT_MAX - 1);
    else if ((r = psync_overview_init(&o, task->api, &err)) != PSYNC_OK)
        step = psync_task_fail(task, r, &err);
    else {
        step = change_all(task, &o, &(struct change){pause, reason ? reason : "", psync_clock_now()});
        psync_overview_done(&o);
    }
    json_object_put(body);
    return step;
}

enum psync_job_step psync_route_pause(struct psync_task *task, bool ending)
{
    (void)ending;
    return change_destination(task, true);
}

enum psync_job_step psync_route_resume(struct psync_task *task, bool ending)
{
    (void)ending;
    return change_destination(task, false);
}
