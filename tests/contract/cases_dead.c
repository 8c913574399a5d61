/* cases_dead - dead letters: groups, requeue, discard, replace, outcomes. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct groups {
    size_t n;
    struct psync_group g[8];
    char error[8][64];
};

static bool see_group(void *arg, const struct psync_group *g)
{
    struct groups *s = arg;
    s->g[s->n] = *g;
    snprintf(s->error[s->n], sizeof s->error[s->n], "%s|%s|%s", g->cause.problem, g->cause.error, g->example);
    s->n++;
    return true;
}

static struct groups groups_of(struct fixture *f)
{
    struct psync_error err;
    struct groups s = {.n = 0};
    assert_int_equal(psync_queue_dead_groups(f->q, NULL, see_group, &s, &err), PSYNC_OK);
    return s;
}

static void grouped_by_cause(struct fixture *f)
{
    char expected[64];
    const char *first = NULL;
    for (int64_t p = 1; p <= 4; p++) {
        const char *id = fixture_put(f, p, 0);
        first = p == 1 ? id : first;
        fixture_kill(f, p, p <= 3 ? 422 : 400);
        fixture_now++;
    }
    struct groups s = groups_of(f);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.g[0].count, 3);
    assert_int_equal(s.g[0].cause.status, 422);
    snprintf(expected, sizeof expected, "https://example.org/problem|refused|%s", first);
    assert_string_equal(s.error[0], expected);
    assert_int_equal(strlen(s.g[0].id), 16);
    assert_int_equal(s.g[0].newest - s.g[0].oldest, 2);
    assert_int_equal(s.g[1].count, 1);
    fixture_reopen(f);
    assert_int_equal(groups_of(f).n, 2);
}

static void requeue_by_group_all_and_id(struct fixture *f)
{
    struct psync_error err;
    for (int64_t p = 1; p <= 6; p++) {
        fixture_put(f, p, 0);
        fixture_kill(f, p, p <= 2 ? 422 : 400);
    }
    struct groups s = groups_of(f);
    struct psync_select by_group = {.group = s.g[1].id}, all = {.n_ids = 0}, discard_all = {.destination = "default"};
    assert_int_equal(psync_queue_requeue(f->q, &by_group, &err), PSYNC_OK);
    assert_int_equal(by_group.ret_changed, 2);
    assert_int_equal(groups_of(f).n, 1);
    struct leased l = fixture_lease(f, 64, fixture_now + 60000);
    assert_string_equal(fixture_products(&l), "1 2");
    fixture_free(&l);
    assert_int_equal(psync_queue_requeue(f->q, &all, &err), PSYNC_OK);
    assert_int_equal(all.ret_changed, 4);
    assert_int_equal(groups_of(f).n, 0);
    assert_int_equal(fixture_counts(f).dead, 0);
    const char *nobody[] = {"999999", "x", ""};
    struct psync_select ids = {.ids = nobody, .n_ids = 3};
    assert_int_equal(psync_queue_discard(f->q, &ids, &err), PSYNC_OK);
    assert_int_equal(ids.ret_missing, 3);
    fixture_kill(f, 3, 400);
    assert_int_equal(psync_queue_discard(f->q, &discard_all, &err), PSYNC_OK);
    assert_int_equal(discard_all.ret_changed, 1);
}

static void many_go_in_slices(struct fixture *f)
{
    enum { MANY = 603 };
    struct psync_error err;
    for (int64_t p = 1; p <= MANY; p++) {
        fixture_put(f, p, 0);
        fixture_kill(f, p, 400 + (int32_t)(p % 3));
    }
    struct psync_select all = {.destination = "default"};
    assert_int_equal(psync_queue_requeue(f->q, &all, &err), PSYNC_OK);
    assert_int_equal(all.ret_changed, MANY);
    assert_int_equal(fixture_counts(f).ready, MANY);
}

static void discarding_forgets_the_key(struct fixture *f)
{
    struct psync_error err;
    struct psync_put put = fixture_put_of(1, 0);
    fixture_try_put(f, &put);
    fixture_kill(f, 1, 422);
    struct psync_put again = put;
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_KNOWN);
    assert_int_equal(again.ret_state, PSYNC_STATE_DEAD);
    const char *ids[] = {put.ret_id};
    struct psync_select s = {.ids = ids, .n_ids = 1};
    assert_int_equal(psync_queue_discard(f->q, &s, &err), PSYNC_OK);
    assert_int_equal(s.ret_changed, 1);
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_NEW);
}

static void replaced_has_a_new_key(struct fixture *f)
{
    struct psync_error err;
    char key[PSYNC_KEY_MAX] = "", second[PSYNC_KEY_MAX] = "";
    struct psync_put put = fixture_put_of(1, 0), again = put;
    fixture_try_put(f, &put);
    fixture_kill(f, 1, 422);
    assert_int_equal(psync_queue_replace(f->q, put.ret_id, (struct psync_span){0}, key, &err), PSYNC_OK);
    assert_string_not_equal(key, put.key);
    assert_int_equal(psync_queue_replace(f->q, put.ret_id, (struct psync_span){0}, second, &err), PSYNC_EMPTY);
    struct psync_message *m = fixture_take(f, 1);
    assert_string_equal(m->key, key);
    assert_int_equal(m->revision, 1);
    assert_true(psync_span_eq(m->payload, put.payload.data));
    psync_message_free(m);
    fixture_now += 60000;
    fixture_kill(f, 1, 422);
    char id[PSYNC_ID_MAX];
    struct groups g = groups_of(f);
    strcpy(id, strrchr(g.error[0], '|') + 1);
    assert_int_equal(psync_queue_replace(f->q, id, PSYNC_SPAN("{\"id\":1}"), second, &err), PSYNC_OK);
    m = fixture_take(f, 1);
    assert_true(psync_span_eq(m->payload, "{\"id\":1}"));
    psync_message_free(m);
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_KNOWN); /* or it would be delivered beside its replacement */
    assert_int_equal(again.ret_state, PSYNC_STATE_REPLACED);
}

