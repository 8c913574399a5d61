/* fixture - runs an input from memory, in pieces of any size, and writes down what came of it:
 *   3 {"id":1,...}       a product, with the line it began on
 *   ! t:4: reason        a refused record
 *   !! t:5: reason       the end, because the stream cannot be read on */
#ifndef PSYNC_TESTS_SOURCE_FIXTURE_H
#define PSYNC_TESTS_SOURCE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NO_DIGITS UINT32_MAX

/* What a case sets; everything else is the program's default. */
struct settings {
    const char *language, *tax_rate, *pass;
    bool excluded, zero_stock, has_version;
    int64_t version;
    uint32_t digits;     /* 0: two; NO_DIGITS: none */
    uint64_t max_record; /* 0: 1 MiB */
};

struct input_case {
    const char *name, *input, *expected;
    struct settings settings;
};

struct pieces {
    const char *bytes;
    size_t len, at, piece;
};

static inline long read_piece(void *arg, char *bytes, size_t n)
{
    struct pieces *p = arg;
    if (n > p->piece)
        n = p->piece;
    if (n > p->len - p->at)
        n = p->len - p->at;
    memcpy(bytes, p->bytes + p->at, n);
    p->at += n;
    return (long)n;
}

static inline struct psync_config config_of(const struct settings *s)
{
    return (struct psync_config){
        .payload = {.language = s->language != NULL ? s->language : "",
                    .version = s->has_version ? s->version : -1,
                    .digits = s->digits == 0 ? 2 : s->digits == NO_DIGITS ? 0 : s->digits},
        .input = {.tax = s->excluded ? PSYNC_TAX_EXCLUDED : PSYNC_TAX_INCLUDED,
                  .tax_rate = s->tax_rate != NULL ? s->tax_rate : "",
                  .negative_stock = s->zero_stock ? PSYNC_STOCK_ZERO : PSYNC_STOCK_REFUSE,
                  .pass = s->pass != NULL ? s->pass : "",
                  .max_record_bytes = s->max_record > 0 ? s->max_record : 1 << 20}};
}

static inline void init_rules(struct psync_product_rules *rules, const struct settings *s)
{
    struct psync_config c = config_of(s); /* the texts outlive it */
    struct psync_error err = {{0}};
    if (psync_product_rules_init(rules, &c, &err) != PSYNC_OK)
        fail_msg("%s", err.text);
}

static inline struct psync_input *open_pieces(struct pieces *p, const struct psync_product_rules *rules)
{
    struct psync_input *in =
        psync_input_new(&(struct psync_input_open){.name = "t", .read = read_piece, .arg = p, .rules = rules});
    assert_non_null(in);
    return in;
}

/* Reads to the end and writes it down. */
static inline void transcribe(struct psync_input *in, struct psync_buf *out)
{
    struct psync_error err;
    struct psync_span payload;
    int64_t id;
    enum psync_result r;
    while ((r = psync_input_next(in, &id, &payload, &err)) == PSYNC_OK || r == PSYNC_REJECT) {
        enum psync_result added =
            r == PSYNC_OK ? psync_buf_printf(out, "%" PRIu64 " %.*s\n", psync_input_line(in), (int)payload.len, payload.data)
                          : psync_buf_printf(out, "! %s\n", err.text);
        assert_int_equal(added, PSYNC_OK);
    }
    if (r == PSYNC_FATAL) {
        assert_int_equal(psync_buf_printf(out, "!! %s\n", err.text), PSYNC_OK);
        assert_int_equal(psync_input_next(in, &id, &payload, &err), PSYNC_FATAL); /* and again */
    } else {
        assert_int_equal(r, PSYNC_EMPTY);
        assert_int_equal(psync_input_next(in, &id, &payload, &err), PSYNC_EMPTY);
    }
}

static inline void run_case(const struct input_case *c, size_t piece)
{
    struct psync_product_rules rules;
    struct psync_buf out;
    struct pieces p = {c->input, strlen(c->input), 0, piece};
    init_rules(&rules, &c->settings);
    psync_buf_init(&out, 1 << 20);
    struct psync_input *in = open_pieces(&p, &rules);
    transcribe(in, &out);
    if (strcmp(out.data, c->expected) != 0)
        fail_msg("%s, %zu bytes at once:\n%s", c->name, piece, out.data);
    psync_input_free(in);
    psync_buf_done(&out);
    psync_product_rules_done(&rules);
}

/* Every case whole, a byte at a time, and in pieces that divide records anywhere. */
static inline void run_cases(const struct input_case *cases, size_t n)
{
    static const size_t sizes[] = {1 << 20, 1, 7};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            run_case(&cases[i], sizes[k]);
}
#define RUN_CASES(cases) run_cases((cases), sizeof(cases) / sizeof *(cases))

#endif
