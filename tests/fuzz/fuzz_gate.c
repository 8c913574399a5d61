/* What a request says of itself, field by field, one a line: nobody without an account gets further than reading at
 * home. */
#include "admin/gate.h"

#include "config/load.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 9 };

static struct psync_gate *open_gate(const char *proxy)
{
    struct psync_config *config = NULL;
    const char *const sets[] = {"state.folder=/nonexistent/psync-fuzz", "serve.hosts=shop.example", "serve.rate=1000000", proxy};
    const struct psync_config_source source = {.sets = sets, .n_sets = proxy ? 4 : 3, .no_files = true};
    struct psync_gate *gate = NULL;
    PSYNC_INVARIANT(psync_config_load(&source, &config, NULL, NULL) == PSYNC_OK);
    PSYNC_INVARIANT(psync_gate_new(config, false, &gate, NULL) == PSYNC_OK);
    psync_config_free(config);
    return gate;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct psync_gate *gates[2];
    char *text = calloc(1, size + 1), *fields[FIELDS] = {NULL};
    if (!gates[0]) {
        gates[0] = open_gate(NULL);
        gates[1] = open_gate("serve.proxy=10.0.0.1");
    }
    if (size)
        memcpy(text, data, size);
    char *rest = text;
    for (size_t i = 0; i < FIELDS && rest; i++) {
        fields[i] = *rest == '\n' ? NULL : rest;
        rest = strchr(rest, '\n');
        if (rest)
            *rest++ = '\0';
    }
    for (size_t g = 0; g < 2; g++) {
        struct psync_caller caller;
        const struct psync_knock knock = {.scope = PSYNC_SCOPE_ADMIN, .changes = true,
                                          .peer = g ? "10.0.0.1" : "127.0.0.1", .host = fields[0], .n_hosts = 1,
                                          .authorization = fields[1], .cookie = fields[2], .csrf = fields[3], .origin = fields[4],
                                          .fetch_site = fields[5], .forwarded_for = fields[6], .forwarded_proto = fields[7],
                                          .forwarded = fields[6] != NULL};
        PSYNC_INVARIANT(psync_gate_judge(gates[g], &knock, 1000, &caller) != PSYNC_PASS);
        PSYNC_INVARIANT(caller.kind == PSYNC_CALLER_NOBODY && !(caller.rights & ~(unsigned)PSYNC_MAY_READ));
        PSYNC_INVARIANT(strlen(caller.client) < sizeof caller.client);
        psync_gate_logout(gates[g], fields[2]);
    }
    free(text);
    return 0;
}
