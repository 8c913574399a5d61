/* Every allocation of the base made to fail once: the call says so, nothing leaks, and the same call works afterwards.
 * What allocates is wrapped, in the C library and in the libraries the base calls. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/containers.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the failing allocators ---- */

static long until_failure = -1; /* how many allocations succeed; -1: all do */
static bool failed;

static bool fails(void)
{
    if (until_failure < 0 || until_failure-- > 0)
        return false;
    failed = true;
    return true; /* once: the counter is -1 now */
}

#define WRAP(type, name, params, args)                                                                                 \
    type __real_##name params;                                                                                         \
    type __wrap_##name params;                                                                                         \
    type __wrap_##name params                                                                                          \
    {                                                                                                                  \
        return fails() ? NULL : __real_##name args;                                                                    \
    }

WRAP(void *, malloc, (size_t n), (n))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *p, size_t n), (p, n))
WRAP(char *, strdup, (const char *s), (s))
WRAP(json_object *, json_object_new_object, (void), ())
WRAP(json_object *, json_object_new_array, (void), ())
WRAP(json_object *, json_object_new_int64, (int64_t n), (n))
WRAP(json_object *, json_object_new_double, (double x), (x))
WRAP(json_object *, json_object_new_boolean, (json_bool b), (b))
WRAP(json_object *, json_object_new_string_len, (const char *s, int n), (s, n))
WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), ())

int __real_json_object_array_add(json_object *a, json_object *v);
int __wrap_json_object_array_add(json_object *a, json_object *v);
int __wrap_json_object_array_add(json_object *a, json_object *v)
{
    return fails() ? -1 : __real_json_object_array_add(a, v);
}

int __real_json_object_object_add(json_object *o, const char *name, json_object *v);
int __wrap_json_object_object_add(json_object *o, const char *name, json_object *v);
int __wrap_json_object_object_add(json_object *o, const char *name, json_object *v)
{
    return fails() ? -1 : __real_json_object_object_add(o, name, v);
}

/* ---- what must survive them: each returns PSYNC_OK, or PSYNC_NOMEM with everything as it was ---- */

static enum psync_result grow_a_buffer(void)
{
    struct psync_buf b;
    psync_buf_init(&b, 1000);
    enum psync_result r = PSYNC_OK;
    for (int i = 0; i < 10 && r == PSYNC_OK; i++) {
        size_t before = b.len;
        r = i % 2 ? psync_buf_printf(&b, "%050d", i) : psync_json_add_string(&b, PSYNC_SPAN("a\nb and so on and on"));
        if (r != PSYNC_OK)
            assert_int_equal(b.len, before);
        assert_int_equal(b.data[b.len], '\0');
    }
    psync_buf_done(&b);
    return r;
}

static enum psync_result parse_json(void)
{
    static const struct psync_span text =
        PSYNC_SPAN_INIT("{\"id\":1,\"price\":49.90,\"name\":\"a\\u00e9b\",\"tags\":[true,null,\"x\",[],{\"y\":-0}]}");
    json_object *v = NULL;
    struct psync_error err = {{0}};
    enum psync_result r = psync_json_parse(text, &v, &err);
    if (r == PSYNC_OK)
        assert_int_equal(psync_json_int(v, "id", 0), 1);
    else
        assert_string_equal(err.text, "out of memory");
    assert_true((r == PSYNC_OK) == (v != NULL));
    json_object_put(v);
    return r;
}

static enum psync_result write_json(void)
{
    struct psync_buf b;
    struct psync_json_writer w;
    psync_buf_init(&b, 10000);
    psync_json_writer_begin(&w, &b);
    psync_json_open(&w, NULL, '[');
    for (int i = 0; i < 200; i++)
        psync_json_put_int(&w, NULL, i);
    psync_json_close(&w, ']');
    enum psync_result r = psync_json_writer_end(&w);
    psync_buf_done(&b);
    return r;
}

