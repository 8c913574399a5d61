/* test_replace - many dead letters replaced at once: each under a key of its own, in few commits. */
#include "fixture.h"

#include "queue/key.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { MANY = 100 };

static atomic_int commits;

static enum psync_result count_commit(void *self, struct psync_error *err)
{
    atomic_fetch_add(&commits, 1);
    return psync_driver_sqlite.commit(self, err);
}

static struct psync_queue_driver counting;

static void many_share_a_commit(void **state)
{
    struct fixture f;
    struct psync_error err = {0};
    static char texts[MANY][PSYNC_ID_MAX];
    const char *ids[MANY + 2];
    uint64_t replaced, missing;
    (void)state;
    counting = psync_driver_sqlite;
    counting.commit = count_commit;
    fixture_init(&f, &counting);
    for (int i = 0; i < MANY; i++) {
        ids[i] = strcpy(texts[i], fixture_put(&f, i + 1, 0));
        fixture_kill(&f, i + 1, 422);
    }
    struct psync_put taken = fixture_put_of(7, 0); /* product 7: its next revision is there already */
    char key[PSYNC_PRODUCT_KEY_MAX];
    assert_int_equal(psync_key_product(&taken.subject, taken.type, 1, taken.payload, key), PSYNC_OK);
    taken.key = key;
    assert_int_equal(fixture_try_put(&f, &taken), PSYNC_PUT_NEW);
    ids[MANY] = ids[0];       /* named twice */
    ids[MANY + 1] = "999999"; /* there is none */
    atomic_store(&commits, 0);
    assert_int_equal(psync_queue_replace_all(f.q, ids, MANY + 2, &replaced, &missing, &err), PSYNC_OK);
    assert_int_equal(replaced, MANY);
    assert_int_equal(missing, 2);
    assert_true(atomic_load(&commits) <= 20);
    struct psync_counts c = fixture_counts(&f);
    assert_int_equal(c.dead, 0);
    assert_int_equal(c.ready, MANY + 1);
    fixture_check(&f);
    fixture_done(&f);
}

static void a_full_queue_stops_it(void **state)
{
    struct fixture f;
    struct psync_error err = {0};
    char texts[4][PSYNC_ID_MAX];
    const char *ids[4];
    uint64_t replaced, missing;
    (void)state;
    fixture_init(&f, &psync_driver_sqlite);
    for (int i = 0; i < 4; i++) {
        ids[i] = strcpy(texts[i], fixture_put(&f, i + 1, 0));
        fixture_kill(&f, i + 1, 422);
    }
    f.conf.max_depth = 3;
    fixture_reopen(&f);
    assert_int_equal(psync_queue_replace_all(f.q, ids, 4, &replaced, &missing, &err), PSYNC_RETRY);
    assert_non_null(strstr(err.text, "queue.max_depth"));
    assert_int_equal(replaced, 3);
    assert_int_equal(missing, 0);
    assert_int_equal(fixture_counts(&f).dead, 1);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_share_a_commit), cmocka_unit_test(a_full_queue_stops_it)};
    return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
