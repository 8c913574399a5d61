/* test_state - every event in every state. */
#include "queue/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_pair(void **state)
{
    static const int to[PSYNC_STATES][PSYNC_EVENTS] = {
        /*               LEASE DONE RETRY DEAD RELEASE DUE REQUEUE DISCARD REPLACE; -1: does not happen */
        [PSYNC_STATE_READY] = {PSYNC_STATE_IN_FLIGHT, -1, -1, -1, -1, -1, -1, PSYNC_STATE_DISCARDED, -1},
        [PSYNC_STATE_IN_FLIGHT] = {-1, PSYNC_STATE_DONE, PSYNC_STATE_DELAYED, PSYNC_STATE_DEAD, PSYNC_STATE_READY, -1,
                                   -1, -1, -1},
        [PSYNC_STATE_DELAYED] = {-1, -1, -1, -1, -1, PSYNC_STATE_READY, -1, PSYNC_STATE_DISCARDED, -1},
        [PSYNC_STATE_DEAD] = {-1, -1, -1, -1, -1, -1, PSYNC_STATE_READY, PSYNC_STATE_DISCARDED, PSYNC_STATE_REPLACED},
        [PSYNC_STATE_DONE] = {-1, -1, -1, -1, -1, -1, -1, -1, -1},
        [PSYNC_STATE_DISCARDED] = {-1, -1, -1, -1, -1, -1, -1, -1, -1},
        [PSYNC_STATE_REPLACED] = {-1, -1, -1, -1, -1, -1, -1, -1, -1},
    };
    (void)state;
    for (int s = 0; s < PSYNC_STATES; s++)
        for (int e = 0; e < PSYNC_EVENTS; e++) {
            enum psync_state next = PSYNC_STATES;
            enum psync_result r = psync_state_next((enum psync_state)s, (enum psync_event)e, &next);
            assert_int_equal(r, to[s][e] < 0 ? PSYNC_REJECT : PSYNC_OK);
            assert_int_equal(next, to[s][e] < 0 ? (int)PSYNC_STATES : to[s][e]);
        }
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(psync_state_name(PSYNC_STATE_READY), "ready");
    assert_string_equal(psync_state_name(PSYNC_STATE_IN_FLIGHT), "in flight");
    assert_string_equal(psync_state_name(PSYNC_STATE_REPLACED), "replaced");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_pair), cmocka_unit_test(names)};
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
