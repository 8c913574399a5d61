/* fuzz_http_reply - a response's lines and body, as libcurl would hand them over, in any disorder. */
#include "delivery/http_reply.h"

#include "base/result.h"

#include <stdint.h>
#include <string.h>

enum { BODY_MAX = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct psync_span s, struct psync_span within)
{
    PSYNC_INVARIANT(s.len == 0 || (s.data >= within.data && s.data + s.len <= within.data + within.len));
}

static void check(const struct psync_reply *r)
{
    struct psync_response response = {0};
    psync_reply_describe(r, &response);
    const struct psync_span fields[] = {response.retry_after, response.date, response.ratelimit,
                                        response.ratelimit_policy, response.x_ratelimit_remaining,
                                        response.x_ratelimit_reset, response.location, response.content_type};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        check_span(fields[i], response.head);
    PSYNC_INVARIANT(response.head.len <= PSYNC_REPLY_HEADER_MAX && response.body.len <= BODY_MAX);
}

/* Lines end with LF; a line that begins with '=' is a piece of the body. */
static bool feed(struct psync_reply *r, const char *text, size_t len)
{
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t n = end ? (size_t)(end - text) + 1 : len;
        if (!(text[0] == '=' ? psync_reply_add_body(r, text + 1, n - 1) : psync_reply_add_line(r, text, n)))
            return false;
        text += n;
        len -= n;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_reply r;
    psync_reply_init(&r, BODY_MAX);
    for (int again = 0; again < 2; again++) { /* the second time on a used one */
        bool all = feed(&r, (const char *)data, size);
        PSYNC_INVARIANT(all || r.head_too_long || r.body_cut || r.no_memory);
        check(&r);
        psync_reply_reset(&r);
    }
    psync_reply_done(&r);
    return 0;
}
