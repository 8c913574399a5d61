/* The mock's control document; what passes is asked and shown. */
#include "mock/rules.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_mock_rules *rules;
    struct psync_error err;
    struct psync_buf b;
    if (psync_mock_rules_new((struct psync_span){(const char *)data, size}, 1, 0, &rules, &err) != PSYNC_OK)
        return 0;
    psync_buf_init(&b, 1 << 20);
    struct psync_mock_fact fact = {7, 1};
    struct psync_mock_facts facts = {.products = &fact, .n = 1};
    for (psync_ms now = 0; now < 30000; now += 10000) {
        struct psync_mock_decision d = psync_mock_rules_decide(rules, &facts, now);
        PSYNC_INVARIANT(d.latency_ms >= 0);
        (void)psync_mock_rule_takes_effect(d.rule);
        (void)psync_mock_rules_item(rules, 7, 1, now);
    }
    (void)!psync_mock_rules_show(rules, &b);
    psync_buf_done(&b);
    psync_mock_rules_release(rules);
    return 0;
}
