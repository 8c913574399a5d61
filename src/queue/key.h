/* key - idempotency keys: one definition of the bytes, for C and PHP alike (tests/vectors/payload.json).
 *
 * product:{id}:{hash}, hash = the first 32 hex digits of SHA-256 over shop identity LF type LF revision LF
 * payload.
 * batch:{hash},        hash = the first 32 hex digits of SHA-256 over the members' keys joined by LF. */
#ifndef PSYNC_QUEUE_KEY_H
#define PSYNC_QUEUE_KEY_H

#include "queue/message.h"

enum { PSYNC_PRODUCT_KEY_MAX = 64 };

/* `type` of the event: "product.created". */
PSYNC_CHECKED enum psync_result psync_key_product(const struct psync_subject *subject, const char *type,
                                                  uint32_t revision, struct psync_span payload,
                                                  char ret_key[PSYNC_PRODUCT_KEY_MAX]);
PSYNC_CHECKED enum psync_result psync_key_batch(const char *const *keys, size_t n, char ret_key[PSYNC_BATCH_KEY_MAX]);

/* The product id of a key of our form; 0: another form. An index of keys led by it stays in order of product ids. */
int64_t psync_key_leading_product(const char *key);

/* A key given from outside: 1 to 255 visible ASCII characters (0x21-0x7e). */
bool psync_key_valid(struct psync_span key);

#endif
