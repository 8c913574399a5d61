/* Who owns the queue file: lock, socket, hand-over between processes. */
#include "actor.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>

static struct psync_owner_open opening(enum psync_owner_role role)
{
    return (struct psync_owner_open){.config = place.config, .role = role, .command = "test",
                                           .reader = &psync_cmd_reader};
}

static void the_second_is_refused(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct psync_error err = {0};
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    struct psync_owner_open open = opening(PSYNC_OWNER_COMMAND);
    assert_int_equal(psync_owner_new(&open, &owner, &err), PSYNC_RETRY);
    char pid[32];
    snprintf(pid, sizeof(pid), "%ld", (long)actor.pid);
    assert_non_null(strstr(err.text, pid));
    open = opening(PSYNC_OWNER_WORKER);
    assert_int_equal(psync_owner_new(&open, &owner, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "another worker (pid "));
    assert_non_null(strstr(err.text, pid));
    assert_null(owner);
    dismiss(&actor, 0);
}

static void a_worker_gets_the_file_from_a_command(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct psync_error err = {0};
    struct actor actor = hire(place.config), idle = hire(place.config);
    assert_int_equal(order(&idle, OPEN_SESSION).result, PSYNC_OK);
    assert_int_equal(order(&idle, OWNS).result, PSYNC_OK);
    assert_int_equal(order(&idle, PUT_ONE).result, PSYNC_OK);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK); /* the session was idle, and gave way */
    assert_int_equal(order(&idle, OWNS).result, PSYNC_EMPTY);
    assert_int_equal(order(&idle, PUT_ONE).result, PSYNC_OK);    /* through the worker's socket now */
    assert_int_equal(order(&actor, LET_GO).result, PSYNC_OK);
    const struct psync_owner_open open = opening(PSYNC_OWNER_COMMAND);
    assert_ok(psync_owner_new(&open, &owner, &err));
    struct answer a = ask_with(place.config->queue.socket, "GET", "/v1/status", "", NULL);
    assert_int_equal(int_at(a.json, "total.ready"), 2); /* one product, two destinations: the second put knew it */
    done(&a);
    psync_owner_free(owner);
    dismiss(&idle, 0);
    dismiss(&actor, 0);
}

static int asked;

static void on_handover(void *arg)
{
    (void)arg;
    asked++;
}

static void a_command_is_asked(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct psync_owner_open open = opening(PSYNC_OWNER_COMMAND);
    open.on_handover = on_handover;
    assert_ok(psync_owner_new(&open, &owner, NULL));
    assert_false(psync_owner_handover_wanted(owner));
    struct answer a = ask_with(place.config->queue.socket, "POST", "/v1/handover", "", "");
    assert_int_equal(a.status, 202);
    done(&a);
    assert_true(psync_owner_handover_wanted(owner));
    assert_int_equal(asked, 1);
    psync_owner_free(owner);
}

static void a_dead_owners_socket_is_replaced(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct stat st;
    struct actor actor = hire(place.config);
    assert_int_equal(order(&actor, BE_WORKER).result, PSYNC_OK);
    dismiss(&actor, SIGKILL);
    assert_int_equal(stat(place.config->queue.socket, &st), 0);
    const struct psync_owner_open open = opening(PSYNC_OWNER_WORKER);
    assert_ok(psync_owner_new(&open, &owner, NULL));
    struct answer a = ask_with(place.config->queue.socket, "GET", "/readyz", "", NULL);
    assert_int_equal(a.status, 200);
    done(&a);
    psync_owner_free(owner);
    assert_int_equal(stat(place.config->queue.socket, &st), -1);
}

