/* statement - the SQL of the writing connection (see statement.h).
 *
 * States as in enum psync_state: 0 ready, 2 delayed, 3 dead, 4 done, 5 discarded, 6 replaced; below 3 is unfinished.
 * INDEXED BY makes a plan that would scan an error when it is prepared, not a stall when ten million are queued. */
#include "queue/sqlite/store.h"

#include <assert.h>

#define LEASE_COLUMNS                                                                                                  \
    "id, state, not_before, batch, batch_pos, waits, product, shop, key, type, trace, revision, created_at, attempts," \
    " tries, last_try, unanswered, first_active, payload"
/* The subject of the message ?1 of destination ?2. */
#define OF_SUBJECT                                                                                                     \
    " FROM message AS m INDEXED BY message_subject WHERE m.destination = ?2 AND m.state < 3"                          \
    " AND (m.product, m.shop) = (SELECT product, shop FROM message WHERE id = ?1)"

const char *const psync_statement_sql[PSYNC_STATEMENTS] = {
    [PSYNC_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [PSYNC_SQL_COMMIT] = "COMMIT",
    [PSYNC_SQL_ROLLBACK] = "ROLLBACK",
    [PSYNC_SQL_STORE_LOAD] = "SELECT next_id, next_seq, clock, age FROM store",
    [PSYNC_SQL_STORE_SAVE] = "UPDATE store SET next_id = ?1, next_seq = ?2, clock = ?3, age = ?4,"
                             " doubtful_batch = NULL",
    [PSYNC_SQL_STORE_CLOSE] = "UPDATE store SET doubtful_batch = ?1",
    [PSYNC_SQL_PLACES_LOAD] = "SELECT " PSYNC_PLACE_COLUMNS " FROM destination",
    [PSYNC_SQL_PLACE_SAVE] = "INSERT OR REPLACE INTO destination VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                             " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",

    [PSYNC_SQL_PUT] =
        "INSERT INTO message (id, destination, state, waits, tries, attempts, product, shop, key_product, key, type,"
        " trace, revision, created_at, payload) VALUES (?1, ?2, 0, ?3, 0, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (destination, key_product, key) DO NOTHING",
    [PSYNC_SQL_KNOWN] = "SELECT id, state, payload FROM message INDEXED BY message_key"
                        " WHERE destination = ?1 AND key_product = ?2 AND key = ?3",
    [PSYNC_SQL_SUBJECT_BUSY] = "SELECT 1 FROM message INDEXED BY message_subject"
                               " WHERE destination = ?1 AND product = ?2 AND shop = ?3 AND state < 3 LIMIT 1",

    [PSYNC_SQL_LEASE_DUE] = "SELECT " LEASE_COLUMNS " FROM message INDEXED BY message_delayed"
                            " WHERE destination = ?1 AND not_before <= ?2 AND (not_before, id) > (?3, ?4)"
                            " AND state = 2 AND waits = 0 ORDER BY not_before, id",
    [PSYNC_SQL_LEASE_FRESH] = "SELECT " LEASE_COLUMNS " FROM message INDEXED BY message_ready"
                              " WHERE destination = ?1 AND id > ?2 AND state = 0 AND waits = 0 ORDER BY id",
    [PSYNC_SQL_LEASE_MEMBERS] = "SELECT " LEASE_COLUMNS " FROM message INDEXED BY message_batch"
                                " WHERE batch = ?1 AND state < 3 ORDER BY batch_pos",
    [PSYNC_SQL_NEXT_DUE] = "SELECT not_before FROM message INDEXED BY message_delayed WHERE destination = ?1"
                           " AND not_before > ?2 AND state = 2 AND waits = 0 ORDER BY not_before LIMIT 1",
    [PSYNC_SQL_LEASABLE] = "SELECT state, not_before, batch, tries FROM message"
                           " WHERE id = ?1 AND state < 3 AND waits = 0",

    [PSYNC_SQL_DONE] = "UPDATE message SET state = 4, outcome = ?2, tries = tries + 1 WHERE id = ?1",
    [PSYNC_SQL_DONE_RUN] = "UPDATE message SET state = 4, outcome = id + ?3, tries = tries + 1"
                           " WHERE id BETWEEN ?1 AND ?2",
    [PSYNC_SQL_RETRY] = "UPDATE message SET state = 2, not_before = ?2, tries = ?3, attempts = attempts + ?4,"
                        " last_try = ?5, unanswered = max(ifnull(unanswered, 0), ?6), first_active = ?7 WHERE id = ?1",
    /* Requeued it goes alone: under a key that nothing of its batch was sent under. */
    [PSYNC_SQL_DEAD] = "UPDATE message SET state = 3, outcome = ?2, tries = ?3, attempts = attempts + ?4,"
                       " last_try = ?5, unanswered = iif(batch IS NULL, max(ifnull(unanswered, 0), ?6), 0),"
                       " first_active = ?7, cause = ?8, batch = NULL WHERE id = ?1",
    [PSYNC_SQL_UNBIND] = "UPDATE message SET batch = NULL, unanswered = 0 WHERE id = ?1",
    [PSYNC_SQL_ATTEMPT_ADD] = "INSERT OR REPLACE INTO attempt VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [PSYNC_SQL_ATTEMPTS_TRIM] = "DELETE FROM attempt WHERE message = ?1 AND n <= ?2",
    [PSYNC_SQL_OUTCOME_ADD] = "INSERT INTO outcome VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",

    [PSYNC_SQL_BATCH_ADD] = "INSERT INTO batch (key, members) VALUES (?1, ?2) RETURNING id",
    [PSYNC_SQL_BATCH_GET] = "SELECT key, members FROM batch WHERE id = ?1",
    [PSYNC_SQL_BATCH_DOUBTFUL] = "SELECT ifnull(doubtful_batch, (SELECT seq FROM sqlite_sequence WHERE name = 'batch'))"
                                 " FROM store",
    [PSYNC_SQL_BATCH_DROP] = "DELETE FROM batch WHERE id = ?1",
    [PSYNC_SQL_BIND] = "UPDATE message SET batch = ?2, batch_pos = ?3, unanswered = 0 WHERE id = ?1",
    [PSYNC_SQL_BIND_RUN] = "UPDATE message SET batch = ?2, batch_pos = ?3 + id - ?1, unanswered = 0"
                           " WHERE id BETWEEN ?1 AND ?4",

    [PSYNC_SQL_SUBJECT_OLDEST] = "SELECT m.id, m.state, m.waits, m.not_before" OF_SUBJECT " ORDER BY m.id LIMIT 1",
    [PSYNC_SQL_SUBJECT_HOLDER] = "SELECT m.id" OF_SUBJECT " AND m.waits = 0 AND m.id <> ?1 ORDER BY m.id LIMIT 1",
    /* By the index of keys where the key is of our form, else by that of the others. */
    [PSYNC_SQL_SUBJECT_NEWER_DONE] =
        "SELECT 1 FROM message AS o CROSS JOIN message AS m INDEXED BY message_key WHERE o.id = ?1"
        " AND m.destination = o.destination AND m.key_product = o.product"
        " AND m.product = o.product AND m.shop = o.shop AND m.id > o.id AND m.state = 4"
        " UNION ALL SELECT 1 FROM message AS o CROSS JOIN message AS m INDEXED BY message_other WHERE o.id = ?1"
        " AND m.key_product IS NOT m.product AND m.destination = o.destination AND m.product = o.product"
        " AND m.shop = o.shop AND m.id > o.id AND m.state = 4 LIMIT 1",
    [PSYNC_SQL_TURN_SET] = "UPDATE message SET waits = ?2 WHERE id = ?1",

    [PSYNC_SQL_CAUSE_ADD] = "INSERT INTO cause VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6) ON CONFLICT (id) DO UPDATE"
                            " SET count = count + 1, oldest = min(oldest, ?6), newest = max(newest, ?6)",
    [PSYNC_SQL_CAUSE_REMOVE] = "UPDATE cause SET count = count - 1 WHERE id = ?1",
    [PSYNC_SQL_CAUSE_DROP] = "DELETE FROM cause WHERE id = ?1 AND count <= 0",
    [PSYNC_SQL_CAUSE_PLACE] = "SELECT destination FROM cause WHERE id = ?1",
    [PSYNC_SQL_WAITING_GET] = "SELECT destination, state, waits, batch FROM message WHERE id = ?1 AND state < 3",
    [PSYNC_SQL_WITHDRAW] = "UPDATE message SET state = ?2, outcome = ?3, waits = 0, key_product = NULL, batch = NULL"
                           " WHERE id = ?1",
    [PSYNC_SQL_DEAD_GET] = "SELECT id, destination, cause, tries FROM message WHERE id = ?1 AND state = 3",
    [PSYNC_SQL_DEAD_OF_CAUSE] = "SELECT id, destination, cause, tries FROM message INDEXED BY message_dead"
                                " WHERE destination = ?1 AND cause = ?2 AND id > ?3 AND state = 3 ORDER BY id LIMIT ?4",
    [PSYNC_SQL_DEAD_AFTER] = "SELECT id, destination, cause, tries FROM message INDEXED BY message_dead"
                             " WHERE destination BETWEEN ?1 AND ?2 AND (destination, cause, id) > (?3, ?4, ?5)"
                             " AND state = 3 ORDER BY destination, cause, id LIMIT ?6",
    [PSYNC_SQL_REQUEUE] = "UPDATE message SET state = 0, waits = ?2, outcome = ?3, attempts = 0, first_active = -1,"
                          " cause = NULL, batch = NULL WHERE id = ?1",
    /* Only a discarded message's key is forgotten: what was replaced (6) is known by its old key too, or the same
     * product given again would be delivered beside its replacement. */
    [PSYNC_SQL_FORGET] = "UPDATE message SET state = ?2, outcome = ?3,"
                         " key_product = CASE ?2 WHEN 6 THEN key_product END, cause = NULL WHERE id = ?1",

    [PSYNC_SQL_OLDEST_READY] = "SELECT created_at FROM message INDEXED BY message_ready"
                               " WHERE destination = ?1 AND state = 0 AND waits = 0 ORDER BY id LIMIT 1",
    [PSYNC_SQL_OLDEST_DELAYED] =
        "SELECT min(created_at) FROM (SELECT created_at FROM message INDEXED BY message_delayed"
        " WHERE destination = ?1 AND state = 2 ORDER BY not_before, id LIMIT 1000)",

    [PSYNC_SQL_PURGE_SCAN] = "SELECT o.seq, o.message, o.at, m.destination, m.state, m.outcome = o.seq"
                             " FROM outcome AS o LEFT JOIN message AS m ON m.id = o.message WHERE o.seq > ?1"
                             " ORDER BY o.seq LIMIT ?2",
    [PSYNC_SQL_PURGE_MESSAGE] = "DELETE FROM message WHERE id = ?1",
    [PSYNC_SQL_PURGE_ATTEMPTS] = "DELETE FROM attempt WHERE message = ?1",
    [PSYNC_SQL_PURGE_OUTCOME] = "DELETE FROM outcome WHERE seq = ?1",
    [PSYNC_SQL_SHIFT_DELAYED] = "UPDATE message INDEXED BY message_delayed SET not_before = not_before - ?1"
                                " WHERE destination = ?2 AND state = 2",
};
static_assert(PSYNC_STATEMENTS < 64, "they are kept open all the time");
