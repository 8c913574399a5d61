/* input_bench - products a second from each format, without queue or network: the input must never be what produce
 * waits for. Prints one line a format: name, products a second, nanoseconds a product, MB a second. */
#include "base/clock.h"
#include "source/input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRODUCTS = 500000 };

struct text {
    const char *bytes;
    size_t len, at;
};

static long read_text(void *arg, char *bytes, size_t n)
{
    struct text *t = arg;
    if (n > t->len - t->at)
        n = t->len - t->at;
    memcpy(bytes, t->bytes + t->at, n);
    t->at += n;
    return (long)n;
}

struct format {
    const char *name, *header, *row, *footer; /* row: a printf format for the id */
};

static const struct format formats[] = {
    {"ndjson", "", "{\"id\":%d,\"name\":\"Caf\xc3\xa9 cup, hand-thrown \\\"No. 3\\\"\",\"price\":49.90,\"stock\":15}\n", ""},
    {"json array", "[\n", "  {\"id\": %d, \"name\": \"Caf\xc3\xa9 cup, hand-thrown\", \"price\": 49.90, \"stock\": 15},\n",
     "{\"id\":1,\"name\":\"last\",\"price\":1,\"stock\":1}]"},
    {"csv", "id,name,price,stock\n", "%d,\"Caf\xc3\xa9 cup, hand-thrown \"\"No. 3\"\"\",49.90,15\n", ""},
    {"prestashop export",
     "\"Product ID\";Image;Name;Reference;Category;\"Price (tax excl.)\";\"Price (tax incl.)\";Quantity\n",
     "%d;http://shop.example/img/p/2/2/22-small_default.jpg;\"Caf\xc3\xa9 cup\";ref_1;\"Home Accessories\";"
     "41.583333;\xe2\x82\xac"
     "49.90;15\n", ""},
};

static struct psync_buf make_input(const struct format *f)
{
    struct psync_buf b;
    char row[512];
    psync_buf_init(&b, (size_t)1 << 30);
    enum psync_result r = psync_buf_add_str(&b, f->header);
    for (int i = 1; r == PSYNC_OK && i <= PRODUCTS; i++) {
        const char *percent = strchr(f->row, '%');
        (void)snprintf(row, sizeof row, "%.*s%d%s", (int)(percent - f->row), f->row, i, percent + 2);
        r = psync_buf_add_str(&b, row);
    }
    if (r != PSYNC_OK || psync_buf_add_str(&b, f->footer) != PSYNC_OK)
        exit(EXIT_FAILURE);
    return b;
}

static uint64_t run(struct text *t, const struct psync_product_rules *rules)
{
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    uint64_t n = 0;
    struct psync_input *in =
        psync_input_new(&(struct psync_input_open){.name = "bench", .read = read_text, .arg = t, .rules = rules});
    enum psync_result r = in == NULL ? PSYNC_NOMEM : PSYNC_OK;
    while (r == PSYNC_OK && (r = psync_input_next(in, &id, &payload, &err)) == PSYNC_OK)
        n++;
    if (r != PSYNC_EMPTY) {
        fprintf(stderr, "%s\n", in == NULL ? "out of memory" : err.text);
        exit(EXIT_FAILURE);
    }
    psync_input_free(in);
    return n;
}

int main(void)
{
    struct psync_config c = {.payload = {.language = "", .version = -1, .digits = 2},
                             .input = {.tax_rate = "", .pass = "", .max_record_bytes = 1 << 20}};
    struct psync_product_rules rules;
    struct psync_error err;
    if (psync_product_rules_init(&rules, &c, &err) != PSYNC_OK)
        return EXIT_FAILURE;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct psync_buf b = make_input(&formats[i]);
        struct text t = {b.data, b.len, 0};
        uint64_t begin = psync_clock_us(), n = run(&t, &rules), us = psync_clock_us() - begin;
        printf("%-18s %9.0f products/s  %5.0f ns each  %5.0f MB/s\n", formats[i].name, (double)n * 1e6 / (double)us,
               (double)us * 1e3 / (double)n, (double)b.len / (double)us);
        psync_buf_done(&b);
    }
    psync_product_rules_done(&rules);
    return EXIT_SUCCESS;
}
