/* relay_withdraw - of products that were deleted from the shop, and of rows that the merchant discarded, nothing is sent any more:
 * what is queued for them is discarded. So is what a row was before, if the module has it again - taken back, or failed - and has made
 * another message of it, or sent it itself; that goes after this.
 *
 * The rows leave the list when the outcome is written, in the next round. What cannot be discarded now - it is being sent, or in a
 * batch that may have taken effect - is left in it, and the pass goes on behind. */
#include "source/relay_impl.h"

#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 250, A_ROW_MS = 5, SELDOM_MS = 10000, IDS_MAX = 2 * PSYNC_RELAY_ROWS };

struct marked {
    uint64_t ids[PSYNC_RELAY_ROWS];
    size_t n;
};
struct page {
    struct psync_relay_rows rows;
    bool more;
    char ids[IDS_MAX][PSYNC_ID_MAX];   /* of messages to be discarded */
    const char *at[IDS_MAX];
    size_t n_ids, n_asked;             /* and of how many rows */
    bool discarded;
    struct marked gone, free, known;   /* as psync_relay_mark has it */
    size_t n_ended;                    /* rows that only need their outcome */
};

/* What is deleted in a copy of the database is not deleted in the original, whose messages may lie in the same queue. Nothing is sent
 * of either that was not before: the copy is held until it is known which of the two it is. */
static bool may_be_copy(const struct psync_relay *r, uint32_t id_shop)
{
    const struct psync_shop_store *s = psync_shop_store_of(&r->facts, id_shop);
    return s && psync_shop_judge_sending(&r->facts, s) == PSYNC_SHOP_COPY;
}

static void add_mark(struct marked *m, const struct psync_relay_row *row)
{
    m->ids[m->n++] = row->id;
}

static enum psync_result add_end(struct psync_relay *r, struct page *p, const struct psync_relay_row *row,
                                 struct psync_error *err)
{
    enum psync_result result = p->n_ended++ > 0 ? PSYNC_OK : psync_relay_sql_begin(&r->sql);
    return result == PSYNC_OK ? psync_relay_judge(r, row->id_shop, row->product, row->key, true, err) : result;
}

/* Nothing can be sent of it that must not be. */
static enum psync_result close_row(struct psync_relay *r, struct page *p, const struct psync_relay_row *row, bool known,
                                   struct psync_error *err)
{
    if (!row->released && !row->ended && known)
        return add_end(r, p, row, err);
    add_mark(!row->released ? &p->gone : known ? &p->known : &p->free, row);
    return PSYNC_OK;
}

/* A message at a destination that the shop had before may stay there for ever, and holds nothing up. */
static bool holds_up(const struct psync_relay_row *row, const struct psync_relay_left *left)
{
    return row->released ? left->n_current > 0 : left->n > 0;
}

static void ask(struct page *p, const struct psync_relay_left *left)
{
    p->n_asked++;
    for (size_t i = 0; i < left->n; i++, p->n_ids++) {
        memcpy(p->ids[p->n_ids], left->ids[i], PSYNC_ID_MAX);
        p->at[p->n_ids] = p->ids[p->n_ids];
    }
}

static enum psync_result add_row(struct psync_relay *r, struct page *p, const struct psync_relay_row *row,
                                 struct psync_error *err)
{
    struct psync_relay_left left;
    if (may_be_copy(r, row->id_shop)) {
        r->withdraw_skip++;
        return PSYNC_OK;
    }
    enum psync_result result = psync_relay_left(r, row, &left, err);
    if (result != PSYNC_OK)
        return result;
    if (left.n > IDS_MAX - p->n_ids) {
        p->more = true; /* the next page has it */
        return PSYNC_OK;
    }
    if (left.n > 0)
        ask(p, &left);
    return holds_up(row, &left) ? PSYNC_OK : close_row(r, p, row, left.known, err);
}

/* RETRY, no room for it on the disk: another time, and the pass ends here. How many rows stay is not known where they have several
 * messages, but no more than were asked for: else those behind would be passed over again and again. */
