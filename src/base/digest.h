/* digest - SHA-256 (FIPS 180-4) by OpenSSL, and lower-case hex. Any thread. */
#ifndef PSYNC_BASE_DIGEST_H
#define PSYNC_BASE_DIGEST_H

#include "base/buf.h"

enum { PSYNC_SHA256_BYTES = 32 };

/* The digest of the parts, in order, as if they were one. PSYNC_NOMEM; PSYNC_FATAL: the library failed. */
PSYNC_CHECKED enum psync_result psync_sha256(const struct psync_span *parts, size_t n,
                                             unsigned char ret_digest[PSYNC_SHA256_BYTES]);
/* 2n characters and a NUL. */
void psync_hex(const unsigned char *bytes, size_t n, char *ret_text);

#endif
