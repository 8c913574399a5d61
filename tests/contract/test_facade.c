/* test_facade - what the facade itself promises, on a driver made for it: group commits, operations that are done again
 * alone, capabilities that are not there, a driver that fails. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NO_MEMORY = 13, NO_SPACE = 14, BROKEN = 15 }; /* products the driver has trouble with */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool closed, waiting; /* the gate before a commit; somebody waits at it */
    int commits, answers, settles; /* settles: how often the driver was asked to, since the test began */
    size_t settled[4];             /* how many verdicts each time */
    char results[64];
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* ---- the driver ---- */
static enum psync_result fake_open(const struct psync_queue_conf *conf, psync_ms now, struct psync_log *log,
                                   void **ret_self, struct psync_error *err)
{
    (void)conf;
    (void)now;
    (void)log;
    (void)err;
    *ret_self = &gate;
    return PSYNC_OK;
}

static void fake_close(void *self)
{
    (void)self;
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
        default: break;
        }
    }
    return PSYNC_OK;
}

/* The first one finds no memory. */
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
    return gate.settles++ == 0 ? PSYNC_NOMEM : PSYNC_OK;
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
    .name = "fake", .open = fake_open, .close = fake_close, .put = fake_put, .settle = fake_settle,
    .commit = fake_commit,
};

/* ---- the tests ---- */
static struct psync_queue *open_fake(void)
{
    static const struct psync_queue_conf conf = {.driver = "fake", .path = "", .commit_wait = 1, .commit_count = 256};
    struct psync_queue *q = NULL;
    struct psync_error err;
    gate.closed = gate.waiting = false;
    gate.commits = gate.answers = gate.settles = 0;
    gate.results[0] = '\0';
    assert_int_equal(psync_queue_new(&(struct psync_queue_open){.conf = &conf, .driver = &fake}, &q, &err), PSYNC_OK);
    return q;
}

static struct psync_put put_of(int64_t product)
{
    return (struct psync_put){.destination = "d", .key = "k", .type = "t", .trace = "", .subject = {product, ""},
                              .payload = PSYNC_SPAN("{}")};
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
                 r == PSYNC_OK && puts->ret_outcome == PSYNC_PUT_FULL ? "/full" : "");
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
        settles[i] = (struct psync_settle){.message = &message, .verdict = PSYNC_VERDICT_DONE,
                                           .attempt = {.error = "", .problem = ""}};
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

static void what_a_driver_cannot_is_said(void **state)
{
    struct psync_error err = {0};
    struct psync_queue *q = open_fake();
    struct psync_filter filter = {.any_state = true, .cursor = ""};
    (void)state;
    assert_int_equal(psync_queue_extend(q, NULL, 0, 0, &err), PSYNC_REJECT);
    assert_string_equal(err.text, "the queue driver fake cannot extend leases");
    assert_int_equal(psync_queue_bind(q, NULL, 0, "", &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "batch.size = 1"));
    assert_int_equal(psync_queue_list(q, &filter, 1, NULL, NULL, &err), PSYNC_REJECT);
    assert_int_equal(psync_queue_outcomes(q, 0, 1, NULL, NULL, &err), PSYNC_REJECT);
    assert_int_equal(psync_queue_capabilities(q), 0);
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
        cmocka_unit_test(what_a_driver_cannot_is_said),
        cmocka_unit_test(an_unknown_driver_is_refused),
    };
    return cmocka_run_group_tests_name("facade", tests, NULL, NULL);
}
