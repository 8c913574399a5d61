/* relay_sql - taking and marking; see the header. */
#include "source/relay_sql.h"

#include "base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The indexes are named in the statements: left to itself a server may take all that is ready, and sort it for each
 * claim. A view has none to name. */
const char *psync_relay_sql_index(const struct psync_relay_sql *s, const char *hint)
{
    return s->is_view ? "" : hint;
}

enum { SQL_MAX = 24 << 20 };

#define TAKEN "state='taken'"
#define TOUCHED "updated_at=UTC_TIMESTAMP()" /* for people; what only the relay has to know is no news */
/* What was deleted from the shop meanwhile is not sent any more. */
#define BACK "state=IF(deleted_at IS NULL,'ready',IF(delivered_at IS NULL,'discarded','delivered')),queued_at=NULL"

void psync_relay_sql_init(struct psync_relay_sql *s, struct psync_shop_db *db, const char *prefix, const char *owner, bool withdraws)
{
    *s = (struct psync_relay_sql){.db = db, .prefix = prefix, .withdraws = withdraws};
    (void)snprintf(s->owner, sizeof s->owner, "%s", owner);
    psync_buf_init(&s->text, SQL_MAX);
    psync_buf_init(&s->products, SQL_MAX);
    psync_buf_init(&s->keys, SQL_MAX);
}

void psync_relay_sql_done(struct psync_relay_sql *s)
{
    psync_buf_done(&s->text);
    psync_buf_done(&s->products);
    psync_buf_done(&s->keys);
}

enum psync_result psync_relay_owner(const char *host, const char *queue_path, char ret_owner[PSYNC_RELAY_OWNER_MAX])
{
    const struct psync_span parts[] = {{host, strlen(host)}, PSYNC_SPAN("\n"), {queue_path, strlen(queue_path)}};
    unsigned char digest[PSYNC_SHA256_BYTES];
    enum psync_result r = psync_sha256(parts, 3, digest);
    if (r != PSYNC_OK)
        return r;
    char hex[2 * PSYNC_SHA256_BYTES + 1];
    psync_hex(digest, 16, hex);
    (void)snprintf(ret_owner, PSYNC_RELAY_OWNER_MAX, "relay:%.32s", hex);
    return PSYNC_OK;
}

/* ---- running what was made ---- */

static enum psync_result too_long(enum psync_result made, struct psync_error *err)
{
    return made == PSYNC_NOMEM ? psync_fail(err, made, "out of memory")
                               : psync_fail(err, PSYNC_REJECT, "a statement would be too long");
}

static enum psync_result run(struct psync_relay_sql *s, enum psync_result made, uint64_t *ret_changed, struct psync_error *err)
{
    enum psync_result r = made == PSYNC_OK ? psync_shop_db_run(s->db, (struct psync_span){s->text.data, s->text.len}, ret_changed, err)
                                           : too_long(made, err);
    psync_buf_clear(&s->text);
    return r;
}

static enum psync_result query(struct psync_relay_sql *s, enum psync_result made, psync_shop_visit *visit, void *arg,
                               struct psync_error *err)
{
    enum psync_result r = made == PSYNC_OK
                              ? psync_shop_db_query(s->db, (struct psync_span){s->text.data, s->text.len}, visit, arg, err)
                              : too_long(made, err);
    psync_buf_clear(&s->text);
    return r;
}

/* ---- what it speaks to ---- */

static bool on_view(void *arg, const struct psync_shop_cell *cells)
{
    *(bool *)arg = psync_shop_cell_number(&cells[0]) > 0;
    return false;
}

enum psync_result psync_relay_sql_look(struct psync_relay_sql *s, struct psync_error *err)
{
    return query(s, psync_buf_printf(&s->text,
                                     "SELECT COUNT(*) FROM information_schema.views WHERE table_schema=DATABASE()"
                                     " AND table_name='%sproduct_sync_outbox'", s->prefix),
                 on_view, &s->is_view, err);
}

