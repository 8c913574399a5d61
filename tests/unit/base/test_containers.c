/* List, heap and map against plain models of themselves. */
#include "base/containers.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/random.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS = 500, STEPS = 20000 };

struct item {
    int number;
    struct psync_link link;
    struct psync_heap_item timer;
};

static struct item *of_link(struct psync_link *link)
{
    return PSYNC_CONTAINER(link, struct item, link);
}

static struct item *of_timer(struct psync_heap_item *timer)
{
    return PSYNC_CONTAINER(timer, struct item, timer);
}

/* ---- list ---- */

static void list_is_first_in_first_out(void **state)
{
    (void)state;
    struct psync_link head;
    struct item items[5];
    psync_list_init(&head);
    assert_true(psync_list_empty(&head));
    assert_null(psync_list_pop(&head));
    for (int i = 0; i < 5; i++) {
        items[i].number = i;
        psync_list_push(&head, &items[i].link);
    }
    assert_false(psync_list_empty(&head));
    psync_list_remove(&items[2].link);
    psync_list_remove(&items[2].link); /* it is a list of its own now */
    assert_true(psync_list_empty(&items[2].link));
    static const int order[] = {0, 1, 3, 4};
    for (int i = 0; i < 4; i++)
        assert_int_equal(of_link(psync_list_pop(&head))->number, order[i]);
    assert_null(psync_list_pop(&head));
    psync_list_push(&head, &items[2].link);
    assert_ptr_equal(psync_list_pop(&head), &items[2].link);
}

/* ---- heap ---- */

static void heap_gives_the_earliest_and_ties_by_arrival(void **state)
{
    (void)state;
    static const psync_ms due[] = {50, 10, 50, 10, PSYNC_MS_NEVER, 10, -5, 50};
    static const int order[] = {6, 1, 3, 5, 0, 2, 7, 4};
    struct psync_heap h;
    struct item items[8];
    psync_heap_init(&h);
    assert_null(psync_heap_first(&h));
    for (int i = 0; i < 8; i++) {
        items[i].number = i;
        psync_heap_item_init(&items[i].timer);
        assert_int_equal(psync_heap_add(&h, &items[i].timer, due[i]), PSYNC_OK);
    }
    for (int i = 0; i < 8; i++) {
        struct item *first = of_timer(psync_heap_first(&h));
        assert_int_equal(first->number, order[i]);
        psync_heap_remove(&h, &first->timer);
        psync_heap_remove(&h, &first->timer); /* outside already */
        assert_true(first->timer.index == SIZE_MAX);
    }
    assert_null(psync_heap_first(&h));
    psync_heap_done(&h);
}

/* The item the heap must name first. */
static struct item *model_first(struct item *items, const bool *inside)
{
    struct item *first = NULL;
    for (int i = 0; i < ITEMS; i++) {
        struct item *it = &items[i];
        if (inside[i] && (first == NULL || it->timer.due < first->timer.due ||
                          (it->timer.due == first->timer.due && it->timer.order < first->timer.order)))
            first = it;
    }
    return first;
}

static void heap_survives_random_adds_and_removes(void **state)
{
    (void)state;
    static struct item items[ITEMS];
    static bool inside[ITEMS];
    struct psync_heap h;
    struct psync_random r;
    psync_heap_init(&h);
    psync_random_init(&r, 1);
    for (int i = 0; i < ITEMS; i++)
        psync_heap_item_init(&items[i].timer);
    for (int step = 0; step < STEPS; step++) {
        uint64_t x = psync_random_next(&r);
        int i = (int)(x % ITEMS);
        if (inside[i])
            psync_heap_remove(&h, &items[i].timer);
        else
            assert_int_equal(psync_heap_add(&h, &items[i].timer, (psync_ms)(x >> 40) % 50), PSYNC_OK);
        inside[i] = !inside[i];
        if (step % 10 == 0) {
            struct item *first = model_first(items, inside);
            assert_ptr_equal(psync_heap_first(&h), first != NULL ? &first->timer : NULL);
        }
    }
    psync_heap_done(&h);
}

