/* A shop's empty value hides the global one, however it is stored: a copy of a shop that has forgotten its address must not fall
 * back to the one of all shops. */
#include "source/shop_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void add(struct psync_shop_facts *f, const char *name, uint32_t id_shop, const char *text)
{
    assert_int_equal(psync_shop_facts_add(f, name, id_shop, 0, text), PSYNC_OK);
}

static void test_empty_hides_global(void **state)
{
    static const char *const empty[] = {"", NULL};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct psync_shop_facts f;
        psync_shop_facts_init(&f);
        char place[] = "shop.example/";
        for (uint32_t id = 1; id <= 2; id++)
            assert_int_equal(psync_shop_facts_add_store(&f, &(struct psync_shop_store){.id = id, .id_group = 1, .place = place}), PSYNC_OK);
        add(&f, "PS_MULTISHOP_FEATURE_ACTIVE", 0, "1");
        add(&f, "MY_API_URL", 0, "https://all.example/");
        add(&f, "MY_API_URL", 2, empty[i]);
        assert_string_equal(psync_shop_value_of(&f, psync_shop_store_of(&f, 1), PSYNC_SHOP_URL), "https://all.example/");
        assert_string_equal(psync_shop_value_of(&f, psync_shop_store_of(&f, 2), PSYNC_SHOP_URL), "");
        psync_shop_facts_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty_hides_global)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
