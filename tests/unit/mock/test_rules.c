/* Rules on a virtual clock. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mock/rules.h"

#include <stdio.h>
#include <string.h>

enum { T0 = 1000000 };

static struct psync_mock_rules *make(const char *list)
{
    char text[2048];
    struct psync_error err = {{0}};
    struct psync_mock_rules *rules = NULL;
    int n = snprintf(text, sizeof(text), "{\"rules\":[%s]}", list);
    if (psync_mock_rules_new((struct psync_span){text, (size_t)n}, 1, T0, &rules, &err) != PSYNC_OK)
        fail_msg("%s: %s", list, err.text);
    return rules;
}

/* The status of the rule that decides on a request with this product: 0 for none, 1 for one without a status. */
static unsigned ask(struct psync_mock_rules *rules, int64_t id, uint64_t requests, psync_ms now)
{
    struct psync_mock_fact fact = {id, requests};
    struct psync_mock_facts facts = {.products = &fact, .n = 1};
    struct psync_mock_decision d = psync_mock_rules_decide(rules, &facts, now);
    return !d.rule ? 0 : d.rule->status ? (unsigned)d.rule->status : 1;
}

static void asks_every_condition(void **state)
{
    static const struct {
        const char *rules;
        int64_t id;
        uint64_t requests;
        psync_ms after;
        unsigned status;
    } cases[] = {
        {"", 1, 1, 0, 0},
        {"{\"status\":503}", 1, 1, 0, 503},
        {"{\"status\":503,\"from\":\"10s\",\"to\":\"20s\"}", 1, 1, 9999, 0},
        {"{\"status\":503,\"from\":\"10s\",\"to\":\"20s\"}", 1, 1, 10000, 503},
        {"{\"status\":503,\"from\":\"10s\",\"to\":\"20s\"}", 1, 1, 19999, 503},
        {"{\"status\":503,\"from\":\"10s\",\"to\":\"20s\"}", 1, 1, 20000, 0},
        {"{\"status\":422,\"products\":[7,9]}", 9, 1, 0, 422},
        {"{\"status\":422,\"products\":[7,9]}", 8, 1, 0, 0},
        {"{\"status\":503,\"first\":2}", 1, 2, 0, 503},
        {"{\"status\":503,\"first\":2}", 1, 3, 0, 0},
        {"{\"status\":503,\"probability\":0}", 1, 1, 0, 0},
        {"{\"status\":503,\"probability\":0},{\"status\":500}", 1, 1, 0, 500},
        {"{\"status\":500},{\"status\":503}", 1, 1, 0, 500},
        {"{\"latency\":\"5ms\"},{\"status\":503}", 1, 1, 0, 503},
        {"{\"latency\":\"5ms\"}", 1, 1, 0, 0},
        {"{\"location\":\"http://x/\"}", 1, 1, 0, 302},
        {"{\"reset\":\"after\"}", 1, 1, 0, 1},
        {"{\"half\":true}", 1, 1, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_mock_rules *rules = make(cases[i].rules);
        unsigned status = ask(rules, cases[i].id, cases[i].requests, T0 + cases[i].after);
        if (status != cases[i].status)
            fail_msg("%s: %u", cases[i].rules, status);
        psync_mock_rules_release(rules);
    }
}

static void fires_so_often(void **state)
{
    (void)state;
    struct psync_mock_rules *rules = make("{\"status\":500,\"times\":3}");
    for (int i = 0; i < 10; i++)
        assert_int_equal(ask(rules, 1, 1, T0), i < 3 ? 500 : 0);
    assert_int_equal(rules->rules[0].fired, 3);
    psync_mock_rules_release(rules);
}

/* 3000 tries at 0.3: within 5 standard deviations, and the same every time. */
static void chance_is_fair_and_reproducible(void **state)
{
    unsigned hits[2] = {0, 0}, first = 0;
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct psync_mock_rules *rules = make("{\"status\":500,\"probability\":0.3}");
        for (unsigned i = 0; i < 3000; i++) {
            bool hit = ask(rules, 1, 1, T0) == 500;
            hits[round] += hit;
            if (hit && hits[round] == 1 && round == 0)
                first = i;
            if (hit && hits[round] == 1 && round == 1)
                assert_int_equal(i, first);
        }
        psync_mock_rules_release(rules);
    }
    assert_int_equal(hits[0], hits[1]);
    assert_in_range(hits[0], 900 - 125, 900 + 125);
}

static void adds_latencies_up(void **state)
{
    (void)state;
    struct psync_mock_rules *rules = make("{\"latency\":\"50ms\"},{\"latency\":\"10ms-20ms\"},{\"status\":500}");
    psync_ms lowest = 1000, highest = 0;
    for (int i = 0; i < 500; i++) {
        struct psync_mock_decision d = psync_mock_rules_decide(rules, &(struct psync_mock_facts){.n = 0}, T0);
        lowest = d.latency_ms < lowest ? d.latency_ms : lowest;
        highest = d.latency_ms > highest ? d.latency_ms : highest;
        assert_non_null(d.rule);
    }
    assert_int_equal(lowest, 60);
    assert_int_equal(highest, 70);
    psync_mock_rules_release(rules);
}

