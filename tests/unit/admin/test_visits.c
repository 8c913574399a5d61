/* Sessions: whose ends where there is no room for one more. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "admin/visits.h"

#include <stdio.h>

enum { IDLE_MS = 1000000, USERS = PSYNC_VISITS_MAX + 1 };

static struct psync_user users[USERS];
static const struct psync_accounts accounts = {.users = users, .n_users = USERS};

static void name_users(void)
{
    for (size_t i = 0; i < USERS; i++)
        snprintf(users[i].name, sizeof users[i].name, "user%zu", i);
}

static bool lives(struct psync_visits *v, const char *cookie, psync_ms now)
{
    return psync_visits_find(v, cookie, &accounts, IDLE_MS, now) != NULL;
}

static void one_user_ends_no_other_ones_session(void **state)
{
    static struct psync_visits v;
    char other[PSYNC_RANDOM_TEXT], cookies[2 * PSYNC_VISITS_MAX][PSYNC_RANDOM_TEXT];
    (void)state;
    name_users();
    psync_ms now = 1;
    assert_non_null(psync_visits_begin(&v, &users[0], now, other));
    for (size_t i = 0; i < 2 * PSYNC_VISITS_MAX; i++)
        assert_non_null(psync_visits_begin(&v, &users[1], ++now, cookies[i]));
    assert_true(lives(&v, other, now));
    for (size_t i = 0; i < 2 * PSYNC_VISITS_MAX; i++)
        assert_int_equal(lives(&v, cookies[i], now), i >= 2 * PSYNC_VISITS_MAX - PSYNC_VISITS_OF_ONE);
    assert_int_equal(v.n, 1 + PSYNC_VISITS_OF_ONE);
}

static void with_no_room_the_one_idle_longest_ends(void **state)
{
    static struct psync_visits v;
    char cookies[USERS][PSYNC_RANDOM_TEXT];
    (void)state;
    name_users();
    for (size_t i = 0; i < PSYNC_VISITS_MAX; i++)
        assert_non_null(psync_visits_begin(&v, &users[i], (psync_ms)i + 1, cookies[i]));
    assert_true(lives(&v, cookies[0], USERS));
    assert_non_null(psync_visits_begin(&v, &users[USERS - 1], USERS, cookies[USERS - 1]));
    for (size_t i = 0; i < USERS; i++)
        assert_int_equal(lives(&v, cookies[i], USERS), i != 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_user_ends_no_other_ones_session),
        cmocka_unit_test(with_no_room_the_one_idle_longest_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
