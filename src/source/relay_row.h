/* relay_row - a row of the outbox on its way into the queue: whether it can be put, and as what. Pure. */
#ifndef PSYNC_SOURCE_RELAY_ROW_H
#define PSYNC_SOURCE_RELAY_ROW_H

#include "queue/types.h"

struct psync_relay_row {
    uint64_t id;               /* id_outbox */
    uint32_t id_shop, revision;
    int64_t product;
    const char *type, *key;    /* as texts; "" for NULL */
    struct psync_span payload; /* empty for NULL */
    bool queued;               /* it was marked as put before */
    bool deleted, ended;       /* its product is gone; the module has ended it: nothing more is to be sent of it */
    bool released;             /* the module has it again: its own message is wanted, no other of its product */
    char queued_at[24];        /* where the listing goes on */
};

/* One block; free() it. NULL: no memory. */
struct psync_relay_row *psync_relay_row_copy(const struct psync_relay_row *like);

/* "UUID:ID", the shop's identity in keys. */
void psync_relay_identity(const char *uuid, uint32_t id_shop, char ret_text[PSYNC_SHOP_MAX]);

/* Whether payload and key are what the module writes (docs/outbox.md): a payload that a database has cut must not be sent. `former`:
 * the UUIDs that the installation had before, comma-separated, for rows made under them. NULL: they are; else what is wrong, for
 * the row's last_error. */
const char *psync_relay_row_check(const struct psync_relay_row *row, const char *identity, const char *former);

#endif
