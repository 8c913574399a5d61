/* shop_secret - decrypts what PrestaShop encrypted with its key: defuse/php-encryption, version 2, by OpenSSL.
 *
 * Ciphertext: DE F5 02 00, salt (32), IV (16), AES-256-CTR ciphertext, HMAC-SHA256 (32) over all before, as hex. The two keys
 * are HKDF-SHA256 (RFC 5869) of the shop's key with that salt. The shop's key, `new_cookie_key`: DE F0 00 00, the key (32) and
 * a SHA-256 over both, as hex. */
#ifndef PSYNC_SOURCE_SHOP_SECRET_H
#define PSYNC_SOURCE_SHOP_SECRET_H

#include "base/buf.h"

/* Whether the text is meant to be such a ciphertext: what is not was not written by the module, and is the secret itself. */
bool psync_shop_secret_is(const char *text);
/* Appends the plaintext. REJECT: not a key, or encrypted with another key, or damaged. Neither is repeated in `err`. */
PSYNC_CHECKED enum psync_result psync_shop_secret_open(const char *key, const char *ciphertext, struct psync_buf *out,
                                                       struct psync_error *err);

#endif
