/* secret - see the header. */
#include "admin/secret.h"

#include "base/utf8.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 2, MEMORY_BYTES = 19 << 20, MORE_BYTES = 64 << 10, RANDOM_BYTES = 32, ID_BYTES = 4 };

_Static_assert(PSYNC_PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "room for libsodium's text");

/* May be called often, and from any thread. */
static void start(void)
{
    PSYNC_INVARIANT(sodium_init() >= 0);
}

enum psync_result psync_password_hash(const char *password, char ret_hash[PSYNC_PASSWORD_HASH_MAX],
                                      struct psync_error *err)
{
    char hash[crypto_pwhash_STRBYTES];
    start();
    if (crypto_pwhash_str_alg(hash, password, strlen(password), PASSES, MEMORY_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return psync_fail(err, PSYNC_NOMEM, "out of memory: hashing a password takes 19 MiB");
    memcpy(ret_hash, hash, sizeof hash);
    return PSYNC_OK;
}

/* libsodium's verification calls every failure another password, also that it had no memory. So that is asked first. */
static bool has_memory(void)
{
    void *volatile room = malloc(MEMORY_BYTES + MORE_BYTES); /* volatile: or it could be left out */
    bool had = room != NULL;
    free(room);
    return had;
}

enum psync_result psync_password_verify(const char *password, const char *hash)
{
    char ignored[PSYNC_PASSWORD_HASH_MAX];
    start();
    if (hash[0] == '\0')
        return psync_password_hash(password, ignored, NULL) == PSYNC_NOMEM ? PSYNC_NOMEM : PSYNC_EMPTY;
    if (!has_memory())
        return PSYNC_NOMEM;
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0 ? PSYNC_OK : PSYNC_EMPTY;
}

enum psync_result psync_password_check(const char *password, struct psync_error *err)
{
    size_t bytes = strlen(password), characters = 0;
    if (!psync_utf8_valid((struct psync_span){password, bytes}) || bytes > PSYNC_PASSWORD_MAX)
        return psync_fail(err, PSYNC_REJECT, "a password is UTF-8 of at most %d bytes", PSYNC_PASSWORD_MAX);
    for (size_t i = 0; i < bytes; i++)
        characters += ((unsigned char)password[i] & 0xc0) != 0x80;
    if (characters < PSYNC_PASSWORD_MIN)
        return psync_fail(err, PSYNC_REJECT, "a password has at least %d characters", PSYNC_PASSWORD_MIN);
    return PSYNC_OK;
}

void psync_random_text(char ret_text[PSYNC_RANDOM_TEXT])
{
    unsigned char bytes[RANDOM_BYTES];
    start();
    randombytes_buf(bytes, sizeof bytes);
    psync_hex(bytes, sizeof bytes, ret_text);
    sodium_memzero(bytes, sizeof bytes);
}

/* ---- tokens ---- */

enum psync_result psync_secret_digest(const char *text, unsigned char ret_digest[PSYNC_SHA256_BYTES])
{
    return psync_sha256(&(struct psync_span){text, strlen(text)}, 1, ret_digest);
}

enum psync_result psync_token_make(char ret_id[PSYNC_TOKEN_ID], char ret_text[PSYNC_TOKEN_TEXT],
                                   unsigned char ret_digest[PSYNC_SHA256_BYTES], struct psync_error *err)
{
    unsigned char id[ID_BYTES];
    char secret[PSYNC_RANDOM_TEXT];
    start();
    randombytes_buf(id, sizeof id);
    psync_random_text(secret);
    psync_hex(id, sizeof id, ret_id);
    snprintf(ret_text, PSYNC_TOKEN_TEXT, "ps_%s_%s", ret_id, secret);
    enum psync_result r = psync_secret_digest(ret_text, ret_digest);
    sodium_memzero(secret, sizeof secret);
    return r == PSYNC_OK ? r : psync_fail(err, r, "SHA-256 is not available");
}

bool psync_token_parse(const char *text, char ret_id[PSYNC_TOKEN_ID], unsigned char ret_digest[PSYNC_SHA256_BYTES])
{
    enum { PREFIX = 3, ID = PSYNC_TOKEN_ID - 1, LENGTH = PREFIX + ID + 1 + PSYNC_RANDOM_TEXT - 1 };
    if (strlen(text) != LENGTH || memcmp(text, "ps_", PREFIX) != 0 || text[PREFIX + ID] != '_' ||
        strspn(text + PREFIX, "0123456789abcdef") != ID)
        return false;
    memcpy(ret_id, text + PREFIX, ID);
    ret_id[ID] = '\0';
    return psync_secret_digest(text, ret_digest) == PSYNC_OK;
}

bool psync_secret_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

void psync_forget(void *bytes, size_t n)
{
    sodium_memzero(bytes, n);
}
