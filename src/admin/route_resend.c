/* route_resend - a product announced anew: its newest message's payload, revision one higher, so a new key. */
#include "admin/api_impl.h"
#include "queue/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 1 << 20, PAGE = 500, NEWEST_MAX = 1000 };

struct newest { /* message of the product, of one destination and shop */
    char id[PSYNC_ID_MAX], destination[PSYNC_NAME_MAX], shop[PSYNC_SHOP_MAX], type[PSYNC_TYPE_MAX];
    char key[PSYNC_PRODUCT_KEY_MAX];
    enum psync_state state;
    psync_ms created_at;
    uint32_t revision; /* the highest seen, then the new one */
    char *payload;     /* owned */
    size_t payload_len;
};
struct resend {
    int64_t product;
    const char *destination, *shop; /* NULL: any */
    bool force;
    struct psync_api *api;
    struct newest *list;
    size_t n, seen;
    char cursor[PSYNC_ID_MAX];
    enum psync_result result;       /* of a visit */
};

/* Without a destination named, those that are no longer configured are left alone. Settings are held. */
static bool is_wanted(const struct resend *s, const struct psync_row *row)
{
    if (s->shop && strcmp(s->shop, row->subject.shop) != 0)
        return false;
    return s->destination || psync_config_destination(s->api->config, row->destination) ||
           psync_config_shop_of(s->api->config, row->destination);
}

static struct newest *find_newest(struct resend *s, const struct psync_row *row)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->list[i].destination, row->destination) == 0 && strcmp(s->list[i].shop, row->subject.shop) == 0)
            return &s->list[i];
    struct newest *more = s->n < NEWEST_MAX ? realloc(s->list, (s->n + 1) * sizeof(*more)) : NULL;
    if (!more) {
        s->result = PSYNC_NOMEM;
        return NULL;
    }
    s->list = more;
    struct newest *added = &s->list[s->n++];
    *added = (struct newest){.created_at = -1};
    (void)snprintf(added->destination, sizeof(added->destination), "%s", row->destination);
    (void)snprintf(added->shop, sizeof(added->shop), "%s", row->subject.shop);
    return added;
}

static bool consider(void *arg, const struct psync_row *row)
{
    struct resend *s = arg;
    (void)snprintf(s->cursor, sizeof(s->cursor), "%s", row->cursor);
    s->seen++;
    if (!is_wanted(s, row))
        return true;
    struct newest *n = find_newest(s, row);
    if (!n)
        return false;
    bool newer = row->revision > n->revision || (row->revision == n->revision && row->created_at >= n->created_at);
    if (newer) {
        (void)snprintf(n->id, sizeof(n->id), "%s", row->id);
        (void)snprintf(n->type, sizeof(n->type), "%s", row->type);
        n->state = row->state;
        n->created_at = row->created_at;
        n->revision = row->revision;
    }
    return true;
}

static enum psync_result find_all(struct resend *s, struct psync_error *err)
{
    const struct psync_filter filter = {
        .destination = s->destination, .product = s->product, .any_state = true, .cursor = s->cursor};
    enum psync_result r = PSYNC_OK;
    do {
        s->seen = 0;
        psync_api_read(s->api);
        r = psync_queue_list(s->api->open.queue, &filter, PAGE, consider, s, err);
        psync_api_read_end(s->api);
    } while (r == PSYNC_OK && s->result == PSYNC_OK && s->seen == PAGE);
    return r == PSYNC_OK || r == PSYNC_EMPTY ? s->result : r;
}

static bool skip_attempt(void *arg, const struct psync_attempt *attempt)
{
    (void)arg, (void)attempt;
    return true;
}

static bool keep_payload(void *arg, const struct psync_row *row)
{
    struct newest *n = arg;
    n->payload = psync_span_dup(row->payload);
    n->payload_len = row->payload.len;
    return n->payload != NULL;
}

/* A new revision, and with it a new key. */
static enum psync_result prepare(struct resend *s, struct newest *n, struct psync_error *err)
{
    const struct psync_subject subject = {s->product, n->shop};
    enum psync_result r = psync_queue_show(s->api->open.queue, n->id, keep_payload, skip_attempt, n, err);
    if (r == PSYNC_EMPTY)
        return psync_fail(err, PSYNC_GONE, "message %s is forgotten meanwhile", n->id);
    if (r == PSYNC_OK && !n->payload)
        return PSYNC_NOMEM;
    if (r == PSYNC_OK && n->payload_len == 0)
        return psync_fail(err, PSYNC_GONE, "the payload of message %s is not kept any more", n->id);
    n->revision++;
    const struct psync_span payload = {n->payload, n->payload_len};
    return r == PSYNC_OK ? psync_key_product(&subject, n->type, n->revision, payload, n->key) : r;
}

