/* test_threads - many producers, a worker, readers and a sweeper on one queue: nothing is lost, nothing comes twice.
 *
 * To be run under TSan too. */
#include "fixture.h"

#include "queue/key.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRODUCERS = 4, EACH = 300, ALL = PRODUCERS * EACH };

struct shared {
    struct fixture f;
    atomic_int delivered[ALL + 1]; /* by product */
    atomic_int n_delivered, refused;
    pthread_mutex_t lock;
    pthread_cond_t ready;
    bool is_ready;
};

static void on_ready(void *arg)
{
    struct shared *s = arg;
    pthread_mutex_lock(&s->lock);
    s->is_ready = true;
    pthread_cond_signal(&s->ready);
    pthread_mutex_unlock(&s->lock);
}

static void wait_until_ready(struct shared *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->is_ready)
        pthread_cond_wait(&s->ready, &s->lock);
    s->is_ready = false;
    pthread_mutex_unlock(&s->lock);
}

struct producer {
    struct shared *s;
    int64_t first;
};

static void *produce(void *arg)
{
    struct producer *p = arg;
    for (int64_t product = p->first; product < p->first + EACH; product++) {
        char key[PSYNC_PRODUCT_KEY_MAX], payload[64];
        int len = snprintf(payload, sizeof payload, "{\"id\":%lld}", (long long)product);
        struct psync_put put = {.destination = "default", .key = key, .type = "t", .trace = "",
                                .subject = {product, ""},
                                .payload = {payload, (size_t)len}, .created_at = fixture_now};
        if (psync_key_product(&put.subject, put.type, 0, put.payload, key) != PSYNC_OK ||
            psync_queue_put(p->s->f.q, &put, 1, NULL) != PSYNC_OK || put.ret_outcome != PSYNC_PUT_NEW)
            atomic_fetch_add(&p->s->refused, 1);
    }
    return NULL;
}

/* ---- the worker: asynchronous, as the engine does it ---- */
struct flight {
    struct shared *s;
    struct psync_settle settles[16];
    struct psync_message *messages[16];
};

static void settled(void *arg, enum psync_result r, struct psync_settle *settles, size_t n)
{
    struct flight *fl = arg;
    for (size_t i = 0; i < n; i++) {
        if (r == PSYNC_OK && settles[i].ret == PSYNC_OK && settles[i].verdict == PSYNC_VERDICT_DONE) {
            atomic_fetch_add(&fl->s->delivered[fl->messages[i]->subject.product], 1);
            atomic_fetch_add(&fl->s->n_delivered, 1);
        }
        psync_message_free(fl->messages[i]);
    }
    on_ready(fl->s);
    free(fl);
}

static void leased(void *arg, enum psync_result r, struct psync_message **messages, size_t n, psync_ms next_due)
{
    struct shared *s = arg;
    struct flight *fl = n > 0 ? calloc(1, sizeof *fl) : NULL;
    (void)next_due;
    if (r != PSYNC_OK || fl == NULL)
        return;
    fl->s = s;
    for (size_t i = 0; i < n; i++) {
        bool again = messages[i]->tries == 0 && messages[i]->subject.product % 7 == 0;
        bool dead = messages[i]->tries == 0 && messages[i]->subject.product % 11 == 0;
        fl->messages[i] = messages[i];
        fl->settles[i] = (struct psync_settle){
            .message = messages[i], .not_before = fixture_now,
            .verdict = again ? PSYNC_VERDICT_RETRY : dead ? PSYNC_VERDICT_DEAD : PSYNC_VERDICT_DONE,
            .attempt = {.at = fixture_now, .status = again || dead ? 500 : 200, .error = again || dead ? "e" : "",
                        .problem = ""}};
    }
    free(messages);
    if (psync_queue_settle_async(s->f.q, fl->settles, n, settled, fl) != PSYNC_OK)
        abort();
}

