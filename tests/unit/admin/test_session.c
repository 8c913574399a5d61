/* Commands reach the queue, whoever owns it: sessions and feeds, also while the owner changes. */
#include "actor.h"

#include "web/listen.h"
#include "web/server.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>

static struct psync_session *open_session(const struct psync_config *config)
{
    struct psync_session *session = NULL;
    struct psync_error err = {0};
    const struct psync_session_open open = {.config = config, .command = "test",
                                            .reader = &psync_cmd_reader};
    if (psync_session_new(&open, &session, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    return session;
}

static enum psync_result call(struct psync_session *s, const char *method, const char *target, const char *body)
{
    struct psync_error err = {0};
    return psync_session_call(s, method, target, (struct psync_span){body, body ? strlen(body) : 0}, NULL, &err);
}

static long long total(struct psync_session *s, const char *what)
{
    json_object *answer = NULL;
    char path[64];
    assert_ok(psync_session_call(s, "GET", "/v1/status", (struct psync_span){NULL, 0}, &answer, NULL));
    snprintf(path, sizeof(path), "total.%s", what);
    long long n = int_at(answer, path);
    json_object_put(answer);
    return n;
}

static void answers_become_results(void **state)
{
    (void)state;
    struct psync_session *s = open_session(place.config);
    assert_true(owns_queue(s));
    assert_int_equal(call(s, "GET", "/v1/status", NULL), PSYNC_OK);
    assert_int_equal(call(s, "GET", "/v1/messages/999", NULL), PSYNC_EMPTY);
    assert_int_equal(call(s, "POST", "/v1/dead/retry", "{}"), PSYNC_REJECT);
    assert_int_equal(call(s, "POST", "/v1/products", "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":1}"), PSYNC_OK);
    assert_int_equal(call(s, "POST", "/v1/resend", "{\"product\":1}"), PSYNC_RETRY);
    json_object *answer = NULL;
    struct psync_error err = {0};
    assert_int_equal(psync_session_call(s, "GET", "/v1/messages/999", (struct psync_span){NULL, 0}, &answer, &err),
                     PSYNC_EMPTY);
    assert_int_equal(int_at(answer, "status"), 404);
    assert_non_null(strstr(err.text, "999"));
    json_object_put(answer);
    psync_session_free(s);
}

static void a_second_process_goes_through_the_first(void **state)
{
    (void)state;
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, OPEN_SESSION).result, PSYNC_OK);
    struct psync_session *s = open_session(place.config);
    assert_false(owns_queue(s));
    assert_int_equal(order(&actor, PUT_ONE).result, PSYNC_OK);
    assert_int_equal(total(s, "ready"), 2);
    psync_session_free(s);
    dismiss(&actor, 0);
}

static void when_the_owner_dies_the_session_goes_on(void **state)
{
    (void)state;
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    struct psync_session *s = open_session(place.config);
    assert_int_equal(call(s, "POST", "/v1/products", "{\"id\":1,\"name\":\"x\",\"price\":1,\"stock\":1}"), PSYNC_OK);
    dismiss(&actor, SIGKILL);
    assert_int_equal(total(s, "ready"), 2);
    assert_true(owns_queue(s));
    psync_session_free(s);
}

static void when_the_owner_ends_the_session_goes_on(void **state)
{
    (void)state;
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    struct psync_session *s = open_session(place.config);
    assert_int_equal(total(s, "ready"), 0);
    assert_int_equal(order(&actor, LET_GO).result, PSYNC_OK);
    assert_int_equal(total(s, "ready"), 0);
    assert_true(owns_queue(s));
    psync_session_free(s);
    dismiss(&actor, 0);
}

/* Who asked for the file comes first; when nobody comes, the session takes it again. */
static void the_one_who_asked_comes_first(void **state)
{
    (void)state;
    struct stat st;
    struct psync_session *s = open_session(place.config);
    struct answer a = ask_with(place.config->queue.socket, "POST", "/v1/handover", "", "");
    assert_int_equal(a.status, 202);
    done(&a);
    while (stat(place.config->queue.socket, &st) == 0)
        (void)poll(NULL, 0, 5);
    psync_ms begun = psync_clock_now();
    assert_int_equal(total(s, "ready"), 0);
    assert_true(psync_clock_now() - begun >= 2000);
    assert_true(owns_queue(s));
    psync_session_free(s);
}

/* ---- an owner that takes requests and closes the connection without an answer ---- */

static atomic_int seen_resend, seen_status;

static void on_owner(struct psync_web_request *rq, void *arg)
{
    (void)arg;
    psync_web_reply(rq, 200, "application/json", PSYNC_SPAN("{\"pid\":1,\"command\":\"fake\",\"role\":\"worker\"}"));
}

static void on_unanswered(struct psync_web_request *rq, void *arg)
{
    const struct psync_web_reply close = {.ending = PSYNC_WEB_CLOSE};
    atomic_int *seen = arg;
    if (atomic_fetch_add(seen, 1) < 2)
        psync_web_reply_with(rq, &close);
    else
        psync_web_reply(rq, 200, "application/json", PSYNC_SPAN("{}"));
}

static void only_what_may_be_repeated_is_repeated(void **state)
{
    (void)state;
    const struct psync_web_route routes[] = {{"GET", "/v1/owner", on_owner, NULL},
                                             {"POST", "/v1/resend", on_unanswered, &seen_resend},
                                             {"GET", "/v1/status", on_unanswered, &seen_status}};
    struct psync_web_conf conf = {.routes = routes, .n_routes = 3};
    struct psync_web_server *server = NULL;
    struct psync_error err = {0};
    assert_ok(psync_web_listen_unix(place.config->queue.socket, 0600, &conf.listen_fd, &err));
    assert_ok(psync_web_server_new(&conf, &server, &err));
    struct psync_session *s = open_session(place.config);
    assert_int_equal(psync_session_call(s, "POST", "/v1/resend", PSYNC_SPAN("{\"product\":1}"), NULL, &err),
                     PSYNC_FATAL);
    assert_non_null(strstr(err.text, "may have been done"));
    assert_int_equal(atomic_load(&seen_resend), 1);
    assert_int_equal(call(s, "GET", "/v1/status", NULL), PSYNC_OK);
    assert_int_equal(atomic_load(&seen_status), 3);
    psync_session_free(s);
    psync_web_server_free(server);
}

static void a_silent_owner_is_named(void **state)
{
    (void)state;
    struct psync_session *session = NULL;
    struct psync_queue_lock *lock = NULL;
    struct psync_error err = {0};
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) { /* holds the lock and serves nothing */
        if (psync_queue_lock_new(place.config->queue.path, "hang", &lock, NULL) != PSYNC_OK ||
            write(ready[1], "", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    const struct psync_session_open open = {.config = place.config, .command = "test",
                                            .reader = &psync_cmd_reader};
    assert_int_equal(psync_session_new(&open, &session, &err), PSYNC_RETRY);
    assert_non_null(strstr(err.text, "hang"));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ready[0]);
    close(ready[1]);
}

/* ---- feeds ---- */

struct fed {
    uint64_t next, count[PSYNC_FEED_OUTCOMES];
    int full;
};

static void on_result(void *arg, const struct psync_feed_result *result)
{
    struct fed *fed = arg;
    assert_int_equal(result->line, fed->next); /* in order, none left out */
    assert_int_equal(result->product, (int64_t)result->line);
    fed->next++;
    fed->count[result->outcome]++;
    if (result->outcome == PSYNC_FEED_REFUSED)
        assert_true(strlen(result->reason) > 3);
}

static void on_full(void *arg, const char *why)
{
    struct fed *fed = arg;
    assert_true(strlen(why) > 3);
    fed->full++;
}

static struct psync_feed *open_feed(struct psync_session *s, struct fed *fed, psync_ms full_wait)
{
    struct psync_feed *feed = NULL;
    *fed = (struct fed){.next = 1};
    const struct psync_feed_open open = {.session = s, .shop = "", .full_wait = full_wait, .on_result = on_result,
                                         .on_full = on_full, .arg = fed};
    assert_ok(psync_feed_new(&open, &feed, NULL));
    return feed;
}

static enum psync_result put_products(struct psync_feed *feed, uint64_t first, uint64_t n)
{
    enum psync_result r = PSYNC_OK;
    for (uint64_t i = first; i < first + n && r == PSYNC_OK; i++) {
        char payload[128];
        int len = snprintf(payload, sizeof(payload),
                           "{\"id\":%" PRIu64 ",\"name\":\"Cup\",\"price\":4.90,\"stock\":3}", i);
        r = psync_feed_put(feed, i, (int64_t)i, (struct psync_span){payload, (size_t)len}, NULL);
    }
    return r;
}

static void feed_and_feed_again(struct psync_session *s)
{
    struct fed fed;
    struct psync_feed *feed = open_feed(s, &fed, 1000);
    assert_ok(put_products(feed, 1, 2500));
    assert_ok(psync_feed_finish(feed, NULL));
    psync_feed_free(feed);
    assert_int_equal(fed.count[PSYNC_FEED_NEW], 2500);
    feed = open_feed(s, &fed, 1000);
    assert_ok(put_products(feed, 1, 2600));
    assert_ok(psync_feed_finish(feed, NULL));
    psync_feed_free(feed);
    assert_int_equal(fed.count[PSYNC_FEED_NEW], 100);
    assert_int_equal(fed.count[PSYNC_FEED_KNOWN], 2500);
    assert_int_equal(total(s, "ready"), 5200);
}

static void a_feed_puts_directly(void **state)
{
    (void)state;
    struct psync_session *s = open_session(place.config);
    feed_and_feed_again(s);
    assert_true(owns_queue(s));
    psync_session_free(s);
}

static void a_feed_puts_through_the_socket(void **state)
{
    (void)state;
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    struct psync_session *s = open_session(place.config);
    feed_and_feed_again(s);
    assert_false(owns_queue(s));
    psync_session_free(s);
    dismiss(&actor, 0);
}

static void a_feed_goes_on_over_a_handover(void **state)
{
    (void)state;
    struct fed fed;
    struct actor actor = hire(place.config);
    struct psync_session *s = open_session(place.config);
    struct psync_feed *feed = open_feed(s, &fed, 1000);
    assert_ok(put_products(feed, 1, 3000));
    tell(&actor, BE_WORKER);
    uint64_t n = 3000;
    struct pollfd heard = {.fd = actor.from, .events = POLLIN};
    while (poll(&heard, 1, 0) == 0) {
        assert_ok(put_products(feed, n + 1, 500));
        n += 500;
    }
    assert_int_equal(hear(&actor).result, PSYNC_OK);
    assert_ok(put_products(feed, n + 1, 3000));
    n += 3000;
    assert_ok(psync_feed_finish(feed, NULL));
    psync_feed_free(feed);
    assert_int_equal(fed.count[PSYNC_FEED_NEW] + fed.count[PSYNC_FEED_KNOWN], n);
    assert_false(owns_queue(s));
    assert_int_equal(total(s, "ready"), 2 * n);
    psync_session_free(s);
    dismiss(&actor, 0);
}

static void a_full_queue_stops_a_feed(const struct psync_config *config)
{
    struct fed fed;
    struct psync_error err = {0};
    struct psync_session *s = open_session(config);
    struct psync_feed *feed = open_feed(s, &fed, 300);
    enum psync_result r = put_products(feed, 1, 1200);
    if (r == PSYNC_OK)
        r = psync_feed_finish(feed, &err);
    assert_int_equal(r, PSYNC_RETRY);
    assert_true(strlen(err.text) > 3);
    assert_int_equal(psync_feed_stopped_at(feed), 1101);
    assert_int_equal(fed.count[PSYNC_FEED_NEW], 1100);
    assert_int_equal(fed.full, 1);
    assert_int_equal(psync_feed_put(feed, 2000, 2000, PSYNC_SPAN("{\"id\":2000}"), &err), PSYNC_RETRY);
    psync_feed_free(feed);
    psync_session_free(s);
}

static void a_feed_waits_for_room_directly(void **state)
{
    (void)state;
    struct psync_config *config = load_settings(place.folder, (const char *const[]){"queue.max_depth=1100", NULL});
    a_full_queue_stops_a_feed(config);
    psync_config_free(config);
}

static void a_feed_waits_for_room_through_the_socket(void **state)
{
    (void)state;
    struct psync_config *config = load_settings(place.folder, (const char *const[]){"queue.max_depth=1100", NULL});
    struct actor actor = hire(config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    a_full_queue_stops_a_feed(config);
    dismiss(&actor, 0);
    psync_config_free(config);
}

/* Room comes slowly, but each time before the wait is over. */
static void a_feed_goes_on_while_room_comes(void **state)
{
    (void)state;
    struct fed fed;
    struct psync_config *config = load_settings(place.folder, (const char *const[]){"queue.max_depth=1000", NULL});
    struct actor actor = hire(config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    struct psync_session *s = open_session(config);
    struct psync_feed *feed = open_feed(s, &fed, 1500);
    assert_ok(put_products(feed, 1, 1300));
    tell(&actor, DELIVER_SLOWLY);
    assert_ok(psync_feed_finish(feed, NULL));
    assert_int_equal(fed.count[PSYNC_FEED_NEW], 1300);
    assert_int_equal(hear(&actor).result, PSYNC_OK);
    psync_feed_free(feed);
    psync_session_free(s);
    dismiss(&actor, 0);
    psync_config_free(config);
}

static void the_owner_may_refuse(void **state)
{
    (void)state;
    struct fed fed;
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    struct psync_session *s = open_session(place.config);
    struct psync_feed *feed = open_feed(s, &fed, 1000);
    assert_ok(put_products(feed, 1, 1));
    assert_ok(psync_feed_put(feed, 2, 2, PSYNC_SPAN("not json"), NULL));
    assert_ok(put_products(feed, 3, 1));
    assert_ok(psync_feed_finish(feed, NULL));
    assert_int_equal(fed.count[PSYNC_FEED_NEW], 2);
    assert_int_equal(fed.count[PSYNC_FEED_REFUSED], 1);
    psync_feed_free(feed);
    feed = open_feed(s, &fed, 1000);
    assert_ok(psync_feed_put(feed, 1, 1, PSYNC_SPAN("nothing but this"), NULL));
    assert_ok(psync_feed_finish(feed, NULL));
    assert_int_equal(fed.count[PSYNC_FEED_REFUSED], 1);
    psync_feed_free(feed);
    psync_session_free(s);
    dismiss(&actor, 0);
}

static void an_empty_feed_is_fine(void **state)
{
    (void)state;
    struct fed fed;
    struct psync_session *s = open_session(place.config);
    struct psync_feed *feed = open_feed(s, &fed, 1000);
    assert_ok(psync_feed_finish(feed, NULL));
    assert_int_equal(psync_feed_stopped_at(feed), 0);
    psync_feed_free(feed);
    feed = open_feed(s, &fed, 1000);
    assert_ok(put_products(feed, 1, 10));
    psync_feed_free(feed); /* abandoned */
    psync_session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(answers_become_results), T(a_second_process_goes_through_the_first),
        T(when_the_owner_dies_the_session_goes_on),
        T(when_the_owner_ends_the_session_goes_on), T(the_one_who_asked_comes_first),
        T(only_what_may_be_repeated_is_repeated), T(a_silent_owner_is_named), T(a_feed_puts_directly),
        T(a_feed_puts_through_the_socket), T(a_feed_goes_on_over_a_handover), T(a_feed_waits_for_room_directly),
        T(a_feed_waits_for_room_through_the_socket), T(a_feed_goes_on_while_room_comes),
        T(the_owner_may_refuse), T(an_empty_feed_is_fine),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("admin/session", tests, NULL, NULL);
}
