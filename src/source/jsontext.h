/* jsontext - one JSON value in memory, used where it lies: no tree, no allocation, numbers keep their source text.
 *
 * A catalogue has millions of small objects of which four members count; building a tree of each would cost more than
 * everything else that happens to it. All functions expect text that psync_json_machine has found to be JSON, and whose
 * UTF-8 is valid. */
#ifndef PSYNC_SOURCE_JSONTEXT_H
#define PSYNC_SOURCE_JSONTEXT_H

#include "base/buf.h"

/* Told by the first byte. */
enum psync_json_kind {
    PSYNC_JSON_OBJECT, PSYNC_JSON_ARRAY, PSYNC_JSON_STRING, PSYNC_JSON_NUMBER, PSYNC_JSON_TRUE, PSYNC_JSON_FALSE,
    PSYNC_JSON_NULL
};
enum psync_json_kind psync_json_text_kind(struct psync_span value);

/* Steps through an object's members or an array's items. */
struct psync_json_cursor {
    const char *at, *end;
};
/* `container`: with its brackets. */
struct psync_json_cursor psync_json_cursor_of(struct psync_span container);
/* False: no more. `*ret_value` is the value's text; `*ret_name` a string with its quotes (ret_name NULL: an array). */
bool psync_json_cursor_next(struct psync_json_cursor *c, struct psync_span *ret_name, struct psync_span *ret_value);

/* The text a JSON string stands for; `string` is overwritten with it where it lies (it never grows). REJECT: half a
 * surrogate pair. */
PSYNC_CHECKED enum psync_result psync_json_unescape(struct psync_span string, struct psync_span *ret_text);

/* Appends `value` without white space outside strings, and strings escaped only where JSON demands it. REJECT: half a
 * surrogate pair, or `out` is full; NOMEM. `out` may then hold a part. */
PSYNC_CHECKED enum psync_result psync_json_add_canonical(struct psync_buf *out, struct psync_span value);

#endif
