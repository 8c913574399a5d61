/* fuzz_trace - traceparent, as any client may send it. */
#include "base/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char trace[PSYNC_TRACE_BYTES], child[PSYNC_TRACE_BYTES];
    if (psync_trace_read((struct psync_span){(const char *)data, size}, trace) != PSYNC_OK)
        return 0;
    psync_trace_child(trace, size, child);
    PSYNC_INVARIANT(child[0] != '\0');
    return 0;
}
