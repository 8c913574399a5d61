/* reader - see the header. */
#include "cmd/reader.h"

#include "source/input.h"

#include <stdlib.h>
#include <string.h>

static enum psync_result rules_new(const struct psync_config *config, void **ret_rules, struct psync_error *err)
{
    struct psync_product_rules *rules = calloc(1, sizeof(*rules));
    if (!rules)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result r = psync_product_rules_init(rules, config, err);
    if (r != PSYNC_OK) {
        free(rules);
        return r;
    }
    *ret_rules = rules;
    return PSYNC_OK;
}

static void rules_free(void *rules)
{
    if (rules)
        psync_product_rules_done(rules);
    free(rules);
}

/* A psync_input_read over a span, which it uses up. */
static long read_span(void *arg, char *bytes, size_t n)
{
    struct psync_span *left = arg;
    size_t take = n < left->len ? n : left->len;
    memcpy(bytes, left->data, take);
    left->data += take;
    left->len -= take;
    return (long)take;
}

static enum psync_result read_records(struct psync_input *input, psync_record_take *take, void *arg,
                                      struct psync_error *err)
{
    for (;;) {
        struct psync_error why = {0};
        struct psync_span payload;
        int64_t product = 0;
        enum psync_result r = psync_input_next(input, &product, &payload, &why);
        if (r == PSYNC_EMPTY)
            return PSYNC_OK;
        if (r == PSYNC_OK)
            r = take(arg, psync_input_line(input), product, payload, err);
        else if (r == PSYNC_REJECT)
            r = take(arg, psync_input_line(input), 0, (struct psync_span){why.text, strlen(why.text)}, err);
        else /* FATAL is of the body, not of our storage */
            return psync_fail(err, r == PSYNC_FATAL ? PSYNC_REJECT : r, "%s", why.text);
        if (r != PSYNC_OK)
            return r;
    }
}

static enum psync_result read_body(const void *rules, struct psync_span body, psync_record_take *take, void *arg,
                                   struct psync_error *err)
{
    const struct psync_input_open open = {.name = "body", .read = read_span, .arg = &body, .rules = rules};
    struct psync_input *input = psync_input_new(&open);
    if (!input)
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    enum psync_result r = read_records(input, take, arg, err);
    psync_input_free(input);
    return r;
}

const struct psync_product_reader psync_cmd_reader = {rules_new, rules_free, read_body};
