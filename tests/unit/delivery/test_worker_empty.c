/* test_worker_empty - a worker without a destination: as it is while no shop's settings could be read yet. */
#include "delivery/http.h"
#include "delivery/worker.h"
#include "delivery_fixture.h"

#include <stdlib.h>
#include <unistd.h>

static void test_runs_and_ends(void **state)
{
    static const char *const names[] = {"queue.db", "queue.db-wal", "queue.db-shm", "queue.db.reserve", "queue.db.mark"};
    char folder[] = "/tmp/psync-empty-XXXXXX", path_set[128];
    struct psync_destination_status *status = NULL;
    struct psync_queue *queue = NULL;
    struct psync_worker *worker = NULL;
    struct psync_error err = {0};
    size_t n = 1;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path_set, sizeof path_set, "queue.path=%s/queue.db", folder);
    struct psync_config *config = SETTINGS(path_set, "shop main.host=/nowhere", "shop main.user=u", "shop main.database=d");
    assert_int_equal(config->n_destinations, 0);
    const struct psync_queue_open open = {.conf = &config->queue};
    assert_int_equal(psync_queue_new(&open, &queue, &err), PSYNC_OK);
    const struct psync_worker_open working = {.queue = queue, .config = config};
    assert_int_equal(psync_worker_new(&working, &worker, &err), PSYNC_OK);
    assert_int_equal(psync_worker_run(worker, true, &err), PSYNC_OK);
    assert_int_equal(psync_worker_status(worker, &status, &n), PSYNC_OK);
    assert_int_equal(n, 0);
    free(status);
    psync_worker_stop(worker);
    assert_int_equal(psync_worker_run(worker, false, &err), PSYNC_OK); /* its figures are written down once more */
    psync_queue_free(queue);
    psync_worker_free(worker); /* with the configuration */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static int start_library(void **state)
{
    (void)state;
    return psync_http_global_init(NULL) == PSYNC_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_runs_and_ends)};
    return cmocka_run_group_tests(tests, start_library, NULL);
}
