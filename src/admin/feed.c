/* feed - a ring of batches between the caller, who fills and reports them, and a thread that puts them.
 *
 *   filled: by the caller    put: by the thread    reported: by the caller      reported <= put <= filled
 *
 * A batch is touched by one of them at a time; the counters, under the lock, say by whom. */
#include "admin/feed_impl.h"

#include "admin/putset.h"
#include "admin/thread.h"
#include "web/client.h"

#include <stdlib.h>
#include <string.h>

enum { RING = 4, TRY_FULL_EVERY_MS = 200, REASONS_MAX = 1 << 20, TARGET_MAX = 1024 };

struct psync_feed {
    struct psync_feed_open open;
    struct psync_feed_way way;
    struct psync_feed_batch *ring[RING];
    struct psync_feed_batch *filling;    /* the caller's; NULL: none */
    uint64_t stopped_at;                 /* the caller's */

    pthread_mutex_t lock;                /* of the rest */
    pthread_cond_t changed;
    uint64_t filled, put, reported;
    bool stop, full_news;
    struct psync_error full_why;
    enum psync_result result;            /* the thread's failure, after which it puts no more */
    struct psync_error err;
    bool runs;
    pthread_t thread;
};

/* ---- the thread ---- */

/* Tells the caller, then waits a moment. false: the feed is given up. */
static bool wait_for_room(struct psync_feed *f, const struct psync_error *why, bool first)
{
    psync_mutex_lock(&f->lock);
    if (first) {
        f->full_why = *why;
        f->full_news = true;
        psync_cond_wake(&f->changed);
    }
    psync_ms until = psync_clock_now() + TRY_FULL_EVERY_MS, left;
    while (!f->stop && (left = until - psync_clock_now()) > 0)
        (void)psync_cond_wait_for(&f->changed, &f->lock, left);
    bool goes_on = !f->stop;
    psync_mutex_unlock(&f->lock);
    return goes_on;
}

static enum psync_result put_batch(struct psync_feed *f, struct psync_feed_batch *b, struct psync_error *err)
{
    psync_ms progress_at = psync_clock_now();
    bool first = true;
    for (;;) {
        size_t before = b->n_settled;
        enum psync_result r = psync_feed_deliver(&f->way, b, err);
        psync_ms now = psync_clock_now();
        if (r != PSYNC_RETRY)
            return r;
        if (b->n_settled > before)
            progress_at = now;
        if (now - progress_at >= f->open.full_wait || !wait_for_room(f, err, first))
            return r;
        first = false;
    }
}

static void *feed_main(void *arg)
{
    struct psync_feed *f = arg;
    psync_mutex_lock(&f->lock);
    while (f->result == PSYNC_OK) {
        while (f->put == f->filled && !f->stop)
            psync_cond_wait(&f->changed, &f->lock);
        if (f->stop)
            break;
        struct psync_feed_batch *b = f->ring[f->put % RING];
        psync_mutex_unlock(&f->lock);
        struct psync_error err = {0};
        enum psync_result r = put_batch(f, b, &err);
        psync_mutex_lock(&f->lock);
        f->result = r;
        f->err = err;
        f->put++;
        psync_cond_wake(&f->changed);
    }
    psync_mutex_unlock(&f->lock);
    return NULL;
}

/* ---- the caller ---- */

static void report(struct psync_feed *f, const struct psync_feed_batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct psync_feed_item *item = &b->items[i];
        const struct psync_feed_result result = {
            .line = item->line,
            .product = item->product,
            .outcome = item->outcome,
            .state = item->state,
            .reason = item->settled && item->outcome == PSYNC_FEED_REFUSED ? b->reasons.data + item->reason_at : "",
        };
        if (item->settled)
            f->open.on_result(f->open.arg, &result);
        else if (f->stopped_at == 0)
            f->stopped_at = item->line;
    }
}

/* Reports what was put, and that the queue is full. Under the lock, which is open during the calls. */
static void tell(struct psync_feed *f)
{
    struct psync_error why;
    while (f->reported < f->put) {
        struct psync_feed_batch *b = f->ring[f->reported % RING];
        psync_mutex_unlock(&f->lock);
        report(f, b);
        psync_mutex_lock(&f->lock);
        f->reported++;
    }
    if (!f->full_news)
        return;
    f->full_news = false;
    why = f->full_why;
    psync_mutex_unlock(&f->lock);
    if (f->open.on_full)
        f->open.on_full(f->open.arg, why.text);
    psync_mutex_lock(&f->lock);
}

/* Until at most `left` batches are on their way, or the thread failed. */
static enum psync_result wait_until(struct psync_feed *f, size_t left, struct psync_error *err)
{
    psync_mutex_lock(&f->lock);
    for (;;) {
        tell(f);
        if (f->full_news || f->reported < f->put)
            continue;
        if (f->result != PSYNC_OK || f->filled - f->reported <= left)
            break;
        psync_cond_wait(&f->changed, &f->lock);
    }
    enum psync_result r = f->result;
    if (r != PSYNC_OK)
        (void)psync_fail(err, r, "%s", f->err.text[0] ? f->err.text : psync_result_name(r));
    psync_mutex_unlock(&f->lock);
    return r;
}

