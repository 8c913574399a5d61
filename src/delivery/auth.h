/* auth - who we are to the API: the header line of a bearer token or of an API's own header; and care for secrets. */
#ifndef PSYNC_DELIVERY_AUTH_H
#define PSYNC_DELIVERY_AUTH_H

#include "base/buf.h"
#include "config/config.h"

/* Appends the header line without its end ("Authorization: Bearer abc", "X-API-Key: abc"); nothing for
 * PSYNC_AUTH_NONE. REJECT: no token, one with control characters, or no usable header name; `err` never has the token.
 * The buffer holds a secret from then on: psync_secret_done. */
PSYNC_CHECKED enum psync_result psync_auth_add_line(const struct psync_destination_conf *destination,
                                                    struct psync_buf *line, struct psync_error *err);

/* A field name of RFC 9110 section 5.1: a token, not longer than 127 characters. */
bool psync_header_name_valid(const char *name);
/* No control characters but the horizontal tab: nothing that could begin a header line of its own. */
bool psync_header_value_valid(const char *value);

void psync_secret_wipe(void *bytes, size_t n);  /* in a way no compiler leaves out */
void psync_secret_done(struct psync_buf *b);    /* overwrites, then psync_buf_done */
/* Overwrites with '*' wherever `secret` stands in the text, as it is or as JSON, a URL or HTML write it; nothing for a
 * `secret` shorter than four bytes. */
void psync_secret_mask(char *text, size_t len, const char *secret);

#endif
