/* The last hour: slots end on time, are bounded, and survive a late turn and a clock that jumps. */
#include "harness.h"

#include "admin/hour.h"

enum { SLOT = PSYNC_HOUR_SLOT_MS, START = 1000 * SLOT };

static struct psync_hour *begin(psync_ms now)
{
    static struct psync_hour hour;
    psync_hour_init(&hour, now);
    return &hour;
}

static void a_slot_is_ten_seconds(void **state)
{
    (void)state;
    struct psync_hour *h = begin(START + 3);
    assert_int_equal(psync_hour_due(h), START + SLOT);
    h->now.in = 50;
    h->now.out = 20;
    h->now.failed[PSYNC_CLASS_FAULT] = 4;
    h->now.failed[PSYNC_CLASS_REFUSED] = 1;
    psync_spread_add(&h->now.request, 5);
    psync_hour_turn(h, START + SLOT - 1, 30);
    assert_int_equal(h->n, 0); /* not yet */
    psync_hour_turn(h, START + SLOT, 30);
    assert_int_equal(h->n, 1);
    const struct psync_slot *slot = psync_hour_slot(h, 0);
    assert_true(slot->in == 5 && slot->out == 2 && slot->failed == 0.5f);
    assert_true(slot->request_ms[PSYNC_P50] == 5 && slot->request_ms[PSYNC_P99] == 5 && slot->delivery_ms[PSYNC_P50] < 0);
    assert_int_equal(slot->backlog, 30);
    assert_int_equal(h->now.in, 0); /* the next one begins empty */
    assert_int_equal(psync_hour_due(h), START + 2 * SLOT);
}

static void a_late_turn_is_several_slots(void **state)
{
    (void)state;
    struct psync_hour *h = begin(START);
    struct psync_tally window;
    h->now.in = 60;
    psync_hour_turn(h, START + 3 * SLOT + 5, 7);
    assert_int_equal(h->n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(psync_hour_slot(h, i)->in == 2);
    assert_int_equal(psync_hour_slot(h, 0)->backlog, -1);
    assert_int_equal(psync_hour_slot(h, 2)->backlog, 7);
    psync_hour_window(h, &window);
    assert_int_equal(window.in, 60); /* once, not three times */
}

static void it_keeps_an_hour(void **state)
{
    (void)state;
    struct psync_hour *h = begin(START);
    for (int i = 1; i <= PSYNC_HOUR_SLOTS + 5; i++) {
        h->now.in = 10 * (uint64_t)i;
        psync_hour_turn(h, START + i * SLOT, i);
    }
    assert_int_equal(h->n, PSYNC_HOUR_SLOTS);
    assert_int_equal(psync_hour_slot(h, 0)->backlog, 6);
    assert_int_equal(psync_hour_slot(h, PSYNC_HOUR_SLOTS - 1)->backlog, PSYNC_HOUR_SLOTS + 5);
    struct psync_tally window;
    uint64_t sum = 0;
    for (int i = PSYNC_HOUR_SLOTS + 5; i > PSYNC_HOUR_SLOTS + 5 - PSYNC_HOUR_WINDOW; i--)
        sum += 10 * (uint64_t)i;
    psync_hour_window(h, &window);
    assert_int_equal(window.in, sum); /* of its last slots alone */
}

static void a_clock_that_jumps_begins_anew(void **state)
{
    (void)state;
    struct psync_hour *h = begin(START);
    h->now.in = 1;
    psync_hour_turn(h, START + SLOT, 0);
    psync_hour_turn(h, START - 5, 0);
    assert_int_equal(h->n, 0);
    assert_int_equal(psync_hour_due(h), START);
    psync_hour_turn(h, START + (PSYNC_HOUR_SLOTS + 10) * (psync_ms)SLOT, 0);
    assert_int_equal(h->n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_is_ten_seconds),
        cmocka_unit_test(a_late_turn_is_several_slots),
        cmocka_unit_test(it_keeps_an_hour),
        cmocka_unit_test(a_clock_that_jumps_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
