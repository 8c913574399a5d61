/* cases_list - rows for people: by state, product and cause, page by page; one message with its attempts; the purge. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct rows {
    char text[2048], cursor[128];
    size_t n;
    struct psync_row last;
};

static bool see_row(void *arg, const struct psync_row *row)
{
    struct rows *s = arg;
    size_t at = strlen(s->text);
    snprintf(s->text + at, sizeof s->text - at, "%s%lld/%u %s%s", at == 0 ? "" : ", ", (long long)row->subject.product,
             row->revision, psync_state_name(row->state), row->waits_for_turn ? " (waits)" : "");
    snprintf(s->cursor, sizeof s->cursor, "%s", row->cursor);
    s->n++;
    s->last = *row;
    return true;
}

/* All pages of `page` rows. */
static const char *list(struct fixture *f, struct psync_filter filter, size_t page)
{
    static struct rows s;
    struct psync_error err = {0};
    char cursor[128] = "";
    memset(&s, 0, sizeof s);
    for (size_t before = 0;; before = s.n) {
        filter.cursor = cursor;
        enum psync_result r = psync_queue_list(f->q, &filter, page, see_row, &s, &err);
        if (r != PSYNC_OK)
            fail_msg("%s: %s", psync_result_name(r), err.text);
        assert_true(s.n - before <= page);
        if (s.n == before)
            return s.text;
        strcpy(cursor, s.cursor);
    }
}

static void some_of_each(struct fixture *f)
{
    for (int64_t p = 1; p <= 7; p++)
        fixture_put(f, p, 0);
    fixture_put(f, 7, 1);
    fixture_done_with(f, 1);
    fixture_kill(f, 2, 422);
    fixture_kill(f, 3, 400);
    fixture_settle(f, fixture_take(f, 4), PSYNC_VERDICT_RETRY, fixture_now + 1000);
    psync_message_free(fixture_take(f, 5));
}

/* What is settled together is recorded together: gaps, another verdict between, one message twice. */
static void each_of_many_settled_at_once(struct fixture *f)
{
    static const size_t order[] = {1, 0, 8, 3, 2, 5, 4, 1, 7};
    enum { N = sizeof order / sizeof *order };
    struct psync_error err;
    struct psync_settle s[N];
    for (int64_t p = 1; p <= 9; p++)
        fixture_put(f, p, 0);
    struct leased l = fixture_lease(f, 9, fixture_now + 60000);
    for (size_t i = 0; i < N; i++)
        s[i] = (struct psync_settle){.message = l.m[order[i]],
                                     .verdict = order[i] == 3 ? PSYNC_VERDICT_RETRY : PSYNC_VERDICT_DONE,
                                     .not_before = fixture_now,
                                     .attempt = {.at = fixture_now, .status = 200, .error = "", .problem = ""}};
    assert_int_equal(psync_queue_settle(f->q, s, N, &err), PSYNC_OK);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(s[i].ret, i == 7 ? PSYNC_GONE : PSYNC_OK);
    fixture_free(&l);
    assert_string_equal(list(f, (struct psync_filter){.state = PSYNC_STATE_DONE}, 3),
                        "9/0 done, 8/0 done, 6/0 done, 5/0 done, 3/0 done, 2/0 done, 1/0 done");
    assert_string_equal(list(f, (struct psync_filter){.any_state = true, .product = 4}, 3), "4/0 delayed");
    assert_string_equal(list(f, (struct psync_filter){.any_state = true, .product = 7}, 3), "7/0 in flight");
    fixture_check(f);
}