static void *work(void *arg)
{
    struct shared *s = arg;
    struct psync_want want = {"default", 16, fixture_now + 600000};
    while (atomic_load(&s->n_delivered) < ALL) {
        wait_until_ready(s);
        if (psync_queue_lease_async(s->f.q, &want, 1, leased, s) != PSYNC_OK)
            abort();
        if (psync_queue_lease_async(s->f.q, &want, 1, leased, s) != PSYNC_OK)
            abort();
    }
    return NULL;
}

static bool see_row(void *arg, const struct psync_row *row)
{
    *(size_t *)arg += row->payload.len;
    return true;
}

static bool see_destination(void *arg, const struct psync_destination_row *row)
{
    *(size_t *)arg += row->counts.in_flight;
    return true;
}

static void *read_and_sweep(void *arg)
{
    struct shared *s = arg;
    size_t seen = 0;
    while (atomic_load(&s->n_delivered) < ALL) {
        struct psync_error err;
        struct psync_filter in_flight = {.state = PSYNC_STATE_IN_FLIGHT, .cursor = ""},
            any = {.any_state = true, .cursor = ""};
        struct psync_select all = {.force = true};
        struct psync_figures figures = {.state = "x"};
        bool ok = psync_queue_list(s->f.q, &in_flight, 5, see_row, &seen, &err) == PSYNC_OK &&
                  psync_queue_list(s->f.q, &any, 5, see_row, &seen, &err) == PSYNC_OK &&
                  psync_queue_destinations(s->f.q, see_destination, &seen, &err) == PSYNC_OK &&
                  psync_queue_requeue(s->f.q, &all, &err) == PSYNC_OK &&
                  psync_queue_note(s->f.q, "default", &figures) == PSYNC_OK;
        if (!ok)
            atomic_fetch_add(&s->refused, 1);
    }
    return NULL;
}

static void everybody_at_once(void **state)
{
    static struct shared s;
    pthread_t threads[PRODUCERS + 2];
    struct producer producers[PRODUCERS];
    struct psync_error err = {0};
    (void)state;
    fixture_init(&s.f, &psync_driver_sqlite);
    fixture_close(&s.f);
    pthread_mutex_init(&s.lock, NULL);
    pthread_cond_init(&s.ready, NULL);
    assert_int_equal(psync_queue_new(&(struct psync_queue_open){.conf = &s.f.conf, .clock = fixture_clock,
                                                                .on_ready = on_ready,
                                                                .arg = &s}, &s.f.q, &err), PSYNC_OK);
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){&s, 1 + (int64_t)i * EACH};
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    assert_int_equal(pthread_create(&threads[PRODUCERS], NULL, work, &s), 0);
    assert_int_equal(pthread_create(&threads[PRODUCERS + 1], NULL, read_and_sweep, &s), 0);
    for (int i = 0; i < PRODUCERS + 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&s.refused), 0);
    for (int product = 1; product <= ALL; product++)
        assert_int_equal(atomic_load(&s.delivered[product]), 1);
    assert_int_equal(fixture_counts(&s.f).done, ALL);
    fixture_check(&s.f);
    fixture_done(&s.f);
}

/* What was submitted before the end is done, and its callback called. */
static void count_put(void *arg, enum psync_result r, const char *why, struct psync_put *puts, size_t n)
{
    (void)why;
    (void)puts;
    (void)n;
    *(int *)arg += r == PSYNC_OK;
}

static void freeing_finishes_what_was_submitted(void **state)
{
    struct fixture f;
    int done = 0;
    struct psync_put puts[8];
    (void)state;
    fixture_init(&f, &psync_driver_sqlite);
    for (int i = 0; i < 8; i++) {
        puts[i] = fixture_put_of(i + 1, 0);
        assert_int_equal(psync_queue_put_async(f.q, &puts[i], 1, count_put, &done), PSYNC_OK);
    }
    fixture_close(&f);
    assert_int_equal(done, 8);
    fixture_open(&f);
    assert_int_equal(fixture_counts(&f).ready, 8);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_at_once),
        cmocka_unit_test(freeing_finishes_what_was_submitted),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
