/* response - the words for how an exchange ended. */
#include "delivery/response.h"

#include "base/result.h"

static const char *const texts[] = {
    [PSYNC_NET_ANSWER] = "answered",
    [PSYNC_NET_NAME] = "name not found",
    [PSYNC_NET_REFUSED] = "connection refused",
    [PSYNC_NET_CONNECT_TIMEOUT] = "connecting timed out",
    [PSYNC_NET_TIMEOUT] = "timed out",
    [PSYNC_NET_TLS] = "TLS failed",
    [PSYNC_NET_CERTIFICATE] = "certificate not trusted",
    [PSYNC_NET_RESET] = "connection lost",
    [PSYNC_NET_STREAM] = "HTTP/2 stream error",
    [PSYNC_NET_HEAD] = "the answer's header is larger than 64 KB",
    [PSYNC_NET_NOT_HTTP] = "not an HTTP answer",
    [PSYNC_NET_FORBIDDEN] = "private address refused",
    [PSYNC_NET_PROXY] = "proxy failed",
    [PSYNC_NET_OTHER] = "network error",
    [PSYNC_NET_ABORTED] = "stopped by us",
    [PSYNC_NET_NO_MEMORY] = "out of memory",
    [PSYNC_NET_NO_FILES] = "too many open files",
};
_Static_assert(sizeof texts / sizeof texts[0] == PSYNC_NETS, "a text for every end");

const char *psync_transport_text(enum psync_transport t)
{
    PSYNC_INVARIANT((unsigned)t < PSYNC_NETS);
    return texts[t];
}
