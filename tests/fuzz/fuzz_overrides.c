/* PATCH /v1/config: "NAME=VALUE" into the dashboard's file. What is taken can be read again, and says what was meant;
 * nothing that only the operator may change gets in. */
#include "config/ini_text.h"
#include "config/options.h"
#include "config/overrides.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    const char *value;
    size_t n;
};

static enum psync_result on_setting(void *arg, const char *section, const char *key, const char *value, const char *where,
                                    struct psync_error *err)
{
    struct seen *seen = arg;
    char word[64] = "";
    (void)where, (void)err;
    if (!key)
        return PSYNC_OK;
    size_t n = strcspn(section, " ");
    PSYNC_INVARIANT(n < sizeof word);
    memcpy(word, section, n);
    const struct psync_option *o = psync_option_find(word, key);
    PSYNC_INVARIANT(o && psync_option_changeable(o));
    if (seen->value)
        PSYNC_INVARIANT(strcmp(value, seen->value) == 0);
    seen->n++;
    return PSYNC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct psync_buf out;
    if (size)
        memcpy(text, data, size);
    char *equals = strchr(text, '=');
    const struct psync_override change = {text, equals ? equals + 1 : NULL};
    if (equals)
        *equals = '\0';
    psync_buf_init(&out, 1 << 20);
    if (psync_overrides_edit(PSYNC_SPAN(""), &change, 1, &out, NULL) == PSYNC_OK) {
        struct seen seen = {change.value, 0};
        PSYNC_INVARIANT(psync_ini_read((struct psync_span){out.data, out.len}, "f", on_setting, &seen, NULL) == PSYNC_OK);
        PSYNC_INVARIANT(seen.n == (change.value != NULL));
    }
    psync_buf_done(&out);
    free(text);
    return 0;
}
