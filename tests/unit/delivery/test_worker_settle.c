/* test_worker_settle - verdicts gathered for the queue: those of one answer to a batch are recorded together or not at
 * all, however many they are and whichever allocation fails.
 *
 * The queue is replaced at link time by one that only notes what it is given. */
#include "delivery/dispatcher_impl.h"
#include "delivery/worker_impl.h"
#include "delivery_fixture.h"

#include <errno.h>
#include <stdlib.h>

/* ---- the queue that notes ---- */
enum { CALLS_MAX = 64, BATCHES = 8 };
static struct call {
    size_t n, of_batch[BATCHES];
} calls[CALLS_MAX];
static size_t n_calls;
static enum psync_result answer;

enum psync_result __wrap_psync_queue_settle_async(struct psync_queue *q, struct psync_settle *settles, size_t n,
                                                  psync_settle_done *done, void *arg);
enum psync_result __wrap_psync_queue_settle_async(struct psync_queue *q, struct psync_settle *settles, size_t n,
                                                  psync_settle_done *done, void *arg)
{
    (void)q;
    assert_true(n_calls < CALLS_MAX);
    if (answer != PSYNC_OK)
        return answer;
    struct call *call = &calls[n_calls++];
    *call = (struct call){.n = n};
    for (size_t i = 0; i < n; i++) /* a message's product tells its batch */
        call->of_batch[settles[i].message->subject.product - 1]++;
    done(arg, PSYNC_OK, settles, n);
    return PSYNC_OK;
}

/* ---- failing on purpose ---- */
static long countdown; /* the allocation that fails; 0: none */
static bool failed;

void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool fails(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    failed = true;
    return true;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

/* ---- and locks that cannot be made ---- */
static bool no_mutex, no_cond;

int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr);
int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr);
int __real_pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr);
int __wrap_pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr);

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    return no_mutex ? ENOMEM : __real_pthread_mutex_init(mutex, attr);
}

int __wrap_pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    return no_cond ? ENOMEM : __real_pthread_cond_init(cond, attr);
}

/* ---- a worker, as far as settling needs one ---- */
static struct psync_worker worker;
static struct psync_engine_port port;

static void begin(void)
{
    n_calls = 0;
    answer = PSYNC_OK;
    worker = (struct psync_worker){.next_due = PSYNC_MS_NEVER};
    assert_int_equal(pthread_mutex_init(&worker.mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&worker.changed, NULL), 0);
    psync_list_init(&worker.bound);
    psync_worker_port(&worker, &port);
}

static void end(void)
{
    psync_worker_settle_flush(&worker);
    assert_null(worker.group);
    assert_int_equal(worker.outstanding, 0);
    pthread_cond_destroy(&worker.changed);
    pthread_mutex_destroy(&worker.mutex);
}

/* `n` verdicts of one answer to a batch; number 0: of single messages. */
static void settle(uint64_t batch, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        long later = countdown;
        countdown = 0;
        struct held *h = psync_held_new(product_message("default", (int64_t)batch + 1, (uint32_t)i));
        assert_non_null(h);
        countdown = later;
        h->settlement.batch = batch;
        h->settlement.settle.verdict = PSYNC_VERDICT_DONE;
        port.settle(port.arg, &h->settlement);
    }
}

/* How many of a batch were recorded; all in one call, or the test fails. */
static size_t recorded(uint64_t batch)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_calls; i++) {
        assert_true(batch == 0 || sum == 0 || calls[i].of_batch[batch] == 0);
        sum += calls[i].of_batch[batch];
    }
    return sum;
}

static void test_a_batch_is_never_parted(void **state)
{
    static const size_t before[] = {0, 1, 100, 127, 128, 129}, sizes[] = {2, 28, 29, 128, 129, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            begin();
            settle(0, before[i]);
            settle(1, sizes[k]);
            settle(2, sizes[k]);
            settle(0, 5);
            end();
            assert_int_equal(recorded(0), before[i] + 5);
            assert_int_equal(recorded(1), sizes[k]);
            assert_int_equal(recorded(2), sizes[k]);
        }
    }
}

/* Single verdicts fill groups of bounded size. */
static void test_groups_are_bounded(void **state)
{
    (void)state;
    begin();
    settle(0, 1000);
    end();
    assert_int_equal(recorded(0), 1000);
    for (size_t i = 0; i < n_calls; i++)
        assert_true(calls[i].n <= 128);
}

static void test_no_memory_drops_a_batch_whole(void **state)
{
    long n = 1;
    (void)state;
    for (failed = true; failed; n++) {
        failed = false;
        begin();
        countdown = n;
        settle(1, 100);
        settle(2, 1000);
        settle(3, 200);
        settle(4, 3);
        countdown = 0;
        end();
        static const size_t sizes[] = {0, 100, 1000, 200, 3};
        size_t lost = 0;
        for (uint64_t b = 1; b <= 4; b++) {
            assert_true(recorded(b) == sizes[b] || recorded(b) == 0);
            lost += recorded(b) == 0;
        }
        assert_int_equal(lost, failed ? 1 : 0);
    }
    assert_true(n > 8); /* it did allocate */
}

static void test_a_refused_group_is_dropped_whole(void **state)
{
    (void)state;
    begin();
    settle(1, 50);
    settle(2, 200);
    answer = PSYNC_NOMEM;
    psync_worker_settle_flush(&worker);
    answer = PSYNC_OK;
    settle(3, 10);
    end();
    assert_int_equal(recorded(1), 0);
    assert_int_equal(recorded(2), 0);
    assert_int_equal(recorded(3), 10);
}

static void test_no_lock_no_worker(void **state)
{
    struct psync_config *config = SETTINGS("destination.url=http://127.0.0.1:9/");
    struct psync_worker_open open = {.config = config};
    struct psync_worker *w = NULL;
    (void)state;
    for (int i = 0; i < 2; i++) {
        no_mutex = i == 0;
        no_cond = i == 1;
        enum psync_result r = psync_worker_new(&open, &w, NULL);
        no_mutex = no_cond = false;
        assert_int_equal(r, PSYNC_NOMEM);
        assert_null(w);
    }
    psync_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_batch_is_never_parted),
        cmocka_unit_test(test_groups_are_bounded),
        cmocka_unit_test(test_no_memory_drops_a_batch_whole),
        cmocka_unit_test(test_a_refused_group_is_dropped_whole),
        cmocka_unit_test(test_no_lock_no_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