/* ---- taking ---- */

/* What is due; but of a row that the module has again under our name, first what the queue has of it from before is discarded. */
static enum psync_result where_due(struct psync_relay_sql *s, uint32_t id_shop)
{
    enum psync_result r = psync_buf_printf(&s->text, " WHERE id_shop=%" PRIu32 " AND state='ready' AND ready_at<=UTC_TIMESTAMP()",
                                           id_shop);
    if (r == PSYNC_OK && s->withdraws)
        r = psync_buf_printf(&s->text, " AND (owner IS NULL OR owner<>'%s' OR queued_at IS NOT NULL)", s->owner);
    return r;
}

struct polling {
    const uint32_t *ids;
    size_t n;
    bool *due;
};

static bool on_due(void *arg, const struct psync_shop_cell *cells)
{
    struct polling *p = arg;
    for (size_t i = 0; i < p->n; i++)
        p->due[i] = p->due[i] || p->ids[i] == psync_shop_cell_number(&cells[0]);
    return true;
}

enum psync_result psync_relay_sql_end_claims(struct psync_relay_sql *s, struct psync_error *err)
{
    enum psync_result r = psync_buf_printf(
        &s->text,
        "UPDATE %sproduct_sync_outbox%s SET " BACK ",owner='%s',ready_at=UTC_TIMESTAMP(),attempts=attempts+1,tried_at=taken_at,last_status=NULL,"
        TOUCHED " WHERE owner>='php:' AND owner<'php;' AND owner LIKE '%%<%s' AND state='taken'"
        " AND taken_at<UTC_TIMESTAMP()-INTERVAL 2 MINUTE", s->prefix, psync_relay_sql_index(s, PSYNC_RELAY_BY_OWNER), s->owner, s->owner);
    return run(s, r, NULL, err);
}

enum psync_result psync_relay_sql_poll(struct psync_relay_sql *s, const uint32_t *ids, size_t n, bool *ret_due,
                                       struct psync_error *err)
{
    struct polling p = {ids, n, ret_due};
    enum psync_result r = PSYNC_OK;
    memset(ret_due, 0, n * sizeof *ret_due);
    if (n == 0)
        return PSYNC_OK;
    for (size_t i = 0; i < n && r == PSYNC_OK; i++) {
        r = psync_buf_printf(&s->text, "%s(SELECT %" PRIu32 " FROM %sproduct_sync_outbox%s", i ? " UNION ALL " : "", ids[i],
                             s->prefix, psync_relay_sql_index(s, PSYNC_RELAY_BY_TAKE));
        if (r == PSYNC_OK)
            r = where_due(s, ids[i]);
        if (r == PSYNC_OK)
            r = psync_buf_add_str(&s->text, " LIMIT 1)");
    }
    return query(s, r, on_due, &p, err);
}

enum psync_result psync_relay_sql_claim(struct psync_relay_sql *s, uint32_t id_shop, size_t max, uint64_t *ret_claimed,
                                        struct psync_error *err)
{
    enum psync_result r = psync_buf_printf(
        &s->text,
        "UPDATE %sproduct_sync_outbox%s SET state='taken', owner='%s', taken_at=UTC_TIMESTAMP(), queued_at=NULL,"
        " updated_at=UTC_TIMESTAMP()",
        s->prefix, psync_relay_sql_index(s, PSYNC_RELAY_BY_TAKE), s->owner);
    if (r == PSYNC_OK)
        r = where_due(s, id_shop);
    if (r == PSYNC_OK)
        r = psync_buf_printf(&s->text, " ORDER BY ready_at LIMIT %zu", max);
    return run(s, r, ret_claimed, err);
}

/* ---- rows ---- */

void psync_relay_rows_free(struct psync_relay_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        free(rows->rows[i]);
    free(rows->rows);
    *rows = (struct psync_relay_rows){0};
}

