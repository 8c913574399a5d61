/* cause - why dead letters died: a counted row for each cause of a destination, so that groups are never scanned for.
 *
 * The row's id is made of the first 8 bytes of SHA-256 over destination, problem type, status and error; it is what
 * people name a group by. The row goes with its last dead letter. */
#include "queue/sqlite/store.h"

#include "base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum psync_result cause_id(const char *destination, const struct psync_attempt *a, int64_t *ret_id)
{
    char status[16];
    unsigned char digest[PSYNC_SHA256_BYTES];
    int len = snprintf(status, sizeof status, "\n%" PRId32 "\n", a->status);
    const struct psync_span parts[] = {{destination, strlen(destination)}, PSYNC_SPAN("\n"),
                                       {a->problem, strlen(a->problem)},   {status, (size_t)len},
                                       {a->error, strlen(a->error)}};
    enum psync_result r = psync_sha256(parts, sizeof parts / sizeof *parts, digest);
    if (r != PSYNC_OK)
        return r;
    uint64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = id << 8 | digest[i];
    *ret_id = (int64_t)id;
    return PSYNC_OK;
}

enum psync_result psync_cause_parse(const char *group, int64_t *ret_cause)
{
    uint64_t id = 0;
    if (strlen(group) != 16 || strspn(group, "0123456789abcdef") != 16 || sscanf(group, "%" SCNx64, &id) != 1)
        return PSYNC_REJECT;
    *ret_cause = (int64_t)id;
    return PSYNC_OK;
}

enum psync_result psync_cause_add(struct psync_store *s, const struct psync_place *p, const struct psync_attempt *a,
                                  psync_ms at, int64_t *ret_cause, struct psync_error *err)
{
    enum psync_result r = cause_id(p->name, a, ret_cause);
    if (r != PSYNC_OK)
        return psync_fail(err, r, "SHA-256 failed");
    return psync_store_run(s, PSYNC_SQL_CAUSE_ADD,
                           PSYNC_VALUES(PSYNC_V_INT(*ret_cause), PSYNC_V_INT(p->id), PSYNC_V_WORDS(a->problem),
                                        PSYNC_V_INT(a->status), PSYNC_V_WORDS(a->error), PSYNC_V_INT(at)), err);
}

enum psync_result psync_cause_remove(struct psync_store *s, int64_t cause, struct psync_error *err)
{
    enum psync_result r = psync_store_run(s, PSYNC_SQL_CAUSE_REMOVE, PSYNC_VALUES(PSYNC_V_INT(cause)), err);
    if (r == PSYNC_OK)
        r = psync_store_run(s, PSYNC_SQL_CAUSE_DROP, PSYNC_VALUES(PSYNC_V_INT(cause)), err);
    return r;
}

struct visiting {
    psync_visit_group *visit;
    void *arg;
};

static bool visit_row(void *context, sqlite3_stmt *st)
{
    struct visiting *v = context;
    char example[PSYNC_ID_MAX];
    struct psync_group g = {
        .destination = psync_column_text(st, 1),
        .cause = {psync_column_text(st, 2), sqlite3_column_int(st, 3), psync_column_text(st, 4)},
        .count = (uint64_t)sqlite3_column_int64(st, 5),
        .oldest = sqlite3_column_int64(st, 6),
        .newest = sqlite3_column_int64(st, 7),
        .example = example,
    };
    snprintf(g.id, sizeof g.id, "%016" PRIx64, (uint64_t)sqlite3_column_int64(st, 0));
    psync_id_format(sqlite3_column_int64(st, 8), example);
    return !psync_columns_failed(st) && v->visit(v->arg, &g);
}

enum psync_result psync_store_groups(struct psync_store *s, const char *destination, psync_visit_group *visit,
                                     void *arg, struct psync_error *err)
{
    static const char sql[] =
        "SELECT c.id, d.name, c.problem, c.status, c.error, c.count, c.oldest, c.newest,"
        " (SELECT min(m.id) FROM message AS m INDEXED BY message_dead"
        "  WHERE m.destination = c.destination AND m.cause = c.id AND m.state = 3)"
        " FROM cause AS c JOIN destination AS d ON d.id = c.destination WHERE ?1 IS NULL OR d.name = ?1"
        " ORDER BY d.name, c.count DESC, c.id";
    struct visiting v = {visit, arg};
    return psync_read_each(s, sql, PSYNC_VALUES(destination == NULL ? PSYNC_V_NULL() : PSYNC_V_TEXT(destination)),
                           visit_row, &v, err);
}