/* Whatever leaves from the middle, the rest still leaves in order. */
static void heap_drains_in_order_after_removals(void **state)
{
    (void)state;
    static struct item items[ITEMS];
    struct psync_random r;
    psync_random_init(&r, 3);
    for (int round = 0; round < 300; round++) {
        struct psync_heap h;
        psync_heap_init(&h);
        int n = 1 + round % 100;
        for (int i = 0; i < n; i++) {
            psync_heap_item_init(&items[i].timer);
            assert_int_equal(psync_heap_add(&h, &items[i].timer, (psync_ms)(psync_random_next(&r) % 60)), PSYNC_OK);
        }
        for (int i = 0; i < n / 3; i++)
            psync_heap_remove(&h, &items[psync_random_next(&r) % (uint64_t)n].timer);
        const struct psync_heap_item *last = NULL;
        for (struct psync_heap_item *first; (first = psync_heap_first(&h)) != NULL; last = first) {
            if (last != NULL)
                assert_true(last->due < first->due || (last->due == first->due && last->order < first->order));
            psync_heap_remove(&h, first);
        }
        psync_heap_done(&h);
    }
}

/* ---- map ---- */

static void map_answers_for_keys_of_any_bytes(void **state)
{
    (void)state;
    struct psync_map m;
    int a, b, c;
    psync_map_init(&m);
    assert_null(psync_map_get(&m, PSYNC_SPAN("a")));
    assert_null(psync_map_remove(&m, PSYNC_SPAN("a")));
    assert_int_equal(psync_map_set(&m, PSYNC_SPAN("a\0x"), &a), PSYNC_OK);
    assert_int_equal(psync_map_set(&m, PSYNC_SPAN("a\0y"), &b), PSYNC_OK);
    assert_int_equal(psync_map_set(&m, (struct psync_span){NULL, 0}, &c), PSYNC_OK);
    assert_ptr_equal(psync_map_get(&m, PSYNC_SPAN("a\0x")), &a);
    assert_ptr_equal(psync_map_get(&m, PSYNC_SPAN("a\0y")), &b);
    assert_ptr_equal(psync_map_get(&m, PSYNC_SPAN("")), &c);
    assert_null(psync_map_get(&m, PSYNC_SPAN("a")));
    assert_int_equal(psync_map_set(&m, PSYNC_SPAN("a\0x"), &c), PSYNC_OK); /* replaces */
    assert_int_equal(m.len, 3);
    assert_ptr_equal(psync_map_get(&m, PSYNC_SPAN("a\0x")), &c);
    assert_ptr_equal(psync_map_remove(&m, PSYNC_SPAN("a\0x")), &c);
    assert_null(psync_map_remove(&m, PSYNC_SPAN("a\0x")));
    assert_int_equal(m.len, 2);
    psync_map_done(&m);
}

static size_t count_by_iteration(const struct psync_map *m)
{
    size_t cursor = 0, n = 0;
    while (psync_map_next(m, &cursor) != NULL)
        n++;
    return n;
}

static void map_survives_random_sets_and_removes(void **state)
{
    (void)state;
    static char keys[ITEMS][24];
    static int *inside[ITEMS];
    static int values[ITEMS];
    struct psync_map m;
    struct psync_random r;
    size_t len = 0;
    psync_map_init(&m);
    psync_random_init(&r, 2);
    for (int i = 0; i < ITEMS; i++)
        (void)snprintf(keys[i], sizeof keys[i], "product:%d", i);
    for (int step = 0; step < STEPS; step++) {
        uint64_t x = psync_random_next(&r);
        int i = (int)(x % ITEMS);
        struct psync_span key = {keys[i], strlen(keys[i])};
        if (x >> 40 & 1) {
            assert_int_equal(psync_map_set(&m, key, &values[i]), PSYNC_OK);
            len += inside[i] == NULL;
            inside[i] = &values[i];
        } else {
            assert_ptr_equal(psync_map_remove(&m, key), inside[i]);
            len -= inside[i] != NULL;
            inside[i] = NULL;
        }
        assert_int_equal(m.len, len);
        if (step % 100 != 0)
            continue;
        assert_int_equal(count_by_iteration(&m), len);
        for (int k = 0; k < ITEMS; k++)
            assert_ptr_equal(psync_map_get(&m, (struct psync_span){keys[k], strlen(keys[k])}), inside[k]);
    }
    psync_map_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_is_first_in_first_out),
        cmocka_unit_test(heap_gives_the_earliest_and_ties_by_arrival),
        cmocka_unit_test(heap_survives_random_adds_and_removes),
        cmocka_unit_test(heap_drains_in_order_after_removals),
        cmocka_unit_test(map_answers_for_keys_of_any_bytes),
        cmocka_unit_test(map_survives_random_sets_and_removes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
