/* What becomes of a row when something became of its messages; whether a row can be put. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "queue/key.h"
#include "source/relay_fate.h"
#include "source/relay_row.h"

#include <stdlib.h>
#include <string.h>

#define M(key_, state_, heir_, at_) {.key = (key_), .state = PSYNC_STATE_##state_, .replaced_by = (heir_), .settled_at = (at_), .error = ""}

static void fates(void **state)
{
    static const struct {
        struct psync_relay_message messages[4];
        size_t n;
        enum psync_relay_state state;
        size_t told;
        const char *heir;
    } rows[] = {
        {{M("a", DONE, "", 1)}, 1, PSYNC_RELAY_DELIVERED, 0, "a"},
        {{M("a", DEAD, "", 1)}, 1, PSYNC_RELAY_DEAD, 0, "a"},
        {{M("a", DISCARDED, "", 1)}, 1, PSYNC_RELAY_DISCARDED, 0, "a"},
        {{M("a", DELAYED, "", 1)}, 1, PSYNC_RELAY_TAKEN, 0, "a"},
        /* several destinations: delivered when all have it, dead when one is and none is unfinished */
        {{M("a", DONE, "", 1), M("a", DONE, "", 2)}, 2, PSYNC_RELAY_DELIVERED, 1, "a"},
        {{M("a", DONE, "", 1), M("a", READY, "", 0)}, 2, PSYNC_RELAY_TAKEN, 1, "a"},
        {{M("a", DEAD, "", 1), M("a", IN_FLIGHT, "", 0)}, 2, PSYNC_RELAY_TAKEN, 1, "a"},
        {{M("a", DONE, "", 9), M("a", DEAD, "", 1), M("a", DISCARDED, "", 5)}, 3, PSYNC_RELAY_DEAD, 1, "a"},
        {{M("a", DONE, "", 9), M("a", DISCARDED, "", 1)}, 2, PSYNC_RELAY_DISCARDED, 1, "a"},
        /* replaced: what stands in its place counts, through any number of steps */
        {{M("a", REPLACED, "b", 1), M("b", READY, "", 0)}, 2, PSYNC_RELAY_TAKEN, 1, "b"},
        {{M("c", DONE, "", 3), M("b", REPLACED, "c", 2), M("a", REPLACED, "b", 1)}, 3, PSYNC_RELAY_DELIVERED, 0, "c"},
        /* replaced at one destination, delivered at the other: the row keeps its key */
        {{M("a", REPLACED, "b", 1), M("b", DEAD, "", 4), M("a", DONE, "", 2)}, 3, PSYNC_RELAY_DEAD, 1, "a"},
        /* other messages of the product are not the row's */
        {{M("x", DEAD, "", 5), M("a", DONE, "", 1)}, 2, PSYNC_RELAY_DELIVERED, 1, "a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_relay_fate fate;
        assert_int_equal(psync_relay_fate(rows[i].messages, rows[i].n, "a", &fate), PSYNC_OK);
        if (fate.state != rows[i].state || fate.told != rows[i].told ||
            strcmp(rows[i].messages[fate.heir].key, rows[i].heir) != 0)
            fail_msg("row %zu: state %d, told %zu, heir %zu", i, fate.state, fate.told, fate.heir);
    }
}

static void no_message_no_fate(void **state)
{
    static const struct psync_relay_message messages[] = {M("x", DONE, "", 1), M("a", REPLACED, "gone", 1)};
    struct psync_relay_fate fate;
    (void)state;
    assert_int_equal(psync_relay_fate(messages, 0, "a", &fate), PSYNC_EMPTY);
    assert_int_equal(psync_relay_fate(messages, 2, "a", &fate), PSYNC_EMPTY);
    assert_true(psync_relay_same_row(messages, 2, "gone", "a"));
    assert_false(psync_relay_same_row(messages, 2, "x", "a"));
    assert_false(psync_relay_same_row(messages, 2, "", "a")); /* no message was replaced by a draft */
}

static void rows_are_checked(void **state)
{
    struct psync_relay_row row = {.id_shop = 3, .product = 12, .type = "product.created", .payload = PSYNC_SPAN("{\"id\":12}")};
    char identity[PSYNC_SHOP_MAX], key[PSYNC_PRODUCT_KEY_MAX];
    (void)state;
    psync_relay_identity("uuid", 3, identity);
    assert_string_equal(identity, "uuid:3");
    const struct psync_subject subject = {12, identity};
    assert_int_equal(psync_key_product(&subject, row.type, 0, row.payload, key), PSYNC_OK);
    row.key = key;
    assert_null(psync_relay_row_check(&row, identity, ""));
    assert_non_null(strstr(psync_relay_row_check(&row, "uuid:4", ""), "do not belong together"));
    assert_null(psync_relay_row_check(&row, "new:3", "uuid"));
    assert_null(psync_relay_row_check(&row, "new:3", "older,uuid"));
    assert_non_null(psync_relay_row_check(&row, "new:3", "uuid:3,u,,uui"));
    row.revision = 1;
    assert_non_null(strstr(psync_relay_row_check(&row, identity, ""), "do not belong together"));
    row.revision = 0;
    row.payload.len--;
    assert_non_null(strstr(psync_relay_row_check(&row, identity, ""), "not a JSON object"));
    row.payload = (struct psync_span){"", 0};
    assert_string_equal(psync_relay_row_check(&row, identity, ""), "the row has no payload");
    row.payload = PSYNC_SPAN("{\"\xff\"}");
    assert_non_null(strstr(psync_relay_row_check(&row, identity, ""), "UTF-8"));
    row.payload = PSYNC_SPAN("{}");
    row.type = "";
    assert_string_equal(psync_relay_row_check(&row, identity, ""), "the row has no type");
    row.product = 0;
    assert_string_equal(psync_relay_row_check(&row, identity, ""), "the row has no product");
    struct psync_relay_row *copy = psync_relay_row_copy(&row);
    assert_memory_equal(copy->payload.data, "{}", 2);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fates), cmocka_unit_test(no_message_no_fate), cmocka_unit_test(rows_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
