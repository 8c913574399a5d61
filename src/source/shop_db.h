/* shop_db - one connection to a shop's database, by libmariadb: statements as texts, results row by row.
 *
 * Nothing waits longer than the timeouts here. A connection that was lost is not made again behind one's back: a transaction
 * would be half done. One thread. */
#ifndef PSYNC_SOURCE_SHOP_DB_H
#define PSYNC_SOURCE_SHOP_DB_H

#include "source/shop_place.h"

#include "base/buf.h"

#include <stdint.h>

struct psync_shop_db; /* opaque */

/* Results of all functions that speak to the server:
 *   GONE    the connection is lost, or was not made: connect again later
 *   RETRY   busy: a deadlock, a lock that took too long, a full disk; the transaction is undone, the same may succeed later
 *   REJECT  a person must look: access denied, no such database, a table missing
 *   NOMEM */
PSYNC_CHECKED enum psync_result psync_shop_db_open(const struct psync_shop_place *place, struct psync_shop_db **ret_db,
                                                   struct psync_error *err);
void psync_shop_db_close(struct psync_shop_db *db); /* undoes an open transaction; NULL is fine */
/* Any thread, while it is open: what waits for the server ends with GONE soon. */
void psync_shop_db_interrupt(struct psync_shop_db *db);

/* One statement, or several separated by semicolons, in order; the first that fails ends it. `*ret_changed` (may be NULL): rows
 * they changed, all together. */
PSYNC_CHECKED enum psync_result psync_shop_db_run(struct psync_shop_db *db, struct psync_span sql, uint64_t *ret_changed,
                                                  struct psync_error *err);

/* A value of a row; data NULL: NULL. It is followed by a NUL byte, and borrowed for the visit. */
struct psync_shop_cell {
    const char *data;
    size_t len;
};
/* False: enough; the rest is passed over. */
typedef bool psync_shop_visit(void *arg, const struct psync_shop_cell *cells);
PSYNC_CHECKED enum psync_result psync_shop_db_query(struct psync_shop_db *db, struct psync_span sql, psync_shop_visit *visit,
                                                    void *arg, struct psync_error *err);
/* As a number; 0 for NULL. */
uint64_t psync_shop_cell_number(const struct psync_shop_cell *cell);

/* Appends the text, quoted and escaped for this connection. Results as psync_buf_add. */
PSYNC_CHECKED enum psync_result psync_shop_db_quote(struct psync_shop_db *db, struct psync_buf *sql, struct psync_span text);
/* The first connection's and, at the end, the library's own things. From the main thread. */
void psync_shop_db_library_init(void);
/* Each thread that used a connection, at its end. */
void psync_shop_db_thread_end(void);

#endif
