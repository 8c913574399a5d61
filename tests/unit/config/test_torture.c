/* Every allocation of loading, showing and merging made to fail once: NOMEM comes back, nothing leaks (a leak is the
 * address sanitizer's to find), and the same call then works. The allocators are wrapped at link time. */
#include "fixture.h"

#include "config/options.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

static long allowed = -1; /* allocations before the one that fails; negative: none fails */

static bool fails_now(void)
{
    return allowed >= 0 && allowed-- == 0;
}

void *__wrap_malloc(size_t n)
{
    return fails_now() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails_now() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
    return fails_now() ? NULL : __real_strdup(s);
}

static const char text[] = "[destination]\nurl = https://x/?k=1\ntoken_file = token\nheaders = X-A: 1\n  X-B: 2\n"
                           "[destination eu]\nurl = https://eu/\ntoken = abc\n[retry]\nbackoff = 10m\n";

static enum psync_result load(struct psync_config **ret_config)
{
    const char *sets[] = {"destination us.url=https://us/", "retry.attempts=3"};
    struct psync_config_source source = {.file = "c.conf", .sets = sets, .n_sets = 2};
    struct psync_buf warnings;
    enum psync_result r;

    psync_buf_init(&warnings, 4096);
    r = psync_config_load(&source, ret_config, &warnings, NULL);
    psync_buf_done(&warnings);
    return r;
}

static void loading(void **state)
{
    enum psync_result r = PSYNC_NOMEM;
    long failures = 0;

    (void)state;
    write_file("c.conf", text, 0644);
    write_file("token", "abc\n", 0644);
    for (long n = 0; r == PSYNC_NOMEM; n++) {
        struct psync_config *c = NULL;

        allowed = n;
        r = load(&c);
        allowed = -1;
        failures += r == PSYNC_NOMEM;
        assert_int_equal(r == PSYNC_OK, c != NULL);
        psync_config_free(c);
    }
    assert_int_equal(r, PSYNC_OK);
    assert_true(failures > 100);
}

static void merging(void **state)
{
    struct psync_config *now, *next;
    enum psync_result r = PSYNC_NOMEM;
    long failures = 0;

    (void)state;
    write_file("c.conf", text, 0600);
    write_file("token", "abc\n", 0600);
    now = load_ok(NULL, NULL);
    assert_int_equal(load(&next), PSYNC_OK);
    for (long n = 0; r == PSYNC_NOMEM; n++) {
        struct psync_config *c = NULL;
        struct psync_buf changed, kept;

        psync_buf_init(&changed, 4096);
        psync_buf_init(&kept, 4096);
        allowed = n;
        r = psync_config_merge_reload(now, next, &c, &changed, &kept);
        allowed = -1;
        failures += r == PSYNC_NOMEM;
        assert_int_equal(r == PSYNC_OK, c != NULL);
        psync_config_free(c);
        psync_buf_done(&changed);
        psync_buf_done(&kept);
    }
    assert_int_equal(r, PSYNC_OK);
    assert_true(failures > 100);
    psync_config_free(now);
    psync_config_free(next);
}

static void showing_never_shows_a_secret(void **state)
{
    struct psync_config *c;

    (void)state;
    write_file("c.conf", text, 0600);
    write_file("token", "abc\n", 0600);
    assert_int_equal(load(&c), PSYNC_OK);
    for (long n = 0; n < 5; n++) {
        struct wanted_row row;

        allowed = n;
        row = row_of(c, "destination.token");
        allowed = -1;
        assert_null(strstr(row.value, "abc"));
    }
    psync_config_free(c);
}

static void printing_the_reference(void **state)
{
    enum psync_result r = PSYNC_NOMEM;

    (void)state;
    for (long n = 0; r == PSYNC_NOMEM; n++) {
        struct psync_buf out;

        psync_buf_init(&out, 1 << 20);
        allowed = n;
        r = psync_options_markdown(&out);
        if (r == PSYNC_OK)
            r = psync_options_help(&out);
        allowed = -1;
        psync_buf_done(&out);
    }
    assert_int_equal(r, PSYNC_OK);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(loading),
        IN_FOLDER(merging),
        IN_FOLDER(showing_never_shows_a_secret),
        IN_FOLDER(printing_the_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
