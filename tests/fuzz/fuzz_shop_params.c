/* fuzz_shop_params - a shop's parameters.php. */
#include "source/shop_params.h"

static enum psync_result on_param(void *arg, struct psync_span name, const char *text, bool literal)
{
    size_t *n = arg;
    *n += name.len + (literal && text ? text[0] == '\0' : 1);
    return PSYNC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_error err = {0};
    size_t n = 0;
    (void)psync_shop_params_read((struct psync_span){(const char *)data, size}, on_param, &n, &err);
    return 0;
}
