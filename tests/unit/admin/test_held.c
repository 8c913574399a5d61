/* test_held - destinations that their shops hold, and resuming them, through a real server over a real queue. */
#include "harness.h"

#include "admin/owner.h"
#include "delivery/http.h"
#include "queue/hold.h"

static struct place place;
static struct psync_owner *owner;

static int setup(void **state)
{
    struct psync_error err = {0};
    (void)state;
    make_place(&place, NULL);
    const struct psync_owner_open open = {.config = place.config, .role = PSYNC_OWNER_WORKER, .command = "test",
                                           .reader = &psync_cmd_reader};
    if (psync_owner_new(&open, &owner, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    psync_owner_free(owner);
    owner = NULL;
    remove_place(&place);
    return 0;
}

static struct answer ask(const char *method, const char *target, const char *body)
{
    return ask_with(place.config->queue.socket, method, target, "", body);
}

static struct answer resume(const char *name, const char *body, int status)
{
    char target[128];
    snprintf(target, sizeof target, "/v1/destinations/%s/resume", name);
    struct answer a = ask("POST", target, body);
    assert_int_equal(a.status, status);
    return a;
}

static void pause_by_hand(const char *name)
{
    char target[128];
    snprintf(target, sizeof target, "/v1/destinations/%s/pause", name);
    struct answer a = ask("POST", target, "{\"reason\":\"tea\"}");
    assert_int_equal(a.status, 200);
    done(&a);
}

#define SETTINGS "paused in the shop's settings"
#define OFF "paused: the module is off in the shop"

static json_object *destination_in(json_object *answer, const char *name)
{
    for (size_t i = 0; i < length_at(answer, "destinations"); i++) {
        json_object *d = json_object_array_get_idx(at(answer, "destinations"), i);
        if (strcmp(text_at(d, "name"), name) == 0)
            return d;
    }
    return NULL;
}

/* ---- what its relay makes of it: there is no worker here ---- */

struct finding {
    const char *name;
    struct psync_hold hold;
};

static bool on_destination(void *arg, const struct psync_destination_row *row)
{
    struct finding *f = arg;
    if (strcmp(row->name, f->name) == 0)
        f->hold = row->hold;
    return true;
}

/* NULL: it holds nothing. Suspended it is as well. */
static void hold_by_shop(const char *name, const char *why)
{
    struct finding f = {name, {.suspended = true, .suspended_since = 1, .suspended_reason = "HTTP 410"}};
    enum psync_result r = psync_queue_destinations(psync_owner_queue(owner), on_destination, &f, NULL);
    assert_true(r == PSYNC_OK || r == PSYNC_EMPTY);
    psync_hold_shop(&f.hold, why, psync_clock_now());
    assert_ok(psync_queue_hold(psync_owner_queue(owner), name, &f.hold, NULL));
}

/* The status's `paused` of it, and nothing else. */
static void expect_paused(const char *name, const char *state, const char *shop, const char *hand)
{
    struct answer a = ask("GET", "/v1/destinations", NULL);
    json_object *d = destination_in(a.json, name);
    assert_string_equal(text_at(d, "state"), state);
    if (shop || hand) {
        assert_string_equal(text_at(d, "paused.shop"), shop ? shop : "(none)");
        assert_string_equal(text_at(d, "paused.hand"), hand ? hand : "(none)");
    } else {
        assert_null(at(d, "paused"));
    }
    done(&a);
}

/* ---- one ---- */

static void what_the_shop_holds_only_force_resumes(void **state)
{
    (void)state;
    hold_by_shop("main/1", SETTINGS);
    expect_paused("main/1", "paused", SETTINGS, NULL);
    struct answer a = resume("main%2F1", "{}", 409);
    assert_string_equal(text_at(a.json, "title"), "Not in this state");
    assert_string_equal(text_at(a.json, "detail"),
                        "main/1 is held by its shop (" SETTINGS "): answer or end that on the module's page in the shop; "
                        "--force delivers nevertheless");
    assert_non_null(strstr(a.text, "application/problem+json"));
    assert_string_equal(text_at(a.json, "held.0.destination"), "main/1");
    assert_string_equal(text_at(a.json, "held.0.reason"), SETTINGS);
    assert_int_equal(length_at(a.json, "destinations"), 0);
    done(&a);
    expect_paused("main/1", "paused", SETTINGS, NULL);
    hold_by_shop("main/1", NULL);
    expect_paused("main/1", "suspended", NULL, NULL); /* which the refusal did not end either */
    hold_by_shop("main/1", SETTINGS);
    a = resume("main%2F1", "{\"force\":true}", 200);
    assert_string_equal(text_at(a.json, "destinations.0"), "main/1");
    done(&a);
    expect_paused("main/1", "ok", NULL, NULL);
}

static void a_pause_by_hand_over_it_ends_alone(void **state)
{
    (void)state;
    hold_by_shop("main/1", SETTINGS);
    pause_by_hand("main%2F1");
    expect_paused("main/1", "paused", SETTINGS, "tea");
    struct answer a = resume("main%2F1", "{\"force\":false}", 409);
    assert_string_equal(text_at(a.json, "detail"),
                        "main/1 is no longer paused by hand, but held by its shop (" SETTINGS "): answer or end that on the "
                        "module's page in the shop; --force delivers nevertheless");
    done(&a);
    expect_paused("main/1", "paused", SETTINGS, NULL);
    hold_by_shop("main/1", OFF);
    pause_by_hand("main%2F1");
    expect_paused("main/1", "paused", OFF, "tea");
    hold_by_shop("main/1", NULL);
    expect_paused("main/1", "paused", NULL, "tea");
    a = resume("main%2F1", "{}", 200);
    done(&a);
    expect_paused("main/1", "ok", NULL, NULL);
}

/* ---- several ---- */

static void of_several_the_others_go_on(void **state)
{
    (void)state;
    hold_by_shop("main/1", SETTINGS);
    hold_by_shop("main/2", NULL);
    hold_by_shop("main/3", OFF);
    pause_by_hand("main%2F2");
    struct answer a = resume("main", "{}", 409);
    assert_int_equal(length_at(a.json, "destinations"), 1);
    assert_string_equal(text_at(a.json, "destinations.0"), "main/2");
    assert_int_equal(length_at(a.json, "held"), 2);
    assert_string_equal(text_at(a.json, "held.0.destination"), "main/1");
    assert_string_equal(text_at(a.json, "held.1.destination"), "main/3");
    assert_string_equal(text_at(a.json, "held.1.reason"), OFF);
    assert_string_equal(text_at(a.json, "detail"),
                        "main/1 is held by its shop (" SETTINGS "), 1 more too: answer or end that on the module's page in "
                        "the shop; --force delivers nevertheless");
    done(&a);
    expect_paused("main/1", "paused", SETTINGS, NULL);
    expect_paused("main/2", "ok", NULL, NULL);
    expect_paused("main/3", "paused", OFF, NULL);
    a = resume("main", "{\"force\":true}", 200);
    assert_int_equal(length_at(a.json, "destinations"), 3);
    done(&a);
    expect_paused("main/1", "ok", NULL, NULL);
    expect_paused("main/3", "ok", NULL, NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_the_shop_holds_only_force_resumes),
        T(a_pause_by_hand_over_it_ends_alone),
        T(of_several_the_others_go_on),
    };
    assert_ok(psync_http_global_init(NULL));
    return cmocka_run_group_tests_name("admin/held", tests, NULL, NULL);
}
