/* The ledger counts honestly, and a key stands for one request. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mock/ledger.h"

#include <string.h>

static void counts_effects(void **state)
{
    struct psync_mock_ledger l;
    struct psync_buf b;
    (void)state;
    psync_mock_ledger_init(&l);
    psync_buf_init(&b, 4096);
    struct psync_mock_product *seven = psync_mock_ledger_see(&l, 7);
    psync_mock_ledger_effect(&l, seven, "k1", PSYNC_SPAN("one"));
    assert_ptr_equal(psync_mock_ledger_see(&l, 7), seven);
    psync_mock_ledger_effect(&l, seven, "k2", PSYNC_SPAN("two"));
    struct psync_mock_product *eight = psync_mock_ledger_see(&l, 8);
    psync_mock_ledger_effect(&l, eight, NULL, PSYNC_SPAN("three"));
    (void)psync_mock_ledger_see(&l, 9);
    psync_mock_ledger_violation(&l, eight, "bad");
    psync_mock_ledger_violation(&l, NULL, "whose?");
    assert_int_equal(l.totals.products, 3);
    assert_int_equal(l.totals.delivered, 2);
    assert_int_equal(l.totals.repeated, 1);
    assert_int_equal(l.totals.effects, 3);
    assert_int_equal(l.totals.violations, 2);
    assert_null(psync_mock_ledger_find(&l, 10));
    assert_int_equal(psync_mock_product_show(seven, &b), PSYNC_OK);
    assert_string_equal(b.data, "{\"id\":7,\"requests\":2,\"effects\":2,\"keys\":[\"k1\",\"k2\"],\"payload\":\"two\","
                                "\"violations\":0,\"violation\":null}");
    for (int i = 0; i < 20; i++) /* more than it keeps keys of */
        psync_mock_ledger_effect(&l, seven, "more", PSYNC_SPAN("x"));
    assert_int_equal(seven->effects, 22);
    psync_buf_done(&b);
    psync_mock_ledger_done(&l);
}

static void grows(void **state)
{
    struct psync_mock_ledger l;
    (void)state;
    psync_mock_ledger_init(&l);
    for (int64_t id = 1; id <= 5000; id++)
        assert_non_null(psync_mock_ledger_see(&l, id));
    for (int64_t id = 1; id <= 5000; id++)
        assert_int_equal(psync_mock_ledger_find(&l, id)->id, id);
    assert_int_equal(l.n_products, 5000);
    psync_mock_ledger_done(&l);
}

static void remembers_keys(void **state)
{
    struct psync_mock_ledger l;
    struct psync_mock_key *k = NULL;
    (void)state;
    psync_mock_ledger_init(&l);
    assert_int_equal(psync_mock_key_begin(&l, "k", PSYNC_SPAN("body"), &k), PSYNC_MOCK_FIRST);
    assert_int_equal(psync_mock_key_begin(&l, "k", PSYNC_SPAN("body"), &k), PSYNC_MOCK_RUNNING);
    assert_int_equal(psync_mock_key_begin(&l, "k", PSYNC_SPAN("other"), &k), PSYNC_MOCK_MISUSED);
    psync_mock_key_settle(&l, "k", 201, PSYNC_SPAN("answer"));
    assert_int_equal(psync_mock_key_begin(&l, "k", PSYNC_SPAN("body"), &k), PSYNC_MOCK_ANSWERED);
    assert_int_equal(k->status, 201);
    assert_string_equal(k->answer, "answer");
    assert_int_equal(psync_mock_key_begin(&l, "k", PSYNC_SPAN("other"), &k), PSYNC_MOCK_MISUSED);
    psync_mock_key_forget(&l, "k");
    assert_int_equal(psync_mock_key_begin(&l, "k", PSYNC_SPAN("other"), &k), PSYNC_MOCK_FIRST);
    psync_mock_key_forget(&l, "never seen");
    psync_mock_key_settle(&l, "never seen", 201, PSYNC_SPAN(""));
    psync_mock_ledger_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_effects),
        cmocka_unit_test(grows),
        cmocka_unit_test(remembers_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
