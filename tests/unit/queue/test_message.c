/* test_message - a message owns all its texts, in one block. */
#include "queue/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void copies_everything(void **state)
{
    char key[] = "k", destination[] = "d", type[] = "t", trace[] = "r", shop[] = "s", batch[] = "b", payload[] = "p\0q";
    struct psync_message like = {.id = "17", .lease = 4, .key = key, .destination = destination, .type = type,
                                 .trace = trace,
                                 .subject = {9, shop}, .payload = {payload, 3}, .revision = 2, .attempts = 1,
                                 .batch_key = batch};
    (void)state;
    struct psync_message *m = psync_message_new(&like);
    assert_non_null(m);
    *key = *destination = *type = *trace = *shop = *batch = *payload = 'X';
    assert_string_equal(m->id, "17");
    assert_int_equal(m->lease, 4);
    assert_string_equal(m->key, "k");
    assert_string_equal(m->destination, "d");
    assert_string_equal(m->type, "t");
    assert_string_equal(m->trace, "r");
    assert_string_equal(m->subject.shop, "s");
    assert_string_equal(m->batch_key, "b");
    assert_int_equal(m->payload.len, 3);
    assert_memory_equal(m->payload.data, "p\0q", 4); /* and a NUL behind it */
    psync_message_free(m);
}

static void missing_texts_are_empty(void **state)
{
    (void)state;
    struct psync_message *m = psync_message_new(&(struct psync_message){.id = "1"});
    assert_non_null(m);
    assert_string_equal(m->key, "");
    assert_string_equal(m->trace, "");
    assert_string_equal(m->batch_key, "");
    assert_int_equal(m->payload.len, 0);
    assert_string_equal(m->payload.data, "");
    psync_message_free(m);
    psync_message_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(copies_everything), cmocka_unit_test(missing_texts_are_empty)};
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
