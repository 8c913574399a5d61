/* fuzz_shop_secret - a key and a ciphertext, one line each. */
#include "source/shop_secret.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = psync_span_dup((struct psync_span){(const char *)data, size});
    struct psync_buf out;
    if (!text)
        return 0;
    char *cipher = text + strcspn(text, "\n");
    if (*cipher)
        *cipher++ = '\0';
    psync_buf_init(&out, 1 << 16);
    bool is = psync_shop_secret_is(cipher);
    enum psync_result r = psync_shop_secret_open(text, cipher, &out, NULL);
    PSYNC_INVARIANT(r == PSYNC_OK || out.len == 0);
    PSYNC_INVARIANT(is || r != PSYNC_FATAL);
    psync_buf_done(&out);
    free(text);
    return 0;
}
