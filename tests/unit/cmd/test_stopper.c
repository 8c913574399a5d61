/* test_stopper - a wait for input ends by input, by its end, or by a stop. */
#include "cmd/stopper.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <unistd.h>

static void *stop(void *stopper)
{
    psync_stopper_stop(stopper);
    return NULL;
}

static void test_waiting(void **state)
{
    struct psync_stopper s;
    int ends[2];
    char byte;
    (void)state;
    assert_int_equal(psync_stopper_init(&s, NULL), PSYNC_OK);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(psync_stopper_wait(&s, ends[0], 0, NULL), PSYNC_EMPTY);
    assert_int_equal(write(ends[1], "", 1), 1);
    assert_int_equal(psync_stopper_wait(&s, ends[0], -1, NULL), PSYNC_OK);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(psync_stopper_wait(&s, ends[0], 0, NULL), PSYNC_EMPTY);
    close(ends[1]);
    assert_int_equal(psync_stopper_wait(&s, ends[0], -1, NULL), PSYNC_OK); /* an end can be read */
    close(ends[0]);
    assert_int_equal(psync_stopper_wait(&s, ends[0], -1, NULL), PSYNC_OK); /* so can a failure */
}

static void test_stopped(void **state)
{
    struct psync_stopper s;
    struct psync_error err = {0};
    int ends[2];
    pthread_t thread;
    (void)state;
    assert_int_equal(psync_stopper_init(&s, NULL), PSYNC_OK);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, stop, &s), 0);
    assert_int_equal(psync_stopper_wait(&s, ends[0], -1, &err), PSYNC_GONE);
    assert_string_equal(err.text, "stopped");
    pthread_join(thread, NULL);
    for (int i = 0; i < 100000; i++)
        psync_stopper_stop(&s); /* a full pipe blocks nobody */
    assert_int_equal(write(ends[1], "", 1), 1);
    assert_int_equal(psync_stopper_wait(&s, ends[0], 0, NULL), PSYNC_GONE); /* a stop goes before input */
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