static void by_state_page_by_page(struct fixture *f)
{
    static const struct {
        enum psync_state state;
        const char *rows;
    } expected[] = {
        {PSYNC_STATE_READY, "6/0 ready, 7/0 ready, 7/1 ready (waits)"},
        {PSYNC_STATE_IN_FLIGHT, "5/0 in flight"},
        {PSYNC_STATE_DELAYED, "4/0 delayed"},
        {PSYNC_STATE_DONE, "1/0 done"},
        {PSYNC_STATE_DISCARDED, ""},
    };
    some_of_each(f);
    for (size_t page = 1; page <= 3; page++)
        for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
            assert_string_equal(list(f, (struct psync_filter){.state = expected[i].state}, page), expected[i].rows);
            assert_string_equal(list(f, (struct psync_filter){.state = expected[i].state, .destination = "default"},
                                     page),
                                expected[i].rows);
            assert_string_equal(list(f, (struct psync_filter){.state = expected[i].state, .destination = "none"}, page),
                                "");
        }
    assert_int_equal(strlen(list(f, (struct psync_filter){.state = PSYNC_STATE_DEAD}, 1)),
                     strlen("2/0 dead, 3/0 dead"));
    assert_string_equal(list(f, (struct psync_filter){.any_state = true}, 3),
                        "7/1 ready (waits), 7/0 ready, 6/0 ready, 5/0 in flight, 4/0 delayed, 3/0 dead, 2/0 dead, "
                        "1/0 done");
}

static void by_product(struct fixture *f)
{
    struct psync_put odd = fixture_put_of(7, 2);
    some_of_each(f);
    odd.key = "of-another-form";
    fixture_try_put(f, &odd);
    assert_string_equal(list(f, (struct psync_filter){.any_state = true, .product = 7}, 2),
                        "7/2 ready (waits), 7/1 ready (waits), 7/0 ready");
    assert_string_equal(list(f, (struct psync_filter){.any_state = true, .product = 2, .destination = "default"}, 2),
                        "2/0 dead");
    assert_string_equal(list(f, (struct psync_filter){.any_state = true, .product = 2, .destination = "none"}, 2), "");
    assert_string_equal(list(f, (struct psync_filter){.state = PSYNC_STATE_READY, .product = 2}, 2), "");
}

static bool see_group(void *arg, const struct psync_group *g)
{
    strcpy(arg, g->id);
    return false;
}

static void by_cause(struct fixture *f)
{
    char group[24] = "";
    struct psync_error err;
    for (int64_t p = 1; p <= 3; p++) {
        fixture_put(f, p, 0);
        fixture_kill(f, p, p == 3 ? 400 : 422);
    }
    assert_int_equal(psync_queue_dead_groups(f->q, "default", see_group, group, &err), PSYNC_OK);
    assert_string_equal(list(f, (struct psync_filter){.state = PSYNC_STATE_DEAD, .group = group}, 1),
                        "1/0 dead, 2/0 dead");
    assert_string_equal(list(f, (struct psync_filter){.state = PSYNC_STATE_DEAD, .group = "nonsense"}, 1), "");
}

struct shown {
    char rows[512], attempts[2048];
    size_t n;
};

static bool show_row(void *arg, const struct psync_row *row)
{
    struct shown *s = arg;
    snprintf(s->rows, sizeof s->rows, "%s tries %u attempts %u settled %d: %s", psync_state_name(row->state),
             row->tries,
             row->attempts, row->settled_at != 0, row->cause.error);
    return true;
}

static bool show_attempt(void *arg, const struct psync_attempt *a)
{
    struct shown *s = arg;
    size_t at = strlen(s->attempts);
    snprintf(s->attempts + at, sizeof s->attempts - at, "%s%d %lld ms %s%.*s", at == 0 ? "" : ", ", a->status,
             (long long)a->latency_ms, a->error, a->head.len > 12 ? 12 : (int)a->head.len, a->head.data);
    s->n++;
    return true;
}

static void shown_with_every_attempt(struct fixture *f)
{
    struct psync_error err;
    struct shown s = {.n = 0};
    char id[PSYNC_ID_MAX];
    strcpy(id, fixture_put(f, 1, 0));
    fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now);
    fixture_done_with(f, 1);
    assert_int_equal(psync_queue_show(f->q, id, show_row, show_attempt, &s, &err), PSYNC_OK);
    assert_string_equal(s.rows, "done tries 2 attempts 1 settled 1: unavailable");
    assert_string_equal(s.attempts, "503 12 ms unavailable, 200 12 ms ");
    assert_int_equal(psync_queue_show(f->q, "4711", show_row, show_attempt, &s, &err), PSYNC_EMPTY);
    assert_int_equal(psync_queue_show(f->q, "nonsense", show_row, show_attempt, &s, &err), PSYNC_EMPTY);
}

