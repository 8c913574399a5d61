/* CSV input: the bytes follow a header of a plain table or of one of PrestaShop's exports. */
#include "fuzz_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const headers[] = {
        "id,name,price,stock,note\n", "id;name;price;stock\n",
        "\"Product ID\";Image;Name;Reference;Category;\"Price (tax excl.)\";\"Price (tax incl.)\";Quantity\n",
        "Product ID;Image;Name;Reference;Category;Price (tax excl.);Price (tax incl.);Quantity;Status;Position\n"};
    if (size == 0 || size > 1 << 16)
        return 0;
    const char *header = headers[data[0] >> 2 & 3];
    size_t len = strlen(header);
    uint8_t *text = malloc(len + size);
    if (text == NULL)
        return 0;
    text[0] = (uint8_t)(data[0] & ~4U); /* 64 bytes would be less than a header */
    memcpy(text + 1, header, len);
    memcpy(text + 1 + len, data + 1, size - 1);
    (void)fuzz_input(text, len + size);
    free(text);
    return 0;
}
