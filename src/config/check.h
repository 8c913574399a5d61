/* check - rules for settings that are texts. Pure.
 *
 * Each returns PSYNC_OK or PSYNC_REJECT with the reason in `err`; the reason never repeats the value, for it may be a
 * secret. An empty text means "not set" and is fine unless said otherwise. */
#ifndef PSYNC_CONFIG_CHECK_H
#define PSYNC_CONFIG_CHECK_H

#include "base/result.h"

#define PSYNC_CHECK(name) PSYNC_CHECKED enum psync_result name(const char *value, struct psync_error *err)

PSYNC_CHECK(psync_check_text);        /* UTF-8 without control characters */
PSYNC_CHECK(psync_check_token);       /* visible ASCII and spaces between: it becomes part of a header */
PSYNC_CHECK(psync_check_field_value); /* RFC 9110 section 5.5, ASCII only */
PSYNC_CHECK(psync_check_header_name); /* a token of RFC 9110, not one that requests set themselves; not empty */
PSYNC_CHECK(psync_check_headers);     /* lines "Name: value" */
PSYNC_CHECK(psync_check_driver);      /* not empty */
PSYNC_CHECK(psync_check_socket);      /* a path that fits sockaddr_un everywhere */
PSYNC_CHECK(psync_check_group);
PSYNC_CHECK(psync_check_language);
PSYNC_CHECK(psync_check_percent);     /* a decimal from 0 to 100 */
PSYNC_CHECK(psync_check_pass);        /* member names, comma-separated, none of the payload's own */
PSYNC_CHECK(psync_check_method);      /* not empty */
PSYNC_CHECK(psync_check_own_method);  /* the same, or empty */
PSYNC_CHECK(psync_check_destination); /* a destination's name; not empty */
PSYNC_CHECK(psync_check_destinations); /* some, comma-separated */
PSYNC_CHECK(psync_check_shop);        /* the name of a shop's section: a destination's without the number; not empty */
PSYNC_CHECK(psync_check_ip);          /* an address, not a name */
PSYNC_CHECK(psync_check_hosts);       /* names or addresses without ports, comma-separated */
PSYNC_CHECK(psync_check_prefix);      /* of table names: letters, digits, _ */

/* Longest path of a unix socket: sun_path is 104 bytes with the NUL on the BSDs and macOS, 108 on Linux. */
enum { PSYNC_SOCKET_PATH_MAX = 103 };

/* True if a line of destination.headers has that name (any case). */
bool psync_headers_have(const char *headers, const char *name);

#endif
