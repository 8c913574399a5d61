/* A request's body: an object with known members of their types, or a refusal with a reason. */
#include "admin/api_impl.h"
#include "admin/view.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct psync_member members[] = {{"ids", json_type_array, false},
                                                  {"group", json_type_string, false},
                                                  {"all", json_type_boolean, false},
                                                  {"limit", json_type_int, false},
                                                  {"product", json_type_int, true},
                                                  {0}};
    struct psync_error err = {0};
    json_object *body = NULL;
    enum psync_result r = psync_body_read((struct psync_span){(const char *)data, size}, members, &body, &err);
    if (r == PSYNC_OK) {
        if (!json_object_is_type(psync_json_member(body, "product"), json_type_int))
            abort();
        json_object_object_foreach(body, name, value)
        {
            const struct psync_member *m = members;
            while (m->name && strcmp(m->name, name) != 0)
                m++;
            if (!m->name || json_object_get_type(value) != m->type)
                abort();
            if (m->type == json_type_string && !psync_json_text(body, name))
                abort();
        }
    } else if (err.text[0] == '\0') {
        abort();
    }
    json_object_put(body);
    return 0;
}
