/* pem - is there, in a file, what TLS needs? Looked at early, so that a typing error shows at the start and not as a
 * failed delivery. */
#ifndef PSYNC_CONFIG_PEM_H
#define PSYNC_CONFIG_PEM_H

#include "base/result.h"

/* "" is fine: no such file is wanted. REJECT: it cannot be read, or holds none; `err` says which, without the path. */
PSYNC_CHECKED enum psync_result psync_pem_check_certificate(const char *path, struct psync_error *err);
/* A key behind a passphrase counts as none: there is nobody to ask. */
PSYNC_CHECKED enum psync_result psync_pem_check_key(const char *path, struct psync_error *err);

#endif
