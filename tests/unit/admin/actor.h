/* actor - another process, which owns a queue or wants it, told what to do step by step.
 *
 * It is forked before the test starts a thread of its own. */
#ifndef PSYNC_TEST_ADMIN_ACTOR_H
#define PSYNC_TEST_ADMIN_ACTOR_H

#include "harness.h"

#include "admin/feed.h"
#include "admin/owner.h"
#include "admin/session.h"

/* ---- the place of a test, for it and its actors ---- */

static struct place place;

static inline int set_up_place(void **state)
{
    (void)state;
    make_place(&place, NULL);
    return 0;
}

static inline int tear_down_place(void **state)
{
    (void)state;
    remove_place(&place);
    return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up_place, tear_down_place)

/* ---- actors ---- */

struct actor {
    pid_t pid;
    int to, from;
};
struct said {
    int result; /* enum psync_result */
    char text[PSYNC_ERROR_MAX];
};

enum order {
    BE_COMMAND = 'c', BE_WORKER = 'w', OPEN_SESSION = 's', /* each holds until LET_GO */
    LET_GO = 'x', PUT_ONE = 'p', OWNS = 'o',
    DELIVER_SLOWLY = 'd' /* three times a hundred of each destination, 600 ms apart */
};

struct acting { /* the child's */
    const struct psync_config *config;
    struct psync_owner *owner;
    struct psync_session *session;
};

/* Whether this process is the owner that the session reaches. */
static inline bool owns_queue(struct psync_session *s)
{
    json_object *answer = NULL;
    if (psync_session_call(s, "GET", "/v1/owner", (struct psync_span){NULL, 0}, &answer, NULL) != PSYNC_OK)
        abort();
    bool owns = psync_json_int(answer, "pid", 0) == (int64_t)getpid();
    json_object_put(answer);
    return owns;
}

static inline void let_go(struct acting *a)
{
    psync_session_free(a->session);
    psync_owner_free(a->owner);
    a->session = NULL;
    a->owner = NULL;
}

static inline void on_delivered(void *arg, enum psync_result result, struct psync_settle *settles, size_t n)
{
    int *to = arg;
    (void)settles;
    if (result != PSYNC_OK || write(*to, &n, sizeof(n)) != sizeof(n))
        abort();
}

static inline void deliver(struct psync_queue *q, const char *destination)
{
    const struct psync_want want = {destination, 100, psync_clock_now() + 60000};
    struct psync_settle settles[100] = {0};
    struct psync_message **messages = NULL;
    size_t n = 0, settled;
    psync_ms due;
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0 || psync_queue_lease(q, &want, 1, &messages, &n, &due, NULL) != PSYNC_OK)
        abort();
    for (size_t i = 0; i < n; i++)
        settles[i] = (struct psync_settle){.message = messages[i], .verdict = PSYNC_VERDICT_DONE,
                                           .attempt = {.status = 200, .error = "", .problem = ""}};
    if (psync_queue_settle_async(q, settles, n, on_delivered, &pipe_ends[1]) != PSYNC_OK ||
        read(pipe_ends[0], &settled, sizeof(settled)) != sizeof(settled))
        abort();
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    for (size_t i = 0; i < n; i++)
        psync_message_free(messages[i]);
    free(messages);
}

static inline void deliver_slowly(struct psync_queue *q)
{
    for (int i = 0; i < 3; i++) {
        (void)poll(NULL, 0, 600);
        deliver(q, "default");
        deliver(q, "eu");
    }
}

static inline struct said obey(struct acting *a, int order)
{
    struct said said = {0};
    struct psync_error err = {0};
    const struct psync_owner_open owner = {.config = a->config, .command = "actor", .reader = &psync_cmd_reader,
                                           .role = order == BE_WORKER ? PSYNC_OWNER_WORKER : PSYNC_OWNER_COMMAND};
    const struct psync_session_open session = {.config = a->config, .command = "actor", .reader = &psync_cmd_reader};
    switch (order) {
    case BE_COMMAND:
    case BE_WORKER:
        said.result = (int)psync_owner_new(&owner, &a->owner, &err);
        break;
    case OPEN_SESSION:
        said.result = (int)psync_session_new(&session, &a->session, &err);
        break;
    case PUT_ONE:
        said.result = (int)psync_session_call(a->session, "POST", "/v1/products",
                                              PSYNC_SPAN("{\"id\":99,\"name\":\"x\",\"price\":1,\"stock\":1}"), NULL,
                                              &err);
        break;
    case OWNS:
        said.result = owns_queue(a->session) ? PSYNC_OK : PSYNC_EMPTY;
        break;
    case DELIVER_SLOWLY:
        deliver_slowly(psync_owner_queue(a->owner));
        break;
    default:
        let_go(a);
    }
    memcpy(said.text, err.text, sizeof(said.text));
    return said;
}

static inline struct actor hire(const struct psync_config *config)
{
    struct actor actor;
    int down[2], up[2];
    char order;
    assert_int_equal(pipe(down) | pipe(up), 0);
    actor.pid = fork();
    assert_true(actor.pid >= 0);
    if (actor.pid == 0) {
        struct acting acting = {.config = config};
        close(down[1]);
        close(up[0]);
        while (read(down[0], &order, 1) == 1) {
            struct said said = obey(&acting, order);
            if (write(up[1], &said, sizeof(said)) != sizeof(said))
                break;
        }
        let_go(&acting);
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    actor.to = down[1];
    actor.from = up[0];
    return actor;
}

static inline void tell(const struct actor *actor, enum order order)
{
    char c = (char)order;
    assert_int_equal(write(actor->to, &c, 1), 1);
}

static inline struct said hear(const struct actor *actor)
{
    struct said said;
    assert_int_equal(read(actor->from, &said, sizeof(said)), sizeof(said));
    return said;
}

static inline struct said order(const struct actor *actor, enum order what)
{
    tell(actor, what);
    return hear(actor);
}

static inline void dismiss(struct actor *actor, int signal_number)
{
    int status;
    if (signal_number)
        kill(actor->pid, signal_number);
    close(actor->to);
    close(actor->from);
    assert_int_equal(waitpid(actor->pid, &status, 0), actor->pid);
    if (!signal_number)
        assert_int_equal(status, 0);
}

#endif
