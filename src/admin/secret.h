/* secret - what proves who somebody is: passwords, API tokens, the texts of cookies. By libsodium. */
#ifndef PSYNC_ADMIN_SECRET_H
#define PSYNC_ADMIN_SECRET_H

#include "base/digest.h"

enum {
    PSYNC_PASSWORD_HASH_MAX = 128, /* of its text, with the NUL */
    PSYNC_PASSWORD_MIN = 10,       /* characters... */
    PSYNC_PASSWORD_MAX = 1024,     /* ... and bytes */
    PSYNC_RANDOM_TEXT = 65,        /* 256 bits in hex, with the NUL */
    PSYNC_TOKEN_ID = 9,            /* 8 hex digits and the NUL */
    PSYNC_TOKEN_TEXT = 80
};

/* Argon2id (RFC 9106) with 19 MiB and two passes, the least that OWASP's password storage cheat sheet advises; some
 * tens of milliseconds. NOMEM. */
PSYNC_CHECKED enum psync_result psync_password_hash(const char *password, char ret_hash[PSYNC_PASSWORD_HASH_MAX],
                                                    struct psync_error *err);
/* EMPTY: it is another one; NOMEM. Takes as long with a `hash` of "" as with a real one, so that nobody learns which
 * names there are. */
PSYNC_CHECKED enum psync_result psync_password_verify(const char *password, const char *hash);
/* REJECT: too short or too long. */
PSYNC_CHECKED enum psync_result psync_password_check(const char *password, struct psync_error *err);

void psync_random_text(char ret_text[PSYNC_RANDOM_TEXT]);

/* "ps_ID_SECRET": the prefix lets tools that look for leaked secrets know it. Only its digest is kept. */
PSYNC_CHECKED enum psync_result psync_token_make(char ret_id[PSYNC_TOKEN_ID], char ret_text[PSYNC_TOKEN_TEXT],
                                                 unsigned char ret_digest[PSYNC_SHA256_BYTES], struct psync_error *err);
/* False: that is no token. */
bool psync_token_parse(const char *text, char ret_id[PSYNC_TOKEN_ID], unsigned char ret_digest[PSYNC_SHA256_BYTES]);
/* A digest of any secret text, for a table that need not hold the text itself. */
PSYNC_CHECKED enum psync_result psync_secret_digest(const char *text, unsigned char ret_digest[PSYNC_SHA256_BYTES]);
bool psync_secret_equal(const void *a, const void *b, size_t n); /* in a time that tells nothing */
void psync_forget(void *bytes, size_t n);

#endif
