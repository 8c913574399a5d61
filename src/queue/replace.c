/* replace - a dead letter becomes a new message: same subject, next revision, so another key. */
#include "queue/key.h"
#include "queue/thread.h"

#include <stdlib.h>
#include <string.h>

/* A copy of the dead letter; its texts are borrowed by the put. */
struct taken {
    struct psync_message *message;
    bool dead, no_memory;
};

static bool take(void *arg, const struct psync_row *row)
{
    struct taken *t = arg;
    const struct psync_message like = {
        .key = row->key, .destination = row->destination, .type = row->type, .trace = row->trace,
        .subject = row->subject,
        .payload = row->payload, .revision = row->revision, .batch_key = "",
    };
    t->dead = row->state == PSYNC_STATE_DEAD;
    t->message = psync_message_new(&like);
    t->no_memory = t->message == NULL;
    return false;
}

/* Raises the revision until nobody has the key. */
static enum psync_result put_in_place(struct psync_queue *q, const char *id, struct psync_put *put,
                                      char key[PSYNC_KEY_MAX], struct psync_error *err)
{
    enum { REVISIONS_MAX = 1000 };
    for (int i = 0; i < REVISIONS_MAX; i++) {
        struct psync_op op = {.kind = PSYNC_OP_REPLACE, .u.replace = {id, put}};
        put->revision++;
        enum psync_result r = psync_key_product(&put->subject, put->type, put->revision, put->payload, key);
        if (r == PSYNC_OK)
            r = psync_queue_do(q, &op, err);
        if (r != PSYNC_OK)
            return r;
        if (put->ret_outcome == PSYNC_PUT_FULL)
            return psync_fail(err, PSYNC_RETRY, "the queue is full: %s", put->ret_why);
        if (put->ret_outcome == PSYNC_PUT_NEW)
            return PSYNC_OK;
    }
    return psync_fail(err, PSYNC_REJECT, "message %s: no free revision was found", id);
}

enum psync_result psync_queue_replace(struct psync_queue *q, const char *id, struct psync_span payload,
                                      char ret_new_key[PSYNC_KEY_MAX], struct psync_error *err)
{
    struct taken t = {0};
    char key[PSYNC_KEY_MAX];
    if (payload.len > PSYNC_PAYLOAD_MAX)
        return psync_fail(err, PSYNC_REJECT, "the payload is longer than 1 MB");
    enum psync_result r = psync_queue_show(q, id, take, NULL, &t, err);
    if (r == PSYNC_OK && t.no_memory)
        r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    else if (r == PSYNC_OK && !t.dead)
        r = PSYNC_EMPTY;
    if (r == PSYNC_OK) {
        const struct psync_message *m = t.message;
        struct psync_put put = {
            .destination = m->destination, .key = key, .type = m->type, .trace = m->trace, .subject = m->subject,
            .payload = payload.data == NULL ? m->payload : payload, .revision = m->revision,
            .created_at = psync_queue_now(q),
        };
        r = put_in_place(q, id, &put, key, err);
    }
    if (r == PSYNC_OK)
        memcpy(ret_new_key, key, strlen(key) + 1);
    psync_message_free(t.message);
    return r;
}
