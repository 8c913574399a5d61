/* A row of the outbox: whether payload and key are what the module wrote, and a copy of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "queue/key.h"
#include "source/relay_row.h"

#include <stdlib.h>
#include <string.h>

#define CUP "{\"id\":20,\"name\":\"Cup\",\"price\":6.00,\"stock\":1}"
static const char identity[] = "0b5e6c1e-1111-4222-8333-944445555666:3";

/* As the module writes it. */
static struct psync_relay_row row_of(const char *payload, char key[PSYNC_PRODUCT_KEY_MAX])
{
    struct psync_relay_row row = {.id = 1, .id_shop = 3, .revision = 2, .product = 20, .type = "product.created", .key = key,
                                  .payload = {payload, strlen(payload)}};
    const struct psync_subject subject = {row.product, identity};
    assert_int_equal(psync_key_product(&subject, row.type, row.revision, row.payload, key), PSYNC_OK);
    return row;
}

static void wrong(const struct psync_relay_row *row, const char *why)
{
    const char *said = psync_relay_row_check(row, identity, "");
    if (!said || !strstr(said, why))
        fail_msg("%s, not %s", said ? said : "nothing", why);
}

static void what_the_module_wrote(void **state)
{
    char text[PSYNC_SHOP_MAX], key[PSYNC_PRODUCT_KEY_MAX];
    const struct psync_relay_row row = row_of(CUP, key);
    (void)state;
    psync_relay_identity("0b5e6c1e-1111-4222-8333-944445555666", 3, text);
    assert_string_equal(text, identity);
    assert_null(psync_relay_row_check(&row, identity, ""));
    assert_non_null(psync_relay_row_check(&row, "another shop", ""));
}

static void what_was_cut_or_changed(void **state)
{
    char key[PSYNC_PRODUCT_KEY_MAX];
    struct psync_relay_row row = row_of(CUP, key);
    (void)state;
    row.product = 0;
    wrong(&row, "no product");
    row = row_of(CUP, key);
    row.payload.len = 0;
    wrong(&row, "no payload");
    row.payload.len = PSYNC_PAYLOAD_MAX + 1;
    wrong(&row, "longer than 1 MB");
    row.payload.len = sizeof CUP - 2; /* without its bracket */
    wrong(&row, "not a JSON object");
    row = row_of("{\"id\":20,\"name\":\"\xc3}", key);
    wrong(&row, "UTF-8");
    row = row_of("[1]", key);
    wrong(&row, "not a JSON object");
    row = row_of(CUP, key);
    row.type = "";
    wrong(&row, "no type");
    row.type = "product.updated";
    wrong(&row, "do not belong together");
    row = row_of(CUP, key);
    row.revision++;
    wrong(&row, "do not belong together");
    row = row_of(CUP, key);
    row.payload = PSYNC_SPAN("{\"id\":20,\"name\":\"Cup\",\"price\":7.00,\"stock\":1}");
    wrong(&row, "do not belong together");
    row = row_of(CUP, key);
    row.key = "";
    wrong(&row, "do not belong together");
}

static void a_copy_is_its_own(void **state)
{
    char payload[] = CUP, key[PSYNC_PRODUCT_KEY_MAX], kept[PSYNC_PRODUCT_KEY_MAX];
    const struct psync_relay_row row = row_of(payload, key);
    struct psync_relay_row *copy = psync_relay_row_copy(&row);
    (void)state;
    assert_non_null(copy);
    strcpy(kept, key);
    memset(payload, 'x', sizeof payload - 1);
    memset(key, 'x', strlen(key));
    assert_memory_equal(copy->payload.data, CUP, sizeof CUP - 1);
    assert_string_equal(copy->key, kept);
    assert_string_equal(copy->type, "product.created");
    assert_null(psync_relay_row_check(copy, identity, ""));
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_module_wrote),
        cmocka_unit_test(what_was_cut_or_changed),
        cmocka_unit_test(a_copy_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
