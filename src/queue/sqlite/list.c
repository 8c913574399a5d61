/* list - rows for people: messages by state, by product, by cause; one message with its attempts; destinations.
 *
 * What is in flight is known to the leases alone, so a row's state is what they say first. */
#include "queue/sqlite/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW                                                                                                            \
    "SELECT m.id, m.key, d.name, m.type, m.trace, m.product, m.shop, m.payload, m.revision, m.attempts, m.tries,"      \
    " m.state, m.created_at, m.not_before, o.at, a.problem, a.status, a.error, o.replaced_by, b.key, m.waits,"         \
    " m.destination, m.cause, m.outcome "
#define JOINED                                                                                                         \
    " JOIN destination AS d ON d.id = m.destination LEFT JOIN batch AS b ON b.id = m.batch LEFT JOIN attempt AS a"     \
    " ON a.message = m.id AND a.n = (SELECT max(n) FROM attempt WHERE message = m.id)"
#define WITH_OUTCOME JOINED " LEFT JOIN outcome AS o ON o.seq = m.outcome "
enum column {
    ID, KEY, DESTINATION, TYPE, TRACE, PRODUCT, SHOP, PAYLOAD, REVISION, ATTEMPTS, TRIES, STATE, CREATED, NOT_BEFORE,
    SETTLED, PROBLEM, STATUS, ERROR, REPLACED_BY, BATCH, WAITS, PLACE, CAUSE, OUTCOME
};

/* The ways to walk through messages; what a cursor's three numbers are differs. ?1 to ?2: destinations; ?3 ?4 ?5: the
 * cursor; ?6: the product; ?7: the cause; ?8: the state. */
enum walk {
    BY_AGE, BY_PRODUCT, READY_FIRST, READY_NEXT, BY_DUE, BY_CAUSE, ONE_CAUSE, BY_OUTCOME, BY_RARE_OUTCOME, ONE_MESSAGE
};
static const char *const walks[] = {
    [BY_AGE] = ROW "FROM message AS m" WITH_OUTCOME /* the + keeps it from an index of destinations, and then sorting */
                   "WHERE m.id < ?5 AND +m.destination BETWEEN ?1 AND ?2 ORDER BY m.id DESC",
    [BY_PRODUCT] = ROW "FROM message AS m" WITH_OUTCOME
                       "WHERE m.id < ?5 AND m.id IN"
                       " (SELECT x.id FROM destination AS y CROSS JOIN message AS x INDEXED BY message_key"
                       "   WHERE y.id BETWEEN ?1 AND ?2 AND x.destination = y.id AND x.key_product = ?6"
                       "   AND x.product = ?6"
                       "  UNION ALL SELECT x.id FROM destination AS y CROSS JOIN message AS x INDEXED BY message_other"
                       "   WHERE y.id BETWEEN ?1 AND ?2 AND x.destination = y.id AND x.product = ?6"
                       "   AND x.key_product IS NOT x.product) ORDER BY m.id DESC",
    [READY_FIRST] = ROW "FROM message AS m INDEXED BY message_subject" WITH_OUTCOME
                        "WHERE m.state < 3 AND m.state = 0 AND m.destination BETWEEN ?1 AND ?2"
                        " ORDER BY m.destination, m.product, m.shop, m.id",
    [READY_NEXT] = ROW "FROM message AS m INDEXED BY message_subject" WITH_OUTCOME
                       "WHERE m.state < 3 AND m.state = 0 AND m.destination BETWEEN ?1 AND ?2"
                       " AND (m.destination, m.product, m.shop, m.id) >" /* gone: the product's shops once more */
                       " (?3, ?4, ifnull((SELECT shop FROM message WHERE id = ?5), ''), ?5)"
                       " ORDER BY m.destination, m.product, m.shop, m.id",
    [BY_DUE] = ROW "FROM message AS m INDEXED BY message_delayed" WITH_OUTCOME
                   "WHERE m.state = 2 AND m.destination BETWEEN ?1 AND ?2"
                   " AND (m.destination, m.not_before, m.id) > (?3, ?4, ?5) ORDER BY m.destination, m.not_before, m.id",
    [BY_CAUSE] = ROW "FROM message AS m INDEXED BY message_dead" WITH_OUTCOME
                     "WHERE m.state = 3 AND m.destination BETWEEN ?1 AND ?2"
                     " AND (m.destination, m.cause, m.id) > (?3, ?4, ?5) ORDER BY m.destination, m.cause, m.id",
    [ONE_CAUSE] = ROW "FROM message AS m INDEXED BY message_dead" WITH_OUTCOME
                      "WHERE m.state = 3 AND m.destination = (SELECT destination FROM cause WHERE id = ?7)"
                      " AND m.destination BETWEEN ?1 AND ?2 AND m.cause = ?7 AND m.id > ?5 ORDER BY m.id",
    [BY_OUTCOME] = ROW "FROM outcome AS o CROSS JOIN message AS m ON m.id = o.message" JOINED
                       " WHERE o.seq < ?5 AND o.state = ?8 AND m.outcome = o.seq AND m.destination BETWEEN ?1 AND ?2"
                       " ORDER BY o.seq DESC",
    [BY_RARE_OUTCOME] = ROW "FROM outcome AS o INDEXED BY outcome_rare CROSS JOIN message AS m ON m.id = o.message"
                            JOINED
                            " WHERE o.seq < ?5 AND o.state > 4 AND o.state = ?8 AND m.outcome = o.seq"
                            " AND m.destination BETWEEN ?1 AND ?2 ORDER BY o.seq DESC",
    [ONE_MESSAGE] = ROW "FROM message AS m" WITH_OUTCOME "WHERE m.id = ?5 AND m.destination BETWEEN ?1 AND ?2",
};

