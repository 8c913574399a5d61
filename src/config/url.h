/* url - is this text an address products can be sent to? A strict reading of RFC 3986, without rarer forms. Pure. */
#ifndef PSYNC_CONFIG_URL_H
#define PSYNC_CONFIG_URL_H

#include "base/buf.h"
#include "base/result.h"

struct psync_url {
    bool https;
    struct psync_span host; /* without the brackets of an IPv6 address; borrowed from the text */
    bool loopback;          /* localhost, 127.0.0.0/8 or ::1 */
};

/* http or https, a host (name, IPv4, [IPv6]), perhaps a port, path and query; no user, no fragment, nothing to be
 * percent-encoded. REJECT: the reason, which does not repeat the text. */
PSYNC_CHECKED enum psync_result psync_url_parse(const char *text, struct psync_url *ret_url, struct psync_error *err);

/* For the option table; an empty text is fine. */
PSYNC_CHECKED enum psync_result psync_url_check(const char *value, struct psync_error *err);
PSYNC_CHECKED enum psync_result psync_proxy_check(const char *value, struct psync_error *err);

#endif