static enum psync_result discard(struct psync_relay *r, struct page *p, struct psync_error *err)
{
    struct psync_select select = {.ids = p->at, .n_ids = p->n_ids, .waiting = true};
    if (p->n_ids == 0)
        return PSYNC_OK;
    enum psync_result result = psync_queue_discard(r->open.queue, &select, err);
    if (result == PSYNC_RETRY) {
        p->more = false;
        return PSYNC_OK;
    }
    if (result != PSYNC_OK)
        return result;
    p->discarded = select.ret_changed > 0;
    if (p->discarded)
        PSYNC_LOG(r->open.log, PSYNC_LOG_INFO, "withdrawn: deleted, discarded or made anew in the shop",
                  PSYNC_F_TEXT("shop", r->open.shop->name), PSYNC_F_INT("messages", (int64_t)select.ret_changed));
    if (select.ret_busy > 0) /* what comes back unsent is discarded then */
        r->open.port.let_go(r->open.port.arg, p->at, p->n_ids);
    size_t left = p->n_ids - (size_t)select.ret_changed;
    r->withdraw_skip += left < p->n_asked ? left : p->n_asked;
    return PSYNC_OK;
}

static enum psync_result act(struct psync_relay *r, struct page *p, struct psync_error *err)
{
    enum psync_result result = p->n_ended > 0 ? psync_relay_sql_commit(&r->sql, NULL, err) : PSYNC_OK;
    if (result == PSYNC_OK)
        result = psync_relay_sql_mark(&r->sql, PSYNC_RELAY_MARK_GONE, p->gone.ids, p->gone.n, err);
    if (result == PSYNC_OK)
        result = psync_relay_sql_mark(&r->sql, PSYNC_RELAY_MARK_FREE, p->free.ids, p->free.n, err);
    if (result == PSYNC_OK)
        result = psync_relay_sql_mark(&r->sql, PSYNC_RELAY_MARK_KNOWN, p->known.ids, p->known.n, err);
    if (result == PSYNC_OK) /* what that does not hit, of a database that was restored: else it would be looked at for ever */
        result = psync_relay_sql_mark(&r->sql, PSYNC_RELAY_MARK_FREE, p->known.ids, p->known.n, err);
    if (result == PSYNC_OK)
        result = discard(r, p, err);
    r->withdraw_skip += p->n_ended;
    return result;
}

static enum psync_result do_page(struct psync_relay *r, struct page *p, struct psync_error *err)
{
    enum psync_result result = psync_relay_sql_unwanted(&r->sql, r->withdraw_skip, PSYNC_RELAY_ROWS, &p->rows, &p->more, err);
    for (size_t i = 0; i < p->rows.n && result == PSYNC_OK; i++)
        result = add_row(r, p, p->rows.rows[i], err);
    return result == PSYNC_OK ? act(r, p, err) : result;
}

/* What had to stay is looked at too: the more it is, the less often. */
static psync_ms next_pass(size_t left)
{
    return left < SELDOM_MS / A_ROW_MS ? EVERY_MS + A_ROW_MS * (psync_ms)left : SELDOM_MS;
}

enum psync_result psync_relay_withdraw(struct psync_relay *r, psync_ms now, bool *ret_busy, struct psync_error *err)
{
    *ret_busy = false;
    if (now < r->withdraw_due || !(psync_queue_capabilities(r->open.queue) & PSYNC_CAN_WITHDRAW))
        return PSYNC_OK;
    struct page *p = calloc(1, sizeof *p);
    if (!p)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result result = do_page(r, p, err);
    bool more = result == PSYNC_OK && p->more;
    *ret_busy = more || (result == PSYNC_OK && p->discarded); /* whose rows are looked at again, at once */
    if (!*ret_busy)
        r->withdraw_due = now + next_pass(r->withdraw_skip);
    if (!more)
        r->withdraw_skip = 0;
    psync_relay_rows_free(&p->rows);
    free(p);
    return result;
}
