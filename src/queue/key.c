/* key - idempotency keys (see key.h). */
#include "queue/key.h"

#include "base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_BYTES = 16, HASH_HEX = 2 * HASH_BYTES };

static enum psync_result hash_parts(const struct psync_span *parts, size_t n, char ret_hex[HASH_HEX + 1])
{
    unsigned char digest[PSYNC_SHA256_BYTES];
    enum psync_result r = psync_sha256(parts, n, digest);
    if (r == PSYNC_OK)
        psync_hex(digest, HASH_BYTES, ret_hex);
    return r;
}

enum psync_result psync_key_product(const struct psync_subject *subject, const char *type, uint32_t revision,
                                    struct psync_span payload, char ret_key[PSYNC_PRODUCT_KEY_MAX])
{
    char number[16], hash[HASH_HEX + 1];
    int len = snprintf(number, sizeof number, "\n%" PRIu32 "\n", revision);
    const struct psync_span parts[] = {
        {subject->shop, strlen(subject->shop)}, PSYNC_SPAN("\n"), {type, strlen(type)}, {number, (size_t)len}, payload,
    };
    enum psync_result r = hash_parts(parts, sizeof parts / sizeof *parts, hash);
    if (r == PSYNC_OK)
        snprintf(ret_key, PSYNC_PRODUCT_KEY_MAX, "product:%" PRId64 ":%s", subject->product, hash);
    return r;
}

enum psync_result psync_key_batch(const char *const *keys, size_t n, char ret_key[PSYNC_BATCH_KEY_MAX])
{
    char hash[HASH_HEX + 1];
    struct psync_span *parts = malloc((2 * n + 1) * sizeof *parts);
    if (parts == NULL)
        return PSYNC_NOMEM;
    size_t n_parts = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            parts[n_parts++] = PSYNC_SPAN("\n");
        parts[n_parts++] = (struct psync_span){keys[i], strlen(keys[i])};
    }
    enum psync_result r = hash_parts(parts, n_parts, hash);
    free(parts);
    if (r == PSYNC_OK)
        snprintf(ret_key, PSYNC_BATCH_KEY_MAX, "batch:%s", hash);
    return r;
}

int64_t psync_key_leading_product(const char *key)
{
    static const char prefix[] = "product:";
    if (strncmp(key, prefix, sizeof prefix - 1) != 0)
        return 0;
    int64_t product = 0;
    const char *p = key + sizeof prefix - 1;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (product > (INT64_MAX - (*p - '0')) / 10)
            return 0;
        product = product * 10 + (*p - '0');
    }
    return *p == ':' ? product : 0;
}

bool psync_key_valid(struct psync_span key)
{
    if (key.len == 0 || key.len >= PSYNC_KEY_MAX)
        return false;
    for (size_t i = 0; i < key.len; i++)
        if (key.data[i] < 0x21 || key.data[i] > 0x7e)
            return false;
    return true;
}