static void the_last_twenty_attempts_are_kept(struct fixture *f)
{
    struct psync_error err;
    struct shown s = {.n = 0};
    char id[PSYNC_ID_MAX];
    strcpy(id, fixture_put(f, 1, 0));
    for (int i = 0; i < 30; i++)
        fixture_settle(f, fixture_take(f, 1), PSYNC_VERDICT_RETRY, fixture_now);
    assert_int_equal(psync_queue_show(f->q, id, show_row, show_attempt, &s, &err), PSYNC_OK);
    assert_int_equal(s.n, PSYNC_ATTEMPTS_KEPT);
    fixture_kill(f, 1, 422);
    s = (struct shown){.n = 0};
    assert_int_equal(psync_queue_show(f->q, id, show_row, show_attempt, &s, &err), PSYNC_OK);
    assert_non_null(strstr(s.attempts, "422 5 ms refusedHTTP/1.1 422"));
    assert_string_equal(s.rows, "dead tries 31 attempts 31 settled 1: refused");
}

static size_t outcomes_left;
static bool count_outcome(void *arg, const struct psync_outcome *o)
{
    (void)arg;
    (void)o;
    outcomes_left++;
    return true;
}

/* The queue's thread tidies by itself: wait until it did. */
static void wait_for_done(struct fixture *f, uint64_t done)
{
    for (int i = 0; i < 500 && fixture_counts(f).done != done; i++)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_int_equal(fixture_counts(f).done, done);
}

static void the_old_is_forgotten_the_unfinished_never(struct fixture *f)
{
    struct psync_error err;
    struct psync_put put = fixture_put_of(1, 0), again = put;
    fixture_try_put(f, &put);
    for (int64_t p = 2; p <= 4; p++)
        fixture_put(f, p, 0);
    fixture_done_with(f, 1);
    fixture_kill(f, 2, 422);
    fixture_now += f->conf.keep - 1;
    fixture_done_with(f, 3);
    fixture_now += 1;
    wait_for_done(f, 1);
    assert_int_equal(fixture_counts(f).dead, 1);
    assert_int_equal(fixture_counts(f).ready, 1);
    assert_int_equal(fixture_try_put(f, &again), PSYNC_PUT_NEW);
    assert_string_not_equal(again.ret_id, put.ret_id);
    outcomes_left = 0;
    assert_int_equal(psync_queue_outcomes(f->q, 0, 100, count_outcome, NULL, &err), PSYNC_OK);
    assert_int_equal(outcomes_left, 2); /* of the dead one and of product 3 */
}

static void at_most_so_many_are_kept(struct fixture *f)
{
    f->conf.keep_count = 2;
    fixture_reopen(f);
    for (int64_t p = 1; p <= 5; p++)
        fixture_put(f, p, 0);
    for (int64_t p = 1; p <= 4; p++)
        fixture_done_with(f, p);
    wait_for_done(f, 2);
    assert_string_equal(list(f, (struct psync_filter){.any_state = true}, 9), "5/0 ready, 4/0 done, 3/0 done");
}

const struct contract_case cases_list[] = {
    {"each of many settled at once", PSYNC_CAN_HISTORY, each_of_many_settled_at_once},
    {"by state, page by page", PSYNC_CAN_HISTORY, by_state_page_by_page},
    {"by product", PSYNC_CAN_HISTORY, by_product},
    {"by cause", 0, by_cause},
    {"shown with every attempt", PSYNC_CAN_HISTORY, shown_with_every_attempt},
    {"the last twenty attempts are kept", PSYNC_CAN_HISTORY, the_last_twenty_attempts_are_kept},
    {"the old is forgotten, the unfinished never", PSYNC_CAN_HISTORY | PSYNC_CAN_KEYS,
     the_old_is_forgotten_the_unfinished_never},
    {"at most so many are kept", PSYNC_CAN_HISTORY, at_most_so_many_are_kept},
    {NULL, 0, NULL},
};