struct outcomes {
    size_t n;
    uint64_t last;
    char text[512];
};

static bool see_outcome(void *arg, const struct psync_outcome *o)
{
    struct outcomes *s = arg;
    size_t at = strlen(s->text);
    snprintf(s->text + at, sizeof s->text - at, "%s%s %lld %d %s", at == 0 ? "" : ", ", psync_state_name(o->state),
             (long long)o->subject.product, o->status, *o->replaced_by != '\0' ? "replaced" : o->error);
    s->n++;
    s->last = o->seq;
    return true;
}

static void outcomes_in_order_by_cursor(struct fixture *f)
{
    struct psync_error err;
    struct outcomes s = {.n = 0};
    char key[PSYNC_KEY_MAX];
    const char *second, *third;
    fixture_put(f, 1, 0);
    second = fixture_put(f, 2, 0);
    third = fixture_put(f, 3, 0);
    fixture_done_with(f, 1);
    fixture_kill(f, 2, 422);
    fixture_kill(f, 3, 422);
    assert_int_equal(psync_queue_outcomes(f->q, 0, 2, see_outcome, &s, &err), PSYNC_OK);
    assert_string_equal(s.text, "done 1 200 , dead 2 422 refused");
    s.text[0] = '\0';
    struct psync_select requeue = {.ids = &second, .n_ids = 1}, discard = requeue;
    assert_int_equal(psync_queue_requeue(f->q, &requeue, &err), PSYNC_OK);
    fixture_reopen(f);
    fixture_kill(f, 2, 500);
    assert_int_equal(psync_queue_discard(f->q, &discard, &err), PSYNC_OK);
    assert_int_equal(psync_queue_replace(f->q, third, (struct psync_span){0}, key, &err), PSYNC_OK);
    assert_int_equal(psync_queue_outcomes(f->q, s.last, 100, see_outcome, &s, &err), PSYNC_OK);
    assert_string_equal(s.text,
                        "dead 3 422 refused, ready 2 0 , dead 2 500 refused, discarded 2 0 , replaced 3 0 replaced");
    uint64_t last = s.last;
    assert_int_equal(psync_queue_outcomes(f->q, last, 100, see_outcome, &s, &err), PSYNC_OK);
    assert_int_equal(s.last, last);
}

const struct contract_case cases_dead[] = {
    {"grouped by cause", 0, grouped_by_cause},
    {"requeue by group, all, and id", 0, requeue_by_group_all_and_id},
    {"many go in slices", 0, many_go_in_slices},
    {"discarding forgets the key", PSYNC_CAN_KEYS, discarding_forgets_the_key},
    {"replaced has a new key", PSYNC_CAN_KEYS, replaced_has_a_new_key},
    {"outcomes in order, by cursor", PSYNC_CAN_HISTORY, outcomes_in_order_by_cursor},
    {NULL, 0, NULL},
};
