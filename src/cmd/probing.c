/* probing - see the header. */
#include "cmd/probing.h"

#include "config/effective.h"
#include "config/ready.h"
#include "delivery/http.h"
#include "queue/key.h"

static void on_done(void *arg, void *tag, const struct psync_response *response)
{
    struct psync_probing *p = tag;
    (void)arg;
    p->result = psync_probe_judge(response, p->sample, p->words, sizeof p->words);
    p->status = response->transport == PSYNC_NET_ANSWER ? response->status : 0;
    p->latency_ms = response->latency_ms;
    p->done = true;
}

static enum psync_result wait(struct psync_probing *p, struct psync_http *http, struct psync_error *err)
{
    enum psync_result r = PSYNC_OK;
    while (!p->done && r == PSYNC_OK) {
        if (p->stop && atomic_load(p->stop))
            return psync_fail(err, PSYNC_RETRY, "stopped");
        r = psync_http_poll(http, 1000, err);
    }
    return r;
}

static enum psync_result send_request(struct psync_probing *p, struct psync_http *http, struct psync_http_target *target,
                                      struct psync_error *err)
{
    static const char payload[] =
        "{\"id\":2147483647,\"name\":\"Sample product of productsync test\",\"price\":1.00,\"stock\":0}";
    char key[PSYNC_PRODUCT_KEY_MAX];
    struct psync_http_send send = {
        .target = target, .method = psync_effective_method(p->config, p->destination), .traceparent = "", .tag = p};
    if (p->sample) {
        /* A key of its own each time: the API shall judge this request, not remember an earlier one. */
        const struct psync_subject subject = {2147483647, p->config->source_shop};
        send.body = PSYNC_SPAN(payload);
        enum psync_result r = psync_key_product(&subject, "product.created", (uint32_t)psync_clock_wall(), send.body, key);
        if (r != PSYNC_OK)
            return psync_fail(err, r, "destination %s: cannot make a key", p->destination->name);
        send.method = "POST";
        send.key = key;
    }
    enum psync_result r = psync_http_start(http, &send, on_done, NULL);
    if (r != PSYNC_OK)
        return psync_fail(err, r, "destination %s: cannot start the request: %s", p->destination->name,
                          psync_result_name(r));
    return wait(p, http, err);
}

enum psync_result psync_probing_run(struct psync_probing *p, struct psync_error *err)
{
    struct psync_http_target *target = NULL;
    struct psync_http *http = psync_http_new(1);
    enum psync_result r = http ? PSYNC_OK : psync_fail(err, PSYNC_NOMEM, "out of memory");
    if (r == PSYNC_OK)
        r = psync_config_ready_one(p->config, (size_t)(p->destination - p->config->destinations), err);
    if (r == PSYNC_OK)
        r = psync_http_target_new(p->destination, &p->config->http, &target, err);
    if (r == PSYNC_OK)
        r = send_request(p, http, target, err);
    psync_http_target_release(target);
    psync_http_free(http);
    return r;
}
