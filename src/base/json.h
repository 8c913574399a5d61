/* json - RFC 8259 in and out, bounded.
 *
 * Reading rests on json-c, which keeps a number's source text; this header adds bounds (depth, bytes), strictness (UTF-8
 * checked, no NaN, no comments, no trailing bytes) and numbers as decimals. Writing is our own, because the payload's
 * bytes are a contract: no spaces, UTF-8 unescaped, only what JSON demands escaped (\" \\ \b \f \n \r \t, and \u00XX in
 * lower case for the other control characters). */
#ifndef PSYNC_BASE_JSON_H
#define PSYNC_BASE_JSON_H

#include "base/buf.h"
#include "base/decimal.h"

#include <json-c/json.h>
#include <stdint.h>

enum { PSYNC_JSON_DEPTH = 32 };

/* Parses exactly one value. The caller puts (json_object_put) `*ret_value`; JSON null is NULL with PSYNC_OK. REJECT: not
 * JSON, too deep; the text says where ("byte 17: ..."). A duplicate member name: the last one counts, as json-c does.
 * Any thread; the parser's working memory is kept per thread (see psync_json_thread_done). */
PSYNC_CHECKED enum psync_result psync_json_parse(struct psync_span text, json_object **ret_value, struct psync_error *err);
/* Frees what this thread's parser keeps. Optional: call before a thread ends. */
void psync_json_thread_done(void);

/* Borrowed; NULL when absent, not of that kind, or `o` is not an object. */
json_object *psync_json_member(json_object *o, const char *name);
const char *psync_json_text(json_object *o, const char *name);
/* `dflt` when absent or not an integer of that range. */
int64_t psync_json_int(json_object *o, const char *name, int64_t dflt);
bool psync_json_bool(json_object *o, const char *name, bool dflt);

/* A number's source text, borrowed from `v`; {NULL, 0} when it is none. */
struct psync_span psync_json_number(json_object *v);

/* ---- writing: appended to a buffer; results as psync_buf_add ---- */
PSYNC_CHECKED enum psync_result psync_json_add_string(struct psync_buf *b, struct psync_span s); /* with the quotes */

/* A writer that puts the commas; the first failure sticks and psync_json_writer_end returns it. */
struct psync_json_writer {
    struct psync_buf *buf;
    enum psync_result result;
    bool comma; /* one is due before the next value */
};
void psync_json_writer_begin(struct psync_json_writer *w, struct psync_buf *b);
PSYNC_CHECKED enum psync_result psync_json_writer_end(struct psync_json_writer *w);
void psync_json_open(struct psync_json_writer *w, const char *name, char bracket);  /* '{' or '['; name NULL in an array */
void psync_json_close(struct psync_json_writer *w, char bracket);                   /* '}' or ']' */
void psync_json_put_text(struct psync_json_writer *w, const char *name, const char *text); /* NULL text: null */
void psync_json_put_span(struct psync_json_writer *w, const char *name, struct psync_span text);
void psync_json_put_int(struct psync_json_writer *w, const char *name, int64_t n);
void psync_json_put_real(struct psync_json_writer *w, const char *name, double x);  /* 6 significant digits; not money */
void psync_json_put_bool(struct psync_json_writer *w, const char *name, bool yes);
void psync_json_put_raw(struct psync_json_writer *w, const char *name, struct psync_span json); /* already JSON */
void psync_json_put_time(struct psync_json_writer *w, const char *name, int64_t t_ms); /* RFC 3339; 0 or never: null */

#endif
