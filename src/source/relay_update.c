/* relay_update - outcomes as updates of rows: one script, one transaction, with the relay's cursor in it (source/relay_sql.h).
 *
 * Each update finds its rows by the unique key of product and shop, and changes them only if they still are ours under that
 * message key. A dead row keeps its owner, so that a dead letter that the operator retries is followed; other ends give it up. */
#include "source/relay_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* True while everything fits. */
static bool add(struct psync_relay_sql *s, enum psync_result *r, const char *text)
{
    if (*r == PSYNC_OK)
        *r = psync_buf_add_str(&s->text, text);
    return *r == PSYNC_OK;
}

static void add_text(struct psync_relay_sql *s, enum psync_result *r, const char *name, const char *text, size_t len)
{
    if (add(s, r, name))
        *r = len > 0 ? psync_shop_db_quote(s->db, &s->text, (struct psync_span){text, len}) : psync_buf_add_str(&s->text, "NULL");
}

/* What the last attempt came to. */
static void add_attempt(struct psync_relay_sql *s, enum psync_result *r, const struct psync_relay_update *u)
{
    const char *error = u->why_unsent ? u->why_unsent : u->error;
    if (*r == PSYNC_OK && !u->why_unsent)
        *r = psync_buf_printf(&s->text, "attempts=%" PRIu32 ",", u->tries);
    if (*r == PSYNC_OK && u->status > 0)
        *r = psync_buf_printf(&s->text, "last_status=%" PRId32, u->status);
    else
        add(s, r, "last_status=NULL");
    add_text(s, r, ",last_error=", error, u->state == PSYNC_RELAY_DELIVERED ? 0 : strlen(error));
    add(s, r, ",");
}

static void add_heir(struct psync_relay_sql *s, enum psync_result *r, const struct psync_relay_update *u)
{
    if (!u->new_key)
        return;
    add_text(s, r, "message_key=", u->new_key, strlen(u->new_key));
    add_text(s, r, ",payload=", u->payload.data, u->payload.len);
    if (*r == PSYNC_OK)
        *r = psync_buf_printf(&s->text, ",revision=%" PRIu32 ",", u->revision);
}

/* `payload` comes before this in the statement, so that the digest is of what was delivered. */
static void add_state(struct psync_relay_sql *s, enum psync_result *r, const struct psync_relay_update *u)
{
    if (*r != PSYNC_OK)
        return;
    if (u->state == PSYNC_RELAY_DELIVERED)
        *r = psync_buf_printf(&s->text,
                              "state='delivered',owner=NULL,next_try=NULL,sent_digest=LEFT(SHA2(payload,256),32),"
                              "delivered_at=UTC_TIMESTAMP()-INTERVAL %" PRId64 " SECOND", u->seconds);
    else if (u->state == PSYNC_RELAY_DEAD)
        *r = psync_buf_add_str(&s->text, u->why_unsent ? "state='dead',owner=NULL,next_try=NULL" : "state='dead',next_try=NULL");
    else if (u->state == PSYNC_RELAY_DISCARDED)
        *r = psync_buf_add_str(&s->text, "state=IF(deleted_at IS NULL OR delivered_at IS NULL,'discarded','delivered'),"
                                         "owner=NULL,next_try=NULL");
    else if (u->tried)
        *r = psync_buf_printf(&s->text, "next_try=UTC_TIMESTAMP()+INTERVAL %" PRId64 " SECOND", u->seconds);
    else
        *r = psync_buf_add_str(&s->text, "state='taken',next_try=NULL");
}

/* A key names its product, so that a row whose product and key are both among those asked for is one of them. */
static void add_where(struct psync_relay_sql *s, enum psync_result *r, const struct psync_relay_update *u)
{
    bool dead_too = u->state == PSYNC_RELAY_DISCARDED || u->requeued || u->new_key;
    const char *states = u->state == PSYNC_RELAY_DELIVERED ? " IN ('taken','dead','discarded')" /* it had left before */
                         : dead_too                        ? " IN ('taken','dead')"
                                                           : "='taken'";
    if (*r == PSYNC_OK)
        *r = psync_buf_printf(&s->text,
                              ",updated_at=UTC_TIMESTAMP() WHERE id_product IN (%s) AND id_shop=%" PRIu32
                              " AND owner='%s' AND state%s AND message_key IN (", s->products.data, u->id_shop, s->owner,
                              states);
    if (*r == PSYNC_OK)
        *r = psync_buf_add(&s->text, s->keys.data, s->keys.len);
    add(s, r, u->unqueued_too || u->why_unsent ? ")" : ") AND (state<>'taken' OR queued_at IS NOT NULL)");
}

