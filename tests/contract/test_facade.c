/* test_facade - what the facade itself promises, on a driver made for it: group commits, operations that are done again
 * alone, the order within a round, bounds, capabilities that are not there, a driver that fails. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Products the driver has trouble with. The last: while it is put for the second time, a reader fails. */
enum { NO_MEMORY = 13, NO_SPACE = 14, BROKEN = 15, UNREADABLE = 16 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool closed, waiting; /* the gate before a commit; somebody waits at it */
    int commits, answers, unreadable_puts, sweeps, wakes;
    int settles;       /* how often the driver was asked to, since the test began */
    size_t settled[4]; /* how many verdicts each time */
    bool scarce, has_message, ran_out; /* for the first settle, for lease, for tidy */
    char results[64], calls[256];
    struct psync_queue *q;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* ---- the driver ---- */
static enum psync_result fake_open(const struct psync_queue_conf *conf, bool full_disk_ok, psync_ms now,
                                   struct psync_log *log, void **ret_self, struct psync_error *err)
{
    (void)conf;
    (void)full_disk_ok;
    (void)now;
    (void)log;
    (void)err;
    *ret_self = &gate;
    return PSYNC_OK;
}

static void fake_close(void *self, bool sound)
{
    (void)self;
    (void)sound;
}

static void note_call(const char *name)
{
    pthread_mutex_lock(&gate.lock);
    size_t at = strlen(gate.calls);
    snprintf(gate.calls + at, sizeof gate.calls - at, "%s ", name);
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static enum psync_result fake_list(void *self, const struct psync_filter *filter, size_t n, psync_visit_row *visit,
                                   void *arg, struct psync_error *err)
{
    (void)self;
    (void)filter;
    (void)n;
    (void)visit;
    (void)arg;
    return psync_fail(err, PSYNC_FATAL, "a page cannot be read");
}

static void read_and_fail(struct psync_queue *q)
{
    struct psync_error err = {0};
    const struct psync_filter any = {.any_state = true, .cursor = ""};
    assert_int_equal(psync_queue_list(q, &any, 1, NULL, NULL, &err), PSYNC_FATAL);
}

static enum psync_result fake_settle(void *self, struct psync_settle *settles, size_t n, psync_ms now,
                                     struct psync_error *err)
{
    (void)self;
    (void)now;
    (void)err;
    if (gate.settles < 4)
        gate.settled[gate.settles] = n;
    for (size_t i = 0; i < n; i++)
        settles[i].ret = PSYNC_OK;
    note_call(settles[0].verdict == PSYNC_VERDICT_RELEASE ? "release" : "settle");
    return gate.settles++ == 0 && gate.scarce ? PSYNC_NOMEM : PSYNC_OK;
}

static struct psync_message *new_message(void)
{
    const struct psync_message like = {.lease = 1, .key = "k", .destination = "d", .type = "t", .trace = "",
                                       .subject = {1, ""}, .payload = PSYNC_SPAN("{}"), .batch_key = ""};
    struct psync_message *m = psync_message_new(&like);
    assert_non_null(m);
    m->lease = 1;
    return m;
}

static enum psync_result fake_lease(void *self, const struct psync_want *want, psync_ms now, struct psync_message **ret,
                                    size_t *ret_n, psync_ms *ret_next_due, struct psync_error *err)
{
    (void)self;
    (void)now;
    (void)err;
    note_call("lease");
    if (strcmp(want->destination, "scarce") == 0)
        return PSYNC_NOMEM;
    *ret_n = 0;
    *ret_next_due = PSYNC_MS_NEVER;
    if (!gate.has_message)
        return PSYNC_EMPTY;
    ret[(*ret_n)++] = new_message();
    return PSYNC_OK;
}

/* Of dead letters there is always more. */
static enum psync_result fake_discard(void *self, struct psync_select *select, psync_ms now, struct psync_error *err)
{
    (void)self;
    (void)now;
    (void)err;
    select->ret_changed = 1;
    select->ret_more = !select->waiting;
    pthread_mutex_lock(&gate.lock);
    gate.sweeps++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
    return PSYNC_OK;
}

/* Finds no memory at first, and refuses then. */
static enum psync_result fake_hold(void *self, const char *destination, const struct psync_hold *hold,
                                   struct psync_error *err)
{
    (void)self;
    (void)hold;
    bool scarce = gate.scarce;
    gate.scarce = false;
    return scarce ? PSYNC_NOMEM : psync_fail(err, PSYNC_REJECT, "no room for %s", destination);
}

static enum psync_result fake_tidy(void *self, psync_ms now, bool *ret_readied, struct psync_error *err)
{
    (void)self;
    (void)now;
    (void)err;
    pthread_mutex_lock(&gate.lock);
    *ret_readied = gate.ran_out;
    gate.ran_out = false;
    pthread_mutex_unlock(&gate.lock);
    return PSYNC_EMPTY;
}

static enum psync_result fake_put(void *self, struct psync_put *puts, size_t n, psync_ms now, struct psync_error *err)
{
    (void)self;
    (void)now;
    for (size_t i = 0; i < n; i++) {
        puts[i].ret_outcome = PSYNC_PUT_NEW;
        switch (puts[i].subject.product) {
        case NO_MEMORY: return PSYNC_NOMEM;
        case NO_SPACE: return PSYNC_RETRY;
        case BROKEN: return psync_fail(err, PSYNC_FATAL, "the disk broke");
        case UNREADABLE:
            if (++gate.unreadable_puts == 2)
                read_and_fail(gate.q);
            break;
        default: break;
        }
    }
    return PSYNC_OK;
}

static enum psync_result fake_commit(void *self, struct psync_error *err)
{
    (void)self;
    (void)err;
    pthread_mutex_lock(&gate.lock);
    gate.commits++;
    gate.waiting = true;
    pthread_cond_broadcast(&gate.changed);
    while (gate.closed)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.waiting = false;
    pthread_mutex_unlock(&gate.lock);
    return PSYNC_OK;
}

static const struct psync_queue_driver fake = {
    .name = "fake", .capabilities = PSYNC_CAN_WITHDRAW, .open = fake_open, .close = fake_close, .put = fake_put, .lease = fake_lease,
    .settle = fake_settle, .discard = fake_discard, .hold = fake_hold, .commit = fake_commit,
    .tidy = fake_tidy, .list = fake_list,
};
/* One that does little. */
static const struct psync_queue_driver poor = {
    .name = "poor", .open = fake_open, .close = fake_close, .put = fake_put, .commit = fake_commit,
};

/* ---- the tests ---- */
static void count_wake(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&gate.lock);
    gate.wakes++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static struct psync_queue *open_driver(const struct psync_queue_driver *driver, psync_ms commit_wait)
{
    const struct psync_queue_conf conf = {.driver = driver->name, .path = "", .commit_wait = commit_wait,
                                          .commit_count = 256};
    const struct psync_queue_open open = {.conf = &conf, .driver = driver, .on_ready = count_wake};
    struct psync_error err;
    gate.q = NULL;
    gate.closed = gate.waiting = gate.scarce = gate.has_message = false;
    gate.commits = gate.answers = gate.settles = gate.unreadable_puts = gate.sweeps = gate.wakes = 0;
    gate.results[0] = gate.calls[0] = '\0';
    assert_int_equal(psync_queue_new(&open, &gate.q, &err), PSYNC_OK);
    return gate.q;
}

static struct psync_queue *open_fake(void)
{
    return open_driver(&fake, 1);
}

static struct psync_put put_of(int64_t product)
{
    return (struct psync_put){.destination = "d", .key = "k", .type = "t", .trace = "", .subject = {product, ""},
                              .payload = PSYNC_SPAN("{}")};
}

static struct psync_settle done_with(const struct psync_message *m)
{
    return (struct psync_settle){.message = m, .verdict = PSYNC_VERDICT_DONE, .attempt = {.error = "", .problem = ""}};
}

static void note_answer(void *arg, enum psync_result r, const char *why, struct psync_put *puts, size_t n)
{
    (void)arg;
    (void)why;
    (void)n;
    pthread_mutex_lock(&gate.lock);
    size_t at = strlen(gate.results);
    if (at < 40)
        snprintf(gate.results + at, sizeof gate.results - at, "%s%s ", psync_result_name(r),
                 r == PSYNC_OK && puts != NULL && puts->ret_outcome == PSYNC_PUT_FULL ? "/full" : "");
    gate.answers++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void wait_at_gate(void)
{
    pthread_mutex_lock(&gate.lock);
    while (!gate.waiting)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void set_gate(bool closed)
{
    pthread_mutex_lock(&gate.lock);
    gate.closed = closed;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void wait_for_answers(int n)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.answers < n)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

/* Submits the puts of these products while the first one's commit lasts: they are one group. */
static void put_as_group(struct psync_queue *q, struct psync_put *puts, size_t n)
{
    struct psync_put first = put_of(1);
    set_gate(true);
    assert_int_equal(psync_queue_put_async(q, &first, 1, note_answer, NULL), PSYNC_OK);
    wait_at_gate();
    for (size_t i = 0; i < n; i++)
        assert_int_equal(psync_queue_put_async(q, &puts[i], 1, note_answer, NULL), PSYNC_OK);
    set_gate(false);
    wait_for_answers((int)n + 1);
}

static void one_commit_serves_all_that_came_meanwhile(void **state)
{
    enum { MANY = 50 };
    struct psync_put puts[MANY];
    struct psync_queue *q = open_fake();
    (void)state;
    for (int i = 0; i < MANY; i++)
        puts[i] = put_of(100 + i);
    put_as_group(q, puts, MANY);
    assert_int_equal(gate.commits, 2);
    psync_queue_free(q);
}

static void trouble_with_one_is_not_the_others(void **state)
{
    struct psync_put puts[] = {put_of(2), put_of(NO_MEMORY), put_of(3), put_of(NO_SPACE), put_of(4)};
    struct psync_queue *q = open_fake();
    (void)state;
    put_as_group(q, puts, 5);
    assert_string_equal(gate.results, "ok ok nomem ok ok/full ok ");
    psync_queue_free(q);
}

/* What is settled by one call is settled by one commit, also when it has to be done again: a batch's verdicts. */
static void verdicts_of_one_call_never_part(void **state)
{
    enum { MANY = 1000 };
    static struct psync_settle settles[MANY];
    static const struct psync_message message = {.lease = 1};
    struct psync_error err = {0};
    struct psync_queue *q = open_fake();
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        settles[i] = done_with(&message);
    gate.scarce = true;
    assert_int_equal(psync_queue_settle(q, settles, MANY, &err), PSYNC_OK);
    assert_int_equal(gate.settles, 2);
    assert_int_equal(gate.settled[0], MANY);
    assert_int_equal(gate.settled[1], MANY);
    psync_queue_free(q);
}

static void after_a_fatal_one_nothing_goes(void **state)
{
    struct psync_error err = {0};
    struct psync_put broken = put_of(BROKEN), fine = put_of(2);
    struct psync_queue *q = open_fake();
    (void)state;
    assert_int_equal(psync_queue_put(q, &broken, 1, &err), PSYNC_FATAL);
    assert_string_equal(err.text, "the disk broke");
    assert_int_equal(psync_queue_put(q, &fine, 1, &err), PSYNC_FATAL);
    assert_int_equal(gate.commits, 0);
    psync_queue_free(q);
}

/* ---- a reader's failure ---- */
static void note_settled(void *arg, enum psync_result r, struct psync_settle *settles, size_t n)
{
    (void)settles;
    (void)n;
    note_answer(arg, r, "", NULL, 0);
}

static void wait_for_call(const char *name)
{
    pthread_mutex_lock(&gate.lock);
    while (strstr(gate.calls, name) == NULL)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void a_failed_read_answers_what_waits_for_its_commit(void **state)
{
    enum { LONG_MS = 3600 * 1000 };
    struct psync_queue *q = open_driver(&fake, LONG_MS);
    struct psync_message *m = new_message();
    struct psync_settle s = done_with(m);
    (void)state;
    assert_int_equal(psync_queue_settle_async(q, &s, 1, note_settled, NULL), PSYNC_OK);
    wait_for_call("settle");
    read_and_fail(q);
    wait_for_answers(1);
    assert_string_equal(gate.results, "fatal ");
    psync_queue_free(q);
    psync_message_free(m);
}

static void a_failed_read_loses_none_of_a_group_that_is_done_again(void **state)
{
    struct psync_put puts[] = {put_of(2), put_of(UNREADABLE), put_of(3), put_of(4), put_of(NO_MEMORY)};
    struct psync_queue *q = open_fake();
    (void)state;
    put_as_group(q, puts, 5);
    assert_string_equal(gate.results, "ok ok ok fatal fatal fatal ");
    psync_queue_free(q);
}

/* ---- order and bounds ---- */
static void note_leased(void *arg, enum psync_result r, struct psync_message **messages, size_t n, psync_ms next_due)
{
    (void)messages;
    (void)n;
    (void)next_due;
    note_answer(arg, r, "", NULL, 0);
}

/* A lease makes free what ran out: what was answered before a slow sync must be settled by then. */
static void verdicts_come_before_leases(void **state)
{
    struct psync_queue *q = open_fake();
    struct psync_put first = put_of(1);
    struct psync_want want = {"d", 1, 1};
    struct psync_message *m = new_message();
    struct psync_settle s = done_with(m);
    (void)state;
    set_gate(true);
    assert_int_equal(psync_queue_put_async(q, &first, 1, note_answer, NULL), PSYNC_OK);
    wait_at_gate();
    assert_int_equal(psync_queue_lease_async(q, &want, 1, note_leased, NULL), PSYNC_OK);
    assert_int_equal(psync_queue_settle_async(q, &s, 1, note_settled, NULL), PSYNC_OK);
    set_gate(false);
    wait_for_answers(3);
    assert_string_equal(gate.calls, "settle lease ");
    psync_queue_free(q);
    psync_message_free(m);
}

static void a_failed_lease_gives_back_what_earlier_wants_took(void **state)
{
    struct psync_queue *q = open_fake();
    struct psync_want wants[] = {{"d", 1, 1}, {"scarce", 1, 1}};
    struct psync_message **messages;
    struct psync_error err;
    size_t n;
    psync_ms due;
    (void)state;
    gate.has_message = true;
    assert_int_equal(psync_queue_lease(q, wants, 2, &messages, &n, &due, &err), PSYNC_NOMEM);
    assert_string_equal(gate.calls, "lease lease release ");
    psync_queue_free(q);
}

static void count_answer(void *arg, enum psync_result r, const char *why, struct psync_put *puts, size_t n)
{
    (void)arg;
    (void)r;
    (void)why;
    (void)puts;
    (void)n;
    pthread_mutex_lock(&gate.lock);
    gate.answers++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static int submit_until_refused(struct psync_queue *q, struct psync_put *put)
{
    enum { TOO_MANY = 200000 };
    int n = 0;
    while (n < TOO_MANY && psync_queue_put_async(q, put, 1, count_answer, NULL) == PSYNC_OK)
        n++;
    return n;
}

/* What was taken over by the queue's thread, and waits there, counts as well. */
static void what_waits_is_bounded(void **state)
{
    struct psync_queue *q = open_fake();
    struct psync_put put = put_of(2);
    (void)state;
    set_gate(true);
    assert_int_equal(psync_queue_put_async(q, &put, 1, count_answer, NULL), PSYNC_OK);
    wait_at_gate();
    int n = 1 + submit_until_refused(q, &put);
    assert_true(n < 100000);
    pthread_mutex_lock(&gate.lock); /* one commit passes, with one answer; the next one waits */
    gate.closed = gate.waiting = false;
    pthread_cond_broadcast(&gate.changed);
    while (gate.commits < 2)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.closed = true;
    pthread_mutex_unlock(&gate.lock);
    int more = submit_until_refused(q, &put);
    assert_true(more < 50000);
    set_gate(false);
    wait_for_answers(n + more);
    psync_queue_free(q);
}

static void *discard_all(void *result)
{
    struct psync_select all = {.destination = NULL};
    struct psync_error err;
    *(enum psync_result *)result = psync_queue_discard(gate.q, &all, &err);
    return NULL;
}

static void closing_ends_a_sweep(void **state)
{
    struct psync_queue *q = open_fake();
    enum psync_result r = PSYNC_OK;
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, discard_all, &r), 0);
    pthread_mutex_lock(&gate.lock);
    while (gate.sweeps < 3)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    psync_queue_free(q);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(r, PSYNC_RETRY);
}

static void what_becomes_ready_is_told(void **state)
{
    const char *id = "1";
    struct psync_select waiting = {.ids = &id, .n_ids = 1, .waiting = true};
    (void)state;
    gate.ran_out = true;
    struct psync_queue *q = open_fake();
    pthread_mutex_lock(&gate.lock);
    while (gate.wakes == 0) /* by tidying */
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    assert_int_equal(psync_queue_discard(q, &waiting, NULL), PSYNC_OK); /* which may let successors go */
    psync_queue_free(q);
    assert_int_equal(gate.wakes, 2);
}

static void a_reload_changes_the_limits(void **state)
{
    enum { LONG_MS = 3600 * 1000 };
    struct psync_queue *q = open_driver(&fake, LONG_MS);
    const struct psync_queue_conf next = {.driver = "other", .commit_wait = 1, .commit_count = 256};
    struct psync_message *m = new_message();
    struct psync_settle s = done_with(m);
    struct psync_error err;
    (void)state;
    assert_int_equal(psync_queue_configure(q, &next, &err), PSYNC_OK);
    assert_int_equal(psync_queue_settle(q, &s, 1, &err), PSYNC_OK); /* and does not wait for an hour */
    psync_queue_free(q);
    psync_message_free(m);
}

static void what_a_driver_cannot_is_said(void **state)
{
    struct psync_error err = {0};
    struct psync_queue *q = open_driver(&poor, 1);
    struct psync_filter filter = {.any_state = true, .cursor = ""};
    (void)state;
    assert_int_equal(psync_queue_extend(q, NULL, 0, 0, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "the queue driver poor cannot extend leases");
    const char *id = "1";
    struct psync_select waiting = {.ids = &id, .n_ids = 1, .waiting = true};
    assert_int_equal(psync_queue_discard(q, &waiting, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "the queue driver poor cannot discard what waits");
    assert_int_equal(psync_queue_bind(q, NULL, 0, "", &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "batch.size = 1"));
    assert_int_equal(psync_queue_list(q, &filter, 1, NULL, NULL, &err), PSYNC_REJECT);
    assert_int_equal(psync_queue_outcomes(q, 0, 1, NULL, NULL, &err), PSYNC_REJECT);
    assert_int_equal(psync_queue_capabilities(q), 0);
    psync_queue_free(q);
}

static void what_is_refused_when_done_again_is_told_why(void **state)
{
    struct psync_error err = {0};
    struct psync_queue *q = open_fake();
    (void)state;
    gate.scarce = true;
    assert_int_equal(psync_queue_hold(q, "d", &(struct psync_hold){0}, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "no room for d");
    psync_queue_free(q);
}

static void an_unknown_driver_is_refused(void **state)
{
    struct psync_error err = {0};
    struct psync_queue *q = NULL;
    const struct psync_queue_conf conf = {.driver = "carrier-pigeon", .path = ""};
    (void)state;
    assert_int_equal(psync_queue_new(&(struct psync_queue_open){.conf = &conf}, &q, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "carrier-pigeon"));
    assert_null(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_commit_serves_all_that_came_meanwhile),
        cmocka_unit_test(trouble_with_one_is_not_the_others),
        cmocka_unit_test(verdicts_of_one_call_never_part),
        cmocka_unit_test(after_a_fatal_one_nothing_goes),
        cmocka_unit_test(a_failed_read_answers_what_waits_for_its_commit),
        cmocka_unit_test(a_failed_read_loses_none_of_a_group_that_is_done_again),
        cmocka_unit_test(verdicts_come_before_leases),
        cmocka_unit_test(a_failed_lease_gives_back_what_earlier_wants_took),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(closing_ends_a_sweep),
        cmocka_unit_test(what_becomes_ready_is_told),
        cmocka_unit_test(a_reload_changes_the_limits),
        cmocka_unit_test(what_a_driver_cannot_is_said),
        cmocka_unit_test(what_is_refused_when_done_again_is_told_why),
        cmocka_unit_test(an_unknown_driver_is_refused),
    };
    return cmocka_run_group_tests_name("facade", tests, NULL, NULL);
}
