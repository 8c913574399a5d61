/* relay_take - rows out of the shop and into the queue: claim, put, mark. */
#include "source/relay_impl.h"

#include "queue/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what becomes of a page of rows ---- */

struct page {
    const struct psync_relay_rows *rows;
    struct psync_put *puts;
    size_t n_puts;
    size_t *row_of;               /* each put's row */
    enum fate {
        SKIP,                     /* nothing is done with it */
        PUT,                      /* it is put */
        BACK,                     /* nothing was sent, and nothing may be: ready again */
        KEPT,                     /* nothing may be sent now, but something may have been: ready again, under our name */
        WRONG,                    /* it can never be put */
        DEAD_THERE,               /* the queue has it as a dead letter: the merchant wants it sent again */
        ENDED                     /* the queue knows what became of it */
    } *fates;
    const char **why;             /* WRONG */
    bool *has;                    /* some destination has it */
    bool again;                   /* another had no room for it: it is put again, and stays taken */
    const char *full;             /* why the queue took no more; NULL */
};

static enum psync_result page_init(struct page *p, const struct psync_relay *r, const struct psync_relay_rows *rows)
{
    size_t most = rows->n * (r->n_named > 0 ? r->n_named : 1);
    *p = (struct page){.rows = rows,
                       .puts = calloc(most + 1, sizeof *p->puts),
                       .row_of = calloc(most + 1, sizeof *p->row_of),
                       .fates = calloc(rows->n + 1, sizeof *p->fates),
                       .why = calloc(rows->n + 1, sizeof *p->why),
                       .has = calloc(rows->n + 1, sizeof *p->has)};
    return p->puts && p->row_of && p->fates && p->why && p->has ? PSYNC_OK : PSYNC_NOMEM;
}

static void page_done(struct page *p)
{
    for (size_t i = 0; p->puts && i < p->n_puts; i++)
        free((void *)(uintptr_t)p->puts[i].destination);
    free(p->puts);
    free(p->row_of);
    free(p->fates);
    free(p->why);
    free(p->has);
}

static enum psync_result add_put(struct page *p, size_t i, const struct psync_relay_store *s, const char *destination, psync_ms now)
{
    const struct psync_relay_row *row = p->rows->rows[i];
    char *name = strdup(destination);
    if (!name)
        return PSYNC_NOMEM;
    p->row_of[p->n_puts] = i;
    p->puts[p->n_puts++] = (struct psync_put){.destination = name,
                                              .key = row->key,
                                              .type = row->type,
                                              .trace = "",
                                              .subject = {row->product, s->identity},
                                              .payload = row->payload,
                                              .revision = row->revision,
                                              .created_at = now};
    return PSYNC_OK;
}

static enum psync_result add_puts(struct page *p, const struct psync_relay *r, size_t i, const struct psync_relay_store *s,
                                  psync_ms now)
{
    enum psync_result result = r->n_named > 0 ? PSYNC_OK : add_put(p, i, s, s->destination, now);
    for (size_t k = 0; k < r->n_named && result == PSYNC_OK; k++)
        result = add_put(p, i, s, r->named[k].name, now);
    return result;
}

/* What was queued before was checked then; its key may be a later message's (source/relay_fate.h). */
static const char *what_is_wrong(const struct psync_relay *r, const struct psync_relay_row *row, const struct psync_relay_store *s)
{
    const char *former = psync_shop_value_of(&r->facts, psync_shop_store_of(&r->facts, s->id), PSYNC_SHOP_UUID_BEFORE);
    if (!row->queued)
        return psync_relay_row_check(row, s->identity, former);
    bool usable = row->product > 0 && row->payload.len > 0 && row->payload.len <= PSYNC_PAYLOAD_MAX &&
                  strlen(row->type) < PSYNC_TYPE_MAX && psync_key_valid((struct psync_span){row->key, strlen(row->key)});
    return usable ? NULL : "the row cannot be sent";
}

/* Nothing may be taken in its shop now. What the queue knows though it was not marked - killed before that, put at one destination of
 * several, a dead letter to be sent again - stays under our name, and so does what was marked, and lost with a queue file. But not ready
 * where the module would send it as well: there it gets what became of it. */
static enum psync_result sort_closed(struct page *p, struct psync_relay *r, size_t i, struct psync_error *err)
{
    const struct psync_relay_row *row = p->rows->rows[i];
    const struct psync_relay_store *s = psync_relay_store_of(r, row->id_shop);
    bool others = s && s->word == PSYNC_SHOP_OTHER_MODE;
    struct psync_relay_left left;
    enum psync_result result = psync_relay_left(r, row, &left, err);
    if (row->queued)
        p->fates[i] = left.known ? SKIP : KEPT;
    else
        p->fates[i] = !left.known ? BACK : others ? ENDED : KEPT;
    return result;
}

