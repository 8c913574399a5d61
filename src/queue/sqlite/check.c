/* check - is the file whole, and does what is kept agree with what can be counted? */
#include "queue/sqlite/store.h"

#include <string.h>

/* Each finds what must not be: a text a row. */
static const char *const rules[] = {
    "SELECT 'destination ' || d.name || ': its counts disagree with its messages' FROM destination AS d WHERE"
    " (SELECT count(*) FROM message INDEXED BY message_subject WHERE destination = d.id AND state < 3)"
    "  <> d.ready + d.delayed"
    " OR (SELECT count(*) FROM message INDEXED BY message_delayed WHERE destination = d.id AND state = 2) <> d.delayed"
    " OR (SELECT count(*) FROM message INDEXED BY message_dead WHERE destination = d.id AND state = 3) <> d.dead",
    "SELECT 'destination ' || d.name || ': its count of delivered messages disagrees' FROM destination AS d"
    " LEFT JOIN (SELECT destination, count(*) AS n FROM message WHERE state = 4 GROUP BY destination) AS m"
    " ON m.destination = d.id WHERE ifnull(m.n, 0) <> d.done",
    "SELECT 'product ' || product || ' of shop \"' || shop || '\": not one, but ' || sum(waits = 0)"
    " || ' of its messages have the turn' FROM message INDEXED BY message_subject WHERE state < 3"
    " GROUP BY destination, product, shop HAVING sum(waits = 0) <> 1",
    "SELECT 'destination ' || d.name || ': its count of waiting messages disagrees' FROM destination AS d WHERE"
    " (SELECT sum(waits) FROM message INDEXED BY message_subject WHERE destination = d.id AND state < 3) <> d.waiting",
    "SELECT 'cause ' || printf('%016x', c.id) || ': its count disagrees' FROM cause AS c WHERE c.count <>"
    " (SELECT count(*) FROM message INDEXED BY message_dead"
    "  WHERE destination = c.destination AND cause = c.id AND state = 3)",
    "SELECT 'message ' || id || ': its dead letter has no cause' FROM message INDEXED BY message_dead WHERE state = 3"
    " AND ifnull(cause, 0) NOT IN (SELECT id FROM cause)",
    "SELECT 'message ' || m.id || ': its outcome is another''s' FROM message AS m JOIN outcome AS o ON o.seq = m.outcome"
    " WHERE o.message <> m.id",
    "SELECT 'message ' || id || ': its destination is missing' FROM message WHERE destination NOT IN"
    " (SELECT id FROM destination)",
};

struct checking {
    struct psync_buf *report;
    size_t faults;
    enum psync_result r;
};

static bool fault(void *context, sqlite3_stmt *st)
{
    enum { FAULTS_MAX = 100 };
    struct checking *c = context;
    const char *text = psync_column_text(st, 0);
    if (strcmp(text, "ok") == 0)
        return true;
    c->r = psync_buf_printf(c->report, "%s\n", text);
    return ++c->faults < FAULTS_MAX && c->r == PSYNC_OK;
}

enum psync_result psync_store_check(struct psync_store *s, struct psync_buf *report, struct psync_error *err)
{
    struct checking c = {report, 0, PSYNC_OK};
    sqlite3 *db;
    enum psync_result r = psync_read_aside(s, &db, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_read_each_of(s, db, "PRAGMA integrity_check", NULL, 0, fault, &c, err);
    for (size_t i = 0; r == PSYNC_OK && c.r == PSYNC_OK && c.faults == 0 && i < sizeof rules / sizeof *rules; i++)
        r = psync_read_each_of(s, db, rules[i], NULL, 0, fault, &c, err);
    psync_read_aside_end(s);
    if (r == PSYNC_OK && c.r == PSYNC_NOMEM)
        r = PSYNC_NOMEM;
    if (r == PSYNC_OK && c.faults > 0)
        r = psync_fail(err, PSYNC_REJECT,
                       "queue file %s is damaged: stop productsync, move it away together with its -wal and -shm,"
                       " then put a backup in its place", s->conf->path);
    return r;
}
