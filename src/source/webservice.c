/* webservice - the join. */
#include "source/webservice.h"

#include "source/fields.h"
#include "source/jsonproduct.h"
#include "source/jsontext.h"

#include <inttypes.h>

void psync_webservice_init(struct psync_webservice *ws, const struct psync_product_rules *rules)
{
    *ws = (struct psync_webservice){0};
    psync_stocks_init(&ws->stocks);
    psync_spool_init(&ws->spool, psync_product_record_max(rules));
}

void psync_webservice_done(struct psync_webservice *ws)
{
    psync_stocks_done(&ws->stocks);
    psync_spool_done(&ws->spool);
}

/* The members of that name, by their text; of no bytes if there is none. */
static void find_members(struct psync_span object, const char *const *quoted, struct psync_span *ret_values, size_t n)
{
    struct psync_json_cursor cursor = psync_json_cursor_of(object);
    struct psync_span name, value;
    for (size_t i = 0; i < n; i++)
        ret_values[i] = (struct psync_span){0};
    while (psync_json_cursor_next(&cursor, &name, &value))
        for (size_t i = 0; i < n; i++)
            if (psync_span_eq(name, quoted[i]))
                ret_values[i] = value;
}

static enum psync_result read_integer(const char *name, struct psync_span value, int64_t *ret_n,
                                      struct psync_error *err)
{
    struct psync_span text = {0};
    enum psync_result r = psync_json_number_text(name, value, &text, err);
    return r == PSYNC_OK ? psync_field_integer(name, text, ret_n, err) : r;
}

enum psync_result psync_webservice_stock(struct psync_webservice *ws, struct psync_span object,
                                         struct psync_error *err)
{
    static const char *const names[] = {"\"id_product\"", "\"id_product_attribute\"", "\"quantity\""};
    struct psync_span values[3];
    int64_t id = 0, combination = 0, quantity = 0;
    ws->has_stocks = true;
    find_members(object, names, values, 3);
    enum psync_result r = read_integer("id_product of a stock row", values[0], &id, err);
    if (r == PSYNC_OK)
        r = read_integer("id_product_attribute of a stock row", values[1], &combination, err);
    if (r != PSYNC_OK || combination != 0)
        return r;
    r = read_integer("quantity of a stock row", values[2], &quantity, err);
    return r == PSYNC_OK ? psync_stocks_put(&ws->stocks, id, quantity, err) : r;
}

/* The whole product, if its stock is known. */
static enum psync_result complete(struct psync_webservice *ws, struct psync_reading *reading, struct psync_span object,
                                  struct psync_product *p, struct psync_error *err)
{
    enum psync_result r =
        psync_json_product(object, PSYNC_SHAPE_WEBSERVICE, reading->rules, &reading->left_out, p, err);
    if (r != PSYNC_OK)
        return r;
    r = psync_stocks_get(&ws->stocks, p->id, &p->stock, err);
    if (r != PSYNC_EMPTY)
        return r;
    return psync_fail(err, PSYNC_REJECT,
                      "the input has no row of product %" PRId64 " in stock_availables (combination 0)", p->id);
}

/* The id as it stands there, without decoding anything: the text may have to be set aside as it is. */
static bool peek_id(struct psync_span object, int64_t *ret_id)
{
    static const char *const names[] = {"\"id\""};
    struct psync_span value;
    find_members(object, names, &value, 1);
    if (value.len >= 2 && value.data[0] == '"')
        value = (struct psync_span){value.data + 1, value.len - 2};
    return psync_field_integer("id", value, ret_id, NULL) == PSYNC_OK;
}

enum psync_result psync_webservice_product(struct psync_webservice *ws, struct psync_reading *reading,
                                           struct psync_span object, struct psync_product *ret_product,
                                           struct psync_error *err)
{
    int64_t id = 0, stock = 0;
    const struct psync_product_rules *rules = reading->rules;
    bool has_price = rules->tax == PSYNC_TAX_EXCLUDED || rules->has_tax_rate;
    ws->has_products = true;
    if (!has_price || !peek_id(object, &id))
        return complete(ws, reading, object, ret_product, err); /* which says what is wrong */
    enum psync_result r = psync_stocks_get(&ws->stocks, id, &stock, err);
    if (r != PSYNC_EMPTY)
        return r == PSYNC_OK ? complete(ws, reading, object, ret_product, err) : r;
    r = psync_spool_put(&ws->spool, object, (struct psync_place){reading->input, reading->line}, err);
    return r == PSYNC_OK ? PSYNC_RETRY : r;
}

enum psync_result psync_webservice_rest(struct psync_webservice *ws, struct psync_reading *reading,
                                        struct psync_product *ret_product, struct psync_error *err)
{
    struct psync_span object;
    struct psync_place place;
    enum psync_result r = psync_spool_take(&ws->spool, &object, &place, err);
    if (r != PSYNC_OK)
        return r;
    reading->input = (size_t)place.input;
    reading->line = place.line;
    return complete(ws, reading, object, ret_product, err);
}
