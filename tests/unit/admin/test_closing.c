/* A request that comes just when the owner begins to close: it was let in, and finds nobody to answer it. */
#include "harness.h"

#include "admin/api.h"
#include "admin/clerk.h"
#include "web/listen.h"

static struct psync_api *api;

enum psync_result __real_psync_clerk_take(struct psync_clerk *c, struct psync_job *job);
enum psync_result __wrap_psync_clerk_take(struct psync_clerk *c, struct psync_job *job);

/* Wrapped at link time. */
enum psync_result __wrap_psync_clerk_take(struct psync_clerk *c, struct psync_job *job)
{
    psync_api_drain(api, 0);
    return __real_psync_clerk_take(c, job);
}

static void it_is_sent_to_the_next_owner(void **state)
{
    struct psync_error err = {0};
    struct place place;
    struct psync_queue *queue = NULL;
    struct psync_web_server *server = NULL;
    struct psync_web_conf conf = {.max_body_bytes = PSYNC_API_BODY_MAX};
    (void)state;
    make_place(&place, NULL);
    assert_ok(psync_queue_new(&(struct psync_queue_open){.conf = &place.config->queue}, &queue, &err));
    const struct psync_api_open open = {
        .config = place.config, .queue = queue, .reader = &psync_cmd_reader, .command = "test", .temporary = true};
    assert_ok(psync_api_new(&open, &api, &err));
    assert_ok(psync_web_listen_unix(place.config->queue.socket, 0600, &conf.listen_fd, &err));
    conf.routes = psync_api_routes(api, &conf.n_routes);
    assert_ok(psync_web_server_new(&conf, &server, &err));
    struct answer a = ask_with(place.config->queue.socket, "GET", "/v1/status", "", NULL);
    assert_int_equal(a.status, 503);
    assert_true(json_object_get_boolean(at(a.json, "handover")));
    done(&a);
    psync_web_server_free(server);
    psync_api_stop(api);
    psync_queue_free(queue);
    psync_api_free(api);
    remove_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_sent_to_the_next_owner)};
    return cmocka_run_group_tests_name("admin/closing", tests, NULL, NULL);
}
