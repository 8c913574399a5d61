/* test - `test`: can the API be reached, through the very code that delivers? */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/context.h"
#include "cmd/probing.h"
#include "cmd/shops.h"

#include "base/json.h"
#include "config/ready.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_MAX_BYTES = 8192 };

struct probe {
    const struct psync_invocation *inv;
    struct psync_probing request;
};

static void say_probe(const struct probe *probe)
{
    const struct psync_probing *done = &probe->request;
    struct psync_buf out;
    struct psync_json_writer w;
    if (!probe->inv->json) {
        psync_say(probe->inv, "%s: %s in %" PRId64 " ms: %s", done->destination->name, psync_probe_name(done->result),
                  done->latency_ms, psync_printable(done->words));
        return;
    }
    psync_buf_init(&out, LINE_MAX_BYTES);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "destination", done->destination->name);
    psync_json_put_text(&w, "result", psync_probe_name(done->result));
    psync_json_put_int(&w, "status", done->status);
    psync_json_put_int(&w, "latency_ms", done->latency_ms);
    psync_json_put_text(&w, "detail", done->words);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        psync_say_json(&out);
    psync_buf_done(&out);
}

static enum psync_exit probe_one(struct probe *probe)
{
    struct psync_error err = {0};
    if (psync_probing_run(&probe->request, &err) != PSYNC_OK) {
        psync_complain("%s", err.text); /* it names the destination, or the setting that all of them share */
        return PSYNC_EXIT_USAGE;
    }
    say_probe(probe);
    bool reached = probe->request.result == PSYNC_PROBE_REACHED;
    if (probe->inv->quiet && !reached)
        psync_complain("%s: %s", probe->request.destination->name, probe->request.words);
    return reached ? PSYNC_EXIT_OK : PSYNC_EXIT_REFUSED;
}

static enum psync_exit probe_all(const struct psync_invocation *inv, const struct psync_config *config)
{
    const char *only = psync_invocation_value(inv, "destination");
    enum psync_exit worst = PSYNC_EXIT_OK;
    bool found = false;
    for (size_t i = 0; i < config->n_destinations; i++) {
        struct probe probe = {.inv = inv,
                              .request = {.config = config,
                                          .destination = &config->destinations[i],
                                          .sample = psync_invocation_has(inv, "send-sample")}};
        if (only && strcmp(only, config->destinations[i].name) != 0)
            continue;
        found = true;
        enum psync_exit code = probe_one(&probe);
        worst = code > worst ? code : worst;
    }
    if (found)
        return worst;
    if (only)
        psync_complain("no destination is named %s", only);
    else
        psync_complain("there is no destination yet: no shop says where to");
    return PSYNC_EXIT_USAGE;
}

/* What else is missing is said of each destination by itself. */
static enum psync_exit need_urls(const struct psync_context *ctx)
{
    struct psync_error err = {0};
    if (psync_config_has_urls(ctx->config, &err) == PSYNC_OK)
        return PSYNC_EXIT_OK;
    psync_complain("%s", err.text);
    return PSYNC_EXIT_USAGE;
}

enum psync_exit psync_cmd_test(struct psync_invocation *inv)
{
    struct psync_context ctx = {0};
    enum psync_exit code = psync_context_load(&ctx, inv);
    if (code == PSYNC_EXIT_OK)
        code = need_urls(&ctx);
    if (code == PSYNC_EXIT_OK)
        code = psync_shops_complete(&ctx);
    if (code == PSYNC_EXIT_OK && psync_invocation_has(inv, "send-sample") && !psync_invocation_has(inv, "yes") &&
        !psync_ask("send a product named \"Sample product of productsync test\" to the API?")) {
        psync_complain("nothing sent; --yes sends without asking");
        code = PSYNC_EXIT_REFUSED;
    }
    if (code == PSYNC_EXIT_OK)
        code = probe_all(inv, ctx.config);
    psync_context_done(&ctx);
    return code;
}
