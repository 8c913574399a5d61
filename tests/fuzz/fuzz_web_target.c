/* Request targets and patterns: whatever comes in a request line. */
#include "web/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct psync_web_target t;
    struct psync_span wildcard;
    if (size)
        memcpy(text, data, size);
    if (psync_web_target_parse(text, &t) == PSYNC_OK) {
        for (size_t i = 0; i < t.n_parameters; i++)
            PSYNC_INVARIANT(strlen(t.parameters[i].name) + strlen(t.parameters[i].value) <= size);
        if (psync_web_pattern_match("/v1/{id}/retry", t.path, &wildcard))
            PSYNC_INVARIANT(wildcard.len > 0 && !memchr(wildcard.data, '/', wildcard.len));
    }
    free(text);
    return 0;
}
