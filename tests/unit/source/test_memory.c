/* The promise that a large file takes no more memory than a small one: 300 MB of each format (of the rarer ones 100) are
 * streamed through, and the process may not have grown. */
#include "fixture.h"

#include <stdlib.h>
#include <sys/resource.h>

enum { GROWTH_MB = 8 };

/* A header, then rows until `mb` are out, then a footer. */
struct generator {
    const char *header, *row, *footer;
    size_t mb, row_len, at, sent; /* `at`: in the row */
    bool began, ended;
};

static long put_text(char *bytes, const char *text)
{
    size_t len = strlen(text);
    memcpy(bytes, text, len);
    return (long)len;
}

static long generate(void *arg, char *bytes, size_t n)
{
    struct generator *g = arg;
    if (!g->began) {
        g->began = true;
        if (*g->header != '\0')
            return put_text(bytes, g->header);
    }
    if (g->sent >= g->mb << 20 && g->at == 0) {
        bool ended = g->ended;
        g->ended = true;
        return ended ? 0 : put_text(bytes, g->footer);
    }
    if (n > g->row_len - g->at)
        n = g->row_len - g->at;
    memcpy(bytes, g->row + g->at, n);
    g->at = (g->at + n) % g->row_len;
    g->sent += n;
    return (long)n;
}

/* The most the process ever held, in MB. */
static long resident_mb(void)
{
    struct rusage u;
    assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
#ifdef __APPLE__
    return u.ru_maxrss >> 20; /* bytes there */
#else
    return u.ru_maxrss >> 10; /* KiB */
#endif
}

/* A block of rows of some 64 KiB, so that the test measures the input and not the generator. */
static char *make_block(const char *row)
{
    size_t len = strlen(row), n = 65536 / len;
    char *block = malloc(n * len + 1);
    assert_non_null(block);
    for (size_t i = 0; i < n; i++)
        memcpy(block + i * len, row, len);
    block[n * len] = '\0';
    return block;
}

static void stream(size_t mb, const char *header, const char *row, const char *footer)
{
    char *block = make_block(row);
    struct generator g = {.header = header, .row = block, .footer = footer, .mb = mb, .row_len = strlen(block)};
    struct psync_product_rules rules;
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    uint64_t n = 0;
    init_rules(&rules, &(struct settings){.tax_rate = "20"});
    struct psync_input *in =
        psync_input_new(&(struct psync_input_open){.name = "t", .read = generate, .arg = &g, .rules = &rules});
    long before = resident_mb();
    enum psync_result r;
    while ((r = psync_input_next(in, &id, &payload, &err)) == PSYNC_OK)
        n++;
    assert_int_equal(r, PSYNC_EMPTY);
    assert_true(n > 100);
    assert_in_range(resident_mb() - before, 0, GROWTH_MB);
    psync_input_free(in);
    psync_product_rules_done(&rules);
    free(block);
}

#define PRODUCT "{\"id\":1,\"name\":\"A cup, hand-thrown\",\"price\":\"49.90\",\"stock\":15,\"more\":[1,2,3]}"

static void ndjson(void **state)
{
    (void)state;
    stream(300, "", PRODUCT "\n", "");
}

static void array(void **state)
{
    (void)state;
    stream(100, "[" PRODUCT, "\n," PRODUCT, "]");
}

static void csv(void **state)
{
    (void)state;
    stream(300, "id,name,price,stock\n", "1,\"A cup, \"\"hand-thrown\"\"\",49.90,15\n", "");
}

#define STOCKS "\"stock_availables\":[{\"id_product\":1,\"id_product_attribute\":0,\"quantity\":4}]"

static void webservice_with_stocks_first(void **state)
{
    (void)state;
    stream(100, "{" STOCKS ",\"products\":[" PRODUCT, "," PRODUCT, "]}");
}

static void webservice_with_products_first(void **state)
{
    (void)state;
    stream(100, "{\"products\":[" PRODUCT, "," PRODUCT, "]," STOCKS "}");
}

static void one_endless_record(void **state)
{
    struct generator g = {.header = "{\"id\":1,\"name\":\"", .row = "abcdefghijklmnopqrstuvwxyz", .footer = "",
                          .mb = 100, .row_len = 26};
    struct psync_product_rules rules;
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    (void)state;
    init_rules(&rules, &(struct settings){0});
    struct psync_input *in =
        psync_input_new(&(struct psync_input_open){.name = "t", .read = generate, .arg = &g, .rules = &rules});
    long before = resident_mb();
    assert_int_equal(psync_input_next(in, &id, &payload, &err), PSYNC_REJECT);
    assert_int_equal(psync_input_next(in, &id, &payload, &err), PSYNC_EMPTY);
    assert_in_range(resident_mb() - before, 0, GROWTH_MB);
    psync_input_free(in);
    psync_product_rules_done(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ndjson),
        cmocka_unit_test(array),
        cmocka_unit_test(csv),
        cmocka_unit_test(webservice_with_stocks_first),
        cmocka_unit_test(webservice_with_products_first),
        cmocka_unit_test(one_endless_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
