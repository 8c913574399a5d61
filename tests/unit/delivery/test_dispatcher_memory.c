/* test_dispatcher_memory - every allocation of the dispatcher fails once: it says NOMEM or makes do, and no message is
 * lost. The linker wraps the allocators and the dispatcher's functions (meson.build): only what is allocated inside of
 * these fails. */
#include "model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static bool inside;
static size_t allocations, fail_at; /* fail_at 0: none */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool fails(void)
{
    return inside && ++allocations == fail_at;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

#define WRAPPED(type, name, parameters, arguments)                                                                     \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        inside = true;                                                                                                 \
        type result = __real_##name arguments;                                                                         \
        inside = false;                                                                                                \
        return result;                                                                                                 \
    }
#define WRAPPED_VOID(name, parameters, arguments)                                                                      \
    void __real_##name parameters;                                                                                     \
    void __wrap_##name parameters;                                                                                     \
    void __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        inside = true;                                                                                                 \
        __real_##name arguments;                                                                                       \
        inside = false;                                                                                                \
    }

WRAPPED(enum psync_result, psync_dispatcher_offer,
        (struct psync_dispatcher * d, struct psync_message *message, psync_ms now), (d, message, now))
WRAPPED(bool, psync_dispatcher_next, (struct psync_dispatcher * d, psync_ms now, struct psync_effect *e), (d, now, e))
WRAPPED_VOID(psync_dispatcher_result,
             (struct psync_dispatcher * d, struct psync_request *request, const struct psync_response *r, psync_ms now),
             (d, request, r, now))
WRAPPED_VOID(psync_dispatcher_bound,
             (struct psync_dispatcher * d, struct psync_request *request, bool recorded, psync_ms now),
             (d, request, recorded, now))
WRAPPED_VOID(psync_dispatcher_leased, (struct psync_dispatcher * d, const struct psync_want *want), (d, want))

static struct model m;

/* Something of everything: a poison, a lost answer, throttling, answers by items, faults. */
static struct model_answer variety(struct model *model, const struct psync_request *r)
{
    static const char items[] = "[{\"status\":200},{\"status\":503},{\"status\":200}]";
    size_t n = model->requests;

    for (size_t i = 0; i < r->n_members; i++) {
        if (r->members[i]->subject.product == 5)
            return (struct model_answer){.status = 422, .content_type = "application/problem+json",
                                         .body = "{\"type\":\"https://p.example/bad\"}"};
    }
    if (n == 2 || n == 3)
        return (struct model_answer){.transport = PSYNC_NET_RESET, .sent = true, .lost = true};
    if (n == 4)
        return (struct model_answer){.status = 429, .retry_after = "1"};
    if (n == 6)
        return (struct model_answer){.status = 502, .body = "bad gateway"};
    if (r->batch && r->n_members == 3 && n % 2 == 1)
        return (struct model_answer){.status = 207, .body = items, .failed_items = 2};
    return (struct model_answer){.status = 200};
}

/* One run in which the `nth` allocation fails; how many there were. */
static size_t run(size_t nth)
{
    model_init(&m, variety);
    m.config.batch.size = 4;
    m.config.work.concurrency = 3;
    m.bind_takes = 2;
    model_open(&m);
    model_put(&m, 23, 0);
    allocations = 0;
    fail_at = nth;
    assert_true(model_run(&m, m.now + 10 * HOUR));
    fail_at = 0;
    assert_int_equal(psync_dispatcher_held(m.d), 0);
    for (size_t i = 0; i < m.n; i++) {
        assert_int_equal(m.messages[i].state == PSYNC_STATE_DEAD, i == 4);
        assert_int_equal(m.messages[i].effects, i != 4); /* exactly once */
        if (m.messages[i].state == PSYNC_STATE_DEAD)
            assert_memory_equal(m.messages[i].last_error, "HTTP 422", 8);
    }
    model_done(&m);
    return allocations;
}

static void test_each_allocation_fails_once(void **state)
{
    size_t all = run(0);

    (void)state;
    assert_true(all > 30);
    for (size_t nth = 1; nth <= all; nth++)
        run(nth);
}

static void test_new_and_configure(void **state)
{
    struct psync_dispatcher_open open = {.config = &m.config, .now = MODEL_BEGIN};
    struct psync_dispatcher *d = NULL;
    size_t nth = 0;

    (void)state;
    model_init(&m, variety);
    m.config.n_destinations = 2;
    do {
        allocations = 0;
        fail_at = ++nth;
        inside = true;
        d = psync_dispatcher_new(&open);
        inside = false;
    } while (d == NULL);
    assert_true(nth > 8);

    struct psync_config changed = m.config;
    changed.n_destinations = 3;
    changed.breaker.refusals = 7;
    enum psync_result result = PSYNC_NOMEM;
    for (nth = 1; result == PSYNC_NOMEM; nth++) {
        allocations = 0;
        fail_at = nth;
        inside = true;
        result = psync_dispatcher_configure(d, &changed, MODEL_BEGIN);
        inside = false;
        assert_int_equal(psync_dispatcher_uses(d, &m.config), result == PSYNC_NOMEM); /* the old settings stay */
    }
    fail_at = 0;
    assert_int_equal(result, PSYNC_OK);
    assert_true(nth > 8);
    psync_dispatcher_free(d);
    model_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation_fails_once),
        cmocka_unit_test(test_new_and_configure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
