/* Products as puts: one for each destination, keys, and what became of them. */
#include "harness.h"

#include "admin/putset.h"

static const struct psync_putset_common common = {
    .shop = "uuid:1", .type = "product.created", .trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", .now = 1000};

static void each_product_for_each_destination(void **state)
{
    (void)state;
    struct psync_destination_conf destinations[] = {{.name = "a"}, {.name = "b"}};
    const struct psync_config config = {.destinations = destinations, .n_destinations = 2};
    const struct psync_putset_item items[] = {{1, PSYNC_SPAN("{\"id\":1}")}, {2, PSYNC_SPAN("{\"id\":2}")}};
    struct psync_putset s = {0};
    char key[PSYNC_PRODUCT_KEY_MAX];
    assert_ok(psync_putset_init(&s, &config, &common, items, 2, NULL));
    assert_int_equal(s.n_puts, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct psync_put *put = &s.puts[i];
        assert_string_equal(put->destination, i % 2 ? "b" : "a");
        assert_int_equal(put->subject.product, (int64_t)(1 + i / 2));
        assert_string_equal(put->subject.shop, "uuid:1");
        assert_ok(psync_key_product(&put->subject, put->type, 0, put->payload, key));
        assert_string_equal(put->key, key);
    }
    psync_putset_done(&s);
}

static void a_shops_destination_gets_nothing_else(void **state)
{
    (void)state;
    struct psync_destination_conf destinations[] = {{.name = "main/1"}, {.name = "a"}, {.name = "maine/1"}};
    struct psync_shop_conf shop = {.name = "main"};
    struct psync_config config = {.destinations = destinations, .n_destinations = 3, .shops = &shop, .n_shops = 1};
    const struct psync_putset_item item = {1, PSYNC_SPAN("{\"id\":1}")};
    struct psync_putset s = {0};
    struct psync_error err = {0};
    assert_ok(psync_putset_init(&s, &config, &common, &item, 1, NULL));
    assert_int_equal(s.n_puts, 2);
    assert_string_equal(s.puts[0].destination, "a");
    assert_string_equal(s.puts[1].destination, "maine/1");
    psync_putset_done(&s);
    config.n_destinations = 1;
    assert_int_equal(psync_putset_init(&s, &config, &common, &item, 1, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "where to?"));
}

static void a_given_key_may_be_long(void **state)
{
    (void)state;
    struct psync_destination_conf destination = {.name = "a"};
    const struct psync_config config = {.destinations = &destination, .n_destinations = 1};
    const struct psync_putset_item item = {1, PSYNC_SPAN("{\"id\":1}")};
    struct psync_putset_common with_key = common;
    struct psync_putset s = {0};
    char key[PSYNC_KEY_MAX];
    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    with_key.key = key;
    assert_ok(psync_putset_init(&s, &config, &with_key, &item, 1, NULL));
    assert_string_equal(s.puts[0].key, key);
    psync_putset_done(&s);
}

static void the_outcome_of_all_destinations(void **state)
{
    (void)state;
    const enum psync_put_outcome N = PSYNC_PUT_NEW, K = PSYNC_PUT_KNOWN, F = PSYNC_PUT_FULL;
    const struct {
        enum psync_put_outcome a, b, all;
    } cases[] = {{N, N, N}, {N, K, N}, {K, N, N}, {K, K, K}, {F, N, F}, {N, F, F}, {K, F, F}, {F, F, F}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct psync_put puts[] = {
            {.ret_outcome = cases[i].a, .ret_state = PSYNC_STATE_DONE, .ret_same_payload = true, .ret_why = "a"},
            {.ret_outcome = cases[i].b, .ret_state = PSYNC_STATE_DEAD, .ret_same_payload = false, .ret_why = "b"}};
        const struct psync_putset s = {puts, 2, 2, NULL};
        struct psync_put_summary all = psync_putset_outcome(&s, 0);
        assert_int_equal(all.outcome, cases[i].all);
        assert_int_equal(all.same_payload, cases[i].b != K);
        if (cases[i].all == F)
            assert_string_equal(all.why, cases[i].b == F ? "b" : "a");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_product_for_each_destination),
        cmocka_unit_test(a_shops_destination_gets_nothing_else),
        cmocka_unit_test(a_given_key_may_be_long),
        cmocka_unit_test(the_outcome_of_all_destinations),
    };
    return cmocka_run_group_tests_name("admin/putset", tests, NULL, NULL);
}
