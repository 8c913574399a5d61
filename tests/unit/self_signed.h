/* self_signed - a certificate for tests, signed by itself. */
#ifndef TESTS_SELF_SIGNED_H
#define TESTS_SELF_SIGNED_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct self_signed {
    char certificate[4096], key[4096]; /* PEM */
    char file[64];                     /* of the certificate */
};

static inline void self_signed_pem(BIO *bio, char *text, size_t size)
{
    int n = BIO_read(bio, text, (int)size - 1);
    text[n > 0 ? n : 0] = '\0';
    BIO_free(bio);
}

/* `names` as in subjectAltName: "DNS:localhost,IP:127.0.0.1". */
static inline void self_signed_make(struct self_signed *s, const char *names)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509V3_CTX ctx;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, key);
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, names);
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
    if (X509_sign(x, key, EVP_sha256()) == 0)
        abort();
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, x);
    self_signed_pem(bio, s->certificate, sizeof s->certificate);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    self_signed_pem(bio, s->key, sizeof s->key);
    X509_free(x);
    EVP_PKEY_free(key);
    snprintf(s->file, sizeof s->file, "/tmp/psync-test-XXXXXX");
    int fd = mkstemp(s->file);
    FILE *f = fdopen(fd, "w");
    if (!f || fputs(s->certificate, f) < 0 || fclose(f) != 0)
        abort();
}

static inline void self_signed_done(struct self_signed *s)
{
    (void)unlink(s->file);
}

#endif
