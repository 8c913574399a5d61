/* fuzz_retry_after - Retry-After, RateLimit and X-RateLimit fields, split from one input by LF. */
#include "delivery/retry_after.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct psync_span take_line(struct psync_span *rest)
{
    const char *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    struct psync_span line = {rest->data, end != NULL ? (size_t)(end - rest->data) : rest->len};

    rest->data += line.len + (end != NULL);
    rest->len -= line.len + (end != NULL);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_span rest = {(const char *)data, size};
    struct psync_response r = {.transport = PSYNC_NET_ANSWER, .status = 429};

    r.retry_after = take_line(&rest);
    r.date = take_line(&rest);
    r.ratelimit = take_line(&rest);
    r.x_ratelimit_remaining = take_line(&rest);
    r.x_ratelimit_reset = take_line(&rest);
    struct psync_asked asked = psync_asked_by(&r, INT64_C(1700000000000));
    PSYNC_INVARIANT(asked.delay_ms >= 0 && !(asked.retry_after && asked.used_up));
    return 0;
}