struct listing {
    struct psync_store *s;
    const struct psync_filter *filter;
    enum walk walk;
    size_t left;
    bool stopped;
    psync_visit_row *visit;
    void *arg;
};

static enum psync_state state_of(struct psync_store *s, sqlite3_stmt *st)
{
    enum psync_state row = (enum psync_state)sqlite3_column_int(st, STATE);
    bool open = row == PSYNC_STATE_READY || row == PSYNC_STATE_DELAYED;
    return open && psync_leases_has(&s->leases, sqlite3_column_int64(st, ID)) ? PSYNC_STATE_IN_FLIGHT : row;
}

static void write_cursor(enum walk walk, sqlite3_stmt *st, char *text, size_t size)
{
    int64_t first = sqlite3_column_int64(st, PLACE), second = 0, third = sqlite3_column_int64(st, ID);
    if (walk == BY_DUE)
        second = sqlite3_column_int64(st, NOT_BEFORE);
    else if (walk == BY_CAUSE)
        second = sqlite3_column_int64(st, CAUSE);
    else if (walk == READY_FIRST || walk == READY_NEXT)
        second = sqlite3_column_int64(st, PRODUCT);
    else if (walk == BY_OUTCOME || walk == BY_RARE_OUTCOME)
        third = sqlite3_column_int64(st, OUTCOME);
    snprintf(text, size, "%" PRId64 ":%" PRId64 ":%" PRId64, first, second, third);
}

static bool is_of_shop(const char *identity, const char *wanted)
{
    const char *colon = strrchr(identity, ':');
    return strcmp(identity, wanted) == 0 || (colon != NULL && strcmp(colon + 1, wanted) == 0);
}

static bool visit_row(void *context, sqlite3_stmt *st)
{
    struct listing *l = context;
    char id[PSYNC_ID_MAX], cursor[PSYNC_ID_MAX];
    enum psync_state state = state_of(l->s, st);
    bool ended = state != PSYNC_STATE_READY && state != PSYNC_STATE_IN_FLIGHT && state != PSYNC_STATE_DELAYED;
    if (!l->filter->any_state && state != l->filter->state)
        return true;
    if (l->filter->shop != NULL && !is_of_shop(psync_column_text(st, SHOP), l->filter->shop))
        return true;
    psync_id_format(sqlite3_column_int64(st, ID), id);
    write_cursor(l->walk, st, cursor, sizeof cursor);
    struct psync_row row = {
        .id = id,
        .key = psync_column_text(st, KEY),
        .destination = psync_column_text(st, DESTINATION),
        .type = psync_column_text(st, TYPE),
        .trace = psync_column_text(st, TRACE),
        .cursor = cursor,
        .subject = {sqlite3_column_int64(st, PRODUCT), psync_column_text(st, SHOP)},
        .payload = psync_column_span(st, PAYLOAD),
        .revision = (uint32_t)sqlite3_column_int64(st, REVISION),
        .attempts = (uint32_t)sqlite3_column_int64(st, ATTEMPTS),
        .tries = (uint32_t)sqlite3_column_int64(st, TRIES),
        .state = state,
        .created_at = sqlite3_column_int64(st, CREATED),
        .not_before = state == PSYNC_STATE_DELAYED ? sqlite3_column_int64(st, NOT_BEFORE) : 0,
        .settled_at = ended ? sqlite3_column_int64(st, SETTLED) : 0,
        .cause = {psync_column_text(st, PROBLEM), sqlite3_column_int(st, STATUS), psync_column_text(st, ERROR)},
        .replaced_by = psync_column_text(st, REPLACED_BY),
        .batch_key = ended ? "" : psync_column_text(st, BATCH),
        .waits_for_turn = !ended && sqlite3_column_int(st, WAITS) != 0,
    };
    l->stopped = psync_columns_failed(st) || !l->visit(l->arg, &row) || --l->left == 0;
    return !l->stopped;
}