static enum psync_result fill_a_heap(void)
{
    struct psync_heap h;
    struct psync_heap_item items[100];
    psync_heap_init(&h);
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; i < 100 && r == PSYNC_OK; i++) {
        psync_heap_item_init(&items[i]);
        r = psync_heap_add(&h, &items[i], 1000 - (psync_ms)i);
        assert_int_equal(h.len, i + (r == PSYNC_OK));
        assert_true(r == PSYNC_OK || items[i].index == SIZE_MAX);
    }
    psync_heap_done(&h);
    return r;
}

static enum psync_result fill_a_map(void)
{
    static const char keys[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct psync_map m;
    psync_map_init(&m);
    enum psync_result r = PSYNC_OK;
    for (size_t i = 0; i < sizeof keys - 1 && r == PSYNC_OK; i++) {
        r = psync_map_set(&m, (struct psync_span){keys + i, 1}, (void *)(uintptr_t)(keys + i));
        assert_int_equal(m.len, i + (r == PSYNC_OK));
        for (size_t k = 0; k < m.len; k++)
            assert_ptr_equal(psync_map_get(&m, (struct psync_span){keys + k, 1}), keys + k);
    }
    psync_map_done(&m);
    return r;
}

static enum psync_result open_a_log(void)
{
    char path[] = "/tmp/psync-log-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    struct psync_log *log = psync_log_new(&(struct psync_log_conf){.path = path});
    if (log != NULL) { /* from here on no event needs memory */
        long left = until_failure;
        until_failure = 0;
        PSYNC_LOG(log, PSYNC_LOG_INFO, "e", PSYNC_F_TEXT("text", "a b"), PSYNC_F_INT("n", 1));
        psync_log_flush(log);
        assert_int_equal(until_failure, 0);
        until_failure = left;
    }
    psync_log_free(log);
    (void)unlink(path);
    return log != NULL ? PSYNC_OK : PSYNC_NOMEM;
}

/* In a thread of its own: each thread allocates its context at its first digest. */
static void *digest_thread(void *ret_result)
{
    unsigned char digest[PSYNC_SHA256_BYTES];
    *(enum psync_result *)ret_result = psync_sha256(&PSYNC_SPAN("abc"), 1, digest);
    return NULL;
}

static enum psync_result hash_in_a_new_thread(void)
{
    enum psync_result r = PSYNC_FATAL;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, digest_thread, &r), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return r;
}

static enum psync_result copy_a_span(void)
{
    char *copy = psync_span_dup(PSYNC_SPAN("abc"));
    enum psync_result r = copy != NULL ? PSYNC_OK : PSYNC_NOMEM;
    free(copy);
    return r;
}

static void survives_each_failure(void **state)
{
    (void)state;
    static const struct {
        enum psync_result (*run)(void);
        int least; /* allocations it makes, at least: a wrap that does not bite would prove nothing */
    } runs[] = {
        {grow_a_buffer, 4}, {parse_json, 20}, {write_json, 3},           {fill_a_heap, 3},
        {fill_a_map, 3},    {open_a_log, 4},  {hash_in_a_new_thread, 2}, {copy_a_span, 1},
    };
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        long n = 0;
        for (failed = true; failed; n++) {
            failed = false;
            until_failure = n;
            enum psync_result r = runs[i].run();
            until_failure = -1;
            assert_int_equal(r, failed ? PSYNC_NOMEM : PSYNC_OK);
        }
        assert_true(n - 1 >= runs[i].least);
    }
}

static void a_reopen_without_memory_keeps_the_log(void **state)
{
    (void)state;
    char path[] = "/tmp/psync-log-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct psync_log *log = psync_log_new(&(struct psync_log_conf){.path = path});
    assert_non_null(log);
    until_failure = 0;
    psync_log_reopen(log, &(struct psync_log_conf){.path = "/tmp/elsewhere.log"});
    assert_true(failed && until_failure == -1);
    PSYNC_LOG(log, PSYNC_LOG_ERROR, "still here", PSYNC_F_INT("n", 1));
    char text[256] = "";
    assert_true(read(fd, text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "still here"));
    psync_log_free(log);
    (void)close(fd);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_each_failure),
        cmocka_unit_test(a_reopen_without_memory_keeps_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
