/* put - messages into the file: new, known by their key, or refused because the queue is full. */
#include "queue/key.h"
#include "queue/sqlite/store.h"

#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

static const char full_depth[] = "the destination has queue.max_depth messages that are not finished";
static const char full_places[] = "there are more destinations than a queue file takes";
static const char full_space[] = "less space is free on the disk than queue.reserve";

enum { SPACE_CHECK_MS = 100 };

/* Bytes that are put without looking at the disk: they take the log and the file, and must leave most of the reserve. */
static uint64_t blind_bytes(const struct psync_store *s)
{
    const uint64_t most = 8 << 20, share = s->conf->reserve_bytes / 16;
    return share < most ? share : most;
}

/* Settling must not fail for want of space, so putting stops before. Besides the reserve there must be room for what is
 * certain to come: the log's pages once more in the file, both for what is not committed yet, and the settling of what
 * waits. */
static bool is_enough(const struct psync_store *s, uint64_t free_bytes)
{
    enum { PAGE_BYTES = 4096 };
    uint64_t unfinished = 0;
    if (s->conf->reserve_bytes == 0)
        return true;
    for (size_t i = 0; i < s->n_places; i++)
        if (s->places[i] != NULL)
            unfinished += (uint64_t)(s->places[i]->ready + s->places[i]->delayed);
    uint64_t log = (uint64_t)s->wal_pages * PAGE_BYTES;
    return free_bytes >= s->conf->reserve_bytes &&
           free_bytes - s->conf->reserve_bytes >= log + 2 * s->unlogged_bytes + unfinished * PSYNC_SETTLING_BYTES;
}

static bool space_low(struct psync_store *s, psync_ms now)
{
    struct statvfs fs;
    psync_ms since = now - s->space_checked;
    if (s->space_checked != 0 && since >= 0 && since < SPACE_CHECK_MS && s->space_bytes < blind_bytes(s))
        return s->space_low;
    s->space_checked = now;
    s->space_bytes = 0;
    s->space_low = statvfs(s->conf->path, &fs) == 0 && !is_enough(s, (uint64_t)fs.f_bavail * fs.f_frsize);
    return s->space_low;
}

/* EMPTY: no message has that key. */
static enum psync_result look_up_known(struct psync_store *s, const struct psync_place *p, struct psync_put *put,
                                       int64_t key_product, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(
        s, PSYNC_SQL_KNOWN, PSYNC_VALUES(PSYNC_V_INT(p->id), PSYNC_V_INT(key_product), PSYNC_V_TEXT(put->key)), &st,
        err);
    if (r != PSYNC_OK)
        return r;
    int64_t id = sqlite3_column_int64(st, 0);
    struct psync_span payload = psync_column_span(st, 2);
    put->ret_outcome = PSYNC_PUT_KNOWN;
    put->ret_state = psync_leases_find(&s->leases, id) != NULL ? PSYNC_STATE_IN_FLIGHT
                                                               : (enum psync_state)sqlite3_column_int(st, 1);
    put->ret_same_payload = payload.len == put->payload.len &&
                            memcmp(payload.data, put->payload.data, payload.len) == 0;
    psync_id_format(id, put->ret_id);
    sqlite3_reset(st);
    return PSYNC_OK;
}

static enum psync_result subject_busy(struct psync_store *s, const struct psync_place *p,
                                      const struct psync_subject *subject, bool *ret_busy, struct psync_error *err)
{
    sqlite3_stmt *st;
    enum psync_result r = psync_store_query(
        s, PSYNC_SQL_SUBJECT_BUSY,
        PSYNC_VALUES(PSYNC_V_INT(p->id), PSYNC_V_INT(subject->product), PSYNC_V_TEXT(subject->shop)), &st, err);
    if (r == PSYNC_OK)
        sqlite3_reset(st);
    *ret_busy = r == PSYNC_OK;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static void count_new(struct psync_store *s, struct psync_place *p, struct psync_put *put, bool waits)
{
    psync_id_format(s->next_id++, put->ret_id);
    put->ret_outcome = PSYNC_PUT_NEW;
    put->ret_state = PSYNC_STATE_READY;
    p->ready++;
    p->waiting += waits;
    p->dirty = s->dirty = true;
    const uint64_t bytes = put->payload.len + 512; /* of row and indexes */
    s->space_bytes += bytes;
    s->unlogged_bytes += bytes;
}

static enum psync_result insert(struct psync_store *s, struct psync_place *p, struct psync_put *put,
                                int64_t key_product, struct psync_error *err)
{
    bool waits = false;
    enum psync_result r = subject_busy(s, p, &put->subject, &waits, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_store_run(s, PSYNC_SQL_PUT,
                        PSYNC_VALUES(PSYNC_V_INT(s->next_id), PSYNC_V_INT(p->id), PSYNC_V_INT(waits),
                                     PSYNC_V_INT(put->subject.product), PSYNC_V_TEXT(put->subject.shop),
                                     PSYNC_V_INT(key_product), PSYNC_V_TEXT(put->key), PSYNC_V_TEXT(put->type),
                                     PSYNC_V_TEXT(put->trace), PSYNC_V_INT(put->revision), PSYNC_V_INT(put->created_at),
                                     PSYNC_V_SPAN(put->payload)),
                        err);
    if (r != PSYNC_OK)
        return r;
    if (sqlite3_changes(s->writer) == 0)
        return PSYNC_EMPTY;
    count_new(s, p, put, waits);
    return PSYNC_OK;
}

static enum psync_result put_one(struct psync_store *s, struct psync_put *put, struct psync_error *err)
{
    struct psync_place *p;
    int64_t key_product = psync_key_leading_product(put->key);
    put->ret_why = "";
    enum psync_result r = psync_place_get(s, put->destination, &p, err);
    if (r == PSYNC_REJECT) {
        put->ret_outcome = PSYNC_PUT_FULL;
        put->ret_why = full_places;
    }
    if (r != PSYNC_OK)
        return r == PSYNC_REJECT ? PSYNC_OK : r;
    bool deep = (uint64_t)(p->ready + p->delayed) >= s->conf->max_depth;
    const char *full = deep ? full_depth : s->space_low ? full_space : NULL;
    if (full == NULL) {
        r = insert(s, p, put, key_product, err);
        return r == PSYNC_EMPTY ? look_up_known(s, p, put, key_product, err) : r;
    }
    r = look_up_known(s, p, put, key_product, err); /* what is known stays known */
    if (r != PSYNC_EMPTY)
        return r;
    put->ret_outcome = PSYNC_PUT_FULL;
    put->ret_why = full;
    return PSYNC_OK;
}

enum psync_result psync_store_put(struct psync_store *s, struct psync_put *puts, size_t n, psync_ms now,
                                  struct psync_error *err)
{
    enum psync_result r = psync_store_begin(s, err);
    s->clock = now;
    for (size_t i = 0; r == PSYNC_OK && i < n; i++) {
        (void)space_low(s, now);
        r = put_one(s, &puts[i], err);
    }
    if (r == PSYNC_EMPTY)
        r = psync_fail(err, PSYNC_FATAL, "queue file %s is damaged: its index of keys disagrees", s->conf->path);
    return r;
}