enum psync_result psync_cursor_read(const char *text, struct psync_cursor *ret_cursor, struct psync_error *err)
{
    struct psync_cursor c;
    int end = 0;
    if (*text == '\0')
        return PSYNC_OK;
    if (sscanf(text, "%" SCNd64 ":%" SCNd64 ":%" SCNd64 "%n", &c.number[0], &c.number[1], &c.number[2], &end) != 3 ||
        text[end] != '\0')
        return psync_fail(err, PSYNC_REJECT, "that is no cursor of ours");
    *ret_cursor = c;
    return PSYNC_OK;
}

/* The destination's id; 0: no such one, so no rows. */
static enum psync_result place_id(struct psync_store *s, const char *name, int64_t *ret_id, struct psync_error *err)
{
    enum psync_result r = psync_read_number(s, "SELECT id FROM destination WHERE name = ?1",
                                            PSYNC_VALUES(PSYNC_V_TEXT(name)), ret_id, err);
    if (r == PSYNC_EMPTY)
        *ret_id = 0;
    return r == PSYNC_EMPTY ? PSYNC_OK : r;
}

static enum psync_result walk(struct listing *l, const struct psync_cursor *c, struct psync_error *err)
{
    const struct psync_filter *f = l->filter;
    int64_t first = INT64_MIN, last = INT64_MAX, cause = 0;
    enum psync_result r = PSYNC_OK;
    if (f->destination != NULL) {
        r = place_id(l->s, f->destination, &first, err);
        last = first;
    }
    if (f->group != NULL && psync_cause_parse(f->group, &cause) != PSYNC_OK)
        return PSYNC_OK;
    if (r == PSYNC_OK)
        r = psync_read_each(l->s, walks[l->walk],
                            PSYNC_VALUES(PSYNC_V_INT(first), PSYNC_V_INT(last), PSYNC_V_INT(c->number[0]),
                                         PSYNC_V_INT(c->number[1]), PSYNC_V_INT(c->number[2]), PSYNC_V_INT(f->product),
                                         PSYNC_V_INT(cause), PSYNC_V_INT(f->state)), visit_row, l, err);
    return r;
}

/* Each lease's message by itself; oldest first. */
static enum psync_result walk_in_flight(struct listing *l, struct psync_error *err)
{
    int64_t *ids;
    size_t n;
    struct psync_cursor after = {{0}};
    enum psync_result r = psync_cursor_read(l->filter->cursor, &after, err);
    if (r == PSYNC_OK)
        r = psync_leases_ids(&l->s->leases, &ids, &n);
    if (r != PSYNC_OK)
        return r;
    l->walk = ONE_MESSAGE;
    for (size_t i = 0; r == PSYNC_OK && i < n && !l->stopped; i++)
        if (ids[i] > after.number[2])
            r = walk(l, &(struct psync_cursor){{0, 0, ids[i]}}, err);
    free(ids);
    return r;
}

static enum walk choose(const struct psync_filter *f)
{
    static const enum walk by_state[PSYNC_STATES] = {
        [PSYNC_STATE_READY] = READY_FIRST,         [PSYNC_STATE_IN_FLIGHT] = ONE_MESSAGE,
        [PSYNC_STATE_DELAYED] = BY_DUE,            [PSYNC_STATE_DEAD] = BY_CAUSE,
        [PSYNC_STATE_DONE] = BY_OUTCOME,           [PSYNC_STATE_DISCARDED] = BY_RARE_OUTCOME,
        [PSYNC_STATE_REPLACED] = BY_RARE_OUTCOME,
    };
    if (f->product != 0)
        return BY_PRODUCT;
    if (f->group != NULL)
        return ONE_CAUSE;
    if (f->any_state)
        return BY_AGE;
    return f->state == PSYNC_STATE_READY && *f->cursor != '\0' ? READY_NEXT : by_state[f->state];
}

