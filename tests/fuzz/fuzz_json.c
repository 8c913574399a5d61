/* fuzz_json - any bytes into the JSON parser; what it takes must be UTF-8, and the same after it was written and parsed
 * again. */
#include "base/json.h"
#include "base/utf8.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Our writer must give the string back. */
static void check_string(json_object *v)
{
    struct psync_span s = {json_object_get_string(v), (size_t)json_object_get_string_len(v)};
    struct psync_buf b;
    json_object *again = NULL;
    psync_buf_init(&b, 6 * s.len + 2);
    PSYNC_INVARIANT(psync_utf8_valid(s));
    PSYNC_INVARIANT(psync_json_add_string(&b, s) == PSYNC_OK);
    PSYNC_INVARIANT(psync_json_parse((struct psync_span){b.data, b.len}, &again, NULL) == PSYNC_OK);
    PSYNC_INVARIANT((size_t)json_object_get_string_len(again) == s.len);
    PSYNC_INVARIANT(memcmp(json_object_get_string(again), s.data, s.len) == 0);
    json_object_put(again);
    psync_buf_done(&b);
}

static void check_value(json_object *v)
{
    switch (json_object_get_type(v)) {
    case json_type_string:
        check_string(v);
        break;
    case json_type_int:
    case json_type_double:
        PSYNC_INVARIANT(psync_json_number(v).len > 0);
        break;
    case json_type_array:
        for (size_t i = 0; i < json_object_array_length(v); i++)
            check_value(json_object_array_get_idx(v, i));
        break;
    case json_type_object: {
        json_object_object_foreach(v, name, member)
        {
            PSYNC_INVARIANT(psync_utf8_valid((struct psync_span){name, strlen(name)}));
            check_value(member);
            (void)psync_json_text(v, name);
            (void)psync_json_int(v, name, 0);
        }
        break;
    }
    default:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_object *v = NULL, *again = NULL;
    struct psync_error err = {{0}};
    if (psync_json_parse((struct psync_span){(const char *)data, size}, &v, &err) != PSYNC_OK) {
        PSYNC_INVARIANT(strncmp(err.text, "byte ", 5) == 0);
        return 0;
    }
    check_value(v);
    const char *text = json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN);
    PSYNC_INVARIANT(psync_json_parse((struct psync_span){text, strlen(text)}, &again, &err) == PSYNC_OK);
    PSYNC_INVARIANT(strcmp(json_object_to_json_string_ext(again, JSON_C_TO_STRING_PLAIN), text) == 0);
    json_object_put(again);
    json_object_put(v);
    return 0;
}
