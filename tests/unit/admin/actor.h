/* actor - another process, which owns a queue or wants it, told what to do step by step.
 *
 * It is forked before the test starts a thread of its own. */
#ifndef PSYNC_TEST_ADMIN_ACTOR_H
#define PSYNC_TEST_ADMIN_ACTOR_H

#include "harness.h"

#include "admin/feed.h"
#include "admin/owner.h"
#include "admin/session.h"

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
    LET_GO = 'x', PUT_ONE = 'p', OWNS = 'o'
};

struct acting { /* the child's */
    const struct psync_config *config;
    struct psync_owner *owner;
    struct psync_session *session;
};

static inline void let_go(struct acting *a)
{
    psync_session_free(a->session);
    psync_owner_free(a->owner);
    a->session = NULL;
    a->owner = NULL;
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
        said.result = psync_session_owns(a->session) ? PSYNC_OK : PSYNC_EMPTY;
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
