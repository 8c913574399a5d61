/* jsonmachine - where does this JSON value end, and is it one? Fed piece by piece, nothing kept.
 *
 * The grammar of RFC 8259, strictly, so that a value which breaks off is noticed at the byte that cannot stand there
 * and not at the end of the file. UTF-8 and the pairing of surrogates are not checked here. Pure. */
#ifndef PSYNC_SOURCE_JSONMACHINE_H
#define PSYNC_SOURCE_JSONMACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PSYNC_JSON_NESTING_MAX = 512 }; /* deeper is not followed: WRONG */

enum psync_json_step { PSYNC_JSON_MORE, PSYNC_JSON_DONE, PSYNC_JSON_WRONG };

struct psync_json_machine {
    uint8_t state;
    bool key;            /* the string being read is a member's name */
    unsigned depth;      /* containers open */
    unsigned deepest;    /* most that were open at once */
    const char *literal; /* what must still come of true, false, null */
    uint64_t objects[PSYNC_JSON_NESTING_MAX / 64]; /* a bit a level: object, not array */
};

void psync_json_machine_init(struct psync_json_machine *m);

/* `*ret_used`: DONE: bytes of the value (a number ends before the byte that is not of it); WRONG: offset of the
 * byte that cannot stand there; MORE: n. */
enum psync_json_step psync_json_machine_feed(struct psync_json_machine *m, const char *bytes, size_t n,
                                             size_t *ret_used);

/* The input ended: was that the end of a value (a number that nothing follows)? */
bool psync_json_machine_finish(const struct psync_json_machine *m);

#endif
