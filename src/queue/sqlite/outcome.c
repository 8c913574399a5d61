/* outcome - what became of messages, in the order it was decided; the relay reads it by cursor, the purge by age. */
#include "queue/sqlite/store.h"

#include <string.h>

enum psync_result psync_outcome_add(struct psync_store *s, const struct psync_ending *e, int64_t *ret_seq,
                                    struct psync_error *err)
{
    static const struct psync_attempt none = {.error = ""};
    const struct psync_attempt *a = e->attempt != NULL ? e->attempt : &none;
    int64_t seq = s->next_seq;
    enum psync_result r = psync_store_run(
        s, PSYNC_SQL_OUTCOME_ADD,
        PSYNC_VALUES(PSYNC_V_INT(seq), PSYNC_V_INT(e->message), PSYNC_V_INT(e->state), PSYNC_V_INT(e->at),
                     PSYNC_V_INT(a->at), PSYNC_V_INT(a->status), PSYNC_V_INT(a->latency_ms),
                     *a->error == '\0' ? PSYNC_V_NULL() : PSYNC_V_WORDS(a->error),
                     *e->replaced_by == '\0' ? PSYNC_V_NULL() : PSYNC_V_TEXT(e->replaced_by)), err);
    if (r != PSYNC_OK)
        return r;
    s->next_seq++;
    s->dirty = true;
    *ret_seq = seq;
    return PSYNC_OK;
}

struct visiting {
    psync_visit_outcome *visit;
    void *arg;
};

static bool visit_row(void *context, sqlite3_stmt *st)
{
    struct visiting *v = context;
    char id[PSYNC_ID_MAX];
    psync_id_format(sqlite3_column_int64(st, 1), id);
    struct psync_outcome o = {
        .seq = (uint64_t)sqlite3_column_int64(st, 0),
        .id = id,
        .state = (enum psync_state)sqlite3_column_int(st, 2),
        .at = sqlite3_column_int64(st, 3),
        .status = sqlite3_column_int(st, 4),
        .error = psync_column_text(st, 5),
        .replaced_by = psync_column_text(st, 6),
        .key = psync_column_text(st, 7),
        .destination = psync_column_text(st, 8),
        .subject = {sqlite3_column_int64(st, 9), psync_column_text(st, 10)},
        .tries = (uint32_t)sqlite3_column_int64(st, 11),
    };
    return !psync_columns_failed(st) && v->visit(v->arg, &o);
}

enum psync_result psync_store_outcomes(struct psync_store *s, uint64_t cursor, size_t n, psync_visit_outcome *visit,
                                       void *arg, struct psync_error *err)
{
    static const char sql[] =
        "SELECT o.seq, o.message, o.state, o.at, o.status, o.error, o.replaced_by, m.key, d.name, m.product, m.shop,"
        " m.tries"
        " FROM outcome AS o CROSS JOIN message AS m ON m.id = o.message"
        " CROSS JOIN destination AS d ON d.id = m.destination"
        " WHERE o.seq > ?1 ORDER BY o.seq LIMIT ?2";
    struct visiting v = {visit, arg};
    return psync_read_each(s, sql, PSYNC_VALUES(PSYNC_V_INT((int64_t)cursor), PSYNC_V_INT((int64_t)n)), visit_row, &v,
                           err);
}
