/* test - `test`: can the API be reached, through the very code that delivers? */
#include "cmd/commands.h"
#include "cmd/console.h"
#include "cmd/context.h"
#include "cmd/probe.h"

#include "base/json.h"
#include "config/effective.h"
#include "config/ready.h"
#include "delivery/http.h"
#include "queue/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 1024, LINE_MAX_BYTES = 8192 };

struct probe {
    const struct psync_invocation *inv;
    const struct psync_destination_conf *destination;
    bool sample, done;
    enum psync_probe_result result;
    int32_t status;
    int64_t latency_ms;
    char words[WORDS_MAX];
};

static void on_done(void *arg, void *tag, const struct psync_response *response)
{
    struct probe *probe = tag;
    (void)arg;
    probe->result = psync_probe_judge(response, probe->sample, probe->words, sizeof probe->words);
    probe->status = response->transport == PSYNC_NET_ANSWER ? response->status : 0;
    probe->latency_ms = response->latency_ms;
    probe->done = true;
}

static enum psync_result send_request(struct probe *probe, struct psync_http *http, struct psync_http_target *target,
                                      const struct psync_config *config, struct psync_error *err)
{
    static const char payload[] =
        "{\"id\":2147483647,\"name\":\"Sample product of productsync test\",\"price\":1.00,\"stock\":0}";
    char key[PSYNC_PRODUCT_KEY_MAX];
    struct psync_http_send send = {.target = target, .method = psync_effective_method(config, probe->destination), .traceparent = "", .tag = probe};
    if (probe->sample) {
        /* A key of its own each time: the API shall judge this request, not remember an earlier one. */
        const struct psync_subject subject = {2147483647, config->source_shop};
        send.body = PSYNC_SPAN(payload);
        enum psync_result r = psync_key_product(&subject, "product.created", (uint32_t)psync_clock_wall(), send.body, key);
        if (r != PSYNC_OK)
            return psync_fail(err, r, "destination %s: cannot make a key", probe->destination->name);
        send.method = "POST";
        send.key = key;
    }
    enum psync_result r = psync_http_start(http, &send, on_done, NULL);
    if (r != PSYNC_OK)
        return psync_fail(err, r, "destination %s: cannot start the request: %s", probe->destination->name,
                          psync_result_name(r));
    while (!probe->done && r == PSYNC_OK)
        r = psync_http_poll(http, 1000, err);
    return r;
}

static void say_probe(const struct probe *probe)
{
    struct psync_buf out;
    struct psync_json_writer w;
    if (!probe->inv->json) {
        psync_say(probe->inv, "%s: %s in %" PRId64 " ms: %s", probe->destination->name, psync_probe_name(probe->result),
                  probe->latency_ms, psync_printable(probe->words));
        return;
    }
    psync_buf_init(&out, LINE_MAX_BYTES);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_put_text(&w, "destination", probe->destination->name);
    psync_json_put_text(&w, "result", psync_probe_name(probe->result));
    psync_json_put_int(&w, "status", probe->status);
    psync_json_put_int(&w, "latency_ms", probe->latency_ms);
    psync_json_put_text(&w, "detail", probe->words);
    psync_json_close(&w, '}');
    if (psync_json_writer_end(&w) == PSYNC_OK)
        psync_say_json(&out);
    psync_buf_done(&out);
}

static enum psync_exit probe_one(struct probe *probe, const struct psync_config *config)
{
    struct psync_error err = {0};
    struct psync_http_target *target = NULL;
    struct psync_http *http = psync_http_new(1);
    enum psync_result r = http ? PSYNC_OK : psync_fail(&err, PSYNC_NOMEM, "out of memory");
    if (r == PSYNC_OK)
        r = psync_config_ready_one(config, (size_t)(probe->destination - config->destinations), &err);
    if (r == PSYNC_OK)
        r = psync_http_target_new(probe->destination, &config->http, &target, &err);
    if (r == PSYNC_OK)
        r = send_request(probe, http, target, config, &err);
    psync_http_target_release(target);
    psync_http_free(http);
    if (r != PSYNC_OK) {
        psync_complain("%s", err.text); /* it names the destination, or the setting that all of them share */
        return PSYNC_EXIT_USAGE;
    }
    say_probe(probe);
    if (probe->inv->quiet && probe->result != PSYNC_PROBE_REACHED)
        psync_complain("%s: %s", probe->destination->name, probe->words);
    return probe->result == PSYNC_PROBE_REACHED ? PSYNC_EXIT_OK : PSYNC_EXIT_REFUSED;
}

static enum psync_exit probe_all(const struct psync_invocation *inv, const struct psync_config *config)
{
    const char *only = psync_invocation_value(inv, "destination");
    enum psync_exit worst = PSYNC_EXIT_OK;
    bool found = false;
    for (size_t i = 0; i < config->n_destinations; i++) {
        struct probe probe = {.inv = inv,
                              .destination = &config->destinations[i],
                              .sample = psync_invocation_has(inv, "send-sample")};
        if (only && strcmp(only, probe.destination->name) != 0)
            continue;
        found = true;
        enum psync_exit code = probe_one(&probe, config);
        worst = code > worst ? code : worst;
    }
    if (found)
        return worst;
    psync_complain("no destination is named %s", only);
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