static enum psync_result sort_row(struct page *p, struct psync_relay *r, size_t i, psync_ms now, struct psync_error *err)
{
    const struct psync_relay_row *row = p->rows->rows[i];
    const struct psync_relay_store *s = psync_relay_store_of(r, row->id_shop);
    if (!s || !psync_relay_is_open(s))
        return sort_closed(p, r, i, err);
    p->why[i] = what_is_wrong(r, row, s);
    p->fates[i] = !p->why[i] ? PUT : row->queued ? SKIP : WRONG;
    return p->fates[i] == PUT ? add_puts(p, r, i, s, now) : PSYNC_OK;
}

/* The strongest of what the destinations said. Nothing was sent only if none has it. */
static void read_put(struct page *p, size_t k)
{
    const struct psync_put *put = &p->puts[k];
    size_t i = p->row_of[k];
    enum fate *fate = &p->fates[i];
    bool queued = p->rows->rows[i]->queued, full = put->ret_outcome == PSYNC_PUT_FULL;
    bool ended = put->ret_outcome == PSYNC_PUT_KNOWN && put->ret_state >= PSYNC_STATE_DEAD;
    p->full = full ? put->ret_why : p->full;
    p->has[i] = p->has[i] || !full;
    if (full || *fate == BACK)
        *fate = queued || p->has[i] ? SKIP : BACK;
    else if (ended && *fate != SKIP)
        *fate = put->ret_state == PSYNC_STATE_DEAD && !queued ? DEAD_THERE : *fate == DEAD_THERE ? DEAD_THERE : ENDED;
    p->again = p->again || (*fate == SKIP && !queued);
}

/* ---- acting on it ---- */

static enum psync_result mark(struct psync_relay *r, const struct page *p, enum psync_relay_mark mark, struct psync_error *err)
{
    uint64_t ids[PSYNC_RELAY_ROWS];
    size_t n = 0;
    for (size_t i = 0; i < p->rows->n; i++) {
        enum fate fate = p->fates[i];
        bool put = fate != BACK && fate != KEPT && fate != SKIP && fate != WRONG && !p->rows->rows[i]->queued;
        if (mark == PSYNC_RELAY_MARK_BACK ? fate == BACK : mark == PSYNC_RELAY_MARK_KEPT ? fate == KEPT : put)
            ids[n++] = p->rows->rows[i]->id;
    }
    return psync_relay_sql_mark(&r->sql, mark, ids, n, err);
}

static enum psync_result requeue(struct psync_relay *r, const struct page *p, struct psync_error *err)
{
    const char *ids[PSYNC_RELAY_ROWS];
    enum psync_result result = PSYNC_OK;
    size_t n = 0;
    for (size_t k = 0; k <= p->n_puts && result == PSYNC_OK; k++) {
        if (n == PSYNC_RELAY_ROWS || (k == p->n_puts && n > 0)) {
            struct psync_select select = {.ids = ids, .n_ids = n, .force = true, .cursor = ""};
            result = psync_queue_requeue(r->open.queue, &select, err);
            n = 0;
        }
        if (k < p->n_puts && p->fates[p->row_of[k]] == DEAD_THERE && p->puts[k].ret_state == PSYNC_STATE_DEAD)
            ids[n++] = p->puts[k].ret_id;
    }
    return result;
}

static enum psync_result add_end(struct psync_relay *r, const struct page *p, size_t i, struct psync_error *err)
{
    const struct psync_relay_row *row = p->rows->rows[i];
    if (p->fates[i] == ENDED)
        return psync_relay_judge(r, row->id_shop, row->product, row->key, false, err);
    return psync_relay_sql_add(&r->sql, &(struct psync_relay_update){.product = row->product,
                                                                     .id_shop = row->id_shop,
                                                                     .key = row->key,
                                                                     .state = PSYNC_RELAY_DEAD,
                                                                     .why_unsent = p->why[i]});
}

/* Of what needs no queue any more. */
static enum psync_result write_ends(struct psync_relay *r, const struct page *p, struct psync_error *err)
{
    enum psync_result result = PSYNC_OK;
    size_t n = 0;
    for (size_t i = 0; i < p->rows->n && result == PSYNC_OK; i++) {
        if (p->fates[i] != ENDED && p->fates[i] != WRONG)
            continue;
        if (n++ == 0)
            result = psync_relay_sql_begin(&r->sql);
        if (result == PSYNC_OK)
            result = add_end(r, p, i, err);
    }
    return result == PSYNC_OK && n > 0 ? psync_relay_sql_commit(&r->sql, NULL, err) : result;
}

/* Rows stay taken until the mark, so that whatever fails here is done again. */
static enum psync_result act(struct psync_relay *r, const struct page *p, struct psync_error *err)
{
    enum psync_result result = requeue(r, p, err);
    if (result == PSYNC_OK)
        result = mark(r, p, PSYNC_RELAY_MARK_QUEUED, err);
    if (result == PSYNC_OK)
        result = mark(r, p, PSYNC_RELAY_MARK_BACK, err);
    if (result == PSYNC_OK)
        result = mark(r, p, PSYNC_RELAY_MARK_KEPT, err);
    return result == PSYNC_OK ? write_ends(r, p, err) : result;
}

