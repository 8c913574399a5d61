/* certificate - one that is made on the spot and signed by itself, for TLS on loopback. */
#ifndef PSYNC_MOCK_CERTIFICATE_H
#define PSYNC_MOCK_CERTIFICATE_H

#include "base/result.h"

#include <stdint.h>

struct psync_mock_certificate {
    char *certificate, *key; /* PEM; the caller's to free */
};

struct psync_mock_certificate_conf {
    const char *common_name; /* "localhost" */
    const char *names;       /* as OpenSSL's subjectAltName: "DNS:localhost,IP:127.0.0.1" */
    int64_t from_s, to_s;    /* when it is valid, seconds from now */
};

PSYNC_CHECKED enum psync_result psync_mock_certificate_make(const struct psync_mock_certificate_conf *conf,
                                                            struct psync_mock_certificate *ret_certificate,
                                                            struct psync_error *err);
void psync_mock_certificate_done(struct psync_mock_certificate *c);

#endif
