/* replace - dead letters become new messages: same subject, next free revision, so another key. */
#include "queue/key.h"
#include "queue/thread.h"

#include <stdlib.h>
#include <string.h>

/* One dead letter on its way. */
struct item {
    const char *id;
    struct psync_message *message; /* a copy, whose texts the put borrows; NULL when it is over */
    struct psync_put put;
    char key[PSYNC_KEY_MAX];
    struct psync_error err;
};

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

/* EMPTY: no such dead letter. */
static enum psync_result begin(struct psync_queue *q, struct item *item, struct psync_span payload,
                               struct psync_error *err)
{
    struct taken t = {0};
    enum psync_result r = psync_queue_show(q, item->id, take, NULL, &t, err);
    if (r == PSYNC_OK && t.no_memory)
        r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    else if (r == PSYNC_OK && !t.dead)
        r = PSYNC_EMPTY;
    if (r != PSYNC_OK) {
        psync_message_free(t.message);
        return r;
    }
    const struct psync_message *m = item->message = t.message;
    item->put = (struct psync_put){
        .destination = m->destination, .key = item->key, .type = m->type, .trace = m->trace, .subject = m->subject,
        .payload = payload.data == NULL ? m->payload : payload, .revision = m->revision,
        .created_at = psync_queue_now(q),
    };
    return PSYNC_OK;
}

static void end(struct item *item)
{
    psync_message_free(item->message);
    item->message = NULL;
}

/* What became of its operation. OK: replaced. GONE: somebody has the key, so the next revision is to be tried. */
static enum psync_result judge(const struct item *item, enum psync_result r, struct psync_error *err)
{
    if (r != PSYNC_OK && r != PSYNC_EMPTY)
        return psync_fail(err, r, "%s", item->err.text);
    if (r == PSYNC_EMPTY || item->put.ret_outcome == PSYNC_PUT_NEW)
        return r;
    return item->put.ret_outcome == PSYNC_PUT_KNOWN
               ? PSYNC_GONE
               : psync_fail(err, PSYNC_RETRY, "the queue is full: %s", item->put.ret_why);
}

/* Raises the revision of each that is not over, and puts all in place. *ret_left: of how many the key was taken. */
static enum psync_result put_in_place(struct psync_queue *q, struct item *items, struct psync_op *ops, size_t n,
                                      uint64_t *replaced, uint64_t *missing, size_t *ret_left,
                                      struct psync_error *err)
{
    size_t n_ops = 0, at = 0;
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        struct item *item = &items[i];
        if (item->message == NULL)
            continue;
        item->put.revision++;
        r = psync_key_product(&item->put.subject, item->put.type, item->put.revision, item->put.payload, item->key);
        ops[n_ops++] = (struct psync_op){.kind = PSYNC_OP_REPLACE, .err = &item->err,
                                         .u.replace = {item->id, &item->put}};
    }
    if (r == PSYNC_OK)
        r = psync_queue_do_all(q, ops, n_ops);
    if (r != PSYNC_OK)
        return psync_fail(err, r, "out of memory");
    *ret_left = 0;
    for (size_t i = 0; i < n; i++) {
        if (items[i].message == NULL)
            continue;
        enum psync_result one = judge(&items[i], ops[at++].result, err);
        *replaced += one == PSYNC_OK;
        *missing += one == PSYNC_EMPTY;
        *ret_left += one == PSYNC_GONE;
        if (one != PSYNC_GONE)
            end(&items[i]);
        if (one != PSYNC_OK && one != PSYNC_EMPTY && one != PSYNC_GONE)
            r = one;
    }
    return r;
}

/* Until nobody has the keys. Room for `n` operations is lent. */
static enum psync_result replace(struct psync_queue *q, struct item *items, struct psync_op *ops, size_t n,
                                 struct psync_span payload, uint64_t *replaced, uint64_t *missing,
                                 struct psync_error *err)
{
    enum { REVISIONS_MAX = 1000 };
    enum psync_result r = PSYNC_OK;
    size_t left = 0;
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        r = begin(q, &items[i], payload, err);
        *missing += r == PSYNC_EMPTY;
        left += r == PSYNC_OK;
        r = r == PSYNC_EMPTY ? PSYNC_OK : r;
    }
    for (int tries = 0; r == PSYNC_OK && left > 0; tries++)
        r = tries < REVISIONS_MAX
                ? put_in_place(q, items, ops, n, replaced, missing, &left, err)
                : psync_fail(err, PSYNC_REJECT, "%zu dead letters: no free revision was found", left);
    for (size_t i = 0; i < n; i++)
        end(&items[i]);
    return r;
}

enum psync_result psync_queue_replace(struct psync_queue *q, const char *id, struct psync_span payload,
                                      char ret_new_key[PSYNC_KEY_MAX], struct psync_error *err)
{
    struct item item = {.id = id};
    struct psync_op op;
    uint64_t replaced = 0, missing = 0;
    if (payload.len > PSYNC_PAYLOAD_MAX)
        return psync_fail(err, PSYNC_REJECT, "the payload is longer than 1 MB");
    enum psync_result r = replace(q, &item, &op, 1, payload, &replaced, &missing, err);
    if (r == PSYNC_OK && replaced == 1)
        memcpy(ret_new_key, item.key, strlen(item.key) + 1);
    return r == PSYNC_OK && replaced == 0 ? PSYNC_EMPTY : r;
}

enum psync_result psync_queue_replace_all(struct psync_queue *q, const char *const *ids, size_t n,
                                          uint64_t *ret_replaced, uint64_t *ret_missing, struct psync_error *err)
{
    *ret_replaced = *ret_missing = 0;
    struct item *items = calloc(n + 1, sizeof *items);
    struct psync_op *ops = calloc(n + 1, sizeof *ops);
    enum psync_result r = PSYNC_NOMEM;
    for (size_t i = 0; items != NULL && i < n; i++)
        items[i].id = ids[i];
    if (items != NULL && ops != NULL)
        r = replace(q, items, ops, n, (struct psync_span){NULL, 0}, ret_replaced, ret_missing, err);
    else
        (void)psync_fail(err, r, "out of memory");
    free(items);
    free(ops);
    return r;
}