/* ---- updates that differ in their row alone are one statement: that is what most are ---- */

static void drop_alike(struct psync_relay_sql *s)
{
    s->n_alike = 0;
    psync_buf_clear(&s->products);
    psync_buf_clear(&s->keys);
}

static enum psync_result write_alike(struct psync_relay_sql *s)
{
    const struct psync_relay_update *u = &s->like;
    if (s->n_alike == 0)
        return PSYNC_OK;
    enum psync_result r = psync_buf_printf(&s->text, ";UPDATE %sproduct_sync_outbox%s SET ", s->prefix,
                                           psync_relay_sql_index(s, PSYNC_RELAY_BY_PRODUCT));
    add_heir(s, &r, u);
    if (u->state != PSYNC_RELAY_TAKEN || u->tried)
        add_attempt(s, &r, u);
    add_state(s, &r, u);
    add_where(s, &r, u);
    drop_alike(s);
    return r;
}

static bool is_alike(const struct psync_relay_update *a, const struct psync_relay_update *b)
{
    return !a->new_key && !b->new_key && a->why_unsent == b->why_unsent && a->unqueued_too == b->unqueued_too &&
           a->id_shop == b->id_shop && a->state == b->state &&
           a->requeued == b->requeued && a->tried == b->tried && a->tries == b->tries && a->status == b->status &&
           a->seconds == b->seconds && strcmp(a->error, b->error) == 0;
}

static enum psync_result join(struct psync_relay_sql *s, const struct psync_relay_update *u)
{
    enum psync_result r = PSYNC_OK;
    if (s->n_alike++ > 0)
        r = psync_buf_add_char(&s->products, ',');
    if (r == PSYNC_OK && s->n_alike > 1)
        r = psync_buf_add_char(&s->keys, ',');
    if (r == PSYNC_OK)
        r = psync_buf_add_int(&s->products, u->product);
    return r == PSYNC_OK ? psync_shop_db_quote(s->db, &s->keys, (struct psync_span){u->key, strlen(u->key)}) : r;
}

/* ---- the script ---- */

enum psync_result psync_relay_sql_begin(struct psync_relay_sql *s)
{
    drop_alike(s);
    psync_buf_clear(&s->text);
    return psync_buf_add_str(&s->text, "START TRANSACTION");
}

void psync_relay_sql_drop(struct psync_relay_sql *s)
{
    drop_alike(s);
    psync_buf_clear(&s->text);
}

/* What has a key of its own to give is written at once, while its texts are there. */
enum psync_result psync_relay_sql_add(struct psync_relay_sql *s, const struct psync_relay_update *u)
{
    struct psync_relay_update like = *u;
    enum psync_result r = PSYNC_OK;
    like.error = u->error ? u->error : "";
    if (s->n_alike > 0 && !is_alike(&s->like, &like))
        r = write_alike(s);
    if (r != PSYNC_OK)
        return r;
    if (s->n_alike == 0) {
        s->like = like;
        (void)snprintf(s->like_error, sizeof s->like_error, "%s", like.error);
        s->like.error = s->like_error;
    }
    r = join(s, u);
    return r == PSYNC_OK && u->new_key ? write_alike(s) : r;
}

enum psync_result psync_relay_sql_commit(struct psync_relay_sql *s, const char *cursor, struct psync_error *err)
{
    enum psync_result r = write_alike(s);
    if (r == PSYNC_OK && cursor)
        r = psync_buf_printf(&s->text,
                             ";INSERT INTO %sproduct_sync_state (name, value, updated_at) VALUES ('cursor:%s','%s',UTC_TIMESTAMP())"
                             " ON DUPLICATE KEY UPDATE value=VALUES(value), updated_at=VALUES(updated_at)",
                             s->prefix, s->owner, cursor);
    add(s, &r, ";COMMIT");
    if (r == PSYNC_OK)
        r = psync_shop_db_run(s->db, (struct psync_span){s->text.data, s->text.len}, NULL, err);
    else
        (void)psync_fail(err, r, r == PSYNC_NOMEM ? "out of memory" : "a statement would be too long");
    drop_alike(s);
    psync_buf_clear(&s->text);
    if (r == PSYNC_OK || r == PSYNC_GONE)
        return r;
    /* What a failed statement left open is undone; if that fails too, the connection is lost, as the next call will find. */
    enum psync_result undone = psync_shop_db_run(s->db, PSYNC_SPAN("ROLLBACK"), NULL, NULL);
    return undone == PSYNC_GONE ? PSYNC_GONE : r;
}
