/* certificate - what a server shows over TLS: a certificate with its chain, and its private key. Read and checked
 * first, so that what a server is given can be shown. */
#ifndef PSYNC_WEB_CERTIFICATE_H
#define PSYNC_WEB_CERTIFICATE_H

#include "base/clock.h"
#include "base/result.h"

struct psync_web_certificate; /* opaque */

/* `chain` and `key` are PEM texts; not kept. REJECT: they cannot be used, or do not belong together (`err` says which
 * and why). One that has run out is taken: the clients judge. */
PSYNC_CHECKED enum psync_result psync_web_certificate_new(const char *chain, const char *key,
                                                          struct psync_web_certificate **ret_certificate,
                                                          struct psync_error *err);
void psync_web_certificate_free(struct psync_web_certificate *c); /* NULL is fine */
psync_ms psync_web_certificate_ends_at(const struct psync_web_certificate *c);

#endif
