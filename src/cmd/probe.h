/* probe - what the answer to a test request says about a destination, in words. Pure. */
#ifndef PSYNC_CMD_PROBE_H
#define PSYNC_CMD_PROBE_H

#include "base/buf.h"
#include "delivery/response.h"

enum psync_probe_result {
    PSYNC_PROBE_REACHED,      /* the API is there; a delivery can prove the rest */
    PSYNC_PROBE_CREDENTIALS,  /* there, and refuses the credentials */
    PSYNC_PROBE_REDIRECT,     /* another address is meant */
    PSYNC_PROBE_THROTTLED,
    PSYNC_PROBE_SERVER_FAULT,
    PSYNC_PROBE_REFUSED,      /* there, and refuses the sample product, or says that the address is gone */
    PSYNC_PROBE_UNREACHABLE   /* name, refused, timeout, TLS, certificate ... */
};
const char *psync_probe_name(enum psync_probe_result r); /* "reached", "credentials refused", ... */

/* `sample`: a product was sent, so only a 2xx is a success. `ret_words`: what it means and what to do. */
enum psync_probe_result psync_probe_judge(const struct psync_response *response, bool sample, char *ret_words,
                                          size_t size);

#endif
