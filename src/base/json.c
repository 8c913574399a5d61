/* json - looking into a parsed value. */
#include "base/json.h"

#include <string.h>

json_object *psync_json_member(json_object *o, const char *name)
{
    json_object *v = NULL;
    if (!json_object_is_type(o, json_type_object))
        return NULL;
    return json_object_object_get_ex(o, name, &v) ? v : NULL;
}

const char *psync_json_text(json_object *o, const char *name)
{
    json_object *v = psync_json_member(o, name);
    if (!json_object_is_type(v, json_type_string))
        return NULL;
    const char *text = json_object_get_string(v);
    return strlen(text) == (size_t)json_object_get_string_len(v) ? text : NULL;
}

int64_t psync_json_int(json_object *o, const char *name, int64_t dflt)
{
    json_object *v = psync_json_member(o, name);
    if (json_object_is_type(v, json_type_int))
        return json_object_get_int64(v);
    struct psync_decimal d;
    int64_t n;
    bool whole = psync_decimal_parse(psync_json_number(v), false, &d) == PSYNC_OK &&
                 psync_decimal_to_int64(&d, &n) == PSYNC_OK;
    return whole ? n : dflt;
}

bool psync_json_bool(json_object *o, const char *name, bool dflt)
{
    json_object *v = psync_json_member(o, name);
    return json_object_is_type(v, json_type_boolean) ? json_object_get_boolean(v) : dflt;
}

struct psync_span psync_json_number(json_object *v)
{
    if (!json_object_is_type(v, json_type_int) && !json_object_is_type(v, json_type_double))
        return (struct psync_span){NULL, 0};
    const char *text = json_object_get_userdata(v); /* from the parser; none in a value made otherwise */
    if (text == NULL)
        text = json_object_to_json_string(v);
    return text != NULL ? (struct psync_span){text, strlen(text)} : (struct psync_span){NULL, 0};
}
