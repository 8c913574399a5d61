/* target - what a request line asks for: path, query, and whether a route's pattern matches. Pure.
 *
 * RFC 9112 section 3.2 (origin-form and absolute-form), RFC 3986 section 2.1 (percent-encoding); '+' is a space in a
 * query only (HTML's form encoding). */
#ifndef PSYNC_WEB_TARGET_H
#define PSYNC_WEB_TARGET_H

#include "base/buf.h"

enum { PSYNC_WEB_PARAMETERS = 16 };

struct psync_web_parameter {
    const char *name, *value; /* decoded */
};

struct psync_web_target {
    const char *path; /* not decoded: a "%2F" does not separate segments */
    struct psync_web_parameter parameters[PSYNC_WEB_PARAMETERS];
    size_t n_parameters;
};

/* Takes `text` apart in place; the target borrows from it. REJECT: neither form, a bad escape in the query, an escaped
 * NUL, or more parameters than fit. */
PSYNC_CHECKED enum psync_result psync_web_target_parse(char *text, struct psync_web_target *ret_target);

/* Does `path` match? One segment of the pattern may be in braces; *ret_wildcard is the path's there, else {NULL, 0}. */
bool psync_web_pattern_match(const char *pattern, const char *path, struct psync_span *ret_wildcard);

/* Decodes in place. False: a bad escape, or an escaped NUL. */
bool psync_web_decode(char *text, bool plus_is_space);

#endif
