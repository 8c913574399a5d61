/* certificate - from PEM to what GnuTLS shows; and showing it, also another one while the server runs. */
#include "web/certificate.h"

#include "web/server_impl.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_MAX = 16 };

struct psync_web_certificate {
    gnutls_pcert_st chain[CHAIN_MAX]; /* the server's own first */
    unsigned n;
    gnutls_privkey_t key;
    psync_ms ends_at;
    struct psync_web_certificate *former; /* shown before it; the server's */
};

/* ---- reading ---- */

static enum psync_result refuse(struct psync_error *err, const char *what, int why)
{
    return why == GNUTLS_E_MEMORY_ERROR ? psync_fail(err, PSYNC_NOMEM, "out of memory")
                                        : psync_fail(err, PSYNC_REJECT, "%s: %s", what, gnutls_strerror(why));
}

/* A pair that GnuTLS accepts, and has put in order. */
static enum psync_result load_pair(gnutls_certificate_credentials_t pair, const char *chain, const char *key,
                                   struct psync_error *err)
{
    const gnutls_datum_t chain_text = {(unsigned char *)(uintptr_t)chain, (unsigned)strlen(chain)};
    const gnutls_datum_t key_text = {(unsigned char *)(uintptr_t)key, (unsigned)strlen(key)};
    gnutls_x509_privkey_t alone;
    int r = gnutls_x509_privkey_init(&alone);
    if (r < 0)
        return refuse(err, "the key", r);
    r = gnutls_x509_privkey_import2(alone, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_x509_privkey_deinit(alone);
    if (r < 0)
        return refuse(err, "its private key cannot be used", r);
    r = gnutls_certificate_set_x509_key_mem(pair, &chain_text, &key_text, GNUTLS_X509_FMT_PEM);
    return r < 0 ? refuse(err, "is no certificate that can be used with its key", r) : PSYNC_OK;
}

static int take_chain(struct psync_web_certificate *c, gnutls_certificate_credentials_t pair)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned n = 0;
    int r = gnutls_certificate_get_x509_crt(pair, 0, &list, &n);
    if (r < 0)
        return r;
    c->ends_at = n ? (psync_ms)gnutls_x509_crt_get_expiration_time(list[0]) * 1000 : 0;
    for (unsigned i = 0; i < n; i++) {
        if (r >= 0 && i < CHAIN_MAX && (r = gnutls_pcert_import_x509(&c->chain[i], list[i], 0)) >= 0)
            c->n++;
        gnutls_x509_crt_deinit(list[i]);
    }
    gnutls_free(list);
    return r >= 0 && n > CHAIN_MAX ? GNUTLS_E_CERTIFICATE_LIST_UNSORTED : r;
}

static int take_key(struct psync_web_certificate *c, gnutls_certificate_credentials_t pair)
{
    gnutls_x509_privkey_t key;
    int r = gnutls_certificate_get_x509_key(pair, 0, &key);
    if (r < 0)
        return r;
    r = gnutls_privkey_init(&c->key);
    if (r >= 0)
        r = gnutls_privkey_import_x509(c->key, key, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
    if (r < 0)
        gnutls_x509_privkey_deinit(key);
    return r;
}

enum psync_result psync_web_certificate_new(const char *chain, const char *key,
                                            struct psync_web_certificate **ret_certificate, struct psync_error *err)
{
    gnutls_certificate_credentials_t pair;
    struct psync_web_certificate *c = calloc(1, sizeof *c);
    int why = c ? gnutls_certificate_allocate_credentials(&pair) : GNUTLS_E_MEMORY_ERROR;
    if (why < 0) {
        free(c);
        return refuse(err, "TLS", why);
    }
    enum psync_result r = load_pair(pair, chain, key, err);
    if (r == PSYNC_OK && ((why = take_chain(c, pair)) < 0 || (why = take_key(c, pair)) < 0))
        r = refuse(err, "the certificate", why);
    gnutls_certificate_free_credentials(pair);
    if (r == PSYNC_OK)
        *ret_certificate = c;
    else
        psync_web_certificate_free(c);
    return r;
}

void psync_web_certificate_free(struct psync_web_certificate *c)
{
    while (c) {
        struct psync_web_certificate *former = c->former;
        for (unsigned i = 0; i < c->n; i++)
            gnutls_pcert_deinit(&c->chain[i]);
        if (c->key)
            gnutls_privkey_deinit(c->key);
        free(c);
        c = former;
    }
}

psync_ms psync_web_certificate_ends_at(const struct psync_web_certificate *c)
{
    return c->ends_at;
}

static bool is_same(const struct psync_web_certificate *a, const struct psync_web_certificate *b)
{
    bool same = a->n == b->n;
    for (unsigned i = 0; same && i < a->n; i++)
        same = a->chain[i].cert.size == b->chain[i].cert.size &&
               memcmp(a->chain[i].cert.data, b->chain[i].cert.data, a->chain[i].cert.size) == 0;
    return same;
}

/* ---- showing ---- */

/* GnuTLS asks with nothing but its session, on the thread that libmicrohttpd has for one server. */
static _Thread_local struct psync_web_server *served_here;

void psync_web_certificate_serve(struct psync_web_server *s)
{
    served_here = s;
}

int psync_web_on_handshake(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
                           const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **ret_chain,
                           unsigned *ret_n, gnutls_privkey_t *ret_key)
{
    (void)session, (void)authorities, (void)n_authorities, (void)algorithms, (void)n_algorithms;
    struct psync_web_certificate *c = atomic_load(&served_here->certificate);
    *ret_chain = c->chain;
    *ret_n = c->n;
    *ret_key = c->key;
    return 0;
}

/* The one before stays with it: a handshake that has begun may use it still. Each takes some KB, and they are few: one
 * in weeks. */
bool psync_web_server_show(struct psync_web_server *s, struct psync_web_certificate *certificate)
{
    struct psync_web_certificate *now = atomic_load(&s->certificate);
    PSYNC_INVARIANT(now); /* it speaks TLS */
    if (is_same(now, certificate)) {
        psync_web_certificate_free(certificate);
        return false;
    }
    certificate->former = now;
    atomic_store(&s->certificate, certificate);
    return true;
}
