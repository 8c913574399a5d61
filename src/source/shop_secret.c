/* shop_secret - see the header. */
#include "source/shop_secret.h"

#include "base/digest.h"
#include "config/wipe.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 4, KEY_BYTES = 32, SALT_BYTES = 32, IV_BYTES = 16, MAC_BYTES = 32,
    SEALED_BYTES_MIN = HEADER_BYTES + SALT_BYTES + IV_BYTES + MAC_BYTES,
    KEY_TEXT_BYTES = HEADER_BYTES + KEY_BYTES + PSYNC_SHA256_BYTES,
    SEALED_BYTES_MAX = 16384
};
static const unsigned char key_header[] = {0xde, 0xf0, 0x00, 0x00}, sealed_header[] = {0xde, 0xf5, 0x02, 0x00};

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* False: not `n` hex pairs. */
static bool from_hex(const char *text, size_t n, unsigned char *ret_bytes)
{
    for (size_t i = 0; i < n; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret_bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool psync_shop_secret_is(const char *text)
{
    size_t n = strlen(text);
    return n >= 2 * SEALED_BYTES_MIN && strncmp(text, "def50200", 8) == 0 && text[strspn(text, "0123456789abcdef")] == '\0';
}

/* Trailing white space does not count, as in the library. */
static enum psync_result open_key(const char *text, unsigned char ret_key[KEY_BYTES], struct psync_error *err)
{
    unsigned char bytes[KEY_TEXT_BYTES], digest[PSYNC_SHA256_BYTES];
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]))
        n--;
    bool ok = n == 2 * KEY_TEXT_BYTES && from_hex(text, KEY_TEXT_BYTES, bytes) &&
              memcmp(bytes, key_header, HEADER_BYTES) == 0;
    struct psync_span checked = {(const char *)bytes, HEADER_BYTES + KEY_BYTES};
    ok = ok && psync_sha256(&checked, 1, digest) == PSYNC_OK &&
         CRYPTO_memcmp(digest, bytes + HEADER_BYTES + KEY_BYTES, sizeof digest) == 0;
    if (ok)
        memcpy(ret_key, bytes + HEADER_BYTES, KEY_BYTES);
    psync_wipe(bytes, sizeof bytes);
    return ok ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "the shop's key (new_cookie_key) is not one: expected def00000 and "
                                                         "128 more hex digits");
}

static bool hmac(const unsigned char *key, size_t n_key, const unsigned char *data, size_t n, unsigned char ret_mac[MAC_BYTES])
{
    unsigned len = MAC_BYTES;
    return HMAC(EVP_sha256(), key, (int)n_key, data, n, ret_mac, &len) != NULL;
}

/* HKDF-SHA256 of one block: PRK = HMAC(salt, key), the block is HMAC(PRK, info 01); `info` ends with that 01. */
static bool derive(const unsigned char key[KEY_BYTES], const unsigned char *salt, const char *info,
                   unsigned char ret_key[KEY_BYTES])
{
    unsigned char prk[MAC_BYTES];
    bool ok = hmac(salt, SALT_BYTES, key, KEY_BYTES, prk) &&
              hmac(prk, sizeof prk, (const unsigned char *)info, strlen(info), ret_key);
    psync_wipe(prk, sizeof prk);
    return ok;
}

/* In place. */
static bool decrypt(const unsigned char key[KEY_BYTES], const unsigned char *iv, unsigned char *bytes, size_t n)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, key, iv) == 1 &&
              EVP_DecryptUpdate(ctx, bytes, &len, bytes, (int)n) == 1 && (size_t)len == n;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static enum psync_result open_sealed(const unsigned char key[KEY_BYTES], unsigned char *sealed, size_t n, struct psync_buf *out,
                                     struct psync_error *err)
{
    unsigned char for_mac[KEY_BYTES], for_text[KEY_BYTES], mac[MAC_BYTES];
    const unsigned char *salt = sealed + HEADER_BYTES, *iv = salt + SALT_BYTES;
    unsigned char *text = sealed + HEADER_BYTES + SALT_BYTES + IV_BYTES;
    size_t n_text = n - SEALED_BYTES_MIN;
    bool ok = derive(key, salt, "DefusePHP|V2|KeyForAuthentication\x01", for_mac) &&
              derive(key, salt, "DefusePHP|V2|KeyForEncryption\x01", for_text) &&
              hmac(for_mac, sizeof for_mac, sealed, n - MAC_BYTES, mac);
    bool ours = ok && CRYPTO_memcmp(mac, sealed + n - MAC_BYTES, sizeof mac) == 0;
    enum psync_result r = PSYNC_OK;
    if (ok && !ours)
        r = psync_fail(err, PSYNC_REJECT, "does not decrypt with the shop's key: it was saved under another one, or is damaged");
    else if (!ok || !decrypt(for_text, iv, text, n_text))
        r = psync_fail(err, PSYNC_FATAL, "OpenSSL failed");
    if (r == PSYNC_OK)
        r = psync_buf_add(out, text, n_text);
    psync_wipe(for_mac, sizeof for_mac);
    psync_wipe(for_text, sizeof for_text);
    return r;
}

enum psync_result psync_shop_secret_open(const char *key, const char *ciphertext, struct psync_buf *out,
                                         struct psync_error *err)
{
    unsigned char opened[KEY_BYTES];
    size_t n = strlen(ciphertext) / 2;
    if (strlen(ciphertext) % 2 != 0 || n < SEALED_BYTES_MIN || n > SEALED_BYTES_MAX)
        return psync_fail(err, PSYNC_REJECT, "is no ciphertext");
    enum psync_result r = open_key(key, opened, err);
    if (r != PSYNC_OK)
        return r;
    unsigned char *sealed = malloc(n);
    if (!sealed)
        r = psync_fail(err, PSYNC_NOMEM, "out of memory");
    else if (!from_hex(ciphertext, n, sealed) || memcmp(sealed, sealed_header, HEADER_BYTES) != 0)
        r = psync_fail(err, PSYNC_REJECT, "is no ciphertext");
    else
        r = open_sealed(opened, sealed, n, out, err);
    if (sealed)
        psync_wipe(sealed, n);
    free(sealed);
    psync_wipe(opened, sizeof opened);
    return r;
}
