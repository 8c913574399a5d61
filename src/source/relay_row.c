/* relay_row - see the header. */
#include "source/relay_row.h"

#include "base/utf8.h"
#include "queue/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct psync_relay_row *psync_relay_row_copy(const struct psync_relay_row *like)
{
    size_t type = strlen(like->type) + 1, key = strlen(like->key) + 1;
    struct psync_relay_row *row = malloc(sizeof *row + type + key + like->payload.len);
    if (!row)
        return NULL;
    char *room = (char *)(row + 1);
    *row = *like;
    row->type = memcpy(room, like->type, type);
    row->key = memcpy(room + type, like->key, key);
    if (like->payload.len > 0)
        row->payload.data = memcpy(room + type + key, like->payload.data, like->payload.len);
    return row;
}

void psync_relay_identity(const char *uuid, uint32_t id_shop, char ret_text[PSYNC_SHOP_MAX])
{
    (void)snprintf(ret_text, PSYNC_SHOP_MAX, "%.50s:%" PRIu32, uuid, id_shop);
}

/* True also without memory: the queue will say so. */
static bool has_key_of(const struct psync_relay_row *row, const char *identity)
{
    const struct psync_subject subject = {row->product, identity};
    char key[PSYNC_PRODUCT_KEY_MAX];
    return psync_key_product(&subject, row->type, row->revision, row->payload, key) != PSYNC_OK || strcmp(key, row->key) == 0;
}

static bool has_former_key(const struct psync_relay_row *row, const char *former)
{
    char uuid[PSYNC_SHOP_MAX], identity[PSYNC_SHOP_MAX];
    for (const char *at = former; *at;) {
        size_t n = strcspn(at, ",");
        (void)snprintf(uuid, sizeof uuid, "%.*s", n < sizeof uuid ? (int)n : 0, at);
        psync_relay_identity(uuid, row->id_shop, identity);
        if (has_key_of(row, identity))
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

const char *psync_relay_row_check(const struct psync_relay_row *row, const char *identity, const char *former)
{
    if (row->product <= 0)
        return "the row has no product";
    if (row->payload.len == 0)
        return "the row has no payload";
    if (row->payload.len > PSYNC_PAYLOAD_MAX)
        return "the payload is longer than 1 MB";
    if (row->payload.data[0] != '{' || row->payload.data[row->payload.len - 1] != '}' || !psync_utf8_valid(row->payload))
        return "the payload is not a JSON object in UTF-8";
    if (row->type[0] == '\0' || strlen(row->type) >= PSYNC_TYPE_MAX)
        return "the row has no type";
    return has_key_of(row, identity) || has_former_key(row, former)
               ? NULL
               : "payload and key do not belong together: one of them was cut or changed";
}
