/* route_destination - pause and resume by hand. */
#include "admin/overview.h"
#include "queue/hold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NAME means NAME itself and, as the name of an installation, every NAME/ID. */
static bool is_meant(const char *asked, const char *name)
{
    size_t n = strlen(asked);
    return strncmp(asked, name, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

struct change {
    bool pause, force;
    const char *reason;
    psync_ms now;
};

/* Only a pause by hand is over: what the shop says goes into `err`. */
static enum psync_result refuse_hold(struct psync_api *api, const char *name, const struct psync_hold *hold, bool changed,
                                     struct psync_error *err)
{
    char says[PSYNC_CAUSE_TEXT_MAX];
    psync_hold_paused_reason(hold, says, sizeof(says));
    enum psync_result r = changed ? psync_queue_hold(api->open.queue, name, hold, err) : PSYNC_OK;
    return r == PSYNC_OK ? psync_fail(err, PSYNC_GONE, "%s", says) : r;
}

/* Without a worker the queue remembers it; the next worker finds it there. Resuming does what it does with a worker: it
 * ends whatever holds the destination, a wait that the API asked for too, and after a suspension the next delivery is
 * the trial. What the last worker said of it is out of date then. */
static enum psync_result change_hold(struct psync_api *api, const struct psync_standing *s, const struct change *change,
                                     struct psync_error *err)
{
    struct psync_hold hold = s->hold;
    struct psync_figures figures = s->figures;
    if (change->pause) {
        psync_hold_pause(&hold, change->reason, change->now);
        return psync_queue_hold(api->open.queue, s->name, &hold, err);
    }
    if (!psync_hold_resume(&hold, change->force))
        return refuse_hold(api, s->name, &hold, psync_hold_by(&s->hold) == PSYNC_HOLD_BY_BOTH, err);
    hold = (struct psync_hold){.proving = s->hold.proving};
    if (s->hold.suspended && !hold.proving)
        hold.proving = PSYNC_PROVING_DELIVERY;
    figures.state[0] = '\0';
    enum psync_result r = psync_queue_note(api->open.queue, s->name, &figures);
    return r == PSYNC_OK ? psync_queue_hold(api->open.queue, s->name, &hold, err) : r;
}

/* The worker knows the destinations of its own configuration (else REJECT), and only while it runs (else RETRY). GONE: the
 * shop holds it, and `err` is what it says. */
static enum psync_result change_one(struct psync_api *api, const struct psync_standing *s, const struct change *change,
                                    struct psync_error *err)
{
    enum psync_result r = PSYNC_REJECT;
    psync_api_read(api);
    if (api->worker && s->working)
        r = change->pause ? psync_worker_pause(api->worker, s->name, change->reason, err)
                          : psync_worker_resume(api->worker, s->name, change->force, err);
    psync_api_read_end(api);
    return r == PSYNC_REJECT || r == PSYNC_RETRY ? change_hold(api, s, change, err) : r;
}

/* ---- all that are meant ---- */

/* What became of one. */
struct fate {
    bool meant, held;               /* by its shop, which refused it */
    char says[PSYNC_CAUSE_TEXT_MAX];
};

struct changing {
    const struct psync_overview *o;
    struct fate *fates;             /* one a standing */
    size_t n, n_held, first_held;
};

static enum psync_result change_all(struct psync_task *task, struct changing *c, const struct change *change,
                                    struct psync_error *err)
{
    const char *asked = psync_web_wildcard(task->rq);
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; i < c->o->n && r == PSYNC_OK; i++) {
        struct fate *fate = &c->fates[i];
        fate->meant = is_meant(asked, c->o->standings[i].name);
        if (!fate->meant)
            continue;
        r = change_one(task->api, &c->o->standings[i], change, err);
        fate->held = r == PSYNC_GONE;
        c->n++;
        if (!fate->held)
            continue;
        (void)snprintf(fate->says, sizeof(fate->says), "%.*s", (int)sizeof(fate->says) - 1, err->text);
        c->first_held = c->n_held++ == 0 ? i : c->first_held;
        r = PSYNC_OK;
    }
    return r;
}

static void put_detail(struct psync_json_writer *w, const struct changing *c)
{
    const struct psync_standing *first = &c->o->standings[c->first_held];
    const char *says = c->fates[c->first_held].says;
    char detail[PSYNC_ERROR_MAX];
    if (c->n_held > 1)
        (void)snprintf(detail, sizeof(detail),
                       "%s is held by its shop (%s), %zu more too: answer or end that on the module's page in the shop; "
                       "--force delivers nevertheless",
                       first->name, says, c->n_held - 1);
    else if (psync_hold_by(&first->hold) == PSYNC_HOLD_BY_BOTH)
        (void)snprintf(detail, sizeof(detail),
                       "%s is no longer paused by hand, but held by its shop (%s): answer or end that on the module's page "
                       "in the shop; --force delivers nevertheless",
                       first->name, says);
    else
        (void)snprintf(detail, sizeof(detail),
                       "%s is held by its shop (%s): answer or end that on the module's page in the shop; "
                       "--force delivers nevertheless",
                       first->name, says);
    psync_json_put_text(w, "detail", detail);
}

static void put_held(struct psync_json_writer *w, const struct changing *c)
{
    psync_json_put_text(w, "type", "about:blank");
    psync_json_put_int(w, "status", 409);
    psync_json_put_text(w, "title", "Not in this state");
    put_detail(w, c);
    psync_json_open(w, "held", '[');
    for (size_t i = 0; i < c->o->n; i++)
        if (c->fates[i].held) {
            psync_json_open(w, NULL, '{');
            psync_json_put_text(w, "destination", c->o->standings[i].name);
            psync_json_put_text(w, "reason", c->fates[i].says);
            psync_json_close(w, '}');
        }
    psync_json_close(w, ']');
}

/* 409 when the shop holds one of them: it names those, and those that were changed. */
static enum psync_job_step answer_changed(struct psync_task *task, const struct changing *c)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, 1 << 20);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    if (c->n_held > 0)
        put_held(&w, c);
    psync_json_open(&w, "destinations", '[');
    for (size_t i = 0; i < c->o->n; i++)
        if (c->fates[i].meant && !c->fates[i].held)
            psync_json_put_text(&w, NULL, c->o->standings[i].name);
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    psync_answer_writer(task->rq, c->n_held > 0 ? 409 : 200, &w);
    return PSYNC_JOB_DONE;
}

static enum psync_job_step change_and_answer(struct psync_task *task, const struct psync_overview *o,
                                             const struct change *change)
{
    struct psync_error err = {0};
    struct changing c = {.o = o, .fates = calloc(o->n + 1, sizeof(*c.fates))};
    enum psync_result r = c.fates ? change_all(task, &c, change, &err) : PSYNC_NOMEM;
    enum psync_job_step step = r != PSYNC_OK ? psync_task_fail(task, r, &err)
                               : c.n > 0     ? answer_changed(task, &c)
                                             : psync_task_refuse(task, 404, "there is no destination %s",
                                                                 psync_web_wildcard(task->rq));
    free(c.fates);
    return step;
}

static enum psync_job_step change_destination(struct psync_task *task, bool pause)
{
    static const struct psync_member pausing[] = {{"reason", json_type_string, false}, {0}}, resuming[] = {{"force", json_type_boolean, false}, {0}};
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
        step = change_and_answer(task, &o, &(struct change){.pause = pause,
                                                            .force = psync_json_bool(body, "force", false),
                                                            .reason = reason ? reason : "",
                                                            .now = psync_clock_now()});
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