/* Something that is still to be delivered, or that only a retry helps, is not doubled. */
static enum psync_result check_state(const struct resend *s, const struct newest *n, struct psync_error *err)
{
    if (s->force || n->state == PSYNC_STATE_DONE || n->state == PSYNC_STATE_DISCARDED)
        return PSYNC_OK;
    if (n->state == PSYNC_STATE_DEAD)
        return psync_fail(err, PSYNC_GONE, "its newest message %s for %s is a dead letter: retry that one", n->id,
                          n->destination);
    return psync_fail(err, PSYNC_GONE, "its newest message %s for %s is not finished yet (%s)", n->id, n->destination,
                      psync_state_name(n->state));
}

static enum psync_job_step answer_resent(struct psync_task *task, const struct resend *s, const struct psync_put *puts)
{
    struct psync_json_writer w;
    struct psync_buf buf;
    psync_buf_init(&buf, ANSWER_MAX);
    psync_json_writer_begin(&w, &buf);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, "messages", '[');
    for (size_t i = 0; i < s->n; i++) {
        psync_json_open(&w, NULL, '{');
        psync_json_put_text(&w, "destination", s->list[i].destination);
        psync_json_put_text(&w, "replaces", s->list[i].id);
        psync_json_put_text(&w, "id", puts[i].ret_id);
        psync_json_put_text(&w, "key", s->list[i].key);
        psync_json_put_int(&w, "revision", s->list[i].revision);
        psync_json_close(&w, '}');
    }
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    psync_answer_writer(task->rq, 200, &w);
    return PSYNC_JOB_DONE;
}

static enum psync_job_step put_anew(struct psync_task *task, const struct resend *s)
{
    struct psync_error err = {0};
    struct psync_put *puts = calloc(s->n, sizeof(*puts));
    if (!puts)
        return psync_task_fail(task, PSYNC_NOMEM, &err);
    for (size_t i = 0; i < s->n; i++) {
        const struct newest *n = &s->list[i];
        puts[i] = (struct psync_put){.destination = n->destination, .key = n->key, .type = n->type, .trace = "",
                                     .subject = {s->product, n->shop}, .payload = {n->payload, n->payload_len},
                                     .revision = n->revision, .created_at = psync_clock_now()};
    }
    enum psync_job_step step;
    enum psync_result r = psync_queue_put(task->api->open.queue, puts, s->n, &err);
    for (size_t i = 0; i < s->n && r == PSYNC_OK; i++)
        if (puts[i].ret_outcome == PSYNC_PUT_FULL)
            r = psync_fail(&err, PSYNC_RETRY, "%s", puts[i].ret_why);
    step = r == PSYNC_OK ? answer_resent(task, s, puts) : psync_task_fail(task, r, &err);
    free(puts);
    return step;
}

static enum psync_job_step resend(struct psync_task *task, struct resend *s)
{
    struct psync_error err = {0};
    enum psync_result r = find_all(s, &err);
    if (r == PSYNC_OK && s->n == 0)
        return psync_task_refuse(task, 404, "there is no message of product %" PRId64 " to send again", s->product);
    for (size_t i = 0; i < s->n && r == PSYNC_OK; i++)
        r = check_state(s, &s->list[i], &err);
    for (size_t i = 0; i < s->n && r == PSYNC_OK; i++)
        r = prepare(s, &s->list[i], &err);
    return r == PSYNC_OK ? put_anew(task, s) : psync_task_fail(task, r, &err);
}

enum psync_job_step psync_route_resend(struct psync_task *task, bool ending)
{
    static const struct psync_member members[] = {{"product", json_type_int, true},
                                                  {"destination", json_type_string, false},
                                                  {"shop", json_type_string, false},
                                                  {"force", json_type_boolean, false},
                                                  {0}};
    struct psync_error err = {0};
    json_object *body = NULL;
    (void)ending;
    enum psync_result r = psync_body_read(psync_web_body(task->rq), members, &body, &err);
    if (r != PSYNC_OK)
        return psync_task_fail(task, r, &err);
    struct resend s = {.api = task->api,
                       .product = psync_json_int(body, "product", 0),
                       .destination = psync_json_text(body, "destination"),
                       .shop = psync_json_text(body, "shop"),
                       .force = psync_json_bool(body, "force", false)};
    enum psync_job_step step = s.product > 0 ? resend(task, &s)
                                             : psync_task_refuse(task, 400, "\"product\" must be a positive integer");
    for (size_t i = 0; i < s.n; i++)
        free(s.list[i].payload);
    free(s.list);
    json_object_put(body);
    return step;
}