static void limits_the_rate(void **state)
{
    (void)state;
    struct psync_mock_rules *rules = make("{\"rate\":10}");
    struct psync_mock_facts facts = {.n = 0};
    for (int i = 0; i < 15; i++)
        assert_int_equal(ask(rules, 1, 1, T0), i < 10 ? 0 : 429);
    assert_int_equal(ask(rules, 1, 1, T0 + 99), 429);
    assert_int_equal(ask(rules, 1, 1, T0 + 100), 0);
    assert_int_equal(ask(rules, 1, 1, T0 + 100), 429);
    struct psync_mock_decision d = psync_mock_rules_decide(rules, &facts, T0 + 5000);
    assert_null(d.rule);
    assert_ptr_equal(d.rate, &rules->rules[0]);
    assert_int_equal(d.rate->tokens, 9); /* it never holds more than one second's */
    assert_true(rules->rules[0].has_retry_after);
    psync_mock_rules_release(rules);
}

static void refuses_items_of_a_batch(void **state)
{
    (void)state;
    struct psync_mock_rules *rules = make("{\"status\":422,\"products\":[7]}");
    struct psync_mock_fact some[] = {{6, 1}, {7, 1}};
    struct psync_mock_facts facts = {.products = some, .n = 2, .batch = true};
    assert_null(psync_mock_rules_decide(rules, &facts, T0).rule);
    assert_null(psync_mock_rules_item(rules, 6, 1, T0));
    assert_ptr_equal(psync_mock_rules_item(rules, 7, 1, T0), &rules->rules[0]);
    psync_mock_rules_release(rules);
    rules = make("{\"reset\":\"before\",\"products\":[7]}"); /* what is not a status hits the batch as a whole */
    assert_non_null(psync_mock_rules_decide(rules, &facts, T0).rule);
    assert_null(psync_mock_rules_item(rules, 7, 1, T0));
    psync_mock_rules_release(rules);
}

static void knows_what_takes_effect(void **state)
{
    static const struct {
        const char *rule;
        bool effect;
    } cases[] = {
        {"{\"status\":500}", false},
        {"{\"status\":500,\"effect\":true}", true},
        {"{\"status\":202}", true},
        {"{\"status\":202,\"effect\":false}", false},
        {"{\"status\":302}", false},
        {"{\"reset\":\"before\"}", false},
        {"{\"reset\":\"after\"}", true},
        {"{\"close\":\"before\"}", false},
        {"{\"close\":\"after\"}", true},
        {"{\"half\":true}", true},
        {"{\"half\":true,\"status\":500}", false},
        {"{\"endless\":true}", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_mock_rules *rules = make(cases[i].rule);
        assert_int_equal(psync_mock_rule_takes_effect(&rules->rules[0]), cases[i].effect);
        psync_mock_rules_release(rules);
    }
    assert_true(psync_mock_rule_takes_effect(NULL));
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *document, *text;
    } cases[] = {
        {"[]", "\"rules\""},
        {"{\"rules\":{}}", "array"},
        {"{\"rules\":[1]}", "rule 1: a rule is an object"},
        {"{\"rules\":[{},{\"stat\":5}]}", "rule 2: \"stat\" is unknown"},
        {"{\"rules\":[{\"status\":99}]}", "200 to 599"},
        {"{\"rules\":[{\"status\":\"500\"}]}", "200 to 599"},
        {"{\"rules\":[{\"probability\":1.5}]}", "0 to 1"},
        {"{\"rules\":[{\"latency\":\"5\"}]}", "such as"},
        {"{\"rules\":[{\"latency\":\"9ms-5ms\"}]}", "range"},
        {"{\"rules\":[{\"latency\":5}]}", "range"},
        {"{\"rules\":[{\"reset\":true}]}", "before"},
        {"{\"rules\":[{\"half\":1}]}", "true or false"},
        {"{\"rules\":[{\"products\":[\"7\"]}]}", "product ids"},
        {"{\"rules\":[{\"location\":\"http://x/\\r\\nEvil: 1\"}]}", "line breaks"},
        {"{\"rules\":[{\"retry_after\":-1}]}", "seconds"},
        {"{\"rules\":[{\"huge\":\"much\"}]}", "size"},
        {"nonsense", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_error err = {{0}};
        struct psync_mock_rules *rules = NULL;
        struct psync_span text = {cases[i].document, strlen(cases[i].document)};
        assert_int_equal(psync_mock_rules_new(text, 1, T0, &rules, &err), PSYNC_REJECT);
        assert_null(rules);
        if (!strstr(err.text, cases[i].text))
            fail_msg("%s: %s", cases[i].document, err.text);
    }
}

static void shows_itself(void **state)
{
    struct psync_buf b;
    (void)state;
    struct psync_mock_rules *rules = make("{\"status\":500,\"times\":3}");
    (void)ask(rules, 1, 1, T0);
    psync_buf_init(&b, 4096);
    assert_int_equal(psync_mock_rules_show(rules, &b), PSYNC_OK);
    assert_string_equal(b.data, "{\"rules\":[{\"rule\":{\"status\":500,\"times\":3},\"fired\":1}]}");
    psync_buf_done(&b);
    psync_mock_rules_release(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_every_condition),
        cmocka_unit_test(fires_so_often),
        cmocka_unit_test(chance_is_fair_and_reproducible),
        cmocka_unit_test(adds_latencies_up),
        cmocka_unit_test(limits_the_rate),
        cmocka_unit_test(refuses_items_of_a_batch),
        cmocka_unit_test(knows_what_takes_effect),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(shows_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