static void note_full(struct psync_relay *r, const char *why, psync_ms now)
{
    if (why && r->full_until == 0)
        PSYNC_LOG(r->open.log, PSYNC_LOG_WARNING, "queue full", PSYNC_F_TEXT("shop", r->open.shop->name),
                  PSYNC_F_TEXT("why", why));
    r->full_until = why ? now + PSYNC_RELAY_FULL_MS : 0;
}

static enum psync_result put_rows(struct psync_relay *r, const struct psync_relay_rows *rows, psync_ms now,
                                  struct psync_error *err)
{
    struct page p;
    enum psync_result result = page_init(&p, r, rows);
    for (size_t i = 0; i < rows->n && result == PSYNC_OK; i++)
        result = sort_row(&p, r, i, now, err);
    if (result == PSYNC_NOMEM)
        (void)psync_fail(err, result, "out of memory");
    if (result == PSYNC_OK && p.n_puts > 0)
        result = psync_queue_put(r->open.queue, p.puts, p.n_puts, err);
    for (size_t k = 0; k < p.n_puts && result == PSYNC_OK; k++)
        read_put(&p, k);
    if (result == PSYNC_OK && p.n_puts > 0)
        note_full(r, p.full, now);
    if (result == PSYNC_OK)
        result = act(r, &p, err);
    r->unqueued = r->unqueued || p.again;
    page_done(&p);
    return result;
}

/* ---- what was queued before this start: the queue refuses what it knows, and takes what it does not know ---- */

static enum psync_result recover(struct psync_relay *r, struct psync_relay_store *s, psync_ms now, struct psync_error *err)
{
    struct psync_relay_rows rows = {0}, before = {0};
    enum psync_result result = PSYNC_OK;
    bool more = true;
    while (more && result == PSYNC_OK && r->full_until <= now) {
        result = psync_relay_sql_queued(&r->sql, s->id, before.n ? before.rows[before.n - 1] : NULL, PSYNC_RELAY_ROWS, &rows, &more,
                                        err);
        if (result != PSYNC_OK)
            break;
        if (rows.n > 0)
            result = put_rows(r, &rows, now, err);
        psync_relay_rows_free(&before);
        before = rows;
        rows = (struct psync_relay_rows){0};
        more = more && before.n > 0;
    }
    psync_relay_rows_free(&before);
    s->recovered = result == PSYNC_OK && r->full_until <= now;
    return result;
}

/* ---- claiming ---- */

static enum psync_result claim(struct psync_relay *r, bool *ret_busy, struct psync_error *err)
{
    uint32_t ids[PSYNC_SHOP_STORES_MAX] = {0};
    bool due[PSYNC_SHOP_STORES_MAX];
    uint64_t claimed = 0;
    size_t n = 0;
    r->turn++; /* each comes first in its turn, so that none waits for another's thousands */
    for (size_t i = 0; i < r->n_stores; i++) {
        const struct psync_relay_store *s = &r->stores[(i + r->turn) % r->n_stores];
        if (psync_relay_is_open(s))
            ids[n++] = s->id;
    }
    enum psync_result result = psync_relay_sql_poll(&r->sql, ids, n, due, err);
    for (size_t i = 0; i < n && result == PSYNC_OK && !r->unqueued; i++) {
        if (!due[i])
            continue;
        result = psync_relay_sql_claim(&r->sql, ids[i], PSYNC_RELAY_ROWS, &claimed, err);
        r->unqueued = claimed > 0;
    }
    *ret_busy = r->unqueued;
    return result;
}

/* Where the module delivers itself by now, what our queue has lost is for it to send. */
static bool may_recover(const struct psync_relay_store *s)
{
    return !s->recovered && (psync_relay_is_open(s) || s->word == PSYNC_SHOP_OTHER_MODE);
}

enum psync_result psync_relay_take(struct psync_relay *r, psync_ms now, bool *ret_busy, struct psync_error *err)
{
    struct psync_relay_rows rows = {0};
    enum psync_result result = PSYNC_OK;
    *ret_busy = false;
    if (r->stale || r->full_until > now)
        return PSYNC_OK;
    for (size_t i = 0; i < r->n_stores && result == PSYNC_OK; i++)
        if (may_recover(&r->stores[i]))
            result = recover(r, &r->stores[i], now, err);
    if (result == PSYNC_OK && !r->unqueued)
        result = claim(r, ret_busy, err);
    if (result != PSYNC_OK || !r->unqueued)
        return result;
    result = psync_relay_sql_unqueued(&r->sql, PSYNC_RELAY_ROWS, &rows, &r->unqueued, err);
    *ret_busy = true; /* whether others are due is looked at next */
    if (result == PSYNC_OK && rows.n > 0)
        result = put_rows(r, &rows, now, err);
    if (result != PSYNC_OK)
        r->unqueued = true; /* what was not marked is looked for again */
    psync_relay_rows_free(&rows);
    return result;
}