struct collecting {
    struct psync_relay_rows rows;
    size_t max;
    bool queued, more, no_memory;
};

static bool on_row(void *arg, const struct psync_shop_cell *c)
{
    struct collecting *all = arg;
    struct psync_relay_row row = {
        .id = psync_shop_cell_number(&c[0]),
        .id_shop = (uint32_t)psync_shop_cell_number(&c[1]),
        .product = (int64_t)psync_shop_cell_number(&c[2]),
        .type = c[3].data ? c[3].data : "",
        .revision = (uint32_t)psync_shop_cell_number(&c[4]),
        .payload = {c[5].data ? c[5].data : "", c[5].len},
        .key = c[6].data ? c[6].data : "",
        .queued = all->queued,
    };
    (void)snprintf(row.queued_at, sizeof row.queued_at, "%s", c[7].data ? c[7].data : "");
    row.deleted = psync_shop_cell_number(&c[8]) > 0;
    row.ended = psync_shop_cell_number(&c[9]) > 0;
    row.released = psync_shop_cell_number(&c[10]) > 0;
    if (all->rows.n == all->max || (all->rows.n > 0 && all->rows.bytes + row.payload.len > PSYNC_RELAY_BYTES)) {
        all->more = true;
        return false;
    }
    struct psync_relay_row *copy = psync_relay_row_copy(&row);
    all->no_memory = copy == NULL;
    if (copy) {
        all->rows.rows[all->rows.n++] = copy;
        all->rows.bytes += row.payload.len;
    }
    return copy != NULL;
}

static enum psync_result collect(struct psync_relay_sql *s, enum psync_result made, size_t max, bool queued,
                                 struct psync_relay_rows *ret_rows, bool *ret_more, struct psync_error *err)
{
    struct collecting all = {.max = max, .queued = queued};
    all.rows.rows = calloc(max, sizeof(struct psync_relay_row *));
    if (!all.rows.rows) {
        psync_buf_clear(&s->text);
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    }
    enum psync_result r = query(s, made, on_row, &all, err);
    if (r == PSYNC_OK && all.no_memory)
        r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (r != PSYNC_OK) {
        psync_relay_rows_free(&all.rows);
        return r;
    }
    *ret_rows = all.rows;
    *ret_more = all.more || all.rows.n == max;
    return PSYNC_OK;
}

/* The module has it again, and nobody has looked at it since. */
#define RELEASED "state IN ('draft','ready','dead') AND deleted_at IS NULL AND queued_at IS NULL"

static enum psync_result select_owned(struct psync_relay_sql *s, const char *payload)
{
    return psync_buf_printf(&s->text,
                            "SELECT id_outbox, id_shop, id_product, type, revision, %s, message_key, queued_at,"
                            " deleted_at IS NOT NULL, state IN ('discarded','delivered'), " RELEASED
                            " FROM %sproduct_sync_outbox%s WHERE owner='%s'",
                            payload, s->prefix, psync_relay_sql_index(s, PSYNC_RELAY_BY_OWNER), s->owner);
}

enum psync_result psync_relay_sql_unqueued(struct psync_relay_sql *s, size_t max, struct psync_relay_rows *ret_rows,
                                           bool *ret_more, struct psync_error *err)
{
    enum psync_result r = select_owned(s, "payload");
    if (r == PSYNC_OK)
        r = psync_buf_printf(&s->text,
                             " AND deleted_at IS NULL AND queued_at IS NULL AND state='taken' ORDER BY id_outbox LIMIT %zu", max);
    return collect(s, r, max, false, ret_rows, ret_more, err);
}

