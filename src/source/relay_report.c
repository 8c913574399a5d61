/* relay_report - what became of messages, out of the queue and into rows. */
#include "source/relay_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRIES_MS = 10000 };

/* ---- the cursor: the last outcome that was written, and when that was decided; another queue file has another there ---- */

void psync_relay_cursor_text(const struct psync_relay *r, char ret_text[64])
{
    (void)snprintf(ret_text, 64, "%" PRIu64 " %" PRId64, r->cursor, r->cursor_at);
}

struct checking {
    uint64_t seq;
    psync_ms at;
    bool same;
};

static bool on_check(void *arg, const struct psync_outcome *o)
{
    struct checking *c = arg;
    c->same = o->seq == c->seq && o->at == c->at;
    return false;
}

/* An outcome that is not there any more was forgotten for its age, and all before it: reading from the beginning is cheap then. Or
 * the queue file is a new one, and must be read from its beginning. */
enum psync_result psync_relay_find_cursor(struct psync_relay *r, struct psync_error *err)
{
    char text[64];
    struct checking c = {0};
    enum psync_result result = psync_relay_sql_cursor(&r->sql, text, sizeof text, err);
    if (result != PSYNC_OK)
        return result;
    if (sscanf(text, "%" SCNu64 " %" SCNd64, &c.seq, &c.at) == 2 && c.seq > 0)
        result = psync_queue_outcomes(r->open.queue, c.seq - 1, 1, on_check, &c, err);
    if (result != PSYNC_OK && result != PSYNC_EMPTY)
        return result;
    r->cursor = r->saved_cursor = c.same ? c.seq : 0;
    r->cursor_at = c.same ? c.at : 0;
    return PSYNC_OK;
}

/* ---- outcomes ---- */

struct outcome {
    uint64_t seq;
    int64_t product;
    enum psync_state state;
    psync_ms at;
    uint32_t tries, id_shop; /* 0: not of this installation */
    int32_t status;
    char key[PSYNC_KEY_MAX], error[PSYNC_CAUSE_TEXT_MAX];
};
struct reading {
    const struct psync_relay *r;
    struct outcome *outcomes;
    size_t n, n_own;
};

static bool on_outcome(void *arg, const struct psync_outcome *from)
{
    struct reading *reading = arg;
    const struct psync_relay_store *s = psync_relay_store_named(reading->r, from->subject.shop, from->destination);
    struct outcome *o = &reading->outcomes[reading->n++];
    o->seq = from->seq;
    o->at = from->at;
    o->id_shop = s ? s->id : 0;
    if (!s)
        return true;
    reading->n_own++;
    o->product = from->subject.product;
    o->state = from->state;
    o->tries = from->tries;
    o->status = from->status;
    (void)snprintf(o->key, sizeof o->key, "%s", from->key);
    (void)snprintf(o->error, sizeof o->error, "%s", from->error ? from->error : "");
    return true;
}

static bool needs_judging(const struct psync_relay *r, const struct outcome *o)
{
    return o->state == PSYNC_STATE_REPLACED || strchr(r->open.shop->destination, ',') != NULL;
}

static enum psync_result add_outcome(struct psync_relay *r, const struct outcome *o, struct psync_error *err)
{
    psync_ms age = psync_clock_now() - o->at;
    if (needs_judging(r, o))
        return psync_relay_judge(r, o->id_shop, o->product, o->key, false, err);
    return psync_relay_sql_add(&r->sql, &(struct psync_relay_update){.product = o->product,
                                                                     .id_shop = o->id_shop,
                                                                     .key = o->key,
                                                                     .state = psync_relay_state_of(o->state),
                                                                     .requeued = o->state == PSYNC_STATE_READY,
                                                                     .tries = o->tries,
                                                                     .status = o->status,
                                                                     .error = o->error,
                                                                     .seconds = age > 0 ? age / 1000 : 0});
}

/* Rows and cursor in one transaction; without rows the cursor can wait. */
static enum psync_result write_outcomes(struct psync_relay *r, const struct reading *reading, struct psync_error *err)
{
    char cursor[64];
    enum psync_result result = PSYNC_OK;
    r->cursor = reading->outcomes[reading->n - 1].seq;
    r->cursor_at = reading->outcomes[reading->n - 1].at;
    if (reading->n_own == 0)
        return PSYNC_OK;
    psync_relay_cursor_text(r, cursor);
    result = psync_relay_sql_begin(&r->sql);
    for (size_t i = 0; i < reading->n && result == PSYNC_OK; i++)
        if (reading->outcomes[i].id_shop != 0)
            result = add_outcome(r, &reading->outcomes[i], err);
    if (result == PSYNC_OK)
        result = psync_relay_sql_commit(&r->sql, cursor, err);
    if (result == PSYNC_OK)
        r->saved_cursor = r->cursor;
    return result;
}

enum psync_result psync_relay_report(struct psync_relay *r, bool *ret_busy, struct psync_error *err)
{
    struct reading reading = {.r = r};
    uint64_t before = r->cursor;
    psync_ms before_at = r->cursor_at;
    *ret_busy = false;
    reading.outcomes = malloc(PSYNC_RELAY_OUTCOMES * sizeof *reading.outcomes);
    if (!reading.outcomes)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result result = psync_queue_outcomes(r->open.queue, r->cursor, PSYNC_RELAY_OUTCOMES, on_outcome, &reading, err);
    if (result == PSYNC_EMPTY)
        result = PSYNC_OK;
    if (result == PSYNC_OK && reading.n > 0)
        result = write_outcomes(r, &reading, err);
    if (result != PSYNC_OK) {
        r->cursor = before;
        r->cursor_at = before_at;
    }
    *ret_busy = reading.n == PSYNC_RELAY_OUTCOMES;
    free(reading.outcomes);
    return result;
}

/* ---- retries that wait ---- */

static enum psync_result add_note(struct psync_relay *r, const struct psync_relay_note *note, psync_ms now)
{
    const struct psync_relay_store *s = psync_relay_store_named(r, note->shop, "");
    if (!s)
        return PSYNC_OK;
    return psync_relay_sql_add(&r->sql, &(struct psync_relay_update){
                                            .product = note->product,
                                            .id_shop = s->id,
                                            .key = note->key,
                                            .state = PSYNC_RELAY_TAKEN,
                                            .tried = true,
                                            .tries = note->tries,
                                            .status = note->status,
                                            .error = note->error,
                                            .seconds = note->not_before > now ? (note->not_before - now) / 1000 : 0});
}

/* Each after the outcomes of its message, which are written first: a row that is not taken any more is left alone. */
enum psync_result psync_relay_report_retries(struct psync_relay *r, psync_ms now, struct psync_error *err)
{
    size_t n = 0;
    enum psync_result result = PSYNC_OK;
    if (now < r->notes_due)
        return PSYNC_OK;
    r->notes_due = now + RETRIES_MS;
    struct psync_relay_note *notes = psync_relay_notes_take(&r->notes, &n);
    for (size_t at = 0; at < n && result == PSYNC_OK;) {
        size_t end = at + PSYNC_RELAY_OUTCOMES < n ? at + PSYNC_RELAY_OUTCOMES : n;
        result = psync_relay_sql_begin(&r->sql);
        for (; at < end && result == PSYNC_OK; at++)
            result = add_note(r, &notes[at], now);
        if (result == PSYNC_OK)
            result = psync_relay_sql_commit(&r->sql, NULL, err);
    }
    free(notes);
    return result;
}
