/* payload - does a body keep the contract of bytes, and whose is it?
 *
 * The contract: {"id":1,"name":"...","price":49.90,"stock":15} with these members first and in this order, others after
 * them, no spaces, UTF-8 unescaped, or an array of such objects. Pure. */
#ifndef PSYNC_MOCK_PAYLOAD_H
#define PSYNC_MOCK_PAYLOAD_H

#include "base/buf.h"

#include <stdint.h>

struct psync_mock_item {
    int64_t id;              /* 0: it has none */
    struct psync_span bytes; /* of the body */
    const char *violation;   /* what breaks the contract, a literal; NULL: nothing does */
};

struct psync_mock_payload {
    struct psync_mock_item *items;
    size_t n, cap;
    bool batch; /* an array */
};

void psync_mock_payload_init(struct psync_mock_payload *p);
void psync_mock_payload_done(struct psync_mock_payload *p);

/* The items borrow from `body`. REJECT: not JSON, or neither an object nor an array of some. */
PSYNC_CHECKED enum psync_result psync_mock_payload_scan(struct psync_mock_payload *p, struct psync_span body,
                                                        unsigned price_digits);

#endif