/* In the order of the index `owned`, whose entries end with the primary key. */
enum psync_result psync_relay_sql_queued(struct psync_relay_sql *s, uint32_t id_shop, const struct psync_relay_row *after,
                                         size_t max, struct psync_relay_rows *ret_rows, bool *ret_more, struct psync_error *err)
{
    enum psync_result r = select_owned(s, "payload");
    if (r == PSYNC_OK)
        r = psync_buf_add_str(&s->text, after ? " AND deleted_at IS NULL" : " AND deleted_at IS NULL AND queued_at IS NOT NULL");
    if (r == PSYNC_OK && after)
        r = psync_buf_printf(&s->text, " AND queued_at>='%s' AND (queued_at>'%s' OR id_outbox>%" PRIu64 ")", after->queued_at,
                             after->queued_at, after->id);
    if (r == PSYNC_OK)
        r = psync_buf_printf(&s->text, " AND state='taken' AND id_shop=%" PRIu32 " ORDER BY queued_at, id_outbox LIMIT %zu",
                             id_shop, max);
    return collect(s, r, max, true, ret_rows, ret_more, err);
}

/* Each part in the order of the index `owned`. */
enum psync_result psync_relay_sql_unwanted(struct psync_relay_sql *s, size_t skip, size_t max, struct psync_relay_rows *ret_rows,
                                           bool *ret_more, struct psync_error *err)
{
    static const char *const parts[] = {"state='taken' AND deleted_at IS NOT NULL",
                                        "state='dead' AND deleted_at IS NOT NULL",
                                        "state='discarded'",
                                        "state='delivered'",
                                        "state='draft' AND deleted_at IS NULL AND queued_at IS NULL",
                                        "state='ready' AND deleted_at IS NULL AND queued_at IS NULL",
                                        "state='dead' AND deleted_at IS NULL AND queued_at IS NULL"};
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && r == PSYNC_OK; i++) {
        r = psync_buf_add_str(&s->text, i ? ") UNION ALL (" : "(");
        if (r == PSYNC_OK)
            r = select_owned(s, "NULL");
        if (r == PSYNC_OK)
            r = psync_buf_printf(&s->text, " AND %s ORDER BY deleted_at, queued_at, id_outbox LIMIT %zu", parts[i], skip + max);
    }
    if (r == PSYNC_OK)
        r = psync_buf_printf(&s->text, ") LIMIT %zu OFFSET %zu", max, skip);
    return collect(s, r, max, true, ret_rows, ret_more, err);
}

/* ---- marking ---- */

enum psync_result psync_relay_sql_mark(struct psync_relay_sql *s, enum psync_relay_mark mark, const uint64_t *ids, size_t n,
                                       struct psync_error *err)
{
    static const struct {
        const char *set, *which;
    } marks[] = {
        [PSYNC_RELAY_MARK_QUEUED] = {"queued_at=UTC_TIMESTAMP()," TOUCHED, TAKEN},
        [PSYNC_RELAY_MARK_BACK] = {BACK ",owner=NULL,taken_at=NULL," TOUCHED, TAKEN},
        [PSYNC_RELAY_MARK_KEPT] = {BACK "," TOUCHED, TAKEN},
        [PSYNC_RELAY_MARK_GONE] = {"state=IF(delivered_at IS NULL OR state='discarded','discarded','delivered'),owner=NULL,next_try=NULL," TOUCHED,
                                   "(state IN ('discarded','delivered') OR (state IN ('taken','dead') AND deleted_at IS NOT NULL))"},
        [PSYNC_RELAY_MARK_FREE] = {"owner=NULL", RELEASED},
        [PSYNC_RELAY_MARK_KNOWN] = {"queued_at=UTC_TIMESTAMP()", RELEASED " AND taken_at IS NOT NULL"},
    };
    if (n == 0)
        return PSYNC_OK;
    enum psync_result r = psync_buf_printf(
        &s->text, "UPDATE %sproduct_sync_outbox SET %s WHERE id_outbox IN (", s->prefix, marks[mark].set);
    for (size_t i = 0; i < n && r == PSYNC_OK; i++)
        r = psync_buf_printf(&s->text, "%s%" PRIu64, i ? "," : "", ids[i]);
    if (r == PSYNC_OK)
        r = psync_buf_printf(&s->text, ") AND owner='%s' AND %s", s->owner, marks[mark].which);
    return run(s, r, NULL, err);
}

