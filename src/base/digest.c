/* digest - SHA-256 by OpenSSL.
 *
 * Since OpenSSL 3 looking an algorithm up costs more than hashing a product. So each thread looks it up once and keeps
 * its context until it ends. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

struct hasher {
    EVP_MD_CTX *ctx;
    const EVP_MD *md;
    EVP_MD *fetched; /* NULL before OpenSSL 3 */
};

static pthread_key_t hasher_key; /* -> struct hasher of the thread */
static bool have_key;

static void hasher_free(void *arg)
{
    struct hasher *h = arg;
    if (h == NULL)
        return;
    EVP_MD_CTX_free(h->ctx);
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    EVP_MD_free(h->fetched);
#endif
    free(h);
}

static void make_key(void)
{
    have_key = pthread_key_create(&hasher_key, hasher_free) == 0;
}

static struct hasher *hasher_new(void)
{
    struct hasher *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    h->md = h->fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
#else
    h->md = EVP_sha256();
#endif
    h->ctx = EVP_MD_CTX_new();
    /* The first start of a context allocates; it is made here, so that later ones cannot run out of memory. */
    if (h->md == NULL || h->ctx == NULL || EVP_DigestInit_ex(h->ctx, h->md, NULL) != 1 ||
        pthread_setspecific(hasher_key, h) != 0) {
        hasher_free(h);
        return NULL;
    }
    return h;
}

/* NULL: out of memory, or the library has no SHA-256. */
static struct hasher *thread_hasher(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, make_key) != 0 || !have_key)
        return NULL;
    struct hasher *h = pthread_getspecific(hasher_key);
    return h != NULL ? h : hasher_new();
}

enum psync_result psync_sha256(const struct psync_span *parts, size_t n, unsigned char ret_digest[PSYNC_SHA256_BYTES])
{
    struct hasher *h = thread_hasher();
    if (h == NULL)
        return PSYNC_NOMEM;
    if (EVP_DigestInit_ex(h->ctx, h->md, NULL) != 1)
        return PSYNC_FATAL;
    for (size_t i = 0; i < n; i++) {
        if (EVP_DigestUpdate(h->ctx, parts[i].data, parts[i].len) != 1)
            return PSYNC_FATAL;
    }
    return EVP_DigestFinal_ex(h->ctx, ret_digest, NULL) == 1 ? PSYNC_OK : PSYNC_FATAL;
}

void psync_hex(const unsigned char *bytes, size_t n, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_text[2 * n] = '\0';
}
