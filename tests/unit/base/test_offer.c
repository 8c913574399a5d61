/* A pipe that nobody reads is not waited for. */
#include "base/offer.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

static void what_fits_is_written(void **state)
{
    int ends[2];
    char text[2000], got[2000];
    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(pipe(ends), 0);
    assert_true(psync_offer_ready(ends[1], 0));
    assert_int_equal(psync_offer(ends[1], text, sizeof text, 0), sizeof text);
    assert_int_equal(read(ends[0], got, sizeof got), sizeof text);
    assert_memory_equal(got, text, sizeof text);
    close(ends[0]);
    close(ends[1]);
}

static void a_full_pipe_is_left(void **state)
{
    int ends[2];
    static char text[1 << 20];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    size_t taken = psync_offer(ends[1], text, sizeof text, 0);
    assert_in_range(taken, 512, sizeof text - 1);
    assert_false(psync_offer_ready(ends[1], 0));
    assert_int_equal(psync_offer(ends[1], text, 100, 10), 0);
    assert_true(read(ends[0], text, sizeof text) > 0);
    assert_int_equal(psync_offer(ends[1], text, 100, 0), 100);
    close(ends[0]);
    close(ends[1]);
}

static void a_pipe_without_a_reader_is_left(void **state)
{
    int ends[2];
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(psync_offer(ends[1], "text", 4, 1000), 0);
    close(ends[1]);
    assert_int_equal(psync_offer(-1, "text", 4, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_written),
        cmocka_unit_test(a_full_pipe_is_left),
        cmocka_unit_test(a_pipe_without_a_reader_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
