/* JSON input, and the grammar machine against json-c: what one takes the other must take. */
#include "fuzz_source.h"

#include "base/utf8.h"
#include "source/jsonmachine.h"
#include "source/jsontext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both must take a container, or both refuse it; UTF-8, depth and surrogates are not the machine's business. */
static void compare(struct psync_span text)
{
    struct psync_json_machine m;
    size_t used = 0;
    while (memchr(" \n\r\t", text.data[text.len - 1], 4) != NULL) /* json-c reads on to the end; it begins with a bracket */
        text.len--;
    psync_json_machine_init(&m);
    bool ours = psync_json_machine_feed(&m, text.data, text.len, &used) == PSYNC_JSON_DONE && used == text.len;
    if (!psync_utf8_valid(text) || m.deepest > PSYNC_JSON_DEPTH / 2)
        return;
    json_object *value = NULL;
    struct psync_buf canonical;
    psync_buf_init(&canonical, text.len * 6 + 16);
    bool paired = !ours || psync_json_add_canonical(&canonical, text) == PSYNC_OK;
    bool theirs = psync_json_parse(text, &value, NULL) == PSYNC_OK;
    if (paired && ours != theirs)
        abort();
    json_object_put(value);
    psync_buf_done(&canonical);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 && (data[1] == '{' || data[1] == '['))
        compare((struct psync_span){(const char *)data + 1, size - 1});
    if (size == 0 || size > 1 << 16)
        return 0;
    uint8_t *text = malloc(size + 1); /* always JSON: the second byte is a bracket */
    if (text == NULL)
        return 0;
    text[0] = data[0];
    text[1] = data[0] & 8 ? '{' : '[';
    memcpy(text + 2, data + 1, size - 1);
    (void)fuzz_input(text, size + 1);
    free(text);
    return 0;
}
