/* batch_answer - what an API says to a batch, item by item.
 *
 * Two shapes are understood: an array of objects, and an object with exactly one such array (the body of a 207). Each
 * object has the item's HTTP status in `status`, `statusCode` or `status_code`, as a number or a text. The objects are
 * matched by `id` if each has one and they are the products of the batch, else by order if there are as many as
 * members.
 *
 * What does not tell every member's fate is told apart from what says nothing of members at all, because only the
 * latter can mean that all went well. Pure. */
#ifndef PSYNC_DELIVERY_BATCH_ANSWER_H
#define PSYNC_DELIVERY_BATCH_ANSWER_H

#include "queue/message.h"

struct psync_batch_answer; /* opaque */

struct psync_item { /* texts are borrowed until psync_batch_answer_free; "" when absent */
    int32_t status;
    const char *problem, *title; /* as RFC 9457 has them: type, title */
    const char *text;            /* the object, as JSON */
};

/* EMPTY: it says nothing of single items: no JSON array or object, or one without a status for any item and without
 * anything in `errors`, `failed`, `failures` or `rejected`. REJECT: it does, or may, but what became of each member
 * cannot be told. `cut`: it is only the beginning. NOMEM. */
PSYNC_CHECKED enum psync_result psync_batch_answer_new(struct psync_span body, bool cut,
                                                       struct psync_message *const *members, size_t n,
                                                       struct psync_batch_answer **ret_answer);
void psync_batch_answer_free(struct psync_batch_answer *a); /* NULL is fine */
int32_t psync_batch_answer_status(const struct psync_batch_answer *a, size_t i);          /* of the ith member */
struct psync_item psync_batch_answer_item(const struct psync_batch_answer *a, size_t i); /* all of it */

#endif