/* ---- the state table ---- */

struct one_text {
    char *text;
    size_t size;
};

static bool on_text(void *arg, const struct psync_shop_cell *cells)
{
    struct one_text *one = arg;
    (void)snprintf(one->text, one->size, "%s", cells[0].data ? cells[0].data : "");
    return false;
}

enum psync_result psync_relay_sql_cursor(struct psync_relay_sql *s, char *ret_value, size_t size, struct psync_error *err)
{
    struct one_text one = {ret_value, size};
    ret_value[0] = '\0';
    return query(s, psync_buf_printf(&s->text, "SELECT value FROM %sproduct_sync_state WHERE name='cursor:%s'", s->prefix, s->owner),
                 on_text, &one, err);
}

static enum psync_result put_state(struct psync_relay_sql *s, const char *name, const char *value)
{
    enum psync_result r = psync_buf_printf(&s->text, "INSERT INTO %sproduct_sync_state (name, value, updated_at) VALUES ('%s', ",
                                           s->prefix, name);
    if (r == PSYNC_OK)
        r = psync_shop_db_quote(s->db, &s->text, (struct psync_span){value, strlen(value)});
    return r == PSYNC_OK ? psync_buf_add_str(&s->text, ", UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE value=VALUES(value),"
                                                       " updated_at=VALUES(updated_at)")
                         : r;
}

enum psync_result psync_relay_sql_beat(struct psync_relay_sql *s, const char *json, struct psync_error *err)
{
    return run(s, put_state(s, s->owner, json), NULL, err);
}

enum psync_result psync_relay_sql_tested(struct psync_relay_sql *s, uint32_t id_shop, const char *json, struct psync_error *err)
{
    char name[32];
    (void)snprintf(name, sizeof name, "test_result:%" PRIu32, id_shop);
    return run(s, put_state(s, name, json), NULL, err);
}

struct asking {
    struct psync_relay_asked *asked;
    size_t n, max;
};

/* {"id":"<16 hex>"}; what is not written like that was not asked by the module. */
static bool on_test(void *arg, const struct psync_shop_cell *cells)
{
    struct asking *a = arg;
    const char *name = cells[0].data, *value = cells[1].data, *result = cells[2].data ? cells[2].data : "";
    const char *id = value ? strstr(value, "\"id\"") : NULL;
    id = id ? strchr(id + 4, '"') : NULL;
    size_t n = id ? strspn(id + 1, "0123456789abcdef") : 0;
    if (!name || n == 0 || n >= PSYNC_RELAY_TEST_MAX || id[n + 1] != '"' || a->n == a->max)
        return true;
    struct psync_relay_asked asked = {.id_shop = (uint32_t)strtoul(name + strlen("test:"), NULL, 10)};
    memcpy(asked.id, id + 1, n);
    if (!strstr(result, asked.id))
        a->asked[a->n++] = asked;
    return true;
}

enum psync_result psync_relay_sql_tests(struct psync_relay_sql *s, struct psync_relay_asked *ret_asked, size_t max, size_t *ret_n,
                                        struct psync_error *err)
{
    struct asking a = {ret_asked, 0, max};
    enum psync_result r = psync_buf_printf(
        &s->text,
        "SELECT t.name, t.value, r.value FROM %sproduct_sync_state t LEFT JOIN %sproduct_sync_state r ON"
        " r.name = CONCAT('test_result:', SUBSTRING(t.name, 6)) WHERE t.name LIKE 'test:%%'"
        " AND t.updated_at > UTC_TIMESTAMP() - INTERVAL 10 MINUTE", s->prefix, s->prefix);
    r = query(s, r, on_test, &a, err);
    *ret_n = a.n;
    return r;
}
