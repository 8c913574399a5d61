/* dispatcher_bench - CPU a message of the dispatcher alone: offer, SEND, result, SETTLE, all of them successes.
 *
 *   dispatcher_bench [MESSAGES [BATCH_SIZE [DESTINATIONS]]]
 *
 * The messages are made before the clock starts; freeing them is counted, since whoever gets a settlement does it. */
#include "delivery/dispatcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DESTINATIONS_MAX = 64, WINDOW = 256, IN_FLIGHT_MAX = 64 * 1024 };

static char names[DESTINATIONS_MAX][PSYNC_NAME_MAX];
static struct psync_destination_conf confs[DESTINATIONS_MAX];
static struct psync_config config = {
    .retry = {.attempts = 5, .backoff = 1000, .backoff_max = 300000, .jitter_max = 250, .give_up_after = 259200000,
              .budget_percent = 20, .budget_reserve = 10, .retry_after_max = 86400000},
    .breaker = {.failures = 5, .failure_percent = 80, .window = 50, .cool_off = 5000, .cool_off_max = 300000,
                .suspend_after = 3, .refusals = 20},
    .http = {.timeout = 10000},
    .batch = {.size = 1, .max_bytes = 1 << 20},
    .work = {.concurrency = 32, .adaptive = true, .lease = 300000},
    .destinations = confs,
};

static struct psync_message *make(size_t i)
{
    static const char payload[] =
        "{\"id\":123456,\"name\":\"Hummingbird printed t-shirt\",\"price\":23.90,\"stock\":300}";
    char key[64];
    struct psync_message m = {
        .key = key, .destination = names[i % config.n_destinations], .type = "product.created",
        .trace = "", .batch_key = "",
        .subject = {(int64_t)i + 1, "0c0ffee0-0000-4000-8000-000000000000:1"}, .payload = {payload, sizeof payload - 1},
        .first_active_ms = -1};

    snprintf(m.id, sizeof m.id, "%zu", i);
    snprintf(key, sizeof key, "product:%zu:0123456789abcdef0123456789abcdef", i + 1);
    return psync_message_new(&m);
}

static struct psync_request *flying[IN_FLIGHT_MAX];
static size_t n_flying, settled;

static void act(struct psync_dispatcher *d, psync_ms now)
{
    struct psync_effect e;

    while (psync_dispatcher_next(d, now, &e)) {
        if (e.kind == PSYNC_EFFECT_SEND)
            flying[n_flying++] = e.request;
        else if (e.kind == PSYNC_EFFECT_BIND)
            psync_dispatcher_bound(d, e.request, true, now);
        else if (e.kind == PSYNC_EFFECT_SETTLE) {
            settled += e.settlement->settle.verdict == PSYNC_VERDICT_DONE;
            psync_settlement_free(e.settlement);
        }
    }
}

/* As a worker does: wants, leases, effects, answers. */
static bool deliver(struct psync_dispatcher *d, struct psync_message **messages, size_t n)
{
    const struct psync_response ok = {
        .transport = PSYNC_NET_ANSWER, .sent = true, .status = 200, .latency_ms = 1, .detail = ""};
    size_t next = 0;

    for (psync_ms now = 1700000000000; settled < n; now++) {
        for (size_t k = 0; k < WINDOW && next < n; k++) {
            if (psync_dispatcher_offer(d, messages[next], now) != PSYNC_OK)
                return false;
            next++;
        }
        do {
            act(d, now);
            for (size_t i = 0; i < n_flying; i++)
                psync_dispatcher_result(d, flying[i], &ok, now);
            bool idle = n_flying == 0;
            n_flying = 0;
            if (idle)
                break;
        } while (psync_dispatcher_held(d) > 0);
    }
    return true;
}

static double cpu_seconds(void)
{
    struct timespec t;

    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec / 1e9 : 0;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;

    config.batch.size = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
    config.n_destinations = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    if (n == 0 || config.n_destinations == 0 || config.n_destinations > DESTINATIONS_MAX || config.batch.size == 0)
        return 2;
    for (size_t i = 0; i < config.n_destinations; i++) {
        snprintf(names[i], sizeof names[i], i == 0 ? "default" : "shop/%zu", i);
        confs[i] = (struct psync_destination_conf){.name = names[i], .url = "", .auth_header = "", .token = "",
                                                   .token_file = "", .headers = "", .key_header = ""};
    }
    struct psync_dispatcher_open open = {.config = &config, .seed = 1, .now = 1700000000000};
    struct psync_dispatcher *d = psync_dispatcher_new(&open);
    struct psync_message **messages = calloc(n, sizeof(struct psync_message *));
    for (size_t i = 0; messages != NULL && i < n; i++) {
        messages[i] = make(i);
        if (messages[i] == NULL)
            return 3;
    }
    if (d == NULL || messages == NULL)
        return 3;
    double begin = cpu_seconds();
    if (!deliver(d, messages, n))
        return 3;
    printf("%zu messages, batches of %u, %zu destinations: %.2f microseconds of CPU a message\n", n, config.batch.size,
           config.n_destinations, (cpu_seconds() - begin) * 1e6 / (double)n);
    free(messages);
    psync_dispatcher_free(d);
    return 0;
}
