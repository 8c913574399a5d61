/* test_dispatcher_batch - batches: formed, recorded before they are sent, sent again unchanged. */
#include "seen.h"

static void test_forming(void **state)
{
    (void)state;
    begin(all_well, 3);
    model_open(&m);
    model_put(&m, 7, 0);
    psync_ms began = m.now;
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 3);
    assert_int_equal(m.binds, 2);
    assert_string_equal(seen[0].body, "[{\"id\":1},{\"id\":2},{\"id\":3}]");
    assert_memory_equal(seen[0].key, "batch:", 6);
    assert_int_equal(strlen(seen[0].key), 38);
    assert_string_equal(seen[2].body, "{\"id\":7}"); /* alone: a plain object, its own key, after lingering */
    assert_string_equal(seen[2].key, "product:7:6");
    assert_true(seen[2].at >= began + 100);
    assert_true(seen[1].at < began + 100);
    model_done(&m);
}

/* Verdicts of one answer are marked, so that they are recorded together. */
static void test_verdicts_name_their_answer(void **state)
{
    (void)state;
    begin(all_well, 3);
    model_open(&m);
    model_put(&m, 7, 0);
    assert_true(model_run(&m, m.now + HOUR));
    for (size_t i = 0; i < 6; i++)
        assert_true(m.messages[i].verdict_batch != 0);
    for (size_t i = 1; i < 7; i++)
        assert_int_equal(m.messages[i].verdict_batch == m.messages[i - 1].verdict_batch, i != 3 && i != 6);
    assert_int_equal(m.messages[6].verdict_batch, 0); /* alone */
    model_done(&m);
}

static void test_max_bytes(void **state)
{
    (void)state;
    begin(all_well, 100);
    m.config.batch.max_bytes = 30; /* [{"id":1},{"id":2},{"id":3}] has 28 */
    model_open(&m);
    model_put(&m, 9, 0);
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(seen[i].members, 3);
    model_done(&m);
}

/* The queue leases one message of a subject at a time; should a driver not, a batch still holds no two. */
static void test_one_message_a_subject(void **state)
{
    struct psync_effect e;
    size_t members[8] = {0}, n = 0;

    (void)state;
    begin(all_well, 10);
    model_open(&m);
    model_put(&m, 4, 0);
    m.messages[2].m.subject.product = 1;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(psync_dispatcher_offer(m.d, psync_message_new(&m.messages[i].m), m.now), PSYNC_OK);
    while (psync_dispatcher_next(m.d, m.now + 200, &e) && n < 8) {
        if (e.kind == PSYNC_EFFECT_BIND) {
            members[n++] = e.request->n_members;
            psync_dispatcher_bound(m.d, e.request, true, m.now);
        }
    }
    assert_int_equal(members[0], 2);
    model_done(&m);
}

static struct model_answer lost_then_well(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    if (n_seen == 1)
        return (struct model_answer){.transport = PSYNC_NET_TIMEOUT, .sent = true, .lost = true, .latency_ms = 10000};
    return (struct model_answer){.status = 200};
}

static void test_no_answer_same_batch_again(void **state)
{
    (void)state;
    for (int restart = 0; restart < 2; restart++) {
        begin(lost_then_well, 4);
        model_open(&m);
        model_put(&m, 4, 0);
        model_run(&m, m.now + (restart ? 200 : 10200));
        if (restart)
            model_restart(&m); /* kill -9 while it is under way */
        model_put(&m, 3, 0);   /* others do not get in */
        assert_true(model_run(&m, m.now + HOUR));
        size_t again = strcmp(seen[1].key, seen[0].key) == 0 ? 1 : 2;
        assert_string_equal(seen[again].key, seen[0].key);
        assert_string_equal(seen[again].body, seen[0].body);
        assert_int_equal(m.done, 7);
        model_done(&m);
    }
}

/* ---- recorded batches that are larger than batch.size now ---- */
static void test_lowered_size(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 2; size++) {
        begin(lost_then_well, 100);
        model_open(&m);
        model_put(&m, 100, 0);
        model_run(&m, m.now + 200);
        m.config.batch.size = size;
        m.config.work.concurrency = 1;
        model_restart(&m);
        model_put(&m, 500, 0); /* no lease comes empty */
        model_run(&m, m.now + 1000);
        assert_true(m.messages[0].state == PSYNC_STATE_DONE);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.done, 600);
        for (size_t i = 0; i < m.n; i++)
            assert_int_equal(m.messages[i].effects, 1);
        model_done(&m);
    }
}

/* ---- recording fails; stop; a crash between splitting and sending ---- */
static void test_binding_fails(void **state)
{
    (void)state;
    begin(all_well, 4);
    m.bind_fails = true;
    model_open(&m);
    model_put(&m, 4, 0);
    model_run(&m, m.now + 1000);
    assert_int_equal(n_seen, 0);
    m.bind_fails = false;
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 1);
    model_done(&m);
}

