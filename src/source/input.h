/* input - products from a stream of bytes: JSON, NDJSON, CSV, PrestaShop's exports and webservice answers.
 *
 * The format is told from the content. Records are read one at a time, so memory does not grow with the input. What is
 * wrong with one record refuses that record, with its line, and the rest goes on; only a stream that cannot be read on
 * (a broken JSON array, an unknown format) ends it. */
#ifndef PSYNC_SOURCE_INPUT_H
#define PSYNC_SOURCE_INPUT_H

#include "source/product.h"

struct psync_input; /* opaque; one thread */
struct psync_webservice; /* source/webservice.h */

/* Reads up to `n` bytes: >0 bytes read, 0 end, -1 error (errno). */
typedef long psync_input_read(void *arg, char *bytes, size_t n);

struct psync_input_open {
    const char *name;                         /* "catalogue.csv", "standard input": stands in messages; borrowed */
    psync_input_read *read;                   /* or NULL and: */
    int fd;
    void *arg;
    const struct psync_product_rules *rules;  /* borrowed */
    /* Where products and stock rows of the webservice meet, when they come in several inputs; borrowed. NULL: in this
     * one. What waits there for its stock row is returned not by this input, but by psync_input_new_rest's. */
    struct psync_webservice *join;
    size_t number;                            /* of this input, in `join` */
};

/* NULL: no memory. */
struct psync_input *psync_input_new(const struct psync_input_open *open);
/* Behind the last input: the products that waited in `join`. Messages begin with name_of(arg, its input's number).
 * NULL: no memory. */
typedef const char *psync_input_name(void *arg, size_t number);
struct psync_input *psync_input_new_rest(struct psync_webservice *join, const struct psync_product_rules *rules,
                                         psync_input_name *name_of, void *arg);
void psync_input_free(struct psync_input *in);

/* One record. OK: a product; its canonical payload is *ret_payload, valid until the next call, and `ret_id` its id.
 * REJECT: this record is refused; `err` is the whole line for people: "catalogue.csv:17: price is not a number: abc".
 * EMPTY: the end. NOMEM: the same call again goes on with the same record. FATAL: the stream cannot be read on; `err`
 * says where and why. */
PSYNC_CHECKED enum psync_result psync_input_next(struct psync_input *in, int64_t *ret_id,
                                                 struct psync_span *ret_payload, struct psync_error *err);

uint64_t psync_input_line(const struct psync_input *in);      /* of the record last returned, from 1 */
size_t psync_input_number(const struct psync_input *in);      /* of the input in which it stood */
/* Members and columns left out so far: how many values, and the names seen (at most 32), for one line at the end. */
uint64_t psync_input_left_out(const struct psync_input *in, const char *const **ret_names, size_t *ret_n);

#endif
