/* site_tls - the site's certificate: read from serve.tls_cert and serve.tls_key, at the start and at a reload. */
#include "admin/site_impl.h"

#include "config/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PEM_MAX = 256 << 10 };

/* The whole file; the caller's to wipe. */
static enum psync_result read_pem(const char *path, struct psync_buf *out, struct psync_error *err)
{
    char block[4096];
    size_t n;
    enum psync_result r = PSYNC_OK;
    FILE *f = fopen(path, "re");
    if (!f)
        return psync_fail(err, PSYNC_REJECT, "cannot be read: %s", strerror(errno));
    (void)setvbuf(f, NULL, _IONBF, 0); /* no other copy of a key */
    while (r == PSYNC_OK && (n = fread(block, 1, sizeof block, f)) > 0)
        if ((r = psync_buf_add(out, block, n)) != PSYNC_OK)
            r = psync_fail(err, r, r == PSYNC_REJECT ? "is too large" : "out of memory");
    if (r == PSYNC_OK && ferror(f))
        r = psync_fail(err, PSYNC_REJECT, "cannot be read");
    (void)fclose(f);
    psync_forget(block, sizeof block);
    return r;
}

enum psync_result psync_site_read_certificate(const struct psync_config *config,
                                              struct psync_web_certificate **ret_certificate, struct psync_error *err)
{
    static const char *const keys[] = {"tls_cert", "tls_key"};
    const char *const paths[] = {config->serve.tls_cert, config->serve.tls_key};
    struct psync_buf pem[2];
    enum psync_result r = paths[0][0] ? PSYNC_OK : PSYNC_EMPTY;
    size_t blamed = 0;
    for (size_t i = 0; i < 2; i++)
        psync_buf_init(&pem[i], PEM_MAX);
    for (size_t i = 0; r == PSYNC_OK && i < 2; i++)
        r = read_pem(paths[blamed = i], &pem[i], err);
    if (r == PSYNC_OK) {
        blamed = 0;
        r = psync_web_certificate_new(pem[0].data, pem[1].data, ret_certificate, err);
    }
    for (size_t i = 0; i < 2; i++) {
        if (pem[i].cap)
            psync_forget(pem[i].data, pem[i].len);
        psync_buf_done(&pem[i]);
    }
    return r == PSYNC_REJECT ? psync_config_blame(config, "serve", keys[blamed], err) : r;
}

bool psync_site_show_certificate(struct psync_site *s, struct psync_web_certificate *certificate)
{
    return psync_web_server_show(s->server, certificate);
}
