/* bare_relay - the relay's statements in a bare loop: claim, read, mark, write outcomes; no queue, no request. The relay's yardstick.
 *
 * usage: bare_relay SOCKET DATABASE ROWS     prints seconds */
#include "source/relay_sql.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 500 };

static void need(enum psync_result r, const struct psync_error *err)
{
    if (r == PSYNC_OK)
        return;
    fprintf(stderr, "bare_relay: %s\n", err->text);
    exit(1);
}

static void one_round(struct psync_relay_sql *sql, unsigned long *done, struct psync_error *err)
{
    const uint32_t id_shop = 1;
    uint64_t ids[AT_ONCE], claimed;
    struct psync_relay_rows rows;
    bool due, more;
    char cursor[32];
    need(psync_relay_sql_poll(sql, &id_shop, 1, &due, err), err);
    need(psync_relay_sql_claim(sql, id_shop, AT_ONCE, &claimed, err), err);
    need(psync_relay_sql_unqueued(sql, AT_ONCE, &rows, &more, err), err);
    for (size_t i = 0; i < rows.n; i++)
        ids[i] = rows.rows[i]->id;
    need(psync_relay_sql_mark(sql, PSYNC_RELAY_MARK_QUEUED, ids, rows.n, err), err);
    need(psync_relay_sql_begin(sql), err);
    for (size_t i = 0; i < rows.n; i++)
        need(psync_relay_sql_add(sql, &(struct psync_relay_update){.product = rows.rows[i]->product,
                                                                   .id_shop = id_shop,
                                                                   .key = rows.rows[i]->key,
                                                                   .state = PSYNC_RELAY_DELIVERED,
                                                                   .tries = 1,
                                                                   .status = 200,
                                                                   .error = ""}), err);
    snprintf(cursor, sizeof cursor, "%lu 0", *done);
    need(psync_relay_sql_commit(sql, cursor, err), err);
    *done += rows.n;
    psync_relay_rows_free(&rows);
}

int main(int argc, char **argv)
{
    struct psync_shop_place place = {.host = "localhost", .user = "root", .prefix = "ps_"};
    struct psync_shop_db *db = NULL;
    struct psync_relay_sql sql;
    struct psync_error err = {0};
    unsigned long rows = argc == 4 ? strtoul(argv[3], NULL, 10) : 0, done = 0;
    if (rows == 0) {
        fprintf(stderr, "usage: bare_relay SOCKET DATABASE ROWS\n");
        return 2;
    }
    snprintf(place.socket, sizeof place.socket, "%s", argv[1]);
    snprintf(place.database, sizeof place.database, "%s", argv[2]);
    need(psync_shop_db_open(&place, &db, &err), &err);
    psync_relay_sql_init(&sql, db, place.prefix, "relay:0123456789abcdef0123456789abcdef", true);
    uint64_t begun = psync_clock_us();
    while (done < rows)
        one_round(&sql, &done, &err);
    printf("%.3f\n", (double)(psync_clock_us() - begun) / 1e6);
    psync_relay_sql_done(&sql);
    psync_shop_db_close(db);
    return 0;
}