enum psync_result psync_store_list(struct psync_store *s, const struct psync_filter *filter, size_t n,
                                   psync_visit_row *visit, void *arg, struct psync_error *err)
{
    struct listing l = {s, filter, choose(filter), n, n == 0, visit, arg};
    if (n == 0)
        return PSYNC_OK;
    if (l.walk == ONE_MESSAGE)
        return walk_in_flight(&l, err);
    bool downwards = l.walk == BY_AGE || l.walk == BY_PRODUCT || l.walk == BY_OUTCOME || l.walk == BY_RARE_OUTCOME;
    struct psync_cursor c = {{INT64_MIN, INT64_MIN, downwards ? INT64_MAX : 0}};
    enum psync_result r = psync_cursor_read(filter->cursor, &c, err);
    return r == PSYNC_OK ? walk(&l, &c, err) : r;
}

/* ---- one message ---- */
struct showing {
    psync_visit_row *visit_row;
    psync_visit_attempt *visit_attempt;
    void *arg;
    bool found, done;
};

static bool show_row(void *context, const struct psync_row *row)
{
    struct showing *w = context;
    w->found = true;
    w->done = row->state == PSYNC_STATE_DONE;
    return w->visit_row == NULL || w->visit_row(w->arg, row);
}

static bool show_attempt(void *context, sqlite3_stmt *st)
{
    struct showing *w = context;
    struct psync_attempt a = {
        .at = sqlite3_column_int64(st, 0),
        .status = sqlite3_column_int(st, 1),
        .latency_ms = sqlite3_column_int64(st, 2),
        .counted = sqlite3_column_int(st, 3) != 0,
        .error = psync_column_text(st, 4),
        .problem = psync_column_text(st, 5),
        .head = psync_column_span(st, 6),
    };
    return !psync_columns_failed(st) && w->visit_attempt(w->arg, &a);
}

enum psync_result psync_store_show(struct psync_store *s, const char *id, psync_visit_row *visit_message,
                                   psync_visit_attempt *visit_attempt, void *arg, struct psync_error *err)
{
    /* The failures, and of a delivered message the success, which its outcome holds. */
    static const char sql[] = "SELECT at, status, latency, counted, error, problem, head FROM attempt"
                              " WHERE message = ?1"
                              " UNION ALL SELECT began, o.status, o.latency, 0, '', '', '' FROM message AS m"
                              " JOIN outcome AS o ON o.seq = m.outcome WHERE m.id = ?1 AND o.state = 4";
    static const struct psync_filter any = {.any_state = true, .cursor = ""};
    int64_t number;
    struct showing w = {visit_message, visit_attempt, arg, false, false};
    struct listing l = {s, &any, ONE_MESSAGE, 1, false, show_row, &w};
    if (psync_id_parse(id, &number) != PSYNC_OK)
        return PSYNC_EMPTY;
    enum psync_result r = walk(&l, &(struct psync_cursor){{0, 0, number}}, err);
    if (r == PSYNC_OK && w.found && visit_attempt != NULL)
        r = psync_read_each(s, sql, PSYNC_VALUES(PSYNC_V_INT(number)), show_attempt, &w, err);
    return r == PSYNC_OK && !w.found ? PSYNC_EMPTY : r;
}

/* ---- destinations ---- */
struct surveying {
    psync_visit_destination *visit;
    void *arg;
};

static bool survey_row(void *context, sqlite3_stmt *st)
{
    struct surveying *v = context;
    struct psync_place p;
    psync_place_read(st, &p);
    struct psync_destination_row row = {
        .name = psync_column_text(st, 1),
        .counts = {.ready = (uint64_t)p.ready, .delayed = (uint64_t)p.delayed, .dead = (uint64_t)p.dead,
                   .done = (uint64_t)p.done, .next_due_at = PSYNC_MS_NEVER},
        .hold = p.hold,
        .figures = p.figures,
    };
    return !psync_columns_failed(st) && v->visit(v->arg, &row);
}

enum psync_result psync_store_destinations(struct psync_store *s, psync_visit_destination *visit, void *arg,
                                           struct psync_error *err)
{
    struct surveying v = {visit, arg};
    return psync_read_each(s, "SELECT " PSYNC_PLACE_COLUMNS " FROM destination ORDER BY name", NULL, 0, survey_row, &v,
                           err);
}