static enum psync_result begin_batch(struct psync_feed *f, struct psync_error *err)
{
    enum psync_result r = wait_until(f, RING - 1, err);
    if (r != PSYNC_OK)
        return r;
    f->filling = f->ring[f->filled % RING]; /* only this thread changes `filled` */
    f->filling->n = f->filling->n_settled = 0;
    psync_buf_clear(&f->filling->text);
    psync_buf_clear(&f->filling->reasons);
    return PSYNC_OK;
}

static void send_batch(struct psync_feed *f)
{
    f->filling = NULL;
    psync_mutex_lock(&f->lock);
    f->filled++;
    psync_cond_wake(&f->changed);
    psync_mutex_unlock(&f->lock);
}

enum psync_result psync_feed_put(struct psync_feed *f, uint64_t line, int64_t product, struct psync_span payload,
                                 struct psync_error *err)
{
    enum psync_result r = f->filling ? PSYNC_OK : begin_batch(f, err);
    if (r != PSYNC_OK)
        return r;
    struct psync_feed_batch *b = f->filling;
    size_t at = b->text.len;
    if (payload.len > PSYNC_PAYLOAD_MAX)
        return psync_fail(err, PSYNC_REJECT, "a payload of more than %d bytes", PSYNC_PAYLOAD_MAX);
    r = psync_buf_reserve(&b->text, payload.len + 1);
    if (r == PSYNC_OK)
        r = psync_buf_add(&b->text, payload.data, payload.len);
    if (r == PSYNC_OK)
        r = psync_buf_add_char(&b->text, '\n');
    if (r != PSYNC_OK)
        return psync_fail(err, r, "out of memory");
    b->items[b->n++] = (struct psync_feed_item){.line = line, .product = product, .at = at, .len = payload.len};
    if (b->n == PSYNC_FEED_BATCH || b->text.len >= PSYNC_FEED_BATCH_BYTES)
        send_batch(f);
    return PSYNC_OK;
}

void psync_feed_flush(struct psync_feed *f)
{
    if (f->filling && f->filling->n)
        send_batch(f);
}

enum psync_result psync_feed_finish(struct psync_feed *f, struct psync_error *err)
{
    psync_feed_flush(f);
    return wait_until(f, 0, err);
}

uint64_t psync_feed_stopped_at(const struct psync_feed *f)
{
    return f->stopped_at;
}

/* ---- making and ending ---- */

static enum psync_result make_target(struct psync_feed_way *way)
{
    psync_buf_init(&way->target, TARGET_MAX);
    unsigned long revision = way->revision;
    enum psync_result r = psync_buf_printf(&way->target, "/v1/messages?revision=%lu&type=", revision);
    if (r == PSYNC_OK)
        r = psync_web_encode(&way->target, (struct psync_span){way->type, strlen(way->type)});
    if (r == PSYNC_OK)
        r = psync_buf_add_str(&way->target, "&shop=");
    return r == PSYNC_OK ? psync_web_encode(&way->target, (struct psync_span){way->shop, strlen(way->shop)}) : r;
}

static enum psync_result make_ring(struct psync_feed *f)
{
    for (size_t i = 0; i < RING; i++) {
        f->ring[i] = calloc(1, sizeof(*f->ring[i]));
        if (!f->ring[i])
            return PSYNC_NOMEM;
        psync_buf_init(&f->ring[i]->text, PSYNC_FEED_BATCH_BYTES + PSYNC_PAYLOAD_MAX + 1);
        psync_buf_init(&f->ring[i]->reasons, REASONS_MAX);
    }
    return PSYNC_OK;
}

enum psync_result psync_feed_new(const struct psync_feed_open *open, struct psync_feed **ret_feed,
                                 struct psync_error *err)
{
    struct psync_feed *f = calloc(1, sizeof(*f));
    if (!f)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    f->open = *open;
    f->way = (struct psync_feed_way){open->session, open->shop, open->type ? open->type : PSYNC_TYPE_CREATED,
                                     open->revision, {0}};
    psync_mutex_init(&f->lock);
    psync_cond_init(&f->changed);
    enum psync_result r = make_target(&f->way);
    if (r == PSYNC_OK)
        r = make_ring(f);
    if (r != PSYNC_OK) {
        (void)psync_fail(err, r, r == PSYNC_NOMEM ? "out of memory" : "source.shop is too long");
    } else {
        f->runs = psync_thread_start(&f->thread, feed_main, f);
        r = f->runs ? PSYNC_OK : psync_fail(err, PSYNC_FATAL, "cannot start a thread");
    }
    if (r != PSYNC_OK) {
        psync_feed_free(f);
        return r;
    }
    *ret_feed = f;
    return PSYNC_OK;
}

void psync_feed_free(struct psync_feed *f)
{
    if (!f)
        return;
    psync_mutex_lock(&f->lock);
    f->stop = true;
    psync_cond_wake(&f->changed);
    psync_mutex_unlock(&f->lock);
    if (f->runs)
        PSYNC_INVARIANT(pthread_join(f->thread, NULL) == 0);
    for (size_t i = 0; i < RING; i++)
        if (f->ring[i]) {
            psync_buf_done(&f->ring[i]->text);
            psync_buf_done(&f->ring[i]->reasons);
            free(f->ring[i]);
        }
    psync_buf_done(&f->way.target);
    psync_cond_done(&f->changed);
    psync_mutex_done(&f->lock);
    free(f);
}