static void test_stop_while_binding(void **state)
{
    (void)state;
    begin(all_well, 4);
    m.bind_takes = 1000;
    model_open(&m);
    model_put(&m, 4, 0);
    model_run(&m, m.now + 500);
    assert_int_equal(psync_dispatcher_held(m.d), 4);
    psync_dispatcher_stop(m.d, m.now);
    model_run(&m, m.now + HOUR);
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    assert_int_equal(n_seen, 0);
    model_restart(&m);
    assert_true(model_run(&m, m.now + HOUR)); /* recorded all the same: as one batch */
    assert_int_equal(n_seen, 1);
    assert_int_equal(seen[0].members, 4);
    model_done(&m);
}

/* Some members of a recorded batch are settled already: what is left goes alone. */
static void test_incomplete_batch(void **state)
{
    (void)state;
    begin(all_well, 4);
    model_open(&m);
    model_put(&m, 2, 0);
    for (uint32_t i = 0; i < 2; i++) {
        snprintf(m.messages[i].batch_key, PSYNC_BATCH_KEY_MAX, "batch:0123");
        m.messages[i].m.batch_pos = i + 1;
        m.messages[i].m.batch_count = 3;
        m.messages[i].m.tries = 1;
    }
    assert_true(model_run(&m, m.now + HOUR));
    assert_int_equal(n_seen, 2);
    assert_string_equal(seen[0].key, "product:1:0");
    model_done(&m);
}

/* ---- members that somebody asked to be given back ---- */
static struct model_answer slowly(struct model *model, const struct psync_request *r)
{
    (void)model;
    note(r);
    return (struct model_answer){.status = 200, .latency_ms = 1000};
}

/* How many come back when the `i`th message is asked for; the model forgets them. */
static size_t let_go(size_t i)
{
    struct psync_effect e;
    const char *id = m.messages[i].m.id;
    size_t n = 0;

    psync_dispatcher_let_go(m.d, &id, 1);
    for (; psync_dispatcher_next(m.d, m.now, &e); n++) {
        assert_int_equal(e.kind, PSYNC_EFFECT_SETTLE);
        assert_int_equal(e.settlement->settle.verdict, PSYNC_VERDICT_RELEASE);
        m.messages[strtoull(e.settlement->message->id, NULL, 10)].state = PSYNC_STATE_DISCARDED;
        m.unfinished--;
        psync_settlement_free(e.settlement);
    }
    return n;
}

/* It does not count any more for a batch that fills, neither by members nor by bytes. */
static void test_let_go_of_new_ones(void **state)
{
    (void)state;
    for (int by_bytes = 0; by_bytes < 2; by_bytes++) {
        begin(all_well, by_bytes ? 100 : 3);
        m.config.batch.max_bytes = by_bytes ? 3 * sizeof "{\"id\":1}" : 1 << 20;
        model_open(&m);
        model_put(&m, 2, 0);
        model_step(&m);
        assert_int_equal(let_go(0), 1);
        model_put(&m, 1, 0);
        model_step(&m);
        assert_int_equal(m.binds, 0);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(n_seen, 1);
        assert_string_equal(seen[0].body, "[{\"id\":2},{\"id\":3}]");
        model_done(&m);
    }
}

/* A recorded batch goes back whole; but one in doubt has to go again as it is, and would only be leased once more. */
static void test_let_go_of_recorded_ones(void **state)
{
    (void)state;
    for (int in_doubt = 0; in_doubt < 2; in_doubt++) {
        begin(slowly, 2);
        m.config.work.concurrency = 1;
        m.config.work.adaptive = false;
        model_open(&m);
        model_put(&m, 1, 0);
        (void)model_run(&m, m.now + 200);
        assert_int_equal(psync_dispatcher_in_flight(m.d), 1);
        model_put(&m, 2, 0);
        for (uint32_t i = 0; i < 2; i++) {
            snprintf(m.messages[i + 1].batch_key, PSYNC_BATCH_KEY_MAX, "batch:0123");
            m.messages[i + 1].m.batch_pos = i;
            m.messages[i + 1].m.batch_count = 2;
            m.messages[i + 1].m.last_unanswered = in_doubt && i == 0;
        }
        model_step(&m);
        assert_int_equal(psync_dispatcher_held(m.d), 3);
        assert_int_equal(let_go(2), in_doubt ? 0 : 2);
        assert_int_equal(psync_dispatcher_held(m.d), in_doubt ? 3 : 1);
        assert_true(model_run(&m, m.now + HOUR));
        assert_int_equal(m.done, in_doubt ? 3 : 1);
        model_done(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forming),
        cmocka_unit_test(test_verdicts_name_their_answer),
        cmocka_unit_test(test_max_bytes),
        cmocka_unit_test(test_one_message_a_subject),
        cmocka_unit_test(test_no_answer_same_batch_again),
        cmocka_unit_test(test_lowered_size),
        cmocka_unit_test(test_binding_fails),
        cmocka_unit_test(test_stop_while_binding),
        cmocka_unit_test(test_incomplete_batch),
        cmocka_unit_test(test_let_go_of_new_ones),
        cmocka_unit_test(test_let_go_of_recorded_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
