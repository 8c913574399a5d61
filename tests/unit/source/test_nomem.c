/* Every allocation of reading each format made to fail once: NOMEM comes back, nothing leaks (the address sanitizer would
 * tell), and calling again goes on as if nothing had been: the same products come out. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

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
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode))

#define LONG_NAME 300000 /* more than twice the window's first size: it must grow */

/* Reads everything; counts how often memory ran out. */
static void read_all(const char *text, const struct psync_product_rules *rules, struct psync_buf *out, int *ret_nomem)
{
    struct pieces p = {text, strlen(text), 0, 100000};
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    enum psync_result r;
    struct psync_input *in;
    *ret_nomem = 0;
    while ((in = psync_input_new(&(struct psync_input_open){.name = "t", .read = read_piece, .arg = &p,
                                                            .rules = rules})) == NULL)
        ++*ret_nomem;
    while ((r = psync_input_next(in, &id, &payload, &err)) != PSYNC_EMPTY) {
        long saved = until_failure;
        until_failure = -1; /* the test's own buffer is not meant */
        if (r == PSYNC_NOMEM)
            ++*ret_nomem;
        else
            assert_int_equal(psync_buf_printf(out, "%s:%.*s\n", psync_result_name(r),
                                              r == PSYNC_OK ? (int)payload.len : (int)strlen(err.text),
                                              r == PSYNC_OK ? payload.data : err.text),
                             PSYNC_OK);
        assert_true(r != PSYNC_FATAL && *ret_nomem < 5);
        until_failure = saved;
    }
    psync_input_free(in);
}

static void torture(const char *text, const struct settings *settings)
{
    struct psync_product_rules rules;
    struct psync_buf expected, out;
    int nomem;
    init_rules(&rules, settings);
    psync_buf_init(&expected, 1 << 24);
    psync_buf_init(&out, 1 << 24);
    read_all(text, &rules, &expected, &nomem);
    assert_int_equal(nomem, 0);
    long n = 0;
    do {
        psync_buf_clear(&out);
        failed = false;
        until_failure = n++;
        read_all(text, &rules, &out, &nomem);
        until_failure = -1;
        assert_int_equal(nomem, failed ? 1 : 0);
        assert_string_equal(out.data, expected.data);
    } while (failed);
    assert_true(n > 3); /* the object, the window, the payload at least */
    psync_buf_done(&expected);
    psync_buf_done(&out);
    psync_product_rules_done(&rules);
}

/* `before`, a long name, `after`. */
static char *with_long_name(const char *before, const char *after)
{
    size_t b = strlen(before), a = strlen(after);
    char *text = malloc(b + LONG_NAME + a + 1);
    assert_non_null(text);
    memcpy(text, before, b);
    memset(text + b, 'x', LONG_NAME);
    memcpy(text + b + LONG_NAME, after, a + 1);
    return text;
}

static void torture_long(const char *before, const char *after, const struct settings *settings)
{
    char *text = with_long_name(before, after);
    torture(text, settings);
    free(text);
}

#define ESCAPED "\"name\":\"C\\u0075p \\ud83c\\udf75\",\"price\":\"4\\u002e5\",\"st\\u006fck\":1"

static void json(void **state)
{
    (void)state;
    torture_long("{\"id\":1," ESCAPED ",\"note\":\"a\\\"b\"}\n{\"id\":2,\"name\":\"x\",\"price\":1,\"stock\":1,\"note\":\"",
                 "\"}\n{\"id\":3," ESCAPED "}\n{\"id\":4," ESCAPED "} x\nrubbish\n", &(struct settings){.pass = "note"});
    torture_long("[{\"id\":1," ESCAPED "},{\"id\":2,\"name\":\"", "\"},{\"id\":3," ESCAPED "}]", &(struct settings){0});
}

static void tables(void **state)
{
    (void)state;
    torture_long("id,name,price,stock,note\n1,\"C\"\"up\",1,1,\"a\"\"b\"\n2,x,1,1,", "\n3,\"C\"\"up\",1,1,\n4,\"a\"b,\n",
                 &(struct settings){.pass = "note"});
    torture("A;B;C;D;E;F;G;H\n1;http://a;\"C\"\"up\";X;H;1.000000;1.20;1\n2;http://a;x;X;H;1.000000;1.20;1\n",
            &(struct settings){.pass = "D"});
}

static void webservice(void **state)
{
    (void)state;
    torture_long("{\"products\":[{\"id\":1," ESCAPED "},{\"id\":2," ESCAPED ",\"note\":\"",
                 "\"}],\"x\":[1],\"stock_availables\":[{\"id_product\":1,\"id_product_attribute\":0,\"quantity\":\"4\"}]}"
                 "{\"product\":{\"id\":1," ESCAPED "}}{\"product\":{\"id\":2}}",
                 &(struct settings){.tax_rate = "20", .pass = "note"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json),
        cmocka_unit_test(tables),
        cmocka_unit_test(webservice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
