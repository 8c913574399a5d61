/* feed_deliver - one batch into the queue: directly, or through the owner's socket. */
#include "admin/feed_impl.h"

#include "admin/putset.h"
#include "admin/session_impl.h"
#include "admin/view.h"

#include <stdlib.h>
#include <string.h>

static void settle(struct psync_feed_batch *b, struct psync_feed_item *item, enum psync_feed_outcome outcome,
                   enum psync_state state)
{
    item->settled = true;
    item->outcome = outcome;
    item->state = state;
    b->n_settled++;
}

/* ---- directly ---- */

static enum psync_result put_set(struct psync_queue *q, struct psync_feed_batch *b, struct psync_putset *set,
                                 struct psync_error *err)
{
    size_t next = 0;
    const char *full = NULL;
    enum psync_result r = psync_queue_put(q, set->puts, set->n_puts, err);
    if (r != PSYNC_OK)
        return r;
    for (size_t i = 0; i < b->n; i++) {
        struct psync_feed_item *item = &b->items[i];
        if (item->settled)
            continue;
        struct psync_put_summary all = psync_putset_outcome(set, next++);
        if (all.outcome == PSYNC_PUT_FULL)
            full = all.why;
        else
            settle(b, item, all.outcome == PSYNC_PUT_NEW ? PSYNC_FEED_NEW : PSYNC_FEED_KNOWN, all.state);
    }
    return full ? psync_fail(err, PSYNC_RETRY, "%s", full) : PSYNC_OK;
}

static enum psync_result deliver_directly(const struct psync_feed_way *way, struct psync_queue *q,
                                          struct psync_feed_batch *b, struct psync_error *err)
{
    const struct psync_putset_common common = {.shop = way->shop, .type = way->type, .trace = "",
                                               .revision = way->revision, .now = psync_clock_now()};
    struct psync_putset_item items[PSYNC_FEED_BATCH];
    struct psync_putset set = {0};
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (!b->items[i].settled)
            items[n++] = (struct psync_putset_item){b->items[i].product,
                                                    {b->text.data + b->items[i].at, b->items[i].len}};
    enum psync_result r = psync_putset_init(&set, psync_session_config(way->session), &common, items, n, err);
    if (r == PSYNC_OK)
        r = put_set(q, b, &set, err);
    psync_putset_done(&set);
    return r;
}

/* ---- through the socket ---- */

/* The unsettled payloads as a body; all of them are one already. */
static enum psync_result make_body(const struct psync_feed_batch *b, struct psync_buf *rest,
                                   struct psync_span *ret_body)
{
    enum psync_result r = PSYNC_OK;
    *ret_body = (struct psync_span){b->text.data, b->text.len};
    if (b->n_settled == 0)
        return r;
    for (size_t i = 0; i < b->n && r == PSYNC_OK; i++)
        if (!b->items[i].settled)
            r = psync_buf_add(rest, b->text.data + b->items[i].at, b->items[i].len + 1);
    *ret_body = (struct psync_span){rest->data, rest->len};
    return r;
}

static enum psync_result settle_listed(struct psync_feed_batch *b, struct psync_feed_item *item, json_object *listed)
{
    const char *outcome = psync_json_text(listed, "outcome"), *reason = psync_json_text(listed, "reason");
    const char *state_name = psync_json_text(listed, "state");
    enum psync_state state = PSYNC_STATE_READY;
    if (!outcome)
        return PSYNC_FATAL;
    if (strcmp(outcome, "full") == 0)
        return PSYNC_RETRY;
    if (strcmp(outcome, "refused") == 0) {
        reason = reason ? reason : "";
        item->reason_at = b->reasons.len;
        enum psync_result r = psync_buf_add(&b->reasons, reason, strlen(reason) + 1);
        if (r == PSYNC_OK)
            settle(b, item, PSYNC_FEED_REFUSED, state);
        return r;
    }
    if (state_name && !psync_view_state_parse(state_name, &state))
        return PSYNC_FATAL;
    settle(b, item, strcmp(outcome, "known") == 0 ? PSYNC_FEED_KNOWN : PSYNC_FEED_NEW, state);
    return PSYNC_OK;
}

/* The answer lists, by line of the body and in order, what is not new. */
static enum psync_result read_outcomes(struct psync_feed_batch *b, json_object *answer, struct psync_error *err)
{
    json_object *list = psync_json_member(answer, "products");
    enum psync_result all = PSYNC_OK;
    size_t next = 0, n;
    int64_t line = 1;
    if (!list || !json_object_is_type(list, json_type_array))
        return psync_fail(err, PSYNC_FATAL, "the owner's answer is not what the API promises");
    n = json_object_array_length(list);
    for (size_t i = 0; i < b->n; i++) {
        if (b->items[i].settled)
            continue;
        json_object *listed = next < n ? json_object_array_get_idx(list, next) : NULL;
        enum psync_result r = PSYNC_OK;
        if (listed && psync_json_int(listed, "line", 0) == line) {
            r = settle_listed(b, &b->items[i], listed);
            next++;
        } else {
            settle(b, &b->items[i], PSYNC_FEED_NEW, PSYNC_STATE_READY);
        }
        if (r != PSYNC_OK && r != PSYNC_RETRY)
            return psync_fail(err, r, "the owner's answer cannot be used");
        all = r == PSYNC_OK ? all : r;
        line++;
    }
    return all;
}

static enum psync_result deliver_through_socket(const struct psync_feed_way *way, struct psync_feed_batch *b,
                                                struct psync_error *err)
{
    struct psync_buf rest;
    struct psync_span body;
    json_object *answer = NULL;
    psync_buf_init(&rest, b->text.len);
    enum psync_result r = make_body(b, &rest, &body);
    if (r == PSYNC_OK)
        r = psync_session_send(way->session, "POST", way->target.data, "application/x-ndjson", body, &answer, err);
    /* Full (503) and refused (422) answers tell of each product, too. */
    if (r == PSYNC_OK || (answer && psync_json_member(answer, "products")))
        r = read_outcomes(b, answer, err);
    json_object_put(answer);
    psync_buf_done(&rest);
    return r;
}

enum psync_result psync_feed_deliver(const struct psync_feed_way *way, struct psync_feed_batch *batch,
                                     struct psync_error *err)
{
    struct psync_queue *queue = NULL;
    enum psync_result r = psync_session_enter(way->session, &queue, err);
    if (r != PSYNC_OK)
        return r == PSYNC_RETRY ? PSYNC_FATAL : r;
    if (queue)
        r = deliver_directly(way, queue, batch, err);
    psync_session_leave(way->session);
    return queue ? r : deliver_through_socket(way, batch, err);
}
