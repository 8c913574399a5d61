/* pem - files of certificates and keys, tried with the reader that TLS will use. */
#include "config/pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

static bool has_certificate(FILE *f)
{
    X509 *certificate = PEM_read_X509(f, NULL, NULL, NULL);
    bool has = certificate != NULL;

    X509_free(certificate);
    return has;
}

/* Without it OpenSSL would ask on the terminal. */
static int no_passphrase(char *text, int size, int writing, void *arg)
{
    (void)text, (void)size, (void)writing, (void)arg;
    return 0;
}

static bool has_key(FILE *f)
{
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, no_passphrase, NULL);
    bool has = key != NULL;

    EVP_PKEY_free(key);
    return has;
}

static enum psync_result check(const char *path, bool (*has)(FILE *f), const char *what, struct psync_error *err)
{
    bool found;
    FILE *f;

    if (path[0] == '\0')
        return PSYNC_OK;
    f = fopen(path, "r");
    if (!f)
        return psync_fail(err, PSYNC_REJECT, "cannot be read: %s", strerror(errno));
    found = has(f);
    ERR_clear_error();
    (void)fclose(f);
    return found ? PSYNC_OK : psync_fail(err, PSYNC_REJECT, "holds no %s; expected a file in PEM", what);
}

enum psync_result psync_pem_check_certificate(const char *path, struct psync_error *err)
{
    return check(path, has_certificate, "certificate", err);
}

enum psync_result psync_pem_check_key(const char *path, struct psync_error *err)
{
    return check(path, has_key, "private key without a passphrase", err);
}
