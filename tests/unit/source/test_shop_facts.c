/* A shop's settings as core resolves them, what follows for its rows, and as layers of the configuration. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/shop_layers.h"

#include <string.h>

static void add_store(struct psync_shop_facts *f, uint32_t id, uint32_t group, bool deleted)
{
    char place[] = "shop.test/";
    const struct psync_shop_store s = {.id = id, .id_group = group, .deleted = deleted, .module_on = true, .place = place};
    assert_int_equal(psync_shop_facts_add_store(f, &s), PSYNC_OK);
}

static void add(struct psync_shop_facts *f, const char *name, uint32_t shop, uint32_t group, const char *text)
{
    if (text) /* NULL: there is no such row */
        assert_int_equal(psync_shop_facts_add(f, name, shop, group, text), PSYNC_OK);
}

static void resolution(void **state)
{
    static const struct {
        const char *multistore;
        unsigned stores; /* of group 5 */
        const char *global, *group, *shop, *expected;
    } rows[] = {
        {NULL, 2, "g", "gr", "s", "g"},   {"0", 2, "g", "gr", "s", "g"},  {"1", 1, "g", "gr", "s", "g"},
        {"1", 2, "g", "gr", "s", "s"},    {"1", 2, "g", "gr", NULL, "gr"}, {"1", 2, "g", NULL, NULL, "g"},
        {"1", 2, "g", "gr", "", ""},      {"1", 2, NULL, NULL, NULL, ""}, {NULL, 1, NULL, "gr", "s", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_shop_facts f;
        psync_shop_facts_init(&f);
        for (unsigned id = 1; id <= rows[i].stores; id++)
            add_store(&f, id, 5, id == 2); /* core counts deleted ones too */
        add(&f, "PS_MULTISHOP_FEATURE_ACTIVE", 0, 0, rows[i].multistore);
        add(&f, "MY_API_URL", 0, 0, rows[i].global);
        add(&f, "MY_API_URL", 0, 5, rows[i].group);
        add(&f, "MY_API_URL", 1, 5, rows[i].shop);
        add(&f, "MY_API_URL", 9, 0, "another's");
        add(&f, "SOMETHING_ELSE", 0, 0, "x");
        if (strcmp(psync_shop_value_of(&f, &f.stores[0], PSYNC_SHOP_URL), rows[i].expected) != 0)
            fail_msg("row %zu: %s", i, psync_shop_value_of(&f, &f.stores[0], PSYNC_SHOP_URL));
        psync_shop_facts_done(&f);
    }
}

static void of_equal_rows_the_last_counts(void **state)
{
    struct psync_shop_facts f, g;
    (void)state;
    psync_shop_facts_init(&f);
    psync_shop_facts_init(&g);
    add_store(&f, 1, 1, false);
    add_store(&g, 1, 1, false);
    add(&f, "MY_API_URL", 0, 0, "first");
    add(&f, "MY_API_URL", 0, 0, "second");
    assert_string_equal(psync_shop_value_of(&f, &f.stores[0], PSYNC_SHOP_URL), "second");
    assert_false(psync_shop_facts_same(&f, &g));
    add(&g, "MY_API_URL", 0, 0, "second");
    assert_true(psync_shop_facts_same(&f, &g));
    psync_shop_facts_done(&f);
    psync_shop_facts_done(&g);
}

static void words(void **state)
{
    static const struct {
        const char *mode, *pause, *place;
        bool off, deleted;
        enum psync_shop_word word, sending;
    } rows[] = {
        {"queue", NULL, NULL, false, false, PSYNC_SHOP_DELIVERING, PSYNC_SHOP_DELIVERING},
        {"queue", "0", "shop.test/", false, false, PSYNC_SHOP_DELIVERING, PSYNC_SHOP_DELIVERING},
        {"queue", "1", NULL, false, false, PSYNC_SHOP_PAUSED, PSYNC_SHOP_PAUSED},
        {"queue", NULL, NULL, true, false, PSYNC_SHOP_PAUSED, PSYNC_SHOP_PAUSED},
        {"queue", NULL, NULL, false, true, PSYNC_SHOP_PAUSED, PSYNC_SHOP_PAUSED},
        {"queue", "1", "other.test/", false, false, PSYNC_SHOP_COPY, PSYNC_SHOP_COPY},
        {"async", NULL, "other.test/", false, false, PSYNC_SHOP_OTHER_MODE, PSYNC_SHOP_COPY},
        {NULL, NULL, NULL, true, false, PSYNC_SHOP_OTHER_MODE, PSYNC_SHOP_PAUSED},
        {NULL, NULL, NULL, false, false, PSYNC_SHOP_OTHER_MODE, PSYNC_SHOP_DELIVERING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct psync_shop_facts f;
        psync_shop_facts_init(&f);
        add_store(&f, 1, 1, rows[i].deleted);
        f.stores[0].module_on = !rows[i].off;
        add(&f, "PRODUCT_SYNC_MODE", 0, 0, rows[i].mode);
        add(&f, "PRODUCT_SYNC_PAUSE", 0, 0, rows[i].pause);
        add(&f, "PRODUCT_SYNC_PLACE", 0, 0, rows[i].place);
        assert_int_equal(psync_shop_judge(&f, &f.stores[0]), rows[i].word);
        assert_int_equal(psync_shop_judge_sending(&f, &f.stores[0]), rows[i].sending);
        psync_shop_facts_done(&f);
    }
}

static const char *value_in(const struct psync_shop_layer *l, const char *key)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->settings[i].key, key) == 0)
            return l->settings[i].value;
    return NULL;
}

static void layers(void **state)
{
    struct psync_shop_facts f;
    struct psync_shop_layers l, copy;
    (void)state;
    psync_shop_facts_init(&f);
    add_store(&f, 1, 1, false);
    add_store(&f, 2, 1, true);
    add_store(&f, 3, 1, false);
    add(&f, "MY_API_URL", 0, 0, "https://x/");
    add(&f, "MY_API_TOKEN", 0, 0, "plain");
    add(&f, "PRODUCT_SYNC_RETRY_BACKOFF", 0, 0, "3");
    add(&f, "PRODUCT_SYNC_BATCH_SIZE", 0, 0, "70");
    assert_int_equal(psync_shop_layers_make("main", &f, "", &l), PSYNC_OK);
    assert_int_equal(l.n, 2); /* the deleted one has none */
    assert_string_equal(l.layers[1].destination, "main/3");
    assert_string_equal(value_in(&l.layers[0], "url"), "https://x/");
    assert_string_equal(value_in(&l.layers[0], "token"), "plain");
    assert_string_equal(value_in(&l.layers[0], "backoff"), "3s");
    assert_string_equal(value_in(&l.layers[0], "batch"), "1"); /* batching is off */
    assert_null(value_in(&l.layers[0], "attempts"));
    assert_int_equal(psync_shop_layers_copy(&l, &copy), PSYNC_OK);
    psync_shop_layers_done(&l);
    assert_string_equal(value_in(&copy.layers[1], "url"), "https://x/");
    assert_string_equal(copy.layers[1].settings[0].where, "MY_API_URL in shop main/3");
    psync_shop_layers_done(&copy);
    psync_shop_facts_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolution), cmocka_unit_test(of_equal_rows_the_last_counts), cmocka_unit_test(words),
        cmocka_unit_test(layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
