/* json - RFC 8259 in and out, bounded.
 *
 * Values are json-c's objects; reading the text is our own, because json-c's tokener takes NaN for a number and cuts
 * integers to 64 bits. Here the grammar is the RFC's and nothing else, UTF-8 is checked, each number keeps its source
 * text, and an error says at which byte it is. Writing is our own too, because the payload's bytes are a contract: no
 * spaces, UTF-8 unescaped, only what JSON demands escaped (\" \\ \b \f \n \r \t, and \u00XX in lower case for the other
 * control characters). */
#ifndef PSYNC_BASE_JSON_H
#define PSYNC_BASE_JSON_H

#include "base/buf.h"
#include "base/decimal.h"

#include <json-c/json.h>
#include <stdint.h>

enum { PSYNC_JSON_DEPTH = 32, PSYNC_JSON_NUMBER_MAX = 512 }; /* nested values; bytes of a number's text */

/* Parses exactly one value. The caller puts (json_object_put) `*ret_value`; JSON null is NULL with PSYNC_OK.
 * PSYNC_REJECT: not JSON, too deep, a lone surrogate, a NUL in a member's name; the text says where, counting from 1
 * ("byte 17: ..."). PSYNC_NOMEM. A duplicate member name: the last one counts. Any thread. */
PSYNC_CHECKED enum psync_result psync_json_parse(struct psync_span text, json_object **ret_value,
                                                 struct psync_error *err);

/* Borrowed; NULL when absent, not of that kind, or `o` is not an object. A text with a NUL in it (\u0000) is no text:
 * it could not be told from a shorter one. */
json_object *psync_json_member(json_object *o, const char *name);
const char *psync_json_text(json_object *o, const char *name);
/* `dflt` when absent or not an integer of that range; 15.0 and 1.5e1 are the integer 15. */
int64_t psync_json_int(json_object *o, const char *name, int64_t dflt);
bool psync_json_bool(json_object *o, const char *name, bool dflt);

/* A number's text as it stood in the source, borrowed from `v`; {NULL, 0} when it is none. */
struct psync_span psync_json_number(json_object *v);

/* ---- writing: appended to a buffer; results as psync_buf_add ---- */
/* With the quotes. A byte that is not UTF-8 becomes U+FFFD, so that what is written is JSON whatever comes in. */
PSYNC_CHECKED enum psync_result psync_json_add_string(struct psync_buf *b, struct psync_span s);

/* A writer that puts the commas; the first failure sticks and psync_json_writer_end returns it. */
struct psync_json_writer {
    struct psync_buf *buf;
    enum psync_result result;
    bool comma; /* one is due before the next value */
};
void psync_json_writer_begin(struct psync_json_writer *w, struct psync_buf *b);
PSYNC_CHECKED enum psync_result psync_json_writer_end(struct psync_json_writer *w);
void psync_json_open(struct psync_json_writer *w, const char *name, char bracket); /* '{', '['; name NULL in an array */
void psync_json_close(struct psync_json_writer *w, char bracket);                  /* '}', ']' */
void psync_json_put_text(struct psync_json_writer *w, const char *name, const char *text); /* NULL text: null */
void psync_json_put_span(struct psync_json_writer *w, const char *name, struct psync_span text);
void psync_json_put_int(struct psync_json_writer *w, const char *name, int64_t n);
void psync_json_put_real(struct psync_json_writer *w, const char *name, double x); /* 6 significant digits; not money */
void psync_json_put_bool(struct psync_json_writer *w, const char *name, bool yes);
void psync_json_put_raw(struct psync_json_writer *w, const char *name, struct psync_span json); /* already JSON */
void psync_json_put_time(struct psync_json_writer *w, const char *name, int64_t t_ms); /* RFC 3339; 0 or never: null */

#endif
