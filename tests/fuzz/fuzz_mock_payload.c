/* Product payloads as the mock reads them. What passes must be JSON to the library too. */
#include "mock/payload.h"

#include "base/json.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_mock_payload p;
    psync_mock_payload_init(&p);
    if (psync_mock_payload_scan(&p, (struct psync_span){(const char *)data, size}, 2) == PSYNC_OK)
        for (size_t i = 0; i < p.n; i++) {
            json_object *o = NULL;
            PSYNC_INVARIANT(psync_json_parse(p.items[i].bytes, &o, NULL) == PSYNC_OK);
            PSYNC_INVARIANT(json_object_is_type(o, json_type_object));
            if (!p.items[i].violation)
                PSYNC_INVARIANT(p.items[i].id > 0 && psync_json_member(o, "stock"));
            json_object_put(o);
        }
    psync_mock_payload_done(&p);
    return 0;
}