static void socket_and_file_are_private(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct stat st;
    const struct psync_owner_open open = opening(PSYNC_OWNER_WORKER);
    assert_ok(psync_owner_new(&open, &owner, NULL));
    assert_int_equal(stat(place.config->queue.socket, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(place.config->queue.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    psync_owner_free(owner);
}

static void a_group_may_be_let_in(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct psync_error err = {0};
    struct stat st;
    char setting[128];
    const struct group *group = getgrgid(getegid());
    assert_non_null(group);
    snprintf(setting, sizeof(setting), "queue.socket_group=%s", group->gr_name);
    struct psync_config *config = load_settings(place.folder, (const char *const[]){setting, NULL});
    struct psync_owner_open open = {.config = config, .role = PSYNC_OWNER_WORKER, .command = "test",
                                           .reader = &psync_cmd_reader};
    assert_ok(psync_owner_new(&open, &owner, &err));
    assert_int_equal(stat(config->queue.socket, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    psync_owner_free(owner);
    psync_config_free(config);
    config = load_settings(place.folder, NULL);
    config->queue.socket_group = "no-such-group"; /* one that went after the settings were read, which look for it */
    open.config = config;
    assert_int_equal(psync_owner_new(&open, &owner, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "no-such-group"));
    assert_int_equal(stat(config->queue.socket, &st), -1);
    psync_config_free(config);
}

static void a_missing_state_folder_is_made(void **state)
{
    (void)state;
    char folder[128];
    struct stat st;
    struct psync_owner *owner = NULL;
    struct psync_error err = {0};
    snprintf(folder, sizeof(folder), "%s/a/b", place.folder);
    struct psync_config *config = load_settings(folder, NULL);
    const struct psync_owner_open open = {.config = config, .role = PSYNC_OWNER_WORKER, .command = "test",
                                           .reader = &psync_cmd_reader};
    if (psync_owner_new(&open, &owner, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    psync_owner_free(owner);
    char command[200];
    snprintf(command, sizeof(command), "rm -r %s/a", place.folder);
    assert_int_equal(system(command), 0);
    psync_config_free(config);
}

static void an_open_folder_is_not_trusted(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct psync_session *session = NULL;
    struct psync_error err = {0};
    assert_int_equal(chmod(place.folder, 0777), 0);
    const struct psync_owner_open open = opening(PSYNC_OWNER_WORKER);
    const struct psync_session_open client = {.config = place.config, .command = "test",
                                           .reader = &psync_cmd_reader};
    assert_int_equal(psync_owner_new(&open, &owner, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, "can be changed by everybody"));
    assert_int_equal(psync_session_new(&client, &session, &err), PSYNC_REJECT);
}

static void what_is_no_queue_is_refused(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    struct psync_error err = {0};
    FILE *f = fopen(place.config->queue.path, "w");
    assert_non_null(f);
    for (int i = 0; i < 20; i++)
        fprintf(f, "this is no database\n");
    fclose(f);
    const struct psync_owner_open open = opening(PSYNC_OWNER_WORKER);
    enum psync_result r = psync_owner_new(&open, &owner, &err);
    assert_true(r == PSYNC_REJECT || r == PSYNC_FATAL);
    assert_non_null(strstr(err.text, place.config->queue.path));
}

/* What was asked before the end is answered; what comes after is told to go elsewhere. */
static void requests_are_answered_before_the_end(void **state)
{
    (void)state;
    struct psync_owner *owner = NULL;
    const struct psync_owner_open open = opening(PSYNC_OWNER_COMMAND);
    static const char request[] = "POST /v1/products HTTP/1.1\r\nHost: q\r\nConnection: close\r\n"
                                  "Content-Length: 44\r\n\r\n"
                                  "{\"id\":1,\"name\":\"abc\",\"price\":1.0,\"stock\":10}";
    assert_ok(psync_owner_new(&open, &owner, NULL));
    int fd[16];
    for (int i = 0; i < 16; i++) {
        fd[i] = dial(place.config->queue.socket);
        send_all(fd[i], request, sizeof(request) - 1);
    }
    struct answer first = read_answer(fd[0]);
    psync_owner_free(owner);
    assert_int_equal(first.status, 200);
    done(&first);
    for (int i = 1; i < 16; i++) {
        struct answer a = read_answer(fd[i]);
        assert_true(a.status == 200 || a.status == 503 || a.status == 0);
        if (a.status == 503)
            assert_true(json_object_get_boolean(at(a.json, "handover")));
        done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_second_is_refused), T(a_worker_gets_the_file_from_a_command), T(a_command_is_asked),
        T(a_dead_owners_socket_is_replaced), T(socket_and_file_are_private), T(a_group_may_be_let_in),
        T(a_missing_state_folder_is_made), T(an_open_folder_is_not_trusted), T(what_is_no_queue_is_refused),
        T(requests_are_answered_before_the_end),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("admin/owner", tests, NULL, NULL);
}
