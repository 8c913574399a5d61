/* certificate - X.509 v3 (RFC 5280) with a P-256 key, by OpenSSL. */
#include "mock/certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

void psync_mock_certificate_done(struct psync_mock_certificate *c)
{
    free(c->certificate);
    free(c->key);
    *c = (struct psync_mock_certificate){NULL, NULL};
}

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool added = extension && X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

/* At random, because a client that trusts an earlier certificate of ours would take two with one serial for a fraud. */
static bool set_serial(X509 *x)
{
    uint64_t serial;
    return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
}

static bool fill(X509 *x, EVP_PKEY *key, const struct psync_mock_certificate_conf *conf)
{
    X509_NAME *name = X509_get_subject_name(x); /* x's own */
    return X509_set_version(x, 2) /* which means 3 */ && set_serial(x) &&
           X509_gmtime_adj(X509_getm_notBefore(x), (long)conf->from_s) &&
           X509_gmtime_adj(X509_getm_notAfter(x), (long)conf->to_s) && X509_set_pubkey(x, key) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)conf->common_name, -1, -1, 0) &&
           X509_set_issuer_name(x, name) && add_extension(x, NID_subject_alt_name, conf->names) &&
           add_extension(x, NID_basic_constraints, "critical,CA:TRUE") && X509_sign(x, key, EVP_sha256()) > 0;
}

/* What was written to a memory BIO, as text; NULL: no memory. */
static char *text_of(BIO *bio)
{
    char *bytes = NULL;
    long n = BIO_get_mem_data(bio, &bytes);
    char *text = n > 0 ? malloc((size_t)n + 1) : NULL;
    if (text) {
        memcpy(text, bytes, (size_t)n);
        text[n] = '\0';
    }
    return text;
}

static char *pem_of_certificate(X509 *x)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = bio && PEM_write_bio_X509(bio, x) ? text_of(bio) : NULL;
    BIO_free(bio);
    return text;
}

static char *pem_of_key(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) ? text_of(bio) : NULL;
    BIO_free(bio);
    return text;
}

/* The long way round: EVP_EC_gen came with OpenSSL 3. */
static EVP_PKEY *make_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    bool made = context && EVP_PKEY_keygen_init(context) > 0 &&
                EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) > 0 &&
                EVP_PKEY_keygen(context, &key) > 0;
    EVP_PKEY_CTX_free(context);
    return made ? key : NULL;
}

enum psync_result psync_mock_certificate_make(const struct psync_mock_certificate_conf *conf,
                                              struct psync_mock_certificate *ret_certificate, struct psync_error *err)
{
    struct psync_mock_certificate c = {NULL, NULL};
    EVP_PKEY *key = make_key();
    X509 *x = X509_new();
    if (key && x && fill(x, key, conf)) {
        c.certificate = pem_of_certificate(x);
        c.key = pem_of_key(key);
    }
    X509_free(x);
    EVP_PKEY_free(key);
    if (!c.certificate || !c.key) {
        char why[128];
        ERR_error_string_n(ERR_get_error(), why, sizeof(why));
        psync_mock_certificate_done(&c);
        return psync_fail(err, PSYNC_FATAL, "no certificate: %s", why);
    }
    *ret_certificate = c;
    return PSYNC_OK;
}
